//! Which addresses may be asked: https on public names, and what an operator allows for development.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Origin, Url};

/// How far requests may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// https, and no literal private address.
    Public,
    /// The same, and loopback over http or https: for development and tests.
    PublicAndLoopback,
    /// The same as [`Reach::Public`], and these origins, as [`Reach::allowing`] reads them: for those who run Kalends
    /// beside their own server.
    PublicAnd(&'static [Origin]),
}

/// Why an address may not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a URL of a web server.
    #[error("\"{0}\" is not the address of a calendar server; it begins with https://")]
    NotHttps(String),
    /// User name or password inside the URL.
    #[error("an address must not contain a user name or password")]
    HasCredentials,
    /// A private, loopback or otherwise unreachable address.
    #[error("{0} is not a public address")]
    NotPublic(String),
}

impl Reach {
    /// The origins that an operator names, separated by blanks: `http://10.0.0.5:5232 https://nas.lan`.
    ///
    /// # Errors
    ///
    /// [`AddressError`] for the first that is no http or https URL, or has credentials in it.
    pub fn allowing(text: &str) -> Result<Vec<Origin>, AddressError> {
        let read = |word: &str| {
            let url = Url::parse(word).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
            let url = url.ok_or_else(|| AddressError::NotHttps(shown(word)))?;
            if !url.username().is_empty() || url.password().is_some() {
                return Err(AddressError::HasCredentials);
            }
            Ok(url.origin())
        };
        text.split_whitespace().map(read).collect()
    }

    /// Reads an address that a person typed.
    pub fn parse(self, text: &str) -> Result<Url, AddressError> {
        let url = Url::parse(text.trim()).map_err(|_| AddressError::NotHttps(shown(text)))?;
        self.check(&url)?;
        Ok(url)
    }

    /// Whether this address may be asked. DNS is not looked at: a Worker cannot.
    pub fn check(self, url: &Url) -> Result<(), AddressError> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::HasCredentials);
        }
        if let Self::PublicAnd(origins) = self
            && origins.contains(&url.origin())
        {
            return Ok(());
        }
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name.trim_end_matches('.').rsplit('.').next() == Some("localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err(AddressError::NotHttps(shown(url.as_str()))),
        };
        if loopback && self == Self::PublicAndLoopback && matches!(url.scheme(), "http" | "https") {
            return Ok(());
        }
        if url.scheme() != "https" {
            return Err(AddressError::NotHttps(shown(url.as_str())));
        }
        let private = match url.host() {
            Some(Host::Domain(name)) => loopback || local_name(name.trim_end_matches('.')),
            Some(Host::Ipv4(address)) => !public(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => !public(IpAddr::V6(address)),
            None => true,
        };
        if private {
            return Err(AddressError::NotPublic(url.host_str().unwrap_or_default().to_owned()));
        }
        Ok(())
    }
}

/// Names that no public DNS answers: a single label, and those that RFC 6762, RFC 8375 and ICANN keep for private use.
fn local_name(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let private = ["local", "localdomain", "internal", "intranet", "lan", "home", "corp", "onion", "invalid"];
    !name.contains('.') || private.contains(&last) || name.ends_with(".home.arpa")
}

fn public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => public_v4(v4),
        IpAddr::V6(v6) => public_v6(v6),
    }
}

fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || a >= 224
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || address.is_documentation();
    !special
}

fn public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Addresses that carry an IPv4 address: mapped, compatible, translated (64:ff9b::/96; ::ffff:0:0:0/96) and 6to4.
    let embedded = match address.segments() {
        [0, 0, 0, 0, 0, 0xffff | 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low] => Some((high, low)),
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = embedded {
        let [[a, b], [c, d]] = [high.to_be_bytes(), low.to_be_bytes()];
        return public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Only 2000::/3 is handed out; in it 2001::/23 (Teredo, ORCHID, benchmarks) and what documents use are no hosts.
    let special =
        (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) || (first == 0x3fff && second < 0x1000);
    (first & 0xe000) == 0x2000 && !special
}

fn shown(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_https_addresses_may_be_asked() {
        for url in
            ["https://caldav.icloud.com", "https://cloud.example.org:8443/remote.php/dav", "https://9.9.9.9/"]
        {
            assert!(Reach::Public.parse(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn everything_private_is_refused_in_every_spelling() {
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/",
            "https://100.64.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://127.0.0.1./",
            "https://0177.0.0.1/",
            "https://0x7f000001/",
            "https://127.1/",
            "https://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
            "https://%31%32%37.0.0.1/",
            "https://10.255.255.255/",
            "https://172.16.0.1/",
            "https://192.168.1.1:8443/",
            "https://192.88.99.1/",
            "https://198.18.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://[::]/",
            "https://[::7f00:1]/",
            "https://[::ffff:7f00:1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://[::ffff:0:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b::169.254.169.254]/",
            "https://[64:ff9b:1::1]/",
            "https://[2002:a00:1::1]/",
            "https://[2001::1]/",
            "https://[2001:db8::1]/",
            "https://[3fff:1::1]/",
            "https://[fec0::1]/",
            "https://[ff02::1]/",
            "https://metadata.google.internal/",
            "https://nas.local/",
            "https://fritz.home.arpa/",
            "https://localhost.localdomain/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[2002:7f00:1::]/",
            "https://localhost/",
            "https://intranet/",
            "https://a.localhost/",
            "https://a.localhost./",
            "https://0.0.0.0/",
        ] {
            assert!(matches!(Reach::Public.parse(url), Err(AddressError::NotPublic(_))), "{url}");
        }
    }

    #[test]
    fn only_https_unless_loopback_is_allowed() {
        assert!(matches!(Reach::Public.parse("http://cal.example.org/"), Err(AddressError::NotHttps(_))));
        assert!(matches!(Reach::Public.parse("file:///etc/passwd"), Err(AddressError::NotHttps(_))));
        assert!(Reach::PublicAndLoopback.parse("http://127.0.0.1:5232/").is_ok());
        assert!(Reach::PublicAndLoopback.parse("http://10.0.0.1/").is_err());
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        let error = Reach::Public.parse("https://ana:canary@cal.example.org/").unwrap_err();
        assert!(!error.to_string().contains("canary"));
    }

    #[test]
    fn an_operator_may_allow_origins_of_their_own() {
        let origins = Reach::allowing(" http://10.0.0.5:5232/dav  https://nas.lan ").unwrap();
        let reach = Reach::PublicAnd(origins.leak());
        for url in ["http://10.0.0.5:5232/", "https://nas.lan/caldav/", "https://cal.example.org/"] {
            assert!(reach.parse(url).is_ok(), "{url}");
        }
        for url in ["http://10.0.0.5/", "https://10.0.0.5:5232/", "http://nas.lan/", "https://127.0.0.1/"] {
            assert!(reach.parse(url).is_err(), "{url}");
        }
        assert!(Reach::allowing("nas.lan").is_err() && Reach::allowing("https://a:b@nas.lan").is_err());
    }
}
