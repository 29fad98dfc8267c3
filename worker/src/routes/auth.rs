//! Who calls: the operator, a tenant by one of its keys, an owner by a token that the tenant signed, or a public page.

use super::App;
use super::error::ApiError;
use super::input::{Case, Input};
use crate::database::callers::Counted;
use crate::database::keys::Scope;
use crate::ports::RuntimeClock;
use crate::service::availability::Availability;
use crate::service::tokens;
use crate::settings::{DEFAULT_TENANT, hash};
use crate::token::{Refusal, Token};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use kalends::port::{Clock, OwnerKey};
use serde_json::json;

/// How publishable keys begin.
const PUBLISHABLE: &str = "kal_publishable_";

/// Who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The application.
    pub tenant: String,
    /// Who it is within the application.
    pub who: Who,
    /// Whether the page that calls may read the answer.
    pub reads: bool,
    /// In which case the application reads the names of shared routes.
    pub case: Case,
}

/// Who a caller is within its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// The operator of this Worker.
    Operator,
    /// The application's server, or a page of anybody's, by a key.
    Key {
        /// The key's id.
        id: String,
        /// What it may do.
        scope: Scope,
    },
    /// One owner, by a token.
    Owner(String),
}

/// What a route is open to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// Secret keys and tokens.
    ToKeys,
    /// Publishable keys, too.
    ToPages,
}

/// What a call has shown of itself: `Authorization: Bearer`.
pub struct Bearer<'a> {
    text: &'a str,
    origin: Option<&'a str>,
    address: &'a str,
}

impl<'a> Bearer<'a> {
    /// Reads the headers.
    pub fn of(parts: &'a Parts) -> Result<Self, ApiError> {
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let Some(header) = text(header::AUTHORIZATION.as_str()) else {
            let sentence = "This needs a key: send the header \"Authorization: Bearer <key>\"";
            return Err(ApiError::new(StatusCode::UNAUTHORIZED, "missing_key", sentence));
        };
        let (scheme, key) = header.split_once(' ').ok_or_else(refused)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(refused());
        }
        let address = text("cf-connecting-ip").unwrap_or_default();
        Ok(Self { text: key.trim(), origin: origin(&parts.headers), address })
    }

    /// Whom a request is counted for: the visitor of a public page, or the owner that it names, or, where it names none,
    /// the thing in its path, which has one owner. None is the key itself.
    fn user(&self, owner: Option<&str>, thing: &str) -> Option<String> {
        if self.text.starts_with(PUBLISHABLE) {
            return Some(format!("page {}", stored(&hash(&format!("{} {}", self.text, self.address)))));
        }
        let thing = Some(thing).filter(|thing| (1..=200).contains(&thing.len()));
        owner.map(|owner| format!("owner {owner}")).or(thing.map(|thing| format!("thing {thing}")))
    }
}

impl Caller {
    /// Who shows this, at most so often a minute. `owner` is the one that the request names, `thing` what its path does.
    pub async fn of(
        app: &App,
        bearer: &Bearer<'_>,
        (owner, thing): (Option<&str>, &str),
        open: Open,
    ) -> Result<Self, ApiError> {
        let Bearer { text, origin, .. } = *bearer;
        let (now, hash) = (RuntimeClock.now(), hash(text));
        if app.settings.admin_key.is_some_and(|admin| admin == hash) {
            return Ok(Self {
                tenant: DEFAULT_TENANT.to_owned(),
                who: Who::Operator,
                reads: false,
                case: Case::Camel,
            });
        }
        if text.contains('.') {
            let token = Token::read(text, now).map_err(no_token)?;
            let signed = tokens::signer(&app.database, &app.settings, &token, origin).await?;
            let counted = within_limit(signed.map_err(no_token)?)?;
            let reads = counted.is_own_page();
            let case = case_of(&counted);
            return Ok(Self { tenant: counted.tenant, who: Who::Owner(token.claims.sub), reads, case });
        }
        let user = bearer.user(owner, thing);
        let call = app.database.count_key(&stored(&hash), user.as_deref(), origin, now).await?;
        let call = call.ok_or_else(refused)?;
        let reads = match call.scope {
            // Whoever signs tokens with a key does not send it.
            Scope::Owner => return Err(refused()),
            Scope::Publishable if open == Open::ToKeys => {
                let sentence = "A publishable key reads availability, and nothing else";
                return Err(ApiError::new(StatusCode::FORBIDDEN, "publishable_key", sentence));
            }
            Scope::Publishable if !call.is_bound_page() => {
                let sentence = "This key is bound to other origins";
                return Err(ApiError::new(StatusCode::FORBIDDEN, "origin_not_allowed", sentence));
            }
            Scope::Publishable => true,
            Scope::Admin | Scope::User => call.counted.is_own_page(),
        };
        let who = Who::Key { id: call.id, scope: call.scope };
        let counted = within_limit(call.counted)?;
        let case = case_of(&counted);
        Ok(Self { tenant: counted.tenant, who, reads, case })
    }

