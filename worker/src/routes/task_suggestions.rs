//! Get It Done!'s other direction: events of the owner's own as tasks, and times at which a task fits.

use super::appointments::zone_of;
use super::error::ApiError;
use super::moment::{self, Edge};
use super::openapi::{Id, Missing, Upstream};
use super::task_connection::{calendar_type, calendars, no_calendar, told};
use super::{Answer, Call, tasks};
use crate::database::connections::ConnectionRow;
use crate::database::mirror::EventRow;
use crate::ports::RuntimeClock;
use crate::service::availability::{self, Age, But};
use axum::Json;
use axum::response::IntoResponse;
use kalends::availability::{Person, SlotRequest, WorkingHours, best};
use kalends::event::Details;
use kalends::port::{Clock, ConnectionState};
use kalends::provider::ProviderError;
use kalends::time::Weekday;
use kalends::{Budget, Event, Instant, Occurrence, Span, Status, Zone, occurrences};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use url::Url;
use utoipa::{IntoParams, ToSchema};

const DAY: i64 = 86_400_000;
const MINUTE: i64 = 60_000;
/// How far apart suggested times begin.
const STEP: i64 = 30 * MINUTE;
/// So many times are suggested unless told, and at most.
const USUAL: u32 = 5;
const MOST: u32 = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// One occurrence of an event as a task.
#[derive(Serialize, ToSchema)]
#[schema(as = TaskFromEvent)]
struct FromEvent {
    name: String,
    /// As the owner's clocks show it.
    scheduled_time: String,
    category: String,
    duration: i64,
    all_day: bool,
    calendar_event_id: String,
    calendar_source: String,
    calendar_link: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TasksFromCalendar)]
struct FromCalendar {
    success: bool,
    tasks: Vec<FromEvent>,
    count: usize,
    /// Why there may be more.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

/// POST /api/calendar/calendar-to-tasks: the next seven days of what was not made from here.
#[utoipa::path(post, path = "/api/calendar/calendar-to-tasks", responses((status = 200, body = FromCalendar), Missing, Upstream))]
pub async fn from_calendar(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (app, now) = (&call.app, RuntimeClock.now());
    let database = &app.database;
    if calendars(&call, &owner).await?.is_empty() {
        return Err(no_calendar());
    }
    let span = Span::lasting(now, 7 * DAY);
    let (_, warning) = availability::refresh(database, &app.settings, &owner, span, Age::Recent).await?;
    let homes = calendars(&call, &owner).await?;
    if homes.iter().all(|home| home.sync_status == ConnectionState::NeedsReauth) {
        return Err(told(ProviderError::Unauthorized.into()));
    }
    let (_, zone) = zone_of(&call, &owner, None).await?;
    let settings = database.owner_settings(&owner).await?;
    let categories = settings.map(|settings| settings.category_calendars).unwrap_or_default();
    let (mut found, mut budget): (Vec<(Instant, FromEvent)>, _) = (Vec::new(), Budget::default());
    let rows = database.events_in(&owner, span).await?;
    for row in rows.iter().filter(|row| row.entry_id.is_none()) {
        let Some(home) = homes.iter().find(|home| home.id == row.connection_id) else { continue };
        let Ok(event) = Event::parse(&row.source) else { continue };
        let Ok(times) = occurrences(&event, span, &zone, &mut budget) else { continue };
        for one in times.iter().filter(|one| one.status() != Status::Cancelled) {
            found.push((one.span.start(), as_task(row, home, one, &zone, &categories)));
        }
    }
    found.sort_by(|(one, a), (other, b)| (one, &a.calendar_event_id).cmp(&(other, &b.calendar_event_id)));
    let tasks: Vec<FromEvent> = found.into_iter().map(|(_, task)| task).collect();
    let noted: Vec<(String, String)> =
        tasks.iter().map(|task| (task.calendar_event_id.clone(), task.calendar_source.clone())).collect();
    if !noted.is_empty() {
        database.add_imported_tasks(&owner, &noted, now).await?;
    }
    Ok(Json(FromCalendar { success: true, count: tasks.len(), tasks, warning }).into_response())
}

fn as_task(
    row: &EventRow,
    home: &ConnectionRow,
    one: &Occurrence<'_>,
    zone: &Zone,
    categories: &BTreeMap<String, String>,
) -> FromEvent {
    let own = Details::of(one.event).categories.into_iter().next();
    let of_calendar =
        || categories.iter().find(|(_, id)| **id == home.id).map(|(category, _)| category.clone());
    let url = Url::parse(&home.calendar_url).ok().and_then(|url| url.join(&row.remote).ok());
    FromEvent {
        name: one.summary(),
        scheduled_time: wall(one.span.start(), zone),
        category: own.or_else(of_calendar).unwrap_or_else(|| "General".to_owned()),
        duration: one.span.millis() / MINUTE,
        all_day: one.all_day,
        calendar_event_id: match one.recurrence_id {
            Some(at) => format!("{}:{}", row.uid, at.millis()),
            None => row.uid.clone(),
        },
        calendar_source: calendar_type(home),
        calendar_link: url.map(String::from),
    }
}

/// A time as clocks show it.
fn wall(at: Instant, zone: &Zone) -> String {
    zone.to_wall(at).format("%Y-%m-%dT%H:%M:%S").to_string()
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    start_date: Option<String>,
    end_date: Option<String>,
    day_start: Option<String>,
    day_end: Option<String>,
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SuggestedTimes)]
struct Suggested {
    success: bool,
    task_id: String,
    timezone: String,
    suggestions: Vec<Suggestion>,
    /// Why one of them may be taken after all.
    #[serde(skip_serializing_if = "Option::is_none")]
    warning: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = SuggestedTime)]
