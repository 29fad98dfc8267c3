//! What a person types to name an account: an e-mail address, a host, or any URL of it.

use crate::outbound::{AddressError, Reach};
use url::Url;

/// Where Apple's accounts are, whatever their own domain says.
const ICLOUD: &str = "https://caldav.icloud.com/";
const ICLOUD_MAIL: [&str; 3] = ["icloud.com", "me.com", "mac.com"];

/// Where a search for an account begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A mailbox at this domain; the URL is the domain's root.
    Mailbox(Url),
    /// A URL, or a host alone.
    Url(Url),
}

impl Given {
    /// Reads what was typed: `ana@example.org`, `cal.example.org`, `https://cal.example.org/dav/ana/`.
    ///
    /// # Errors
    ///
    /// [`AddressError`] where it leads to no server that may be asked.
    ///
    /// ```
    /// use kalends::{caldav::Given, outbound::Reach};
    /// let given = Given::parse("Ana <ana@icloud.com>", Reach::Public).unwrap();
    /// assert_eq!(given.url().as_str(), "https://caldav.icloud.com/");
    /// ```
    pub fn parse(text: &str, reach: Reach) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.contains("://") {
            return reach.parse(text).map(Self::Url);
        }
        let inner = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>'));
        let address = inner.strip_prefix("mailto:").unwrap_or(inner);
        let Some((_, domain)) = address.rsplit_once('@').filter(|_| !address.contains('/')) else {
            // A single word is no host of anyone; what it lacks is told.
            let whole = if text.contains(['.', ':']) { format!("https://{text}") } else { text.to_owned() };
            return reach.parse(&whole).map(Self::Url);
        };
        if ICLOUD_MAIL.iter().any(|known| domain.eq_ignore_ascii_case(known)) {
            return reach.parse(ICLOUD).map(Self::Url);
        }
        // A domain and nothing else: no port, path or query may hide behind the last @.
        let is_domain = |char: char| char.is_alphanumeric() || matches!(char, '.' | '-');
        match domain.chars().all(is_domain) {
            true => reach.parse(&format!("https://{domain}/")).map(Self::Mailbox),
            false => Err(AddressError::NotHttps(
                domain.chars().filter(|char| !char.is_control()).take(80).collect(),
            )),
        }
    }

    /// Where it begins.
    pub fn url(&self) -> &Url {
        match self {
            Self::Mailbox(url) | Self::Url(url) => url,
        }
    }

    /// Whether it is Apple's service.
    pub fn is_icloud(&self) -> bool {
        self.url().as_str() == ICLOUD
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Given {
        Given::parse(text, Reach::Public).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn mailboxes_hosts_and_urls_are_told_apart() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert_eq!(given(" ana@example.org "), Given::Mailbox(url("https://example.org/")));
        assert_eq!(given("mailto:ana@Example.org"), Given::Mailbox(url("https://example.org/")));
        assert_eq!(
            given("Ana <ana@b\u{fc}cher.example>"),
            Given::Mailbox(url("https://xn--bcher-kva.example/"))
        );
        assert_eq!(given("cal.example.org:8443"), Given::Url(url("https://cal.example.org:8443/")));
        assert_eq!(
            given("cal.example.org/dav/ana@example.org/"),
            Given::Url(url("https://cal.example.org/dav/ana@example.org/"))
        );
        assert_eq!(given("https://cal.example.org/ana@x"), Given::Url(url("https://cal.example.org/ana@x")));
        for apple in ["ana@icloud.com", "ana@ME.com", "ana@mac.com"] {
            assert!(given(apple).is_icloud());
        }
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        assert!(matches!(Given::parse("calendar", Reach::Public), Err(AddressError::NotHttps(_))));
        for text in [
            "",
            "ana",
            "ana@localhost",
            "ana@10.0.0.1",
            "ana@a.org:80",
            "x@y.org?z",
            "http://cal.example.org/",
            "127.0.0.1",
        ] {
            assert!(Given::parse(text, Reach::Public).is_err(), "{text}");
        }
    }
}
