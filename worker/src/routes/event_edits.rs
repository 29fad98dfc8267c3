//! Events made, changed and deleted from the dashboard: each is written into the calendar that is its home.

use super::appointment_fields::Fields;
use super::appointments::{Done, zone_of};
use super::bookings::{Booked, Booking, Several, SeveralBooked};
use super::error::ApiError;
use super::events::Shown;
use super::input::given;
use super::openapi::{Clash, Id, Missing, Upstream};
use super::{Answer, Call, bookings, moment};
use crate::database::connections::ConnectionRow;
use crate::database::mirror::EventRow;
use crate::ports::RuntimeClock;
use crate::service::own_events;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::booking::{Appointment, Kind, Status};
use kalends::event::Content;
use kalends::port::{Clock, OwnerKey};
use kalends::{Instant, Span, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const HOUR: i64 = 3_600_000;

/// What a caller says of an event.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventInput {
    pub connection_id: Option<String>,
    pub calendar_connection_id: Option<String>,
    pub title: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub location: Option<Option<String>>,
    pub start_time: Option<String>,
    pub end_time: Option<String>,
    pub timezone: Option<String>,
    pub all_day: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    pub recurrence_rule: Option<Option<String>>,
}

impl EventInput {
    /// Works what was given into an event: all of it, or the occurrence that its rule has at that time.
    pub fn worked_into(
        self,
        before: Content,
        owners_zone: &str,
        at: Option<Instant>,
    ) -> Result<Content, ApiError> {
        let zone = self.timezone.as_deref().or(before.time_zone.as_deref()).unwrap_or(owners_zone);
        let (zone, is_named) = (moment::zone("timezone", zone)?, self.timezone.is_some());
        let after = self.apply(appointment(&before, owners_zone), &zone, at)?;
        event(after, before, is_named)
    }

    /// Works what was given into what an event says: all of it, or the occurrence that its rule has at that time.
    fn apply(self, to: Appointment, zone: &Zone, at: Option<Instant>) -> Result<Appointment, ApiError> {
        if self.title.as_ref().is_some_and(|title| title.trim().is_empty()) {
            return Err(ApiError::field("title", "title is empty"));
        }
        let wanted = self.all_day;
        let mut fields = Fields {
            title: self.title.map(Some),
            description: self.description,
            location: self.location,
            // A day alone lasts until its end.
            end_time: self.end_time.or_else(|| self.start_time.clone().filter(|_| wanted == Some(true))),
            start_time: self.start_time,
            timezone: self.timezone,
            recurrence: self.recurrence_rule,
            ..Fields::default()
        };
        let to = Appointment { all_day: wanted.unwrap_or(to.all_day), ..to };
        let after = match at {
            Some(at) if wanted.is_some() => {
                let sentence = format!("The occurrence at {at} is of whole days if its series is");
                return Err(ApiError::field("allDay", sentence));
            }
            Some(at) => fields.apply_to_occurrence(to, &at.to_string()),
            None => fields.apply(to, zone),
        };
        let after = after.map_err(|error| error.renamed("recurrence", "recurrenceRule"))?;
        if wanted == Some(true) && !after.all_day {
            let sentence = "An event of whole days begins and ends with a day; give dates";
            return Err(ApiError::field("allDay", sentence));
        }
        Ok(after)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneEvent)]
struct Answered {
    success: bool,
    /// None where it was made and could not be read back yet.
    event: Option<Shown>,
}

/// What may be made: told apart by `events`, by `bookingId`, or neither.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(as = NewEvent)]
#[allow(dead_code, reason = "tells what create reads")]
enum New {
    Own(EventInput),
    Booking(Booking),
    Several(Several),
}

/// The answer to each of them.
#[derive(ToSchema)]
#[serde(untagged)]
#[schema(as = MadeEvent)]
#[allow(dead_code, clippy::large_enum_variant, reason = "tells what create answers")]
enum Made {
    Own(Answered),
    Booking(Booked),
    Several(SeveralBooked),
}

/// POST /api/calendar/events: a booking into every calendar, several of them, or an event of the owner's own.
#[utoipa::path(post, path = "/api/calendar/events", request_body = New,
    responses((status = 200, body = Made), (status = 201, body = Made), (status = 202, body = Answered), Missing, Clash, Upstream))]
