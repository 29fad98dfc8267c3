//! Whether the Worker lives, and whether it can work.

use super::{Answer, Call};
use axum::Json;
use axum::response::IntoResponse;
use serde_json::json;

/// GET /health/live
pub async fn live() -> Json<serde_json::Value> {
    Json(json!({ "status": "live", "version": env!("CARGO_PKG_VERSION") }))
}

/// GET /health/ready: the database answers.
pub async fn ready(call: Call) -> Answer {
    call.app.database.has_tenant("default").await?;
    Ok(Json(json!({ "status": "ready" })).into_response())
}
