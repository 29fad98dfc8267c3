//! What an operator does with a connection: pause it, let it go on, have everything read anew.

use super::account;
use super::error::ApiError;
use super::openapi::{Clash, Id, Missing, Upstream};
use super::sync::OneSynced;
use super::{Answer, Call};
use crate::database::audit::Action;
use crate::database::connections::ConnectionRow;
use crate::ports::RuntimeClock;
use crate::service::synchronise;
use axum::Json;
use axum::response::IntoResponse;
use kalends::port::{Clock, ConnectionState};
use kalends::sync::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pause {
    reason: Option<String>,
}

/// POST /api/admin/connections/{id}/pause: the clock leaves it alone until it is resumed.
#[utoipa::path(post, path = "/api/admin/connections/{id}/pause", params(Id), request_body = Pause, responses((status = 200, body = One), Missing))]
pub async fn pause(call: Call) -> Answer {
    let (row, Pause { reason }) = (connection(&call).await?, call.input.fields()?);
    let reason = account::said(reason).unwrap_or_else(|| "paused by an administrator".to_owned());
    let database = &call.app.database;
    database.set_state(&row.id, ConnectionState::Paused, Some(&reason), RuntimeClock.now()).await?;
    call.audit(Action::Paused, &row.id).await?;
    shown(&call).await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Resume {
    accept_deletions: Option<bool>,
}

/// POST /api/admin/connections/{id}/resume: syncs it now, and lets the clock go on with it. What the brake has held
/// back is deleted here, too, where the call says so.
#[utoipa::path(post, path = "/api/admin/connections/{id}/resume", params(Id), request_body = Resume, responses((status = 200, body = OneSynced), Missing, Clash, Upstream))]
pub async fn resume(call: Call) -> Answer {
    let (row, Resume { accept_deletions }) = (connection(&call).await?, call.input.fields()?);
    let scope = if accept_deletions == Some(true) { Scope::Accepting } else { Scope::Manual };
    let database = &call.app.database;
    database.set_state(&row.id, ConnectionState::Active, None, RuntimeClock.now()).await?;
    call.audit(Action::Resumed, &row.id).await?;
    run(&call, &scope).await
}

/// POST /api/admin/connections/{id}/resync: reads everything anew, whatever was known.
#[utoipa::path(post, path = "/api/admin/connections/{id}/resync", params(Id), responses((status = 200, body = OneSynced), Missing, Clash, Upstream))]
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
    Ok(Json(OneSynced::of(row.id, &report)).into_response())
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneAccount)]
struct One {
    success: bool,
    connection: account::Shown,
}

async fn shown(call: &Call) -> Answer {
    let (row, served) = (connection(call).await?, call.app.database.served().await?);
    Ok(Json(One { success: true, connection: account::shown(&row, served) }).into_response())
}
