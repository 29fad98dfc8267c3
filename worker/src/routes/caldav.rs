//! United Tattoo's availability route.

use super::error::ApiError;
use super::moment::{self, Edge};
use super::{Answer, Call};
use crate::service::availability::{self, Age, Availability, But, Conflict};
use axum::Json;
use axum::response::IntoResponse;
use kalends::{Instant, Span, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The longest span that is looked at, in days.
const DAYS: i64 = 366;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AvailabilityInput {
    start_time: String,
    end_time: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SpanAvailability {
    artist_id: String,
    start_time: Instant,
    end_time: Instant,
    available: bool,
    reason: Option<String>,
    /// `free`, `busy` or `unknown`.
    status: &'static str,
    conflicts: Vec<Conflict>,
    as_of: Option<Instant>,
}

/// GET /api/caldav/availability: whether one span of an owner's time is free. What is not known is not free.
#[utoipa::path(get, path = "/api/caldav/availability", params(AvailabilityInput),
    responses((status = 200, body = SpanAvailability)))]
pub async fn availability(call: Call) -> Answer {
    let input: AvailabilityInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let database = &call.app.database;
    let zone = database.owner(&owner).await?.and_then(|row| Zone::iana(&row.timezone).ok());
    let zone = zone.unwrap_or_else(Zone::utc);
    let start = moment::instant("startTime", &input.start_time, &zone, Edge::Start)?;
    let end = moment::instant("endTime", &input.end_time, &zone, Edge::End)?;
    let span = Span::new(start, end).filter(|span| !span.is_empty());
    let span = span.ok_or_else(|| ApiError::field("endTime", "endTime must be after startTime"))?;
    if span.millis() > DAYS * 86_400_000 {
        return Err(ApiError::field("endTime", format!("The span is longer than {DAYS} days")));
    }
    let connected = !database.connections(&owner, None).await?.is_empty();
    let answer =
        availability::check(database, &call.app.settings, &owner, &[span], But::default(), Age::Recent)
            .await?;
    let (status, reason, conflicts) = match call.caller.may_know(answer.availability) {
        Availability::Free if connected => ("free", None, Vec::new()),
        Availability::Free => ("unknown", Some("Calendar configuration not found".to_owned()), Vec::new()),
        Availability::Busy(conflicts) => ("busy", Some("Time slot not available".to_owned()), conflicts),
        Availability::Unknown(reason) => ("unknown", Some(reason), Vec::new()),
    };
    Ok(Json(SpanAvailability {
        artist_id: owner.owner,
        start_time: span.start(),
        end_time: span.end(),
        available: status == "free",
        reason,
        status,
        conflicts,
        as_of: answer.as_of,
    })
    .into_response())
}
