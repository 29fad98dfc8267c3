//! One application, one calendar, and the engine between them.

use crate::calendar::{Character, Manners};
use crate::clock::{SimClock, finish};
use crate::collection::Collection;
use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::service::{Service, Speaker};
use crate::store::MemoryStore;
use crate::trace::Keep;
use kalends::booking::Kind;
use kalends::port::{Clock, Connection, Policy};
use kalends::sync::{Report, Scope, SyncError};
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
    pub skew: Skew,
    /// Where the owner lives.
    pub zone: &'static str,
}

/// How far other clocks are ahead of ours, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Skew {
    pub service: i64,
    pub phone: i64,
}

impl Default for Setting {
    fn default() -> Self {
        let manners = Manners { page: 100, tells_etag: 100, reorders: false, character: Character::Sound };
        let service = Service::Plain(manners);
        let skew = Skew::default();
        let policy = Policy::ExternalWins;
        Self { kind: Kind::Event, policy, bidirectional: true, service, skew, zone: "UTC" }
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
    pub speaker: Speaker,
    /// After so many commits a run leaves the rest to the next one.
    pub steps: Cell<usize>,
    pub(crate) entropy: Dice,
    edits: Cell<i64>,
    runs: Cell<usize>,
}

impl World {
    pub fn new(seed: u64, setting: Setting) -> Self {
        Self::traced(seed, setting, Keep::Nothing)
    }

    /// A world of whose history something is kept.
    pub fn traced(seed: u64, setting: Setting, keep: Keep) -> Self {
        let zone = Zone::named(setting.zone).expect("it is one of IANA's");
        let (dice, ledger) = (Rc::new(Dice::new(seed)), Rc::new(Ledger::new(zone, keep)));
        let clock = Rc::new(SimClock::at(Instant::from_millis(1_795_000_000_000)));
        let (calendar, speaker) =
            setting.service.open(clock.clone(), setting.skew.service, dice.clone(), ledger.clone());
        Self {
            setting,
            clock,
            store: MemoryStore::new(dice.clone(), ledger.clone()),
            calendar,
            speaker,
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
            let ended = self.carry_out(&scope, &connection, run).await;
            trace.note(format_args!("run {run}: {ended:?}"));
            ended
        })
    }

    /// What time it is on the phone.
    pub fn phone_time(&self) -> Instant {
        self.clock.now().plus_millis(self.setting.skew.phone)
    }

    /// A run from beginning to end.
    pub fn sync(&self) -> Result<Report, SyncError> {
        finish(self.run(Scope::Manual))
    }
}
