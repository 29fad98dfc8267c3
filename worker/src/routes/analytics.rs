//! How well the syncs went over a time: success rate, events by day, durations, repeating errors.

use super::error::ApiError;
use super::moment::{self, Edge};
use super::{Answer, Call};
use crate::database::analytics::{ErrorPattern, Group, Runs, Totals};
use crate::ports::RuntimeClock;
use axum::Json;
use axum::response::IntoResponse;
use kalends::port::{Clock, OwnerKey};
use kalends::{Instant, Span, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const DAY: i64 = 86_400_000;
/// So many days are looked at unless told, and at most.
const USUAL: i64 = 30;
const MOST: i64 = 366;

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    start_date: Option<String>,
    end_date: Option<String>,
    connection_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Analytics {
    success: bool,
    start_date: Instant,
    end_date: Instant,
    #[serde(flatten)]
    all: Rated,
    days: Vec<Day>,
    owners: Vec<OfOwner>,
    errors: Vec<ErrorPattern>,
}

/// Some runs, and how well they went.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Rated {
    /// From 0 to 1; null where there were none.
    success_rate: Option<f64>,
    average_duration: Option<i64>,
    #[serde(flatten)]
    totals: Totals,
}

impl From<Totals> for Rated {
    fn from(totals: Totals) -> Self {
        let of_runs = |part: i64| (totals.runs > 0).then(|| part as f64 / totals.runs as f64);
        Self {
            success_rate: of_runs(totals.runs - totals.failed),
            average_duration: of_runs(totals.duration).map(|millis| millis.round() as i64),
            totals,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = AnalyticsDay)]
struct Day {
    /// In UTC.
    date: String,
    #[serde(flatten)]
    runs: Rated,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OfOwner {
    user_id: String,
    #[serde(flatten)]
    runs: Rated,
}

/// GET /api/calendar/analytics: of one owner, or to an administrator of all.
#[utoipa::path(get, path = "/api/calendar/analytics", params(Asked), responses((status = 200, body = Analytics)))]
pub async fn show(call: Call) -> Answer {
    let asked: Asked = call.input.fields()?;
    let everyone = call.input.owner.is_none() && call.caller.administers(&call.caller.tenant).is_ok();
    let owner = if everyone { None } else { Some(call.caller.owner(&call.input)?) };
    let database = &call.app.database;
    let zone = match &owner {
        Some(owner) => database.owner(owner).await?.and_then(|row| Zone::iana(&row.timezone).ok()),
        None => None,
    };
    let zone = zone.unwrap_or_else(Zone::utc);
    let end = match &asked.end_date {
        Some(text) => moment::instant("endDate", text, &zone, Edge::End)?,
        None => RuntimeClock.now().plus_millis(1),
    };
    let start = match &asked.start_date {
        Some(text) => moment::instant("startDate", text, &zone, Edge::Start)?,
        None => end.plus_millis(-USUAL * DAY),
    };
    let span = Span::new(start, end).filter(|span| !span.is_empty() && span.millis() <= MOST * DAY);
    let span = span.ok_or_else(|| {
        ApiError::field("endDate", format!("endDate must be after startDate, by {MOST} days at most"))
    })?;
    let tenant = &call.caller.tenant;
    let owner = owner.as_ref().map(|OwnerKey { owner, .. }| owner.as_str());
    let runs = Runs { tenant, owner, connection: asked.connection_id.as_deref(), span };
    let days = database.runs_by_day(&runs).await?;
    let owners = database.runs_by_owner(&runs).await?;
    Ok(Json(Analytics {
        success: true,
        start_date: start,
        end_date: end,
        all: sum(&days).into(),
        days: days.into_iter().map(day).collect(),
        owners: owners
            .into_iter()
            .map(|Group { name, totals }| OfOwner { user_id: name, runs: totals.into() })
            .collect(),
        errors: database.error_patterns(&runs).await?,
    })
    .into_response())
}

fn day(Group { name, totals }: Group<i64>) -> Day {
    let at = Instant::from_millis(name * DAY);
    Day { date: Zone::utc().to_wall(at).date().to_string(), runs: totals.into() }
}

fn sum(days: &[Group<i64>]) -> Totals {
    days.iter().fold(Totals::default(), |mut all, Group { totals: day, .. }| {
        for (to, from) in [
            (&mut all.runs, day.runs),
            (&mut all.failed, day.failed),
            (&mut all.events_imported, day.events_imported),
            (&mut all.events_exported, day.events_exported),
            (&mut all.events_updated, day.events_updated),
            (&mut all.events_deleted, day.events_deleted),
            (&mut all.conflicts_resolved, day.conflicts_resolved),
            (&mut all.duration, day.duration),
        ] {
            *to += from;
        }
        all.longest_duration = all.longest_duration.max(day.longest_duration);
        all
    })
}
