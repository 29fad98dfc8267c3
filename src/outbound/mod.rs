//! What guards every request out: which addresses may be asked, where credentials may go, redirects by hand.

mod address;
mod domain;

pub use address::{AddressError, Reach};

use crate::port::{Method, Request, Response, Transport, TransportError};
use crate::vault::Authorizer;
use domain::same_owner;
use std::cell::RefCell;
use url::Url;

/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// How many origins one account may have.
const ORIGINS: usize = 8;

/// Why a request was not sent or brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address may not be asked.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The server named, or redirected to, an address that the credentials do not belong to.
    #[error("{from} leads to {to}, where these credentials must not go; give that address itself")]
    ForeignOrigin {
        /// The recorded origin.
        from: String,
        /// Where it leads.
        to: String,
    },
    /// More redirects than anyone needs.
    #[error("{0} redirects in circles")]
    Redirects(String),
    /// The transport failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// What becomes of an origin that is named by the server and not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// It is refused.
    Refused,
    /// It is recorded where it belongs to the same owner: while an account is being connected.
    Recorded,
}

/// A door to one provider account: its recorded origins, its credentials, and a transport.
pub struct Outbound<'a, T> {
    transport: &'a T,
    authorizer: &'a Authorizer,
    /// The first is where the account was connected.
    origins: RefCell<Vec<Url>>,
    unknown: Unknown,
    reach: Reach,
}

impl<'a, T: Transport> Outbound<'a, T> {
    /// A door to the origin of `url` alone.
    ///
    /// # Errors
    ///
    /// [`AddressError`] where `url` may not be asked at all.
    pub fn new(
        transport: &'a T,
        authorizer: &'a Authorizer,
        url: &Url,
        reach: Reach,
    ) -> Result<Self, AddressError> {
        reach.check(url)?;
        let origins = RefCell::new(vec![url.clone()]);
        Ok(Self { transport, authorizer, origins, unknown: Unknown::Refused, reach })
    }

    /// The same door, open to what was recorded when the account was connected: origins as [`Self::origins`] told
    /// them. What is no address that may be asked is passed over.
    pub fn with_origins<'o>(self, recorded: impl IntoIterator<Item = &'o str>) -> Self {
        for url in recorded.into_iter().filter_map(|text| self.reach.parse(text).ok()) {
            self.record(&url);
        }
        self
    }

    /// The same door while an account is being connected: an https origin that the server names is recorded if it
    /// shares the registrable domain of where it began.
    pub fn discovering(self) -> Self {
        Self { unknown: Unknown::Recorded, ..self }
    }

    /// The recorded origins, the first one first.
    pub fn origins(&self) -> Vec<String> {
        self.origins.borrow().iter().map(origin).collect()
    }

    /// Sends a request with credentials. Follows redirects within the recorded origins, keeping the method, for
    /// everything but PUT and DELETE; answers a Digest challenge once; returns the last URL beside the answer.
    pub async fn send(&self, mut request: Request) -> Result<(Url, Response), OutboundError> {
        for _ in 0..=REDIRECTS {
            let url = self.secured(request.url);
            request.url = url.clone();
            self.check(&url)?;
            let response = self.signed(&request).await?;
            let moved = matches!(response.status, 301 | 302 | 303 | 307 | 308);
            match response
                .header("location")
                .filter(|_| moved && !has_effect(request.method))
                .map(|to| url.join(to))
            {
                Some(Ok(next)) => request.url = next,
                _ => return Ok((url, response)),
            }
        }
        Err(OutboundError::Redirects(origin(&request.url)))
    }

    /// Sends a request without credentials, to any address that may be asked; follows no redirect.
    pub async fn send_bare(&self, request: Request) -> Result<Response, OutboundError> {
        self.reach.check(&request.url)?;
        Ok(self.transport.send(request).await?)
    }

    /// One request with credentials; a second one where the first was answered by a challenge that can be met.
    async fn signed(&self, request: &Request) -> Result<Response, OutboundError> {
        let sign = || {
            let header = self.authorizer.header(request.method.as_str(), &request.url);
            request.clone().header("authorization", header.as_str())
        };
        let mut response = self.transport.send(sign()).await?;
        if response.status == 401
            && self.authorizer.challenged(&request.url, response.headers_of("www-authenticate"))
        {
            response = self.transport.send(sign()).await?;
        }
        if let Some(info) = response.header("authentication-info") {
            self.authorizer.informed(&request.url, info);
        }
        Ok(response)
    }

    /// The https address that a plain http one of a recorded host stands for: a server behind a proxy that speaks TLS
    /// for it may not know of that. Nothing is ever sent without TLS.
    pub fn secured(&self, mut url: Url) -> Url {
        let origins = self.origins.borrow();
        let known = origins.iter().find(|known| known.scheme() == "https" && known.host() == url.host());
        if let Some(known) = known.filter(|_| url.scheme() == "http" && url.port().is_none()) {
            // Neither can fail between two web schemes; where it did, the address would be refused.
            let _ = url.set_scheme("https");
            let _ = url.set_port(known.port());
        }
        url
    }

    /// Whether credentials may go to an address that the server named; records its origin while connecting.
    pub fn admits(&self, url: &Url) -> bool {
        self.check(url).is_ok()
    }

    /// # Errors
    ///
    /// Why credentials may not go to an address that the server named.
    pub(crate) fn check(&self, url: &Url) -> Result<(), OutboundError> {
        self.reach.check(url)?;
        let (is_known, first) = {
            let origins = self.origins.borrow();
            let is_known =
                origins.iter().any(|known| known.origin() == url.origin() || icloud(known) && icloud(url));
            (is_known, origins.first().cloned())
        };
        match (is_known, self.unknown, first) {
            (true, ..) => {}
            (false, Unknown::Recorded, Some(first)) if same_owner(&first, url) => {}
            (.., first) => {
                let from = first.as_ref().map(origin).unwrap_or_default();
                return Err(OutboundError::ForeignOrigin { from, to: origin(url) });
            }
        }
        if self.unknown == Unknown::Recorded {
            self.record(url);
        }
        Ok(())
    }

    fn record(&self, url: &Url) {
        let mut origins = self.origins.borrow_mut();
        if origins.len() < ORIGINS && origins.iter().all(|known| known.origin() != url.origin()) {
            origins.push(url.clone());
        }
    }
}

