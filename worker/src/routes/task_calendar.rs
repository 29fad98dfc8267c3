//! Get It Done!'s tasks in the calendar: a task becomes an event and stays one with it, an event becomes a task.

use super::appointments::{Done, zone_of};
use super::error::{ApiError, Told};
use super::event_edits::{self, EventInput};
use super::input::Input;
use super::moment::{self, Edge};
use super::openapi::{Clash, Missing, Upstream};
use super::task_connection::{calendar_type, calendars, no_calendar, told};
use super::tasks::{self, Fields};
use super::{Answer, Call};
use crate::database::connections::ConnectionRow;
use crate::database::mirror::EventRow;
use crate::database::task_syncs::NewTaskSync;
use crate::log;
use crate::ports::{RuntimeClock, RuntimeEntropy};
use crate::service::tasks::{write_change, write_new};
use crate::service::{own_events, synchronise};
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::booking::{Kind, Task};
use kalends::event::Content;
use kalends::port::{Clock, ConnectionState, Entropy, OwnerKey};
use kalends::provider::ProviderError;
use kalends::sync::Scope;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;
use utoipa::{IntoParams, ToSchema};

/// So many tasks may one call bring.
const MOST: usize = 50;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = TaskToCalendar)]
struct One {
    #[schema(value_type = Fields)]
    task_data: Map<String, Value>,
}

/// A task in the calendar.
#[derive(Serialize, ToSchema)]
#[schema(as = TaskInCalendar)]
struct InCalendar {
    success: bool,
    event_id: String,
    event_link: Option<String>,
}

/// POST /api/calendar/task-to-calendar: a task that is there already is changed, and its event with it.
#[utoipa::path(post, path = "/api/calendar/task-to-calendar", request_body = One, responses((status = 200, body = InCalendar), Missing, Clash, Upstream))]
pub async fn add(call: Call) -> Answer {
    let One { task_data } = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let homes = homes(&call, &owner).await?;
    let (entry, task_id) = write(&call, &owner, Input::of(task_data)?).await?;
    synchronise::deliver(&call.app.database, &call.app.settings, &owner, Kind::Todo, &entry).await?;
    synchronise::deliver(&call.app.database, &call.app.settings, &owner, Kind::Event, &entry).await?;
    Ok(Json(stands(&call, &owner, &homes, &entry, &task_id).await?).into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TasksToCalendar)]
struct Several {
    #[schema(value_type = Vec<Fields>, min_items = 1, max_items = 50)]
    tasks: Vec<Map<String, Value>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TasksInCalendar)]
struct SeveralInCalendar {
    success: bool,
    results: Vec<Outcome>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TaskOutcome)]
struct Outcome {
    task_id: Option<String>,
    #[serde(flatten)]
    became: Became,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = TaskBecame)]
enum Became {
    InCalendar(InCalendar),
    Failed {
        success: bool,
        #[serde(flatten)]
        error: Told,
    },
}

/// POST /api/calendar/tasks-to-calendar: many at once, each with a result of its own; one sync brings them all.
#[utoipa::path(post, path = "/api/calendar/tasks-to-calendar", request_body = Several, responses((status = 200, body = SeveralInCalendar), Missing))]
pub async fn add_several(call: Call) -> Answer {
    let Several { tasks } = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    if tasks.is_empty() || tasks.len() > MOST {
        return Err(ApiError::field("tasks", format!("tasks is a list of 1 to {MOST}")));
    }
    homes(&call, &owner).await?;
    let mut written = Vec::with_capacity(tasks.len());
    for said in tasks {
        let named = said.get("id").and_then(Value::as_str).map(str::to_owned);
        let outcome = match Input::of(said) {
            Ok(input) => write(&call, &owner, input).await,
            Err(error) => Err(error),
        };
        written.push((named, outcome));
    }
    for row in call.app.database.connections(&owner, None).await?.iter().filter(|row| row.is_synced()) {
        let (database, settings) = (&call.app.database, &call.app.settings);
        if let Err(error) = synchronise::run_patiently(database, settings, row, &Scope::Manual).await {
            error.in_log(log::warning("delivery_waits").connection(&row.id)).write();
        }
    }
    let homes = homes(&call, &owner).await?;
    let mut results = Vec::with_capacity(written.len());
    for (task_id, outcome) in written {
        let outcome = match outcome {
            Ok((entry, task_id)) => stands(&call, &owner, &homes, &entry, &task_id).await,
            Err(error) => Err(error),
        };
        let became = match outcome {
            Ok(done) => Became::InCalendar(done),
            Err(error) => Became::Failed { success: false, error: error.into() },
        };
        results.push(Outcome { task_id, became });
    }
    let success = results.iter().all(|one| matches!(one.became, Became::InCalendar(_)));
    Ok(Json(SeveralInCalendar { success, results }).into_response())
}

/// The owner's calendars; an error where there is none.
async fn homes(call: &Call, owner: &OwnerKey) -> Result<Vec<ConnectionRow>, ApiError> {
    let homes = calendars(call, owner).await?;
    if homes.is_empty() { Err(no_calendar()) } else { Ok(homes) }
}

