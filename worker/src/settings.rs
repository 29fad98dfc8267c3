//! The Worker's variables and secrets, read once per request.

use crate::service_account::ServiceAccount;
use kalends::outbound::{AddressError, Reach};
use kalends::vault::{KeyError, KeyNotice, LegacyKey, MasterKey, Vault};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use url::{Origin, Url};
use worker::Env;

/// Apple's CalDAV service.
const ICLOUD: &str = "https://caldav.icloud.com/";

/// Answers questions of DNS over HTTPS, as JSON.
const RESOLVER: &str = "https://cloudflare-dns.com/dns-query";

/// How many commits a sync makes at most: each stands for up to three requests or queries, of which a Worker has a
/// thousand.
const STEPS: usize = 300;

/// The tenant that the Worker's own variables configure.
pub const DEFAULT_TENANT: &str = "default";

/// The master key, under the names that documents have for it; the first that is set is taken.
const KEYS: [&str; 2] = ["CALENDAR_ENCRYPTION_KEY", "ENCRYPTION_KEY"];

/// Master keys that seal nothing any more, and still open what they have sealed.
const OLDER_KEYS: [&str; 5] = [
    "CALENDAR_ENCRYPTION_KEY_OLD_1",
    "CALENDAR_ENCRYPTION_KEY_OLD_2",
    "CALENDAR_ENCRYPTION_KEY_OLD_3",
    "CALENDAR_ENCRYPTION_KEY_OLD_4",
    "CALENDAR_ENCRYPTION_KEY_OLD_5",
];

/// What another application encrypted its records with.
const LEGACY_KEY: &str = "KALENDS_LEGACY_KEY";

/// The other variables that mean something here, as some document or this one has them.
const NAMES: [&str; 12] = [
    LEGACY_KEY,
    "KALENDS_ADMIN_KEY",
    "NEXTCLOUD_BASE_URL",
    "NEXTCLOUD_USERNAME",
    "NEXTCLOUD_PASSWORD",
    "NEXTCLOUD_CALENDAR_BASE_PATH",
    "ICLOUD_CALDAV_URL",
    "KALENDS_DNS_URL",
    "KALENDS_SYNC_STEPS",
    "KALENDS_ALLOW_ORIGINS",
    "KALENDS_ALLOW_LOOPBACK",
    DEBUG,
];

/// Variables that documents have, and that mean nothing here: D1 is the database, and keys are the vault's.
const MEANINGLESS: [&str; 2] = ["DATABASE_URL", "SECRET_KEY"];

/// Whether runs are told in the log.
const DEBUG: &str = "DEBUG_CALENDAR_SYNC";

/// Whether this isolate has told its settings' names.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Whether this isolate has warned of a weak key.
static WARNED: AtomicBool = AtomicBool::new(false);

/// What the operator has configured.
pub struct Settings {
    /// The master keys.
    pub vault: Vault,
    /// Opens the records of another application: `KALENDS_LEGACY_KEY`, else the encryption key as it was used there.
    pub legacy_key: LegacyKey,
    /// The SHA-256 of the operator's key, if there is one.
    pub admin_key: Option<[u8; 32]>,
    /// How far requests may reach.
    pub reach: Reach,
    /// Where an iCloud account without a URL is looked for.
    pub icloud: Url,
    /// Who is asked where a domain's CalDAV service is.
    pub resolver: Url,
    /// Whether each run is told in the log.
    pub debug: bool,
    /// After so many commits a sync leaves the rest to the next one.
    pub steps: usize,
    /// The account that serves every artist of the tenant `default`, if there is one.
    pub service_account: Option<ServiceAccount>,
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
    /// Not a number of commits.
    #[error("KALENDS_SYNC_STEPS is no whole number from 1")]
    Steps,
    /// An origin that is none.
    #[error("KALENDS_ALLOW_ORIGINS: {0}")]
    Origins(AddressError),
    /// An address that may not be asked.
    #[error("NEXTCLOUD_BASE_URL: {0}")]
    Nextcloud(AddressError),
}

