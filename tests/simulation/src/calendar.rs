//! A calendar service as a `Provider`: etags, sync tokens, pages and preconditions, and the manners and faults that
//! real ones were seen to have.

use crate::clock::pause;
use crate::dice::Dice;
use crate::ledger::Ledger;
use kalends::ics::{Component, Property, parse};
use kalends::port::{Cursor, Intent, IntentKind, RemoteId, Version};
use kalends::provider::{
    Capabilities, Changes, Fetched, Preconditions, Probe, Provider, ProviderError, RemoteChange, Replies,
    Versions, Writers, Written,
};
use kalends::{Event, Span, Zone};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

/// How a service behaves when it is well.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// How many items a page of changes holds.
    pub page: usize,
    /// Chance in a hundred that a write's reply tells the new etag.
    pub tells_etag: usize,
    /// Whether it stores properties in another order than they were sent.
    pub reorders: bool,
    /// How far it keeps to its preconditions and versions.
    pub character: Character,
}

/// How far a service keeps to its preconditions and versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Character {
    /// It does.
    Sound,
    /// Of several who write over one version, more than one may be told that it has won.
    Racy,
    /// That, and creates and deletes need no precondition, and an object made again has the version of the one before.
    Careless,
}

/// Chances in a hundred of what goes wrong.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// A write is carried out and its reply is lost.
    pub lost_after: usize,
    /// A write is lost on its way.
    pub lost_before: usize,
    /// 412 without a reason.
    pub conflict: usize,
    /// 503 to a write.
    pub retry: usize,
    /// A read gets no answer.
    pub unreachable: usize,
    /// Another writer is told the same as we are, and writes over ours.
    pub races: usize,
}

/// One calendar object resource.
#[derive(Clone, Debug)]
pub struct Object {
    pub etag: String,
    pub body: String,
    seq: u64,
}

/// The service.
pub struct FakeCalendar {
    pub manners: Manners,
    pub faults: Cell<Faults>,
    pub objects: RefCell<BTreeMap<String, Object>>,
    /// Objects that are there, and that a listing leaves out.
    pub hidden: RefCell<Vec<String>>,
    /// How many writes of the engine were carried out.
    pub writes: Cell<usize>,
    graves: RefCell<BTreeMap<String, u64>>,
    /// What the engine has read, as it was then.
    read: RefCell<HashSet<(String, u64)>>,
    /// Writers who were derived from the version before ours and are not done yet.
    racing: RefCell<Vec<Racer>>,
    /// Where such a writer was late, and the version of ours that it wrote over.
    overwritten: RefCell<BTreeMap<String, String>>,
    seq: Cell<u64>,
    /// Raised when the service forgets what its tokens meant.
    epoch: Cell<u64>,
    dice: Rc<Dice>,
    ledger: Rc<Ledger>,
}

impl FakeCalendar {
    pub fn new(manners: Manners, dice: Rc<Dice>, ledger: Rc<Ledger>) -> Self {
        Self {
            manners,
            faults: Cell::new(Faults::default()),
            objects: RefCell::default(),
            hidden: RefCell::default(),
            writes: Cell::new(0),
            graves: RefCell::default(),
            read: RefCell::default(),
            racing: RefCell::default(),
            overwritten: RefCell::default(),
            seq: Cell::new(1),
            epoch: Cell::new(1),
            dice,
            ledger,
        }
    }

    /// Stores a body, whoever sends it; the new etag.
    pub fn store(&self, href: &str, body: &str) -> String {
        let now = self.tick();
        let etag = match (self.manners.character, self.objects.borrow().get(href)) {
            (Character::Careless, None) => "\"0\"".to_owned(),
            (Character::Careless, Some(_)) | (Character::Sound | Character::Racy, _) => format!("\"{now}\""),
        };
        if let Some(ours) = self.overwritten.borrow_mut().remove(href)
            && self.objects.borrow().get(href).is_some_and(|there| !self.was_read(href, there.seq))
        {
            // Edited once more before the engine looked: the window that is written down.
            self.ledger.calendar_says(&ours);
        }
        let object = Object { etag: etag.clone(), body: body.to_owned(), seq: self.seq.get() };
        self.ledger.calendar_says(body);
        self.graves.borrow_mut().remove(href);
        self.objects.borrow_mut().insert(href.to_owned(), object);
        etag
    }

    fn was_read(&self, href: &str, seq: u64) -> bool {
        self.read.borrow().contains(&(href.to_owned(), seq))
    }

    /// Removes an object, whoever asks for it.
    pub fn remove(&self, href: &str) -> Option<String> {
        let removed = self.objects.borrow_mut().remove(href)?;
        self.graves.borrow_mut().insert(href.to_owned(), self.tick());
        Some(removed.body)
    }

