//! A tenant's keys: issued, listed without what is secret, revoked.

use super::auth::stored;
use super::error::ApiError;
use super::openapi::{Clash, Id, Missing, Upstream};
use super::page::Page;
use super::tenants::{label, origins};
use super::{Answer, Call};
use crate::database::audit::Action;
use crate::database::callers::Algorithm;
use crate::database::keys::{KeyRow, NewKey, Scope, Signing};
use crate::ports::{RuntimeClock, RuntimeEntropy};
use crate::service::{ServiceError, tokens};
use crate::settings::hash;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::port::{Clock, Entropy};
use kalends::vault::{Credentials, Scope as VaultScope, SealedCredentials};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// A secret for HS256 has at least so many bytes (RFC 7518 3.2).
const SECRET_BYTES: usize = 32;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewKey)]
struct NewKeyInput {
    tenant: String,
    scope: Scope,
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(max_items = 50)]
    origins: Option<Vec<String>>,
    algorithm: Option<Algorithm>,
    #[schema(min_length = 1, max_length = 200)]
    issuer: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    audience: Option<String>,
    /// A JWK (RFC 7517).
    public_key: Option<Value>,
    jwks_url: Option<String>,
    #[schema(min_length = 32, max_length = 1024)]
    secret: Option<String>,
}

impl NewKeyInput {
    /// Refuses what is for keys of another kind.
    fn checked(&self) -> Result<(), ApiError> {
        let signing = self.scope == Scope::Owner;
        for (field, is_given, belongs) in [
            ("origins", self.origins.is_some(), self.scope == Scope::Publishable),
            ("algorithm", self.algorithm.is_some(), signing),
            ("issuer", self.issuer.is_some(), signing),
            ("audience", self.audience.is_some(), signing),
            ("publicKey", self.public_key.is_some(), signing),
            ("jwksUrl", self.jwks_url.is_some(), signing),
            ("secret", self.secret.is_some(), signing),
        ] {
            if is_given && !belongs {
                let sentence = format!("A key of scope {} has no {field}", self.scope.as_str());
                return Err(ApiError::field(field, sentence));
            }
        }
        Ok(())
    }
}

/// What an application signs its tokens with.
struct Material {
    algorithm: Algorithm,
    public_keys: Option<String>,
    sealed: Option<SealedCredentials>,
    /// A secret that was made here, to be shown once.
    made: Option<String>,
}

impl Material {
    async fn of(call: &Call, id: &str, input: &mut NewKeyInput) -> Result<Self, ApiError> {
        let algorithm = input
            .algorithm
            .ok_or_else(|| ApiError::field("algorithm", "algorithm is EdDSA, RS256 or HS256"))?;
        let settings = &call.app.settings;
        let public_keys = match (algorithm, &input.public_key, &input.jwks_url) {
            (Algorithm::Hs256, None, None) => None,
            (Algorithm::EdDsa | Algorithm::Rs256, Some(jwk), None) => {
                let key = tokens::public_key(jwk, algorithm).await.ok_or_else(|| {
                    let sentence = format!("publicKey is no JWK of a public key for {}", algorithm.as_str());
                    ApiError::field("publicKey", sentence)
                })?;
                Some(vec![key])
            }
            (Algorithm::EdDsa | Algorithm::Rs256, None, Some(url)) => {
                if input.issuer.is_none() {
                    let sentence =
                        "Keys at an address need an issuer: the iss of the tokens tells whose they are";
                    return Err(ApiError::field("issuer", sentence));
                }
                Some(tokens::public_keys(settings.reach, url, algorithm).await?)
            }
            _ => {
                let sentence = "EdDSA and RS256 want either publicKey or jwksUrl, HS256 neither";
                return Err(ApiError::field("publicKey", sentence));
            }
        };
        let public_keys = public_keys.map(|keys| Value::from(keys).to_string());
        if algorithm != Algorithm::Hs256 {
            if input.secret.is_some() {
                return Err(ApiError::field("secret", "Only HS256 has a secret"));
            }
            return Ok(Self { algorithm, public_keys, sealed: None, made: None });
        }
        let given = input.secret.take();
        if given.as_ref().is_some_and(|secret| secret.len() < SECRET_BYTES || secret.len() > 1024) {
            return Err(ApiError::field("secret", "secret is a text of 32 to 1024 bytes"));
        }
        let made = given.is_none().then(|| RuntimeEntropy.secret());
        let secret = given.or_else(|| made.clone()).unwrap_or_default();
        let scope = VaultScope { tenant: &input.tenant, connection: id };
        let credentials = Credentials::new(String::new(), secret);
        let sealed = settings.vault.seal(&credentials, scope, |bytes| RuntimeEntropy.fill(bytes));
        Ok(Self { algorithm, public_keys, sealed: Some(sealed.map_err(ServiceError::from)?), made })
    }
}

