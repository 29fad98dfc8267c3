//! `Idempotency-Key`: a creating call that is repeated under its key makes nothing anew and is answered as before.

use super::error::ApiError;
use super::{Answer, Call};
use crate::database::idempotency::{Keyed, Standing};
use crate::ports::RuntimeClock;
use crate::service::connect::fingerprint;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use kalends::port::Clock;
use std::future::Future;
use utoipa::IntoParams;

/// The header that carries the key.
pub const HEADER: &str = "idempotency-key";

/// Says of an answer that it was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The longest key in bytes.
const LONGEST: usize = 200;

/// The header of a creating call.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "tells what once reads")]
pub struct Key {
    /// Repeated with the same key, the same call makes nothing anew and is answered as before.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 200, pattern = "^[!-~]+$")]
    idempotency_key: Option<String>,
}

/// Carries out a call once. Only what was made is kept: a call that failed made nothing, and may be tried again.
pub async fn once<F, R>(mut call: Call, handler: F) -> Answer
where
    F: Fn(Call) -> R,
    R: Future<Output = Answer>,
{
    let Some(key) = call.key.take() else { return handler(call).await };
    if key.is_empty() || key.len() > LONGEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let sentence = format!("Idempotency-Key is 1 to {LONGEST} visible ASCII characters");
        return Err(ApiError::field("Idempotency-Key", sentence));
    }
    let (tenant, owner) = (call.caller.tenant.clone(), call.input.owner.clone().unwrap_or_default());
    let asked = fingerprint([&call.path, &owner, &call.input.text()]);
    // Of all that was said: made again after it was cut off, it has the same id.
    call.made = Some(fingerprint([&tenant, &key, &asked]));
    let (app, keyed) = (call.app.clone(), Keyed { tenant, owner, key, asked });
    match app.database.take_key(&keyed, RuntimeClock.now()).await? {
        Standing::Ours => {}
        Standing::Answered { status, body } => return Ok(again(status, body)),
        Standing::UnderWay => {
            let sentence = "The first call with this Idempotency-Key is not answered yet";
            return Err(ApiError::new(StatusCode::CONFLICT, "try_again", sentence).after(1));
        }
        Standing::Other => {
            let sentence = "This Idempotency-Key was used for another call";
            return Err(ApiError::field("Idempotency-Key", sentence));
        }
    }
    match handler(call).await {
        Ok(answer) if answer.status().is_success() => {
            let (parts, body) = answer.into_parts();
            let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            app.database.keep_answer(&keyed, parts.status.as_u16(), &text).await?;
            Ok(Response::from_parts(parts, Body::from(bytes)))
        }
        failed => {
            app.database.give_up_key(&keyed).await?;
            failed
        }
    }
}

fn again(status: u16, body: String) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let json = HeaderValue::from_static("application/json");
    let replayed = HeaderValue::from_static("true");
    (status, [(header::CONTENT_TYPE, json), (REPLAYED, replayed)], body).into_response()
}