    /// What is stored there.
    pub fn body(&self, href: &str) -> Option<String> {
        self.objects.borrow().get(href).map(|object| object.body.clone())
    }

    /// All hrefs.
    pub fn hrefs(&self) -> Vec<String> {
        self.objects.borrow().keys().cloned().collect()
    }

    /// No token given out so far is valid any more.
    pub fn forget_tokens(&self) {
        self.epoch.set(self.epoch.get() + 1);
        self.graves.borrow_mut().clear();
    }

    fn token(&self, seq: u64) -> Cursor {
        Cursor(format!("{} {seq}", self.epoch.get()))
    }

    fn tick(&self) -> u64 {
        self.seq.set(self.seq.get() + 1);
        self.seq.get()
    }

    fn read_fault(&self) -> Result<(), ProviderError> {
        match self.dice.percent(self.faults.get().unreachable) {
            true => Err(ProviderError::Unreachable("it is down".into())),
            false => Ok(()),
        }
    }

    fn carry_out(&self, intent: &Intent) -> Written {
        let href = &intent.remote.0;
        let current = self.objects.borrow().get(href).cloned();
        let matches = current.as_ref().is_some_and(|object| {
            intent.base_version.as_ref().is_some_and(|version| version.0 == object.etag)
        });
        let careless = self.manners.character == Character::Careless;
        let old = match (intent.kind, current) {
            (IntentKind::Create, None) => String::new(),
            (IntentKind::Delete, None) => return Written::Applied(None),
            (IntentKind::Update, None) => return Written::Gone,
            (IntentKind::Update | IntentKind::Delete, Some(object)) if matches => object.body,
            (IntentKind::Create | IntentKind::Delete, Some(object)) if careless => {
                // What came after the engine's look is in the window that such a service leaves open.
                if self.was_read(href, object.seq) { object.body } else { String::new() }
            }
            _ => return Written::Conflict,
        };
        if href.contains("phone") {
            self.ledger.wrong(format!("{:?} of the phone's own {href}", intent.kind));
        }
        self.ledger.replaced_in_calendar(href, &old, &intent.body);
        if intent.kind == IntentKind::Update {
            self.ledger.updated(href, &old, &intent.body);
        }
        self.writes.set(self.writes.get() + 1);
        if intent.kind == IntentKind::Delete {
            self.remove(href);
            return Written::Applied(None);
        }
        let body = if self.manners.reorders { reordered(&intent.body) } else { intent.body.clone() };
        let etag = self.store(href, &body);
        if self.manners.character != Character::Sound
            && intent.kind == IntentKind::Update
            && self.dice.percent(self.faults.get().races)
        {
            let theirs = edited(&old, &format!("street raced {}", self.seq.get()));
            self.racing.borrow_mut().push(Racer {
                href: href.clone(),
                over: self.seq.get(),
                read: old,
                theirs,
            });
            if self.dice.percent(50) {
                self.finish_races();
            }
        }
        Written::Applied(self.dice.percent(self.manners.tells_etag).then_some(Version(etag)))
    }

    /// Writers who were told that they have won put theirs over ours, if that still stands there.
    pub fn finish_races(&self) {
        for racer in self.racing.take() {
            let ours =
                self.objects.borrow().get(&racer.href).filter(|object| object.seq == racer.over).cloned();
            if let Some(ours) = ours {
                self.ledger.nobody_read(&ours.body, &racer.read, &racer.theirs);
                self.store(&racer.href, &racer.theirs);
                self.overwritten.borrow_mut().insert(racer.href, ours.body);
            }
        }
    }
}

/// A writer who was told that it has won, as we were.
struct Racer {
    href: String,
    /// Our version, which it does not know.
    over: u64,
    /// What it has read.
    read: String,
    /// What it writes.
    theirs: String,
}

/// Whether a component is what the engine keeps in step.
fn is_entry(component: &&mut Component) -> bool {
    component.is("VEVENT") || component.is("VTODO")
}

/// The same object with another place or, of a task, another description; its stamps as they were.
fn edited(body: &str, text: &str) -> String {
    let Some(mut calendar) = parse(body).calendars.into_iter().next() else { return body.to_owned() };
    for component in calendar.components.iter_mut().filter(is_entry) {
        let name = if component.is("VEVENT") { "LOCATION" } else { "DESCRIPTION" };
        component.remove(name);
        component.properties.push(Property::text(name, text));
    }
    calendar.write()
}

/// The same object with the properties of its event or task the other way round.
fn reordered(body: &str) -> String {
    let Some(mut calendar) = parse(body).calendars.into_iter().next() else { return body.to_owned() };
    for component in calendar.components.iter_mut().filter(is_entry) {
        component.properties.reverse();
    }
    calendar.write()
}

