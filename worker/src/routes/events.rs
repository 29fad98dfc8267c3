//! Desktop Buddy's list: what the calendars hold in a range, one row for each occurrence.

use super::appointments::zone_of;
use super::error::ApiError;
use super::moment::{self, Edge};
use super::openapi::Missing;
use super::page::PageByTime;
use super::{Answer, Call};
use crate::database::mirror::EventRow;
use crate::ports::RuntimeClock;
use crate::service::availability;
use axum::Json;
use axum::response::IntoResponse;
use kalends::availability::{Owner, takes_time};
use kalends::event::{CalendarObject, EntryContent};
use kalends::port::{Clock, OwnerKey};
use kalends::{Budget, Event, Instant, Occurrence, Span, Status, Zone, occurrences};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const DAY: i64 = 86_400_000;

/// One occurrence, in the columns of the document's table.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub struct Shown {
    id: String,
    user_id: String,
    calendar_connection_id: String,
    external_event_id: String,
    /// The task whose time it keeps free.
    task_id: Option<String>,
    title: String,
    description: Option<String>,
    start_time: Instant,
    end_time: Instant,
    location: Option<String>,
    all_day: bool,
    /// Whether it takes time.
    busy: bool,
    recurrence_rule: Option<String>,
    calendar_source: String,
    color: Option<String>,
    last_modified: Option<Instant>,
    created_at: Option<Instant>,
    updated_at: Option<Instant>,
}

impl Shown {
    fn of(row: &EventRow, event: &Event, occurrence: &Occurrence<'_>, viewer: &Owner) -> Self {
        let text = |name| occurrence.event.property(name).map(|property| property.unescaped().into_owned());
        Self {
            id: match occurrence.recurrence_id {
                Some(at) => format!("{}:{}", row.id, at.millis()),
                None => row.id.clone(),
            },
            user_id: row.owner.clone(),
            calendar_connection_id: row.connection_id.clone(),
            external_event_id: row.uid.clone(),
            task_id: row.task_id.clone(),
            title: occurrence.summary(),
            description: text("DESCRIPTION"),
            start_time: occurrence.span.start(),
            end_time: occurrence.span.end(),
            location: text("LOCATION"),
            all_day: occurrence.all_day,
            busy: takes_time(occurrence, viewer),
            recurrence_rule: event.recurrence_rule().map(str::to_owned),
            calendar_source: row.calendar_name.clone(),
            color: row.color.clone(),
            last_modified: event.last_modified(),
            created_at: row.created_at.map(Instant::from_millis),
            updated_at: row.updated_at.map(Instant::from_millis),
        }
    }

    /// A mirrored event, or the occurrence of it that its rule has at that time.
    pub fn one(row: &EventRow, zone: &Zone, at: Option<Instant>) -> Option<Self> {
        let CalendarObject::Event(event) = CalendarObject::parse(&row.source).ok()? else { return None };
        let EntryContent::Event(content) = CalendarObject::Event(event.clone()).content(zone).ok()? else {
            return None;
        };
        let span = match at.map(|at| (at, content.exceptions.get(&at))) {
            None => content.span,
            Some((_, Some(Some(other)))) => other.span,
            Some((at, _)) => Span::lasting(at, content.span.millis()),
        };
        let found = occurrences(&event, span, zone, &mut Budget::default()).ok()?;
        let viewer = Owner::new(zone.clone());
        let meant = found.iter().find(|one| at.is_none() || one.recurrence_id == at)?;
        Some(Self::of(row, &event, meant, &viewer))
    }

    /// Its place in the list.
    fn place(&self) -> ([i64; 1], &str) {
        ([self.start_time.millis()], &self.id)
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInput {
    start_date: Option<String>,
    end_date: Option<String>,
    q: Option<String>,
    connection_id: Option<String>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Events)]
struct Listed {
    success: bool,
    events: Vec<Shown>,
    next_cursor: Option<String>,
}

/// GET /api/calendar/events: without a range, from now to 30 days ahead.
#[utoipa::path(get, path = "/api/calendar/events", params(ListInput), responses((status = 200, body = Listed), Missing))]
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (_, zone) = zone_of(&call, &owner, None).await?;
    let start = match &input.start_date {
        Some(text) => moment::instant("startDate", text, &zone, Edge::Start)?,
        None => RuntimeClock.now(),
    };
    let end = match &input.end_date {
        Some(text) => moment::instant("endDate", text, &zone, Edge::End)?,
        None => start.plus_millis(30 * DAY),
    };
    let span = Span::new(start, end).filter(|span| !span.is_empty() && span.millis() <= 366 * DAY);
    let span = span
        .ok_or_else(|| ApiError::field("endDate", "endDate must be after startDate, by 366 days at most"))?;
    listed(&call, &owner, &zone, span, input).await
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UpcomingInput {
    connection_id: Option<String>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/calendar/events/upcoming: the next seven days.
#[utoipa::path(get, path = "/api/calendar/events/upcoming", params(UpcomingInput), responses((status = 200, body = Listed), Missing))]
pub async fn upcoming(call: Call) -> Answer {
    let UpcomingInput { connection_id, cursor, limit } = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (_, zone) = zone_of(&call, &owner, None).await?;
    let input = ListInput { start_date: None, end_date: None, q: None, connection_id, cursor, limit };
    listed(&call, &owner, &zone, Span::lasting(RuntimeClock.now(), 7 * DAY), input).await
}

async fn listed(call: &Call, owner: &OwnerKey, zone: &Zone, span: Span, input: ListInput) -> Answer {
    let app = &call.app;
    let page = PageByTime::<1>::of(input.cursor.as_deref(), input.limit)?;
    if let Some(id) = &input.connection_id
        && app.database.connections(owner, Some(id)).await?.is_empty()
    {
        return Err(ApiError::not_found("There is no such connection"));
    }
    availability::cover(&app.database, &app.settings, owner, span).await?;
    let wanted = input.q.as_deref().map(str::to_lowercase);
    let says = |text: &str| wanted.as_ref().is_none_or(|wanted| text.to_lowercase().contains(wanted));
    let mut events: Vec<Shown> = Vec::new();
    let (mut budget, viewer) = (Budget::default(), Owner::new(zone.clone()));
    for row in app.database.events_in(owner, span).await? {
        if input.connection_id.as_ref().is_some_and(|id| *id != row.connection_id) {
            continue;
        }
        let Ok(event) = Event::parse(&row.source) else { continue };
        let Ok(found) = occurrences(&event, span, zone, &mut budget) else { continue };
        let found = found.iter().filter(|occurrence| occurrence.status() != Status::Cancelled);
        events.extend(found.map(|occurrence| Shown::of(&row, &event, occurrence, &viewer)));
    }
    events.retain(|one| {
        [Some(&one.title), one.description.as_ref(), one.location.as_ref()]
            .into_iter()
            .flatten()
            .any(|text| says(text))
            && page.after().is_none_or(|(start, id)| one.place() > (*start, id))
    });
    events.sort_by(|one, other| one.place().cmp(&other.place()));
    let (events, next_cursor) = page.split(events, Shown::place);
    Ok(Json(Listed { success: true, events, next_cursor }).into_response())
}
