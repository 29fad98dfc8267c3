//! One calendar collection as its service keeps it: what is there and what was, who has read it, and who writes over
//! whom. The services beside this speak for it in their protocols.

use crate::clock::SimClock;
use crate::dice::Dice;
use crate::faults::Faults;
use crate::invariant::Invariant;
use crate::ledger::Ledger;
use crate::rewriting;
use kalends::port::{Clock, IntentKind};
use kalends::{Event, Instant, Span, Zone};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

/// How a service makes etags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// Each write has another one.
    Each,
    /// The same, but the first of every object is alike, that of one made again at its address included.
    FirstAlike,
    /// Each object counts its own from zero, one made again at its address from zero again (SOGo).
    Counted,
    /// The same content has the same one (most servers).
    Content,
}

/// What becomes of what is stored, whoever sends it.
pub type Rewriting = fn(&str) -> String;

/// One calendar object resource.
#[derive(Clone, Debug)]
pub struct Object {
    pub etag: String,
    pub body: String,
    /// The number of the write that stored it.
    pub seq: u64,
    /// The number of the write that made it.
    pub born: u64,
    /// When that write was, by the service's own clock.
    pub at: Instant,
    /// How many writes there were since it was made.
    edition: u64,
}

/// What a service remembers of an object that is gone.
#[derive(Clone, Copy, Debug)]
pub struct Grave {
    pub seq: u64,
    pub born: u64,
    pub at: Instant,
}

/// What the names of all objects of one appointment or task begin with.
pub fn family(href: &str) -> &str {
    href.rsplit_once('-').map_or(href, |(family, _)| family)
}

/// A collection as it was once.
pub struct Backup {
    objects: BTreeMap<String, Object>,
    graves: BTreeMap<String, Grave>,
    seq: u64,
}

/// The collection.
pub struct Collection {
    pub objects: RefCell<BTreeMap<String, Object>>,
    pub graves: RefCell<BTreeMap<String, Grave>>,
    /// Objects that are there, and that a listing leaves out.
    pub hidden: RefCell<Vec<String>>,
    pub faults: Cell<Faults>,
    /// How many writes of the engine were carried out.
    pub writes: Cell<usize>,
    /// What was written over by somebody who had not read it, so that nobody can know of it, or was brought back by a
    /// backup: until the engine writes there again, its STATUS may be any.
    pub unknowing: RefCell<BTreeSet<String>>,
    /// Set while a request arrives that was given up, or a run goes on that others believe to be dead.
    pub given_up: Cell<bool>,
    /// The appointments and tasks of which such a one made an object, or a backup brought one back, or a listing left
    /// one out, by what the names of their objects have in common: there may be two by now, of which one is the owner's.
    pub doubled: RefCell<BTreeSet<String>>,
    /// Whether a listing may have left something out, or the collection went back in time: the brake may hold.
    pub unsteady: Cell<bool>,
    /// Raised when the service forgets what its tokens meant.
    pub epoch: Cell<u64>,
    /// Which collection this is: another one each time that it is made again.
    pub made: Cell<u64>,
    /// Raised when it goes back in time.
    pub life: Cell<u64>,
    seq: Cell<u64>,
    numbering: Numbering,
    rewriting: Option<Rewriting>,
    /// What the engine has read, as it was then.
    read: RefCell<HashSet<(String, u64)>>,
    /// Writers who were derived from the version before ours and are not done yet.
    racing: RefCell<Vec<Racer>>,
    /// Where such a writer was late, and the version of ours that it wrote over.
    overwritten: RefCell<BTreeMap<String, String>>,
    clock: Rc<SimClock>,
    /// How far the service's clock is ahead of ours, in milliseconds.
    ahead: i64,
    pub dice: Rc<Dice>,
    pub ledger: Rc<Ledger>,
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

impl Collection {
    pub fn new(numbering: Numbering, clock: Rc<SimClock>, dice: Rc<Dice>, ledger: Rc<Ledger>) -> Self {
        Self {
            objects: RefCell::default(),
            graves: RefCell::default(),
            hidden: RefCell::default(),
            faults: Cell::default(),
            writes: Cell::default(),
            unknowing: RefCell::default(),
            given_up: Cell::default(),
            doubled: RefCell::default(),
            unsteady: Cell::default(),
            epoch: Cell::default(),
            made: Cell::new(1),
            life: Cell::default(),
            seq: Cell::default(),
            numbering,
            rewriting: None,
            read: RefCell::default(),
            racing: RefCell::default(),
            overwritten: RefCell::default(),
            clock,
            ahead: 0,
            dice,
            ledger,
        }
    }

