//! A secret with which an application signs: sealed like a credential, and used here alone.

use super::seal::Aad;
use super::{Scope, SealError, SealedCredentials, Vault};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A secret that two sides share, to sign what the one tells the other (HMAC with SHA-256, RFC 2104).
pub struct MacKey(Zeroizing<String>);

impl MacKey {
    /// What proves that `message` comes from somebody who has this secret.
    pub fn mac(&self, message: &[u8]) -> [u8; 32] {
        let hmac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("HMAC takes keys of any length");
        hmac.chain_update(message).finalize().into_bytes().into()
    }

    /// Whether `mac` was made of `message` with this secret; a wrong one is told in the same time wherever it differs.
    pub fn verifies(&self, message: &[u8], mac: &[u8]) -> bool {
        Hmac::<Sha256>::new_from_slice(self.0.as_bytes())
            .is_ok_and(|hmac| hmac.chain_update(message).verify_slice(mac).is_ok())
    }
}

impl std::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Vault {
    /// Opens a secret that was sealed as a password, whoever the user is.
    ///
    /// # Errors
    ///
    /// As [`Vault::authorizer`].
    pub fn mac_key(&self, sealed: &SealedCredentials, scope: Scope<'_>) -> Result<MacKey, SealError> {
        let data_key = self.data_key(&sealed.wrapped_key, scope)?;
        Ok(MacKey(data_key.open(&sealed.password, Aad::new(scope, "password"))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_is_that_of_rfc_4231() {
        let key = MacKey(Zeroizing::new("Jefe".into()));
        let mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let mut mac: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&mac[2 * at..2 * at + 2], 16).unwrap()).collect();
        assert_eq!(key.mac(b"what do ya want for nothing?")[..], mac);
        assert!(key.verifies(b"what do ya want for nothing?", &mac));
        assert!(!key.verifies(b"what do ya want for nothing!", &mac));
        assert!(!key.verifies(b"what do ya want for nothing?", &mac[..16]));
        mac[31] ^= 1;
        assert!(!key.verifies(b"what do ya want for nothing?", &mac));
        assert_eq!(format!("{key:?}"), "[redacted]");
    }
}
