//! An event API as Google Calendar and Microsoft Graph document theirs: opaque cursors, pages, 410, cancelled items, and
//! etags as conditions. `event_client` speaks to it. Its events are texts of iCalendar: how each service spells them is
//! not what this is about.

use crate::clock::pause;
use crate::collection::Collection;
use kalends::port::IntentKind;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// In what the two differ.
#[derive(Clone, Copy, Debug)]
pub struct Dialect {
    pub ids: Ids,
    /// How many items a page holds.
    pub page: usize,
    /// Whether an item may be told more than once (Graph: replays).
    pub replays: bool,
}

/// Who gives an event its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// The client (Google): what was used once stays so, the id of a deleted event included.
    OfTheClient,
    /// The service (Graph): an insert carries a transaction by which it is known again.
    OfTheService,
}

/// One event as the service tells it.
#[derive(Clone, Debug)]
pub struct Item {
    pub id: String,
    pub etag: String,
    /// None where it was deleted: its id is all that is told then.
    pub body: Option<String>,
}

/// A page of items.
#[derive(Debug)]
pub struct Page {
    pub items: Vec<Item>,
    pub next: Next,
}

/// What a page ends with.
#[derive(Debug)]
pub enum Next {
    /// There is more (`nextPageToken`, `nextLink`).
    Page(String),
    /// That was all until a while ago, from where this goes on (`nextSyncToken`, `deltaLink`).
    Sync(String),
}

/// Why a request was not answered as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No answer came.
    Lost,
    /// This status; after so many seconds if told.
    Status(u16, Option<u32>),
}

/// A request that changes something.
#[derive(Clone, Debug)]
pub enum Call {
    /// With an id, or a transaction where the service gives the id.
    Insert(String, String),
    /// An event, in which version, and what it shall be.
    Update(String, String, String),
    /// An event, and in which version.
    Delete(String, String),
}