    /// The same in a service that rewrites what it stores, and whose clock is so far ahead of ours.
    pub fn kept(self, rewriting: Option<Rewriting>, ahead: i64) -> Self {
        Self { rewriting, ahead, ..self }
    }

    /// What time it is for the service.
    pub fn now(&self) -> Instant {
        self.clock.now().plus_millis(self.ahead)
    }

    /// The number of the last write.
    pub fn seq(&self) -> u64 {
        self.seq.get()
    }

    fn tick(&self) -> u64 {
        self.seq.set(self.seq.get() + 1);
        self.seq.get()
    }

    /// Stores a body, whoever sends it; the new etag.
    pub fn store(&self, href: &str, body: &str) -> String {
        let body = self.rewriting.map_or_else(|| body.to_owned(), |rewriting| rewriting(body));
        let seq = self.tick();
        let before = self.objects.borrow().get(href).cloned();
        let (born, edition) = before.as_ref().map_or((seq, 0), |before| (before.born, before.edition + 1));
        let etag = match self.numbering {
            Numbering::Each => format!("\"{}-{}-{seq}\"", self.made.get(), self.life.get()),
            Numbering::FirstAlike if edition == 0 => "\"0\"".to_owned(),
            Numbering::FirstAlike => format!("\"{seq}\""),
            Numbering::Counted => format!("\"gcs{edition:08}\""),
            Numbering::Content => format!("\"{:016x}\"", rewriting::digest(&body)),
        };
        if let Some(ours) = self.overwritten.borrow_mut().remove(href)
            && before.is_some_and(|there| !self.ledger.has_mirrored(&there.body))
        {
            // Edited once more before the engine took it in: the window that is written down.
            self.nobody_can_know(href, &ours);
        }
        self.ledger.calendar_has(href, &etag, &body);
        self.graves.borrow_mut().remove(href);
        let object = Object { etag: etag.clone(), body, seq, born, at: self.now(), edition };
        self.objects.borrow_mut().insert(href.to_owned(), object);
        etag
    }

    /// Ours was written over unread, and no client can find out: what it said counts as said, though it is nowhere.
    fn nobody_can_know(&self, href: &str, ours: &str) {
        self.ledger.calendar_says(ours);
        self.unknowing.borrow_mut().insert(href.to_owned());
    }

    /// Removes an object, whoever asks for it.
    pub fn remove(&self, href: &str) -> Option<String> {
        let removed = self.objects.borrow_mut().remove(href)?;
        let grave = Grave { seq: self.tick(), born: removed.born, at: self.now() };
        self.graves.borrow_mut().insert(href.to_owned(), grave);
        self.ledger.calendar_lost(href);
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

    /// The collection is deleted and made again with everything that is in it: numbers begin anew.
    pub fn make_again(&self) {
        let objects = self.objects.take();
        self.graves.borrow_mut().clear();
        self.seq.set(0);
        self.epoch.set(0);
        self.made.set(self.made.get() + 1);
        self.forget_who_has_read();
        for (href, object) in objects {
            self.store(&href, &object.body);
        }
    }

    /// Everything as it is now, for [`Collection::restore`].
    pub fn back_up(&self) -> Backup {
        Backup {
            objects: self.objects.borrow().clone(),
            graves: self.graves.borrow().clone(),
            seq: self.seq.get(),
        }
    }

    /// Everything is as it was once. Numbers go on from there, too, and tokens given since may fit by accident.
    pub fn restore(&self, backup: &Backup) {
        let there = self.objects.replace(backup.objects.clone());
        there
            .keys()
            .filter(|href| !backup.objects.contains_key(*href))
            .for_each(|href| self.ledger.calendar_lost(href));
        backup
            .objects
            .iter()
            .for_each(|(href, object)| self.ledger.calendar_has(href, &object.etag, &object.body));
        let as_it_was = |href: &str| there.get(href).map(|object| &object.body) == self.body(href).as_ref();
        for href in backup.objects.keys().filter(|href| !as_it_was(href)) {
            self.doubled.borrow_mut().insert(family(href).to_owned());
            self.unknowing.borrow_mut().insert(href.clone());
        }
        self.graves.replace(backup.graves.clone());
        self.seq.set(backup.seq);
        self.life.set(self.life.get() + 1);
        self.forget_who_has_read();
        self.unsteady.set(true);
    }

    /// A listing of everything tells nothing of these.
    pub fn leave_out(&self, is_left_out: impl Fn(&str) -> bool) {
        self.unsteady.set(true);
        let objects = self.objects.borrow();
        for href in objects.keys().filter(|href| is_left_out(href)) {
            self.ledger.truth.is_left_out(href);
            self.doubled.borrow_mut().insert(family(href).to_owned());
        }
    }

    fn forget_who_has_read(&self) {
        self.read.take();
        self.racing.take();
        self.overwritten.take();
    }

    /// The hrefs of what touches a span of time, and of series.
    pub fn touching(&self, span: Span) -> Vec<String> {
        let objects = self.objects.borrow();
        let touches = |object: &Object| match Event::parse(&object.body) {
            Ok(event) if !event.is_recurring() => {
                event.content(&Zone::utc()).map_or(true, |content| content.span.overlaps(span))
            }
            _ => true,
        };
        objects.iter().filter(|(_, object)| touches(object)).map(|(href, _)| href.clone()).collect()
    }

    /// The engine is told what these objects say.
    pub fn told<'h>(&self, hrefs: impl IntoIterator<Item = &'h str>) {
        let objects = self.objects.borrow();
        let seen = hrefs.into_iter().filter_map(|href| Some((href.to_owned(), objects.get(href)?.seq)));
        self.read.borrow_mut().extend(seen);
    }

