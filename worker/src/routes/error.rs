//! Errors in the one shape of the API: `{"success": false, "error", "code", "details"}`.

use crate::database::DbError;
use crate::service::ServiceError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kalends::provider::ProviderError;
use kalends::sync::SyncError;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// An error on its way to the caller.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    error: String,
    details: Option<Box<Value>>,
    retry_after: Option<u32>,
}

impl ApiError {
    /// A status, a stable word and a sentence.
    pub fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Self {
        Self { status, code, error: error.into(), details: None, retry_after: None }
    }

    /// 422: a field that cannot be used.
    pub fn field(field: &str, sentence: impl Into<String>) -> Self {
        let error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_field", sentence);
        error.with_details(json!({ "field": field }))
    }

    /// 422: a field that this route does not have.
    pub fn unknown_field(field: &str) -> Self {
        let sentence = format!("Unknown field: {field}");
        Self { code: "unknown_field", ..Self::field(field, sentence) }
    }

    /// The same about a field under the name that it has elsewhere.
    pub fn renamed(self, from: &str, to: &str) -> Self {
        match &self.details {
            Some(details) if details["field"] == from => {
                Self { details: Some(Box::new(json!({ "field": to }))), ..self }
            }
            _ => self,
        }
    }

    /// 404 in the caller's words.
    pub fn not_found(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", sentence)
    }

    /// The same, to be tried again after so many seconds.
    pub fn after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The same with details.
    pub fn with_details(self, details: Value) -> Self {
        Self { details: Some(Box::new(details)), ..self }
    }

    /// The same with the sentence that a document promises in front.
    pub fn led_by(self, lead: &str) -> Self {
        Self { error: format!("{lead}: {}", self.error), ..self }
    }

    /// Whether it came from a calendar service.
    pub fn is_upstream(&self) -> bool {
        matches!(self.status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE)
    }

    fn provider(error: &ProviderError) -> Self {
        let sentence = error.to_string();
        match error {
            ProviderError::Unauthorized => {
                Self::new(StatusCode::BAD_GATEWAY, "calendar_unauthorized", sentence)
            }
            ProviderError::NoCalendar(_) => Self::new(StatusCode::BAD_GATEWAY, "no_calendar", sentence),
            ProviderError::Moved(_) => Self::new(StatusCode::BAD_GATEWAY, "calendar_moved", sentence),
            ProviderError::Full => Self::new(StatusCode::BAD_GATEWAY, "calendar_full", sentence),
            ProviderError::Unreachable(_) => {
                Self::new(StatusCode::BAD_GATEWAY, "calendar_unreachable", sentence)
            }
            ProviderError::Protocol(_) => Self::new(StatusCode::BAD_GATEWAY, "calendar_protocol", sentence),
            ProviderError::Refused(_) => Self::new(StatusCode::BAD_GATEWAY, "calendar_refused", sentence),
            ProviderError::Throttled { after } => {
                let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "calendar_throttled", sentence);
                Self { retry_after: Some(after.unwrap_or(60)), ..error }
            }
        }
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        worker::console_error!("{error}");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "database", "The database did not answer; try again")
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Database(error) => error.into(),
            ServiceError::Provider(error) | ServiceError::Sync(SyncError::Provider(error)) => {
                Self::provider(&error)
            }
            ServiceError::Sync(error @ (SyncError::Busy | SyncError::Unfinished)) => {
                let busy = Self::new(StatusCode::CONFLICT, "sync_in_progress", error.to_string());
                Self { retry_after: Some(5), ..busy }
            }
            ServiceError::Sync(SyncError::Store(error)) => {
                worker::console_error!("{error}");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "database", "The sync was interrupted; try again")
            }
            ServiceError::Sync(error @ SyncError::MassDeletion { .. }) => {
                Self::new(StatusCode::CONFLICT, "mass_deletion", error.to_string())
            }
            ServiceError::Recurrence(error) => Self::field("recurrence", error.to_string()),
            ServiceError::Vault(error) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "credentials_unreadable", error.to_string())
            }
            ServiceError::NotConfigured => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "caldav_not_configured", error.to_string())
            }
            ServiceError::NotFound(sentence) => Self::not_found(sentence),
            ServiceError::Invalid { field, sentence } => Self::field(field, sentence),
            ServiceError::Contended => {
                let contended = Self::new(StatusCode::CONFLICT, "try_again", error.to_string());
                Self { retry_after: Some(1), ..contended }
            }
            ServiceError::NotAllowed(sentence) => Self::new(StatusCode::CONFLICT, "not_allowed", sentence),
            ServiceError::Taken(ref conflicts) => {
                let taken = Self::new(StatusCode::CONFLICT, "slot_not_available", error.to_string());
                Self { details: Some(Box::new(json!({ "conflicts": conflicts }))), ..taken }
            }
        }
    }
}

impl ApiError {
    /// The one shape.
    pub fn body(&self) -> Problem {
        let (error, details) = (self.error.clone(), self.details.clone());
        Problem { success: false, told: Told { error, code: self.code, details } }
    }
}

/// Every error.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// False.
    success: bool,
    #[serde(flatten)]
    told: Told,
}

/// An error as a part of an answer that tells of several things.
#[derive(Debug, Serialize, ToSchema)]
pub struct Told {
    /// A sentence for people.
    pub error: String,
    /// A word that stays the same.
    code: &'static str,
    /// More about it: the field, what is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Box<Value>>,
}

impl From<ApiError> for Told {
    fn from(error: ApiError) -> Self {
        let ApiError { error, code, details, .. } = error;
        Self { error, code, details }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
