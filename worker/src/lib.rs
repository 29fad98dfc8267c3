//! Kalends as a Cloudflare Worker: a request walks from its route through a service to the core and its ports.

mod database;
mod ports;
mod routes;
mod service;
mod service_account;
mod settings;
mod token;

use settings::Settings;
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
    let outcome = match Settings::read(&env) {
        Ok(settings) => {
            service::schedule::tick(&env, &settings, tick).await.map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = outcome {
        worker::console_error!("the scheduled run failed: {error}");
    }
}
