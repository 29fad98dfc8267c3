//! Imported events: which client and service each is for, as rules or a person say.

use super::error::ApiError;
use super::openapi::{Id, Missing};
use super::page::Page;
use super::{Answer, Call};
use crate::service::imports::{self, Import, MappedBy, Wanted};
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::booking::Mapping;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListInput {
    /// `true` or `false`.
    #[param(pattern = "^(true|false)$")]
    mapped: Option<String>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Imports {
    success: bool,
    imports: Vec<Shown>,
    next_cursor: Option<String>,
}

/// GET /api/calendar/imports: the events that the owner made in the calendars.
#[utoipa::path(get, path = "/api/calendar/imports", params(ListInput), responses((status = 200, body = Imports)))]
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
    let next_cursor = given_up.map_or(next, |position| Some(position.to_string()));
    let imports = found.into_iter().map(Shown::from).collect();
    Ok(Json(Imports { success: true, imports, next_cursor }).into_response())
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneImport)]
struct One {
    success: bool,
    import: Shown,
}

/// POST /api/calendar/imports/{id}/map: says by hand what an event is about.
#[utoipa::path(post, path = "/api/calendar/imports/{id}/map", params(Id), request_body = Mapping,
    responses((status = 200, body = One), Missing))]
pub async fn map(call: Call) -> Answer {
    let mapping: Mapping = call.input.fields()?;
    let mapping = mapping.checked().map_err(|error| ApiError::field(error.field(), error.to_string()))?;
    let row = call.app.database.import(&call.caller.tenant, &call.id).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    let row = row.ok_or_else(|| ApiError::not_found("There is no such imported event"))?;
    let import = imports::map(&call.app.database, row, mapping.as_ref()).await?;
    Ok(Json(One { success: true, import: import.into() }).into_response())
}

/// An imported event as the API shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportedEvent)]
struct Shown {
    id: String,
    user_id: String,
    connection_id: String,
    uid: String,
    title: String,
    start_time: Option<Instant>,
    end_time: Option<Instant>,
    recurring: bool,
    /// Its ORGANIZER.
    organizer: Option<Value>,
    /// Its ATTENDEEs.
    attendees: Vec<Value>,
    client_id: Option<String>,
    client_name: Option<String>,
    service_id: Option<String>,
    mapped_by: Option<MappedBy>,
}

impl From<Import> for Shown {
    fn from(import: Import) -> Self {
        let (mapping, mapped_by) = import.mapping.unzip();
        let mapping = mapping.unwrap_or_default();
        Self {
            id: import.row.id,
            user_id: import.row.owner,
            connection_id: import.row.connection_id,
            uid: import.row.uid,
            title: import.details.summary,
            start_time: import.span.map(|span| span.start()),
            end_time: import.span.map(|span| span.end()),
            recurring: import.recurring,
            organizer: import.details.organizer.map(|user| json!(user)),
            attendees: import.details.attendees.iter().map(|one| json!(one)).collect(),
            client_id: mapping.client_id,
            client_name: mapping.client_name,
            service_id: mapping.service_id,
            mapped_by,
        }
    }
}
