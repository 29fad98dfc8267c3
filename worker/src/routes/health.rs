//! Whether the Worker lives, and whether it can work.

use super::error::Problem;
use super::{Pending, Shared};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;
use worker::send::SendFuture;

/// WebAssembly's unit of memory.
const PAGE: usize = 65_536;

/// Where the Worker says that it lives, whatever else is wrong.
pub const LIVE: &str = "/health/live";

#[derive(Serialize, ToSchema)]
pub struct Live {
    status: &'static str,
    version: &'static str,
}

/// GET /health/live: the Worker lives.
#[utoipa::path(get, path = "/health/live", responses((status = 200, body = Live)))]
pub async fn live() -> Json<Live> {
    Json(Live { status: "live", version: env!("CARGO_PKG_VERSION") })
}

#[derive(Serialize, ToSchema)]
struct Ready {
    status: &'static str,
    memory: usize,
}

/// GET /health/ready: the database answers. `memory` is what this isolate's WebAssembly has taken, in octets.
#[utoipa::path(get, path = "/health/ready", responses((status = 200, body = Ready), (status = 503, body = Problem)))]
pub fn ready(State(app): State<Shared>) -> Pending {
    SendFuture::new(Box::pin(async move {
        app.database.has_tenant("default").await?;
        Ok(Json(Ready { status: "ready", memory: pages() * PAGE }).into_response())
    }))
}

/// The pages of WebAssembly memory that are taken; none where the Worker's own tests run.
fn pages() -> usize {
    #[cfg(target_arch = "wasm32")]
    return core::arch::wasm32::memory_size::<0>();
    #[cfg(not(target_arch = "wasm32"))]
    0
}
