//! Whether the Worker lives, and whether it can work.

use super::{Pending, Shared};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde_json::json;
use worker::send::SendFuture;

/// WebAssembly's unit of memory.
const PAGE: usize = 65_536;

/// Where the Worker says that it lives, whatever else is wrong.
pub const LIVE: &str = "/health/live";

/// GET /health/live
pub async fn live() -> Json<serde_json::Value> {
    Json(json!({ "status": "live", "version": env!("CARGO_PKG_VERSION") }))
}

/// GET /health/ready: the database answers. `memory` is what this isolate's WebAssembly has taken, in octets.
pub fn ready(State(app): State<Shared>) -> Pending {
    SendFuture::new(Box::pin(async move {
        app.database.has_tenant("default").await?;
        Ok(Json(json!({ "status": "ready", "memory": pages() * PAGE })).into_response())
    }))
}

/// The pages of WebAssembly memory that are taken; none where the Worker's own tests run.
fn pages() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size::<0>();
    #[cfg(not(target_arch = "wasm32"))]
    0
}
