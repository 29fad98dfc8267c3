//! CitaPlanner's calendar routes: any CalDAV account may stand in iCloud's place by its `calendarUrl`.

use super::account::{self, credentials, interval, said};
use super::error::{ApiError, Problem};
use super::openapi::{Clash, Missing, Upstream};
use super::sync::{Counts, OneSynced};
use super::{Answer, Call, history, moment};
use crate::database::audit::Action;
use crate::database::connections::{ConnectionRow, ConnectionSettings};
use crate::service::ServiceError;
use crate::service::connect::{self, Account, Choice, Wish};
use crate::service::synchronise;
use axum::Json;
use axum::response::IntoResponse;
use kalends::port::Policy;
use kalends::sync::{Report, Scope};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What the document promises to say when an account does not work.
const FAILED: &str = "Failed to connect to iCloud";

/// How many runs are shown beside the connections.
const RUNS: i64 = 20;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ICloudAccount)]
struct AccountInput {
    #[schema(min_length = 1, max_length = 1024)]
    apple_id: String,
    #[schema(min_length = 1, max_length = 1024)]
    app_specific_password: String,
    calendar_url: Option<String>,
    calendar_name: Option<String>,
    timezone: Option<String>,
    #[schema(minimum = 60, maximum = 86400)]
    sync_interval: Option<i64>,
    bidirectional_sync: Option<bool>,
    auto_export: Option<bool>,
    conflict_policy: Option<Policy>,
}

impl AccountInput {
    fn account(&mut self) -> Result<Account, ApiError> {
        let username = ("appleId", &mut self.apple_id);
        let password = ("appSpecificPassword", &mut self.app_specific_password);
        let credentials = credentials(username, password)?;
        let url = said(self.calendar_url.take());
        Ok(Account { credentials: Some(credentials), url, choice: Choice::OrFirst })
    }
}

#[derive(Serialize, ToSchema)]
struct Calendars {
    success: bool,
    calendars: Vec<Found>,
}

/// A calendar or task list of an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FoundCalendar)]
struct Found {
    name: String,
    color: Option<String>,
    url: String,
    writable: bool,
    components: Vec<String>,
    holds_events: bool,
    holds_tasks: bool,
    description: Option<String>,
    time_zone: Option<String>,
}

/// POST /api/calendar/icloud/calendars: the account's calendars; nothing is stored.
#[utoipa::path(post, path = "/api/calendar/icloud/calendars", request_body = AccountInput, responses((status = 200, body = Calendars), Upstream))]
pub async fn calendars(call: Call) -> Answer {
    let mut input: AccountInput = call.input.fields()?;
    let found =
        connect::list(&call.app.settings, &call.caller.tenant, &input.account()?).await.map_err(failed)?;
    let calendars = found
        .into_iter()
        .map(|calendar| Found {
            holds_events: calendar.holds_events(),
            holds_tasks: calendar.holds_tasks(),
            name: calendar.name,
            color: calendar.color,
            url: calendar.url.into(),
            writable: calendar.writable,
            components: calendar.components,
            description: calendar.description,
            time_zone: calendar.time_zone,
        })
        .collect();
    Ok(Json(Calendars { success: true, calendars }).into_response())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ICloudConnected)]
struct Connected {
    success: bool,
    connection_id: String,
    calendar_name: String,
    calendar_url: String,
    sync: First,
}

/// How the first sync went.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = FirstRun)]
pub(super) enum First {
    Done(Counts),
    Failed(Problem),
}

impl From<Result<Report, ServiceError>> for First {
    fn from(ended: Result<Report, ServiceError>) -> Self {
        match ended {
            Ok(report) => Self::Done((&report).into()),
            Err(error) => Self::Failed(ApiError::from(error).body()),
        }
    }
}

/// POST /api/calendar/icloud/connect: verify, store encrypted, first sync.
#[utoipa::path(post, path = "/api/calendar/icloud/connect", request_body = AccountInput, responses((status = 200, body = Connected), Upstream))]
pub async fn connect(call: Call) -> Answer {
    let mut input: AccountInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    if let Some(name) = &input.timezone {
        moment::zone("timezone", name)?;
    }
    let account = input.account()?;
    let wish = Wish {
        name: said(input.calendar_name),
        timezone: input.timezone,
        settings: ConnectionSettings {
            sync_interval: interval(input.sync_interval)?,
            bidirectional_sync: input.bidirectional_sync,
            auto_export: input.auto_export,
            conflict_policy: input.conflict_policy,
            sync_enabled: None,
        },
    };
    let app = &call.app;
    let (row, report) =
        connect::connect(&app.database, &app.settings, &owner, &account, wish).await.map_err(failed)?;
    call.audit(Action::Connected, &row.id).await?;
    Ok(Json(Connected {
        success: true,
        connection_id: row.id,
        calendar_name: row.calendar_name,
        calendar_url: row.calendar_url,
        sync: report.into(),
    })
    .into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ICloudSync)]
struct SyncInput {
    connection_id: String,
}

/// POST /api/calendar/icloud/sync: one connection, now.
#[utoipa::path(post, path = "/api/calendar/icloud/sync", request_body = SyncInput, responses((status = 200, body = OneSynced), Missing, Clash, Upstream))]
pub async fn sync(call: Call) -> Answer {
    let input: SyncInput = call.input.fields()?;
    let row = call.app.database.connection(&call.caller.tenant, &input.connection_id).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    let row = row.ok_or_else(|| ApiError::not_found("No calendar connected"))?;
    let report = synchronise::run(&call.app.database, &call.app.settings, &row, &Scope::Manual).await?;
    Ok(Json(OneSynced::of(row.id, &report)).into_response())
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StatusInput {
    connection_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ICloudStatus)]
struct Status {
    success: bool,
    connections: Vec<WithProvider>,
    history: Vec<history::Run>,
}

#[derive(Serialize, ToSchema)]
struct WithProvider {
    #[serde(flatten)]
    connection: account::Shown,
    provider: String,
}

/// GET /api/calendar/icloud/status: connections with their state, and recent runs.
#[utoipa::path(get, path = "/api/calendar/icloud/status", params(StatusInput), responses((status = 200, body = Status), Missing))]
pub async fn status(call: Call) -> Answer {
    let input: StatusInput = call.input.fields()?;
    let database = &call.app.database;
    let id = input.connection_id.as_deref();
    let owner = match (id, &call.input.owner) {
        (Some(id), None) => match database.connection(&call.caller.tenant, id).await? {
            Some(row) => row.connection().owner,
            None => return Err(ApiError::not_found("No calendar connected")),
        },
        _ => call.caller.owner(&call.input)?,
    };
    let served = database.served().await?;
    let rows = database.connections(&owner, id).await?;
    if id.is_some() && rows.is_empty() {
        return Err(ApiError::not_found("No calendar connected"));
    }
    let runs = database.logs(&owner, id, None, RUNS).await?;
    let shown = |row: &ConnectionRow| WithProvider {
        connection: account::shown(row, served),
        provider: row.provider.clone(),
    };
    Ok(Json(Status {
        success: true,
        connections: rows.iter().map(shown).collect(),
        history: runs.iter().map(history::Run::from).collect(),
    })
    .into_response())
}

fn failed(error: ServiceError) -> ApiError {
    let error = ApiError::from(error);
    if error.is_upstream() { error.led_by(FAILED) } else { error }
}
