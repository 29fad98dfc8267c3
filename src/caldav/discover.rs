//! From an e-mail address, a host or any URL to an account's calendars (RFC 6764, RFC 5397, RFC 4791 6.2.1).

use super::answer::{multistatus, read, send};
use super::dns;
use super::given::Given;
use super::href::{resolve, same_calendar};
use super::info::CalendarInfo;
use super::multistatus::Entry;
use super::quirks::Server;
use super::request::{self, State};
use crate::outbound::{Outbound, OutboundError};
use crate::port::{Method, Request, Transport};
use crate::provider::ProviderError;
use url::{Origin, Url};

/// How many homes of an account are looked into.
const HOMES: usize = 8;

/// How many servers of a domain's SRV records are tried.
const TARGETS: usize = 2;

/// Where Nextcloud keeps it, also where nobody has set up its well-known address.
const NEXTCLOUD: &str = "/remote.php/dav/";

const WELL_KNOWN: &str = "/.well-known/caldav";

/// Finds the account's calendars from a URL, which may be a server, a principal, a home or a calendar itself.
///
/// # Errors
///
/// Those of [`discover`].
pub async fn calendars<T: Transport>(
    outbound: &Outbound<'_, T>,
    url: &Url,
) -> Result<Vec<CalendarInfo>, ProviderError> {
    discover(outbound, &Given::Url(url.clone()), None, State::Asked).await
}