struct Suggestion {
    /// As the task's clocks show it.
    scheduled_time: String,
    end_time: String,
}

/// GET /api/tasks/{id}/suggested-times: the best times for it within a week, or the days that are told, and before it is
/// due.
#[utoipa::path(get, path = "/api/tasks/{id}/suggested-times", params(Id, Asked), responses((status = 200, body = Suggested), Missing))]
pub async fn suggest(call: Call) -> Answer {
    let asked: Asked = call.input.fields()?;
    let (row, owner) = tasks::found(&call).await?;
    let (app, task) = (&call.app, row.task());
    let zone = moment::zone("timezone", &task.time_zone)?;
    let limit = match asked.limit.unwrap_or(USUAL) {
        limit @ 1..=MOST => limit as usize,
        _ => return Err(ApiError::field("limit", format!("limit is from 1 to {MOST}"))),
    };
    let now = RuntimeClock.now();
    let start = match &asked.start_date {
        Some(text) => moment::instant("startDate", text, &zone, Edge::Start)?.max(now),
        None => now,
    };
    let end = match &asked.end_date {
        Some(text) => moment::instant("endDate", text, &zone, Edge::End)?,
        None => start.plus_millis(7 * DAY),
    };
    let span = Span::new(start, end).filter(|span| !span.is_empty() && span.millis() <= 92 * DAY);
    let span = span.ok_or_else(|| {
        ApiError::field("endDate", "endDate must be after startDate and now, by 92 days at most")
    })?;
    let due = task.due.filter(|due| *due > span.start() && *due < span.end()).unwrap_or(span.end());
    let span = Span::new(span.start(), due).unwrap_or(span);
    let (from, until) =
        (asked.day_start.as_deref().unwrap_or("08:00"), asked.day_end.as_deref().unwrap_or("20:00"));
    let week =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    let hours = week.into_iter().try_fold(WorkingHours::none(), |hours, day| hours.with(day, from, until));
    let hours = hours.map_err(|error| ApiError::field("dayStart", error.to_string()))?;
    let but = But { entry: Some(&row.id), hold: None };
    let taken = availability::taken(&app.database, &app.settings, &owner, span, but, Age::Recent).await?;
    // Tasks keep no buffers, and no maximum.
    let found = taken.events.iter().chain(&taken.bookings);
    let busy = found.filter_map(|one| Span::new(one.start, one.end)).collect();
    let person = Person { working_hours: Some(hours), busy, ..Person::new(zone.clone()) };
    let request = SlotRequest { span, duration: i64::from(task.length().max(1)) * MINUTE, step: STEP };
    let slots =
        best(&request, &person, limit).map_err(|error| ApiError::field("endDate", error.to_string()))?;
    let suggestions = slots
        .iter()
        .map(|slot| Suggestion {
            scheduled_time: wall(slot.start(), &zone),
            end_time: wall(slot.end(), &zone),
        })
        .collect();
    let (task_id, timezone) = (row.task_id, task.time_zone);
    Ok(Json(Suggested { success: true, task_id, timezone, suggestions, warning: taken.doubt })
        .into_response())
}
