//! Conflicts: what was changed on both sides, side by side, to choose from and to undo.

use super::error::ApiError;
use super::page::Page;
use super::{Answer, Call};
use crate::database::audit::Action;
use crate::database::conflicts::{ConflictRow, outcome_word};
use crate::service::conflicts;
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::booking::Source;
use kalends::event::EntryContent;
use kalends::port::Outcome;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListInput {
    outcome: Option<Outcome>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/calendar/conflicts
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let rows = call.app.database.conflicts(&owner, input.outcome, page.before, page.rows()).await?;
    let (rows, next) = page.split(rows, |row| row.position);
    let conflicts: Vec<Value> = rows.iter().map(shown).collect();
    Ok(Json(json!({ "success": true, "conflicts": conflicts, "nextCursor": next })).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// GET /api/calendar/conflicts/{id}
pub async fn show(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    Ok(one(&found(&call).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ResolveInput {
    keep: Source,
}

/// POST /api/calendar/conflicts/{id}/resolve
pub async fn resolve(call: Call) -> Answer {
    let ResolveInput { keep } = call.input.fields()?;
    let (row, app) = (found(&call).await?, &call.app);
    let row = conflicts::resolve(&app.database, &app.settings, row, &call.caller.tenant, keep).await?;
    call.audit(Action::ConflictResolved, &row.id).await?;
    Ok(one(&row))
}

/// POST /api/calendar/conflicts/{id}/undo
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
    Json(json!({ "success": true, "conflict": shown(row) })).into_response()
}

/// A conflict as the API shows it.
fn shown(row: &ConflictRow) -> Value {
    let conflict = row.conflict();
    json!({
        "id": row.id,
        "userId": row.owner,
        "connectionId": row.connection_id,
        "entryId": row.entry_id,
        "fields": conflict.fields,
        "application": conflict.application.as_ref().map(said),
        "calendar": conflict.calendar.as_ref().map(said),
        "outcome": outcome_word(row.outcome),
        "choice": row.choice,
        "createdAt": Instant::from_millis(row.created_at),
        "decidedAt": row.decided_at.map(Instant::from_millis),
    })
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
