//! `ETag` on reads: who has an answer already is told so instead (RFC 9110 13.1.2).

use super::error::ApiError;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};

/// The answer with its tag, or 304 where one of `If-None-Match` is it.
pub async fn tagged(answer: Response<Body>, asked: &HeaderMap) -> Response<Body> {
    // One that streams has no end to wait for.
    let streams = answer.headers().get(header::CACHE_CONTROL).is_some_and(|value| value == "no-store");
    if answer.status() != StatusCode::OK || streams {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "try_again", "The answer was cut off")
            .into_response();
    };
    let hash = Sha256::digest(&bytes);
    let tag: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = known.flat_map(|value| value.split(',')).map(str::trim);
    let is_known = known.map(|one| one.strip_prefix("W/").unwrap_or(one)).any(|one| one == tag || one == "*");
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(header::ETAG, tag);
        parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}
