//! Get It Done!'s connection of a student: connected with an app-specific password, told, disconnected, and what it did.

use super::account::{credentials, said};
use super::connections::{GONE, Gone, provider};
use super::error::ApiError;
use super::input::Case;
use super::openapi::{Clash, Id, Missing, Upstream};
use super::page::Page;
use super::{Answer, Call};
use crate::database::audit::Action;
use crate::database::connections::{ConnectionRow, ConnectionSettings};
use crate::database::task_syncs::{TaskSyncRow, bare};
use crate::ports::RuntimeClock;
use crate::service::ServiceError;
use crate::service::connect::{self, Account, Choice, Wish};
use axum::Json;
use axum::response::IntoResponse;
use kalends::booking::Kind;
use kalends::port::{Clock, ConnectionState, OwnerKey};
use kalends::provider::ProviderError;
use kalends::sync::SyncError;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An error of a calendar service in the sentences of the document.
pub fn told(error: ServiceError) -> ApiError {
    let sentence = match &error {
        ServiceError::Provider(error) | ServiceError::Sync(SyncError::Provider(error)) => match error {
            ProviderError::Unauthorized => Some("Invalid authentication credentials"),
            ProviderError::Throttled { .. } => Some("Rate limit exceeded"),
            _ => None,
        },
        _ => None,
    };
    let error = ApiError::from(error);
    match sentence {
        Some(sentence) => error.saying(sentence),
        None => error,
    }
}

/// That there is no calendar.
pub fn no_calendar() -> ApiError {
    ApiError::not_found("No calendar connected")
}

/// The owner's calendars, the first that was connected first; those whose credentials work come before the others.
pub async fn calendars(call: &Call, owner: &OwnerKey) -> Result<Vec<ConnectionRow>, ApiError> {
    let mut rows = call.app.database.connections(owner, None).await?;
    rows.retain(|row| row.kind() == Kind::Event);
    rows.sort_by_key(|row| row.sync_status == ConnectionState::NeedsReauth);
    Ok(rows)
}

/// The word for the service of a connection.
pub fn calendar_type(row: &ConnectionRow) -> String {
    provider(row, Case::Snake)
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AppleAccount {
    apple_id: String,
    app_password: String,
    calendar_url: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct AppleConnected {
    success: bool,
    message: &'static str,
    calendars: Vec<String>,
    connection_id: String,
}

/// POST /api/calendar/apple/connect: the account's default calendar, or the one at `calendarUrl`; the names of all.
#[utoipa::path(post, path = "/api/calendar/apple/connect", request_body = AppleAccount, responses((status = 200, body = AppleConnected), Missing, Clash, Upstream))]
pub async fn connect_apple(call: Call) -> Answer {
    let mut input: AppleAccount = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let username = ("appleId", &mut input.apple_id);
    let credentials = credentials(username, ("appPassword", &mut input.app_password))?;
    let url = said(input.calendar_url);
    let account = Account { credentials: Some(credentials), url, choice: Choice::OrFirst };
    let app = &call.app;
    let found = connect::list(&app.settings, &owner.tenant, &account).await.map_err(told)?;
    let wish = Wish { name: None, timezone: None, settings: ConnectionSettings::default() };
    let connected = connect::connect(&app.database, &app.settings, &owner, &account, wish).await;
    let (row, _) = connected.map_err(told)?;
    call.audit(Action::Connected, &row.id).await?;
    let named = found.into_iter().filter(|calendar| calendar.holds_events());
    Ok(Json(AppleConnected {
        success: true,
        message: "Apple Calendar connected successfully",
        calendars: named.map(|calendar| calendar.name).collect(),
        connection_id: row.id,
    })
    .into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The owner of the path, if no other is named.
fn named(call: &mut Call) -> Result<OwnerKey, ApiError> {
    let id = call.id.clone();
    if call.input.owner.get_or_insert_with(|| id.clone()) != &id {
        return Err(ApiError::not_found("There is no such user"));
    }
    call.caller.owner(&call.input)
}

#[derive(Serialize, ToSchema)]
#[schema(as = ConnectionStatus)]
struct Status {
    connected: bool,
    #[serde(flatten)]
    calendar: Option<StatusOfCalendar>,
}

#[derive(Serialize, ToSchema)]
struct StatusOfCalendar {
    calendar_type: String,
    #[schema(value_type = String)]
    #[serde(serialize_with = "bare")]
    connected_at: i64,
}

/// GET /api/calendar/connection-status/{user_id}
#[utoipa::path(get, path = "/api/calendar/connection-status/{id}", params(Id), responses((status = 200, body = Status), Missing))]
pub async fn status(mut call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let owner = named(&mut call)?;
    let active = calendars(&call, &owner).await?.into_iter().next();
    let calendar = active
        .filter(|row| row.sync_status != ConnectionState::NeedsReauth)
        .map(|row| StatusOfCalendar { calendar_type: calendar_type(&row), connected_at: row.created_at });
    Ok(Json(Status { connected: calendar.is_some(), calendar }).into_response())
}

/// POST /api/calendar/disconnect/{user_id}: every calendar, with its credentials.
#[utoipa::path(post, path = "/api/calendar/disconnect/{id}", params(Id), responses((status = 200, body = Gone), Missing))]
pub async fn disconnect(mut call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let owner = named(&mut call)?;
    let database = &call.app.database;
    let rows = database.connections(&owner, None).await?;
    if rows.is_empty() {
        return Err(no_calendar());
    }
    for row in &rows {
        database.disconnect(row, RuntimeClock.now()).await?;
        call.audit(Action::Disconnected, &row.id).await?;
    }
    Ok(Json(GONE).into_response())
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HistoryInput {
    cursor: Option<String>,
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = TaskHistory)]
struct History {
    syncs: Vec<TaskSyncRow>,
    count: usize,
    next_cursor: Option<String>,
}

/// GET /api/calendar/sync-history/{user_id}
#[utoipa::path(get, path = "/api/calendar/sync-history/{id}", params(Id, HistoryInput), responses((status = 200, body = History), Missing))]
pub async fn history(mut call: Call) -> Answer {
    let input: HistoryInput = call.input.fields()?;
    let owner = named(&mut call)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let rows = call.app.database.task_syncs(&owner, page.before, page.rows()).await?;
    let (syncs, next_cursor) = page.split(rows, |row| row.id);
    Ok(Json(History { count: syncs.len(), syncs, next_cursor }).into_response())
}
