//! The Worker's variables and secrets, read once per request.

use crate::log;
use crate::service_account::ServiceAccount;
use kalends::outbound::{AddressError, Reach};
use kalends::vault::{KeyError, KeyNotice, LegacyKey, MasterKey, Vault};
use sha2::{Digest, Sha256};
use std::cell::RefCell;
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

/// What documents have for databases and keys of other programs.
const MEANINGLESS: [&str; 2] = ["DATABASE_URL", "SECRET_KEY"];

/// Whether this isolate has told what it started with.
static STARTED: AtomicBool = AtomicBool::new(false);

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
        let taken = RefCell::new(Vec::new());
        let text = |name: &'static str| {
            let value = env.var(name).ok().map(|value| value.to_string());
            let value = value.filter(|value| !value.trim().is_empty())?;
            taken.borrow_mut().push(name);
            Some(value)
        };
        log::tell_more(text("DEBUG_CALENDAR_SYNC").is_some_and(|value| value.trim() == "true"));
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
            let says = "text of 32 characters holds fewer than 256 bits; better: base64: and 32 bytes";
            log::warning("weak_key").settings(&[name]).says(says).write();
        }
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
        let settings = Self {
            steps,
            vault: Vault::new(key, older),
            legacy_key,
            admin_key: text("KALENDS_ADMIN_KEY").map(|key| hash(key.trim())),
            service_account: ServiceAccount::read(text, reach).map_err(SettingsError::Nextcloud)?,
            reach,
            icloud: url("ICLOUD_CALDAV_URL", ICLOUD)?,
            resolver: url("KALENDS_DNS_URL", RESOLVER)?,
        };
        if !STARTED.swap(true, Ordering::Relaxed) {
            log::info("started").settings(&taken.take()).write();
            let meaningless: Vec<&str> =
                MEANINGLESS.into_iter().filter(|name| text(name).is_some()).collect();
            if !meaningless.is_empty() {
                let says =
                    "these mean nothing here: data is kept in D1, and CALENDAR_ENCRYPTION_KEY keeps secrets";
                log::info("settings_ignored").settings(&meaningless).says(says).write();
            }
        }
        Ok(settings)
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
