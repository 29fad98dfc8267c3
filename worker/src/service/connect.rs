//! Connecting a CalDAV account: verify, choose the calendar, seal the credentials, sync for the first time.

use super::{ServiceError, synchronise};
use crate::database::Database;
use crate::database::connections::{ConnectionRow, ConnectionSettings, NewConnection};
use crate::ports::{Fetch, RuntimeClock, RuntimeEntropy};
use crate::settings::Settings;
use kalends::caldav::{CalendarInfo, Given, discover};
use kalends::outbound::Outbound;
use kalends::port::{Clock, Entropy, OwnerKey};
use kalends::provider::ProviderError;
use kalends::sync::{Report, Scope};
use kalends::vault::{Credentials, Scope as VaultScope};
use sha2::{Digest, Sha256};
use url::Url;

/// An account as the caller names it.
pub struct Account {
    /// User name and password.
    pub credentials: Credentials,
    /// Any URL of the account, its host or an e-mail address; Apple's where there is none.
    pub url: Option<String>,
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

/// The account's calendars and task lists; nothing is stored.
pub async fn list(settings: &Settings, account: &Account) -> Result<Vec<CalendarInfo>, ServiceError> {
    Ok(found(settings, account).await?.0)
}

/// The account's calendars and task lists, and the origins that its credentials may go to.
async fn found(
    settings: &Settings,
    account: &Account,
) -> Result<(Vec<CalendarInfo>, Vec<String>), ServiceError> {
    let given = address(settings, account)?;
    let authorizer = account.credentials.authorizer().with_digest(|bytes| RuntimeEntropy.fill(bytes));
    let refused = |error: kalends::outbound::AddressError| ProviderError::Refused(error.to_string());
    let outbound = Outbound::new(&Fetch, &authorizer, given.url(), settings.reach).map_err(refused)?;
    let outbound = outbound.discovering();
    let found = discover(&outbound, &given, Some(&settings.resolver)).await?;
    Ok((found, outbound.origins()))
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
    let (mut found, origins) = found(settings, account).await?;
    found.retain(CalendarInfo::holds_events);
    let calendar = choose(found, settings, account)?;
    let (clock, entropy) = (RuntimeClock, RuntimeEntropy);
    let name = fingerprint([&owner.tenant, &owner.owner, calendar.url.as_str()]);
    let (id, calendar_id) = (format!("con_{name}"), format!("cal_{name}"));
    let scope = VaultScope { tenant: &owner.tenant, connection: &id };
    let sealed = settings.vault.seal(&account.credentials, scope, |bytes| entropy.fill(bytes))?;
    let new = NewConnection {
        id: &id,
        owner,
        provider: provider_word(&calendar.url, settings),
        origins: &origins.join(" "),
        sealed: &sealed,
        settings: wish.settings,
        calendar_id: &calendar_id,
        calendar_url: calendar.url.as_str(),
        calendar_name: wish.name.as_deref().unwrap_or(&calendar.name),
        color: calendar.color.as_deref(),
    };
    // A new owner is at home where the calendar is.
    let is_new = database.owner(owner).await?.is_none();
    let zone = wish.timezone.as_deref().or(calendar.time_zone.as_deref().filter(|_| is_new));
    let now = clock.now();
    let mut batch = vec![database.ensure_owner(owner, zone, now)?];
    batch.extend(database.put_connection(&new, now)?);
    database.batch(batch).await?;
    let row =
        database.connection(&owner.tenant, &id).await?.ok_or(ServiceError::NotFound("no such connection"))?;
    let report = synchronise::run(database, settings, &row, &Scope::Initial).await;
    Ok((row, report))
}

fn address(settings: &Settings, account: &Account) -> Result<Given, ServiceError> {
    let Some(text) = &account.url else { return Ok(Given::Url(settings.icloud.clone())) };
    let given = Given::parse(text, settings.reach)
        .map_err(|error| ServiceError::Invalid { field: "calendarUrl", sentence: error.to_string() })?;
    Ok(if given.is_icloud() { Given::Url(settings.icloud.clone()) } else { given })
}

fn choose(
    found: Vec<CalendarInfo>,
    settings: &Settings,
    account: &Account,
) -> Result<CalendarInfo, ServiceError> {
    let asked = found.iter().position(|calendar| calendar.asked_for);
    let chosen = asked.or_else(|| found.iter().position(|calendar| calendar.writable));
    let url = account.url.clone().unwrap_or_else(|| settings.icloud.to_string());
    match chosen {
        Some(at) => Ok(found.into_iter().nth(at).ok_or(ProviderError::NoCalendar(url))?),
        None => Err(ProviderError::NoCalendar(url).into()),
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