impl Provider for FakeCalendar {
    fn capabilities(&self) -> Capabilities {
        match self.manners.character {
            Character::Sound => Capabilities {
                preconditions: Preconditions::Kept,
                writers: Writers::One,
                versions: Versions::Unique,
                replies: Replies::Complete,
            },
            Character::Racy => Capabilities {
                preconditions: Preconditions::Kept,
                versions: Versions::Unique,
                ..Capabilities::CAREFUL
            },
            Character::Careless => Capabilities::CAREFUL,
        }
    }

    async fn touching(&self, span: Span) -> Result<Option<Vec<RemoteId>>, ProviderError> {
        pause().await;
        self.read_fault()?;
        let objects = self.objects.borrow();
        let touches = |object: &Object| match Event::parse(&object.body) {
            Ok(event) if !event.is_recurring() => {
                event.content(&Zone::utc()).map_or(true, |content| content.span.overlaps(span))
            }
            _ => true,
        };
        let touching = objects.iter().filter(|(_, object)| touches(object));
        Ok(Some(touching.map(|(href, _)| RemoteId(href.clone())).collect()))
    }

    async fn bodies_touching(&self, span: Span) -> Result<Option<Vec<Fetched>>, ProviderError> {
        let Some(ids) = self.touching(span).await? else { return Ok(None) };
        if ids.len() % 3 == 2 {
            // Too much for one answer.
            return Ok(None);
        }
        self.fetch(&ids).await.map(Some)
    }

    async fn probe(&self, cursor: &Cursor) -> Result<Probe, ProviderError> {
        pause().await;
        self.read_fault()?;
        Ok(if *cursor == self.token(self.seq.get()) { Probe::Unchanged } else { Probe::Changed })
    }

    async fn changes(&self, cursor: Option<&Cursor>) -> Result<Changes, ProviderError> {
        pause().await;
        self.read_fault()?;
        let epoch = format!("{} ", self.epoch.get());
        let token = cursor.and_then(|cursor| cursor.0.strip_prefix(&epoch)?.parse::<u64>().ok());
        let since = token.unwrap_or(0);
        let mut items: Vec<(u64, RemoteChange)> = Vec::new();
        for (href, object) in self.objects.borrow().iter() {
            let change = RemoteChange::Present(RemoteId(href.clone()), Version(object.etag.clone()));
            items.push((object.seq, change));
        }
        let hidden = self.hidden.borrow();
        items.retain(|(_, change)| !matches!(change, RemoteChange::Present(id, _) if hidden.contains(&id.0)));
        if token.is_some() {
            let graves = self.graves.borrow();
            items.extend(graves.iter().map(|(href, seq)| (*seq, RemoteChange::Gone(RemoteId(href.clone())))));
        }
        items.retain(|(seq, _)| *seq > since);
        items.sort_by_key(|(seq, _)| *seq);
        let last = items.len() <= self.manners.page;
        items.truncate(self.manners.page);
        let reached = items.last().filter(|_| !last).map_or(self.seq.get(), |(seq, _)| *seq);
        Ok(Changes {
            items: items.into_iter().map(|(_, change)| change).collect(),
            next: self.token(reached),
            last,
            full_listing: token.is_none(),
        })
    }

    async fn fetch(&self, ids: &[RemoteId]) -> Result<Vec<Fetched>, ProviderError> {
        pause().await;
        self.read_fault()?;
        if self.dice.percent(50) {
            self.finish_races();
        }
        let objects = self.objects.borrow();
        self.read
            .borrow_mut()
            .extend(ids.iter().filter_map(|id| Some((id.0.clone(), objects.get(&id.0)?.seq))));
        let fetched = ids.iter().map(|id| match objects.get(&id.0) {
            Some(object) => Fetched::Found(id.clone(), Version(object.etag.clone()), object.body.clone()),
            None => Fetched::Missing(id.clone()),
        });
        Ok(fetched.collect())
    }

    fn id_for(&self, uid: &str) -> RemoteId {
        RemoteId(format!("/cal/{uid}.ics"))
    }

    fn key(&self, id: &RemoteId) -> String {
        id.0.clone()
    }

    async fn write(&self, intent: &Intent) -> Result<Written, ProviderError> {
        pause().await;
        let faults = self.faults.get();
        if self.dice.percent(faults.retry) {
            return Ok(Written::Retry(self.dice.percent(50).then_some(5)));
        }
        if self.dice.percent(faults.conflict) {
            return Ok(Written::Conflict);
        }
        if self.dice.percent(faults.lost_before) {
            return Ok(Written::Unknown);
        }
        let written = self.carry_out(intent);
        Ok(if self.dice.percent(faults.lost_after) { Written::Unknown } else { written })
    }
}
