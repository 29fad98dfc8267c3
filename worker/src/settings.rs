//! The Worker's variables and secrets, read once per request.

use kalends::outbound::Reach;
use kalends::vault::{KeyError, KeyNotice, MasterKey, Vault};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicBool, Ordering};
use url::Url;
use worker::Env;

/// Apple's CalDAV service.
const ICLOUD: &str = "https://caldav.icloud.com/";

/// Answers questions of DNS over HTTPS, as JSON.
const RESOLVER: &str = "https://cloudflare-dns.com/dns-query";

/// Whether this isolate has warned of a weak key.
static WARNED: AtomicBool = AtomicBool::new(false);

/// What the operator has configured.
pub struct Settings {
    /// The master keys.
    pub vault: Vault,
    /// The SHA-256 of the operator's key, if there is one.
    pub admin_key: Option<[u8; 32]>,
    /// How far requests may reach.
    pub reach: Reach,
    /// Where an iCloud account without a URL is looked for.
    pub icloud: Url,
    /// Who is asked where a domain's CalDAV service is.
    pub resolver: Url,
}

/// What is missing or wrong in the configuration.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No encryption key.
    #[error(
        "CALENDAR_ENCRYPTION_KEY is not set; set it to \"base64:\" and the output of: openssl rand -base64 32"
    )]
    NoKey,
    /// The encryption key is no key.
    #[error("{name}: {error}")]
    Key {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        error: KeyError,
    },
    /// Not a URL.
    #[error("{0} is not a URL")]
    Url(&'static str),
}

impl Settings {
    /// Reads what is set.
    pub fn read(env: &Env) -> Result<Self, SettingsError> {
        let text = |name: &str| {
            env.var(name).ok().map(|value| value.to_string()).filter(|value| !value.trim().is_empty())
        };
        let named = ["CALENDAR_ENCRYPTION_KEY", "ENCRYPTION_KEY"];
        let (name, key) = named
            .into_iter()
            .find_map(|name| text(name).map(|value| (name, value)))
            .ok_or(SettingsError::NoKey)?;
        let (key, notice) = MasterKey::parse(&key).map_err(|error| SettingsError::Key { name, error })?;
        if notice == Some(KeyNotice::Stretched) && !WARNED.swap(true, Ordering::Relaxed) {
            worker::console_warn!(
                "{name} is text of 32 characters, which holds fewer than 256 bits; better: base64:"
            );
        }
        let url = |name: &'static str, usual: &str| {
            Url::parse(text(name).as_deref().unwrap_or(usual)).map_err(|_| SettingsError::Url(name))
        };
        let loopback = text("KALENDS_ALLOW_LOOPBACK").as_deref() == Some("true");
        Ok(Self {
            vault: Vault::new(key, Vec::new()),
            admin_key: text("KALENDS_ADMIN_KEY").map(|key| hash(key.trim())),
            reach: if loopback { Reach::PublicAndLoopback } else { Reach::Public },
            icloud: url("ICLOUD_CALDAV_URL", ICLOUD)?,
            resolver: url("KALENDS_DNS_URL", RESOLVER)?,
        })
    }
}

/// The SHA-256 of a key: what is stored and compared, so that comparing takes the same time for any guess.
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}
