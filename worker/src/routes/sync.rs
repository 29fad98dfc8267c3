//! Syncs that somebody asks for, and how the connections stand.

use super::connections::{self, Shown, provider};
use super::error::{ApiError, Told};
use super::input::{Case, answered};
use super::openapi::{Clash, Id, Missing, Upstream};
use super::{Answer, Call};
use crate::database::connections::ConnectionRow;
use crate::service::synchronise;
use kalends::Instant;
use kalends::sync::{Report, Scope};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What a sync did, in the words of the documents.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    events_imported: u32,
    events_exported: u32,
    events_updated: u32,
    events_deleted: u32,
    conflicts_resolved: u32,
    duration: i64,
    problems: Vec<String>,
    unfinished: bool,
}

impl From<&Report> for Counts {
    fn from(report: &Report) -> Self {
        Self {
            events_imported: report.imported,
            events_exported: report.exported,
            events_updated: report.updated,
            events_deleted: report.deleted,
            conflicts_resolved: report.conflicts,
            duration: report.duration,
            problems: report.problems.clone(),
            unfinished: report.unfinished,
        }
    }
}

/// How the sync of one connection ended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncOutcome)]
struct Outcome {
    connection_id: String,
    provider: String,
    calendar_name: String,
    success: bool,
    #[serde(flatten)]
    counts: Option<Counts>,
    #[serde(flatten)]
    error: Option<Told>,
}

async fn outcome(call: &Call, row: &ConnectionRow) -> Outcome {
    let app = &call.app;
    let ended = synchronise::run_patiently(&app.database, &app.settings, row, &Scope::Manual).await;
    let (counts, error) = match ended {
        Ok(report) => (Some(Counts::from(&report)), None),
        Err(error) => (None, Some(ApiError::from(error).into())),
    };
    Outcome {
        connection_id: row.id.clone(),
        provider: provider(row, call.input.case),
        calendar_name: row.calendar_name.clone(),
        success: error.is_none(),
        counts,
        error,
    }
}

#[derive(Deserialize, ToSchema, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SyncWhich)]
#[into_params(parameter_in = Query)]
struct Which {
    connection_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Synced {
    success: bool,
    results: Vec<Outcome>,
}

/// POST /api/calendar/sync: the owner's connections, or one of them, one after the other.
#[utoipa::path(post, path = "/api/calendar/sync", request_body = Which, responses((status = 200, body = Synced), Missing))]
pub async fn all(call: Call) -> Answer {
    let Which { connection_id } = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let rows = call.app.database.connections(&owner, connection_id.as_deref()).await?;
    if rows.is_empty() {
        return Err(ApiError::not_found("No calendar connected"));
    }
    let mut results = Vec::with_capacity(rows.len());
    for row in &rows {
        results.push(outcome(&call, row).await);
    }
    let success = results.iter().all(|outcome| outcome.success);
    Ok(answered(call.input.case, &Synced { success, results }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OneSynced {
    success: bool,
    connection_id: String,
    #[serde(flatten)]
    counts: Counts,
}

impl OneSynced {
    /// What a run of that connection did.
    pub fn of(connection_id: String, report: &Report) -> Self {
        Self { success: true, connection_id, counts: report.into() }
    }
}

/// POST /api/calendar/sync/{connectionId}
#[utoipa::path(post, path = "/api/calendar/sync/{id}", params(Id), responses((status = 200, body = OneSynced), Missing, Clash, Upstream))]
pub async fn one(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let (row, app) = (connections::found(&call).await?, &call.app);
    let report = synchronise::run_patiently(&app.database, &app.settings, &row, &Scope::Manual).await?;
    Ok(answered(call.input.case, &OneSynced::of(row.id, &report)))
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SyncStatus)]
struct Status {
    success: bool,
    is_syncing: bool,
    /// The oldest of the connections' last syncs: nothing shown is older.
    last_synced_at: Option<Instant>,
    connections: Vec<Shown>,
}

/// GET /api/calendar/sync/status
#[utoipa::path(get, path = "/api/calendar/sync/status", params(Which), responses((status = 200, body = Status), Missing))]
pub async fn status(call: Call) -> Answer {
    let Which { connection_id } = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (database, case): (_, Case) = (&call.app.database, call.input.case);
    let served = database.served().await?;
    let rows = database.connections(&owner, connection_id.as_deref()).await?;
    if rows.is_empty() && connection_id.is_some() {
        return Err(ApiError::not_found("No calendar connected"));
    }
    let read: Option<Vec<Instant>> = rows.iter().map(|row| row.last_read(served)).collect();
    let status = Status {
        success: true,
        is_syncing: rows
            .iter()
            .any(|row| row.is_syncing(kalends::port::Clock::now(&crate::ports::RuntimeClock))),
        last_synced_at: read.and_then(|read| read.into_iter().min()),
        connections: rows.iter().map(|row| Shown::of(row, served, case)).collect(),
    };
    Ok(answered(case, &status))
}
