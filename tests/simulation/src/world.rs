//! One application, one calendar, and the engine between them.

use crate::calendar::{Character, FakeCalendar, Manners};
use crate::clock::{SimClock, finish};
use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::store::MemoryStore;
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
    pub manners: Manners,
}

impl Default for Setting {
    fn default() -> Self {
        let manners = Manners { page: 100, tells_etag: 100, reorders: false, character: Character::Sound };
        Self { kind: Kind::Event, policy: Policy::ExternalWins, bidirectional: true, manners }
    }
}

/// The world.
pub struct World {
    pub setting: Setting,
    pub clock: SimClock,
    pub dice: Rc<Dice>,
    pub store: MemoryStore,
    pub calendar: FakeCalendar,
    pub ledger: Rc<Ledger>,
    /// After so many commits a run leaves the rest to the next one.
    pub steps: Cell<usize>,
    entropy: Dice,
    edits: Cell<i64>,
}

impl World {
    pub fn new(seed: u64, setting: Setting) -> Self {
        let (dice, ledger) = (Rc::new(Dice::new(seed)), Rc::new(Ledger::default()));
        Self {
            setting,
            clock: SimClock::at(Instant::from_millis(1_795_000_000_000)),
            store: MemoryStore::new(dice.clone(), ledger.clone()),
            calendar: FakeCalendar::new(setting.manners, dice.clone(), ledger.clone()),
            dice,
            ledger,
            steps: Cell::new(usize::MAX),
            entropy: Dice::new(!seed),
            edits: Cell::new(0),
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
        Box::pin(async move {
            let engine = Engine {
                store: &self.store,
                provider: &self.calendar,
                clock: &self.clock,
                entropy: &self.entropy,
                connection: &connection,
                floating: &Zone::utc(),
                steps: self.steps.get(),
            };
            engine.run(&scope).await
        })
    }

    /// A run from beginning to end.
    pub fn sync(&self) -> Result<Report, SyncError> {
        finish(self.run(Scope::Manual))
    }
}
