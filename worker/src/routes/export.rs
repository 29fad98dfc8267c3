//! CitaPlanner's export: an owner's appointments as one `.ics` file.

use super::error::ApiError;
use super::moment::{self, Edge};
use super::{Answer, Call};
use crate::database::Database;
use crate::database::appointments::Filter;
use crate::ports::RuntimeClock;
use axum::http::header;
use axum::response::IntoResponse;
use kalends::event::{self, CalendarObject, EntryContent};
use kalends::port::{Clock, OwnerKey};
use kalends::{Event, Zone};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExportInput {
    start_date: Option<String>,
    end_date: Option<String>,
}

/// GET /api/calendar/export: the live appointments as a calendar file.
#[utoipa::path(get, path = "/api/calendar/export", params(ExportInput),
    responses((status = 200, body = String, content_type = "text/calendar")))]
pub async fn export(call: Call) -> Answer {
    let input: ExportInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let database = &call.app.database;
    let zone = database.owner(&owner).await?.and_then(|row| Zone::iana(&row.timezone).ok());
    let zone = zone.unwrap_or_else(Zone::utc);
    let edge =
        |field, text: Option<String>, edge| text.map(|text| moment::instant(field, &text, &zone, edge));
    let filter = Filter {
        status: None,
        from: edge("startDate", input.start_date, Edge::Start).transpose()?,
        to: edge("endDate", input.end_date, Edge::End).transpose()?,
        ..Filter::default()
    };
    let headers = [
        (header::CONTENT_TYPE, TEXT_CALENDAR),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"appointments.ics\""),
    ];
    Ok((headers, file(database, &owner, &filter, None).await?).into_response())
}

/// The type of a calendar file.
pub(super) const TEXT_CALENDAR: &str = "text/calendar; charset=utf-8";

/// An owner's live appointments as a calendar file, which may have a name.
pub(super) async fn file(
    database: &Database,
    owner: &OwnerKey,
    filter: &Filter,
    name: Option<&str>,
) -> Result<String, ApiError> {
    let now = RuntimeClock.now();
    let mut events: Vec<Event> = Vec::new();
    for row in database.appointments(owner, filter).await? {
        let uid = row.uid.clone().unwrap_or_else(|| row.id.replace('_', "-"));
        let content = row.appointment().content().map(EntryContent::from);
        if let Some(Ok(CalendarObject::Event(event))) =
            content.map(|said| CalendarObject::new(&uid, &said, now))
        {
            events.push(event);
        }
    }
    Ok(event::export(name, &events).write())
}
