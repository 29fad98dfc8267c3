//! Whether the Worker lives, and whether it can work.

use super::{Pending, Shared};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde_json::json;
use worker::send::SendFuture;

/// GET /health/live
pub async fn live() -> Json<serde_json::Value> {
    Json(json!({ "status": "live", "version": env!("CARGO_PKG_VERSION") }))
}

/// GET /health/ready: the database answers.
pub fn ready(State(app): State<Shared>) -> Pending {
    SendFuture::new(Box::pin(async move {
        app.database.has_tenant("default").await?;
        Ok(Json(json!({ "status": "ready" })).into_response())
    }))
}
