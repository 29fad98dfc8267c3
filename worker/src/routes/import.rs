//! A calendar file taken in, with what became of each event.

use super::appointments::zone_of;
use super::error::{ApiError, Told};
use super::openapi::{Missing, Upstream};
use super::{Answer, Call};
use crate::database::appointments::Beside;
use crate::service::import::{self, Imported, Kept};
use axum::Json;
use axum::response::IntoResponse;
use kalends::Event;
use kalends::booking::Kind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// So many events may a file have: into appointments, and into a calendar, where each is a request.
const APPOINTMENTS: usize = 2000;
const EVENTS: usize = 200;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asked {
    connection_id: Option<String>,
    i_cloud_sync_enabled: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CalendarImport)]
struct Answered {
    success: bool,
    imported: usize,
    /// Those that were there before.
    known: usize,
    failed: usize,
    results: Vec<One>,
    problems: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CalendarImportResult)]
struct One {
    uid: String,
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment_id: Option<String>,
    #[serde(flatten)]
    error: Option<Told>,
}

/// POST /api/calendar/import: into appointments, or into the calendar of `connectionId`.
#[utoipa::path(post, path = "/api/calendar/import", params(Asked),
    request_body(content = String, content_type = "text/calendar"),
    responses((status = 200, body = Answered), Missing, Upstream))]
pub async fn import(call: Call) -> Answer {
    let asked: Asked = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (app, text) = (&call.app, call.input.calendar.as_deref());
    let connection = match &asked.connection_id {
        None => None,
        Some(id) => {
            let mut rows = app.database.connections(&owner, Some(id)).await?;
            rows.retain(|row| row.kind() == Kind::Event);
            let row = rows.into_iter().next();
            Some(row.ok_or_else(|| ApiError::not_found("There is no such connection"))?)
        }
    };
    let text = text.ok_or_else(|| {
        ApiError::field("calendar", "Send the calendar as it is, with Content-Type: text/calendar")
    })?;
    let (events, problems) = Event::all(text);
    let most = if connection.is_some() { EVENTS } else { APPOINTMENTS };
    if events.is_empty() || events.len() > most {
        return Err(ApiError::field("calendar", format!("A calendar has 1 to {most} events here")));
    }
    let imported = match &connection {
        None => {
            let (_, zone) = zone_of(&call, &owner, None).await?;
            let icloud_sync_enabled = match asked.i_cloud_sync_enabled.as_deref() {
                None | Some("false") => Some(false),
                Some("true") => Some(true),
                Some(_) => {
                    let sentence = "iCloudSyncEnabled is true or false";
                    return Err(ApiError::field("iCloudSyncEnabled", sentence));
                }
            };
            let beside = Beside { icloud_sync_enabled, ..Beside::default() };
            import::into_appointments(&app.database, &owner, &events, &zone, &beside).await?
        }
        Some(row) => import::into_calendar(&app.database, &app.settings, row, &events).await?,
    };
    let count = |wanted: fn(&Imported) -> bool| imported.iter().filter(|one| wanted(one)).count();
    let (known, failed) =
        (count(|one| matches!(one.outcome, Ok(Kept::Known(_)))), count(|one| one.outcome.is_err()));
    let results: Vec<One> = imported.into_iter().map(shown).collect();
    Ok(Json(Answered {
        success: failed == 0,
        imported: results.len() - known - failed,
        known,
        failed,
        results,
        problems: problems.iter().map(ToString::to_string).take(100).collect(),
    })
    .into_response())
}

fn shown(one: Imported) -> One {
    let (appointment_id, error) = match one.outcome {
        Ok(Kept::Made(id)) => (Some(id), None),
        Ok(Kept::Known(id)) => (Some(id).filter(|id| id.starts_with("apt_")), None),
        Ok(Kept::InCalendar) => (None, None),
        Err(error) => (None, Some(ApiError::from(error).into())),
    };
    One { uid: one.uid, success: error.is_none(), appointment_id, error }
}
