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

/// The first characters of every record of a key: as many as it alone decides.
pub(super) fn beginning(key_id: [u8; 4]) -> String {
    let mut text = BASE64_URL_SAFE_NO_PAD.encode([&[VERSION][..], &key_id].concat());
    text.truncate(6);
    text
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
    use super::super::key::decode_hex;
    use super::*;

    /// Key, nonce, plaintext, additional data, ciphertext and tag.
    const NIST: [[&str; 5]; 4] = [
        // CAVP gcmEncryptExtIV256: Keylen 256, IVlen 96, PTlen 0, AADlen 0, count 0.
        [
            "b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4",
            "516c33929df5a3284ff463d7",
            "",
            "",
            "bdc1ac884d332457a1d2664f168c76f0",
        ],
        // Test cases 14 to 16 of the submission of GCM to NIST.
        [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "000000000000000000000000",
            "00000000000000000000000000000000",
            "",
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
        ],
        [
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
            "",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015adb094dac5d93471bdec1a502270e3cc6c",
        ],
        [
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
        ],
    ];

    #[test]
    fn the_cipher_is_aes_256_gcm_as_nist_tested_it() {
        for case in NIST {
            let [key, nonce, plain, aad, sealed] = case.map(|hex| decode_hex(hex).unwrap());
            let key = DataKey::from_bytes(Zeroizing::new(key.try_into().unwrap()));
            let nonce = Nonce::from(<[u8; 12]>::try_from(nonce).unwrap());
            assert_eq!(key.cipher().encrypt(&nonce, Payload { msg: &plain, aad: &aad }).unwrap(), sealed);
            let opened = key.cipher().decrypt(&nonce, Payload { msg: &sealed, aad: &aad });
            assert_eq!(opened.unwrap(), plain);
        }
    }

    #[test]
    fn contexts_that_concatenate_alike_differ() {
        let one = Aad::new(Scope { tenant: "ab", connection: "c" }, "f");
        let two = Aad::new(Scope { tenant: "a", connection: "bc" }, "f");
        assert_ne!(one.0, two.0);
    }
}