/// Writes a task whose time an event shall keep; its own id and the application's.
async fn write(call: &Call, owner: &OwnerKey, input: Input) -> Result<(String, String), ApiError> {
    if input.owner.as_ref().is_some_and(|other| *other != owner.owner) {
        return Err(ApiError::not_found("There is no such task"));
    }
    let mut fields: Fields = input.fields()?;
    let task_id = fields.id.take().ok_or_else(|| ApiError::field("id", "id is missing"))?;
    tasks::check_id(&task_id)?;
    fields.on_calendar = Some(true);
    let (app, known) = (&call.app, call.app.database.task(&owner.tenant, &task_id).await?);
    let (before, zone) = match &known {
        Some(row) if row.owner != owner.owner => return Err(ApiError::not_found("There is no such task")),
        Some(row) => {
            let named = fields.timezone.clone().unwrap_or_else(|| row.timezone.clone());
            (row.task(), moment::zone("timezone", &named)?)
        }
        None => {
            let (name, zone) = zone_of(call, owner, fields.timezone.as_deref()).await?;
            if fields.name.is_none() {
                return Err(ApiError::field("name", "name is missing"));
            }
            (Task::new(&RuntimeEntropy.id(Task::ID), "", &name, RuntimeClock.now()), zone)
        }
    };
    let after = fields.apply(before, &zone)?;
    if after.scheduled.is_none() {
        return Err(ApiError::field("scheduledTime", "scheduledTime is missing: an event has a time"));
    }
    let id = after.id.clone();
    match &known {
        Some(row) => drop(write_change(&app.database, &app.settings, owner, row, after).await?),
        None => write_new(&app.database, owner, &after, &task_id).await?,
    }
    Ok((id, task_id))
}

/// How a task stands in the calendar, noted in its history.
async fn stands(
    call: &Call,
    owner: &OwnerKey,
    homes: &[ConnectionRow],
    entry: &str,
    task_id: &str,
) -> Result<InCalendar, ApiError> {
    let database = &call.app.database;
    let links = database.links_of(entry).await?;
    let arrived = homes.iter().find_map(|home| {
        let link = links.iter().find(|link| link.connection_id == home.id && link.version.is_some())?;
        Some((home, link))
    });
    let now = RuntimeClock.now();
    let Some((home, link)) = arrived else {
        let home = homes.first().ok_or_else(no_calendar)?;
        let error = waits(&database.connection(&owner.tenant, &home.id).await?.ok_or_else(no_calendar)?);
        let said = Told::from(error.clone());
        let sync = NewTaskSync {
            task_id: Some(task_id),
            event_id: None,
            calendar_type: &calendar_type(home),
            error: Some(&said.error),
        };
        database.add_task_sync(owner, &sync, now).await?;
        return Err(error);
    };
    let sync = NewTaskSync {
        task_id: Some(task_id),
        event_id: Some(&link.uid),
        calendar_type: &calendar_type(home),
        error: None,
    };
    database.add_task_sync(owner, &sync, now).await?;
    let url = Url::parse(&home.calendar_url).ok().and_then(|url| url.join(&link.remote).ok());
    Ok(InCalendar { success: true, event_id: link.uid.clone(), event_link: url.map(String::from) })
}

/// Why an event is not in a calendar yet; the next sync brings it there.
fn waits(home: &ConnectionRow) -> ApiError {
    let why = home.last_sync_error.clone().unwrap_or_else(|| "it is being synced".to_owned());
    told(match home.sync_status {
        ConnectionState::NeedsReauth => ProviderError::Unauthorized.into(),
        ConnectionState::Paused => ProviderError::Refused(format!("the calendar is paused: {why}")).into(),
        ConnectionState::Active | ConnectionState::Error => ProviderError::Unreachable(why).into(),
    })
}

/// The event that a call names, and whose it is.
enum Meant {
    /// That of a task, by its own id.
    Task(String),
    /// One of the owner's own, by its link, and the occurrence of it.
    Own(String, Option<Instant>),
}

async fn meant(call: &Call, owner: &OwnerKey, event_id: &str) -> Result<Meant, ApiError> {
    let database = &call.app.database;
    let (link, at) = match (database.event_by_uid(owner, event_id).await?, event_id.rsplit_once(':')) {
        (Some(link), _) => (Some(link), None),
        (None, Some((uid, at))) => {
            (database.event_by_uid(owner, uid).await?, at.parse().ok().map(Instant::from_millis))
        }
        (None, None) => (None, None),
    };
    let link = link.ok_or_else(gone)?;
    match link.entry_id {
        None => Ok(Meant::Own(link.id, at)),
        Some(entry) if database.task_entry(&entry).await?.is_some() => Ok(Meant::Task(entry)),
        // An appointment's is changed with the appointment.
        Some(_) => Err(gone()),
    }
}

