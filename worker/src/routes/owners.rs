//! Owners: what is chosen for each.

use super::error::ApiError;
use super::input::given;
use super::openapi::{Id, Missing};
use super::page::Page;
use super::{Answer, Call, moment};
use crate::database::owners::{BookingRules, ListedOwner};
use crate::ports::RuntimeClock;
use axum::Json;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::availability::WorkingHours;
use kalends::booking::{Kind, MappingRule, MappingRules};
use kalends::port::{Clock, OwnerKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// So many categories may an owner give calendars.
const CATEGORIES: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListInput {
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnerList)]
struct Listed {
    success: bool,
    owners: Vec<ListedOne>,
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnerOfList)]
struct ListedOne {
    id: String,
    timezone: String,
    created_at: Instant,
}

/// GET /api/owners: those of the tenant; to an owner's token that one.
#[utoipa::path(get, path = "/api/owners", params(ListInput), responses((status = 200, body = Listed)))]
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

/// GET /api/owners/{id}: what is chosen for an owner.
#[utoipa::path(get, path = "/api/owners/{id}", params(Id), responses((status = 200, body = One), Missing))]
pub async fn show(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let key = named(&call)?;
    shown(&call, &key).await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = OwnerFields)]
struct Fields {
    timezone: Option<String>,
    /// At most 100.
    #[schema(max_items = 100, value_type = Option<Vec<MappingRule>>)]
    #[serde(default, deserialize_with = "given")]
    mapping_rules: Option<Option<Vec<MappingRule>>>,
    /// The calendar of each category of tasks, by its connection; at most 100.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    #[serde(default, deserialize_with = "given")]
    category_calendars: Option<Option<BTreeMap<String, String>>>,
    /// From when to when, by weekday (`MO`) and date (`2026-12-24`); null means always.
    #[schema(value_type = Option<BTreeMap<String, Vec<Vec<String>>>>)]
    #[serde(default, deserialize_with = "given")]
    working_hours: Option<Option<Value>>,
    /// In minutes, as the next two.
    #[schema(maximum = 1440)]
    buffer_before: Option<u32>,
    #[schema(maximum = 1440)]
    buffer_after: Option<u32>,
    #[schema(maximum = 527040)]
    minimum_notice: Option<u32>,
    #[schema(value_type = Option<u32>, minimum = 1)]
    #[serde(default, deserialize_with = "given")]
    maximum_per_day: Option<Option<u32>>,
}

impl Fields {
    /// Works what was given into when the owner takes bookings; none where nothing of that was.
    fn rules(&self, before: BookingRules) -> Result<Option<BookingRules>, ApiError> {
        let mut rules = before.clone();
        if let Some(hours) = &self.working_hours {
            if let Some(hours) = hours {
                serde_json::from_value::<WorkingHours>(hours.clone())
                    .map_err(|error| ApiError::field("workingHours", format!("workingHours: {error}")))?;
            }
            rules.working_hours = hours.as_ref().map(Value::to_string);
        }
        for (name, field, given, most) in [
            ("bufferBefore", &mut rules.buffer_before, self.buffer_before, DAY),
            ("bufferAfter", &mut rules.buffer_after, self.buffer_after, DAY),
            ("minimumNotice", &mut rules.minimum_notice, self.minimum_notice, YEAR),
        ] {
            if given.is_some_and(|minutes| minutes > most) {
                return Err(ApiError::field(name, format!("{name} is from 0 to {most} minutes")));
            }
            *field = given.map_or(*field, i64::from);
        }
        match self.maximum_per_day {
            Some(Some(0)) => {
                return Err(ApiError::field("maximumPerDay", "maximumPerDay is 1 or more, or null"));
            }
            Some(most) => rules.maximum_per_day = most,
            None => {}
        }
        Ok(Some(rules).filter(|rules| *rules != before))
    }
}

/// The longest buffer and the longest notice, in minutes.
const DAY: u32 = 24 * 60;
const YEAR: u32 = 366 * DAY;

/// PATCH /api/owners/{id}: an owner who is not known yet is made.
#[utoipa::path(patch, path = "/api/owners/{id}", params(Id), request_body = Fields,
    responses((status = 200, body = One), Missing))]
pub async fn update(call: Call) -> Answer {
    let fields: Fields = call.input.fields()?;
    let key = named(&call)?;
    if let Some(name) = &fields.timezone {
        moment::zone("timezone", name)?;
    }
    let rules =
        fields.mapping_rules.clone().map(|rules| MappingRules::new(rules.unwrap_or_default())).transpose();
    let rules = rules.map_err(|error| ApiError::field(error.field(), error.to_string()))?;
    let (database, zone) = (&call.app.database, fields.timezone.as_deref());
    let calendars = fields.category_calendars.clone().map(Option::unwrap_or_default);
    if let Some(calendars) = &calendars {
        check_calendars(&call, &key, calendars).await?;
    }
    database.configure_owner(&key, zone, rules.as_ref(), RuntimeClock.now()).await?;
    if let Some(calendars) = &calendars {
        database.set_category_calendars(&key, calendars).await?;
    }
    let before = database.owner(&key).await?.ok_or_else(unknown)?.rules;
    if let Some(rules) = fields.rules(before)? {
        database.put_booking_rules(&key, &rules).await?;
    }
    shown(&call, &key).await
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

#[derive(Serialize, ToSchema)]
#[schema(as = OneOwner)]
struct One {
    success: bool,
    owner: Shown,
}

/// An owner as the API shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Owner)]
struct Shown {
    id: String,
    timezone: String,
    mapping_rules: Vec<MappingRule>,
    /// The calendar of each category of tasks, by its connection.
    category_calendars: BTreeMap<String, String>,
    /// From when to when, by weekday (`MO`) and date (`2026-12-24`); always, where it is null.
    #[schema(value_type = Option<BTreeMap<String, Vec<Vec<String>>>>)]
    working_hours: Option<Value>,
    /// In minutes, as the next two.
    buffer_before: i64,
    buffer_after: i64,
    minimum_notice: i64,
    maximum_per_day: Option<u32>,
}

async fn shown(call: &Call, key: &OwnerKey) -> Answer {
    let database = &call.app.database;
    let settings = database.owner_settings(key).await?.ok_or_else(unknown)?;
    let rules = database.owner(key).await?.ok_or_else(unknown)?.rules;
    let owner = Shown {
        id: key.owner.clone(),
        timezone: settings.timezone,
        mapping_rules: settings.mapping_rules.rules().to_vec(),
        category_calendars: settings.category_calendars,
        working_hours: rules.working_hours.as_deref().and_then(|json| serde_json::from_str(json).ok()),
        buffer_before: rules.buffer_before,
        buffer_after: rules.buffer_after,
        minimum_notice: rules.minimum_notice,
        maximum_per_day: rules.maximum_per_day,
    };
    Ok(Json(One { success: true, owner }).into_response())
}
