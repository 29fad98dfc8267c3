//! Live sync status as server-sent events: how an owner's connections stand, told anew whenever that has changed.

use super::connections::Shown;
use super::history::Run;
use super::input::{Case, in_case};
use super::{Answer, Call, Shared};
use crate::settings::hash;
use axum::body::Body;
use axum::http::header;
use axum::response::IntoResponse;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use futures_util::stream;
use kalends::port::OwnerKey;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::time::Duration;
use utoipa::IntoParams;
use worker::Delay;
use worker::send::SendFuture;

/// How often the database is asked, and how often in all: a minute, after which the page connects again.
const EVERY: Duration = Duration::from_secs(2);
const TIMES: usize = 30;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// After so many events it ends.
    #[param(minimum = 1)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// What is told.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    connections: Vec<Shown>,
    /// The run that left a trace last.
    last_run: Option<Run>,
}

/// A stream on its way.
struct Watch {
    app: Shared,
    owner: OwnerKey,
    case: Case,
    /// What was told last, by its id.
    told: Option<String>,
    asked: usize,
    /// So many events may follow.
    left: u32,
}

/// GET /api/calendar/status/stream: how the connections stand, as server-sent events. Whoever comes back with the `Last-Event-ID` that was told last hears the next change.
#[utoipa::path(get, path = "/api/calendar/status/stream", params(Asked),
    responses((status = 200, body = String, content_type = "text/event-stream")))]
pub async fn stream(call: Call) -> Answer {
    let Asked { limit } = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (app, case, told) = (call.app, call.input.case, call.last_event_id);
    let watch = Watch { app, owner, case, told, asked: 0, left: limit.unwrap_or(u32::MAX) };
    let frames = stream::unfold(watch, |watch| SendFuture::new(next(watch)));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(frames)).into_response())
}

/// The next frame; none once the stream has been open long enough, or the database does not answer.
async fn next(mut watch: Watch) -> Option<(Result<String, Infallible>, Watch)> {
    while watch.asked < TIMES && watch.left > 0 {
        if watch.asked > 0 {
            Delay::from(EVERY).await;
        }
        watch.asked += 1;
        let said = status(&watch).await?;
        let id = BASE64_URL_SAFE_NO_PAD.encode(&hash(&said)[..12]);
        if watch.told.as_ref() != Some(&id) {
            let frame = format!("id: {id}\nevent: status\ndata: {said}\n\n");
            watch.told = Some(id);
            watch.left -= 1;
            return Some((Ok(frame), watch));
        }
    }
    None
}

async fn status(watch: &Watch) -> Option<String> {
    let Watch { app, owner, case, .. } = watch;
    let served = app.database.served().await.ok()?;
    let rows = app.database.connections(owner, None).await.ok()?;
    let runs = app.database.logs(owner, None, None, 1).await.ok()?;
    let status = Status {
        connections: rows.iter().map(|row| Shown::of(row, served, *case)).collect(),
        last_run: runs.first().map(Run::from),
    };
    Some(in_case(*case, &status).to_string())
}
