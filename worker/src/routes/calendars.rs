//! United Tattoo's calendar of each artist, for its administrators: a connection with the service account's credentials
//! or with its own.

use super::account::{self, credentials, interval, said};
use super::error::ApiError;
use super::icloud::counts;
use super::{Answer, Call, moment};
use crate::database::audit::Action;
use crate::database::connections::{ConnectionRow, ConnectionSettings, Source};
use crate::database::scheduler::Served;
use crate::ports::RuntimeClock;
use crate::service::connect::{self, Account, Choice, Wish};
use crate::service::{ServiceError, synchronise};
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::port::{Clock, Policy};
use kalends::sync::{Report, Scope};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CalendarInput {
    pub id: Option<String>,
    calendar_url: Option<String>,
    calendar_id: Option<String>,
    calendar_name: Option<String>,
    username: Option<String>,
    password: Option<String>,
    timezone: Option<String>,
    sync_interval: Option<i64>,
    sync_enabled: Option<bool>,
    bidirectional_sync: Option<bool>,
    auto_export: Option<bool>,
    conflict_policy: Option<Policy>,
}

impl CalendarInput {
    /// Where the calendar is: its address, or its id among the service account's. None where neither is said.
    pub fn account(&mut self, call: &Call) -> Result<Option<Account>, ApiError> {
        let credentials = match (&mut self.username, &mut self.password) {
            (None, None) => None,
            (username, password) => {
                let (username, password) =
                    (username.get_or_insert_default(), password.get_or_insert_default());
                Some(credentials(("username", username), ("password", password))?)
            }
        };
        let id = said(self.calendar_id.take());
        let url = match (said(self.calendar_url.take()), id) {
            (Some(url), _) => url,
            // The account's address is nobody else's business.
            (None, Some(_)) if credentials.is_some() => return Err(no_address()),
            (None, Some(id)) => {
                let calendar = call.app.settings.service_calendar(&call.caller.tenant, &id);
                calendar.ok_or(ServiceError::NotConfigured)?.to_string()
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(Account { credentials, url: Some(url), choice: Choice::AtAddress }))
    }

    /// Whether anything is said of where the calendar is and who may read it.
    fn names_account(&self) -> bool {
        [&self.calendar_url, &self.calendar_id, &self.username, &self.password]
            .iter()
            .any(|said| said.is_some())
    }

    fn settings(&self, policy: Option<Policy>) -> Result<ConnectionSettings, ApiError> {
        Ok(ConnectionSettings {
            sync_interval: interval(self.sync_interval)?,
            bidirectional_sync: self.bidirectional_sync,
            auto_export: self.auto_export,
            conflict_policy: self.conflict_policy.or(policy),
            sync_enabled: self.sync_enabled,
        })
    }

    pub fn wish(self, policy: Option<Policy>) -> Result<Wish, ApiError> {
        if let Some(name) = &self.timezone {
            moment::zone("timezone", name)?;
        }
        let settings = self.settings(policy)?;
        Ok(Wish { name: said(self.calendar_name), timezone: self.timezone, settings })
    }
}

/// GET /api/admin/calendars: those of one artist, or of all.
pub async fn list(call: Call) -> Answer {
    call.caller.administers(&call.caller.tenant)?;
    let _: NoFields = call.input.fields()?;
    let database = &call.app.database;
    let served = database.served().await?;
    let rows = database.tenant_connections(&call.caller.tenant, call.input.owner.as_deref()).await?;
    let calendars: Vec<Value> = rows.iter().map(|row| shown(row, served)).collect();
    Ok(Json(json!({ "success": true, "calendars": calendars })).into_response())
}

/// POST /api/admin/calendars: connects an artist's calendar. The calendar is the source of truth unless the call says
/// otherwise.
pub async fn create(call: Call) -> Answer {
    call.caller.administers(&call.caller.tenant)?;
    let owner = call.caller.owner(&call.input)?;
    let mut input: CalendarInput = call.input.fields()?;
    if input.id.is_some() {
        return Err(ApiError::field("id", "A new calendar has no id yet; PUT changes one"));
    }
    let account = input.account(&call)?.ok_or_else(no_address)?;
    let wish = input.wish(Some(Policy::ExternalWins))?;
    let app = &call.app;
    let (row, report) = connect::connect(&app.database, &app.settings, &owner, &account, wish).await?;
    call.audit(Action::Connected, &row.id).await?;
    Ok((StatusCode::CREATED, Json(connected(&row, report, app.database.served().await?))).into_response())
}

/// PUT /api/admin/calendars: changes what is given. Another address, artist or password connects anew; where that is
/// another calendar or artist, its id is another, and what was mirrored from the old one is forgotten.
pub async fn update(call: Call) -> Answer {
    call.caller.administers(&call.caller.tenant)?;
    let mut input: CalendarInput = call.input.fields()?;
    let row = named(&call, input.id.take()).await?;
    let app = &call.app;
    let mut owner = row.connection().owner;
    let artist = call.input.owner.as_ref().filter(|artist| **artist != owner.owner);
    input.calendar_url = input.calendar_url.take().filter(|url| *url != row.calendar_url);
    if artist.is_none() && !input.names_account() {
        let (settings, name) = (input.settings(None)?, said(input.calendar_name));
        app.database.configure(&row.id, settings, name.as_deref(), RuntimeClock.now()).await?;
        call.audit(Action::ConnectionChanged, &row.id).await?;
        let row = named(&call, Some(row.id)).await?;
        let calendar = shown(&row, app.database.served().await?);
        return Ok(Json(json!({ "success": true, "calendar": calendar })).into_response());
    }
    if input.calendar_url.is_none() && input.calendar_id.is_none() {
        input.calendar_url = Some(row.calendar_url.clone());
    }
    let account = input.account(&call)?.ok_or_else(no_address)?;
    if row.credentials == Source::Own && account.credentials.is_none() {
        let sentence = "Give username and password again: those of this calendar go nowhere else";
        return Err(ApiError::field("password", sentence));
    }
    owner.owner.clone_from(artist.unwrap_or(&row.owner));
    let mut wish = input.wish(None)?;
    wish.settings = wish.settings.or(row.settings());
    let (new, report) = connect::connect(&app.database, &app.settings, &owner, &account, wish).await?;
    call.audit(Action::Connected, &new.id).await?;
    if new.id != row.id {
        app.database.disconnect(&row, RuntimeClock.now()).await?;
        call.audit(Action::Disconnected, &row.id).await?;
    }
    Ok(Json(connected(&new, report, app.database.served().await?)).into_response())
}

/// DELETE /api/admin/calendars: forgets the connection and what was mirrored; the calendar itself stays as it is.
pub async fn delete(call: Call) -> Answer {
    call.caller.administers(&call.caller.tenant)?;
    let input: IdInput = call.input.fields()?;
    let row = named(&call, Some(input.id)).await?;
    call.app.database.disconnect(&row, RuntimeClock.now()).await?;
    call.audit(Action::Disconnected, &row.id).await?;
    Ok(Json(json!({ "success": true, "message": "Calendar disconnected" })).into_response())
}

/// POST /api/admin/calendars/test: whether a calendar, stored or not yet, can be reached and written.
pub async fn test(call: Call) -> Answer {
    call.caller.administers(&call.caller.tenant)?;
    let mut input: CalendarInput = call.input.fields()?;
    let settings = &call.app.settings;
    let calendar = match input.id.take() {
        Some(id) => {
            let row = named(&call, Some(id)).await?;
            synchronise::look(settings, &row).await?
        }
        None => {
            let account = input.account(&call)?.ok_or_else(no_address)?;
            connect::find(settings, &call.caller.tenant, &account).await?.0
        }
    };
    Ok(Json(json!({
        "success": true,
        "calendarName": calendar.name,
        "calendarUrl": calendar.url.as_str(),
        "color": calendar.color,
        "writable": calendar.writable,
    }))
    .into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFields {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdInput {
    id: String,
}

/// The stored calendar that a call names.
async fn named(call: &Call, id: Option<String>) -> Result<ConnectionRow, ApiError> {
    let id = id.ok_or_else(|| ApiError::field("id", "Which calendar? Give its id"))?;
    let row = call.app.database.connection(&call.caller.tenant, &id).await?;
    row.ok_or_else(|| ApiError::not_found("Calendar configuration not found"))
}

pub(super) fn no_address() -> ApiError {
    ApiError::field(
        "calendarUrl",
        "Which calendar? Give its address as calendarUrl, or its calendarId in the studio's account",
    )
}

fn connected(row: &ConnectionRow, report: Result<Report, ServiceError>, served: Option<Served>) -> Value {
    let sync = match report {
        Ok(report) => counts(&report),
        Err(error) => ApiError::from(error).body(),
    };
    json!({ "success": true, "calendar": shown(row, served), "sync": sync })
}

pub(super) fn shown(row: &ConnectionRow, served: Option<Served>) -> Value {
    let last = row.calendar_url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let mut shown = account::shown(row, served);
    shown["artistId"] = json!(row.owner);
    shown["calendarId"] = json!(percent_decode_str(last).decode_utf8_lossy());
    shown["serviceAccount"] = json!(row.credentials == Source::Service);
    shown["syncEnabled"] = json!(row.is_synced());
    shown
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SyncInput {
    start_date: Option<String>,
    end_date: Option<String>,
}

/// POST /api/caldav/sync: every calendar of one artist, or of all, now; one result for each.
pub async fn sync(call: Call) -> Answer {
    call.caller.administers(&call.caller.tenant)?;
    let input: SyncInput = call.input.fields()?;
    let utc = kalends::Zone::utc();
    let (start, end) = (input.start_date.as_deref(), input.end_date.as_deref());
    let start =
        start.map(|text| moment::instant("startDate", text, &utc, moment::Edge::Start)).transpose()?;
    let end = end.map(|text| moment::instant("endDate", text, &utc, moment::Edge::End)).transpose()?;
    if start.zip(end).is_some_and(|(start, end)| end <= start) {
        return Err(ApiError::field("endDate", "endDate must be after startDate"));
    }
    let app = &call.app;
    let rows = app.database.tenant_connections(&call.caller.tenant, call.input.owner.as_deref()).await?;
    if rows.is_empty() && call.input.owner.is_some() {
        return Err(ApiError::not_found("Calendar configuration not found"));
    }
    let mut results = Vec::with_capacity(rows.len());
    for row in &rows {
        let outcome = synchronise::run_patiently(&app.database, &app.settings, row, &Scope::Manual).await;
        let mut result = match outcome {
            Ok(report) => counts(&report),
            Err(error) => json!({ "error": ApiError::from(error).body()["error"] }),
        };
        result["success"] = json!(result.get("error").is_none());
        (result["artistId"], result["calendarId"]) = (json!(row.owner), json!(row.id));
        results.push(result);
    }
    let success = results.iter().all(|result| result["success"] == json!(true));
    Ok(Json(json!({ "success": success, "results": results })).into_response())
}
