//! One run of a connection: lease, settle what an earlier run left open, pull, push, log.

use super::links::Links;
use super::report::Report;
use super::retry::Begun;
use super::window::Beyond;
use crate::port::{
    CalendarRow, Change, Clock, Connection, ConnectionState, Cursor, Entropy, Fence, Lease, Link, Retry,
    Store, StoreError,
};
use crate::provider::{Probe, Provider, ProviderError};
use crate::time::{Instant, Span};
use crate::zone::Zone;
use std::cell::Cell;

/// How long a lease holds without a commit, in milliseconds; every commit renews it.
const LEASE: i64 = 30_000;

/// Appointments and done tasks older than this many milliseconds are not put into a newly connected calendar.
const EXPORT_BACK: i64 = 30 * 86_400_000;

/// What a run is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything; `manual` and `initial` runs are always logged.
    Manual,
    /// The same, by somebody who knows that much was deleted in the calendar: the brake is off this once.
    Accepting,
    /// Everything, for the first time.
    Initial,
    /// Everything, by the clock: leaves no trace where nothing was new.
    Scheduled,
    /// The same, and this time is to be mirrored, too.
    Covering(Span),
    /// One appointment or task that was just changed through the API.
    Entry(String),
}

impl Scope {
    fn word(&self) -> &'static str {
        match self {
            Self::Manual | Self::Accepting => "manual",
            Self::Initial => "initial",
            Self::Scheduled | Self::Covering(_) => "scheduled",
            Self::Entry(_) => "change",
        }
    }
}

/// Why a run did not come to its end. What it had committed stands; the next run goes on from there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// Another run of this connection is under way.
    #[error("this calendar is being synchronised right now; try again in a moment")]
    Busy,
    /// The calendar service did not do its part.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The database did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A listing left out so much that it is believed to be a mistake.
    #[error(
        "{gone} of {of} events are missing in the calendar at once; nothing was deleted here, and the connection is paused"
    )]
    MassDeletion {
        /// How many are missing.
        gone: usize,
        /// Of how many.
        of: usize,
    },
    /// It has made as many commits as it may. A run ends so in good order, and its report says it.
    #[error("there is more to do; the next run goes on")]
    Unfinished,
}

/// The engine for one connection.
pub struct Engine<'a, S, P, C, E> {
    /// The database.
    pub store: &'a S,
    /// The calendar.
    pub provider: &'a P,
    /// The time.
    pub clock: &'a C,
    /// Randomness.
    pub entropy: &'a E,
    /// The connection.
    pub connection: &'a Connection,
    /// The zone in which floating times and dates of this calendar are read: its owner's.
    pub floating: &'a Zone,
    /// After so many commits a run leaves the rest to the next one: what a Worker may ask of others is limited.
    pub steps: usize,
}

/// What one run knows.
pub(super) struct Run {
    pub(super) fence: Fence,
    pub(super) report: Report,
    pub(super) links: Links,
    /// Whether something that was read is left for the next run, so that the cursor may not pass it.
    pub(super) left_something: bool,
    /// How far the calendar's changes had been read when it began.
    pub(super) cursor: Option<Cursor>,
    /// The time that was mirrored then.
    pub(super) window: Option<Span>,
    /// How many commits it has made.
    steps: Cell<usize>,
}

