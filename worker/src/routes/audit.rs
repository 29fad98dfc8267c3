//! The audit log: who did what to which thing.

use super::page::Page;
use super::{Answer, Call};
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInput {
    tenant: Option<String>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Audit {
    success: bool,
    entries: Vec<Entry>,
    next_cursor: Option<String>,
}

/// What somebody did.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
struct Entry {
    id: i64,
    tenant: String,
    actor: String,
    action: String,
    thing: String,
    created_at: Instant,
}

/// GET /api/admin/audit: who did what to which thing, the newest first.
#[utoipa::path(get, path = "/api/admin/audit", params(ListInput), responses((status = 200, body = Audit)))]
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let tenant = input.tenant.unwrap_or_else(|| call.caller.tenant.clone());
    call.caller.administers(&tenant)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let rows = call.app.database.audit(&tenant, page.before, page.rows()).await?;
    let (rows, next) = page.split(rows, |row| row.id);
    let entries = rows
        .into_iter()
        .map(|row| Entry {
            id: row.id,
            tenant: row.tenant,
            actor: row.actor,
            action: row.action,
            thing: row.thing,
            created_at: Instant::from_millis(row.created_at),
        })
        .collect();
    Ok(Json(Audit { success: true, entries, next_cursor: next }).into_response())
}
