//! Owners: what is chosen for each.

use super::error::ApiError;
use super::input::given;
use super::openapi::{Id, Missing};
use super::{Answer, Call, moment};
use crate::database::owners::OwnerSettings;
use crate::ports::RuntimeClock;
use axum::Json;
use axum::response::IntoResponse;
use kalends::booking::{MappingRule, MappingRules};
use kalends::port::{Clock, OwnerKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// GET /api/owners/{id}: what is chosen for an owner.
#[utoipa::path(get, path = "/api/owners/{id}", params(Id), responses((status = 200, body = One), Missing))]
pub async fn show(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let key = named(&call)?;
    let settings = call.app.database.owner_settings(&key).await?.ok_or_else(unknown)?;
    Ok(one(&key, &settings))
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
}

/// PATCH /api/owners/{id}: an owner who is not known yet is made.
#[utoipa::path(patch, path = "/api/owners/{id}", params(Id), request_body = Fields,
    responses((status = 200, body = One), Missing))]
pub async fn update(call: Call) -> Answer {
    let fields: Fields = call.input.fields()?;
    let key = named(&call)?;
    if let Some(name) = &fields.timezone {
        moment::zone("timezone", name)?;
    }
    let rules = fields.mapping_rules.map(|rules| MappingRules::new(rules.unwrap_or_default())).transpose();
    let rules = rules.map_err(|error| ApiError::field(error.field(), error.to_string()))?;
    let (database, zone) = (&call.app.database, fields.timezone.as_deref());
    database.configure_owner(&key, zone, rules.as_ref(), RuntimeClock.now()).await?;
    let settings = database.owner_settings(&key).await?.ok_or_else(unknown)?;
    Ok(one(&key, &settings))
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
}

fn one(key: &OwnerKey, settings: &OwnerSettings) -> axum::response::Response {
    let owner = Shown {
        id: key.owner.clone(),
        timezone: settings.timezone.clone(),
        mapping_rules: settings.mapping_rules.rules().to_vec(),
    };
    Json(One { success: true, owner }).into_response()
}
