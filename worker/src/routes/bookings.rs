//! MaraPlace's bookings: each is written into every calendar that the agent has connected, with one result for each.

use super::appointment_fields::{Fields, reminders};
use super::appointments::zone_of;
use super::connections::provider;
use super::error::{ApiError, Told};
use super::input::{Input, answered};
use super::{Answer, Call, moment};
use crate::database::appointments::{AppointmentRow, Beside};
use crate::database::connections::ConnectionRow;
use crate::ports::RuntimeClock;
use crate::service::{booking, connect, synchronise};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kalends::booking::{Appointment, Kind, Status};
use kalends::port::{Clock, ConnectionState, OwnerKey};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;
use utoipa::ToSchema;

/// So many bookings may one call bring.
const MOST: usize = 50;

/// Minutes before a booking at which the agent is reminded, unless it says otherwise: a day, and half an hour.
const REMINDERS: [u32; 2] = [24 * 60, 30];

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Booking {
    #[schema(min_length = 1, max_length = 200)]
    booking_id: String,
    title: Option<String>,
    description: Option<String>,
    date: Option<String>,
    start_time: String,
    end_time: String,
    timezone: Option<String>,
    location: Option<String>,
    client_name: Option<String>,
    client_email: Option<String>,
    client_phone: Option<String>,
    client_id: Option<String>,
    service_id: Option<String>,
    #[schema(max_items = 10)]
    reminders: Option<Vec<u32>>,
}

/// What became of a booking.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Booked {
    success: bool,
    booking_id: String,
    appointment_id: String,
    results: Vec<InCalendar>,
}

/// What became of it in one calendar.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct InCalendar {
    connection_id: String,
    provider: String,
    calendar_name: String,
    success: bool,
    /// The event's UID.
    event_id: Option<String>,
    event_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// POST /api/calendar/events with a `bookingId`. The same booking again is not booked again: what is not in a calendar
/// yet is brought there, and the results are told again.
pub async fn create(call: &Call) -> Answer {
    let (made, booked) = book(call, &call.input).await?;
    let status = if made { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, answered(call.input.case, &booked)).into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SeveralBookings)]
