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
    #[error(
        "the key is a sample that anybody can read, not a secret; write \"base64:\" and the output of: openssl rand -base64 32"
    )]
    Placeholder,
}

impl MasterKey {
    /// Reads `base64:` or `hex:` and exactly 32 bytes, or 32 ASCII characters, which are stretched with HKDF
    /// (RFC 5869). One trailing line end is forgiven; everything else is refused.
    pub fn parse(setting: &str) -> Result<(Self, Option<KeyNotice>), KeyError> {
        let setting = setting.strip_suffix('\n').unwrap_or(setting);
        let setting = setting.strip_suffix('\r').unwrap_or(setting);
        if let Some(bytes) = secret_bytes(setting)? {
            let key: [u8; 32] =
                bytes.as_slice().try_into().map_err(|_| KeyError::Length { length: bytes.len() })?;
            return Ok((Self::from_bytes(Zeroizing::new(key)), None));
        }
        if is_sample(setting) || uniform(setting.as_bytes()) {
            return Err(KeyError::Placeholder);
        }
        if setting.len() != 32 || !setting.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(KeyError::Length { length: setting.len() });
        }
        let mut key = Zeroizing::new([0u8; 32]);
        let stretched = hkdf::Hkdf::<Sha256>::new(None, setting.as_bytes()).expand(LABEL, key.as_mut());
        stretched.map_err(|_| KeyError::Length { length: 32 })?;
        Ok((Self::from_bytes(key), Some(KeyNotice::Stretched)))
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

/// The 32 bytes after `base64:` or `hex:`; none where the text has neither in front.
pub(super) fn secret_bytes(setting: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
    let (encoding, bytes) = if let Some(text) = setting.strip_prefix("base64:") {
        let bytes = BASE64_STANDARD.decode(text).or_else(|_| BASE64_URL_SAFE_NO_PAD.decode(text));
        ("base64", bytes.ok())
    } else if let Some(text) = setting.strip_prefix("hex:") {
        ("hex", decode_hex(text))
    } else {
        return Ok(None);
    };
    let bytes = Zeroizing::new(bytes.unwrap_or_default());
    match bytes.len() {
        32 if uniform(&bytes) => Err(KeyError::Placeholder),
        32 => Ok(Some(bytes)),
        _ => Err(KeyError::Encoding { encoding }),
    }
}

/// The samples of documents all say whose key should stand there.
fn is_sample(text: &str) -> bool {
    text.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("your"))
}

fn uniform(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.windows(2).all(|pair| pair[0] == pair[1])
}

pub(super) fn decode_hex(text: &str) -> Option<Vec<u8>> {
    // `from_str_radix` would take a sign.
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
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
    fn the_sample_keys_of_documents_are_refused_with_the_way_to_make_one() {
        for sample in [
            "your-32-character-encryption-key-here",
            "your_encryption_key_here",
            "your_32_byte_key_for_token_encryption",
            "Your-32-Character-Encryption-Key",
        ] {
            let error = refused(sample);
            assert_eq!(error, KeyError::Placeholder, "{sample}");
            assert!(error.to_string().contains("openssl rand -base64 32"), "{error}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_an_instruction() {
        let key = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        assert!(MasterKey::parse(key).is_ok());
        for length in [1, 24, 31, 33, 37] {
            let text: String = ('0'..='z').take(length).collect();
            let said = if length == 1 { KeyError::Placeholder } else { KeyError::Length { length } };
            assert_eq!(refused(&text), said);
        }
        assert_eq!(refused(&"a".repeat(32)), KeyError::Placeholder);
        assert_eq!(refused(&format!("hex:{}", "00".repeat(32))), KeyError::Placeholder);
        assert_eq!(refused("base64:AAAA"), KeyError::Encoding { encoding: "base64" });
        for bad in
            [&key[..66], &format!("{key}20"), &key.replace("00", "+0"), &key.replace("00", "zz"), "hex:"]
        {
            assert_eq!(refused(bad), KeyError::Encoding { encoding: "hex" }, "{bad}");
        }
        assert_eq!(refused("k\u{e9}y-of-thirty-two-bytes-in-utf8"), KeyError::Length { length: 32 });
        assert_eq!(refused(&format!("{key}\n\n")), KeyError::Encoding { encoding: "hex" });
        assert!(refused("").to_string().contains("openssl rand"));
    }
}
