//! Sends requests and tells what a status that is no success means.

use super::multistatus::Multistatus;
use super::quirks::QUOTA;
use crate::outbound::{Outbound, OutboundError};
use crate::port::{Request, Response, Transport, TransportError};
use crate::provider::ProviderError;
use url::Url;

/// Sends a request that is answered by a multistatus.
pub(super) async fn multistatus<T: Transport>(
    outbound: &Outbound<'_, T>,
    request: Request,
) -> Result<(Url, Multistatus), ProviderError> {
    let (url, response) = send(outbound, request).await?;
    let status = read(&url, &response)?;
    Ok((url, status))
}

/// The multistatus that an answer is.
pub(super) fn read(url: &Url, response: &Response) -> Result<Multistatus, ProviderError> {
    if response.status != 207 {
        return Err(refusal(url, response));
    }
    Multistatus::parse(&response.body).map_err(|error| ProviderError::Protocol(error.to_string()))
}

/// Sends a request; an answer of any status comes back.
pub(super) async fn send<T: Transport>(
    outbound: &Outbound<'_, T>,
    request: Request,
) -> Result<(Url, Response), ProviderError> {
    outbound.send(request).await.map_err(|error| match error {
        OutboundError::Transport(error @ TransportError::TooLarge { .. }) => {
            ProviderError::Protocol(error.to_string())
        }
        OutboundError::Transport(error) => ProviderError::Unreachable(error.to_string()),
        OutboundError::Redirects(_) => ProviderError::Protocol(error.to_string()),
        OutboundError::Address(_) | OutboundError::ForeignOrigin { .. } => {
            ProviderError::Refused(error.to_string())
        }
    })
}

/// What a status that is no success means.
pub(super) fn refusal(url: &Url, response: &Response) -> ProviderError {
    match response.status {
        401 => ProviderError::Unauthorized,
        403 if is_over_quota(response) => ProviderError::Throttled { after: retry_after(response) },
        429 | 503 => ProviderError::Throttled { after: retry_after(response) },
        200..=399 | 404 | 405 | 410 | 501 => ProviderError::NoCalendar(url.to_string()),
        status => {
            ProviderError::Protocol(format!("status {status} from {}", url.host_str().unwrap_or_default()))
        }
    }
}

/// Whether a refusal is about how much was asked (Google), and not about what.
pub(super) fn is_over_quota(response: &Response) -> bool {
    response.body.contains(QUOTA)
}

/// `Retry-After` in seconds; a date is counted from the server's own (RFC 9110 10.2.3).
pub(super) fn retry_after(response: &Response) -> Option<u32> {
    let told = response.header("retry-after")?.trim();
    if let Ok(seconds) = told.parse() {
        return Some(seconds);
    }
    let date = |text: &str| chrono::DateTime::parse_from_rfc2822(text.trim()).ok();
    let wait = date(told)?.signed_duration_since(date(response.header("date")?)?).num_seconds();
    Some(u32::try_from(wait.max(0)).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_tells_in_seconds_or_by_a_date_how_long_to_wait() {
        let told = |wait: &str| {
            let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
            let headers = vec![header("retry-after", wait), header("date", "Sat, 21 Nov 2026 15:00:00 GMT")];
            retry_after(&Response { status: 503, headers, body: String::new() })
        };
        assert_eq!(told(" 120 "), Some(120));
        assert_eq!(told("Sat, 21 Nov 2026 15:01:30 GMT"), Some(90));
        assert_eq!(told("Sat, 21 Nov 2026 14:00:00 GMT"), Some(0));
        assert_eq!(told("soon"), None);
    }
}
