//! HTTP Digest (RFC 7616): what proves the password for one request without sending it.

use super::challenge::Challenge;
use super::hex;
use md5::Md5;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The hashes of RFC 7616 that servers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha256,
}

impl Hash {
    fn of(self, text: &str) -> String {
        match self {
            Self::Md5 => hex(&Md5::digest(text.as_bytes())),
            Self::Sha256 => hex(&Sha256::digest(text.as_bytes())),
        }
    }
}

/// A server's challenge that can be answered, and how many requests have answered it.
#[derive(Debug, Clone)]
pub(super) struct Digest {
    /// The `algorithm` as the server wrote it, if it did.
    algorithm: Option<String>,
    hash: Hash,
    /// `-sess`: the first nonces go into the key.
    is_session: bool,
    realm: String,
    nonce: String,
    opaque: Option<String>,
    /// Without `qop` the answer is that of RFC 2069.
    has_qop: bool,
    has_userhash: bool,
    cnonce: String,
    count: u32,
}

impl Digest {
    /// The strongest challenge of a 401 that can be answered. `salt` makes the client's nonce one that no server
    /// can know beforehand.
    pub fn choose(challenges: &[Challenge], salt: &[u8]) -> Option<Digest> {
        let digests = challenges.iter().filter_map(|challenge| Digest::read(challenge, salt));
        digests.max_by_key(|digest| digest.hash)
    }

    fn read(challenge: &Challenge, salt: &[u8]) -> Option<Digest> {
        if challenge.scheme != "digest" {
            return None;
        }
        let algorithm = challenge.get("algorithm").map(str::to_owned);
        let (hash, is_session) = match algorithm.as_deref().unwrap_or("MD5").to_ascii_uppercase().as_str() {
            "MD5" => (Hash::Md5, false),
            "MD5-SESS" => (Hash::Md5, true),
            "SHA-256" => (Hash::Sha256, false),
            "SHA-256-SESS" => (Hash::Sha256, true),
            _ => return None,
        };
        let qop = challenge.get("qop");
        if qop.is_some_and(|qop| !qop.split(',').any(|word| word.trim().eq_ignore_ascii_case("auth"))) {
            return None;
        }
        let mut digest = Digest {
            algorithm,
            hash,
            is_session,
            realm: challenge.get("realm").unwrap_or_default().to_owned(),
            nonce: String::new(),
            opaque: challenge.get("opaque").map(str::to_owned),
            has_qop: qop.is_some(),
            has_userhash: challenge.get("userhash").is_some_and(|word| word.eq_ignore_ascii_case("true")),
            cnonce: String::new(),
            count: 0,
        };
        digest.renew(challenge.get("nonce")?, salt);
        Some(digest)
    }

    /// Goes on with another nonce of the server.
    pub fn renew(&mut self, nonce: &str, salt: &[u8]) {
        let mut unpredictable = Sha256::new();
        unpredictable.update(salt);
        unpredictable.update(nonce.as_bytes());
        self.cnonce = hex(unpredictable.finalize().get(..16).unwrap_or_default());
        (self.nonce, self.count) = (nonce.to_owned(), 0);
    }

    /// Whether both answer the same nonce.
    pub fn same_nonce(&self, other: &Digest) -> bool {
        self.nonce == other.nonce
    }

    /// The value of `Authorization` for the next request.
    pub fn answer(&mut self, username: &str, password: &str, method: &str, uri: &str) -> Zeroizing<String> {
        self.count = self.count.saturating_add(1);
        let (hash, count) = (self.hash, format!("{:08x}", self.count));
        let (realm, nonce, cnonce) = (&self.realm, &self.nonce, &self.cnonce);
        let secret = Zeroizing::new(format!("{username}:{realm}:{password}"));
        let mut key = Zeroizing::new(hash.of(&secret));
        if self.is_session {
            key = Zeroizing::new(hash.of(&format!("{}:{nonce}:{cnonce}", *key)));
        }
        let asked = hash.of(&format!("{method}:{uri}"));
        let response = match self.has_qop {
            true => hash.of(&format!("{}:{nonce}:{count}:{cnonce}:auth:{asked}", *key)),
            false => hash.of(&format!("{}:{nonce}:{asked}", *key)),
        };
        let user = match (self.has_userhash, username.is_ascii()) {
            (true, _) => format!("username=\"{}\"", hash.of(&format!("{username}:{realm}"))),
            (false, true) => format!("username={}", quoted(username)),
            (false, false) => {
                format!("username*=UTF-8''{}", utf8_percent_encode(username, NON_ALPHANUMERIC))
            }
        };
        let mut header = Zeroizing::new(format!(
            "Digest {user}, realm={}, nonce={}, uri={}, response=\"{response}\"",
            quoted(realm),
            quoted(nonce),
            quoted(uri),
        ));
        if let Some(algorithm) = &self.algorithm {
            header.push_str(&format!(", algorithm={algorithm}"));
        }
        if let Some(opaque) = &self.opaque {
            header.push_str(&format!(", opaque={}", quoted(opaque)));
        }
        if self.has_qop {
            header.push_str(&format!(", qop=auth, nc={count}, cnonce=\"{cnonce}\""));
        }
        if self.has_userhash {
            header.push_str(", userhash=true");
        }
        header
    }
}

