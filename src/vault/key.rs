//! A master key: how it is written in a setting, and how it wraps data keys.

use super::seal::{Aad, DataKey, Record, SealError};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const LABEL: &[u8] = b"kalends master key v1";

/// A 256-bit key-encryption key.
pub struct MasterKey {
    id: [u8; 4],
    key: DataKey,
}

/// Something an operator should hear about a key that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyNotice {
    /// 32 characters of text were stretched; they hold far fewer than 256 bits.
    Stretched,
}

/// Why a setting is not a master key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text after `base64:` or `hex:` is not 32 bytes in that encoding.
    #[error(
        "the text after \"{encoding}:\" is not 32 bytes in {encoding}; make one with: openssl rand -{encoding} 32"
    )]
    Encoding {
        /// `base64` or `hex`.
        encoding: &'static str,
    },
    /// Neither prefixed nor 32 ASCII characters.
    #[error(
        "the key has {length} bytes; write \"base64:\" and the output of: openssl rand -base64 32 (or exactly 32 ASCII characters)"
    )]
    Length {
        /// How many bytes it has.
        length: usize,
    },
    /// All bytes are the same, or the text is a sample from a document.
    #[error("the key is a placeholder; write \"base64:\" and the output of: openssl rand -base64 32")]
    Placeholder,
}

impl MasterKey {
    /// Reads `base64:` or `hex:` and exactly 32 bytes, or 32 ASCII characters, which are stretched with HKDF
    /// (RFC 5869). One trailing line end is forgiven; everything else is refused.
    pub fn parse(setting: &str) -> Result<(Self, Option<KeyNotice>), KeyError> {
        let setting = setting.strip_suffix('\n').unwrap_or(setting);
        let setting = setting.strip_suffix('\r').unwrap_or(setting);
        if let Some(text) = setting.strip_prefix("base64:") {
            let bytes = BASE64_STANDARD.decode(text).or_else(|_| BASE64_URL_SAFE_NO_PAD.decode(text));
            return Self::of(bytes.ok(), "base64");
        }
        if let Some(text) = setting.strip_prefix("hex:") {
            return Self::of(decode_hex(text), "hex");
        }
        if setting.len() != 32 || !setting.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(KeyError::Length { length: setting.len() });
        }
        if uniform(setting.as_bytes()) || setting.starts_with("your-") || setting.starts_with("your_") {
            return Err(KeyError::Placeholder);
        }
        let mut key = Zeroizing::new([0u8; 32]);
        let stretched = hkdf::Hkdf::<Sha256>::new(None, setting.as_bytes()).expand(LABEL, key.as_mut());
        stretched.map_err(|_| KeyError::Length { length: 32 })?;
        Ok((Self::from_bytes(key), Some(KeyNotice::Stretched)))
    }

    fn of(bytes: Option<Vec<u8>>, encoding: &'static str) -> Result<(Self, Option<KeyNotice>), KeyError> {
        let bytes = Zeroizing::new(bytes.ok_or(KeyError::Encoding { encoding })?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Encoding { encoding })?;
        if uniform(&key) {
            return Err(KeyError::Placeholder);
        }
        Ok((Self::from_bytes(Zeroizing::new(key)), None))
    }

    fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        let digest = Sha256::new().chain_update(b"kalends key id").chain_update(bytes.as_slice()).finalize();
        let mut id = [0u8; 4];
        id.copy_from_slice(&digest[..4]);
        Self { id, key: DataKey::from_bytes(bytes) }
    }

    /// The first bytes of a hash of the key: tells keys apart, gives nothing away.
    pub(super) fn id(&self) -> [u8; 4] {
        self.id
    }

    pub(super) fn wrap(
        &self,
        data_key: &DataKey,
        aad: Aad,
        random: &mut impl FnMut(&mut [u8]),
    ) -> Result<String, SealError> {
        self.key.seal_bytes(data_key.bytes(), self.id, aad, random)
    }

    pub(super) fn unwrap(&self, record: &Record, aad: Aad) -> Result<DataKey, SealError> {
        let bytes = self.key.open_bytes(record, self.id, aad)?;
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| SealError::Broken)?;
        Ok(DataKey::from_bytes(Zeroizing::new(key)))
    }
}

fn uniform(bytes: &[u8]) -> bool {
    bytes.windows(2).all(|pair| pair[0] == pair[1])
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(setting: &str) -> KeyError {
        match MasterKey::parse(setting) {
            Err(error) => error,
            Ok(_) => panic!("{setting:?} was taken for a key"),
        }
    }

    #[test]
    fn base64_and_hex_of_the_same_bytes_are_the_same_key() {
        let bytes: Vec<u8> = (0..32).collect();
        let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let (one, _) = MasterKey::parse(&format!("base64:{}\n", BASE64_STANDARD.encode(&bytes))).unwrap();
        let (two, _) = MasterKey::parse(&format!("hex:{hex}")).unwrap();
        assert_eq!(one.id(), two.id());
    }

    #[test]
    fn thirty_two_characters_are_stretched_and_said_so() {
        let (_, notice) = MasterKey::parse("correct horse battery staple 123").unwrap();
        assert_eq!(notice, Some(KeyNotice::Stretched));
    }

    #[test]
    fn anything_else_is_refused_with_an_instruction() {
        assert_eq!(refused("your-32-character-encryption-key-here"), KeyError::Length { length: 37 });
        assert_eq!(refused(&"k1".repeat(15)), KeyError::Length { length: 30 });
        assert_eq!(refused(&"a".repeat(32)), KeyError::Placeholder);
        assert_eq!(refused("your-32-character-encryption-key"), KeyError::Placeholder);
        assert_eq!(refused("base64:AAAA"), KeyError::Encoding { encoding: "base64" });
        assert_eq!(refused("hex:zz"), KeyError::Encoding { encoding: "hex" });
        assert_eq!(refused("k\u{e9}y-of-thirty-two-bytes-in-utf8"), KeyError::Length { length: 32 });
        assert!(refused("").to_string().contains("openssl rand"));
    }
}
