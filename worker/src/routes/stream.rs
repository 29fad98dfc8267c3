//! Live sync status: server-sent events (WHATWG HTML 9.2) over a look at the database every two seconds.

use super::connections::Shown;
use super::error::ApiError;
use super::history::Run;
use super::input::{Case, in_case, number};
use super::{Answer, Call, Shared};
use crate::database::DbError;
use crate::log;
use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::IntoResponse;
use futures_util::stream;
use kalends::port::OwnerKey;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::VecDeque;
use std::time::Duration;
use utoipa::IntoParams;
use worker::Delay;
use worker::send::{SendFuture, SendWrapper};

/// How often it looks.
const PAUSE: Duration = Duration::from_secs(2);

/// For how many seconds unless told, and at most; then the browser comes again by itself.
const MOST: u32 = 60;

/// So many runs are told at once; the others follow with the next look.
const TOGETHER: i64 = 100;

/// The header with which a stream goes on.
pub const LAST_EVENT_ID: &str = "last-event-id";

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "tells what show reads")]
struct LastEventId {
    /// The last event that was read: runs since then are told first.
    #[param(rename = "Last-Event-ID", max_length = 20)]
    last_event_id: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// After so many seconds it ends; 60.
    #[param(minimum = 1, maximum = 60)]
    #[serde(default, deserialize_with = "number")]
    seconds: Option<u32>,
}

/// GET /api/calendar/status/stream: how the owner's connections stand, again whenever that changes, and every run as
/// it ends.
#[utoipa::path(get, path = "/api/calendar/status/stream", params(Asked, LastEventId),
    responses((status = 200, body = String, content_type = "text/event-stream")))]
pub async fn show(call: Call) -> Answer {
    let Asked { seconds } = call.input.fields()?;
    let seconds = seconds.unwrap_or(MOST);
    if !(1..=MOST).contains(&seconds) {
        return Err(ApiError::field("seconds", format!("seconds is from 1 to {MOST}")));
    }
    let owner = call.caller.owner(&call.input)?;
    let database = &call.app.database;
    let position = match call.last_event.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => text.parse().map_err(|_| {
            ApiError::field("Last-Event-ID", "Last-Event-ID is the id of an event of this stream")
        })?,
        None => database.last_log(&owner).await?,
    };
    let watch = Watch {
        app: call.app.clone(),
        owner,
        case: call.input.case,
        position,
        // Counted: while a Worker computes, its clock stands still.
        looks: seconds.div_ceil(PAUSE.as_secs() as u32) + 1,
        is_first: true,
        shown: HashMap::new(),
        waiting: VecDeque::from([format!("retry: {}\n\n", PAUSE.as_millis())]),
    };
    // A Worker is one thread; the wrappers say so to axum.
    let events = stream::unfold(SendWrapper::new(watch), |watch| {
        SendFuture::new(async move {
            let (piece, watch) = watch.0.next().await?;
            Some((piece, SendWrapper::new(watch)))
        })
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(events)).into_response())
}

/// What was told, and what is to be told next.
struct Watch {
    app: Shared,
    owner: OwnerKey,
    case: Case,
    /// Of the last run that was told.
    position: i64,
    /// How often it looks yet.
    looks: u32,
    is_first: bool,
    /// How each connection stood when it was told.
    shown: HashMap<String, String>,
    waiting: VecDeque<String>,
}

#[derive(Serialize)]
struct Ended<'a> {
    run: &'a Run,
}

#[derive(Serialize)]
struct Stands<'a> {
    connection: &'a Shown,
}

impl Watch {
    /// The next piece of the stream; none where it is over.
    async fn next(mut self) -> Option<(Result<Bytes, DbError>, Self)> {
        loop {
            if let Some(piece) = self.waiting.pop_front() {
                return Some((Ok(piece.into()), self));
            }
            self.looks = self.looks.checked_sub(1)?;
            if !std::mem::take(&mut self.is_first) {
                Delay::from(PAUSE).await;
            }
            if let Err(error) = self.look().await {
                log::warning("stream_cut_off").words(&error).write();
                self.looks = 0;
            }
        }
    }

    /// Finds what is new. Runs first: what is told of a connection afterwards is no older than they are.
    async fn look(&mut self) -> Result<(), DbError> {
        let database = &self.app.database;
        let runs = database.logs_after(&self.owner, self.position, TOGETHER).await?;
        for row in &runs {
            self.position = row.position;
            let told = Ended { run: &Run::from(row) };
            self.waiting.push_back(event("run", self.position, self.case, &told));
        }
        let served = database.served().await?;
        let rows = database.connections(&self.owner, None).await?;
        self.shown.retain(|id, _| rows.iter().any(|row| row.id == *id));
        for row in &rows {
            let told = event(
                "status",
                self.position,
                self.case,
                &Stands { connection: &Shown::of(row, served, self.case) },
            );
            let state = told.split_once("data: ").map_or("", |cut| cut.1).to_owned();
            if self.shown.get(&row.id) != Some(&state) {
                self.shown.insert(row.id.clone(), state);
                self.waiting.push_back(told);
            }
        }
        if self.waiting.is_empty() && self.looks.is_multiple_of(5) {
            // So that whoever lies between does not take the stream for dead.
            self.waiting.push_back(": nothing new\n\n".to_owned());
        }
        Ok(())
    }
}

fn event(kind: &str, id: i64, case: Case, data: &impl Serialize) -> String {
    let data = in_case(case, data);
    format!("event: {kind}\nid: {id}\ndata: {data}\n\n")
}
