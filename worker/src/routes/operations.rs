//! What an operator does with a connection: pause it, let it go on, have everything read anew.

use super::account;
use super::error::ApiError;
use super::icloud::counts;
use super::{Answer, Call};
use crate::database::audit::Action;
use crate::database::connections::ConnectionRow;
use crate::ports::RuntimeClock;
use crate::service::synchronise;
use axum::Json;
use axum::response::IntoResponse;
use kalends::port::{Clock, ConnectionState};
use kalends::sync::Scope;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pause {
    reason: Option<String>,
}

/// POST /api/admin/connections/{id}/pause: the clock leaves it alone until it is resumed.
pub async fn pause(call: Call) -> Answer {
    let (row, Pause { reason }) = (connection(&call).await?, call.input.fields()?);
    let reason = account::said(reason).unwrap_or_else(|| "paused by an administrator".to_owned());
    let database = &call.app.database;
    database.set_state(&row.id, ConnectionState::Paused, Some(&reason), RuntimeClock.now()).await?;
    call.audit(Action::Paused, &row.id).await?;
    shown(&call).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Resume {
    accept_deletions: Option<bool>,
}

/// POST /api/admin/connections/{id}/resume: syncs it now, and lets the clock go on with it. What the brake has held
/// back is deleted here, too, where the call says so.
pub async fn resume(call: Call) -> Answer {
    let (row, Resume { accept_deletions }) = (connection(&call).await?, call.input.fields()?);
    let scope = if accept_deletions == Some(true) { Scope::Accepting } else { Scope::Manual };
    let database = &call.app.database;
    database.set_state(&row.id, ConnectionState::Active, None, RuntimeClock.now()).await?;
    call.audit(Action::Resumed, &row.id).await?;
    run(&call, &scope).await
}

/// POST /api/admin/connections/{id}/resync: reads everything anew, whatever was known.
pub async fn resync(call: Call) -> Answer {
    let row = connection(&call).await?;
    call.app.database.forget_cursor(&row.id).await?;
    call.audit(Action::Resynced, &row.id).await?;
    run(&call, &Scope::Manual).await
}

/// The connection that the path names, to somebody who may.
async fn connection(call: &Call) -> Result<ConnectionRow, ApiError> {
    call.caller.administers(&call.caller.tenant)?;
    let row = call.app.database.connection(&call.caller.tenant, &call.id).await?;
    row.ok_or_else(|| ApiError::not_found("There is no such connection"))
}

async fn run(call: &Call, scope: &Scope) -> Answer {
    let row = connection(call).await?;
    let report = synchronise::run_patiently(&call.app.database, &call.app.settings, &row, scope).await?;
    let mut body = counts(&report);
    (body["success"], body["connectionId"]) = (json!(true), json!(row.id));
    Ok(Json(body).into_response())
}

async fn shown(call: &Call) -> Answer {
    let (row, served) = (connection(call).await?, call.app.database.served().await?);
    Ok(Json(json!({ "success": true, "connection": account::shown(&row, served) })).into_response())
}
