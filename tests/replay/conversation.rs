//! A server that says what is written down: `conversation.http` of a scenario's folder.

use kalends::port::{Request, Response, Transport, TransportError};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::path::Path;

/// A request that must come, and what is answered.
struct Exchange {
    request: String,
    response: String,
}

/// A server that says what is written down.
pub struct Conversation {
    exchanges: Vec<Exchange>,
    next: Cell<usize>,
    wrong: RefCell<Vec<String>>,
    /// What the placeholders stand for: names that the client chose, and under `sent` its last body.
    known: RefCell<BTreeMap<String, String>>,
}

impl Conversation {
    /// Reads the one in a folder.
    pub fn in_folder(folder: &Path) -> Self {
        let path = folder.join("conversation.http");
        let text = read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let text = format!("\n{}", text.replace("\r\n", "\n"));
        let exchange = |said: &str| {
            let (request, response) = said.split_once("\n\n<<< ").expect("an answer to each request");
            Exchange { request: request.to_owned(), response: response.trim_end().to_owned() }
        };
        Self {
            exchanges: text.split("\n>>> ").skip(1).map(exchange).collect(),
            next: Cell::new(0),
            wrong: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// How many requests came so far.
    pub fn at(&self) -> usize {
        self.next.get()
    }

    /// What went otherwise than it is written.
    pub fn wrong(&self) -> Vec<String> {
        let mut wrong = self.wrong.borrow().clone();
        let (sent, all) = (self.next.get(), self.exchanges.len());
        if sent < all {
            wrong.push(format!("only {sent} requests of {all} were sent"));
        }
        wrong
    }

    /// A text with its placeholders filled in.
    pub fn filled(&self, text: &str) -> String {
        let known = self.known.borrow();
        known.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// Learns what a placeholder of the first line stands for, if it holds one that is not known yet.
    fn learn(&self, wanted: &str, line: &str) {
        let wanted = self.filled(wanted);
        let parts = wanted.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
        if let Some((before, (name, after))) = parts
            && let Some(value) = line.strip_prefix(before).and_then(|rest| rest.strip_suffix(after))
        {
            self.known.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }

    fn differences(&self, wanted: &str, sent: &Request) -> Vec<String> {
        let line = format!("{} {}", sent.method.as_str(), sent.url);
        self.learn(parts(wanted).0, &line);
        let wanted = self.filled(wanted);
        let (first, headers, body) = parts(&wanted);
        let mut wrong = Vec::new();
        if line != first {
            wrong.push(format!("{line} was sent, not {first}"));
        }
        for (name, value) in headers {
            let absent = name.strip_prefix('!');
            let name = absent.unwrap_or(name);
            let mut given = sent.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
            let given = given.next().map(|(_, value)| value.as_str());
            match (absent, given) {
                (Some(_), None) => {}
                (None, Some(given)) if value == "*" || given == value => {}
                _ => wrong.push(format!("the header {name} is {given:?}")),
            }
        }
        let text = sent.body.as_deref().unwrap_or_default();
        for piece in body.lines().filter(|piece| !piece.is_empty()) {
            let (piece, wanted) = piece.strip_prefix('!').map_or((piece, true), |piece| (piece, false));
            if text.contains(piece) != wanted {
                wrong.push(format!("{piece}: {wanted} is expected of {text}"));
            }
        }
        wrong
    }
}

impl Transport for Conversation {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let at = self.next.replace(self.next.get() + 1);
        let Some(exchange) = self.exchanges.get(at) else {
            let line = format!("{} {} is not foreseen", request.method.as_str(), request.url);
            self.wrong.borrow_mut().push(line);
            return Err(unreachable(&request));
        };
        let wrong = self.differences(&exchange.request, &request);
        self.wrong.borrow_mut().extend(wrong.into_iter().map(|what| format!("request {}: {what}", at + 1)));
        if let ("PUT", Some(body)) = (request.method.as_str(), &request.body) {
            self.known.borrow_mut().insert("sent".to_owned(), body.trim_end().to_owned());
        }
        answer(&self.filled(&exchange.response)).ok_or_else(|| unreachable(&request))
    }
}

fn unreachable(request: &Request) -> TransportError {
    TransportError::Unreachable { host: request.url.host_str().unwrap_or_default().to_owned() }
}

/// First line, headers and body of a message.
fn parts(message: &str) -> (&str, Vec<(&str, &str)>, &str) {
    let (head, body) = message.split_once("\n\n").unwrap_or((message.trim_end(), ""));
    let (first, headers) = head.split_once('\n').unwrap_or((head, ""));
    let headers = headers.lines().filter_map(|line| line.split_once(':'));
    (first, headers.map(|(name, value)| (name.trim(), value.trim())).collect(), body)
}

fn answer(message: &str) -> Option<Response> {
    let (first, headers, body) = parts(message);
    let status = first.split(' ').next()?.parse().ok()?;
    let headers = headers.iter().map(|(name, value)| (name.to_lowercase(), (*value).to_owned())).collect();
    Some(Response { status, headers, body: body.to_owned() })
}