    fn was_read(&self, href: &str, seq: u64) -> bool {
        self.read.borrow().contains(&(href.to_owned(), seq))
    }

    /// Carries out a write of the engine; the new etag. Where the service did not keep the precondition, what came after
    /// the engine's look is in the window that such a service leaves open. So is what a request meets that was given
    /// up, where the service does not keep the precondition or uses etags again.
    pub fn write(&self, kind: IntentKind, href: &str, body: &str, precondition_held: bool) -> String {
        let old = self.objects.borrow().get(href).cloned();
        // An etag that comes back may be that of an object which was deleted and made again meanwhile.
        let is_proof = precondition_held && matches!(self.numbering, Numbering::Each | Numbering::Content);
        let known = old.filter(|old| is_proof || !self.given_up.get() && self.was_read(href, old.seq));
        if href.contains("phone") {
            self.ledger.broke(Invariant::OwnersOwn, format!("{kind:?} of the phone's own {href}"));
        }
        let before = known.as_ref().map_or("", |old| &old.body);
        self.ledger.replaced_in_calendar(href, before, body);
        if kind == IntentKind::Update {
            self.ledger.updated_in_calendar(href, before, body);
        }
        self.writes.set(self.writes.get() + 1);
        self.unknowing.borrow_mut().remove(href);
        if kind == IntentKind::Delete {
            self.remove(href);
            return String::new();
        }
        if self.given_up.get() && known.is_none() {
            self.doubled.borrow_mut().insert(family(href).to_owned());
        }
        self.store(href, body)
    }

    /// Another writer, derived from the same version as ours, is told that it has won, too; it comes last, at once or
    /// later.
    pub fn race(&self, href: &str, read: String, theirs: String) {
        self.racing.borrow_mut().push(Racer { href: href.to_owned(), over: self.seq.get(), read, theirs });
        if self.dice.percent(50) {
            self.finish_races();
        }
    }

    /// Writers who were told that they have won put theirs over ours, if that still stands there.
    pub fn finish_races(&self) {
        for racer in self.racing.take() {
            let ours =
                self.objects.borrow().get(&racer.href).filter(|object| object.seq == racer.over).cloned();
            let Some(ours) = ours else { continue };
            let is_later = rewriting::is_later(&racer.theirs, &ours.body);
            if !is_later {
                self.ledger.nobody_read(&ours.body, &racer.read, &racer.theirs);
            }
            self.store(&racer.href, &racer.theirs);
            match is_later {
                // By its stamp it could have been derived from ours: the window that is written down.
                true => self.nobody_can_know(&racer.href, &ours.body),
                false => drop(self.overwritten.borrow_mut().insert(racer.href, ours.body)),
            }
        }
    }
}