pub async fn create(call: Call) -> Answer {
    if call.input.names("events") {
        return bookings::create_several(&call).await;
    }
    if call.input.names("bookingId") || call.input.known_as == Some("agentId") {
        return bookings::create(&call).await;
    }
    let input: EventInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (name, zone) = zone_of(&call, &owner, input.timezone.as_deref()).await?;
    for (field, text) in [("title", &input.title), ("startTime", &input.start_time)] {
        if text.is_none() {
            return Err(ApiError::field(field, format!("{field} is missing")));
        }
    }
    let connection = home(&call, &owner, &input).await?;
    let now = RuntimeClock.now();
    let blank = Appointment::new("event", Span::lasting(now, HOUR), &name, now);
    let new = input.apply(Appointment { status: Status::Confirmed, ..blank }, &zone, None)?;
    let content = new.content().ok_or_else(gone)?;
    let app = &call.app;
    let row = own_events::create(&app.database, &app.settings, &connection, content).await?;
    let event = row.and_then(|row| Shown::one(&row, &zone, None));
    let status = if event.is_some() { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    Ok((status, Json(Answered { success: true, event })).into_response())
}

/// The calendar that a new event goes to: the one that is named, else the first that was connected.
async fn home(call: &Call, owner: &OwnerKey, input: &EventInput) -> Result<ConnectionRow, ApiError> {
    let named = input.connection_id.as_deref().or(input.calendar_connection_id.as_deref());
    let mut rows = call.app.database.connections(owner, named).await?;
    rows.retain(|row| row.kind() == Kind::Event);
    let none = if named.is_some() { "There is no such connection" } else { "No calendar connected" };
    rows.into_iter().next().ok_or_else(|| ApiError::not_found(none))
}

/// PATCH and PUT /api/calendar/events/{id}
#[utoipa::path(method(patch, put), path = "/api/calendar/events/{id}", params(Id), request_body = EventInput, responses((status = 200, body = Answered), Missing, Clash, Upstream))]
pub async fn update(call: Call) -> Answer {
    let input: EventInput = call.input.fields()?;
    if input.connection_id.is_some() || input.calendar_connection_id.is_some() {
        return Err(ApiError::field(
            "connectionId",
            "An event stays in its calendar; make it anew elsewhere",
        ));
    }
    let Found { row, connection, owner, at } = found(&call).await?;
    let (owners_zone, _) = zone_of(&call, &owner, None).await?;
    let floating = moment::zone("timezone", &owners_zone)?;
    let change = |before: Content| {
        let input: EventInput = call.input.fields()?;
        input.worked_into(before, &owners_zone, at)
    };
    let app = &call.app;
    let row = own_events::change(&app.database, &app.settings, &connection, &row, &floating, change).await?;
    let event = Shown::one(&row, &floating, at);
    Ok(Json(Answered { success: true, event }).into_response())
}

/// DELETE /api/calendar/events/{id}: an occurrence by itself, anything else as a whole.
#[utoipa::path(delete, path = "/api/calendar/events/{id}", params(Id), responses((status = 200, body = Done), Missing, Clash, Upstream))]
pub async fn delete(call: Call) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    let Nothing {} = call.input.fields()?;
    let (app, Found { row, connection, owner, at }) = (&call.app, found(&call).await?);
    match at {
        None => own_events::delete(&app.database, &app.settings, &connection, &row).await?,
        Some(at) => {
            let (owners_zone, zone) = zone_of(&call, &owner, None).await?;
            let change = |before: Content| without(before, &owners_zone, at);
            own_events::change(&app.database, &app.settings, &connection, &row, &zone, change).await?;
        }
    }
    Ok(Json(Done { success: true }).into_response())
}

/// A series without the occurrence that its rule has at that time.
pub fn without(before: Content, owners_zone: &str, at: Instant) -> Result<Content, ApiError> {
    let off = Fields { status: Some(Status::Cancelled), ..Fields::default() };
    let after = off.apply_to_occurrence(appointment(&before, owners_zone), &at.to_string())?;
    event(after, before, false)
}

/// What an event says, in the shape that the fields of an appointment are worked into.
fn appointment(said: &Content, owners_zone: &str) -> Appointment {
    let zone = said.time_zone.as_deref().unwrap_or(owners_zone);
    let mut same = Appointment::new("event", said.span, zone, Instant::from_millis(0));
    same.accept(said);
    // Taken as it is, whatever it begins with.
    (same.title, same.status) = (Some(said.summary.clone()), Status::Confirmed);
    (same.all_day, same.exceptions) = (said.all_day, said.exceptions.clone());
    same
}

/// The other way; its status and, unless another is named, its zone are as they were.
fn event(after: Appointment, before: Content, zone_is_named: bool) -> Result<Content, ApiError> {
    let said = after.content().ok_or_else(gone)?;
    let time_zone = if zone_is_named { said.time_zone } else { before.time_zone };
    Ok(Content { time_zone, status: before.status, ..said })
}

struct Found {
    row: EventRow,
    connection: ConnectionRow,
    owner: OwnerKey,
    /// Of a series the time of the occurrence that is meant.
    at: Option<Instant>,
}

/// The event of the path, if it is the tenant's and, where one is named, the owner's.
async fn found(call: &Call) -> Result<Found, ApiError> {
    let (id, at) = match call.id.split_once(':') {
        Some((id, at)) => (id, Some(at.parse().map(Instant::from_millis).map_err(|_| gone())?)),
        None => (call.id.as_str(), None),
    };
    let (database, tenant) = (&call.app.database, &call.caller.tenant);
    let row = database.own_event(tenant, id).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    let row = row.ok_or_else(gone)?;
    let connection = database.connection(tenant, &row.connection_id).await?.ok_or_else(gone)?;
    let owner = OwnerKey { tenant: tenant.clone(), owner: row.owner.clone() };
    Ok(Found { row, connection, owner, at })
}

fn gone() -> ApiError {
    ApiError::not_found("There is no such event")
}
