//! Operators: tenants and their keys.

use super::auth::stored;
use super::error::ApiError;
use super::{Answer, Call};
use crate::database::keys::Scope;
use crate::ports::{RuntimeClock, RuntimeEntropy};
use crate::settings::hash;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use kalends::port::{Clock, Entropy};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTenant {
    id: String,
    name: Option<String>,
}

/// POST /api/admin/tenants
pub async fn create_tenant(call: Call) -> Answer {
    call.caller.operator()?;
    let new: NewTenant = call.input.fields()?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if new.id.is_empty() || new.id.len() > 63 || !new.id.bytes().all(plain) {
        return Err(ApiError::field("id", "A tenant's id is made of a to z, 0 to 9 and \"-\", 63 at most"));
    }
    let name = new.name.unwrap_or_else(|| new.id.clone());
    if !call.app.database.add_tenant(&new.id, &name, RuntimeClock.now()).await? {
        return Err(ApiError::new(
            StatusCode::CONFLICT,
            "tenant_exists",
            format!("There is a tenant {} already", new.id),
        ));
    }
    let body = json!({ "success": true, "tenant": { "id": new.id, "name": name } });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewKey {
    tenant: String,
    scope: Scope,
}

/// POST /api/admin/keys: the key is shown this once.
pub async fn create_key(call: Call) -> Answer {
    let new: NewKey = call.input.fields()?;
    call.caller.administers(&new.tenant)?;
    if !call.app.database.has_tenant(&new.tenant).await? {
        return Err(ApiError::not_found(format!("There is no tenant {}", new.tenant)));
    }
    let mut random = [0u8; 32];
    RuntimeEntropy.fill(&mut random);
    let key = format!("kal_{}_{}", new.scope.as_str(), BASE64_URL_SAFE_NO_PAD.encode(random));
    call.app.database.add_key(&stored(&hash(&key)), &new.tenant, new.scope, RuntimeClock.now()).await?;
    let body = json!({ "success": true, "key": key, "tenant": new.tenant, "scope": new.scope });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
