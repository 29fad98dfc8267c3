//! CitaPlanner's calendar routes: any CalDAV account may stand in iCloud's place by its `calendarUrl`.

use super::account::{self, credentials, interval, said};
use super::error::ApiError;
use super::sync::Counts;
use super::{Answer, Call, history, moment};
use crate::database::audit::Action;
use crate::database::connections::{ConnectionRow, ConnectionSettings};
use crate::database::scheduler::Served;
use crate::service::connect::{self, Account, Choice, Wish};
use crate::service::synchronise;
use axum::Json;
use axum::response::IntoResponse;
use kalends::port::Policy;
use kalends::sync::{Report, Scope};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the document promises to say when an account does not work.
const FAILED: &str = "Failed to connect to iCloud";

/// How many runs are shown beside the connections.
const RUNS: i64 = 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AccountInput {
    apple_id: String,
    app_specific_password: String,
    calendar_url: Option<String>,
    calendar_name: Option<String>,
    timezone: Option<String>,
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

/// POST /api/calendar/icloud/calendars: the account's calendars; nothing is stored.
pub async fn calendars(call: Call) -> Answer {
    let mut input: AccountInput = call.input.fields()?;
    let found =
        connect::list(&call.app.settings, &call.caller.tenant, &input.account()?).await.map_err(failed)?;
    let calendars: Vec<Value> = found
        .iter()
        .map(|calendar| {
            json!({
                "name": calendar.name,
                "color": calendar.color,
                "url": calendar.url.as_str(),
                "writable": calendar.writable,
                "components": calendar.components,
                "holdsEvents": calendar.holds_events(),
                "holdsTasks": calendar.holds_tasks(),
                "description": calendar.description,
                "timeZone": calendar.time_zone,
            })
        })
        .collect();
    Ok(Json(json!({ "success": true, "calendars": calendars })).into_response())
}

/// POST /api/calendar/icloud/connect: verify, store encrypted, first sync.
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
    Ok(Json(json!({
        "success": true,
        "connectionId": row.id,
        "calendarName": row.calendar_name,
        "calendarUrl": row.calendar_url,
        "sync": match report {
            Ok(report) => counts(&report),
            Err(error) => ApiError::from(error).body(),
        },
    }))
    .into_response())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SyncInput {
    connection_id: String,
}

/// POST /api/calendar/icloud/sync: one connection, now.
pub async fn sync(call: Call) -> Answer {
    let input: SyncInput = call.input.fields()?;
    let row = call.app.database.connection(&call.caller.tenant, &input.connection_id).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    let row = row.ok_or_else(|| ApiError::not_found("No calendar connected"))?;
    let report = synchronise::run(&call.app.database, &call.app.settings, &row, &Scope::Manual).await?;
    let mut body = counts(&report);
    (body["success"], body["connectionId"]) = (json!(true), json!(row.id));
    Ok(Json(body).into_response())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StatusInput {
    connection_id: Option<String>,
}

/// GET /api/calendar/icloud/status: connections with their state, and recent runs.
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
    Ok(Json(json!({
        "success": true,
        "connections": rows.iter().map(|row| shown(row, served)).collect::<Vec<_>>(),
        "history": runs.iter().map(history::shown).collect::<Vec<_>>(),
    }))
    .into_response())
}

fn failed(error: crate::service::ServiceError) -> ApiError {
    let error = ApiError::from(error);
    if error.is_upstream() { error.led_by(FAILED) } else { error }
}

fn shown(row: &ConnectionRow, served: Option<Served>) -> Value {
    let mut shown = account::shown(row, served);
    shown["provider"] = json!(row.provider);
    shown
}

pub(super) fn counts(report: &Report) -> Value {
    json!(Counts::from(report))
}
