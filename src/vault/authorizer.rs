//! What signs a request with a credential without showing it.

use super::challenge::Challenge;
use super::digest::Digest;
use base64::prelude::{BASE64_STANDARD, Engine};
use std::cell::RefCell;
use url::Url;
use zeroize::Zeroizing;

enum Secret {
    Password { username: Zeroizing<String>, password: Zeroizing<String> },
    Token(Zeroizing<String>),
}

/// Signs requests to a provider; prints as `[redacted]`. A password is given as Basic until a server asks for
/// Digest; its challenge is remembered, so that a run costs one request more and not each request one.
pub struct Authorizer {
    secret: Secret,
    /// Random bytes for the client's nonces; Digest is answered only where there are some.
    salt: Option<Zeroizing<[u8; 16]>>,
    /// The challenge that is being answered at each origin.
    digests: RefCell<Vec<(String, Digest)>>,
}

impl Authorizer {
    /// HTTP Basic (RFC 7617), UTF-8; or Digest.
    pub(super) fn password(username: &str, password: &str) -> Self {
        let own = |text: &str| Zeroizing::new(text.to_owned());
        Self::of(Secret::Password { username: own(username), password: own(password) })
    }

    /// An OAuth access token (RFC 6750).
    pub fn bearer(token: &str) -> Self {
        Self::of(Secret::Token(Zeroizing::new(token.to_owned())))
    }

    fn of(secret: Secret) -> Self {
        Self { secret, salt: None, digests: RefCell::default() }
    }

    /// The same, able to answer Digest challenges (RFC 7616); `random` fills a slice with random bytes.
    pub fn with_digest(mut self, random: impl FnOnce(&mut [u8])) -> Self {
        let mut salt = Zeroizing::new([0; 16]);
        random(salt.as_mut_slice());
        self.salt = Some(salt);
        self
    }

    /// The value of the `Authorization` header; for `outbound` alone, which knows where it may go.
    pub(crate) fn header(&self, method: &str, url: &Url) -> Zeroizing<String> {
        let (username, password) = match &self.secret {
            Secret::Token(token) => return Zeroizing::new(format!("Bearer {}", **token)),
            Secret::Password { username, password } => (username, password),
        };
        let origin = url.origin().ascii_serialization();
        if let Some((_, digest)) = self.digests.borrow_mut().iter_mut().find(|(at, _)| *at == origin) {
            let target = match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            };
            return digest.answer(username, password, method, &target);
        }
        let pair = Zeroizing::new(format!("{}:{}", **username, **password));
        Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes())))
    }

    /// Takes in the `WWW-Authenticate` headers of a 401. True where the same request, signed anew, says something
    /// that this server has not refused yet.
    pub(crate) fn challenged<'h>(&self, url: &Url, headers: impl Iterator<Item = &'h str>) -> bool {
        let (Secret::Password { .. }, Some(salt)) = (&self.secret, &self.salt) else { return false };
        let challenges: Vec<Challenge> = headers.flat_map(Challenge::list).collect();
        let Some(digest) = Digest::choose(&challenges, salt.as_slice()) else { return false };
        let origin = url.origin().ascii_serialization();
        let mut digests = self.digests.borrow_mut();
        match digests.iter_mut().find(|(at, _)| *at == origin) {
            Some((_, known)) if known.same_nonce(&digest) => return false,
            Some((_, known)) => *known = digest,
            None => digests.push((origin, digest)),
        }
        true
    }

    /// Takes in an `Authentication-Info` header: the nonce that the server wants next (RFC 7616 3.5).
    pub(crate) fn informed(&self, url: &Url, header: &str) {
        let Some(salt) = &self.salt else { return };
        let read = Challenge::list(&format!("Digest {header}"));
        let origin = url.origin().ascii_serialization();
        let mut digests = self.digests.borrow_mut();
        let known = digests.iter_mut().find(|(at, _)| *at == origin);
        if let (Some(next), Some((_, known))) = (read.first().and_then(|info| info.get("nextnonce")), known) {
            known.renew(next, salt.as_slice());
        }
    }
}

impl std::fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        Url::parse("https://cal.example.org/dav/?a=b").unwrap()
    }

    #[test]
    fn basic_is_the_example_of_rfc_7617() {
        let header = |user, password| Authorizer::password(user, password).header("GET", &url()).to_string();
        assert_eq!(header("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(header("test", "123\u{a3}"), "Basic dGVzdDoxMjPCow==");
        assert_eq!(Authorizer::bearer("t0k3n").header("GET", &url()).as_str(), "Bearer t0k3n");
    }

    #[test]
    fn a_challenge_is_remembered_for_its_origin_until_the_nonce_changes() {
        let authorizer = Authorizer::password("u", "p").with_digest(|salt| salt.fill(7));
        let challenge = |nonce: &str| format!("Digest realm=\"r\", qop=\"auth\", nonce=\"{nonce}\"");
        assert!(authorizer.challenged(&url(), [challenge("one").as_str()].into_iter()));
        let first = authorizer.header("PROPFIND", &url());
        assert!(first.contains("uri=\"/dav/?a=b\"") && first.contains("nc=00000001"), "{}", *first);
        assert!(authorizer.header("PROPFIND", &url()).contains("nc=00000002"));
        assert!(
            !authorizer.challenged(&url(), [challenge("one").as_str()].into_iter()),
            "the password is wrong"
        );
        assert!(
            authorizer.challenged(&url(), [challenge("two").as_str()].into_iter()),
            "the nonce was stale"
        );
        authorizer.informed(&url(), "qop=auth, nextnonce=\"three\"");
        let header = authorizer.header("PROPFIND", &url());
        assert!(header.contains("nonce=\"three\"") && header.contains("nc=00000001"), "{}", *header);
        let elsewhere = Url::parse("https://other.example.org/").unwrap();
        assert!(authorizer.header("GET", &elsewhere).starts_with("Basic "));
    }

    #[test]
    fn digest_needs_random_bytes() {
        let challenge = "Digest realm=\"r\", nonce=\"n\"";
        assert!(!Authorizer::password("u", "p").challenged(&url(), [challenge].into_iter()));
    }
}
