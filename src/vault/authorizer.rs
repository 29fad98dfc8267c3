//! What signs a request with a credential without showing it.

use base64::prelude::{BASE64_STANDARD, Engine};
use zeroize::Zeroizing;

/// Signs requests to a provider; prints as `[redacted]`.
pub struct Authorizer {
    header: Zeroizing<String>,
}

impl Authorizer {
    /// HTTP Basic (RFC 7617), UTF-8.
    pub(super) fn basic(username: &str, password: &str) -> Self {
        let pair = Zeroizing::new(format!("{username}:{password}"));
        Self { header: Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes()))) }
    }

    /// The value of the `Authorization` header; for `outbound` alone, which knows where it may go.
    pub(crate) fn header(&self) -> &str {
        &self.header
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

    #[test]
    fn basic_is_the_example_of_rfc_7617() {
        assert_eq!(
            Authorizer::basic("Aladdin", "open sesame").header(),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert_eq!(Authorizer::basic("test", "123\u{a3}").header(), "Basic dGVzdDoxMjPCow==");
    }
}
