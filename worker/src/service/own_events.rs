//! Events of the owner's own, made, changed and deleted for them in the calendar that is their only home: written there
//! under the version that was read just before, then mirrored by a sync.

use super::{ServiceError, synchronise};
use crate::database::Database;
use crate::database::connections::ConnectionRow;
use crate::database::mirror::EventRow;
use crate::ports::{Fetch, RuntimeClock};
use crate::settings::Settings;
use kalends::caldav::CalDavCalendar;
use kalends::event::{CalendarObject, Content, EntryContent, EventError};
use kalends::outbound::Outbound;
use kalends::port::{Clock, Cursor, Intent, IntentKind, LinkId, RemoteId, Version};
use kalends::provider::{Fetched, Provider, ProviderError, Written};
use kalends::sync::Scope;
use kalends::{Event, Zone};

/// How often a change is worked in anew because the event changed meanwhile.
const TRIES: usize = 3;

const GONE: ServiceError = ServiceError::NotFound("There is no such event");

/// Makes an event of that UID in a calendar, unless it is there. None where it was made and could not be read back yet.
pub async fn create(
    database: &Database,
    settings: &Settings,
    connection: &ConnectionRow,
    uid: &str,
    content: Content,
) -> Result<Option<EventRow>, ServiceError> {
    let scope = Scope::Covering(content.span);
    let object = CalendarObject::new(uid, &EntryContent::from(content), RuntimeClock.now());
    let body = object.map_err(unwritable)?.to_ics();
    let written = with_calendar(settings, connection, async |calendar| {
        let remote = calendar.id_for(uid);
        calendar.write(&intent(IntentKind::Create, remote, None, body)).await
    })
    .await?;
    let read = synchronise::run_patiently(database, settings, connection, &scope).await;
    let row = database.own_event_by_uid(&connection.id, uid).await?;
    match (outcome(written)?, row) {
        (_, Some(row)) => Ok(Some(row)),
        (Outcome::Done, None) => Ok(None),
        // Nobody knows whether it arrived, unless the calendar could be read since.
        (Outcome::Unknown | Outcome::Changed | Outcome::Gone, None) => {
            Err(read.err().unwrap_or(ServiceError::Contended))
        }
    }
}

/// Puts an event into a calendar as it is, if its address is free there; nothing is mirrored yet.
pub async fn put(settings: &Settings, connection: &ConnectionRow, event: &Event) -> Result<(), ServiceError> {
    let written = with_calendar(settings, connection, async |calendar| {
        let remote = calendar.id_for(event.uid());
        calendar.write(&intent(IntentKind::Create, remote, None, event.to_ics())).await
    });
    match outcome(written.await?)? {
        Outcome::Done => Ok(()),
        Outcome::Changed | Outcome::Gone => {
            Err(ServiceError::NotAllowed("The calendar has another event at that address".to_owned()))
        }
        Outcome::Unknown => Err(ServiceError::Contended),
    }
}

/// Works a change into an event as its calendar has it now; the event as it is mirrored then.
pub async fn change<E: From<ServiceError>>(
    database: &Database,
    settings: &Settings,
    connection: &ConnectionRow,
    event: &EventRow,
    zone: &Zone,
    change: impl Fn(Content) -> Result<Content, E>,
) -> Result<EventRow, E> {
    for _ in 0..TRIES {
        let (version, body) = read(settings, connection, &event.remote).await?;
        let object = CalendarObject::parse(&body).map_err(unwritable)?;
        let EntryContent::Event(before) = object.content(zone).map_err(unwritable)? else {
            return Err(GONE.into());
        };
        let after = change(before)?;
        let scope = Scope::Covering(after.span);
        // Later than what it is derived from, so that the order of versions can be told.
        let now = RuntimeClock.now();
        let stamp = object.last_modified().map_or(now, |last| now.max(last.plus_millis(1_000)));
        let body = object.patched(&EntryContent::from(after), stamp).map_err(unwritable)?.to_ics();
        let (kind, remote) = (IntentKind::Update, RemoteId(event.remote.clone()));
        let written = with_calendar(settings, connection, async |calendar| {
            calendar.write(&intent(kind, remote, Some(version), body)).await
        })
        .await?;
        synchronise::run_patiently(database, settings, connection, &scope).await?;
        match outcome(written)? {
            Outcome::Done => {
                let row = database.own_event(&connection.tenant, &event.id).await;
                return row.map_err(ServiceError::from)?.ok_or(GONE.into());
            }
            Outcome::Gone => return Err(GONE.into()),
            // Worked in again, into whatever is there: the same change twice is one.
            Outcome::Unknown | Outcome::Changed => {}
        }
    }
    Err(ServiceError::Contended.into())
}

