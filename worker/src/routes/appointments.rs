//! Appointments: create, read, change, confirm, cancel; each change reaches the calendars at once.

use super::error::ApiError;
use super::input::{checked, given};
use super::moment::{self, Edge};
use super::{Answer, Call};
use crate::database::appointments::{AppointmentRow, Filter};
use crate::ports::{RuntimeClock, RuntimeEntropy};
use crate::service::booking;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::booking::{Appointment, Status, Transition};
use kalends::event::Exception;
use kalends::port::{Clock, Entropy, OwnerKey};
use kalends::rule::RuleError;
use kalends::{Budget, Instant, Span, Zone};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fields {
    start_time: Option<String>,
    end_time: Option<String>,
    timezone: Option<String>,
    #[serde(default, deserialize_with = "given")]
    title: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    client_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    client_email: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    client_phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    location: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    recurrence: Option<Option<String>>,
    occurrence: Option<String>,
    status: Option<Status>,
    i_cloud_sync_enabled: Option<bool>,
}

impl Fields {
    /// Works what was given into an appointment.
    fn apply(self, mut to: Appointment, zone: &Zone) -> Result<Appointment, ApiError> {
        for (name, field, text) in [
            ("title", &mut to.title, self.title),
            ("clientName", &mut to.client_name, self.client_name),
            ("clientEmail", &mut to.client_email, self.client_email),
            ("clientPhone", &mut to.client_phone, self.client_phone),
            ("description", &mut to.description, self.description),
            ("location", &mut to.location, self.location),
        ] {
            if let Some(text) = text {
                *field = checked(name, text)?;
            }
        }
        let (mut start, mut end) = (to.span.start(), to.span.end());
        if let Some(text) = &self.start_time {
            let length = to.span.millis();
            start = moment::instant("startTime", text, zone, Edge::Start)?;
            // A start alone moves the appointment; its length stays.
            end = start.plus_millis(length);
        }
        if let Some(text) = &self.end_time {
            end = moment::instant("endTime", text, zone, Edge::End)?;
        }
        let span = Span::new(start, end).filter(|span| !span.is_empty());
        // One of whole days stays so while it begins and ends at midnight.
        let midnight = |at: Instant| zone.to_wall(at).time() == Default::default();
        to.all_day &= midnight(start) && midnight(end);
        let span = span.ok_or_else(|| ApiError::field("endTime", "endTime must be after startTime"))?;
        match self.recurrence {
            Some(rule) => to = to.repeated(span, rule.as_deref()).map_err(unrepeatable)?,
            None if span != to.span => to = to.moved(span).map_err(unrepeatable)?,
            None => {}
        }
        if let Some(status) = self.status {
            to.status = status;
        }
        if let Some(name) = self.timezone {
            to.time_zone = name;
        }
        Ok(to)
    }

    /// Works what was given into one time of an appointment that recurs.
    fn apply_to_occurrence(self, mut to: Appointment, named: &str) -> Result<Appointment, ApiError> {
        let given = [&self.client_name, &self.client_email, &self.client_phone, &self.recurrence];
        if given.iter().any(|field| field.is_some())
            || self.timezone.is_some()
            || self.i_cloud_sync_enabled.is_some()
        {
            let sentence =
                "One occurrence has startTime, endTime, title, description, location and status alone";
            return Err(ApiError::field("occurrence", sentence));
        }
        let zone = moment::zone("timezone", &to.time_zone)?;
        let at = moment::instant("occurrence", named, &zone, Edge::Start)?;
        let found = to.occurrence(at, &mut Budget::default());
        let found = found.map_err(|error| ApiError::field("occurrence", error.to_string()))?;
        let mut other = found.ok_or_else(|| {
            ApiError::field(
                "occurrence",
                format!(
                    "The appointment does not take place at {at}; give the time at which its rule has it"
                ),
            )
        })?;
        if let Some(text) = &self.start_time {
            let start = moment::instant("startTime", text, &zone, Edge::Start)?;
            other.span = Span::lasting(start, other.span.millis());
        }
        if let Some(text) = &self.end_time {
            let end = moment::instant("endTime", text, &zone, Edge::End)?;
            let span = Span::new(other.span.start(), end).filter(|span| !span.is_empty());
            other.span = span.ok_or_else(|| ApiError::field("endTime", "endTime must be after startTime"))?;
        }
        for (name, field, text) in [
            ("title", &mut other.summary, self.title),
            ("description", &mut other.description, self.description),
            ("location", &mut other.location, self.location),
        ] {
            if let Some(text) = text {
                *field = Some(checked(name, text)?.unwrap_or_default());
            }
        }
        let off = match self.status {
            None => false,
            Some(Status::Cancelled) => true,
            Some(_) => {
                return Err(ApiError::field("status", "One occurrence can be CANCELLED, and nothing else"));
            }
        };
        to.exceptions.insert(at, Some(other).filter(|_| !off));
        Ok(to)
    }
}

fn unrepeatable(error: RuleError) -> ApiError {
    ApiError::field("recurrence", error.to_string())
}

/// POST /api/appointments
pub async fn create(call: Call) -> Answer {
    let fields: Fields = call.input.fields()?;
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
    let synced = fields.i_cloud_sync_enabled;
    let blank = Appointment::new(&RuntimeEntropy.id("apt"), Span::lasting(now, 0), &name, now);
    let new = fields.apply(blank, &zone)?;
    let app = &call.app;
    let row = booking::book(&app.database, &app.settings, &owner, &new, synced).await?;
    Ok((StatusCode::CREATED, Json(json!({ "success": true, "appointment": shown(&row) }))).into_response())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListInput {
    status: Option<Status>,
    start_date: Option<String>,
    end_date: Option<String>,
}

/// GET /api/appointments
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (_, zone) = zone_of(&call, &owner, None).await?;
    let edge =
        |field, text: Option<String>, edge| text.map(|text| moment::instant(field, &text, &zone, edge));
    let filter = Filter {
        status: input.status,
        from: edge("startDate", input.start_date, Edge::Start).transpose()?,
        to: edge("endDate", input.end_date, Edge::End).transpose()?,
    };
    let rows = call.app.database.appointments(&owner, &filter).await?;
    let appointments: Vec<Value> = rows.iter().map(shown).collect();
    Ok(Json(json!({ "success": true, "appointments": appointments })).into_response())
}

/// GET /api/appointments/{id}
pub async fn show(call: Call) -> Answer {
    Ok(one(&found(&call).await?.0))
}

/// PATCH and PUT /api/appointments/{id}
pub async fn update(call: Call) -> Answer {
    let mut fields: Fields = call.input.fields()?;
    let (row, owner) = found(&call).await?;
    let before = row.appointment();
    if let Some(named) = fields.occurrence.take() {
        let after = fields.apply_to_occurrence(before.clone(), &named)?;
        let app = &call.app;
        return Ok(one(&booking::change(&app.database, &app.settings, &owner, &before, after, None).await?));
    }
    if let Some(to) = fields.status {
        allowed(before.status, to)?;
    }
    let named = fields.timezone.clone().unwrap_or_else(|| before.time_zone.clone());
    let synced = fields.i_cloud_sync_enabled;
    let after = fields.apply(before.clone(), &moment::zone("timezone", &named)?)?;
    let app = &call.app;
    Ok(one(&booking::change(&app.database, &app.settings, &owner, &before, after, synced).await?))
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

async fn step(call: Call, transition: Transition) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
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
        "externalConnectionId": row.connection_id,
        "externalEventUrl": url.map(String::from),
        "externalEventUid": row.uid,
        "externalEtag": row.version,
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
