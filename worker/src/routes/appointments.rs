//! Appointments: create, read, change, confirm, cancel; each change reaches the calendars at once.

use super::appointment_fields::Fields;
use super::error::ApiError;
use super::idempotency::Key;
use super::moment::{self, Edge};
use super::openapi::{Clash, Id, Missing};
use super::page::PageByTime;
use super::{Answer, Call};
use crate::database::appointments::{Alternative, AppointmentRow, Beside, Filter};
use crate::ports::RuntimeClock;
use crate::service::booking;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::booking::{Appointment, Source, Status, Transition};
use kalends::event::Exception;
use kalends::port::{Clock, OwnerKey};
use kalends::{Instant, Span, Zone};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::{IntoParams, ToSchema};

/// POST /api/appointments
#[utoipa::path(post, path = "/api/appointments", params(Key), request_body = Fields, responses((status = 201, body = One), Clash))]
pub async fn create(call: Call) -> Answer {
    let mut fields: Fields = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (name, zone) = zone_of(&call, &owner, fields.timezone.as_deref()).await?;
    if fields.occurrence.is_some() {
        return Err(ApiError::field("occurrence", "A new appointment has no occurrence yet"));
    }
    if fields.start_time.is_none() || fields.end_time.is_none() {
        let field = if fields.start_time.is_none() { "startTime" } else { "endTime" };
        return Err(ApiError::field(field, format!("{field} is missing")));
    }
    if fields.status.is_some_and(|status| !status.is_live()) {
        return Err(ApiError::field("status", "A new appointment is PENDING or CONFIRMED"));
    }
    let now = RuntimeClock.now();
    let id = call.new_id("apt");
    if call.made.is_some()
        && let Some(row) = call.app.database.appointment(&owner.tenant, &id).await?
    {
        // A call that was cut off had come as far as this.
        return Ok((StatusCode::CREATED, one(&row)).into_response());
    }
    let blank = Appointment::new(&id, Span::lasting(now, 0), &name, now);
    let hold = fields.hold_id.take();
    let new = fields.apply(blank, &zone)?;
    let beside = fields.beside(new.span.millis(), &zone)?;
    if beside.expires_at.flatten().is_some_and(|at| at <= now || new.status != Status::Pending) {
        let sentence = "expiresAt is a time to come, of an appointment that is PENDING";
        return Err(ApiError::field("expiresAt", sentence));
    }
    let app = &call.app;
    if let Some(id) = &hold {
        let row = app.database.hold(&owner.tenant, id, now).await?.filter(|row| row.owner == owner.owner);
        row.ok_or_else(|| ApiError::not_found("There is no such hold; it may have expired"))?;
    }
    let row = booking::book(&app.database, &app.settings, &owner, &new, &beside, hold.as_deref()).await?;
    Ok((StatusCode::CREATED, one(&row)).into_response())
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInput {
    status: Option<Status>,
    start_date: Option<String>,
    end_date: Option<String>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/appointments
#[utoipa::path(get, path = "/api/appointments", params(ListInput), responses((status = 200, body = Listed)))]
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (_, zone) = zone_of(&call, &owner, None).await?;
    let page = PageByTime::<1>::of(input.cursor.as_deref(), input.limit)?;
    let edge =
        |field, text: Option<String>, edge| text.map(|text| moment::instant(field, &text, &zone, edge));
    let filter = Filter {
        status: input.status,
        from: edge("startDate", input.start_date, Edge::Start).transpose()?,
        to: edge("endDate", input.end_date, Edge::End).transpose()?,
        after: page.after().map(|([start], id)| (*start, id.to_owned())),
        limit: Some(page.rows()),
    };
    let rows = call.app.database.appointments(&owner, &filter).await?;
    let (rows, next_cursor) = page.split(rows, |row| ([row.start_time], &row.id));
    let appointments = rows.iter().map(Shown::from).collect();
    Ok(Json(Listed { success: true, appointments, next_cursor }).into_response())
}

/// GET /api/appointments/{id}
#[utoipa::path(get, path = "/api/appointments/{id}", params(Id), responses((status = 200, body = One), Missing))]
pub async fn show(call: Call) -> Answer {
    Ok(one(&found(&call).await?.0))
}

/// PATCH and PUT /api/appointments/{id}
#[utoipa::path(method(patch, put), path = "/api/appointments/{id}", params(Id), request_body = Fields, responses((status = 200, body = One), Missing, Clash))]
pub async fn update(call: Call) -> Answer {
    let fields: Fields = call.input.fields()?;
    changed(&call, fields).await
}

async fn changed(call: &Call, mut fields: Fields) -> Answer {
    let (row, owner) = found(call).await?;
    let before = row.appointment();
    if let Some(named) = fields.occurrence.take() {
        let after = fields.apply_to_occurrence(before.clone(), &named)?;
        let app = &call.app;
        let beside = Beside::default();
        return Ok(one(
            &booking::change(&app.database, &app.settings, &owner, &before, after, &beside).await?
        ));
    }
    if let Some(to) = fields.status {
        allowed(before.status, to)?;
    }
    let named = fields.timezone.clone().unwrap_or_else(|| before.time_zone.clone());
    let zone = moment::zone("timezone", &named)?;
    let after = fields.apply(before.clone(), &zone)?;
    let beside = fields.beside(after.span.millis(), &zone)?;
    let app = &call.app;
    Ok(one(&booking::change(&app.database, &app.settings, &owner, &before, after, &beside).await?))
}

/// A status set by PATCH takes the same steps as the routes named after them.
fn allowed(from: Status, to: Status) -> Result<(), ApiError> {
    let step = match to {
        Status::Confirmed => Some(Transition::Confirm),
        Status::Cancelled => Some(Transition::Cancel),
        Status::Declined => Some(Transition::Decline),
        Status::Pending | Status::Expired => None,
    };
    if from == to || step.is_some_and(|step| step.from(from).is_some()) {
        return Ok(());
    }
    let sentence = format!("An appointment that is {} cannot become {}", from.as_str(), to.as_str());
    Err(ApiError::new(StatusCode::CONFLICT, "not_allowed", sentence))
}

/// POST /api/appointments/{id}/confirm
#[utoipa::path(post, path = "/api/appointments/{id}/confirm", params(Id), responses((status = 200, body = One), Missing, Clash))]
pub async fn confirm(call: Call) -> Answer {
    step(call, Transition::Confirm).await
}

/// POST /api/appointments/{id}/cancel
#[utoipa::path(post, path = "/api/appointments/{id}/cancel", params(Id), responses((status = 200, body = One), Missing, Clash))]
pub async fn cancel(call: Call) -> Answer {
    step(call, Transition::Cancel).await
}

/// POST /api/appointments/{id}/decline
#[utoipa::path(post, path = "/api/appointments/{id}/decline", params(Id), responses((status = 200, body = One), Missing, Clash))]
pub async fn decline(call: Call) -> Answer {
    step(call, Transition::Decline).await
}

/// DELETE /api/appointments/{id}: it is called off, and its event goes; one that has ended stays as it is.
#[utoipa::path(delete, path = "/api/appointments/{id}", params(Id), responses((status = 200, body = Done), Missing, Clash))]
pub async fn delete(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let (row, owner) = found(&call).await?;
    if row.status.is_live() {
        let (app, before) = (&call.app, row.appointment());
        booking::step(&app.database, &app.settings, &owner, &before, Transition::Cancel).await?;
    }
    Ok(Json(Done { success: true }).into_response())
}

/// Another time.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AppointmentTime)]
struct Time {
    start_time: String,
    end_time: Option<String>,
    timezone: Option<String>,
    occurrence: Option<String>,
}

/// POST /api/appointments/{id}/reschedule: another time for all of it, or for one time of a series.
#[utoipa::path(post, path = "/api/appointments/{id}/reschedule", params(Id), request_body = Time, responses((status = 200, body = One), Missing, Clash))]
pub async fn reschedule(call: Call) -> Answer {
    let Time { start_time, end_time, timezone, occurrence } = call.input.fields()?;
    let start_time = Some(start_time);
    changed(&call, Fields { start_time, end_time, timezone, occurrence, ..Fields::default() }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// It is done, and there is nothing more to say.
#[derive(Serialize, ToSchema)]
pub(super) struct Done {
    pub success: bool,
}

async fn step(call: Call, transition: Transition) -> Answer {
    let Nothing {} = call.input.fields()?;
    let (row, owner) = found(&call).await?;
    let app = &call.app;
    Ok(one(&booking::step(&app.database, &app.settings, &owner, &row.appointment(), transition).await?))
}

/// The appointment of the path, if it is the tenant's and, where one is named, the owner's.
async fn found(call: &Call) -> Result<(AppointmentRow, OwnerKey), ApiError> {
    let row = call.app.database.appointment(&call.caller.tenant, &call.id).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    let row = row.ok_or_else(|| ApiError::not_found("There is no such appointment"))?;
    let owner = OwnerKey { tenant: row.tenant.clone(), owner: row.owner.clone() };
    Ok((row, owner))
}

/// The zone that is named, else the owner's, with its name.
pub(super) async fn zone_of(
    call: &Call,
    owner: &OwnerKey,
    named: Option<&str>,
) -> Result<(String, Zone), ApiError> {
    let name = match named {
        Some(name) => name.to_owned(),
        None => call.app.database.owner(owner).await?.map_or_else(|| "UTC".to_owned(), |row| row.timezone),
    };
    let zone = moment::zone("timezone", &name)?;
    Ok((name, zone))
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneAppointment)]
struct One {
    success: bool,
    appointment: Shown,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Appointments)]
struct Listed {
    success: bool,
    appointments: Vec<Shown>,
    next_cursor: Option<String>,
}

fn one(row: &AppointmentRow) -> axum::response::Response {
    Json(One { success: true, appointment: row.into() }).into_response()
}

/// An appointment as the API shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Appointment)]
struct Shown {
    id: String,
    user_id: String,
    start_time: Instant,
    end_time: Instant,
    timezone: String,
    recurrence: Option<String>,
    exceptions: Vec<Other>,
    title: Option<String>,
    client_name: Option<String>,
    client_email: Option<String>,
    client_phone: Option<String>,
    description: Option<String>,
    location: Option<String>,
    status: Status,
    client_id: Option<String>,
    service_id: Option<String>,
    alternatives: Vec<Alternative>,
    /// Until when it waits to be confirmed.
    expires_at: Option<Instant>,
    /// Minutes before it.
    reminders: Vec<u32>,
    external_connection_id: Option<String>,
    external_event_url: Option<String>,
    external_event_uid: Option<String>,
    external_etag: Option<String>,
    #[serde(rename = "caldav_uid")]
    caldav_uid: Option<String>,
    #[serde(rename = "caldav_etag")]
    caldav_etag: Option<String>,
    i_cloud_sync_enabled: Option<bool>,
    last_modified_source: Source,
    created_at: Instant,
    updated_at: Instant,
}

impl From<&AppointmentRow> for Shown {
    fn from(row: &AppointmentRow) -> Self {
        let url = row.calendar_url.as_deref().zip(row.remote.as_deref());
        let url = url.and_then(|(calendar, remote)| Url::parse(calendar).ok()?.join(remote).ok());
        let appointment = row.appointment();
        Self {
            id: row.id.clone(),
            user_id: row.owner.clone(),
            start_time: Instant::from_millis(row.start_time),
            end_time: Instant::from_millis(row.end_time),
            timezone: row.timezone.clone(),
            recurrence: row.recurrence.clone(),
            exceptions: appointment.exceptions.iter().map(Other::of).collect(),
            title: row.title.clone(),
            client_name: row.client_name.clone(),
            client_email: row.client_email.clone(),
            client_phone: row.client_phone.clone(),
            description: row.description.clone(),
            location: row.location.clone(),
            status: row.status,
            client_id: row.client_id.clone(),
            service_id: row.service_id.clone(),
            alternatives: row.alternatives(),
            expires_at: row.expires_at.map(Instant::from_millis),
            reminders: appointment.reminders,
            external_connection_id: row.connection_id.clone(),
            external_event_url: url.map(String::from),
            external_event_uid: row.uid.clone(),
            external_etag: row.version.clone(),
            caldav_uid: row.uid.clone(),
            caldav_etag: row.version.clone(),
            i_cloud_sync_enabled: row.icloud_sync_enabled.map(|set| set != 0),
            last_modified_source: row.last_modified_source,
            created_at: Instant::from_millis(row.created_at),
            updated_at: Instant::from_millis(row.updated_at),
        }
    }
}

/// A time of a series that is not as the others.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = OtherTime)]
enum Other {
    #[serde(rename_all = "camelCase")]
    Moved {
        occurrence: Instant,
        start_time: Instant,
        end_time: Instant,
        title: Option<String>,
        description: Option<String>,
        location: Option<String>,
    },
    Off {
        occurrence: Instant,
        status: Status,
    },
}

impl Other {
    fn of((at, other): (&Instant, &Option<Exception>)) -> Self {
        match other {
            None => Self::Off { occurrence: *at, status: Status::Cancelled },
            Some(other) => Self::Moved {
                occurrence: *at,
                start_time: other.span.start(),
                end_time: other.span.end(),
                title: other.summary.clone(),
                description: other.description.clone(),
                location: other.location.clone(),
            },
        }
    }
}
