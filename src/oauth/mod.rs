//! OAuth 2.0 for native calendar APIs: proof keys (RFC 7636) and the address where an owner grants access.
//!
//! Code exchange, refresh and revocation follow with the first provider that needs them.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use sha2::{Digest, Sha256};
use url::Url;
use zeroize::Zeroizing;

/// A proof key: the verifier stays here, its hash goes out with the authorization request.
pub struct ProofKey {
    verifier: Zeroizing<String>,
}

impl ProofKey {
    /// Makes a proof key of 32 random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self { verifier: Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(random)) }
    }

    /// What the token request proves the code's ownership with.
    pub fn verifier(&self) -> &str {
        &self.verifier
    }

    /// What the authorization request carries; method `S256`.
    pub fn challenge(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }
}

impl std::fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// An application as a provider knows it.
#[derive(Debug, Clone)]
pub struct Client<'a> {
    /// Where owners grant access.
    pub authorize: &'a Url,
    /// The client's id.
    pub id: &'a str,
    /// Where the provider sends the owner back, exactly as it is registered.
    pub redirect: &'a str,
}

impl Client<'_> {
    /// The address to which an owner's browser is sent. `state` is random, single-use and says nothing of the owner.
    pub fn authorization_url(&self, scopes: &[&str], state: &str, proof: &ProofKey) -> Url {
        let mut url = self.authorize.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", self.id)
            .append_pair("redirect_uri", self.redirect)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", state)
            .append_pair("code_challenge", &proof.challenge())
            .append_pair("code_challenge_method", "S256");
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The octets of RFC 7636, appendix B.
    const OCTETS: [u8; 32] = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37, 77, 105,
        214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ];

    #[test]
    fn the_proof_key_is_that_of_rfc_7636_appendix_b() {
        let proof = ProofKey::new(OCTETS);
        assert_eq!(proof.verifier(), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(proof.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn the_address_carries_the_challenge_and_not_the_verifier() {
        let authorize = Url::parse("https://accounts.example.org/auth?hd=x").unwrap();
        let client =
            Client { authorize: &authorize, id: "a&b", redirect: "https://app.example.org/callback" };
        let proof = ProofKey::new(OCTETS);
        let url = client.authorization_url(&["calendar", "profile"], "s", &proof);
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        assert!(pairs.contains(&("client_id".into(), "a&b".into())));
        assert!(pairs.contains(&("scope".into(), "calendar profile".into())));
        assert!(pairs.contains(&("hd".into(), "x".into())), "what the address had is kept");
        assert!(url.as_str().contains(&proof.challenge()) && !url.as_str().contains(proof.verifier()));
    }
}
