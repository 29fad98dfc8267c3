//! Who calls: a tenant's key, or the operator's.

use super::App;
use super::error::ApiError;
use super::input::Input;
use crate::database::keys::Scope;
use crate::settings::{DEFAULT_TENANT, hash};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use kalends::port::OwnerKey;

/// Who calls, as far as the key tells.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The application.
    pub tenant: String,
    /// What it may do.
    pub scope: Scope,
    /// Whether it is the operator of this Worker.
    pub operator: bool,
}

impl Caller {
    /// Reads `Authorization: Bearer`.
    pub async fn of(app: &App, parts: &Parts) -> Result<Self, ApiError> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(header) = header else {
            let sentence = "This needs a key: send the header \"Authorization: Bearer <key>\"";
            return Err(ApiError::new(StatusCode::UNAUTHORIZED, "missing_key", sentence));
        };
        let refused =
            || ApiError::new(StatusCode::UNAUTHORIZED, "invalid_key", "Invalid authentication credentials");
        let (scheme, key) = header.split_once(' ').ok_or_else(refused)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refused());
        }
        let hash = hash(key.trim());
        if app.settings.admin_key.is_some_and(|admin| admin == hash) {
            return Ok(Self { tenant: DEFAULT_TENANT.to_owned(), scope: Scope::Admin, operator: true });
        }
        let row = app.database.key(&stored(&hash)).await?.ok_or_else(refused)?;
        Ok(Self { tenant: row.tenant, scope: row.scope, operator: false })
    }

    /// The owner that the request names.
    pub fn owner(&self, input: &Input) -> Result<OwnerKey, ApiError> {
        let owner = input.owner.clone().ok_or_else(|| {
            ApiError::field(
                "userId",
                "Whose calendar? Name the owner as userId, user_id, artistId or agentId",
            )
        })?;
        Ok(OwnerKey { tenant: self.tenant.clone(), owner })
    }

    /// Refuses everyone but the operator and the tenant's own administrators.
    pub fn administers(&self, tenant: &str) -> Result<(), ApiError> {
        if self.operator || (self.scope == Scope::Admin && self.tenant == tenant) {
            return Ok(());
        }
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            "admin_only",
            "Only an admin key of this tenant may do this",
        ))
    }

    /// Refuses everyone but the operator.
    pub fn operator(&self) -> Result<(), ApiError> {
        if self.operator {
            return Ok(());
        }
        Err(ApiError::new(StatusCode::FORBIDDEN, "operator_only", "Only the operator's key may do this"))
    }
}

/// A key's hash as it is stored.
pub fn stored(hash: &[u8; 32]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(hash)
}
