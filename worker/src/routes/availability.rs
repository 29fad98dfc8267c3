//! MaraPlace's availability: one span of a day, over all of an owner's calendars.

use super::appointments::zone_of;
use super::error::ApiError;
use super::moment;
use super::{Answer, Call};
use crate::service::availability::{self, Age, Availability, But, Conflict};
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SpanAsked)]
struct Asked {
    date: Option<String>,
    start_time: String,
    end_time: String,
    timezone: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AgentAvailability)]
struct Answered {
    agent_id: String,
    start_time: Instant,
    end_time: Instant,
    available: bool,
    conflicts: Vec<Conflict>,
    /// `free`, `busy` or `unknown`.
    status: &'static str,
    reason: Option<String>,
    as_of: Option<Instant>,
}

/// POST /api/calendar/availability: what is not known is not available. An owner without calendars has bookings alone.
#[utoipa::path(post, path = "/api/calendar/availability", request_body = Asked, responses((status = 200, body = Answered)))]
pub async fn check(call: Call) -> Answer {
    let asked: Asked = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (_, zone) = zone_of(&call, &owner, asked.timezone.as_deref()).await?;
    let span = moment::span_on(asked.date.as_deref(), &asked.start_time, &asked.end_time, &zone)?;
    if span.millis() > 366 * 86_400_000 {
        return Err(ApiError::field("endTime", "The span is longer than 366 days"));
    }
    let app = &call.app;
    let answer =
        availability::check(&app.database, &app.settings, &owner, &[span], But::default(), Age::Recent)
            .await?;
    let (status, reason, conflicts) = match call.caller.may_know(answer.availability) {
        Availability::Free => ("free", None, Vec::new()),
        Availability::Busy(conflicts) => ("busy", Some("Time slot not available".to_owned()), conflicts),
        Availability::Unknown(reason) => ("unknown", Some(reason), Vec::new()),
    };
    Ok(Json(Answered {
        agent_id: owner.owner,
        start_time: span.start(),
        end_time: span.end(),
        available: status == "free",
        conflicts,
        status,
        reason,
        as_of: answer.as_of,
    })
    .into_response())
}
