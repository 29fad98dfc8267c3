//! Imported events: which client and service each is for, as rules or a person say.

use super::error::ApiError;
use super::page::Page;
use super::{Answer, Call};
use crate::service::imports::{self, Import, Wanted};
use axum::Json;
use axum::response::IntoResponse;
use kalends::booking::Mapping;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListInput {
    mapped: Option<String>,
    cursor: Option<String>,
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/calendar/imports
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let wanted = match input.mapped.as_deref() {
        None => Wanted::All,
        Some("true") => Wanted::Mapped,
        Some("false") => Wanted::Unmapped,
        Some(_) => return Err(ApiError::field("mapped", "mapped is true or false")),
    };
    let (found, given_up) =
        imports::list(&call.app.database, &owner, wanted, page.before, page.rows()).await?;
    let (found, next) = page.split(found, |import| import.row.position);
    let next = given_up.map_or(next, |position| json!(position.to_string()));
    let imports: Vec<Value> = found.iter().map(shown).collect();
    Ok(Json(json!({ "success": true, "imports": imports, "nextCursor": next })).into_response())
}

/// POST /api/calendar/imports/{id}/map
pub async fn map(call: Call) -> Answer {
    let mapping: Mapping = call.input.fields()?;
    let mapping = mapping.checked().map_err(|error| ApiError::field(error.field(), error.to_string()))?;
    let row = call.app.database.import(&call.caller.tenant, &call.id).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    let row = row.ok_or_else(|| ApiError::not_found("There is no such imported event"))?;
    let import = imports::map(&call.app.database, row, mapping.as_ref()).await?;
    Ok(Json(json!({ "success": true, "import": shown(&import) })).into_response())
}

/// An imported event as the API shows it.
fn shown(import: &Import) -> Value {
    let mapping = import.mapping.as_ref().map(|(mapping, _)| mapping);
    json!({
        "id": import.row.id,
        "userId": import.row.owner,
        "connectionId": import.row.connection_id,
        "uid": import.row.uid,
        "title": import.details.summary,
        "startTime": import.span.map(|span| span.start()),
        "endTime": import.span.map(|span| span.end()),
        "recurring": import.recurring,
        "organizer": import.details.organizer,
        "attendees": import.details.attendees,
        "clientId": mapping.and_then(|mapping| mapping.client_id.as_ref()),
        "clientName": mapping.and_then(|mapping| mapping.client_name.as_ref()),
        "serviceId": mapping.and_then(|mapping| mapping.service_id.as_ref()),
        "mappedBy": import.mapping.as_ref().map(|(_, by)| by),
    })
}