/// POST /api/admin/keys: what is secret of the key is shown this once.
#[utoipa::path(post, path = "/api/admin/keys", request_body = NewKeyInput, responses((status = 201, body = Issued), Missing, Clash, Upstream))]
pub async fn issue(call: Call) -> Answer {
    let mut input: NewKeyInput = call.input.fields()?;
    call.caller.administers(&input.tenant)?;
    if !call.app.database.has_tenant(&input.tenant).await? {
        return Err(ApiError::not_found(format!("There is no tenant {}", input.tenant)));
    }
    input.checked()?;
    for (field, text) in [("name", &input.name), ("issuer", &input.issuer), ("audience", &input.audience)] {
        text.clone().map(|text| label(field, text)).transpose()?;
    }
    let bound = origins(input.origins.take().unwrap_or_default())?;
    if input.scope == Scope::Publishable && bound.is_empty() {
        return Err(ApiError::field("origins", "A publishable key is bound to origins: name them"));
    }
    let id = RuntimeEntropy.id("key");
    let material = match input.scope {
        Scope::Owner => Some(Material::of(&call, &id, &mut input).await?),
        _ => None,
    };
    let key = material.is_none().then(|| format!("kal_{}_{}", input.scope.as_str(), RuntimeEntropy.secret()));
    let hash = key.as_ref().map(|key| stored(&hash(key)));
    let new = NewKey {
        id: &id,
        tenant: &input.tenant,
        scope: input.scope,
        name: input.name.as_deref(),
        hash: hash.as_deref(),
        origins: &bound,
        signing: material.as_ref().map(|material| Signing {
            algorithm: material.algorithm,
            issuer: input.issuer.as_deref(),
            audience: input.audience.as_deref(),
            public_keys: material.public_keys.as_deref(),
            jwks_url: input.jwks_url.as_deref(),
            sealed: material.sealed.as_ref(),
        }),
    };
    if !call.app.database.add_key(&new, RuntimeClock.now()).await? {
        let sentence = "Another application has keys of this issuer; name an audience that is yours alone";
        return Err(ApiError::new(StatusCode::CONFLICT, "issuer_taken", sentence));
    }
    call.audit_for(&input.tenant, Action::KeyIssued, &id).await?;
    let about = Shown::from(&found(&call, &id).await?);
    let secret = material.and_then(|material| material.made);
    Ok((StatusCode::CREATED, Json(Issued { about, success: true, key, secret })).into_response())
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInput {
    tenant: Option<String>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/admin/keys
#[utoipa::path(get, path = "/api/admin/keys", params(ListInput), responses((status = 200, body = Keys)))]
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let tenant = input.tenant.unwrap_or_else(|| call.caller.tenant.clone());
    call.caller.administers(&tenant)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let rows = call.app.database.keys(&tenant, page.before, page.rows()).await?;
    let (rows, next) = page.split(rows, |row| row.position);
    let keys = rows.iter().map(Shown::from).collect();
    Ok(Json(Keys { success: true, keys, next_cursor: next }).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// GET /api/admin/keys/{id}
#[utoipa::path(get, path = "/api/admin/keys/{id}", params(Id), responses((status = 200, body = One), Missing))]
pub async fn show(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let key = Shown::from(&found(&call, &call.id).await?);
    Ok(Json(One { success: true, key }).into_response())
}

/// DELETE /api/admin/keys/{id}: it is not accepted any more, nor are tokens that were signed with it.
#[utoipa::path(delete, path = "/api/admin/keys/{id}", params(Id), responses((status = 200, body = One), Missing))]
pub async fn revoke(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let row = found(&call, &call.id).await?;
    call.app.database.revoke_key(&row.id, RuntimeClock.now()).await?;
    call.audit_for(&row.tenant, Action::KeyRevoked, &row.id).await?;
    let key = Shown::from(&found(&call, &call.id).await?);
    Ok(Json(One { success: true, key }).into_response())
}

/// The key of that id, to somebody who may know of it.
async fn found(call: &Call, id: &str) -> Result<KeyRow, ApiError> {
    call.caller.administers(&call.caller.tenant)?;
    let row = call.app.database.key(id).await?;
    let row = row.filter(|row| call.caller.administers(&row.tenant).is_ok());
    row.ok_or_else(|| ApiError::not_found("There is no such key"))
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneKey)]
struct One {
    success: bool,
    key: Shown,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Keys {
    success: bool,
    keys: Vec<Shown>,
    next_cursor: Option<String>,
}

/// A key that was made, with what is secret of it.
#[derive(Serialize, ToSchema)]
struct Issued {
    #[serde(flatten)]
    about: Shown,
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A key as the API shows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Key)]
struct Shown {
    id: String,
    tenant: String,
    scope: Scope,
    name: Option<String>,
    origins: Vec<String>,
    algorithm: Option<Algorithm>,
    issuer: Option<String>,
    audience: Option<String>,
    jwks_url: Option<String>,
    created_at: Instant,
    revoked_at: Option<Instant>,
}

impl From<&KeyRow> for Shown {
    fn from(row: &KeyRow) -> Self {
        Self {
            id: row.id.clone(),
            tenant: row.tenant.clone(),
            scope: row.scope,
            name: row.name.clone(),
            origins: serde_json::from_str(&row.origins).unwrap_or_default(),
            algorithm: row.algorithm,
            issuer: row.issuer.clone(),
            audience: row.audience.clone(),
            jwks_url: row.jwks_url.clone(),
            created_at: Instant::from_millis(row.created_at),
            revoked_at: row.revoked_at.map(Instant::from_millis),
        }
    }
}
