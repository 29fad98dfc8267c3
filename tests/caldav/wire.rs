//! The transport: HTTP as it is, written down, and a place to stand between Kalends and a server.

use crate::http::{self, NoAnswer};
use kalends::port::{Method, Request, Response, Transport, TransportError};
use std::cell::RefCell;
use ureq::Agent;

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub request: Request,
    pub answer: Result<Response, TransportError>,
}

type Answer = Result<Response, TransportError>;
/// Sees each request before it is sent; answers it itself, or leaves it to those that come after.
type Between = Box<dyn FnMut(&Request, &dyn Fn(Request) -> Answer) -> Option<Answer>>;

/// The transport.
pub struct Wire {
    agent: Agent,
    between: RefCell<Vec<Between>>,
    exchanges: RefCell<Vec<Exchange>>,
}

impl Wire {
    pub fn new() -> Self {
        Self { agent: http::agent(), between: RefCell::default(), exchanges: RefCell::default() }
    }

    /// What was exchanged since this was asked last.
    pub fn take(&self) -> Vec<Exchange> {
        self.exchanges.take()
    }

    /// Stands between Kalends and the server from now on.
    pub fn between(&self, act: impl FnMut(&Request, &dyn Fn(Request) -> Answer) -> Option<Answer> + 'static) {
        self.between.borrow_mut().push(Box::new(act));
    }

    /// Does something once, just before the next request of that method is sent.
    pub fn just_before(&self, method: Method, act: impl FnOnce() + 'static) {
        let mut act = Some(act);
        self.between(move |request, _| {
            if request.method == method
                && let Some(act) = act.take()
            {
                act();
            }
            None
        });
    }

    /// Loses the reply to the next request of that method; it has its effect.
    pub fn lose_the_reply(&self, method: Method) {
        let mut lost = false;
        self.between(move |request, send| {
            if request.method != method || std::mem::replace(&mut lost, true) {
                return None;
            }
            have_its_effect(request, send);
            Some(Err(unreachable(request)))
        });
    }

    /// Loses the reply to the next request of that method, and everything after it.
    pub fn fall_silent_after(&self, method: Method) {
        let mut silent = false;
        self.between(move |request, send| {
            if !silent && request.method == method {
                have_its_effect(request, send);
                silent = true;
            }
            silent.then(|| Err(unreachable(request)))
        });
    }

    /// Nobody stands between any more.
    pub fn listen_again(&self) {
        self.between.take();
    }

    /// Loses the next request of that method on its way.
    pub fn lose_the_request(&self, method: Method) {
        let mut lost = false;
        self.between(move |request, _| {
            let loses = request.method == method && !std::mem::replace(&mut lost, true);
            loses.then(|| Err(unreachable(request)))
        });
    }

    fn send_as_it_is(&self, request: Request) -> Answer {
        let headers = request.headers.iter().map(|(name, value)| (*name, value.as_str()));
        let target = (request.method.as_str(), request.url.as_str());
        let answer = http::send(&self.agent, target, headers, request.body.as_deref(), request.max_bytes);
        answer.map_err(|error| match error {
            NoAnswer::TooLong => {
                let host = request.url.host_str().unwrap_or_default().to_owned();
                TransportError::TooLarge { host, limit: request.max_bytes }
            }
            NoAnswer::Broken(why) => {
                println!("{} {}: {why}", target.0, target.1);
                unreachable(&request)
            }
        })
    }
}

/// Sends a request whose reply nobody will see; again where the server stumbles, as DAViCal does under load.
fn have_its_effect(request: &Request, send: &dyn Fn(Request) -> Answer) {
    let done = (0..5).any(|_| send(request.clone()).is_ok_and(|answer| answer.status < 500));
    assert!(done, "a server takes a request in the end");
}

fn unreachable(request: &Request) -> TransportError {
    TransportError::Unreachable { host: request.url.host_str().unwrap_or_default().to_owned() }
}

impl Transport for Wire {
    async fn send(&self, request: Request) -> Answer {
        let send = |request: Request| self.send_as_it_is(request);
        let mut between = self.between.take();
        let answer = between.iter_mut().find_map(|act| act(&request, &send));
        self.between.borrow_mut().extend(between);
        let answer = answer.unwrap_or_else(|| send(request.clone()));
        self.exchanges.borrow_mut().push(Exchange { request, answer: answer.clone() });
        answer
    }
}

impl std::fmt::Display for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Request { method, url, headers, body, .. } = &self.request;
        let headers = headers.iter().filter(|(name, _)| *name != "authorization");
        let headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
        writeln!(f, "> {} {} [{}]", method.as_str(), url.path(), headers.join(", "))?;
        body.iter().try_for_each(|body| writeln!(f, ">   {}", shown(body)))?;
        match &self.answer {
            Ok(Response { status, headers, body }) => {
                let told = |name: &&(String, String)| ["etag", "location"].contains(&name.0.as_str());
                let told: Vec<_> = headers.iter().filter(told).collect();
                writeln!(f, "< {status} {told:?} {}", shown(body))
            }
            Err(error) => writeln!(f, "< {error}"),
        }
    }
}

/// Enough of a body to see what happened.
fn shown(body: &str) -> String {
    body.chars().take(700).collect::<String>().replace("\r\n", "\\r\\n").replace('\n', " ")
}

impl Drop for Wire {
    /// A test that failed shows what was said.
    fn drop(&mut self) {
        if std::thread::panicking() {
            for exchange in self.exchanges.borrow().iter() {
                println!("{exchange}");
            }
        }
    }
}
