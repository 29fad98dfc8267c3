//! United Tattoo's calendar of each artist, for its administrators: a connection with the service account's credentials
//! or with its own.

use super::account::{self, credentials, interval, said};
use super::connections::{GONE, Gone};
use super::error::{ApiError, Told};
use super::icloud::First;
use super::openapi::{Missing, Upstream};
use super::sync::Counts;
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
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CalendarInput {
    pub id: Option<String>,
    calendar_url: Option<String>,
    calendar_id: Option<String>,
    calendar_name: Option<String>,
    #[schema(max_length = 1024)]
    username: Option<String>,
    #[schema(max_length = 1024)]
    password: Option<String>,
    timezone: Option<String>,
    #[schema(minimum = 60, maximum = 86400)]
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

#[derive(Serialize, ToSchema)]
#[schema(as = ArtistCalendars)]
struct Calendars {
    success: bool,
    calendars: Vec<Shown>,
}

/// GET /api/admin/calendars: those of one artist, or of all.
#[utoipa::path(get, path = "/api/admin/calendars", responses((status = 200, body = Calendars)))]
pub async fn list(call: Call) -> Answer {
    call.caller.administers(&call.caller.tenant)?;
    let _: NoFields = call.input.fields()?;
    let database = &call.app.database;
    let served = database.served().await?;
    let rows = database.tenant_connections(&call.caller.tenant, call.input.owner.as_deref()).await?;
    let calendars = rows.iter().map(|row| Shown::of(row, served)).collect();
    Ok(Json(Calendars { success: true, calendars }).into_response())
}

/// POST /api/admin/calendars: connects an artist's calendar. The calendar is the source of truth unless the call says
/// otherwise.
#[utoipa::path(post, path = "/api/admin/calendars", request_body = CalendarInput, responses((status = 201, body = Connected), Upstream))]
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
#[utoipa::path(put, path = "/api/admin/calendars", request_body = CalendarInput, responses((status = 200, body = Connected), Missing, Upstream))]
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
        let calendar = Shown::of(&row, app.database.served().await?);
        return Ok(Json(Connected { success: true, calendar, sync: None }).into_response());
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
#[utoipa::path(delete, path = "/api/admin/calendars", request_body = IdInput, responses((status = 200, body = Gone), Missing))]
pub async fn delete(call: Call) -> Answer {
    call.caller.administers(&call.caller.tenant)?;
    let input: IdInput = call.input.fields()?;
    let row = named(&call, Some(input.id)).await?;
    call.app.database.disconnect(&row, RuntimeClock.now()).await?;
    call.audit(Action::Disconnected, &row.id).await?;
    Ok(Json(GONE).into_response())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Tried {
    success: bool,
    calendar_name: String,
    calendar_url: String,
    color: Option<String>,
    writable: bool,
}

/// POST /api/admin/calendars/test: whether a calendar, stored or not yet, can be reached and written.
#[utoipa::path(post, path = "/api/admin/calendars/test", request_body = CalendarInput, responses((status = 200, body = Tried), Missing, Upstream))]
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
    Ok(Json(Tried {
        success: true,
        calendar_name: calendar.name,
        calendar_url: calendar.url.into(),
        color: calendar.color,
        writable: calendar.writable,
    })
    .into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoFields {}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CalendarId)]
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

#[derive(Serialize, ToSchema)]
#[schema(as = ArtistConnected)]
struct Connected {
    success: bool,
    calendar: Shown,
    /// How the first sync went, where it was connected anew.
    #[serde(skip_serializing_if = "Option::is_none")]
    sync: Option<First>,
}

fn connected(row: &ConnectionRow, report: Result<Report, ServiceError>, served: Option<Served>) -> Connected {
    Connected { success: true, calendar: Shown::of(row, served), sync: Some(report.into()) }
}

/// An artist's calendar as the API shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ArtistCalendar)]
pub(super) struct Shown {
    #[serde(flatten)]
    connection: account::Shown,
    artist_id: String,
    calendar_id: String,
    /// Whether it is reached with the studio's own account.
    service_account: bool,
    sync_enabled: bool,
}

impl Shown {
    pub fn of(row: &ConnectionRow, served: Option<Served>) -> Self {
        let last = row.calendar_url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        Self {
            connection: account::shown(row, served),
            artist_id: row.owner.clone(),
            calendar_id: percent_decode_str(last).decode_utf8_lossy().into_owned(),
            service_account: row.credentials == Source::Service,
            sync_enabled: row.is_synced(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ArtistSync)]
struct SyncInput {
    start_date: Option<String>,
    end_date: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ArtistsSynced)]
struct Synced {
    success: bool,
    results: Vec<SyncedOne>,
}

/// How the sync of one calendar ended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SyncedOne {
    artist_id: String,
    calendar_id: String,
    success: bool,
    #[serde(flatten)]
    counts: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// POST /api/caldav/sync: every calendar of one artist, or of all, now; one result for each.
#[utoipa::path(post, path = "/api/caldav/sync", request_body = SyncInput, responses((status = 200, body = Synced), Missing))]
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
        let (counts, error) = match outcome {
            Ok(report) => (Some(Counts::from(&report)), None),
            Err(error) => (None, Some(Told::from(ApiError::from(error)).error)),
        };
        let (artist_id, calendar_id) = (row.owner.clone(), row.id.clone());
        results.push(SyncedOne { artist_id, calendar_id, success: error.is_none(), counts, error });
    }
    let success = results.iter().all(|result| result.success);
    Ok(Json(Synced { success, results }).into_response())
}
