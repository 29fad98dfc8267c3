//! Credential encryption: a master key wraps one data key per connection, the data key seals each field.
//!
//! Only this module sees a plaintext credential; everyone else gets an [`Authorizer`], which prints as
//! `[redacted]` and knows only how to sign a request.

mod authorizer;
mod challenge;
mod digest;
mod key;
mod legacy;
mod mac;
mod seal;

pub use authorizer::Authorizer;
pub use key::{KeyError, KeyNotice, MasterKey};
pub use legacy::{LegacyError, LegacyKey, LegacyName};
pub use mac::MacKey;
pub use seal::SealError;

use seal::{Aad, DataKey};
use zeroize::Zeroizing;

/// Which connection of which tenant a secret belongs to; bound into every ciphertext, so that a row's secret
/// cannot be moved to another row.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The tenant's id.
    pub tenant: &'a str,
    /// The connection's id.
    pub connection: &'a str,
}

/// A user name and password as they came in a request, on their way to be sealed or used once.
pub struct Credentials {
    username: Zeroizing<String>,
    password: Zeroizing<String>,
}

impl Credentials {
    /// Takes over a user name and a password.
    pub fn new(username: String, password: String) -> Self {
        Self { username: Zeroizing::new(username), password: Zeroizing::new(password) }
    }

