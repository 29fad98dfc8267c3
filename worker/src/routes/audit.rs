//! The audit log: who did what to which thing.

use super::page::Page;
use super::{Answer, Call};
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListInput {
    tenant: Option<String>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/admin/audit
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let tenant = input.tenant.unwrap_or_else(|| call.caller.tenant.clone());
    call.caller.administers(&tenant)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let rows = call.app.database.audit(&tenant, page.before, page.rows()).await?;
    let (rows, next) = page.split(rows, |row| row.id);
    let entries: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "id": row.id,
                "tenant": row.tenant,
                "actor": row.actor,
                "action": row.action,
                "thing": row.thing,
                "createdAt": Instant::from_millis(row.created_at),
            })
        })
        .collect();
    Ok(Json(json!({ "success": true, "entries": entries, "nextCursor": next })).into_response())
}
