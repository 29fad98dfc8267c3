//! Desktop Buddy's list: what the calendars hold in a range, one row for each occurrence.

use super::error::ApiError;
use super::moment::{self, Edge};
use super::{Answer, Call};
use crate::ports::RuntimeClock;
use crate::service::availability;
use axum::Json;
use axum::response::IntoResponse;
use kalends::availability::{Owner, takes_time};
use kalends::port::Clock;
use kalends::{Budget, Event, Instant, Span, Status, Zone, occurrences};
use serde::Deserialize;
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ListInput {
    start_date: Option<String>,
    end_date: Option<String>,
}

/// GET /api/calendar/events: without a range, from now to 30 days ahead.
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let database = &call.app.database;
    let zone = database.owner(&owner).await?.and_then(|row| Zone::iana(&row.timezone).ok());
    let zone = zone.unwrap_or_else(Zone::utc);
    let start = match input.start_date {
        Some(text) => moment::instant("startDate", &text, &zone, Edge::Start)?,
        None => RuntimeClock.now(),
    };
    let end = match input.end_date {
        Some(text) => moment::instant("endDate", &text, &zone, Edge::End)?,
        None => start.plus_millis(30 * DAY),
    };
    let span = Span::new(start, end).filter(|span| !span.is_empty() && span.millis() <= 366 * DAY);
    let span = span
        .ok_or_else(|| ApiError::field("endDate", "endDate must be after startDate, by 366 days at most"))?;
    availability::cover(database, &call.app.settings, &owner, span).await?;
    let mut events: Vec<(Instant, Value)> = Vec::new();
    let (mut budget, viewer) = (Budget::default(), Owner::new(zone.clone()));
    for row in database.events_in(&owner, span).await? {
        let Ok(event) = Event::parse(&row.source) else { continue };
        let Ok(found) = occurrences(&event, span, &zone, &mut budget) else { continue };
        for occurrence in found.into_iter().filter(|occurrence| occurrence.status() != Status::Cancelled) {
            let text =
                |name| occurrence.event.property(name).map(|property| property.unescaped().into_owned());
            let shown = json!({
                "id": format!("{}:{}", row.id, occurrence.span.start().millis()),
                "calendar_connection_id": row.connection_id,
                "external_event_id": row.uid,
                "task_id": row.task_id,
                "title": occurrence.summary(),
                "description": text("DESCRIPTION"),
                "start_time": occurrence.span.start(),
                "end_time": occurrence.span.end(),
                "location": text("LOCATION"),
                "all_day": occurrence.all_day,
                "busy": takes_time(&occurrence, &viewer),
                "recurrence_rule": event.recurrence_rule(),
                "calendar_source": row.calendar_name,
                "color": row.color,
            });
            events.push((occurrence.span.start(), shown));
        }
    }
    events.sort_by_key(|(start, _)| *start);
    Ok(Json(json!({ "events": events.into_iter().map(|(_, event)| event).collect::<Vec<_>>() }))
        .into_response())
}