/// A quoted string; a control character has no place in a header.
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for char in text.chars().filter(|char| !char.is_control()) {
        if matches!(char, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7616 3.9.1, whose client nonce is given.
    fn example(algorithm: &str) -> Digest {
        let header = format!(
            r#"Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#
        );
        let mut digest = Digest::choose(&Challenge::list(&header), b"salt").unwrap();
        digest.cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ".into();
        digest
    }

    fn answer(digest: &mut Digest) -> String {
        digest.answer("Mufasa", "Circle of Life", "GET", "/dir/index.html").to_string()
    }

    fn response(header: &str) -> &str {
        header.split("response=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap()
    }

    #[test]
    fn both_hashes_answer_as_rfc_7616_shows() {
        assert_eq!(response(&answer(&mut example("MD5"))), "8ca523f5e9506fed4657c9700eebdbec");
        assert_eq!(
            response(&answer(&mut example("SHA-256"))),
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        );
    }

    #[test]
    fn a_hidden_user_name_is_hashed_as_rfc_7616_shows() {
        let header =
            r#"Digest realm="api@example.org", qop="auth", algorithm=SHA-256, nonce="n", userhash=true"#;
        let mut digest = Digest::choose(&Challenge::list(header), b"").unwrap();
        let sent = digest.answer("J\u{e4}s\u{f8}n Doe", "Secret, or not?", "GET", "/doe.json");
        let user = hex(&Sha256::digest("J\u{e4}s\u{f8}n Doe:api@example.org".as_bytes()));
        assert!(
            sent.contains(&format!("username=\"{user}\"")) && sent.ends_with("userhash=true"),
            "{}",
            *sent
        );
        digest.has_userhash = false;
        let sent = digest.answer("J\u{e4}s\u{f8}n Doe", "Secret, or not?", "GET", "/doe.json");
        assert!(sent.contains("username*=UTF-8''J%C3%A4s%C3%B8n%20Doe,"), "{}", *sent);
    }

    #[test]
    fn requests_are_counted_and_a_session_keeps_its_first_nonces() {
        let mut digest = example("MD5-sess");
        let first = answer(&mut digest);
        let second = answer(&mut digest);
        assert!(first.contains("nc=00000001") && second.contains("nc=00000002"), "{second}");
        let key = hex(&Md5::digest(b"Mufasa:http-auth@example.org:Circle of Life"));
        let key = hex(&Md5::digest(format!("{key}:{}:{}", digest.nonce, digest.cnonce).as_bytes()));
        let asked = hex(&Md5::digest(b"GET:/dir/index.html"));
        let all = format!("{key}:{}:00000002:{}:auth:{asked}", digest.nonce, digest.cnonce);
        assert_eq!(response(&second), hex(&Md5::digest(all.as_bytes())));
        digest.renew("another", b"salt");
        assert!(answer(&mut digest).contains("nc=00000001"));
    }

    #[test]
    fn the_strongest_answerable_challenge_is_chosen() {
        let header = r#"Digest realm="r", nonce="1", qop="auth", Digest realm="r", nonce="2", qop="auth", algorithm=SHA-256, Digest realm="r", nonce="3", qop="auth", algorithm=SHA-512-256, Digest realm="r", nonce="4", qop="auth-int", algorithm=SHA-256"#;
        let chosen = Digest::choose(&Challenge::list(header), b"").unwrap();
        assert_eq!((chosen.hash, chosen.nonce.as_str()), (Hash::Sha256, "2"));
        assert!(Digest::choose(&Challenge::list("Basic realm=x, Digest realm=y"), b"").is_none());
    }

    #[test]
    fn without_qop_the_answer_is_that_of_rfc_2069() {
        let header = r#"Digest realm="r", nonce="n""#;
        let sent = Digest::choose(&Challenge::list(header), b"").unwrap().answer("u", "p", "GET", "/");
        let key = hex(&Md5::digest(b"u:r:p"));
        let all = format!("{key}:n:{}", hex(&Md5::digest(b"GET:/")));
        assert_eq!(response(&sent), hex(&Md5::digest(all.as_bytes())));
        assert!(!sent.contains("qop") && !sent.contains("algorithm"), "{}", *sent);
    }
}