/// Whether repeating it elsewhere would do something twice.
fn has_effect(method: Method) -> bool {
    !matches!(method, Method::Get | Method::Options | Method::Propfind | Method::Report)
}

fn icloud(url: &Url) -> bool {
    url.scheme() == "https"
        && url.port().is_none()
        && url.host_str().is_some_and(|host| host.ends_with(".icloud.com"))
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Credentials;
    use std::cell::RefCell;
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    /// Answers from a list and remembers what was asked.
    struct Script {
        answers: RefCell<Vec<Response>>,
        asked: RefCell<Vec<Request>>,
    }

    impl Transport for Script {
        async fn send(&self, request: Request) -> Result<Response, TransportError> {
            self.asked.borrow_mut().push(request);
            Ok(self.answers.borrow_mut().remove(0))
        }
    }

    fn redirect(to: &str) -> Response {
        Response { status: 301, headers: vec![("location".into(), to.into())], body: String::new() }
    }

    fn done() -> Response {
        Response { status: 207, headers: Vec::new(), body: "done".into() }
    }

    type Outcome = Result<(Url, Response), OutboundError>;

    fn at_once<T>(future: impl Future<Output = T>) -> T {
        match std::pin::pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => unreachable!("the script answers at once"),
        }
    }

    fn through(
        start: &str,
        answers: Vec<Response>,
        act: impl FnOnce(Outbound<'_, Script>, Url) -> Outcome,
    ) -> (Outcome, Vec<Request>) {
        let script = Script { answers: RefCell::new(answers), asked: RefCell::default() };
        let authorizer =
            Credentials::new("u".into(), "p".into()).authorizer().with_digest(|salt| salt.fill(1));
        let url = Url::parse(start).unwrap();
        let outcome = act(Outbound::new(&script, &authorizer, &url, Reach::Public).unwrap(), url.clone());
        (outcome, script.asked.into_inner())
    }

    fn sent(start: &str, method: Method, answers: Vec<Response>) -> (Outcome, Vec<Request>) {
        through(start, answers, |outbound, url| at_once(outbound.send(Request::new(method, url))))
    }

    fn challenge(nonce: &str) -> Response {
        let value = format!("Digest realm=\"r\", qop=\"auth\", nonce=\"{nonce}\", Basic realm=\"r\"");
        Response { status: 401, headers: vec![("www-authenticate".into(), value)], body: String::new() }
    }

    fn signature(request: &Request) -> &str {
        let header = request.headers.iter().find(|(name, _)| *name == "authorization");
        header.map(|(_, value)| value.as_str()).unwrap()
    }

    #[test]
    fn a_redirect_on_the_same_host_is_followed_with_its_method() {
        let (outcome, asked) =
            sent("https://cal.example.org/", Method::Propfind, vec![redirect("/dav/"), done()]);
        assert_eq!(outcome.unwrap().0.as_str(), "https://cal.example.org/dav/");
        assert_eq!((asked[1].method, asked[1].headers.len()), (Method::Propfind, 1));
    }

    #[test]
    fn credentials_do_not_follow_to_another_host() {
        let (outcome, asked) = sent(
            "https://cal.example.org/",
            Method::Propfind,
            vec![redirect("https://evil.example/"), done()],
        );
        assert!(matches!(outcome, Err(OutboundError::ForeignOrigin { .. })));
        assert_eq!(asked.len(), 1);
    }

    #[test]
    fn icloud_may_send_its_clients_to_a_partition_host() {
        let partition = redirect("https://p42-caldav.icloud.com:443/1/principal/");
        let (outcome, _) = sent("https://caldav.icloud.com/", Method::Propfind, vec![partition, done()]);
        assert_eq!(outcome.unwrap().0.host_str(), Some("p42-caldav.icloud.com"));
    }

    #[test]
    fn circles_end() {
        let (outcome, asked) =
            sent("https://cal.example.org/", Method::Propfind, (0..9).map(|_| redirect("/")).collect());
        assert!(matches!(outcome, Err(OutboundError::Redirects(_))));
        assert_eq!(asked.len(), 6);
    }

    #[test]
    fn a_write_is_never_repeated_by_a_redirect() {
        let (outcome, asked) =
            sent("https://cal.example.org/e.ics", Method::Put, vec![redirect("/f.ics"), done()]);
        assert_eq!((outcome.unwrap().1.status, asked.len()), (301, 1));
    }

    #[test]
    fn a_sibling_host_is_recorded_while_connecting_and_used_afterwards() {
        let start = "https://cal.example.org/";
        let answers = || vec![redirect("https://dav.example.org/"), done()];
        let mut recorded = Vec::new();
        let (outcome, _) = through(start, answers(), |outbound, url| {
            let outbound = outbound.discovering();
            let outcome = at_once(outbound.send(Request::new(Method::Propfind, url)));
            recorded = outbound.origins();
            outcome
        });
        assert_eq!(outcome.unwrap().0.as_str(), "https://dav.example.org/");
        assert_eq!(recorded, ["https://cal.example.org", "https://dav.example.org"]);
        let (outcome, asked) = sent(start, Method::Propfind, answers());
        assert!(matches!(outcome, Err(OutboundError::ForeignOrigin { .. })));
        assert_eq!(asked.len(), 1);
        let (outcome, _) = through(start, answers(), |outbound, url| {
            let outbound = outbound.with_origins(recorded.iter().map(String::as_str));
            at_once(outbound.send(Request::new(Method::Propfind, url)))
        });
        assert!(outcome.is_ok());
    }

    #[test]
    fn connecting_does_not_lead_to_strangers_or_to_private_addresses() {
        for to in [
            "https://evil.example/",
            "http://dav.example.org/",
            "https://[::ffff:127.0.0.1]/",
            "https://10.1/",
        ] {
            let (outcome, asked) =
                through("https://cal.example.org/", vec![redirect(to), done()], |outbound, url| {
                    at_once(outbound.discovering().send(Request::new(Method::Propfind, url)))
                });
            assert!(
                matches!(outcome, Err(OutboundError::ForeignOrigin { .. } | OutboundError::Address(_))),
                "{to}"
            );
            assert_eq!(asked.len(), 1, "{to}");
        }
    }

    #[test]
    fn a_digest_challenge_costs_a_run_one_request() {
        let answers = vec![challenge("n1"), done(), done()];
        let (outcome, asked) = through("https://cal.example.org/", answers, |outbound, url| {
            let outcome = at_once(outbound.send(Request::new(Method::Put, url.clone())));
            outcome.and(at_once(outbound.send(Request::new(Method::Report, url))))
        });
        assert_eq!((outcome.unwrap().1.status, asked.len()), (207, 3));
        assert!(signature(&asked[0]).starts_with("Basic "));
        assert!(signature(&asked[1]).contains("nc=00000001") && signature(&asked[2]).contains("nc=00000002"));
        let (outcome, asked) =
            sent("https://cal.example.org/", Method::Get, vec![challenge("n1"), challenge("n2")]);
        assert_eq!(
            (outcome.unwrap().1.status, asked.len()),
            (401, 2),
            "a wrong password is not tried for ever"
        );
    }

    #[test]
    fn a_server_that_does_not_know_of_its_tls_is_still_asked_with_it() {
        let answers = vec![redirect("http://cal.example.org/dav/"), done()];
        let (outcome, asked) = sent("https://cal.example.org:8443/", Method::Propfind, answers);
        assert_eq!(outcome.unwrap().0.as_str(), "https://cal.example.org:8443/dav/");
        assert!(asked.iter().all(|request| request.url.scheme() == "https"));
    }
}
