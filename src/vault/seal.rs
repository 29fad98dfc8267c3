//! One sealed record: `version | key id | nonce | ciphertext | tag` in base64url, AES-256-GCM.

use super::Scope;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const HEADER: usize = 1 + 4 + 12;

/// Why a record could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// No key of the ring has this id.
    #[error(
        "the credential was sealed with the key {id}, which is not configured; put that key back into the key ring"
    )]
    UnknownKey {
        /// The key's id in hex.
        id: String,
    },
    /// The record was altered, cut off, or copied from another row.
    #[error(
        "a stored credential does not open: it was altered or belongs to another connection; connect again"
    )]
    Broken,
}

/// What a record is bound to, length-prefixed so that no two contexts read the same.
pub(super) struct Aad(Vec<u8>);

impl Aad {
    pub(super) fn new(scope: Scope<'_>, field: &str) -> Self {
        let mut bytes = vec![VERSION];
        for part in [scope.tenant, scope.connection, field] {
            bytes.extend((part.len() as u32).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        Self(bytes)
    }
}

/// A parsed record, not yet opened.
pub(super) struct Record(Vec<u8>);

impl Record {
    pub(super) fn parse(text: &str) -> Result<Self, SealError> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| SealError::Broken)?;
        if bytes.len() < HEADER + 16 || bytes[0] != VERSION {
            return Err(SealError::Broken);
        }
        Ok(Self(bytes))
    }

    pub(super) fn key_id(&self) -> [u8; 4] {
        [self.0[1], self.0[2], self.0[3], self.0[4]]
    }
}

/// A 256-bit AES key.
pub(super) struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    pub(super) fn generate(random: &mut impl FnMut(&mut [u8])) -> Self {
        let mut bytes = Zeroizing::new([0u8; 32]);
        random(bytes.as_mut());
        Self(bytes)
    }

    pub(super) fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    fn id(&self) -> [u8; 4] {
        let digest = Sha256::new().chain_update(b"kalends data key id").chain_update(self.bytes()).finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    pub(super) fn seal(
        &self,
        text: &str,
        aad: Aad,
        random: &mut impl FnMut(&mut [u8]),
    ) -> Result<String, SealError> {
        self.seal_bytes(text.as_bytes(), self.id(), aad, random)
    }

    pub(super) fn open(&self, text: &str, aad: Aad) -> Result<Zeroizing<String>, SealError> {
        let bytes = self.open_bytes(&Record::parse(text)?, self.id(), aad)?;
        String::from_utf8(bytes.to_vec()).map(Zeroizing::new).map_err(|_| SealError::Broken)
    }

    pub(super) fn seal_bytes(
        &self,
        plain: &[u8],
        key_id: [u8; 4],
        aad: Aad,
        random: &mut impl FnMut(&mut [u8]),
    ) -> Result<String, SealError> {
        let mut nonce = [0u8; 12];
        random(&mut nonce);
        let mut record = vec![VERSION];
        record.extend(key_id);
        record.extend(nonce);
        record.extend(
            self.cipher()
                .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: &bound(aad, key_id) })
                .map_err(|_| SealError::Broken)?,
        );
        Ok(BASE64_URL_SAFE_NO_PAD.encode(record))
    }

    pub(super) fn open_bytes(
        &self,
        record: &Record,
        key_id: [u8; 4],
        aad: Aad,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        if record.key_id() != key_id {
            return Err(SealError::Broken);
        }
        let mut nonce = [0u8; 12];
        nonce.copy_from_slice(&record.0[5..HEADER]);
        self.cipher()
            .decrypt(&Nonce::from(nonce), Payload { msg: &record.0[HEADER..], aad: &bound(aad, key_id) })
            .map(Zeroizing::new)
            .map_err(|_| SealError::Broken)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.0).into())
    }
}

fn bound(aad: Aad, key_id: [u8; 4]) -> Vec<u8> {
    let mut bytes = aad.0;
    bytes.extend(key_id);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cipher_is_aes_256_gcm_as_nist_tested_it() {
        // NIST CAVP gcmEncryptExtIV256, Keylen 256, IVlen 96, PTlen 0, AADlen 0, count 0.
        let key = DataKey::from_bytes(Zeroizing::new([
            0xb5, 0x2c, 0x50, 0x5a, 0x37, 0xd7, 0x8e, 0xda, 0x5d, 0xd3, 0x4f, 0x20, 0xc2, 0x25, 0x40, 0xea,
            0x1b, 0x58, 0x96, 0x3c, 0xf8, 0xe5, 0xbf, 0x8f, 0xfa, 0x85, 0xf9, 0xf2, 0x49, 0x25, 0x05, 0xb4,
        ]));
        let nonce = [0x51, 0x6c, 0x33, 0x92, 0x9d, 0xf5, 0xa3, 0x28, 0x4f, 0xf4, 0x63, 0xd7];
        let tag = key.cipher().encrypt(&Nonce::from(nonce), &b""[..]).unwrap();
        assert_eq!(super::super::hex(&tag), "bdc1ac884d332457a1d2664f168c76f0");
    }

    #[test]
    fn contexts_that_concatenate_alike_differ() {
        let one = Aad::new(Scope { tenant: "ab", connection: "c" }, "f");
        let two = Aad::new(Scope { tenant: "a", connection: "bc" }, "f");
        assert_ne!(one.0, two.0);
    }
}
