//! From any URL of an account to its calendars (RFC 6764, RFC 5397, RFC 4791 6.2.1).

use super::href::{resolve, same_resource};
use super::multistatus::{Entry, Multistatus, Privilege};
use super::request;
use crate::outbound::{Outbound, OutboundError};
use crate::port::{Request, Response, Transport, TransportError};
use crate::provider::ProviderError;
use url::Url;

/// How many homes of an account are looked into.
const HOMES: usize = 8;

/// A calendar to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarInfo {
    /// Its address.
    pub url: Url,
    /// Its display name, or the last part of its address.
    pub name: String,
    /// Its colour as the server tells it.
    pub color: Option<String>,
    /// The components that it takes; empty means all.
    pub components: Vec<String>,
    /// Whether it may be written; a server that does not tell is believed to allow it.
    pub writable: bool,
    /// Whether it is the address that was asked for.
    pub asked_for: bool,
}

impl CalendarInfo {
    /// Whether it holds events.
    pub fn holds_events(&self) -> bool {
        self.components.is_empty() || self.components.iter().any(|name| name.eq_ignore_ascii_case("VEVENT"))
    }
}

/// Finds the account's calendars from a URL, which may be a server, a principal, a home or a calendar itself.
///
/// # Errors
///
/// [`ProviderError::Unauthorized`] for wrong credentials, [`ProviderError::NoCalendar`] where there is no CalDAV
/// service, and the others as they are named.
pub async fn calendars<T: Transport>(
    outbound: &Outbound<'_, T>,
    url: &Url,
) -> Result<Vec<CalendarInfo>, ProviderError> {
    let mut refusal = None;
    for start in starting_points(url) {
        match account(outbound, &start).await {
            Ok(homes) => return listing(outbound, url, homes).await,
            Err(error @ (ProviderError::NoCalendar(_) | ProviderError::Protocol(_))) => {
                refusal.get_or_insert(error);
            }
            Err(error) => return Err(error),
        }
    }
    Err(refusal.unwrap_or_else(|| ProviderError::NoCalendar(url.to_string())))
}

/// The URL itself, the well-known address, the root.
fn starting_points(url: &Url) -> Vec<Url> {
    let mut points = vec![url.clone()];
    for path in ["/.well-known/caldav", "/"] {
        if let Ok(point) = url.join(path)
            && !points.contains(&point)
        {
            points.push(point);
        }
    }
    points
}

/// The homes of the account that a URL belongs to.
async fn account<T: Transport>(outbound: &Outbound<'_, T>, url: &Url) -> Result<Vec<Url>, ProviderError> {
    let (base, entry) = first(outbound, request::find_home(url.clone())).await?;
    let homes = homes(outbound, &base, &entry);
    if !homes.is_empty() {
        return Ok(homes);
    }
    if let Some(principal) = entry.props.principal.as_deref().and_then(|href| resolve(&base, href)) {
        let (base, entry) = first(outbound, request::find_home(principal)).await?;
        let homes = self::homes(outbound, &base, &entry);
        if !homes.is_empty() {
            return Ok(homes);
        }
    }
    if entry.props.is_calendar {
        return Ok(Vec::new());
    }
    Err(ProviderError::NoCalendar(url.to_string()))
}

fn homes<T: Transport>(outbound: &Outbound<'_, T>, base: &Url, entry: &Entry) -> Vec<Url> {
    let urls = entry.props.homes.iter().filter_map(|href| resolve(base, href));
    urls.filter(|url| outbound.admits(url)).take(HOMES).collect()
}

/// The calendars of all homes, and the given URL if it is one that no home lists.
async fn listing<T: Transport>(
    outbound: &Outbound<'_, T>,
    given: &Url,
    homes: Vec<Url>,
) -> Result<Vec<CalendarInfo>, ProviderError> {
    let mut found: Vec<CalendarInfo> = Vec::new();
    for home in homes {
        let (base, status) = multistatus(outbound, request::find_calendars(home, "1")).await?;
        found.extend(status.entries.iter().filter_map(|entry| calendar(&base, entry, given)));
    }
    if !found.iter().any(|calendar| calendar.asked_for)
        && let Ok((base, entry)) = first(outbound, request::find_calendars(given.clone(), "0")).await
    {
        found.extend(calendar(&base, &entry, given));
    }
    Ok(found)
}

fn calendar(base: &Url, entry: &Entry, given: &Url) -> Option<CalendarInfo> {
    if !entry.props.is_calendar {
        return None;
    }
    let url = resolve(base, &entry.href)?;
    let last =
        url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty()).map(str::to_owned));
    let asked_for = url.origin() == given.origin()
        && same_resource(url.path().trim_end_matches('/'), given.path().trim_end_matches('/'));
    Some(CalendarInfo {
        name: entry.props.display_name.clone().or(last).unwrap_or_else(|| "Calendar".to_owned()),
        color: entry.props.color.clone(),
        components: entry.props.components.clone(),
        writable: entry.props.privilege != Some(Privilege::Read),
        asked_for,
        url,
    })
}

/// The first entry of a Depth 0 answer.
async fn first<T: Transport>(
    outbound: &Outbound<'_, T>,
    request: Request,
) -> Result<(Url, Entry), ProviderError> {
    let asked = request.url.clone();
    let (base, status) = multistatus(outbound, request).await?;
    let entry = status.entries.into_iter().next();
    match entry {
        Some(entry) if entry.status.is_none_or(|status| status < 400) => Ok((base, entry)),
        _ => Err(ProviderError::NoCalendar(asked.to_string())),
    }
}

/// Sends a request that is answered by a multistatus.
pub(super) async fn multistatus<T: Transport>(
    outbound: &Outbound<'_, T>,
    request: Request,
) -> Result<(Url, Multistatus), ProviderError> {
    let (url, response) = send(outbound, request).await?;
    if response.status != 207 {
        return Err(refusal(&url, &response));
    }
    let status =
        Multistatus::parse(&response.body).map_err(|error| ProviderError::Protocol(error.to_string()))?;
    Ok((url, status))
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