    /// An owner's token speaks for that owner, who need not be named; to it there is no other.
    pub fn speaks_for(&self, input: &mut Input) -> Result<(), ApiError> {
        if let Who::Owner(_) = self.who {
            input.owner = Some(self.owner(input)?.owner);
        }
        Ok(())
    }

    /// The owner that the request, or a part of it, names.
    pub fn owner(&self, input: &Input) -> Result<OwnerKey, ApiError> {
        let owner = match &self.who {
            Who::Owner(own) if input.owner.as_ref().is_some_and(|owner| owner != own) => {
                return Err(ApiError::not_found("There is no such owner"));
            }
            Who::Owner(own) => Some(own.clone()),
            _ => input.owner.clone(),
        };
        let owner = owner.ok_or_else(|| {
            ApiError::field(
                "userId",
                "Whose calendar? Name the owner as userId, user_id, artistId or agentId",
            )
        })?;
        Ok(OwnerKey { tenant: self.tenant.clone(), owner })
    }

    /// An owner of several that a request names.
    pub fn owner_named(&self, owner: &str) -> Result<OwnerKey, ApiError> {
        if owner.trim().is_empty() || owner.len() > 200 {
            return Err(ApiError::field("owners", "An owner's id is a text of 1 to 200 bytes"));
        }
        if matches!(&self.who, Who::Owner(own) if own != owner) {
            return Err(ApiError::not_found("There is no such owner"));
        }
        Ok(OwnerKey { tenant: self.tenant.clone(), owner: owner.to_owned() })
    }

    /// Refuses everyone but the operator and the tenant's own administrators; to those of another tenant there is none.
    pub fn administers(&self, tenant: &str) -> Result<(), ApiError> {
        match &self.who {
            Who::Operator => Ok(()),
            Who::Key { scope: Scope::Admin, .. } if self.tenant == tenant => Ok(()),
            Who::Key { scope: Scope::Admin, .. } => {
                Err(ApiError::not_found(format!("There is no tenant {tenant}")))
            }
            Who::Key { .. } | Who::Owner(_) => Err(ApiError::new(
                StatusCode::FORBIDDEN,
                "admin_only",
                "Only an admin key of this tenant may do this",
            )),
        }
    }

    /// Refuses everyone but the operator.
    pub fn operator(&self) -> Result<(), ApiError> {
        if self.who == Who::Operator {
            return Ok(());
        }
        Err(ApiError::new(StatusCode::FORBIDDEN, "operator_only", "Only the operator's key may do this"))
    }

    /// What this caller may know of an owner's time: a public page, whether it is free, and nothing of what is in the way.
    pub fn may_know(&self, found: Availability) -> Availability {
        match self.who {
            Who::Key { scope: Scope::Publishable, .. } => found.without_words(),
            _ => found,
        }
    }

    /// The words by which the audit log knows a caller.
    pub fn actor(&self) -> String {
        match &self.who {
            Who::Operator => "operator".to_owned(),
            Who::Key { id, .. } => format!("key {id}"),
            Who::Owner(owner) => format!("owner {owner}"),
        }
    }
}

/// The page that calls, as its browser says.
pub fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ORIGIN).and_then(|value| value.to_str().ok())
}

fn within_limit(counted: Counted) -> Result<Counted, ApiError> {
    match counted.wait(RuntimeClock.now()) {
        None => Ok(counted),
        Some(seconds) => {
            let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Rate limit exceeded");
            Err(error.after(seconds))
        }
    }
}

fn refused() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "invalid_key", "Invalid authentication credentials")
}

fn no_token(refusal: Refusal) -> ApiError {
    match refusal {
        Refusal::Expired => ApiError::new(StatusCode::UNAUTHORIZED, "token_expired", "Token has expired"),
        Refusal::Invalid(reason) => {
            let error = ApiError::new(
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "Invalid authentication credentials",
            );
            error.with_details(json!({ "reason": reason }))
        }
    }
}

/// A key's hash as it is stored.
pub fn stored(hash: &[u8; 32]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(hash)
}

/// In which case a caller's application reads the names of shared routes.
fn case_of(counted: &Counted) -> Case {
    if counted.names == Case::Snake.as_str() { Case::Snake } else { Case::Camel }
}
