//! A CalDAV server as a transport, with the manners that real ones were seen to have: what it says goes through the
//! client's own parsers and its ladder.

use crate::clock::pause;
use kalends::port::{Method, Request, Response, Transport, TransportError};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// What becomes of a token that the server does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownToken {
    /// This status, with the precondition that RFC 6578 names.
    Refused(u16),
    /// Everything is listed as if it were news; what is gone is not told (DAViCal, SOGo).
    ListsAll,
    /// Nothing is told, and the token comes back (sabre/dav, SOGo).
    TellsNothing,
}

/// What a multiget does with what it cannot serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiget {
    /// 404 for that one.
    Tells,
    /// Leaves it out, and also something that is there.
    LeavesOut,
    /// 404 for the whole request (sabre/dav 1.8).
    RefusesAll,
    /// 500 for more than two at once.
    TwoAtMost,
}

/// How the server behaves.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    pub unknown_token: UnknownToken,
    pub multiget: Multiget,
    /// How many members an answer to sync-collection names before it is cut off with 507.
    pub page: usize,
    /// Whether the collection has an id of its own.
    pub has_id: bool,
    /// Whether it has sync-tokens at all.
    pub has_tokens: bool,
    /// Whether it stores what is new under a name of its own, and says so.
    pub renames: bool,
}

pub const SOUND: Manner = Manner {
    unknown_token: UnknownToken::Refused(403),
    multiget: Multiget::Tells,
    page: 1_000,
    has_id: true,
    has_tokens: true,
    renames: false,
};

/// An answer that is given in the place of the server's own, to requests whose method and body fit.
type Instead = (Method, &'static str, Response);

/// The server, with one calendar at `/cal/`.
pub struct FakeDav {
    pub manner: Cell<Manner>,
    /// Etag, body, and when it was put.
    pub objects: RefCell<BTreeMap<String, (String, String, u64)>>,
    graves: RefCell<BTreeMap<String, u64>>,
    seq: Cell<u64>,
    /// Which calendar this is: another one each time that it is made again.
    made: Cell<u64>,
    /// Tokens begin anew where they do not say so.
    pub instead: RefCell<Vec<Instead>>,
    pub asked: RefCell<Vec<(Method, String, String)>>,
}

/// An answer with a status and headers.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Response { status, headers: headers.collect(), body: body.to_owned() }
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
}

fn multistatus(responses: &str, token: Option<String>) -> Response {
    let token = token.map(|token| format!("<sync-token>{token}</sync-token>")).unwrap_or_default();
    let body = format!(
        "<multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav' xmlns:S='http://calendarserver.org/ns/'>{responses}{token}</multistatus>"
    );
    answer(207, &[], &body)
}

fn status(href: &str, status: u16) -> String {
    format!("<response><href>{href}</href><status>HTTP/1.1 {status} X</status></response>")
}

fn props(href: &str, props: &str) -> String {
    format!(
        "<response><href>{href}</href><propstat><prop>{props}</prop><status>HTTP/1.1 200 OK</status></propstat></response>"
    )
}

