//! One application, one calendar, and the engine between them.

use crate::calendar::{Character, FakeCalendar, Manners};
use crate::clock::{SimClock, finish};
use crate::collection::{Collection, Numbering};
use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::noted::Noted;
use crate::store::MemoryStore;
use crate::trace::Keep;
use kalends::booking::Kind;
use kalends::port::{Connection, Policy};
use kalends::sync::{Engine, Report, Scope, SyncError};
use kalends::{Instant, Zone};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// Longer than a lease, in milliseconds.
pub const LEASE_IS_OVER: i64 = 31_000;

/// A run of the engine, to be polled by hand.
pub type Run<'w> = Pin<Box<dyn Future<Output = Result<Report, SyncError>> + 'w>>;

/// What a world is like.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub kind: Kind,
    pub policy: Policy,
    pub bidirectional: bool,
    pub service: Service,
}

/// The calendar service of a world.
#[derive(Clone, Copy, Debug)]
pub enum Service {
    /// One that keeps to the engine's own words.
    Plain(Manners),
}

impl Default for Setting {
    fn default() -> Self {
        let manners = Manners { page: 100, tells_etag: 100, reorders: false, character: Character::Sound };
        let service = Service::Plain(manners);
        Self { kind: Kind::Event, policy: Policy::ExternalWins, bidirectional: true, service }
    }
}

/// The world.
pub struct World {
    pub setting: Setting,
    pub clock: Rc<SimClock>,
    pub dice: Rc<Dice>,
    pub store: MemoryStore,
    pub calendar: Rc<Collection>,
    pub ledger: Rc<Ledger>,
    /// After so many commits a run leaves the rest to the next one.
    pub steps: Cell<usize>,
    speaker: FakeCalendar,
    entropy: Dice,
    edits: Cell<i64>,
    runs: Cell<usize>,
}

impl World {
    pub fn new(seed: u64, setting: Setting) -> Self {
        Self::traced(seed, setting, Keep::Nothing)
    }

    /// A world of whose history something is kept.
    pub fn traced(seed: u64, setting: Setting, keep: Keep) -> Self {
        let (dice, ledger) = (Rc::new(Dice::new(seed)), Rc::new(Ledger::kept_as(keep)));
        let clock = Rc::new(SimClock::at(Instant::from_millis(1_795_000_000_000)));
        let Service::Plain(manners) = setting.service;
        let numbering = match manners.character {
            Character::Sound | Character::Racy => Numbering::Each,
            Character::Careless => Numbering::FirstAlike,
        };
        let calendar = Rc::new(Collection::new(numbering, clock.clone(), dice.clone(), ledger.clone()));
        Self {
            setting,
            clock,
            store: MemoryStore::new(dice.clone(), ledger.clone()),
            speaker: FakeCalendar::new(calendar.clone(), manners),
            calendar,
            dice,
            ledger,
            steps: Cell::new(usize::MAX),
            entropy: Dice::new(!seed),
            edits: Cell::new(0),
            runs: Cell::new(0),
        }
    }

    /// A number that no other edit has.
    pub fn edit(&self) -> i64 {
        self.edits.set(self.edits.get() + 1);
        self.edits.get()
    }

    /// A run as the application would begin it now, not yet polled.
    pub fn run(&self, scope: Scope) -> Run<'_> {
        let connection = Connection {
            bidirectional: self.setting.bidirectional,
            ..self.store.connection(self.setting.kind, self.setting.policy)
        };
        self.runs.set(self.runs.get() + 1);
        let (run, trace) = (self.runs.get(), &self.ledger.trace);
        trace.note(format_args!("run {run}: {scope:?}"));
        Box::pin(async move {
            let engine = Engine {
                store: &Noted { port: &self.store, trace, run },
                provider: &Noted { port: &self.speaker, trace, run },
                clock: &Noted { port: &*self.clock, trace, run },
                entropy: &Noted { port: &self.entropy, trace, run },
                connection: &connection,
                floating: &Zone::utc(),
                steps: self.steps.get(),
            };
            let ended = engine.run(&scope).await;
            trace.note(format_args!("run {run}: {ended:?}"));
            ended
        })
    }

    /// A run from beginning to end.
    pub fn sync(&self) -> Result<Report, SyncError> {
        finish(self.run(Scope::Manual))
    }
}
