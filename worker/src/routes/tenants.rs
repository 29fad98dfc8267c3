//! Tenants, for the operator and their own administrators: made, listed, and what is chosen for each.

use super::account::interval;
use super::error::ApiError;
use super::input::Case;
use super::openapi::{Clash, Id, Missing};
use super::page::Page;
use super::{Answer, Call};
use crate::database::audit::Action;
use crate::database::connections::policy_word;
use crate::database::tenants::{TenantRow, TenantSettings};
use crate::ports::RuntimeClock;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::port::{Clock, Policy};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::{IntoParams, ToSchema};

/// How many origins one tenant or key may have.
const ORIGINS: usize = 50;

/// The most requests a minute that can be allowed.
const MOST: i64 = 1_000_000;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = TenantFields)]
struct Fields {
    #[schema(pattern = "^[a-z0-9-]{1,63}$", max_length = 63)]
    id: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(minimum = 1, maximum = 1000000)]
    rate_limit: Option<i64>,
    #[schema(max_items = 50)]
    origins: Option<Vec<String>>,
    names: Option<Case>,
    #[schema(minimum = 60, maximum = 86400)]
    sync_interval: Option<i64>,
    conflict_policy: Option<Policy>,
}

impl Fields {
    fn settings(self) -> Result<TenantSettings, ApiError> {
        if self.rate_limit.is_some_and(|limit| !(1..=MOST).contains(&limit)) {
            let sentence = format!("rateLimit is in requests a minute, 1 to {MOST}");
            return Err(ApiError::field("rateLimit", sentence));
        }
        let name = self.name.map(|name| label("name", name)).transpose()?;
        let origins = self.origins.map(origins).transpose()?;
        Ok(TenantSettings {
            name,
            rate_limit: self.rate_limit,
            origins,
            names: self.names.map(Case::as_str),
            sync_interval: interval(self.sync_interval)?,
            conflict_policy: self.conflict_policy,
        })
    }
}

/// POST /api/admin/tenants
#[utoipa::path(post, path = "/api/admin/tenants", request_body = Fields, responses((status = 201, body = One), Clash))]
pub async fn create(call: Call) -> Answer {
    call.caller.operator()?;
    let mut fields: Fields = call.input.fields()?;
    let id = fields.id.take().ok_or_else(|| ApiError::field("id", "id is missing"))?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if id.is_empty() || id.len() > 63 || !id.bytes().all(plain) {
        return Err(ApiError::field("id", "A tenant's id is made of a to z, 0 to 9 and \"-\", 63 at most"));
    }
    if !call.app.database.add_tenant(&id, &fields.settings()?, RuntimeClock.now()).await? {
        let sentence = format!("There is a tenant {id} already");
        return Err(ApiError::new(StatusCode::CONFLICT, "tenant_exists", sentence));
    }
    call.audit_for(&id, Action::TenantCreated, &id).await?;
    let tenant = found(&call, &id).await?;
    Ok((StatusCode::CREATED, one(&tenant)).into_response())
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInput {
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/admin/tenants
#[utoipa::path(get, path = "/api/admin/tenants", params(ListInput), responses((status = 200, body = Tenants)))]
pub async fn list(call: Call) -> Answer {
    call.caller.operator()?;
    let input: ListInput = call.input.fields()?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let rows = call.app.database.tenants(page.before, page.rows()).await?;
    let (rows, next) = page.split(rows, |row| row.position);
    let tenants = rows.iter().map(Shown::from).collect();
    Ok(Json(Tenants { success: true, tenants, next_cursor: next }).into_response())
}

/// GET /api/admin/tenants/{id}
#[utoipa::path(get, path = "/api/admin/tenants/{id}", params(Id), responses((status = 200, body = One), Missing))]
pub async fn show(call: Call) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    let Nothing {} = call.input.fields()?;
    call.caller.administers(&call.id)?;
    Ok(one(&found(&call, &call.id).await?))
}

/// PATCH /api/admin/tenants/{id}. How much a tenant may ask is the operator's to say.
#[utoipa::path(patch, path = "/api/admin/tenants/{id}", params(Id), request_body = Fields, responses((status = 200, body = One), Missing))]
pub async fn update(call: Call) -> Answer {
    call.caller.administers(&call.id)?;
    let fields: Fields = call.input.fields()?;
    if fields.id.as_ref().is_some_and(|id| *id != call.id) {
        return Err(ApiError::field("id", "A tenant keeps its id"));
    }
    if fields.rate_limit.is_some() {
        call.caller.operator()?;
    }
    let settings = fields.settings()?;
    found(&call, &call.id).await?;
    call.app.database.configure_tenant(&call.id, &settings).await?;
    call.audit_for(&call.id, Action::TenantChanged, &call.id).await?;
    Ok(one(&found(&call, &call.id).await?))
}

async fn found(call: &Call, id: &str) -> Result<TenantRow, ApiError> {
    let row = call.app.database.tenant(id).await?;
    row.ok_or_else(|| ApiError::not_found(format!("There is no tenant {id}")))
}

/// A short text to be shown.
pub fn label(field: &str, text: String) -> Result<String, ApiError> {
    if text.trim().is_empty() || text.len() > 200 || text.chars().any(char::is_control) {
        return Err(ApiError::field(field, format!("{field} is a text of 1 to 200 bytes")));
    }
    Ok(text)
}

/// Origins as browsers send them.
pub fn origins(texts: Vec<String>) -> Result<Vec<String>, ApiError> {
    let origin = |text: &String| {
        let origin = Url::parse(text).ok()?.origin();
        (origin.is_tuple() && origin.ascii_serialization() == text.trim_end_matches('/'))
            .then(|| origin.ascii_serialization())
    };
    if texts.len() > ORIGINS {
        return Err(ApiError::field("origins", format!("There are more than {ORIGINS} origins")));
    }
    let refused = |text: &str| {
        let sentence = format!("\"{text}\" is no origin; one is like https://www.example.org");
        ApiError::field("origins", sentence)
    };
    texts.iter().map(|text| origin(text).ok_or_else(|| refused(text))).collect()
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneTenant)]
struct One {
    success: bool,
    tenant: Shown,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Tenants {
    success: bool,
    tenants: Vec<Shown>,
    next_cursor: Option<String>,
}

/// A tenant as the API shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Tenant)]
struct Shown {
    id: String,
    name: String,
    rate_limit: i64,
    origins: Vec<String>,
    names: String,
    sync_interval: Option<i64>,
    conflict_policy: Option<&'static str>,
    created_at: Instant,
}

impl From<&TenantRow> for Shown {
    fn from(row: &TenantRow) -> Self {
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            rate_limit: row.rate_limit,
            origins: serde_json::from_str(&row.origins).unwrap_or_default(),
            names: row.names.clone(),
            sync_interval: row.sync_interval,
            conflict_policy: row.conflict_policy.map(policy_word),
            created_at: Instant::from_millis(row.created_at),
        }
    }
}

fn one(row: &TenantRow) -> axum::response::Response {
    Json(One { success: true, tenant: row.into() }).into_response()
}