/// Where a listing begins.
#[derive(Clone, Copy, Debug)]
pub enum From<'t> {
    /// At everything.
    Nothing,
    /// At what has changed since.
    Sync(&'t str),
    /// At the next page.
    Page(&'t str),
}

/// The service, with one calendar.
pub struct EventApi {
    pub dialect: Dialect,
    pub collection: Rc<Collection>,
    /// Ids that were used; of the service's own, the transactions with the id that came of each.
    burned: RefCell<BTreeSet<String>>,
    transactions: RefCell<BTreeMap<String, String>>,
    /// What was known when a cursor was given.
    known: RefCell<BTreeMap<String, u64>>,
    /// Requests that nobody waits for any more, and that arrive all the same.
    under_way: RefCell<Vec<Call>>,
}

/// The address of an event among the collection's.
fn at(id: &str) -> String {
    format!("/cal/{id}")
}

impl EventApi {
    pub fn new(dialect: Dialect, collection: Rc<Collection>) -> Self {
        Self {
            dialect,
            collection,
            burned: RefCell::default(),
            transactions: RefCell::default(),
            known: RefCell::default(),
            under_way: RefCell::default(),
        }
    }

    /// The moment of the collection's own memory in which a cursor was begun.
    pub fn known_by(&self, sync: &str) -> Option<u64> {
        self.known.borrow().get(sync).copied()
    }

    /// A page of events.
    pub async fn list(&self, from: From<'_>) -> Result<Page, Failure> {
        pause().await;
        self.weather()?;
        let (since, begun, reached, tells_deleted) = match from {
            From::Nothing => (0, self.collection.seq(), 0, false),
            From::Sync(token) => {
                let [since] = self.numbers(token).ok_or(Failure::Status(410, None))?;
                (since, self.collection.seq(), since, true)
            }
            From::Page(token) => {
                let gone = if self.dialect.ids == Ids::OfTheClient { 400 } else { 410 };
                let [since, begun, reached, deleted] =
                    self.numbers(token).ok_or(Failure::Status(gone, None))?;
                (since, begun, reached, deleted == 1)
            }
        };
        let sync = self.token(&[begun]);
        self.known.borrow_mut().entry(sync.clone()).or_insert_with(|| self.collection.ledger.truth.now());
        let page = |reached| Next::Page(self.token(&[since, begun, reached, u64::from(tells_deleted)]));
        if self.chance(5) {
            // A page may be empty, and there is more all the same.
            return Ok(Page { items: Vec::new(), next: page(reached) });
        }
        let mut news = self.news(reached, tells_deleted);
        let is_last = news.len() <= self.dialect.page;
        news.truncate(self.dialect.page);
        let next = match news.last() {
            Some((seq, _)) if !is_last => page(*seq),
            _ => Next::Sync(sync),
        };
        let mut items: Vec<Item> = news.into_iter().map(|(_, item)| item).collect();
        if self.dialect.replays && self.chance(20) {
            items.extend(items.first().cloned());
        }
        self.collection
            .told(items.iter().map(|item| at(&item.id)).collect::<Vec<_>>().iter().map(String::as_str));
        Ok(Page { items, next })
    }

    /// What has happened since a write, in its order.
    fn news(&self, since: u64, tells_deleted: bool) -> Vec<(u64, Item)> {
        let (objects, graves) = (self.collection.objects.borrow(), self.collection.graves.borrow());
        let hidden = self.collection.hidden.borrow();
        let id = |href: &str| href.trim_start_matches("/cal/").to_owned();
        let mut news = Vec::new();
        for (href, object) in
            objects.iter().filter(|(href, object)| object.seq > since && !hidden.contains(href))
        {
            let item = Item { id: id(href), etag: object.etag.clone(), body: Some(object.body.clone()) };
            news.push((object.seq, item));
        }
        for (href, grave) in graves.iter().filter(|(_, grave)| tells_deleted && grave.seq > since) {
            news.push((grave.seq, Item { id: id(href), etag: String::new(), body: None }));
        }
        news.sort_by_key(|(seq, _)| *seq);
        news
    }

    /// One event; a deleted one is told as such for a while.
    pub async fn get(&self, id: &str) -> Result<Item, Failure> {
        pause().await;
        self.weather()?;
        self.collection.told([at(id).as_str()]);
        if let Some(object) = self.collection.objects.borrow().get(&at(id)) {
            return Ok(Item {
                id: id.to_owned(),
                etag: object.etag.clone(),
                body: Some(object.body.clone()),
            });
        }
        match self.collection.graves.borrow().contains_key(&at(id)) && self.dialect.ids == Ids::OfTheClient {
            true => Ok(Item { id: id.to_owned(), etag: String::new(), body: None }),
            false => Err(Failure::Status(404, None)),
        }
    }

    /// The event that an insert with this transaction made, if it is there.
    pub async fn find(&self, transaction: &str) -> Result<Option<Item>, Failure> {
        let id = self.transactions.borrow().get(transaction).cloned();
        match self.get(id.as_deref().unwrap_or_default()).await {
            Ok(item) => Ok(Some(item)),
            Err(Failure::Status(404, _)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Changes something; its id, and its etag if it is there afterwards.
    pub async fn call(&self, call: Call) -> Result<(String, String), Failure> {
        pause().await;
        if self.chance(20) {
            self.deliver(1);
        }
        let faults = self.collection.faults.get();
        if self.chance(faults.lost_before) {
            return Err(Failure::Lost);
        }
        if self.chance(faults.late) {
            self.under_way.borrow_mut().push(call);
            return Err(Failure::Lost);
        }
        if self.chance(faults.conflict) && !matches!(call, Call::Insert(..)) {
            return Err(Failure::Status(412, None));
        }
        if self.chance(faults.retry) {
            return Err(self.throttled());
        }
        if self.chance(faults.broken) {
            return Err(self.broken());
        }
        let outcome = self.carry_out(&call);
        if self.chance(faults.twice) {
            self.under_way.borrow_mut().push(call);
        }
        if self.chance(faults.lost_after) {
            return Err(Failure::Lost);
        }
        // It was carried out, and says that it was not.
        if self.chance(faults.broken) { Err(Failure::Status(500, None)) } else { outcome }
    }

    fn carry_out(&self, call: &Call) -> Result<(String, String), Failure> {
        let (kind, id, etag, body) = match call {
            Call::Insert(name, body) => return self.insert(name, body),
            Call::Update(id, etag, body) => (IntentKind::Update, id, etag, body.as_str()),
            Call::Delete(id, etag) => (IntentKind::Delete, id, etag, ""),
        };
        let there = self.collection.objects.borrow().get(&at(id)).map(|object| object.etag.clone());
        let Some(there) = there else {
            let was_there = self.collection.graves.borrow().contains_key(&at(id));
            return Err(Failure::Status(if was_there { 410 } else { 404 }, None));
        };
        if there != *etag {
            return Err(Failure::Status(412, None));
        }
        Ok((id.clone(), self.collection.write(kind, &at(id), body, true)))
    }

    fn insert(&self, name: &str, body: &str) -> Result<(String, String), Failure> {
        let taken = Err(Failure::Status(409, None));
        let id = match self.dialect.ids {
            Ids::OfTheClient if !self.burned.borrow_mut().insert(name.to_owned()) => return taken,
            Ids::OfTheClient => name.to_owned(),
            Ids::OfTheService => {
                if let Some(id) = self.transactions.borrow().get(name) {
                    let objects = self.collection.objects.borrow();
                    let same = objects.get(&at(id)).filter(|object| object.body == body);
                    return same.map_or(taken, |object| Ok((id.clone(), object.etag.clone())));
                }
                let id = format!("AAMk{:04}", self.collection.seq());
                self.transactions.borrow_mut().insert(name.to_owned(), id.clone());
                id
            }
        };
        let etag = self.collection.write(IntentKind::Create, &at(&id), body, true);
        Ok((id, etag))
    }

    /// Up to so many requests arrive that nobody waits for any more.
    pub fn deliver(&self, most: usize) {
        for _ in 0..most {
            let waiting = self.under_way.borrow().len();
            if waiting == 0 {
                return;
            }
            let call = self.under_way.borrow_mut().remove(self.collection.dice.below(waiting));
            let before = self.collection.given_up.replace(true);
            drop(self.carry_out(&call));
            self.collection.given_up.set(before);
        }
    }

    /// What may become of a request that changes nothing.
    fn weather(&self) -> Result<(), Failure> {
        let faults = self.collection.faults.get();
        if self.chance(faults.unreachable) {
            return Err(Failure::Lost);
        }
        if self.chance(faults.retry) {
            return Err(self.throttled());
        }
        if self.chance(faults.broken) {
            return Err(self.broken());
        }
        Ok(())
    }

    /// Google says 403 for what goes beyond a quota, too.
    fn throttled(&self) -> Failure {
        let status = self.collection.dice.pick(&[403, 429, 503]).unwrap_or(429);
        Failure::Status(status, self.chance(50).then_some(5))
    }

    fn broken(&self) -> Failure {
        Failure::Status(self.collection.dice.pick(&[401, 500, 502, 504]).unwrap_or(500), None)
    }

    /// A cursor that means nothing to anybody else.
    fn token(&self, numbers: &[u64]) -> String {
        let epoch = self.collection.epoch.get();
        numbers.iter().fold(format!("{epoch:x}"), |token, number| format!("{token}.{number:x}"))
    }

    /// What a cursor was made of; none where it is not valid any more.
    fn numbers<const COUNT: usize>(&self, token: &str) -> Option<[u64; COUNT]> {
        let mut parts = token.split('.').map(|part| u64::from_str_radix(part, 16).ok());
        if parts.next()?? != self.collection.epoch.get() {
            return None;
        }
        let numbers: Vec<u64> = parts.collect::<Option<_>>()?;
        numbers.try_into().ok()
    }

    fn chance(&self, percent: usize) -> bool {
        self.collection.dice.percent(percent)
    }
}
