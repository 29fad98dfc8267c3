//! Owners: what is chosen for each.

use super::error::ApiError;
use super::input::given;
use super::page::Page;
use super::{Answer, Call, moment};
use crate::database::owners::{ListedOwner, OwnerSettings};
use crate::ports::RuntimeClock;
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::booking::{Kind, MappingRule, MappingRules};
use kalends::port::{Clock, OwnerKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// So many categories may an owner give calendars.
const CATEGORIES: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListInput {
    cursor: Option<String>,
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    success: bool,
    owners: Vec<ListedOne>,
    next_cursor: Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListedOne {
    id: String,
    timezone: String,
    created_at: Instant,
}

/// GET /api/owners: those of the tenant; to an owner's token that one.
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let (database, owner) = (&call.app.database, call.input.owner.as_deref());
    let rows = database.owners(&call.caller.tenant, owner, page.before, page.rows()).await?;
    let (rows, next_cursor) = page.split(rows, |row| row.position);
    let one = |row: ListedOwner| ListedOne {
        id: row.id,
        timezone: row.timezone,
        created_at: Instant::from_millis(row.created_at),
    };
    let owners = rows.into_iter().map(one).collect();
    Ok(Json(Listed { success: true, owners, next_cursor }).into_response())
}

/// GET /api/owners/{id}
pub async fn show(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let key = named(&call)?;
    let settings = call.app.database.owner_settings(&key).await?.ok_or_else(unknown)?;
    Ok(one(&key, &settings))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fields {
    timezone: Option<String>,
    #[serde(default, deserialize_with = "given")]
    mapping_rules: Option<Option<Vec<MappingRule>>>,
    #[serde(default, deserialize_with = "given")]
    category_calendars: Option<Option<BTreeMap<String, String>>>,
}

/// PATCH /api/owners/{id}: an owner who is not known yet is made.
pub async fn update(call: Call) -> Answer {
    let fields: Fields = call.input.fields()?;
    let key = named(&call)?;
    if let Some(name) = &fields.timezone {
        moment::zone("timezone", name)?;
    }
    let rules = fields.mapping_rules.map(|rules| MappingRules::new(rules.unwrap_or_default())).transpose();
    let rules = rules.map_err(|error| ApiError::field(error.field(), error.to_string()))?;
    let (database, zone) = (&call.app.database, fields.timezone.as_deref());
    let calendars = fields.category_calendars.map(Option::unwrap_or_default);
    if let Some(calendars) = &calendars {
        check_calendars(&call, &key, calendars).await?;
    }
    database.configure_owner(&key, zone, rules.as_ref(), RuntimeClock.now()).await?;
    if let Some(calendars) = &calendars {
        database.set_category_calendars(&key, calendars).await?;
    }
    let settings = database.owner_settings(&key).await?.ok_or_else(unknown)?;
    Ok(one(&key, &settings))
}

/// Each category has a calendar of the owner's.
async fn check_calendars(
    call: &Call,
    key: &OwnerKey,
    calendars: &BTreeMap<String, String>,
) -> Result<(), ApiError> {
    let wrong = |sentence: String| Err(ApiError::field("categoryCalendars", sentence));
    if calendars.len() > CATEGORIES || calendars.keys().any(|category| category.len() > 200) {
        return wrong(format!("categoryCalendars are {CATEGORIES} at most, with names of up to 200 bytes"));
    }
    let rows = call.app.database.connections(key, None).await?;
    for (category, id) in calendars {
        if !rows.iter().any(|row| row.id == *id && row.kind() == Kind::Event) {
            return wrong(format!("{category}: this owner has no calendar {id} connected for events"));
        }
    }
    Ok(())
}

/// The owner of the path, if no other is named.
fn named(call: &Call) -> Result<OwnerKey, ApiError> {
    let id = &call.id;
    if call.input.owner.as_ref().is_some_and(|owner| owner != id) {
        return Err(unknown());
    }
    if id.trim().is_empty() || id.len() > 200 {
        return Err(ApiError::field("id", "An owner's id is a text of 1 to 200 bytes"));
    }
    Ok(OwnerKey { tenant: call.caller.tenant.clone(), owner: id.clone() })
}

fn unknown() -> ApiError {
    ApiError::not_found("There is no such owner")
}

/// An owner as the API shows it.
fn one(key: &OwnerKey, settings: &OwnerSettings) -> axum::response::Response {
    let owner = json!({
        "id": key.owner,
        "timezone": settings.timezone,
        "mappingRules": settings.mapping_rules.rules(),
        "categoryCalendars": settings.category_calendars,
    });
    Json(json!({ "success": true, "owner": owner })).into_response()
}
