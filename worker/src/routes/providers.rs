//! Calendar services whose accounts are connected in a browser, and what stands in for that at Apple.

use super::error::ApiError;
use super::openapi::{Id, Missing, Unavailable};
use super::{Answer, Call};
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A calendar service by its name in the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Google,
    Outlook,
    Office365,
    Apple,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Google, Self::Outlook, Self::Office365, Self::Apple];

    /// As it stands in paths.
    pub fn word(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Outlook => "outlook",
            Self::Office365 => "office365",
            Self::Apple => "apple",
        }
    }

    /// Reads the word in either case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.word().eq_ignore_ascii_case(word))
    }

    /// That it cannot be connected yet.
    pub fn missing(self) -> ApiError {
        let name = match self {
            Self::Google => "Google Calendar",
            Self::Outlook => "Outlook",
            Self::Office365 => "Office 365",
            Self::Apple => "Apple Calendar",
        };
        let sentence = format!("{name} cannot be connected yet; a CalDAV account can");
        ApiError::new(StatusCode::NOT_IMPLEMENTED, "provider_not_available", sentence)
    }
}

/// How an Apple account is connected: with a password of its own.
#[derive(Serialize, ToSchema)]
struct Instructions {
    message: &'static str,
    instructions: &'static str,
    calendar_type: &'static str,
}

const APPLE: Instructions = Instructions {
    message: "Apple Calendar requires app-specific password",
    instructions: "Generate app-specific password at appleid.apple.com",
    calendar_type: "apple",
};

/// The service that a path names.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "the route table has a route for each")]
pub struct Named {
    #[param(pattern = "^(google|outlook|office365|apple)$")]
    service: String,
}

/// GET /api/calendar/google/authorize: another name of `google/auth`.
#[utoipa::path(get, path = "/api/calendar/google/authorize", responses(Unavailable))]
pub async fn authorize(call: Call) -> Answer {
    begin(&call, Service::Google)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn begin(call: &Call, service: Service) -> Answer {
    let Nothing {} = call.input.fields()?;
    match service {
        Service::Apple => Ok(Json(APPLE).into_response()),
        other => Err(other.missing()),
    }
}

/// GET /api/calendar/{service}/auth: where its authorization begins, or instructions.
#[utoipa::path(get, path = "/api/calendar/{service}/auth", params(Named), responses((status = 200, body = Instructions), Missing, Unavailable))]
pub async fn auth(call: Call, service: Service) -> Answer {
    begin(&call, service)
}

/// POST /api/calendar/connect/{service}
#[utoipa::path(post, path = "/api/calendar/connect/{id}", params(Id), responses((status = 200, body = Instructions), Missing, Unavailable))]
pub async fn connect(call: Call) -> Answer {
    let service = Service::parse(&call.id)
        .ok_or_else(|| ApiError::not_found(format!("There is no calendar service {}", call.id)))?;
    call.caller.owner(&call.input)?;
    begin(&call, service)
}

/// GET /api/calendar/{service}/callback: called by a browser, without a key.
#[utoipa::path(
    get,
    path = "/api/calendar/{service}/callback",
    params(Named),
    responses(Missing, Unavailable)
)]
pub async fn callback(service: Service) -> ApiError {
    service.missing()
}
