//! Hrefs: resolved by RFC 3986, compared after percent-decoding, sent back as the server wrote them.

use percent_encoding::percent_decode_str;
use url::Url;

/// Resolves an href of a multistatus against the URL that was asked. A relative href may begin with what looks
/// like a scheme (`a:b.ics`, seen from Xandikos); it is taken for a name.
pub fn resolve(base: &Url, href: &str) -> Option<Url> {
    let href = href.trim();
    let url = base.join(href).ok()?;
    if matches!(url.scheme(), "http" | "https") {
        return Some(url);
    }
    base.join(&format!("./{href}")).ok()
}

/// Whether two hrefs or paths name the same resource: servers disagree on what they percent-encode.
pub fn same_resource(one: &str, other: &str) -> bool {
    one == other || canonical(one) == canonical(other)
}

/// Whether two URLs name the same collection, with or without the slash at the end.
pub(super) fn same_calendar(one: &Url, other: &Url) -> bool {
    let path = |url: &Url| canonical(url.path().trim_end_matches('/'));
    one.origin() == other.origin() && path(one) == path(other)
}

/// An href in the form in which two spellings of it are equal.
pub fn canonical(href: &str) -> String {
    percent_decode_str(href).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(href: &str) -> String {
        resolve(&Url::parse("https://cal.example.org/dav/ana/").unwrap(), href).unwrap().to_string()
    }

    #[test]
    fn hrefs_resolve_in_every_form_that_servers_send() {
        assert_eq!(resolved("/dav/ana/e.ics"), "https://cal.example.org/dav/ana/e.ics");
        assert_eq!(resolved("e.ics"), "https://cal.example.org/dav/ana/e.ics");
        assert_eq!(resolved("https://p01.example.org/e.ics"), "https://p01.example.org/e.ics");
        assert_eq!(resolved("a:b.ics"), "https://cal.example.org/dav/ana/a:b.ics");
    }

    #[test]
    fn percent_encoding_is_kept_as_it_came() {
        assert_eq!(resolved("/dav/%c3%a1%40.ics"), "https://cal.example.org/dav/%c3%a1%40.ics");
    }

    #[test]
    fn spellings_of_one_name_are_one_resource() {
        assert!(same_resource("/ana%40x/%c3%a1.ics", "/ana@x/\u{e1}.ics"));
        assert!(!same_resource("/a.ics", "/b.ics"));
    }
}
