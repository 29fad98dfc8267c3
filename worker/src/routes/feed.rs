//! The feed: an address, known to who has it alone, at which a calendar program reads an owner's appointments.

use super::appointments::Done;
use super::auth::stored;
use super::error::ApiError;
use super::export::{TEXT_CALENDAR, file};
use super::openapi::Missing;
use super::{Answer, Call, Pending, Shared};
use crate::database::appointments::Filter;
use crate::database::audit::Action;
use crate::ports::{RuntimeClock, RuntimeEntropy};
use crate::settings::hash;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use kalends::port::Clock;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use worker::send::SendFuture;

/// What has ended longer ago is left out, in milliseconds: ninety days.
const PAST: i64 = 90 * 86_400_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize, ToSchema)]
struct Feed {
    success: bool,
    /// Shown this once; making another ends it.
    path: String,
    /// The same with the host that was asked, for calendar programs.
    webcal: Option<String>,
}

/// POST /api/calendar/feed: makes the owner's address; one that there was before ends.
#[utoipa::path(post, path = "/api/calendar/feed", responses((status = 201, body = Feed)))]
pub async fn make(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let token = RuntimeEntropy.secret();
    call.app.database.put_feed(&owner, &stored(&hash(&token)), RuntimeClock.now()).await?;
    call.audit(Action::FeedMade, &owner.owner).await?;
    let path = format!("/api/calendar/feed/{token}");
    let webcal = call.host.as_ref().map(|host| format!("webcal://{host}{path}"));
    Ok((StatusCode::CREATED, Json(Feed { success: true, path, webcal })).into_response())
}

/// DELETE /api/calendar/feed: nobody can read at the owner's address any more.
#[utoipa::path(delete, path = "/api/calendar/feed", responses((status = 200, body = Done), Missing))]
pub async fn withdraw(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    if !call.app.database.drop_feed(&owner).await? {
        return Err(none());
    }
    call.audit(Action::FeedWithdrawn, &owner.owner).await?;
    Ok(Json(Done { success: true }).into_response())
}

/// GET /api/calendar/feed/{id}: the appointments of whoever made this address; it is the key, too.
#[utoipa::path(get, path = "/api/calendar/feed/{id}", params(super::openapi::Id),
    responses((status = 200, body = String, content_type = "text/calendar"), Missing))]
pub fn read(State(app): State<Shared>, Path(token): Path<String>) -> Pending {
    SendFuture::new(Box::pin(async move {
        let owner = app.database.feed(&stored(&hash(&token))).await?.ok_or_else(none)?;
        let from = RuntimeClock.now().plus_millis(-PAST);
        let filter = Filter { from: Some(from), ..Filter::default() };
        let text = file(&app.database, &owner, &filter, Some("Appointments")).await?;
        Ok(([(header::CONTENT_TYPE, TEXT_CALENDAR)], text).into_response())
    }))
}

fn none() -> ApiError {
    ApiError::not_found("There is no such feed")
}
