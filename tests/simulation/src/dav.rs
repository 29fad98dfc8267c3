//! A CalDAV server as a transport, with the manners that real ones were seen to have: what it says goes through the
//! client's own parsers and its ladder. What it reports stands in `reports`, what goes wrong on the way in `network`.

use crate::collection::Collection;
use crate::manner::{Ctag, Etags, Guards, Manner, Tokens};
use crate::multistatus::{answer, multistatus, props, said};
use crate::rewriting::{digest, edited, stamped};
use crate::spelling::path_of;
use kalends::port::{IntentKind, Method, Request, Response};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// An answer that is given in the place of the server's own, to requests whose method and body fit.
type Instead = (Method, &'static str, Response);

/// The server, with one calendar at `/cal/`.
pub struct FakeDav {
    pub manner: Cell<Manner>,
    pub collection: Rc<Collection>,
    pub instead: RefCell<Vec<Instead>>,
    pub asked: RefCell<Vec<(Method, String, String)>>,
    /// Requests that nobody waits for any more, and that arrive all the same.
    pub(crate) under_way: RefCell<Vec<Request>>,
}

impl FakeDav {
    pub fn new(manner: Manner, collection: Rc<Collection>) -> Self {
        Self {
            manner: Cell::new(manner),
            collection,
            instead: RefCell::default(),
            asked: RefCell::default(),
            under_way: RefCell::default(),
        }
    }

    /// An address as the server writes it.
    pub(crate) fn href(&self, path: &str) -> String {
        self.manner.get().spelling.told(self.manner.get().origin, path)
    }

    /// An etag in the server's form.
    fn own(&self, etag: &str) -> String {
        if self.manner.get().etags == Etags::Weak { format!("W/{etag}") } else { etag.to_owned() }
    }

    /// An etag as a listing tells it.
    pub(crate) fn listed(&self, etag: &str) -> String {
        match self.manner.get().etags {
            Etags::Unlisted | Etags::None => String::new(),
            _ => format!("<getetag>{}</getetag>", self.own(etag)),
        }
    }

    /// An etag as a header tells it.
    fn header(&self, etag: &str) -> Option<(String, String)> {
        let told = match self.manner.get().etags {
            Etags::None => return None,
            Etags::WeakenedByAProxy => format!("W/{etag}"),
            _ => self.own(etag),
        };
        Some(("etag".to_owned(), told))
    }

    /// The seconds of the last write, by the server's clock; none before the first.
    fn seconds(&self) -> Option<i64> {
        let (objects, graves) = (self.collection.objects.borrow(), self.collection.graves.borrow());
        let written = objects.values().map(|object| object.at).chain(graves.values().map(|grave| grave.at));
        written.max().map(|at| at.millis() / 1_000)
    }

    /// A token of the state after a write; of the last one where that is `None`.
    pub(crate) fn token(&self, seq: Option<u64>) -> Option<String> {
        let (made, epoch) = (self.made(), self.collection.epoch.get());
        let seq = seq.unwrap_or(self.collection.seq());
        Some(match self.manner.get().tokens {
            Tokens::None => return None,
            Tokens::Numbers(prefix) => format!("{prefix}{}", epoch * 100_000 + seq),
            Tokens::Unique(prefix) => format!("{prefix}{made}-{epoch}-{seq}"),
            Tokens::Commits => format!("{made:08x}{epoch:08x}{seq:024x}"),
            Tokens::Seconds => self.seconds().unwrap_or_default().to_string(),
        })
    }

    /// The number of the write, or the second, that a token stands for; none where it is not known.
    pub(crate) fn since(&self, token: &str) -> Option<u64> {
        let (made, epoch) = (self.made(), self.collection.epoch.get());
        let of = |told: (u64, u64, u64)| (told.0 == made && told.1 == epoch).then_some(told.2);
        let seq = match self.manner.get().tokens {
            Tokens::None => return None,
            Tokens::Numbers(prefix) => {
                let number: u64 = token.strip_prefix(prefix)?.parse().ok()?;
                of((made, number / 100_000, number % 100_000))?
            }
            Tokens::Unique(prefix) => {
                let mut parts = token.strip_prefix(prefix)?.split('-').map(str::parse);
                of((parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?))?
            }
            Tokens::Commits => {
                let number = |at: std::ops::Range<usize>| u64::from_str_radix(token.get(at)?, 16).ok();
                of((number(0..8)?, number(8..16)?, number(16..40)?))?
            }
            Tokens::Seconds => return token.parse().ok().filter(|at| *at <= self.now()),
        };
        (seq <= self.collection.seq()).then_some(seq)
    }

    /// Which calendar this is, and which of its lives.
    fn made(&self) -> u64 {
        self.collection.made.get() * 1_000 + self.collection.life.get()
    }

    fn now(&self) -> u64 {
        (self.collection.now().millis() / 1_000) as u64
    }

    /// What the calendar says of itself.
    pub(crate) fn state(&self) -> String {
        let ctag = match self.manner.get().ctag {
            Ctag::None => None,
            Ctag::Counts => Some(self.collection.seq().to_string()),
            Ctag::Unique => {
                let objects = self.collection.objects.borrow();
                let all = objects.iter().map(|(href, object)| format!("{href} {}\n", object.etag));
                Some(format!("{:x}", digest(&all.collect::<String>())))
            }
            Ctag::Seconds => Some(self.seconds().map_or("-1".to_owned(), |at| at.to_string())),
        };
        let ctag = ctag.map(|ctag| format!("<S:getctag>{ctag}</S:getctag>")).unwrap_or_default();
        format!("<resourcetype><collection/><C:calendar/></resourcetype>{ctag}")
    }

    fn find_state(&self) -> Response {
        let manner = self.manner.get();
        let token = match manner.tokens {
            Tokens::Seconds if self.seconds().is_none() => Some("-1".to_owned()),
            _ => self.token(None),
        };
        let token = token.map(|token| format!("<sync-token>{token}</sync-token>")).unwrap_or_default();
        let id = format!("<resource-id><href>urn:{}</href></resource-id>", self.collection.made.get());
        let id = if manner.has_id { id } else { String::new() };
        multistatus(&props(&self.href("/cal/"), &format!("{}{token}{id}", self.state())), None)
    }

    fn list(&self) -> Response {
        let mut responses = props(&self.href("/cal/"), "<resourcetype><collection/></resourcetype>");
        responses += &props(&self.href("/cal/below/"), "<getetag>\"folder\"</getetag>");
        let hidden = self.collection.hidden.borrow();
        for (href, object) in
            self.collection.objects.borrow().iter().filter(|(href, _)| !hidden.contains(href))
        {
            responses += &props(&self.href(href), &self.listed(&object.etag));
        }
        multistatus(&responses, None)
    }

    fn get(&self, path: &str) -> Response {
        self.looked_at();
        self.collection.told([path]);
        match self.collection.objects.borrow().get(path) {
            Some(object) => {
                let headers = self.header(&object.etag).into_iter().collect();
                Response { status: 200, headers, body: object.body.clone() }
            }
            None => answer(404, &[], ""),
        }
    }

    /// Writers who race with ours are done by the time that somebody looks, or they are not.
    pub(crate) fn looked_at(&self) {
        if self.collection.dice.percent(50) {
            self.collection.finish_races();
        }
    }

    fn put(&self, request: &Request, path: &str, body: &str) -> Response {
        let manner = self.manner.get();
        let there = self.collection.objects.borrow().get(path).cloned();
        let at = there.as_ref().map(|object| self.own(&object.etag));
        let (creates, base) = (said(request, "if-none-match").is_some(), said(request, "if-match"));
        let held = if creates { at.is_none() } else { base.is_some() && base == at };
        let ignored = match manner.guards {
            Guards::All => false,
            Guards::NoCreates => creates,
            Guards::UpdatesAlone => creates || at.is_none(),
        };
        if !held && !ignored {
            return answer(412, &[], "");
        }
        let kind = if creates { IntentKind::Create } else { IntentKind::Update };
        let renamed = format!("/cal/stored-{}.ics", self.collection.seq());
        let path = if manner.renames && at.is_none() { &renamed } else { path };
        let etag = self.collection.write(kind, path, body, held);
        if let Some(there) = there.filter(|_| manner.several && !creates)
            && self.collection.dice.percent(self.collection.faults.get().races)
        {
            self.race(path, there.body);
        }
        let status = if at.is_some() { 204 } else { 201 };
        let mut told = answer(status, &[("location", &self.href(path))], "");
        told.headers.extend(self.header(&etag).filter(|_| manner.tells_etag));
        told
    }

    /// Another client has read what was there before, writes over ours, and is told the same. Its clock may be any.
    fn race(&self, path: &str, read: String) {
        let dice = &self.collection.dice;
        let theirs = edited(&read, &format!("street raced {}", self.collection.seq()));
        let theirs = match dice.below(3) {
            0 => theirs,
            1 => stamped(&theirs, self.collection.now()),
            _ => stamped(&theirs, self.collection.now().plus_millis(dice.below(20_000) as i64 - 10_000)),
        };
        self.collection.race(path, read, theirs);
    }

    fn delete(&self, request: &Request, path: &str) -> Response {
        let manner = self.manner.get();
        let there = self.collection.objects.borrow().get(path).map(|object| self.own(&object.etag));
        if there.is_none() {
            return answer(404, &[], "");
        }
        let held = said(request, "if-match") == there;
        if !held && manner.guards != Guards::UpdatesAlone {
            return answer(412, &[], "");
        }
        self.collection.write(IntentKind::Delete, path, "", held);
        answer(manner.deleted, &[], "")
    }

    /// What the server answers.
    pub(crate) fn serve(&self, request: &Request) -> Response {
        let path = path_of(request.url.path());
        let body = request.body.as_deref().unwrap_or_default();
        match request.method {
            Method::Propfind if !body.contains("getetag") => self.find_state(),
            Method::Propfind => self.list(),
            Method::Report if body.contains("sync-collection") => self.sync_collection(body),
            Method::Report if body.contains("calendar-multiget") => self.multiget(body),
            Method::Report => self.query(body),
            Method::Get => self.get(&path),
            Method::Put => self.put(request, &path, body),
            Method::Delete => self.delete(request, &path),
            _ => answer(200, &[self.manner.get().says], ""),
        }
    }
}