/// Finds the account's calendars from what a person typed. `outbound` begins at [`Given::url`]; `resolver` speaks DNS
/// over HTTPS in its JSON form, and without one no domain is asked for its service.
///
/// A URL is asked itself, then the well-known address, then what the domain says in DNS, then the root, then
/// Nextcloud's address. For a mailbox DNS comes first.
///
/// # Errors
///
/// [`ProviderError::Unauthorized`] for wrong credentials, if it is a calendar server that says so,
/// [`ProviderError::Refused`] where the way leads to a server that the credentials must not go to,
/// [`ProviderError::NoCalendar`] where there is no CalDAV service, and the others as they are named.
pub async fn discover<T: Transport>(
    outbound: &Outbound<'_, T>,
    given: &Given,
    resolver: Option<&Url>,
    state: State,
) -> Result<Vec<CalendarInfo>, ProviderError> {
    let (tried, silent) = (Vec::new(), Vec::new());
    let mut search = Search { outbound, given: given.url(), state, tried, silent, refusal: None };
    let root = |path: &str| given.url().join(path).ok();
    let places = match given {
        Given::Url(url) => {
            [Some(Place::At(url.clone())), root(WELL_KNOWN).map(Place::WellKnown), Some(Place::Dns)]
        }
        Given::Mailbox(_) => [Some(Place::Dns), root(WELL_KNOWN).map(Place::WellKnown), None],
    };
    let last = [root("/").map(Place::At), root(NEXTCLOUD).map(Place::At)];
    for place in places.into_iter().chain(last).flatten() {
        let found = match (place, resolver) {
            (Place::Dns, Some(resolver)) => search.by_dns(resolver).await?,
            (Place::Dns, None) => None,
            (place, _) => search.look(place).await?,
        };
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(search.refusal.unwrap_or_else(|| ProviderError::NoCalendar(given.url().to_string())))
}

/// Where an account is looked for.
enum Place {
    At(Url),
    WellKnown(Url),
    Dns,
}

/// A search under way.
struct Search<'s, 'o, T> {
    outbound: &'s Outbound<'o, T>,
    given: &'s Url,
    state: State,
    tried: Vec<Url>,
    /// Origins that gave no answer: what else lies there gives none either.
    silent: Vec<Origin>,
    /// The most telling reason so far why nothing was found.
    refusal: Option<ProviderError>,
}

impl<T: Transport> Search<'_, '_, T> {
    /// The calendars found from a place; none where the search goes on.
    async fn look(&mut self, place: Place) -> Result<Option<Vec<CalendarInfo>>, ProviderError> {
        let (Place::At(url) | Place::WellKnown(url)) = &place else { return Ok(None) };
        if self.tried.contains(url) || self.silent.contains(&url.origin()) {
            return Ok(None);
        }
        self.tried.push(url.clone());
        let (origin, mut outcome) = (url.origin(), self.account(url).await);
        if let (Place::WellKnown(url), Err(ProviderError::NoCalendar(_) | ProviderError::Protocol(_))) =
            (&place, &outcome)
            && let Some(led) = self.led_to(url).await
        {
            outcome = self.account(&led).await;
        }
        match outcome {
            Ok(found) => return Ok(Some(found)),
            Err(error @ (ProviderError::Unauthorized | ProviderError::Throttled { .. }))
                if self.speaks_dav(url).await =>
            {
                return Err(error);
            }
            Err(error) => {
                let error = match error {
                    ProviderError::Unauthorized | ProviderError::Throttled { .. } => {
                        ProviderError::NoCalendar(url.to_string())
                    }
                    error => error,
                };
                if matches!(error, ProviderError::Unreachable(_)) {
                    self.silent.push(origin);
                }
                let tells_more = matches!(error, ProviderError::Refused(_))
                    && !matches!(self.refusal, Some(ProviderError::Refused(_)));
                if tells_more || self.refusal.is_none() {
                    self.refusal = Some(error);
                }
            }
        }
        Ok(None)
    }

    /// Whether what refuses or puts off is a calendar server. Any web server may ask for a password; what it says of it
    /// is told to nobody, or whoever tries addresses would learn what lies there.
    async fn speaks_dav(&self, url: &Url) -> bool {
        // A path proves nothing: some are only tried.
        let Ok(host) = url.join("/") else { return false };
        if Server::detect(&host, &[], None) != Server::Unknown {
            return true;
        }
        let Ok(reply) = self.outbound.send_bare(request::options(url.clone())).await else { return false };
        let realms: String = reply.headers_of("www-authenticate").collect();
        reply.header("dav").is_some()
            || Server::detect(&host, &[&reply], None) != Server::Unknown
            || reply.body.contains("\"DAV:\"")
            || realms.to_ascii_lowercase().contains("dav")
    }

    /// Where GET of the well-known address leads; some servers redirect that alone.
    async fn led_to(&mut self, url: &Url) -> Option<Url> {
        let (led, _) = send(self.outbound, Request::new(Method::Get, url.clone())).await.ok()?;
        (led != *url && !self.tried.contains(&led)).then(|| {
            self.tried.push(led.clone());
            led
        })
    }

    /// The calendars at the servers that the domain names in DNS.
    async fn by_dns(&mut self, resolver: &Url) -> Result<Option<Vec<CalendarInfo>>, ProviderError> {
        let domain = self.given.domain().unwrap_or_default().trim_end_matches('.');
        if !domain.contains('.') {
            return Ok(None);
        }
        let Ok(answer) = self.outbound.send_bare(dns::ask_srv(resolver, domain)).await else {
            return Ok(None);
        };
        let targets = dns::targets(&answer.body);
        if targets.is_empty() {
            return Ok(None);
        }
        let answer = self.outbound.send_bare(dns::ask_txt(resolver, domain)).await.ok();
        let path = answer.and_then(|answer| dns::path(&answer.body));
        for target in targets.into_iter().take(TARGETS) {
            let at = |path: &str| target.url.join(path).ok();
            let told = path.as_deref().and_then(at).map(Place::At);
            let usual = [at(WELL_KNOWN).map(Place::WellKnown), at("/").map(Place::At)];
            for place in told.into_iter().chain(usual.into_iter().flatten()) {
                if let Some(found) = self.look(place).await? {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    /// The calendars of the account that a URL belongs to.
    async fn account(&self, url: &Url) -> Result<Vec<CalendarInfo>, ProviderError> {
        let (base, entry) = self.first(request::find_home(url.clone())).await?;
        let mut homes = self.homes(&base, &entry)?;
        if homes.is_empty()
            && let Some(principal) =
                entry.props.principal.as_deref().and_then(|href| self.resolve(&base, href))
            && principal != base
        {
            let (base, entry) = self.first(request::find_home(principal)).await?;
            homes = self.homes(&base, &entry)?;
        }
        let mut found = match (homes.is_empty(), entry.props.is_calendar) {
            (false, _) => self.listing(homes).await?,
            (true, true) => Vec::new(),
            // Without a principal or a home the URL may be the home itself (Synology).
            (true, false) => self.listing(vec![base.clone()]).await?,
        };
        if entry.props.is_calendar && !found.iter().any(|calendar| same_calendar(&calendar.url, &base)) {
            found.extend(self.list(base.clone(), "0").await?);
        }
        if found.is_empty() && entry.props.homes.is_empty() && entry.props.principal.is_none() {
            return Err(ProviderError::NoCalendar(url.to_string()));
        }
        Ok(found)
    }

    fn resolve(&self, base: &Url, href: &str) -> Option<Url> {
        resolve(base, href).map(|url| self.outbound.secured(url))
    }

    /// The homes that an entry names and credentials may go to.
    fn homes(&self, base: &Url, entry: &Entry) -> Result<Vec<Url>, ProviderError> {
        let named = || entry.props.homes.iter().filter_map(|href| self.resolve(base, href)).take(HOMES);
        let homes: Vec<Url> = named().filter(|url| self.outbound.admits(url)).collect();
        match named().next().map(|url| self.outbound.check(&url)) {
            Some(Err(error @ (OutboundError::ForeignOrigin { .. } | OutboundError::Address(_))))
                if homes.is_empty() =>
            {
                Err(ProviderError::Refused(error.to_string()))
            }
            _ => Ok(homes),
        }
    }

    /// The calendars of all homes, each once, in their owner's order. A home that cannot be read hides no other.
    async fn listing(&self, homes: Vec<Url>) -> Result<Vec<CalendarInfo>, ProviderError> {
        let (mut found, mut failure, mut has_read): (Vec<CalendarInfo>, _, _) = (Vec::new(), None, false);
        for home in homes {
            match self.list(home, "1").await {
                Ok(calendars) => {
                    has_read = true;
                    for calendar in calendars {
                        if !found.iter().any(|known| same_calendar(&known.url, &calendar.url)) {
                            found.push(calendar);
                        }
                    }
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        found.sort_by_key(|calendar| calendar.order.unwrap_or(i64::MAX));
        match failure {
            Some(error) if !has_read => Err(error),
            _ => Ok(found),
        }
    }

    async fn list(&self, url: Url, depth: &'static str) -> Result<Vec<CalendarInfo>, ProviderError> {
        let (base, response) = send(self.outbound, request::find_calendars(url, depth, self.state)).await?;
        let status = read(&base, &response)?;
        let names = Server::detect(&base, &[&response], None).quirks().names;
        let mut calendars: Vec<CalendarInfo> = status
            .entries
            .iter()
            .filter_map(|entry| CalendarInfo::read(&base, entry, self.given, names))
            .collect();
        for calendar in &mut calendars {
            calendar.url = self.outbound.secured(calendar.url.clone());
            calendar.asked_for = same_calendar(&calendar.url, self.given);
        }
        calendars.retain(|calendar| self.outbound.admits(&calendar.url));
        Ok(calendars)
    }

    /// The entry of the resource itself in a Depth 0 answer.
    async fn first(&self, request: Request) -> Result<(Url, Entry), ProviderError> {
        let asked = request.url.clone();
        let (base, status) = multistatus(self.outbound, request).await?;
        match status.entries.into_iter().next() {
            Some(entry) if entry.props.is_unauthenticated => Err(ProviderError::Unauthorized),
            Some(entry) if entry.status.is_none_or(|status| status < 400) => Ok((base, entry)),
            _ => Err(ProviderError::NoCalendar(asked.to_string())),
        }
    }
}
