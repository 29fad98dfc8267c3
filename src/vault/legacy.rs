//! Records of applications that encrypted with AES-256-CBC and without a MAC: read once, to be imported.

use super::Credentials;
use super::key::{KeyError, decode_hex, secret_bytes};
use aes::Aes256;
use base64::prelude::{BASE64_STANDARD, Engine};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use zeroize::Zeroizing;

const BLOCK: usize = 16;

/// The key of another application's AES-256-CBC. It opens and never seals: what has no MAC can be altered undetected.
pub struct LegacyKey(Zeroizing<[u8; 32]>);

/// A record that could not be opened. Why is not told: whether a padding was right is what a padding oracle answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the record does not open: it is not hex(iv):hex(ciphertext) or base64(iv ciphertext) of AES-256-CBC under this key; set KALENDS_LEGACY_KEY to the key that encrypted it"
)]
pub struct LegacyError;

/// The user name beside a legacy password.
#[derive(Debug, Clone, Copy)]
pub enum LegacyName<'a> {
    /// It was stored as it is.
    Plain(&'a str),
    /// It is a record, too.
    Sealed(&'a str),
}

impl LegacyKey {
    /// Reads a key as such applications took it: 32 ASCII characters as 32 bytes, 64 hex digits, or `base64:` or `hex:`
    /// and 32 bytes.
    pub fn parse(setting: &str) -> Result<Self, KeyError> {
        let setting = setting.trim_end_matches(['\r', '\n']);
        let digits = Some(setting).filter(|text| text.len() == 64).and_then(decode_hex).map(Zeroizing::new);
        let bytes = match (digits, setting.is_ascii()) {
            (Some(bytes), _) => bytes,
            (None, true) if setting.len() == 32 => Zeroizing::new(setting.as_bytes().to_vec()),
            _ => secret_bytes(setting)?.ok_or(KeyError::Length { length: setting.len() })?,
        };
        let key = bytes.as_slice().try_into().map_err(|_| KeyError::Length { length: bytes.len() })?;
        Ok(Self(Zeroizing::new(key)))
    }

    /// A user name and password of another application. What opens into anything but text that a person could have
    /// typed was altered, or has another key.
    pub fn credentials(&self, username: LegacyName<'_>, password: &str) -> Result<Credentials, LegacyError> {
        let username = match username {
            LegacyName::Plain(name) => Zeroizing::new(name.to_owned()),
            LegacyName::Sealed(record) => self.open(record)?,
        };
        let password = self.open(password)?;
        let is_typed = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        // RFC 7617: a colon ends the user name.
        if !is_typed(&username) || !is_typed(&password) || username.contains(':') {
            return Err(LegacyError);
        }
        Ok(Credentials { username, password })
    }

    fn open(&self, record: &str) -> Result<Zeroizing<String>, LegacyError> {
        let record = record.trim();
        let bytes = match record.split_once(':') {
            Some((iv, text)) => decode_hex(iv).zip(decode_hex(text)).map(|(iv, text)| [iv, text].concat()),
            None => BASE64_STANDARD.decode(record).ok(),
        };
        let bytes = bytes.ok_or(LegacyError)?;
        let (iv, text) = bytes.split_first_chunk::<BLOCK>().ok_or(LegacyError)?;
        let mut text = Zeroizing::new(text.to_vec());
        let cipher = Decryptor::<Aes256>::new((&*self.0).into(), iv.into());
        let plain = cipher.decrypt_padded::<Pkcs7>(&mut text).map_err(|_| LegacyError)?;
        str::from_utf8(plain).map(|plain| Zeroizing::new(plain.to_owned())).map_err(|_| LegacyError)
    }
}

impl std::fmt::Debug for LegacyKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cbc::cipher::block_padding::NoPadding;

    /// NIST SP 800-38A, F.2.5.
    const KEY: &str = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

    /// "app-pässword" under the characters below, made with OpenSSL.
    const ASCII_KEY: &str = "0123456789abcdefghijklmnopqrstuv";
    const IV: &str = "000102030405060708090a0b0c0d0e0f";

    #[test]
    fn the_cipher_is_aes_256_cbc_as_nist_publishes_it() {
        let key = LegacyKey::parse(KEY).unwrap();
        let mut bytes =
            decode_hex("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d").unwrap();
        let iv: [u8; BLOCK] = decode_hex(IV).unwrap().try_into().unwrap();
        let cipher = Decryptor::<Aes256>::new((&*key.0).into(), (&iv).into());
        let plain = cipher.decrypt_padded::<NoPadding>(&mut bytes).unwrap();
        assert_eq!(
            super::super::hex(plain),
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        );
    }

    fn record() -> String {
        format!("{IV}:66c23b90d8b8fe94b20592c28a0b2833")
    }

    #[test]
    fn both_layouts_open_into_the_same_password() {
        let key = LegacyKey::parse(&format!("{ASCII_KEY}\n")).unwrap();
        let joined = decode_hex(&record().replace(':', "")).unwrap();
        for layout in [record(), record().to_uppercase(), BASE64_STANDARD.encode(joined)] {
            assert_eq!(key.open(&layout).unwrap().as_str(), "app-p\u{e4}ssword", "{layout}");
        }
    }

    #[test]
    fn whatever_does_not_open_is_refused_in_the_same_words() {
        let key = LegacyKey::parse(ASCII_KEY).unwrap();
        let cut = |by: usize| record()[..record().len() - by].to_owned();
        for bad in [cut(1), cut(2), cut(32), IV.to_owned(), format!("{IV}:"), String::new(), "a:b:c".into()] {
            assert_eq!(key.open(&bad), Err(LegacyError), "{bad}");
        }
        let other = LegacyKey::parse(KEY).unwrap();
        assert_eq!(other.credentials(LegacyName::Plain("ana"), &record()).err(), Some(LegacyError));
        assert_eq!(key.credentials(LegacyName::Plain("a:b"), &record()).err(), Some(LegacyError));
        assert!(key.credentials(LegacyName::Sealed(&record()), &record()).is_ok());
    }

    #[test]
    fn a_legacy_key_is_32_bytes_in_one_of_its_forms() {
        for good in [KEY.to_owned(), format!("hex:{KEY}"), ASCII_KEY.to_owned()] {
            assert!(LegacyKey::parse(&good).is_ok(), "{good}");
        }
        for bad in ["", "short", "k\u{e9}y-of-thirty-two-bytes-in-utf8", &KEY[1..]] {
            assert!(LegacyKey::parse(bad).is_err(), "{bad}");
        }
    }
}