impl FakeDav {
    pub fn new(manner: Manner) -> Self {
        Self {
            manner: Cell::new(manner),
            objects: RefCell::default(),
            graves: RefCell::default(),
            seq: Cell::new(0),
            made: Cell::new(1),
            instead: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    fn tick(&self) -> u64 {
        self.seq.set(self.seq.get() + 1);
        self.seq.get()
    }

    pub fn put(&self, name: &str, body: &str) {
        let seq = self.tick();
        let etag = format!("\"{}-{seq}\"", self.made.get());
        self.graves.borrow_mut().remove(&format!("/cal/{name}"));
        self.objects.borrow_mut().insert(format!("/cal/{name}"), (etag, body.to_owned(), seq));
    }

    pub fn delete(&self, name: &str) {
        let href = format!("/cal/{name}");
        self.objects.borrow_mut().remove(&href).expect("it is there");
        let seq = self.tick();
        self.graves.borrow_mut().insert(href, seq);
    }

    /// Deletes the calendar and makes it again; its tokens begin anew and may fit by accident.
    pub fn make_again(&self) {
        self.objects.borrow_mut().clear();
        self.graves.borrow_mut().clear();
        self.seq.set(0);
        self.made.set(self.made.get() + 1);
    }

    /// As after a restored backup: the tokens that were given are of a future that did not come.
    pub fn forget_tokens(&self) {
        self.seq.set(self.seq.get() + 100_000);
        let shift = |seq: &mut u64| *seq += 100_000;
        self.objects.borrow_mut().values_mut().for_each(|(_, _, seq)| shift(seq));
        self.graves.borrow_mut().clear();
    }

    /// A token; those of another time are told by their size.
    fn since(&self, token: &str) -> Option<u64> {
        let seq: u64 = token.rsplit('/').next()?.parse().ok()?;
        (seq <= self.seq.get() && (seq < 100_000) == (self.seq.get() < 100_000)).then_some(seq)
    }

    fn sync_collection(&self, body: &str) -> Response {
        let manner = self.manner.get();
        let token = between(body, "<d:sync-token>", "</d:sync-token>").first().copied().unwrap_or_default();
        let known = if token.is_empty() { Some(0) } else { self.since(token) };
        let since = match (known, manner.unknown_token) {
            (Some(seq), _) => seq,
            (None, UnknownToken::Refused(status)) => {
                return answer(status, &[], "<error xmlns='DAV:'><valid-sync-token/></error>");
            }
            (None, UnknownToken::TellsNothing) => return multistatus("", Some(token.to_owned())),
            (None, UnknownToken::ListsAll) => 0,
        };
        let mut news: Vec<(u64, String)> = Vec::new();
        for (href, (etag, _, seq)) in self.objects.borrow().iter().filter(|(_, (_, _, seq))| *seq > since) {
            news.push((*seq, props(href, &format!("<getetag>{etag}</getetag>"))));
        }
        if known.is_some() {
            let graves = self.graves.borrow();
            news.extend(
                graves.iter().filter(|(_, seq)| **seq > since).map(|(href, seq)| (*seq, status(href, 404))),
            );
        }
        news.sort();
        let cut_off = news.len() > manner.page;
        news.truncate(manner.page);
        let reached = if cut_off { news.last().map_or(since, |(seq, _)| *seq) } else { self.seq.get() };
        let mut responses: String = news.into_iter().map(|(_, response)| response).collect();
        if cut_off {
            responses += &status("/cal/", 507);
        }
        multistatus(&responses, Some(format!("http://x.test/sync/{reached}")))
    }

    fn multiget(&self, body: &str) -> Response {
        let objects = self.objects.borrow();
        let hrefs = between(body, "<d:href>", "</d:href>");
        let missing = hrefs.iter().any(|href| !objects.contains_key(*href));
        let manner = self.manner.get().multiget;
        match manner {
            Multiget::RefusesAll if missing => return answer(404, &[], ""),
            Multiget::TwoAtMost if hrefs.len() > 2 => return answer(500, &[], ""),
            _ => {}
        }
        let skips = usize::from(manner == Multiget::LeavesOut && hrefs.len() > 1);
        let responses = hrefs.iter().skip(skips).map(|href| match objects.get(*href) {
            Some((etag, body, _)) => {
                let body = body.replace('&', "&amp;").replace('<', "&lt;");
                props(href, &format!("<getetag>{etag}</getetag><C:calendar-data>{body}</C:calendar-data>"))
            }
            None if manner == Multiget::LeavesOut => String::new(),
            None => status(href, 404),
        });
        multistatus(&responses.collect::<String>(), None)
    }

    fn serve(&self, request: &Request, body: &str) -> Response {
        let path = request.url.path();
        let objects = self.objects.borrow();
        let manner = self.manner.get();
        match request.method {
            Method::Propfind if !body.contains("getetag") => {
                let token = match manner.has_tokens {
                    true => format!("<sync-token>http://x.test/sync/{}</sync-token>", self.seq.get()),
                    false => String::new(),
                };
                let id = format!("<resource-id><href>urn:{}</href></resource-id>", self.made.get());
                let id = if manner.has_id { id } else { String::new() };
                let kind = "<resourcetype><collection/><C:calendar/></resourcetype>";
                multistatus(
                    &props("/cal/", &format!("{kind}<S:getctag>{}</S:getctag>{token}{id}", self.seq.get())),
                    None,
                )
            }
            Method::Propfind => {
                let mut responses = props("/cal/", "<resourcetype><collection/></resourcetype>");
                responses += &props("/cal/below/", "<getetag>\"folder\"</getetag>");
                for (href, (etag, _, _)) in objects.iter() {
                    responses += &props(href, &format!("<getetag>{etag}</getetag>"));
                }
                multistatus(&responses, None)
            }
            Method::Report if body.contains("sync-collection") => self.sync_collection(body),
            Method::Report if body.contains("calendar-multiget") => self.multiget(body),
            // It cannot filter by time; the client reads everything.
            Method::Report => answer(501, &[], ""),
            Method::Get => match objects.get(path) {
                Some((etag, body, _)) => answer(200, &[("etag", etag)], body),
                None => answer(404, &[], ""),
            },
            Method::Put => {
                let at = objects.get(path).map(|(etag, _, _)| etag.clone());
                drop(objects);
                let said = |name: &str| {
                    request.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.clone())
                };
                let refused = (said("if-none-match").is_some() && at.is_some())
                    || said("if-match").is_some_and(|etag| Some(etag) != at);
                if refused {
                    return answer(412, &[], "");
                }
                let path = if manner.renames && at.is_none() { "/cal/renamed.ics" } else { path };
                self.put(path.trim_start_matches("/cal/"), body);
                let etag = self.objects.borrow()[path].0.clone();
                answer(if at.is_some() { 204 } else { 201 }, &[("etag", &etag), ("location", path)], "")
            }
            Method::Delete if objects.contains_key(path) => {
                drop(objects);
                self.delete(path.trim_start_matches("/cal/"));
                answer(204, &[], "")
            }
            Method::Delete => answer(404, &[], ""),
            _ => answer(200, &[("server", "unheard of")], ""),
        }
    }
}

impl Transport for FakeDav {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        pause().await;
        let body = request.body.clone().unwrap_or_default();
        self.asked.borrow_mut().push((request.method, request.url.path().to_owned(), body.clone()));
        let mut instead = self.instead.borrow_mut();
        let fits =
            instead.iter().position(|(method, part, _)| *method == request.method && body.contains(part));
        Ok(match fits {
            Some(at) => instead.remove(at).2,
            None => self.serve(&request, &body),
        })
    }
}
