//! Errors in the one shape of the API: `{"success": false, "error", "code", "details"}`.

use crate::database::DbError;
use crate::log;
use crate::service::ServiceError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kalends::Span;
use kalends::provider::ProviderError;
use kalends::sync::SyncError;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// An error on its way to the caller.
#[derive(Debug, Clone)]
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

    /// The same in a sentence that a document promises.
    pub fn saying(self, sentence: &str) -> Self {
        Self { error: sentence.to_owned(), ..self }
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
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        log::error("database_failed").database(&error).write();
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "database", "The database did not answer; try again")
    }
}

impl From<ServiceError> for ApiError {
    fn from(error: ServiceError) -> Self {
        let said = |status| Self::new(status, error.code(), error.to_string());
        match &error {
            ServiceError::Provider(of) | ServiceError::Sync(SyncError::Provider(of)) => match of {
                ProviderError::Throttled { after } => {
                    said(StatusCode::SERVICE_UNAVAILABLE).after(after.unwrap_or(60))
                }
                _ => said(StatusCode::BAD_GATEWAY),
            },
            ServiceError::Sync(SyncError::Busy | SyncError::Unfinished) => {
                said(StatusCode::CONFLICT).after(5)
            }
            ServiceError::Sync(SyncError::Store(of)) => {
                log::error("database_failed").database(of).write();
                let sentence = "The sync was interrupted; try again";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, error.code(), sentence)
            }
            ServiceError::Sync(SyncError::MassDeletion { .. }) | ServiceError::NotAllowed(_) => {
                said(StatusCode::CONFLICT)
            }
            ServiceError::Vault(_) | ServiceError::NotConfigured => said(StatusCode::SERVICE_UNAVAILABLE),
            ServiceError::Recurrence(of) => Self::field("recurrence", of.to_string()),
            ServiceError::Invalid { field, sentence } => Self::field(field, sentence),
            ServiceError::NotFound(sentence) => Self::not_found(*sentence),
            ServiceError::Contended => said(StatusCode::CONFLICT).after(1),
            ServiceError::Taken { conflicts, alternatives } => {
                let time = |slot: &Span| json!({ "startTime": slot.start(), "endTime": slot.end() });
                let alternatives: Vec<Value> = alternatives.iter().map(time).collect();
                let details = json!({ "conflicts": conflicts, "alternatives": alternatives });
                said(StatusCode::CONFLICT).with_details(details)
            }
            ServiceError::Database(of) => of.clone().into(),
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
