//! One run of a connection: opens its credentials and calendar, and hands both to the engine.

use super::ServiceError;
use crate::database::Database;
use crate::database::connections::{ConnectionRow, Source};
use crate::log;
use crate::ports::{D1Store, Fetch, RuntimeClock, RuntimeEntropy};
use crate::settings::Settings;
use kalends::Zone;
use kalends::booking::Kind;
use kalends::caldav::{CalDavCalendar, CalendarInfo, calendars};
use kalends::outbound::{AddressError, Outbound};
use kalends::port::{Clock, ConnectionState, Entropy, OwnerKey, StoreError};
use kalends::provider::ProviderError;
use kalends::sync::{Engine, Report, Scope, SyncError};
use kalends::vault::{Authorizer, Scope as VaultScope};
use std::time::Duration;
use url::Url;
use worker::Delay;

/// How often, and how long each time, a caller waits for a run that is under way.
const WAITS: usize = 10;
const WAIT: Duration = Duration::from_millis(200);

/// Runs one connection as [`run`] does; waits a little for a run that is under way there.
pub async fn run_patiently(
    database: &Database,
    settings: &Settings,
    row: &ConnectionRow,
    scope: &Scope,
) -> Result<Report, ServiceError> {
    for _ in 0..WAITS {
        match run(database, settings, row, scope).await {
            Err(ServiceError::Sync(SyncError::Busy)) => Delay::from(WAIT).await,
            outcome => return outcome,
        }
    }
    Err(SyncError::Busy.into())
}

/// Brings an appointment or task to the owner's calendars of that kind at once. What cannot be reached now is brought by
/// the next sync: what is written here stands.
pub async fn deliver(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    kind: Kind,
    id: &str,
) -> Result<(), ServiceError> {
    let connections = database.connections(owner, None).await?;
    for connection in connections.into_iter().filter(|own| own.kind() == kind && own.is_synced()) {
        if matches!(connection.sync_status, ConnectionState::Paused | ConnectionState::NeedsReauth) {
            continue;
        }
        let scope = Scope::Entry(id.to_owned());
        if connection.must_wait(RuntimeClock.now()) {
            log::warning("delivery_waits")
                .entry(id)
                .connection(&connection.id)
                .code("failed_just_now")
                .write();
        } else if let Err(error) = run_patiently(database, settings, &connection, &scope).await {
            error.in_log(log::warning("delivery_waits").entry(id).connection(&connection.id)).write();
        }
    }
    Ok(())
}

/// Runs one connection. Whatever goes wrong, but for a run that is under way already, is told by the connection's
/// own row afterwards.
pub async fn run(
    database: &Database,
    settings: &Settings,
    row: &ConnectionRow,
    scope: &Scope,
) -> Result<Report, ServiceError> {
    told(database, row, begin(database, settings, row, scope, None).await).await
}

/// The first run of a connection whose calendar was found just now.
pub async fn run_first(
    database: &Database,
    settings: &Settings,
    row: &ConnectionRow,
    found: &CalendarInfo,
) -> Result<Report, ServiceError> {
    told(database, row, begin(database, settings, row, &Scope::Initial, Some(found)).await).await
}

/// Writes down how a run ended, where the engine has not.
async fn told(
    database: &Database,
    row: &ConnectionRow,
    outcome: Result<Report, ServiceError>,
) -> Result<Report, ServiceError> {
    match &outcome {
        Ok(report) => log::more("synced").connection(&row.id).counts(report).write(),
        Err(error) => error.in_log(log::more("not_synced").connection(&row.id)).write(),
    }
    match &outcome {
        // The engine has told these itself.
        Ok(_)
        | Err(ServiceError::Sync(
            SyncError::Provider(_) | SyncError::MassDeletion { .. } | SyncError::Busy,
        )) => {}
        Err(error) => database.connection_failed(&row.id, &error.sentence(), RuntimeClock.now()).await?,
    }
    outcome
}

async fn begin(
    database: &Database,
    settings: &Settings,
    row: &ConnectionRow,
    scope: &Scope,
    found: Option<&CalendarInfo>,
) -> Result<Report, ServiceError> {
    let connection = row.connection();
    let (url, authorizer) = opened(settings, row)?;
    let outbound = Outbound::new(&Fetch, &authorizer, &url, settings.reach).map_err(refused)?;
    let outbound = outbound.with_origins(row.origins.split_whitespace());
    let owner = database.owner(&connection.owner).await?;
    let floating = owner.and_then(|owner| Zone::iana(&owner.timezone).ok()).unwrap_or_else(Zone::utc);
    let calendar = CalDavCalendar::new(outbound, url, connection.calendar.cursor.as_ref())
        .holding(connection.calendar.kind);
    let engine = Engine {
        store: &D1Store { database, connection: &connection },
        provider: &match found {
            Some(found) => calendar.found(found),
            None => calendar,
        },
        clock: &RuntimeClock,
        entropy: &RuntimeEntropy,
        connection: &connection,
        floating: &floating,
        steps: settings.steps,
    };
    Ok(engine.run(scope).await.map_err(|error| match error {
        // Whoever took over is under way: its outcome counts, not this one's.
        SyncError::Store(StoreError::Fenced) => SyncError::Busy,
        error => error,
    })?)
}

/// The calendar of a connection as its server tells it now.
pub async fn look(settings: &Settings, row: &ConnectionRow) -> Result<CalendarInfo, ServiceError> {
    let (url, authorizer) = opened(settings, row)?;
    let outbound = Outbound::new(&Fetch, &authorizer, &url, settings.reach).map_err(refused)?;
    let outbound = outbound.with_origins(row.origins.split_whitespace());
    let found = calendars(&outbound, &url).await?;
    let own = found.into_iter().find(|calendar| calendar.asked_for);
    Ok(own.ok_or_else(|| ProviderError::NoCalendar(url.to_string()))?)
}

/// A connection's address, and what signs requests to it.
pub(super) fn opened(settings: &Settings, row: &ConnectionRow) -> Result<(Url, Authorizer), ServiceError> {
    let url = settings.reach.parse(&row.calendar_url).map_err(refused)?;
    let vault_scope = VaultScope { tenant: &row.tenant, connection: &row.id };
    let authorizer = match row.credentials {
        Source::Own => settings.vault.authorizer(&row.sealed(), vault_scope)?,
        Source::Service => {
            let account = settings.service_account(&row.tenant, &url).ok_or(ServiceError::NotConfigured)?;
            account.credentials.authorizer()
        }
    };
    Ok((url, authorizer.with_digest(|bytes| RuntimeEntropy.fill(bytes))))
}

pub(super) fn refused(error: AddressError) -> ProviderError {
    ProviderError::Refused(error.to_string())
}