impl Run {
    fn new(lease: Lease) -> Self {
        let Lease { fence, cursor, window } = lease;
        let (report, links) = (Report::default(), Links::default());
        Self { fence, report, links, left_something: false, cursor, window, steps: Cell::default() }
    }
}

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
    /// Carries out a run.
    ///
    /// # Errors
    ///
    /// [`SyncError`]; the connection's state and the log tell the same afterwards.
    pub async fn run(&self, scope: &Scope) -> Result<Report, SyncError> {
        let started = self.clock.now();
        if matches!(scope, Scope::Scheduled | Scope::Covering(_))
            && self.connection.state == ConnectionState::Active
        {
            let CalendarRow { cursor, window, .. } = &self.connection.calendar;
            match self.nothing_new(scope, cursor.as_ref(), *window, started).await {
                Ok(true) => return Ok(Report::default()),
                Ok(false) => {}
                Err(error) => return self.failed_before_lease(scope, started, error).await,
            }
        }
        let id = &self.connection.id;
        let lease = self.store.lease(id, started, started.plus_millis(LEASE)).await?;
        let mut run = Run::new(lease.ok_or(SyncError::Busy)?);
        let outcome = match self.steps(&mut run, scope, started).await {
            Err(SyncError::Unfinished) => {
                run.report.unfinished = true;
                Ok(())
            }
            outcome => outcome,
        };
        self.conclude(&run, scope, started, outcome.as_ref().err()).await?;
        run.report.duration = self.clock.now().millis() - started.millis();
        outcome.map(|()| run.report)
    }

    async fn steps(&self, run: &mut Run, scope: &Scope, started: Instant) -> Result<(), SyncError> {
        let is_sound = self.connection.state == ConnectionState::Active;
        if *scope == Scope::Manual
            && is_sound
            && self.nothing_new(scope, run.cursor.as_ref(), run.window, started).await?
        {
            return Ok(());
        }
        for link in self.store.links(&self.connection.id).await? {
            self.put_link(run, link);
        }
        self.settle(run).await?;
        match scope {
            // What stands there for it may not have been found yet: the run that reads everything brings it.
            Scope::Entry(_) if run.cursor.is_none() => return Ok(()),
            Scope::Entry(_) => {}
            _ => self.pull(run, scope, started).await?,
        }
        self.remove_twins(run).await?;
        let mut waiting = self.store.unsynced(&self.connection.id, started.plus_millis(-EXPORT_BACK)).await?;
        if let Scope::Entry(id) = scope {
            waiting.retain(|entry| entry.id() == id);
        }
        self.push(run, waiting).await
    }

    /// Whether a scheduled run can end without a lease: nothing here, nothing there.
    async fn nothing_new(
        &self,
        scope: &Scope,
        cursor: Option<&Cursor>,
        window: Option<Span>,
        now: Instant,
    ) -> Result<bool, SyncError> {
        let Some(cursor) = cursor else { return Ok(false) };
        let id = &self.connection.id;
        if Beyond::of(window, scope, now).is_some() {
            return Ok(false);
        }
        if !self.store.outbox(id).await?.is_empty()
            || !self.store.unsynced(id, now.plus_millis(-EXPORT_BACK)).await?.is_empty()
        {
            return Ok(false);
        }
        Ok(self.provider.probe(cursor).await? == Probe::Unchanged)
    }

    async fn failed_before_lease(
        &self,
        scope: &Scope,
        started: Instant,
        error: SyncError,
    ) -> Result<Report, SyncError> {
        let id = &self.connection.id;
        if let Some(lease) = self.store.lease(id, started, started.plus_millis(LEASE)).await? {
            self.conclude(&Run::new(lease), scope, started, Some(&error)).await?;
        }
        Err(error)
    }

    /// Writes state and log, and gives the lease back.
    async fn conclude(
        &self,
        run: &Run,
        scope: &Scope,
        started: Instant,
        error: Option<&SyncError>,
    ) -> Result<(), SyncError> {
        let ended = self.clock.now();
        if matches!(error, Some(SyncError::Store(StoreError::Fenced))) {
            return Ok(());
        }
        let begun = match scope {
            Scope::Scheduled => Begun::ByClock,
            _ => Begun::ByCall,
        };
        let retry = match error {
            Some(error) => self.connection.retry.failed(error, begun, ended, self.entropy),
            // The clock goes on with the rest at once.
            None => Retry { at: run.report.unfinished.then_some(ended), ..Retry::default() },
        };
        let state = match error {
            None => ConnectionState::Active,
            Some(SyncError::Provider(ProviderError::Unauthorized)) => ConnectionState::NeedsReauth,
            Some(SyncError::MassDeletion { .. }) => ConnectionState::Paused,
            Some(_) if retry.gives_up() => ConnectionState::Paused,
            Some(_) => ConnectionState::Error,
        };
        // What the database says of itself is for the log, not for whoever reads the connection's state.
        let sentence = error.map(|error| match error {
            SyncError::Store(StoreError::Failed(_)) => "the database did not answer".to_owned(),
            _ => error.to_string(),
        });
        let told = sentence.clone().map(|sentence| match retry.gives_up() {
            true => format!(
                "{sentence}; paused after {} failures in a row, tried again once a day",
                retry.failures
            ),
            false => sentence,
        });
        let mut changes = Vec::new();
        if matches!(error, Some(SyncError::Provider(ProviderError::NoCalendar(_)))) {
            // Should one be there again, it may be another, whose tokens fit by accident.
            changes.push(Change::ForgetCursor);
        }
        // A push of one entry proves nothing about the mirror: neither its age, nor that it can be read again.
        let whole = !matches!(scope, Scope::Entry(_));
        if whole || error.is_some() {
            let synced_at = Some(ended).filter(|_| error.is_none() && !run.report.unfinished);
            changes.push(Change::SetState { state, error: told, synced_at, retry });
        }
        let asked_for = matches!(scope, Scope::Manual | Scope::Accepting | Scope::Initial);
        if asked_for || error.is_some() || !run.report.is_empty() {
            changes.push(Change::Log(run.report.log(scope.word(), started, ended, sentence)));
        }
        self.commit(run, &changes).await?;
        self.store.release(&self.connection.id, run.fence).await?;
        Ok(())
    }

    /// Remembers a link as it was committed.
    pub(super) fn put_link(&self, run: &mut Run, link: Link) {
        run.links.put(self.provider.key(&link.remote), link);
    }

    /// Between two pieces of work: whether the run may go on.
    ///
    /// # Errors
    ///
    /// [`SyncError::Unfinished`] where it may not.
    pub(super) fn go_on(&self, run: &Run) -> Result<(), SyncError> {
        if run.steps.get() < self.steps { Ok(()) } else { Err(SyncError::Unfinished) }
    }

    pub(super) async fn commit(&self, run: &Run, changes: &[Change]) -> Result<(), SyncError> {
        if changes.is_empty() {
            return Ok(());
        }
        let until = self.clock.now().plus_millis(LEASE);
        run.steps.set(run.steps.get() + 1);
        Ok(self.store.commit(&self.connection.id, run.fence, until, changes).await?)
    }
}
