//! Conflicts: what was changed on both sides, side by side, to choose from and to undo.

use super::error::ApiError;
use super::openapi::{Clash, Id, Missing};
use super::page::Page;
use super::{Answer, Call};
use crate::database::audit::Action;
use crate::database::conflicts::ConflictRow;
use crate::service::conflicts;
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::booking::Source;
use kalends::event::{EntryContent, Field};
use kalends::port::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListInput {
    outcome: Option<Outcome>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Conflicts {
    success: bool,
    conflicts: Vec<Shown>,
    next_cursor: Option<String>,
}

/// GET /api/calendar/conflicts: what was changed on both sides, the newest first.
#[utoipa::path(get, path = "/api/calendar/conflicts", params(ListInput), responses((status = 200, body = Conflicts)))]
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let rows = call.app.database.conflicts(&owner, input.outcome, page.before, page.rows()).await?;
    let (rows, next) = page.split(rows, |row| row.position);
    let conflicts = rows.iter().map(Shown::from).collect();
    Ok(Json(Conflicts { success: true, conflicts, next_cursor: next }).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize, ToSchema)]
#[schema(as = OneConflict)]
struct One {
    success: bool,
    conflict: Shown,
}

/// GET /api/calendar/conflicts/{id}: one of them.
#[utoipa::path(get, path = "/api/calendar/conflicts/{id}", params(Id), responses((status = 200, body = One), Missing))]
pub async fn show(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    Ok(one(&found(&call).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResolveInput {
    keep: Source,
}

/// POST /api/calendar/conflicts/{id}/resolve: one side is kept.
#[utoipa::path(post, path = "/api/calendar/conflicts/{id}/resolve", params(Id), request_body = ResolveInput,
    responses((status = 200, body = One), Missing, Clash))]
pub async fn resolve(call: Call) -> Answer {
    let ResolveInput { keep } = call.input.fields()?;
    let (row, app) = (found(&call).await?, &call.app);
    let row = conflicts::resolve(&app.database, &app.settings, row, &call.caller.tenant, keep).await?;
    call.audit(Action::ConflictResolved, &row.id).await?;
    Ok(one(&row))
}

/// POST /api/calendar/conflicts/{id}/undo: it is decided the other way.
#[utoipa::path(post, path = "/api/calendar/conflicts/{id}/undo", params(Id),
    responses((status = 200, body = One), Missing, Clash))]
pub async fn undo(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let (row, app) = (found(&call).await?, &call.app);
    let row = conflicts::undo(&app.database, &app.settings, row, &call.caller.tenant).await?;
    call.audit(Action::ConflictUndone, &row.id).await?;
    Ok(one(&row))
}

/// The conflict of the path, if it is the tenant's and, where one is named, the owner's.
async fn found(call: &Call) -> Result<ConflictRow, ApiError> {
    let row = call.app.database.conflict(&call.caller.tenant, &call.id).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    row.ok_or_else(|| ApiError::not_found("There is no such conflict"))
}

fn one(row: &ConflictRow) -> axum::response::Response {
    Json(One { success: true, conflict: row.into() }).into_response()
}

/// A conflict as the API shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Conflict)]
struct Shown {
    id: String,
    user_id: String,
    connection_id: String,
    entry_id: String,
    /// What both sides had changed.
    fields: Vec<Field>,
    /// The application's version, in the names that appointments and tasks have.
    application: Option<Value>,
    /// The calendar's.
    calendar: Option<Value>,
    outcome: Outcome,
    choice: Option<Source>,
    created_at: Instant,
    decided_at: Option<Instant>,
}

impl From<&ConflictRow> for Shown {
    fn from(row: &ConflictRow) -> Self {
        let conflict = row.conflict();
        Self {
            id: row.id.clone(),
            user_id: row.owner.clone(),
            connection_id: row.connection_id.clone(),
            entry_id: row.entry_id.clone(),
            application: conflict.application.as_ref().map(said),
            calendar: conflict.calendar.as_ref().map(said),
            fields: conflict.fields,
            outcome: row.outcome,
            choice: row.choice,
            created_at: Instant::from_millis(row.created_at),
            decided_at: row.decided_at.map(Instant::from_millis),
        }
    }
}

/// One version, in the names that appointments and tasks have.
fn said(content: &EntryContent) -> Value {
    match content {
        EntryContent::Event(event) => json!({
            "title": event.summary,
            "description": event.description,
            "location": event.location,
            "startTime": event.span.start(),
            "endTime": event.span.end(),
            "allDay": event.all_day,
            "timezone": event.time_zone,
        }),
        EntryContent::Todo(todo) => json!({
            "name": todo.summary,
            "description": todo.description,
            "scheduled_time": todo.start,
            "due": todo.due,
            "timezone": todo.time_zone,
            "category": todo.category,
            "recurrence": todo.recurrence,
            "status": todo.status,
            "completed_at": todo.completed,
            "percent_complete": todo.percent,
        }),
    }
}
