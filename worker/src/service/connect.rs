//! Connecting a CalDAV account: verify, choose the calendar, seal the credentials, sync for the first time.

use super::{ServiceError, synchronise};
use crate::database::Database;
use crate::database::connections::{ConnectionRow, ConnectionSettings, NewConnection};
use crate::ports::{Fetch, RuntimeClock, RuntimeEntropy};
use crate::settings::Settings;
use kalends::caldav::{CalendarInfo, calendars};
use kalends::outbound::Outbound;
use kalends::port::{Clock, Entropy, OwnerKey};
use kalends::provider::ProviderError;
use kalends::sync::{Report, Scope};
use kalends::vault::{Credentials, Scope as VaultScope};
use sha2::{Digest, Sha256};
use url::Url;

/// An account as the caller names it.
pub struct Account {
    /// User name and password; those of the service account where there are none.
    pub credentials: Option<Credentials>,
    /// Any address of the account; Apple's where there is none.
    pub url: Option<String>,
    /// Which of its calendars.
    pub choice: Choice,
}

/// Which calendar of an account is connected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The one at the address, or else the first that can be written.
    OrFirst,
    /// The one at the address.
    AtAddress,
}

/// What the caller wants of the connection.
pub struct Wish {
    /// The name to show, else the calendar's own.
    pub name: Option<String>,
    /// The owner's zone, if told.
    pub timezone: Option<String>,
    /// The settings.
    pub settings: ConnectionSettings,
}

/// The account's calendars; nothing is stored.
pub async fn list(
    settings: &Settings,
    tenant: &str,
    account: &Account,
) -> Result<Vec<CalendarInfo>, ServiceError> {
    let url = address(settings, account)?;
    let authorizer = match &account.credentials {
        Some(credentials) => credentials.authorizer(),
        None => {
            let account = settings.service_account(tenant, &url).ok_or(ServiceError::NotConfigured)?;
            account.credentials.authorizer()
        }
    };
    let refused = |error: kalends::outbound::AddressError| ProviderError::Refused(error.to_string());
    let outbound = Outbound::new(&Fetch, &authorizer, &url, settings.reach).map_err(refused)?;
    let mut found = calendars(&outbound, &url).await?;
    found.retain(CalendarInfo::holds_events);
    Ok(found)
}

/// The calendar of an account that is meant; nothing is stored.
pub async fn find(
    settings: &Settings,
    tenant: &str,
    account: &Account,
) -> Result<CalendarInfo, ServiceError> {
    let found = list(settings, tenant, account).await?;
    let asked = found.iter().position(|calendar| calendar.asked_for);
    let chosen = match account.choice {
        Choice::OrFirst => asked.or_else(|| found.iter().position(|calendar| calendar.writable)),
        Choice::AtAddress => asked,
    };
    let url = account.url.clone().unwrap_or_else(|| settings.icloud.to_string());
    let none = || ProviderError::NoCalendar(url);
    Ok(chosen.and_then(|at| found.into_iter().nth(at)).ok_or_else(none)?)
}

/// Connects the account's calendar at its URL, or its first one that can be written. Connecting the same calendar
/// again renews the connection. Once the connection is stored it stands: a first sync that fails is told beside it,
/// and the clock goes on with it.
pub async fn connect(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    account: &Account,
    wish: Wish,
) -> Result<(ConnectionRow, Result<Report, ServiceError>), ServiceError> {
    let calendar = find(settings, &owner.tenant, account).await?;
    let (clock, entropy) = (RuntimeClock, RuntimeEntropy);
    let name = fingerprint([&owner.tenant, &owner.owner, calendar.url.as_str()]);
    let (id, calendar_id) = (format!("con_{name}"), format!("cal_{name}"));
    let scope = VaultScope { tenant: &owner.tenant, connection: &id };
    let seal = |credentials| settings.vault.seal(credentials, scope, |bytes| entropy.fill(bytes));
    let sealed = account.credentials.as_ref().map(seal).transpose()?;
    let new = NewConnection {
        id: &id,
        owner,
        provider: provider_word(&calendar.url, settings),
        account: &calendar.url.origin().ascii_serialization(),
        sealed: sealed.as_ref(),
        settings: wish.settings,
        calendar_id: &calendar_id,
        calendar_url: calendar.url.as_str(),
        calendar_name: wish.name.as_deref().unwrap_or(&calendar.name),
        color: calendar.color.as_deref(),
    };
    let now = clock.now();
    let mut batch = vec![database.ensure_owner(owner, wish.timezone.as_deref(), now)?];
    batch.extend(database.put_connection(&new, now)?);
    database.batch(batch).await?;
    let row =
        database.connection(&owner.tenant, &id).await?.ok_or(ServiceError::NotFound("no such connection"))?;
    let report = synchronise::run(database, settings, &row, &Scope::Initial).await;
    Ok((row, report))
}

fn address(settings: &Settings, account: &Account) -> Result<Url, ServiceError> {
    match &account.url {
        None => Ok(settings.icloud.clone()),
        Some(text) => settings
            .reach
            .parse(text)
            .map_err(|error| ServiceError::Invalid { field: "calendarUrl", sentence: error.to_string() }),
    }
}

/// Made of whose calendar it is and of its address, so that two connects at once are one connection.
fn fingerprint(parts: [&str; 3]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn provider_word(url: &Url, settings: &Settings) -> &'static str {
    let host = url.host_str().unwrap_or_default();
    if url.origin() == settings.icloud.origin() || host.ends_with(".icloud.com") {
        "ICLOUD_CALDAV"
    } else if url.path().contains("/remote.php/dav/") {
        "NEXTCLOUD"
    } else {
        "CALDAV"
    }
}