fn gone() -> ApiError {
    ApiError::not_found("There is no such event")
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = EventUpdate)]
struct Update {
    event_id: String,
    #[schema(value_type = Fields)]
    task_data: Map<String, Value>,
}

/// PUT /api/calendar/update-event: changes the task that it stands for, or the event itself where it is the owner's own.
#[utoipa::path(put, path = "/api/calendar/update-event", request_body = Update, responses((status = 200, body = InCalendar), Missing, Clash, Upstream))]
pub async fn update(call: Call) -> Answer {
    let Update { event_id, task_data } = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let homes = homes(&call, &owner).await?;
    let (app, input) = (&call.app, Input::of(task_data)?);
    match meant(&call, &owner, &event_id).await? {
        Meant::Task(entry) => {
            let row = app.database.task_entry(&entry).await?.ok_or_else(gone)?;
            let fields: Fields = input.fields()?;
            if fields.id.as_ref().is_some_and(|id| *id != row.task_id) {
                return Err(ApiError::field("id", "A task keeps its id"));
            }
            let named = fields.timezone.clone().unwrap_or_else(|| row.timezone.clone());
            let after = fields.apply(row.task(), &moment::zone("timezone", &named)?)?;
            if write_change(&app.database, &app.settings, &owner, &row, after).await? {
                for kind in [Kind::Todo, Kind::Event] {
                    synchronise::deliver(&app.database, &app.settings, &owner, kind, &entry).await?;
                }
            }
            stands(&call, &owner, &homes, &entry, &row.task_id).await?;
        }
        Meant::Own(link, at) => {
            let (zone_name, zone) = zone_of(&call, &owner, None).await?;
            let change = |before: Content| {
                let said = as_event(input.fields()?, &before, &zone_name, at)?;
                said.worked_into(before, &zone_name, at)
            };
            let (row, connection) = own(&call, &owner, &link).await?;
            own_events::change(&app.database, &app.settings, &connection, &row, &zone, change).await?;
        }
    }
    Ok(Json(Done { success: true }).into_response())
}

/// What is said of a task, in the words for an event.
fn as_event(
    said: Fields,
    before: &Content,
    owners_zone: &str,
    at: Option<Instant>,
) -> Result<EventInput, ApiError> {
    let zone = said.timezone.as_deref().or(before.time_zone.as_deref()).unwrap_or(owners_zone);
    let zone = moment::zone("timezone", zone)?;
    let start = said.scheduled_time.flatten();
    let begins = match (&start, at.map(|at| (at, before.exceptions.get(&at)))) {
        (Some(text), _) => moment::instant("scheduledTime", text, &zone, Edge::Start)?,
        (None, Some((_, Some(Some(other))))) => other.span.start(),
        (None, Some((at, _))) => at,
        (None, None) => before.span.start(),
    };
    let ends = said.duration.flatten().map(|minutes| begins.plus_millis(i64::from(minutes) * 60_000));
    Ok(EventInput {
        title: said.name,
        description: said.description,
        location: said.location,
        start_time: start,
        end_time: ends.map(|at| at.to_string()),
        timezone: said.timezone,
        recurrence_rule: said.recurrence,
        ..EventInput::default()
    })
}

/// An event of the owner's own, with the connection of its calendar.
async fn own(call: &Call, owner: &OwnerKey, link: &str) -> Result<(EventRow, ConnectionRow), ApiError> {
    let database = &call.app.database;
    let row = database.own_event(&owner.tenant, link).await?.ok_or_else(gone)?;
    let connection = database.connection(&owner.tenant, &row.connection_id).await?.ok_or_else(gone)?;
    Ok((row, connection))
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    event_id: String,
}

/// DELETE /api/calendar/delete-event: the task that it stands for stays, without a time in the calendar.
#[utoipa::path(delete, path = "/api/calendar/delete-event", params(Which), responses((status = 200, body = Done), Missing, Clash, Upstream))]
pub async fn delete(call: Call) -> Answer {
    let Which { event_id } = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    homes(&call, &owner).await?;
    let app = &call.app;
    match meant(&call, &owner, &event_id).await? {
        Meant::Task(entry) => {
            let row = app.database.task_entry(&entry).await?.ok_or_else(gone)?;
            let after = Task { on_calendar: false, ..row.task() };
            write_change(&app.database, &app.settings, &owner, &row, after).await?;
            synchronise::deliver(&app.database, &app.settings, &owner, Kind::Event, &entry).await?;
        }
        Meant::Own(link, at) => {
            let (row, connection) = own(&call, &owner, &link).await?;
            match at {
                None => own_events::delete(&app.database, &app.settings, &connection, &row).await?,
                Some(at) => {
                    let (zone_name, zone) = zone_of(&call, &owner, None).await?;
                    let change = |before: Content| event_edits::without(before, &zone_name, at);
                    own_events::change(&app.database, &app.settings, &connection, &row, &zone, change)
                        .await?;
                }
            }
        }
    }
    Ok(Json(Done { success: true }).into_response())
}
