//! What the syncs did: every run that somebody asked for, that changed something or that failed.

use super::page::Page;
use super::{Answer, Call};
use crate::database::logs::LogRow;
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListInput {
    connection_id: Option<String>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// Some runs, the newest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct History {
    success: bool,
    history: Vec<Run>,
    next_cursor: Option<String>,
}

/// GET /api/calendar/history: what the syncs did.
#[utoipa::path(get, path = "/api/calendar/history", params(ListInput), responses((status = 200, body = History)))]
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let connection = input.connection_id.as_deref();
    let rows = call.app.database.logs(&owner, connection, page.before, page.rows()).await?;
    let (rows, next) = page.split(rows, |row| row.position);
    let history = rows.iter().map(Run::from).collect();
    Ok(Json(History { success: true, history, next_cursor: next }).into_response())
}

/// A run as the API shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    id: String,
    connection_id: String,
    sync_type: String,
    direction: String,
    status: String,
    events_imported: i64,
    events_exported: i64,
    events_updated: i64,
    events_deleted: i64,
    conflicts_resolved: i64,
    duration: i64,
    error_message: Option<String>,
    error_details: Vec<String>,
    created_at: Instant,
}

impl From<&LogRow> for Run {
    fn from(row: &LogRow) -> Self {
        Self {
            id: row.id.clone(),
            connection_id: row.connection_id.clone(),
            sync_type: row.sync_type.clone(),
            direction: row.direction.clone(),
            status: row.status.clone(),
            events_imported: row.events_imported,
            events_exported: row.events_exported,
            events_updated: row.events_updated,
            events_deleted: row.events_deleted,
            conflicts_resolved: row.conflicts_resolved,
            duration: row.duration,
            error_message: row.error_message.clone(),
            error_details: row
                .error_details
                .iter()
                .flat_map(|text| text.lines())
                .map(str::to_owned)
                .collect(),
            created_at: Instant::from_millis(row.created_at),
        }
    }
}
