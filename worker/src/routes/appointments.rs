//! Appointments: create, read, change, confirm, cancel; each change reaches the calendars at once.

use super::appointment_fields::Fields;
use super::error::ApiError;
use super::moment::{self, Edge};
use super::page::PageByTime;
use super::{Answer, Call};
use crate::database::appointments::{AppointmentRow, Beside, Filter};
use crate::ports::{RuntimeClock, RuntimeEntropy};
use crate::service::booking;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::booking::{Appointment, Status, Transition};
use kalends::event::Exception;
use kalends::port::{Clock, Entropy, OwnerKey};
use kalends::{Instant, Span, Zone};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

/// POST /api/appointments
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
    let blank = Appointment::new(&RuntimeEntropy.id("apt"), Span::lasting(now, 0), &name, now);
    let new = fields.apply(blank, &zone)?;
    let beside = fields.beside(new.span.millis(), &zone)?;
    let app = &call.app;
    let row = booking::book(&app.database, &app.settings, &owner, &new, &beside).await?;
    Ok((StatusCode::CREATED, Json(json!({ "success": true, "appointment": shown(&row) }))).into_response())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListInput {
    status: Option<Status>,
    start_date: Option<String>,
    end_date: Option<String>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/appointments
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
    let (rows, next) = page.split(rows, |row| ([row.start_time], &row.id));
    let appointments: Vec<Value> = rows.iter().map(shown).collect();
    Ok(Json(json!({ "success": true, "appointments": appointments, "nextCursor": next })).into_response())
}

/// GET /api/appointments/{id}
pub async fn show(call: Call) -> Answer {
    Ok(one(&found(&call).await?.0))
}

/// PATCH and PUT /api/appointments/{id}
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
pub async fn confirm(call: Call) -> Answer {
    step(call, Transition::Confirm).await
}

/// POST /api/appointments/{id}/cancel
pub async fn cancel(call: Call) -> Answer {
    step(call, Transition::Cancel).await
}

/// POST /api/appointments/{id}/decline
pub async fn decline(call: Call) -> Answer {
    step(call, Transition::Decline).await
}

/// DELETE /api/appointments/{id}: it is called off, and its event goes; one that has ended stays as it is.
pub async fn delete(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let (row, owner) = found(&call).await?;
    if row.status.is_live() {
        let (app, before) = (&call.app, row.appointment());
        booking::step(&app.database, &app.settings, &owner, &before, Transition::Cancel).await?;
    }
    Ok(Json(Done { success: true }).into_response())
}

/// POST /api/appointments/{id}/reschedule: another time for all of it, or for one time of a series.
pub async fn reschedule(call: Call) -> Answer {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Time {
        start_time: String,
        end_time: Option<String>,
        timezone: Option<String>,
        occurrence: Option<String>,
    }
    let Time { start_time, end_time, timezone, occurrence } = call.input.fields()?;
    let start_time = Some(start_time);
    changed(&call, Fields { start_time, end_time, timezone, occurrence, ..Fields::default() }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// It is done, and there is nothing more to say.
#[derive(Serialize)]
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

fn one(row: &AppointmentRow) -> axum::response::Response {
    Json(json!({ "success": true, "appointment": shown(row) })).into_response()
}

/// An appointment as the API shows it.
fn shown(row: &AppointmentRow) -> Value {
    let url = row.calendar_url.as_deref().zip(row.remote.as_deref());
    let url = url.and_then(|(calendar, remote)| Url::parse(calendar).ok()?.join(remote).ok());
    json!({
        "id": row.id,
        "userId": row.owner,
        "startTime": Instant::from_millis(row.start_time),
        "endTime": Instant::from_millis(row.end_time),
        "timezone": row.timezone,
        "recurrence": row.recurrence,
        "exceptions": row.appointment().exceptions.iter().map(exception).collect::<Vec<_>>(),
        "title": row.title,
        "clientName": row.client_name,
        "clientEmail": row.client_email,
        "clientPhone": row.client_phone,
        "description": row.description,
        "location": row.location,
        "status": row.status,
        "clientId": row.client_id,
        "serviceId": row.service_id,
        "alternatives": row.alternatives(),
        "reminders": row.appointment().reminders,
        "externalConnectionId": row.connection_id,
        "externalEventUrl": url.map(String::from),
        "externalEventUid": row.uid,
        "externalEtag": row.version,
        "caldav_uid": row.uid,
        "caldav_etag": row.version,
        "iCloudSyncEnabled": row.icloud_sync_enabled.map(|set| set != 0),
        "lastModifiedSource": row.last_modified_source,
        "createdAt": Instant::from_millis(row.created_at),
        "updatedAt": Instant::from_millis(row.updated_at),
    })
}

/// A time of a series that is not as the others.
fn exception((at, other): (&Instant, &Option<Exception>)) -> Value {
    match other {
        None => json!({ "occurrence": at, "status": Status::Cancelled }),
        Some(other) => json!({
            "occurrence": at,
            "startTime": other.span.start(),
            "endTime": other.span.end(),
            "title": other.summary,
            "description": other.description,
            "location": other.location,
        }),
    }
}
