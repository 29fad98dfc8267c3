//! What guards every request out: which addresses may be asked, where credentials may go, redirects by hand.

mod address;

pub use address::{AddressError, Reach};

use crate::port::{Method, Request, Response, Transport, TransportError};
use crate::vault::Authorizer;
use url::Url;

/// How many redirects are followed.
const REDIRECTS: usize = 5;

/// Why a request was not sent or brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutboundError {
    /// The address may not be asked.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A redirect led away from the server that the credentials belong to.
    #[error("{from} redirects to {to}, where these credentials must not go; give that address itself")]
    ForeignOrigin {
        /// The recorded origin.
        from: String,
        /// Where it led.
        to: String,
    },
    /// More redirects than anyone needs.
    #[error("{0} redirects in circles")]
    Redirects(String),
    /// The transport failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

/// A door to one provider account: an origin, its credentials, and a transport.
pub struct Outbound<'a, T> {
    transport: &'a T,
    authorizer: &'a Authorizer,
    origin: Url,
    reach: Reach,
}

impl<'a, T: Transport> Outbound<'a, T> {
    /// A door to the origin of `url`.
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
        Ok(Self { transport, authorizer, origin: url.clone(), reach })
    }

    /// Sends a request with credentials. Follows redirects of the same account's hosts, keeping the method, for
    /// everything but PUT and DELETE; returns the last URL beside the answer.
    pub async fn send(&self, mut request: Request) -> Result<(Url, Response), OutboundError> {
        for _ in 0..=REDIRECTS {
            let url = request.url.clone();
            self.reach.check(&url)?;
            if !same_account(&self.origin, &url) {
                return Err(OutboundError::ForeignOrigin { from: origin(&self.origin), to: origin(&url) });
            }
            let signed = request.clone().header("authorization", self.authorizer.header());
            let response = self.transport.send(signed).await?;
            let moved = matches!(response.status, 301 | 302 | 303 | 307 | 308);
            let effect = matches!(request.method, Method::Put | Method::Delete);
            match response.header("location").filter(|_| moved && !effect).map(|to| url.join(to)) {
                Some(Ok(next)) => request.url = next,
                _ => return Ok((url, response)),
            }
        }
        Err(OutboundError::Redirects(origin(&self.origin)))
    }

    /// Whether an address that the server named belongs to the same account, so that credentials may go there.
    pub fn admits(&self, url: &Url) -> bool {
        self.reach.check(url).is_ok() && same_account(&self.origin, url)
    }
}

/// The same scheme, host and port; for iCloud also its partition hosts.
fn same_account(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin() || (icloud(one) && icloud(other))
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

    fn sent(
        start: &str,
        method: Method,
        answers: Vec<Response>,
    ) -> (Result<(Url, Response), OutboundError>, Vec<Request>) {
        let script = Script { answers: RefCell::new(answers), asked: RefCell::default() };
        let authorizer = Credentials::new("u".into(), "p".into()).authorizer();
        let url = Url::parse(start).unwrap();
        let outcome = {
            let outbound = Outbound::new(&script, &authorizer, &url, Reach::Public).unwrap();
            let mut future = std::pin::pin!(outbound.send(Request::new(method, url.clone())));
            match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(outcome) => outcome,
                Poll::Pending => unreachable!("the script answers at once"),
            }
        };
        (outcome, script.asked.into_inner())
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
}