impl Settings {
    /// Reads what is set.
    pub fn read(env: &Env) -> Result<Self, SettingsError> {
        let text = |name: &str| {
            env.var(name).ok().map(|value| value.to_string()).filter(|value| !value.trim().is_empty())
        };
        let (name, setting) = KEYS
            .into_iter()
            .find_map(|name| text(name).map(|value| (name, value)))
            .ok_or(SettingsError::NoKey)?;
        let wrong = |name| move |error| SettingsError::Key { name, error };
        let (key, notice) = MasterKey::parse(&setting).map_err(wrong(name))?;
        let mut older = Vec::new();
        for name in OLDER_KEYS {
            if let Some(setting) = text(name) {
                older.push(MasterKey::parse(&setting).map_err(wrong(name))?.0);
            }
        }
        let legacy_key = match text(LEGACY_KEY) {
            Some(setting) => LegacyKey::parse(&setting).map_err(wrong(LEGACY_KEY))?,
            None => LegacyKey::parse(&setting).map_err(wrong(name))?,
        };
        if notice == Some(KeyNotice::Stretched) && !WARNED.swap(true, Ordering::Relaxed) {
            worker::console_warn!(
                "{name} is text of 32 characters, which holds fewer than 256 bits; better: base64:"
            );
        }
        tell_names(&text);
        let url = |name: &'static str, usual: &str| {
            Url::parse(text(name).as_deref().unwrap_or(usual)).map_err(|_| SettingsError::Url(name))
        };
        let loopback = text("KALENDS_ALLOW_LOOPBACK").as_deref() == Some("true");
        let reach = match text("KALENDS_ALLOW_ORIGINS") {
            _ if loopback => Reach::PublicAndLoopback,
            Some(origins) => Reach::PublicAnd(allowed(&origins).map_err(SettingsError::Origins)?),
            None => Reach::Public,
        };
        let steps = match text("KALENDS_SYNC_STEPS").map(|text| text.trim().parse()) {
            None => STEPS,
            Some(Ok(steps)) if steps > 0 => steps,
            Some(_) => return Err(SettingsError::Steps),
        };
        Ok(Self {
            debug: text(DEBUG).as_deref() == Some("true"),
            steps,
            vault: Vault::new(key, older),
            legacy_key,
            admin_key: text("KALENDS_ADMIN_KEY").map(|key| hash(key.trim())),
            service_account: ServiceAccount::read(text, reach).map_err(SettingsError::Nextcloud)?,
            reach,
            icloud: url("ICLOUD_CALDAV_URL", ICLOUD)?,
            resolver: url("KALENDS_DNS_URL", RESOLVER)?,
        })
    }
}

/// Says once which settings were found, by their names alone.
fn tell_names(text: &impl Fn(&str) -> Option<String>) {
    if TOLD.swap(true, Ordering::Relaxed) {
        return;
    }
    let set = |names: &[&'static str]| -> Vec<&str> {
        names.iter().copied().filter(|name| text(name).is_some()).collect()
    };
    let names = [&KEYS[..], &OLDER_KEYS[..], &NAMES[..]].concat();
    worker::console_log!("settings: {}", set(&names).join(", "));
    let without = set(&MEANINGLESS);
    if !without.is_empty() {
        worker::console_log!("settings that mean nothing here: {}", without.join(", "));
    }
}

impl Settings {
    /// The service account, where it serves this tenant and this address.
    pub fn service_account(&self, tenant: &str, url: &Url) -> Option<&ServiceAccount> {
        let account = self.service_account.as_ref()?;
        (tenant == DEFAULT_TENANT && account.serves(url)).then_some(account)
    }

    /// The address of the service account's calendar of that id, for the tenant that it serves.
    pub fn service_calendar(&self, tenant: &str, id: &str) -> Option<Url> {
        self.service_account.as_ref().filter(|_| tenant == DEFAULT_TENANT).map(|account| account.calendar(id))
    }
}

/// The origins that the operator allows; variables do not change while an isolate lives, so they are kept.
fn allowed(text: &str) -> Result<&'static [Origin], AddressError> {
    static ALLOWED: OnceLock<Vec<Origin>> = OnceLock::new();
    match ALLOWED.get() {
        Some(known) => Ok(known),
        None => Reach::allowing(text).map(|read| ALLOWED.get_or_init(|| read).as_slice()),
    }
}

/// The SHA-256 of a key: what is stored and compared, so that comparing takes the same time for any guess.
pub fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}
