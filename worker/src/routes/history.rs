//! What the syncs did: every run that somebody asked for, that changed something or that failed.

use super::page::Page;
use super::{Answer, Call};
use crate::database::logs::LogRow;
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListInput {
    connection_id: Option<String>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/calendar/history
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let connection = input.connection_id.as_deref();
    let rows = call.app.database.logs(&owner, connection, page.before, page.rows()).await?;
    let (rows, next) = page.split(rows, |row| row.position);
    let history: Vec<Value> = rows.iter().map(shown).collect();
    Ok(Json(json!({ "success": true, "history": history, "nextCursor": next })).into_response())
}

/// A run as the API shows it.
pub fn shown(row: &LogRow) -> Value {
    let details: Vec<&str> =
        row.error_details.as_deref().map(|text| text.lines().collect()).unwrap_or_default();
    json!({
        "id": row.id,
        "connectionId": row.connection_id,
        "syncType": row.sync_type,
        "direction": row.direction,
        "status": row.status,
        "eventsImported": row.events_imported,
        "eventsExported": row.events_exported,
        "eventsUpdated": row.events_updated,
        "eventsDeleted": row.events_deleted,
        "conflictsResolved": row.conflicts_resolved,
        "duration": row.duration,
        "errorMessage": row.error_message,
        "errorDetails": details,
        "createdAt": Instant::from_millis(row.created_at),
    })
}
