//! Tenants, for the operator and their own administrators: made, listed, and what is chosen for each.

use super::account::interval;
use super::error::ApiError;
use super::input::Case;
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
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

/// How many origins one tenant or key may have.
const ORIGINS: usize = 50;

/// The most requests a minute that can be allowed.
const MOST: i64 = 1_000_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fields {
    id: Option<String>,
    name: Option<String>,
    rate_limit: Option<i64>,
    origins: Option<Vec<String>>,
    names: Option<Case>,
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
    Ok((StatusCode::CREATED, Json(json!({ "success": true, "tenant": shown(&tenant) }))).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListInput {
    cursor: Option<String>,
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/admin/tenants
pub async fn list(call: Call) -> Answer {
    call.caller.operator()?;
    let input: ListInput = call.input.fields()?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let rows = call.app.database.tenants(page.before, page.rows()).await?;
    let (rows, next) = page.split(rows, |row| row.position);
    let tenants: Vec<Value> = rows.iter().map(shown).collect();
    Ok(Json(json!({ "success": true, "tenants": tenants, "nextCursor": next })).into_response())
}

/// GET /api/admin/tenants/{id}
pub async fn show(call: Call) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    let Nothing {} = call.input.fields()?;
    call.caller.administers(&call.id)?;
    Ok(one(&found(&call, &call.id).await?))
}

/// PATCH /api/admin/tenants/{id}. How much a tenant may ask is the operator's to say.
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

fn one(row: &TenantRow) -> axum::response::Response {
    Json(json!({ "success": true, "tenant": shown(row) })).into_response()
}

fn shown(row: &TenantRow) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "rateLimit": row.rate_limit,
        "names": row.names,
        "syncInterval": row.sync_interval,
        "conflictPolicy": row.conflict_policy.map(policy_word),
        "origins": serde_json::from_str::<Value>(&row.origins).unwrap_or_default(),
        "createdAt": Instant::from_millis(row.created_at),
    })
}