pub(super) struct Several {
    #[schema(min_items = 1, max_items = 50, value_type = Vec<Booking>)]
    events: Vec<Map<String, Value>>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SeveralBooked {
    success: bool,
    events: Vec<OneOfSeveral>,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum OneOfSeveral {
    Booked(Booked),
    Failed {
        success: bool,
        #[serde(flatten)]
        error: Told,
    },
}

/// POST /api/calendar/events with a list `events`: each booking by itself.
pub async fn create_several(call: &Call) -> Answer {
    let Several { events } = call.input.fields()?;
    if events.is_empty() || events.len() > MOST {
        return Err(ApiError::field("events", format!("events is a list of 1 to {MOST}")));
    }
    let mut booked = Vec::with_capacity(events.len());
    for said in events {
        let outcome = match Input::of(said) {
            Ok(mut input) => {
                if input.owner.is_none() {
                    input.owner.clone_from(&call.input.owner);
                }
                match call.caller.speaks_for(&mut input) {
                    Ok(()) => book(call, &input).await,
                    Err(error) => Err(error),
                }
            }
            Err(error) => Err(error),
        };
        booked.push(match outcome {
            Ok((_, booked)) => OneOfSeveral::Booked(booked),
            Err(error) => OneOfSeveral::Failed { success: false, error: error.into() },
        });
    }
    let success = booked.iter().all(|one| matches!(one, OneOfSeveral::Booked(Booked { success: true, .. })));
    let answer: Response = answered(call.input.case, &SeveralBooked { success, events: booked });
    Ok(answer)
}

/// Books, unless it is booked already; whether it was made now.
async fn book(call: &Call, input: &Input) -> Result<(bool, Booked), ApiError> {
    let said: Booking = input.fields()?;
    let owner = call.caller.owner(input)?;
    let booking_id = said.booking_id.clone();
    if booking_id.trim().is_empty() || booking_id.len() > 200 {
        return Err(ApiError::field("bookingId", "bookingId is a text of 1 to 200 bytes"));
    }
    // Made of the booking, so that two calls at once are one appointment.
    let id = format!("apt_{}", connect::fingerprint([&owner.tenant, &owner.owner, &booking_id]));
    let (new, beside) = said.appointment(call, &owner, &id).await?;
    let (app, before) = (&call.app, call.app.database.appointment(&owner.tenant, &id).await?);
    let made = before.is_none();
    let row = match before {
        None => booking::book(&app.database, &app.settings, &owner, &new, &beside, None).await?,
        Some(row) if row.status.is_live() => {
            synchronise::deliver(&app.database, &app.settings, &owner, Kind::Event, &id).await?;
            row
        }
        Some(_) => {
            let sentence = "This booking was called off; give another bookingId to book anew";
            return Err(ApiError::new(StatusCode::CONFLICT, "not_allowed", sentence));
        }
    };
    let results = results(call, &owner, &row).await?;
    let success = results.iter().all(|result| result.success);
    Ok((made, Booked { success, booking_id, appointment_id: id, results }))
}

impl Booking {
    async fn appointment(
        self,
        call: &Call,
        owner: &OwnerKey,
        id: &str,
    ) -> Result<(Appointment, Beside), ApiError> {
        let (name, zone) = zone_of(call, owner, self.timezone.as_deref()).await?;
        let span = moment::span_on(self.date.as_deref(), &self.start_time, &self.end_time, &zone)?;
        let reminders = reminders(self.reminders.unwrap_or_else(|| REMINDERS.to_vec()))?;
        let mut fields = Fields {
            title: Some(self.title),
            description: Some(described(self.description, &self.client_name, &self.client_email)),
            location: Some(self.location),
            client_name: Some(self.client_name),
            client_email: Some(self.client_email),
            client_phone: Some(self.client_phone),
            client_id: Some(self.client_id),
            service_id: Some(self.service_id),
            status: Some(Status::Confirmed),
            // Asked for in so many words, whatever a calendar's autoExport says.
            i_cloud_sync_enabled: Some(true),
            ..Fields::default()
        };
        let blank = Appointment::new(id, span, &name, RuntimeClock.now());
        let new = Appointment { reminders, ..fields.apply(blank, &zone)? };
        Ok((new, fields.beside(span.millis(), &zone)?))
    }
}

/// The description with the client below it: what the agent reads in the calendar.
fn described(description: Option<String>, name: &Option<String>, email: &Option<String>) -> Option<String> {
    let email = email.as_ref().map(|email| format!("<{email}>"));
    let client: Vec<&str> = [name, &email].into_iter().flatten().map(String::as_str).collect();
    let parts = [description.unwrap_or_default(), client.join(" ")];
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// How it stands in each of the owner's calendars.
async fn results(call: &Call, owner: &OwnerKey, row: &AppointmentRow) -> Result<Vec<InCalendar>, ApiError> {
    let database = &call.app.database;
    let links = database.links_of(&row.id).await?;
    let mut connections = database.connections(owner, None).await?;
    connections.retain(|connection| connection.kind() == Kind::Event && connection.is_synced());
    let in_calendar = |connection: &ConnectionRow| {
        let link = links.iter().find(|link| link.connection_id == connection.id && link.version.is_some());
        let url = |remote: &str| Url::parse(&connection.calendar_url).ok()?.join(remote).ok();
        InCalendar {
            connection_id: connection.id.clone(),
            provider: provider(connection, call.input.case),
            calendar_name: connection.calendar_name.clone(),
            success: link.is_some(),
            event_id: link.map(|link| link.uid.clone()),
            event_url: link.and_then(|link| url(&link.remote)).map(String::from),
            error: link.is_none().then(|| waits(connection)),
        }
    };
    Ok(connections.iter().map(in_calendar).collect())
}

/// Why a booking is not in a calendar yet.
fn waits(connection: &ConnectionRow) -> String {
    match (connection.sync_status, &connection.last_sync_error) {
        (ConnectionState::Active, _) | (_, None) => "The next sync brings it there".to_owned(),
        (_, Some(error)) => error.clone(),
    }
}
