//! Which pages may call from a browser (Fetch, "CORS protocol"). There are no cookies here: a page shows a key or a token.

use super::auth::origin;
use super::error::ApiError;
use crate::database::Database;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use axum::response::IntoResponse;
use worker::HttpRequest;

/// Whether a browser asks if a page may call.
pub fn is_preflight(request: &HttpRequest) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to that. It does not tell who will call, so that a page of any application may; whether it may read what
/// comes back is told by the answer to the call itself.
pub async fn preflight(database: &Database, headers: &HeaderMap) -> Result<Response<Body>, ApiError> {
    let known = match origin(headers) {
        Some(origin) => database.knows_origin(origin).await?,
        None => false,
    };
    if !known {
        let sentence = "No application has pages at this origin";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "origin_not_allowed", sentence));
    }
    let mut answer = StatusCode::NO_CONTENT.into_response();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(readable(answer, headers))
}

/// The same answer, which the page that calls may read.
pub fn readable(mut answer: Response<Body>, asked: &HeaderMap) -> Response<Body> {
    if let Some(origin) = asked.get(header::ORIGIN) {
        let headers = answer.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("content-disposition, etag, retry-after"),
        );
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    answer
}
