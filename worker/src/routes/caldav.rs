//! United Tattoo's availability route.

use super::error::ApiError;
use super::moment::{self, Edge};
use super::{Answer, Call};
use crate::service::availability::{self, Availability, Conflict};
use axum::Json;
use axum::response::IntoResponse;
use kalends::{Span, Zone};
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest span that is looked at, in days.
const DAYS: i64 = 366;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AvailabilityInput {
    start_time: String,
    end_time: String,
}

/// GET /api/caldav/availability: whether one span of an owner's time is free. What is not known is not free.
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
    let answer = availability::check(database, &call.app.settings, &owner, &[span], None).await?;
    let (status, reason, conflicts) = match answer.availability {
        Availability::Free if connected => ("free", None, Vec::new()),
        Availability::Free => ("unknown", Some("Calendar configuration not found".to_owned()), Vec::new()),
        Availability::Busy(conflicts) => ("busy", Some("Time slot not available".to_owned()), conflicts),
        Availability::Unknown(reason) if call.caller.sees_titles() => ("unknown", Some(reason), Vec::new()),
        Availability::Unknown(_) => ("unknown", Some("A calendar could not be read".to_owned()), Vec::new()),
    };
    Ok(Json(json!({
        "artistId": owner.owner,
        "startTime": span.start(),
        "endTime": span.end(),
        "available": status == "free",
        "reason": reason,
        "status": status,
        "conflicts": conflicts.iter().map(|found| shown(found, &call)).collect::<Vec<_>>(),
        "asOf": answer.as_of,
    }))
    .into_response())
}

/// What stands in the way, without its title where that is not the caller's business.
pub(super) fn shown(found: &Conflict, call: &Call) -> Value {
    let mut shown = json!(found);
    if let (false, Some(shown)) = (call.caller.sees_titles(), shown.as_object_mut()) {
        shown.remove("title");
    }
    shown
}
