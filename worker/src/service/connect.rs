//! Connecting a CalDAV account: verify, choose the calendar, seal the credentials, sync for the first time.

use super::{ServiceError, synchronise};
use crate::database::Database;
use crate::database::connections::{ConnectionRow, ConnectionSettings, NewConnection};
use crate::log;
use crate::ports::{Fetch, RuntimeClock, RuntimeEntropy};
use crate::settings::Settings;
use kalends::booking::Kind;
use kalends::caldav::request::State;
use kalends::caldav::{CalendarInfo, Given, discover};
use kalends::outbound::Outbound;
use kalends::port::{Clock, Entropy, OwnerKey};
use kalends::provider::ProviderError;
use kalends::sync::Report;
use kalends::vault::{Credentials, Scope as VaultScope};
use sha2::{Digest, Sha256};
use url::Url;

/// An account as the caller names it.
pub struct Account {
    /// User name and password; those of the service account where there are none.
    pub credentials: Option<Credentials>,
    /// Any URL of the account, its host or an e-mail address; Apple's where there is none.
    pub url: Option<String>,
    /// Which of its calendars.
    pub choice: Choice,
}

/// Which calendar of an account is connected.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// The one at the address, a task list, too, or else the first calendar that can be written.
    OrFirst,
    /// The calendar at the address.
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

/// The account's calendars and task lists; nothing is stored.
pub async fn list(
    settings: &Settings,
    tenant: &str,
    account: &Account,
) -> Result<Vec<CalendarInfo>, ServiceError> {
    Ok(found(settings, tenant, account, State::Asked).await?.0)
}

/// The account's calendars and task lists, and the origins that its credentials may go to. Those of the service account
/// go to its own server only, whatever that names.
async fn found(
    settings: &Settings,
    tenant: &str,
    account: &Account,
    state: State,
) -> Result<(Vec<CalendarInfo>, Vec<String>), ServiceError> {
    let given = address(settings, account)?;
    let service = || settings.service_account(tenant, given.url()).ok_or(ServiceError::NotConfigured);
    let authorizer = match &account.credentials {
        Some(credentials) => credentials.authorizer(),
        None => service()?.credentials.authorizer(),
    };
    let authorizer = authorizer.with_digest(|bytes| RuntimeEntropy.fill(bytes));
    let refused = |error: kalends::outbound::AddressError| ProviderError::Refused(error.to_string());
    let outbound = Outbound::new(&Fetch, &authorizer, given.url(), settings.reach).map_err(refused)?;
    let outbound = if account.credentials.is_some() { outbound.discovering() } else { outbound };
    let found = discover(&outbound, &given, Some(&settings.resolver), state).await;
    let found = found.map_err(|error| alike(&given, error))?;
    Ok((found, outbound.origins()))
}

/// What may be told of an address that a caller tries: whatever lies there or does not, it reads the same, so that
/// nobody learns by it which hosts there are. A calendar server says itself that a password is wrong, that it is
/// busy, or full; and where an e-mail address leads is told by its domain to everybody.
fn alike(given: &Given, error: ProviderError) -> ProviderError {
    match (given, error) {
        (
            _,
            error @ (ProviderError::Unauthorized | ProviderError::Throttled { .. } | ProviderError::Full),
        )
        | (Given::Mailbox(_), error @ ProviderError::Refused(_)) => error,
        (given, error) => {
            log::warning("nothing_connected").words(&error).write();
            nothing_at(given.url().as_str())
        }
    }
}

fn nothing_at(address: &str) -> ProviderError {
    let hint = "that can be reached with these credentials; its own address may help";
    ProviderError::NoCalendar(format!("{address} {hint}"))
}

/// The calendar of an account that is meant, and the origins that belong to the account; nothing is stored.
pub async fn find(
    settings: &Settings,
    tenant: &str,
    account: &Account,
) -> Result<(CalendarInfo, Vec<String>), ServiceError> {
    let (mut found, origins) = found(settings, tenant, account, State::Left).await?;
    found.retain(|calendar| match account.choice {
        Choice::OrFirst => calendar.holds_events() || (calendar.asked_for && calendar.holds_tasks()),
        Choice::AtAddress => calendar.holds_events(),
    });
    let asked = found.iter().position(|calendar| calendar.asked_for);
    let chosen = match account.choice {
        Choice::OrFirst => asked.or_else(|| found.iter().position(|calendar| calendar.writable)),
        Choice::AtAddress => asked,
    };
    let url = account.url.clone().unwrap_or_else(|| settings.icloud.to_string());
    let calendar = chosen.and_then(|at| found.into_iter().nth(at)).ok_or_else(|| nothing_at(&url))?;
    Ok((calendar, origins))
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
    let (row, calendar) = store(database, settings, owner, account, wish).await?;
    let report = synchronise::run_first(database, settings, &row, &calendar).await;
    Ok((row, report))
}

/// The same, but that the clock's next tick makes the first sync: for many at once.
pub async fn connect_later(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    account: &Account,
    wish: Wish,
) -> Result<ConnectionRow, ServiceError> {
    let (row, _) = store(database, settings, owner, account, wish).await?;
    database.look_soon(&row.id, RuntimeClock.now()).await?;
    Ok(row)
}

/// Verifies an account and stores the connection with its calendar.
async fn store(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    account: &Account,
    wish: Wish,
) -> Result<(ConnectionRow, CalendarInfo), ServiceError> {
    let (calendar, origins) = find(settings, &owner.tenant, account).await?;
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
        origins: &origins.join(" "),
        sealed: sealed.as_ref(),
        settings: wish.settings,
        calendar_id: &calendar_id,
        calendar_url: calendar.url.as_str(),
        calendar_name: wish.name.as_deref().unwrap_or(&calendar.name),
        color: calendar.color.as_deref(),
        kind: if calendar.holds_events() { Kind::Event } else { Kind::Todo },
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
    Ok((row, calendar))
}

fn address(settings: &Settings, account: &Account) -> Result<Given, ServiceError> {
    let Some(text) = &account.url else { return Ok(Given::Url(settings.icloud.clone())) };
    let given = Given::parse(text, settings.reach)
        .map_err(|error| ServiceError::Invalid { field: "calendarUrl", sentence: error.to_string() })?;
    Ok(if given.is_icloud() { Given::Url(settings.icloud.clone()) } else { given })
}

/// Made of whose calendar it is and of its address, so that two connects at once are one connection.
pub fn fingerprint(parts: [&str; 3]) -> String {
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