/// Deletes an event in its calendar.
pub async fn delete(
    database: &Database,
    settings: &Settings,
    connection: &ConnectionRow,
    event: &EventRow,
) -> Result<(), ServiceError> {
    for _ in 0..TRIES {
        let version = match read(settings, connection, &event.remote).await {
            Err(ServiceError::NotFound(_)) => break,
            read => read?.0,
        };
        let (kind, remote) = (IntentKind::Delete, RemoteId(event.remote.clone()));
        let written = with_calendar(settings, connection, async |calendar| {
            calendar.write(&intent(kind, remote, Some(version), String::new())).await
        })
        .await?;
        if matches!(outcome(written)?, Outcome::Done | Outcome::Gone) {
            break;
        }
    }
    synchronise::run_patiently(database, settings, connection, &Scope::Manual).await?;
    match database.own_event(&connection.tenant, &event.id).await? {
        None => Ok(()),
        Some(_) => Err(ServiceError::Contended),
    }
}

/// What came of a write that may be tried again.
enum Outcome {
    Done,
    Gone,
    Changed,
    Unknown,
}

fn outcome(written: Written) -> Result<Outcome, ServiceError> {
    Ok(match written {
        Written::Applied(_) | Written::AppliedAt(..) => Outcome::Done,
        Written::Gone => Outcome::Gone,
        Written::Conflict => Outcome::Changed,
        Written::Unknown => Outcome::Unknown,
        Written::ReadOnly => {
            return Err(ServiceError::NotAllowed("This calendar is read-only for its account".to_owned()));
        }
        Written::Rejected(reason) => {
            return Err(ServiceError::NotAllowed(format!("The calendar server refuses the event: {reason}")));
        }
        Written::Retry(after) => return Err(ProviderError::Throttled { after }.into()),
        Written::Full => return Err(ProviderError::Full.into()),
    })
}

async fn read(
    settings: &Settings,
    connection: &ConnectionRow,
    remote: &str,
) -> Result<(Version, String), ServiceError> {
    let remote = RemoteId(remote.to_owned());
    let fetched = with_calendar(settings, connection, async |calendar| {
        calendar.fetch(std::slice::from_ref(&remote)).await
    });
    match fetched.await?.into_iter().next() {
        Some(Fetched::Found(_, version, body)) => Ok((version, body)),
        _ => Err(GONE),
    }
}

/// Asks the connection's calendar something.
async fn with_calendar<R>(
    settings: &Settings,
    row: &ConnectionRow,
    ask: impl AsyncFnOnce(&CalDavCalendar<'_, Fetch>) -> Result<R, ProviderError>,
) -> Result<R, ServiceError> {
    let (url, authorizer) = synchronise::opened(settings, row)?;
    let outbound = Outbound::new(&Fetch, &authorizer, &url, settings.reach).map_err(synchronise::refused)?;
    let outbound = outbound.with_origins(row.origins.split_whitespace());
    let cursor = row.cursor.clone().map(Cursor);
    Ok(ask(&CalDavCalendar::new(outbound, url, cursor.as_ref()).holding(row.kind())).await?)
}

/// One write that nobody waits for but this call.
fn intent(kind: IntentKind, remote: RemoteId, base_version: Option<Version>, body: String) -> Intent {
    let link = LinkId(String::new());
    Intent { id: String::new(), link, kind, remote, base_version, body, content: None, revision: 0 }
}

fn unwritable(error: EventError) -> ServiceError {
    ServiceError::NotAllowed(format!("This event cannot be written: {error}"))
}
