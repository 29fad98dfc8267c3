//! What the runtime calls: a request, and the tick of the clock.

// Those of the attribute `event`.
#![allow(clippy::disallowed_macros)]

use crate::settings::Settings;
use crate::{log, routes, service};
use worker::{Context, Env, HttpRequest, ScheduleContext, ScheduledEvent, event};

#[event(fetch)]
async fn fetch(
    request: HttpRequest,
    env: Env,
    _context: Context,
) -> worker::Result<axum::http::Response<axum::body::Body>> {
    routes::answer(request, env).await
}

#[event(scheduled)]
async fn scheduled(event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    let tick = kalends::Instant::from_millis(event.schedule() as i64);
    match Settings::read(&env) {
        Ok(settings) => {
            if let Err(error) = service::schedule::tick(&env, &settings, tick).await {
                error.in_log(log::error("tick_failed")).write();
            }
        }
        Err(error) => log::error("not_configured").configuration(&error).write(),
    }
}
