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

/// How it tells etags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Etags {
    /// Strong ones.
    Strong,
    /// Strong ones, but a proxy that compresses what is read makes them weak in headers.
    WeakenedByAProxy,
    /// Weak ones, which it compares as text.
    Weak,
    /// None in listings.
    Unlisted,
    /// None at all.
    None,
}

/// What becomes of what is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// It is kept as it is.
    Octets,
    /// It is rewritten, and the reply tells the etag all the same (Cyrus, SOGo).
    Rewritten,
    /// It is rewritten, and the reply tells no etag (RFC 4791 5.3.4).
    RewrittenSilently,
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
    pub etags: Etags,
    pub keeps: Keeps,
    /// How many writes fall into one second, and its tokens tell seconds (SOGo).
    pub writes_a_second: u64,
    /// Whether `If-None-Match`, and `If-Match` on a DELETE, are ignored, and an update makes again what is gone (SOGo).
    pub unguarded: bool,
    /// What it calls itself.
    pub server: &'static str,
}

pub const SOUND: Manner = Manner {
    unknown_token: UnknownToken::Refused(403),
    multiget: Multiget::Tells,
    page: 1_000,
    has_id: true,
    has_tokens: true,
    renames: false,
    etags: Etags::Strong,
    keeps: Keeps::Octets,
    writes_a_second: 1,
    unguarded: false,
    server: "unheard of",
};

/// As SOGo does.
pub const SOGO: Manner = Manner {
    unknown_token: UnknownToken::ListsAll,
    has_id: false,
    keeps: Keeps::Rewritten,
    writes_a_second: 4,
    unguarded: true,
    server: "SOPE 4.9",
    ..SOUND
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

fn tell(status: u16, etag: Option<String>, body: &str) -> Response {
    let etag = etag.map(|etag| ("etag".to_owned(), etag));
    Response { status, headers: etag.into_iter().collect(), body: body.to_owned() }
}

fn said(request: &Request, name: &str) -> Option<String> {
    request.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.clone())
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
        let weak = if self.manner.get().etags == Etags::Weak { "W/" } else { "" };
        let etag = format!("{weak}\"{}-{seq}\"", self.made.get());
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
        let (second, writes): (u64, u64) =
            (token.rsplit('/').next()?.parse().ok()?, self.manner.get().writes_a_second);
        let seq = second * writes;
        let is_ours = seq <= self.seq.get() && (seq < 100_000) == (self.seq.get() < 100_000);
        // What comes later in the second of a token is never told as later than it.
        is_ours.then_some(seq + writes - 1)
    }

    /// The second of a write.
    fn second(&self, seq: u64) -> u64 {
        seq / self.manner.get().writes_a_second
    }

    /// An etag as a listing tells it.
    fn listed(&self, etag: &str) -> String {
        match self.manner.get().etags {
            Etags::Unlisted | Etags::None => String::new(),
            _ => format!("<getetag>{etag}</getetag>"),
        }
    }

    /// An etag as a header tells it.
    fn header(&self, etag: &str) -> Option<String> {
        match self.manner.get().etags {
            Etags::None => None,
            Etags::WeakenedByAProxy => Some(format!("W/{etag}")),
            _ => Some(etag.to_owned()),
        }
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
            news.push((*seq, props(href, &self.listed(etag))));
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
        if let Some(limit) = between(body, "<d:nresults>", "</d:nresults>").first() {
            // Cut off without a word, and the token is the newest all the same (Xandikos).
            news.truncate(limit.parse().unwrap_or_default());
        }
        let mut responses: String = news.into_iter().map(|(_, response)| response).collect();
        if cut_off {
            responses += &status("/cal/", 507);
        }
        multistatus(&responses, Some(format!("http://x.test/sync/{}", self.second(reached))))
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
                props(href, &format!("{}<C:calendar-data>{body}</C:calendar-data>", self.listed(etag)))
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
                    true => {
                        format!("<sync-token>http://x.test/sync/{}</sync-token>", self.second(self.seq.get()))
                    }
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
                    responses += &props(href, &self.listed(etag));
                }
                multistatus(&responses, None)
            }
            Method::Report if body.contains("sync-collection") => self.sync_collection(body),
            Method::Report if body.contains("calendar-multiget") => self.multiget(body),
            // It cannot filter by time; the client reads everything.
            Method::Report => answer(501, &[], ""),
            Method::Get => match objects.get(path) {
                Some((etag, body, _)) => tell(200, self.header(etag), body),
                None => answer(404, &[], ""),
            },
            Method::Put => {
                let at = objects.get(path).map(|(etag, _, _)| etag.clone());
                drop(objects);
                let guards = (said(request, "if-none-match"), said(request, "if-match"));
                let refused = match manner.unguarded {
                    true => guards.1.is_some() && at.is_some() && guards.1 != at,
                    false => (guards.0.is_some() && at.is_some()) || guards.1.is_some() && guards.1 != at,
                };
                if refused {
                    return answer(412, &[], "");
                }
                let path = if manner.renames && at.is_none() { "/cal/renamed.ics" } else { path };
                let body = match manner.keeps {
                    Keeps::Octets => body.to_owned(),
                    _ => body.replace("END:VEVENT", "X-SERVER:was here\r\nEND:VEVENT"),
                };
                self.put(path.trim_start_matches("/cal/"), &body);
                let etag = self.objects.borrow()[path].0.clone();
                let etag = if manner.keeps == Keeps::RewrittenSilently { None } else { self.header(&etag) };
                let mut told = tell(if at.is_some() { 204 } else { 201 }, etag, "");
                told.headers.push(("location".to_owned(), path.to_owned()));
                told
            }
            Method::Delete if objects.contains_key(path) => {
                let at = objects.get(path).map(|(etag, _, _)| etag.clone());
                drop(objects);
                if !manner.unguarded && said(request, "if-match") != at {
                    return answer(412, &[], "");
                }
                self.delete(path.trim_start_matches("/cal/"));
                answer(204, &[], "")
            }
            Method::Delete => answer(404, &[], ""),
            _ => answer(200, &[("server", manner.server)], ""),
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
        let response = match fits {
            Some(at) => instead.remove(at).2,
            None => self.serve(&request, &body),
        };
        match response.body.len() > request.max_bytes {
            true => Err(TransportError::TooLarge { host: "x.test".into(), limit: request.max_bytes }),
            false => Ok(response),
        }
    }
}
