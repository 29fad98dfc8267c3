//! Sends requests and tells what a status that is no success means.

use super::multistatus::Multistatus;
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
        429 | 503 => ProviderError::Throttled { after: retry_after(response) },
        200..=399 | 404 | 405 | 410 | 501 => ProviderError::NoCalendar(url.to_string()),
        status => {
            ProviderError::Protocol(format!("status {status} from {}", url.host_str().unwrap_or_default()))
        }
    }
}

/// `Retry-After` in seconds; a date is not read.
pub(super) fn retry_after(response: &Response) -> Option<u32> {
    response.header("retry-after")?.trim().parse().ok()
}