    /// What signs requests with these credentials.
    pub fn authorizer(&self) -> Authorizer {
        Authorizer::password(&self.username, &self.password)
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Credentials as they are stored: every part is text that only a [`Vault`] with the right key can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCredentials {
    /// The connection's data key, wrapped by a master key.
    pub wrapped_key: String,
    /// The user name, sealed with the data key.
    pub username: String,
    /// The password, sealed with the data key.
    pub password: String,
}

/// The master keys in force: the first one seals, all of them open.
pub struct Vault {
    ring: Vec<MasterKey>,
}

impl Vault {
    /// A vault that seals with `current` and can still open what `older` keys have sealed.
    pub fn new(current: MasterKey, older: Vec<MasterKey>) -> Self {
        let mut ring = vec![current];
        ring.extend(older);
        Self { ring }
    }

    /// Seals credentials for storage. `random` fills a slice with random bytes; it is called for the data key
    /// and once for each nonce.
    pub fn seal(
        &self,
        credentials: &Credentials,
        scope: Scope<'_>,
        mut random: impl FnMut(&mut [u8]),
    ) -> Result<SealedCredentials, SealError> {
        let data_key = DataKey::generate(&mut random);
        Ok(SealedCredentials {
            wrapped_key: self.ring[0].wrap(&data_key, Aad::new(scope, "data_key"), &mut random)?,
            username: data_key.seal(&credentials.username, Aad::new(scope, "username"), &mut random)?,
            password: data_key.seal(&credentials.password, Aad::new(scope, "password"), &mut random)?,
        })
    }

    /// Opens stored credentials into what signs a request.
    ///
    /// # Errors
    ///
    /// [`SealError::UnknownKey`] where no key of the ring sealed this record, [`SealError::Broken`] where the
    /// record was altered or belongs to another row.
    pub fn authorizer(&self, sealed: &SealedCredentials, scope: Scope<'_>) -> Result<Authorizer, SealError> {
        let data_key = self.data_key(&sealed.wrapped_key, scope)?;
        let username = data_key.open(&sealed.username, Aad::new(scope, "username"))?;
        let password = data_key.open(&sealed.password, Aad::new(scope, "password"))?;
        Ok(Authorizer::password(&username, &password))
    }

    /// The id of the key that seals: the one that every record has after a rotation.
    pub fn key_id(&self) -> String {
        hex(&self.ring[0].id())
    }

    /// How every data key begins that this key has wrapped: six characters, the version and 28 bits of the key's id.
    pub fn beginning(&self) -> String {
        seal::beginning(self.ring[0].id())
    }

    /// A data key wrapped anew, by the key that seals. What the data key has sealed stays as it is.
    ///
    /// # Errors
    ///
    /// Those of [`Vault::authorizer`].
    pub fn rewrap(
        &self,
        wrapped_key: &str,
        scope: Scope<'_>,
        mut random: impl FnMut(&mut [u8]),
    ) -> Result<String, SealError> {
        let data_key = self.data_key(wrapped_key, scope)?;
        self.ring[0].wrap(&data_key, Aad::new(scope, "data_key"), &mut random)
    }

    fn data_key(&self, wrapped_key: &str, scope: Scope<'_>) -> Result<DataKey, SealError> {
        let record = seal::Record::parse(wrapped_key)?;
        let master = self.ring.iter().find(|key| key.id() == record.key_id());
        let master = master.ok_or_else(|| SealError::UnknownKey { id: hex(&record.key_id()) })?;
        master.unwrap(&record, Aad::new(scope, "data_key"))
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ids: Vec<String> = self.ring.iter().map(|key| hex(&key.id())).collect();
        f.debug_struct("Vault").field("keys", &ids).finish()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: Scope<'_> = Scope { tenant: "studio", connection: "con_1" };

    fn key(seed: u8) -> MasterKey {
        let mut text = String::from("hex:");
        for index in 0..32u8 {
            text.push_str(&format!("{:02x}", index.wrapping_mul(7).wrapping_add(seed)));
        }
        MasterKey::parse(&text).unwrap().0
    }

    fn vault(seed: u8) -> Vault {
        Vault::new(key(seed), Vec::new())
    }

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut next = 0u8;
        move |bytes| {
            for byte in bytes {
                next = next.wrapping_add(1);
                *byte = next;
            }
        }
    }

    fn sealed() -> SealedCredentials {
        let credentials = Credentials::new("ana@example.org".into(), "pass:word \u{1f511}".into());
        vault(1).seal(&credentials, SCOPE, counting()).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_into_the_same_authorization() {
        let direct = Credentials::new("ana@example.org".into(), "pass:word \u{1f511}".into()).authorizer();
        let opened = vault(1).authorizer(&sealed(), SCOPE).unwrap();
        let url = url::Url::parse("https://cal.example.org/").unwrap();
        assert_eq!(opened.header("GET", &url), direct.header("GET", &url));
    }

    #[test]
    fn another_connections_row_cannot_use_the_record() {
        let other = Scope { connection: "con_2", ..SCOPE };
        assert!(matches!(vault(1).authorizer(&sealed(), other), Err(SealError::Broken)));
    }

    #[test]
    fn swapped_fields_do_not_open() {
        let mut swapped = sealed();
        std::mem::swap(&mut swapped.username, &mut swapped.password);
        assert!(matches!(vault(1).authorizer(&swapped, SCOPE), Err(SealError::Broken)));
    }

    #[test]
    fn an_unknown_master_key_fails_closed_and_says_which() {
        let error = vault(2).authorizer(&sealed(), SCOPE).unwrap_err();
        assert!(matches!(&error, SealError::UnknownKey { id } if id.len() == 8), "{error}");
    }

    #[test]
    fn after_a_rotation_the_old_key_is_not_needed_and_opens_nothing() {
        let ring = Vault::new(key(2), vec![key(1)]);
        let old = sealed();
        assert!(ring.authorizer(&old, SCOPE).is_ok(), "until it is rotated, it opens with the older key");
        let wrapped_key = ring.rewrap(&old.wrapped_key, SCOPE, counting()).unwrap();
        let rotated = SealedCredentials { wrapped_key, ..old.clone() };
        assert!(rotated.wrapped_key.starts_with(&ring.beginning()));
        assert!(!old.wrapped_key.starts_with(&ring.beginning()));
        assert!(vault(2).authorizer(&rotated, SCOPE).is_ok());
        assert!(matches!(vault(1).authorizer(&rotated, SCOPE), Err(SealError::UnknownKey { .. })));
        let other = Scope { connection: "con_2", ..SCOPE };
        assert_eq!(ring.rewrap(&old.wrapped_key, other, counting()), Err(SealError::Broken));
    }

    /// What the same fields become under Web Crypto; `tests/end-to-end/vault.test.ts` makes and opens them there.
    #[test]
    fn sealed_bytes_are_those_that_web_crypto_makes() {
        let cases: serde_json::Value = serde_json::from_str(include_str!("sealed.json")).unwrap();
        for case in cases.as_array().unwrap() {
            let text = |name: &str| case[name].as_str().unwrap();
            let vault = Vault::new(MasterKey::parse(text("key")).unwrap().0, Vec::new());
            let scope = Scope { tenant: text("tenant"), connection: text("connection") };
            let credentials = Credentials::new(text("username").into(), text("password").into());
            let sealed = vault.seal(&credentials, scope, counting()).unwrap();
            let expected = SealedCredentials {
                wrapped_key: text("wrappedKey").into(),
                username: text("encryptedUsername").into(),
                password: text("encryptedPassword").into(),
            };
            assert_eq!(sealed, expected);
            assert!(vault.authorizer(&expected, scope).is_ok());
        }
    }

    #[test]
    fn one_flipped_bit_anywhere_is_noticed() {
        let good = sealed();
        for position in 0..good.password.len() {
            let mut bytes = good.password.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let altered = SealedCredentials { password: String::from_utf8(bytes).unwrap(), ..good.clone() };
            if altered != good {
                assert!(vault(1).authorizer(&altered, SCOPE).is_err(), "position {position}");
            }
        }
    }

    #[test]
    fn nothing_secret_prints() {
        let credentials = Credentials::new("ana".into(), "canary".into());
        let printed = format!("{credentials:?} {:?} {:?}", credentials.authorizer(), vault(1));
        assert!(!printed.contains("canary") && printed.contains("[redacted]"), "{printed}");
    }
}
