//! Plays the conversations in this folder's folders: see README.md.

use kalends::caldav::{Given, discover};
use kalends::outbound::{Outbound, Reach};
use kalends::port::{Request, Response, Transport, TransportError};
use kalends::vault::{Authorizer, Credentials};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::fs::{read_dir, read_to_string};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll, Waker};
use url::Url;

/// A request that must come, and what is answered.
struct Exchange {
    name: String,
    request: String,
    response: String,
}

/// A server that says what is written down.
struct Replay {
    exchanges: Vec<Exchange>,
    next: Cell<usize>,
    wrong: RefCell<Vec<String>>,
}

impl Transport for Replay {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let at = self.next.replace(self.next.get() + 1);
        let Some(exchange) = self.exchanges.get(at) else {
            self.wrong.borrow_mut().push(format!(
                "{} {} is not foreseen",
                request.method.as_str(),
                request.url
            ));
            return Err(unreachable(&request));
        };
        let wrong = differences(&exchange.request, &request);
        self.wrong.borrow_mut().extend(wrong.into_iter().map(|what| format!("{}: {what}", exchange.name)));
        answer(&exchange.response).ok_or_else(|| unreachable(&request))
    }
}

fn unreachable(request: &Request) -> TransportError {
    TransportError::Unreachable { host: request.url.host_str().unwrap_or_default().to_owned() }
}

/// First line, headers and body of a message.
fn parts(message: &str) -> (&str, Vec<(&str, &str)>, &str) {
    let (head, body) = message.split_once("\n\n").unwrap_or((message.trim_end(), ""));
    let (first, headers) = head.split_once('\n').unwrap_or((head, ""));
    let headers = headers
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()));
    (first, headers.collect(), body)
}

fn differences(wanted: &str, sent: &Request) -> Vec<String> {
    let (first, headers, body) = parts(wanted);
    let mut wrong = Vec::new();
    let line = format!("{} {}", sent.method.as_str(), sent.url);
    if line != first {
        wrong.push(format!("{line} was sent, not {first}"));
    }
    for (name, value) in headers {
        let absent = name.strip_prefix('!');
        let name = absent.unwrap_or(name);
        let given = sent
            .headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str());
        match (absent, given) {
            (Some(_), None) => {}
            (None, Some(given)) if value == "*" || given == value => {}
            _ => wrong.push(format!("the header {name} is {given:?}")),
        }
    }
    let text = sent.body.as_deref().unwrap_or_default();
    wrong.extend(
        body.lines().filter(|piece| !text.contains(piece)).map(|piece| format!("{piece} is not in {text}")),
    );
    wrong
}

fn answer(message: &str) -> Option<Response> {
    let (first, headers, body) = parts(message);
    let status = first.split(' ').next()?.parse().ok()?;
    let headers = headers.iter().map(|(name, value)| (name.to_lowercase(), (*value).to_owned())).collect();
    Some(Response { status, headers, body: body.to_owned() })
}

fn exchanges(folder: &Path) -> Vec<Exchange> {
    let read = |name: &str| read_to_string(folder.join(name)).map(|text| text.replace("\r\n", "\n"));
    let numbered = (1..100).map(|number| format!("{number:02}"));
    let read = numbered.map_while(|name| {
        let request = read(&format!("{name}-request.http")).ok()?;
        let response =
            read(&format!("{name}-response.http")).unwrap_or_else(|error| panic!("{name}: {error}"));
        Some(Exchange { name, request, response })
    });
    read.collect()
}

fn authorizer(scenario: &Value) -> Authorizer {
    let text = |name: &str| scenario[name].as_str().unwrap_or_default().to_owned();
    match scenario["token"].as_str() {
        Some(token) => Authorizer::bearer(token),
        None => {
            Credentials::new(text("user"), text("password")).authorizer().with_digest(|salt| salt.fill(7))
        }
    }
}

/// What is wrong with how one scenario went.
fn play(folder: &Path) -> Vec<String> {
    let text =
        read_to_string(folder.join("scenario.json")).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let scenario: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let given = scenario["given"].as_str().expect("what is given");
    let replay = Replay { exchanges: exchanges(folder), next: Cell::new(0), wrong: RefCell::default() };
    let authorizer = authorizer(&scenario);
    let resolver = scenario["resolver"].as_str().map(|url| Url::parse(url).expect("a URL"));
    let given = Given::parse(given, Reach::Public).unwrap_or_else(|error| panic!("{given}: {error}"));
    let outbound = Outbound::new(&replay, &authorizer, given.url(), Reach::Public).expect("a public address");
    let outbound = outbound.discovering();
    let found = at_once(discover(&outbound, &given, resolver.as_ref()));
    let mut wrong = replay.wrong.borrow().clone();
    if replay.next.get() < replay.exchanges.len() {
        wrong.push(format!("only {} requests of {} were sent", replay.next.get(), replay.exchanges.len()));
    }
    match (found, scenario["error"].as_str()) {
        (Ok(found), None) => {
            let found = serde_json::to_value(&found).expect("calendars");
            wrong.extend(calendars(&scenario["calendars"], &found));
        }
        (Err(error), Some(wanted)) if format!("{error:?}").starts_with(wanted) => {}
        (found, wanted) => wrong.push(format!("it ends with {found:?}, not {wanted:?}")),
    }
    if let Some(origins) = scenario["origins"].as_array()
        && *origins != outbound.origins()
    {
        wrong.push(format!("the origins are {:?}", outbound.origins()));
    }
    wrong
}

/// Whether the calendars are those that were wanted, in the fields that were named.
fn calendars(wanted: &Value, found: &Value) -> Vec<String> {
    let (wanted, found) =
        (wanted.as_array().expect("calendars or an error"), found.as_array().expect("a list"));
    let mut wrong = Vec::new();
    if wanted.len() != found.len() {
        let urls: Vec<&Value> = found.iter().map(|calendar| &calendar["url"]).collect();
        wrong.push(format!("{} calendars were found, not {}: {urls:?}", found.len(), wanted.len()));
    }
    for (wanted, found) in wanted.iter().zip(found) {
        for (name, value) in wanted.as_object().expect("a calendar") {
            match found.get(name) {
                Some(is) if is == value => {}
                is => wrong.push(format!("{name} of {} is {is:?}, not {value}", found["url"])),
            }
        }
    }
    wrong
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => unreachable!("everything is answered at once"),
    }
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = read_dir(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_conversation_goes_as_it_is_written() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay");
    let scenarios: Vec<PathBuf> = folders(&here).iter().flat_map(|server| folders(server)).collect();
    assert!(!scenarios.is_empty(), "there are conversations in {here:?}");
    let wrong: Vec<String> = scenarios
        .iter()
        .flat_map(|folder| play(folder).into_iter().map(move |what| format!("{}: {what}", folder.display())))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
