//! MaraPlace's availability: one span of a day, over all of an owner's calendars.

use super::appointments::zone_of;
use super::caldav::shown;
use super::error::ApiError;
use super::moment;
use super::{Answer, Call};
use crate::service::availability::{self, Availability};
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    date: Option<String>,
    start_time: String,
    end_time: String,
    timezone: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    agent_id: String,
    start_time: Instant,
    end_time: Instant,
    available: bool,
    conflicts: Vec<Value>,
    /// `free`, `busy` or `unknown`.
    status: &'static str,
    reason: Option<String>,
    as_of: Option<Instant>,
}

/// POST /api/calendar/availability: what is not known is not available. An owner without calendars has bookings alone.
pub async fn check(call: Call) -> Answer {
    let asked: Asked = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (_, zone) = zone_of(&call, &owner, asked.timezone.as_deref()).await?;
    let span = moment::span_on(asked.date.as_deref(), &asked.start_time, &asked.end_time, &zone)?;
    if span.millis() > 366 * 86_400_000 {
        return Err(ApiError::field("endTime", "The span is longer than 366 days"));
    }
    let app = &call.app;
    let answer = availability::check(&app.database, &app.settings, &owner, &[span], None).await?;
    let (status, reason, conflicts) = match answer.availability {
        Availability::Free => ("free", None, Vec::new()),
        Availability::Busy(conflicts) => ("busy", Some("Time slot not available".to_owned()), conflicts),
        Availability::Unknown(reason) if call.caller.sees_titles() => ("unknown", Some(reason), Vec::new()),
        Availability::Unknown(_) => ("unknown", Some("A calendar could not be read".to_owned()), Vec::new()),
    };
    Ok(Json(Answered {
        agent_id: owner.owner,
        start_time: span.start(),
        end_time: span.end(),
        available: status == "free",
        conflicts: conflicts.iter().map(|found| shown(found, &call)).collect(),
        status,
        reason,
        as_of: answer.as_of,
    })
    .into_response())
}
