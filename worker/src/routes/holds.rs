//! Holds: a time is kept while a form is filled in, and given free again.

use super::appointments::{Done, zone_of};
use super::error::ApiError;
use super::moment::{self, Edge};
use super::openapi::{Clash, Id, Missing};
use super::{Answer, Call};
use crate::database::holds::HoldRow;
use crate::ports::RuntimeClock;
use crate::service::holds;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::port::Clock;
use kalends::{Instant, Span};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// For how many seconds a time is kept, at least, at most, and unless the call says otherwise.
const SECONDS: (i64, i64, i64) = (10, 3600, 600);
/// The longest hold in milliseconds: a week.
const LONGEST: i64 = 7 * 86_400_000;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = HoldFields)]
struct Fields {
    start_time: String,
    end_time: String,
    timezone: Option<String>,
    /// Seconds; 600.
    #[schema(minimum = 10, maximum = 3600)]
    expires_in: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Hold {
    id: String,
    user_id: String,
    start_time: Instant,
    end_time: Instant,
    expires_at: Instant,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneHold)]
struct Shown {
    success: bool,
    hold: Hold,
}

/// POST /api/holds
#[utoipa::path(post, path = "/api/holds", request_body = Fields, responses((status = 201, body = Shown), Clash))]
pub async fn create(call: Call) -> Answer {
    let fields: Fields = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (_, zone) = zone_of(&call, &owner, fields.timezone.as_deref()).await?;
    let start = moment::instant("startTime", &fields.start_time, &zone, Edge::Start)?;
    let end = moment::instant("endTime", &fields.end_time, &zone, Edge::End)?;
    let span = Span::new(start, end).filter(|span| !span.is_empty() && span.millis() <= LONGEST);
    let span =
        span.ok_or_else(|| ApiError::field("endTime", "endTime must be after startTime, by a week at most"))?;
    let (least, most, usual) = SECONDS;
    let seconds = fields.expires_in.unwrap_or(usual);
    if !(least..=most).contains(&seconds) {
        return Err(ApiError::field("expiresIn", format!("expiresIn is from {least} to {most} seconds")));
    }
    let app = &call.app;
    let row = holds::hold(&app.database, &app.settings, &owner, span, seconds).await?;
    Ok((StatusCode::CREATED, Json(Shown { success: true, hold: shown(&row) })).into_response())
}

/// GET /api/holds/{id}
#[utoipa::path(get, path = "/api/holds/{id}", params(Id), responses((status = 200, body = Shown), Missing))]
pub async fn show(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    Ok(Json(Shown { success: true, hold: shown(&found(&call).await?) }).into_response())
}

/// DELETE /api/holds/{id}: the time is free again.
#[utoipa::path(delete, path = "/api/holds/{id}", params(Id), responses((status = 200, body = Done), Missing))]
pub async fn delete(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let database = &call.app.database;
    let hold = found(&call).await?;
    database.batch(vec![database.drop_hold(&hold.id)?]).await?;
    Ok(Json(Done { success: true }).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The hold of the path, if it is the tenant's and, where one is named, the owner's, and has not expired.
async fn found(call: &Call) -> Result<HoldRow, ApiError> {
    let row = call.app.database.hold(&call.caller.tenant, &call.id, RuntimeClock.now()).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    row.ok_or_else(|| ApiError::not_found("There is no such hold"))
}

fn shown(row: &HoldRow) -> Hold {
    let span = row.span();
    Hold {
        id: row.id.clone(),
        user_id: row.owner.clone(),
        start_time: span.start(),
        end_time: span.end(),
        expires_at: row.expires_at(),
    }
}
