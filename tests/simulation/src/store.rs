//! The database in memory: one connection, all-or-nothing commits, the lease, its fence, and the unique keys of the
//! real schema.

use crate::clock::pause;
use crate::dice::Dice;
use crate::invariant::Invariant;
use crate::ledger::Ledger;
use kalends::booking::{Appointment, Entry, Kind, Source, Task};
use kalends::port::{
    CalendarId, CalendarRow, Change, Conflict, ConflictId, Connection, ConnectionId, ConnectionState, Cursor,
    Fence, Intent, Lease, Link, LinkId, Mirrored, OpenConflict, Outcome, OwnerKey, Policy, Retry, RunLog,
    Store, StoreError,
};
use kalends::{Instant, Span};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// The tables.
#[derive(Clone, Debug)]
pub struct Rows {
    pub entries: BTreeMap<String, Entry>,
    pub links: BTreeMap<LinkId, Link>,
    pub events: BTreeMap<LinkId, Mirrored>,
    pub outbox: Vec<Intent>,
    pub cursor: Option<Cursor>,
    pub window: Option<Span>,
    pub state: ConnectionState,
    pub retry: Retry,
    pub error: Option<String>,
    pub conflicts: Vec<Conflict>,
    /// What a person has chosen of open conflicts.
    pub choices: BTreeMap<ConflictId, Source>,
    pub logs: Vec<RunLog>,
    pub fence: i64,
    pub lease_until: Instant,
}

/// The store.
pub struct MemoryStore {
    pub rows: RefCell<Rows>,
    /// Chance in a hundred that a commit fails, half of them after it was carried out.
    pub failing: Cell<usize>,
    pub commits: Cell<usize>,
    dice: Rc<Dice>,
    ledger: Rc<Ledger>,
}

impl MemoryStore {
    pub fn new(dice: Rc<Dice>, ledger: Rc<Ledger>) -> Self {
        let rows = Rows {
            entries: BTreeMap::new(),
            links: BTreeMap::new(),
            events: BTreeMap::new(),
            outbox: Vec::new(),
            cursor: None,
            window: None,
            state: ConnectionState::Active,
            retry: Retry::default(),
            error: None,
            conflicts: Vec::new(),
            choices: BTreeMap::new(),
            logs: Vec::new(),
            fence: 0,
            lease_until: Instant::MIN,
        };
        Self { rows: RefCell::new(rows), failing: Cell::new(0), commits: Cell::new(0), dice, ledger }
    }

    /// The connection as it is stored.
    pub fn connection(&self, kind: Kind, policy: Policy) -> Connection {
        let rows = self.rows.borrow();
        Connection {
            id: ConnectionId("con_1".into()),
            owner: OwnerKey { tenant: "default".into(), owner: "ana".into() },
            state: rows.state,
            retry: rows.retry,
            policy,
            auto_export: true,
            bidirectional: true,
            calendar: CalendarRow {
                id: CalendarId("cal_1".into()),
                url: "/cal/".into(),
                kind,
                cursor: rows.cursor.clone(),
                window: rows.window,
            },
        }
    }

    /// The appointment as it stands.
    pub fn appointment(&self, id: &str) -> Appointment {
        match &self.rows.borrow().entries[id] {
            Entry::Appointment(appointment) => appointment.clone(),
            Entry::Task(_) | Entry::TaskTime(_) => panic!("{id} is a task"),
        }
    }

    /// The task as it stands.
    pub fn task(&self, id: &str) -> Task {
        match &self.rows.borrow().entries[id] {
            Entry::Task(task) | Entry::TaskTime(task) => task.clone(),
            Entry::Appointment(_) => panic!("{id} is an appointment"),
        }
    }

    /// The link of an appointment or task.
    pub fn link_of(&self, entry: &str) -> Option<Link> {
        let rows = self.rows.borrow();
        rows.links.values().find(|link| link.entry.as_deref() == Some(entry)).cloned()
    }

    /// Disconnects the calendar and connects it again: what was mirrored is forgotten, appointments and tasks stay.
    pub fn reconnect(&self) {
        let mut rows = self.rows.borrow_mut();
        rows.links.clear();
        rows.events.clear();
        rows.outbox.clear();
        (rows.cursor, rows.window) = (None, None);
        (rows.state, rows.retry, rows.error) = (ConnectionState::Active, Retry::default(), None);
        (rows.fence, rows.lease_until) = (rows.fence + 1, Instant::MIN);
        let open = rows.conflicts.iter_mut().filter(|conflict| conflict.outcome == Outcome::Open);
        open.for_each(|conflict| conflict.outcome = Outcome::Application);
    }

    /// Writes what the application itself changed.
    pub fn put(&self, entry: impl Into<Entry>) {
        let entry = entry.into();
        self.ledger.application_says(&entry);
        self.rows.borrow_mut().entries.insert(entry.id().to_owned(), entry);
    }

    fn apply(&self, rows: &mut Rows, change: &Change) -> Result<(), StoreError> {
        let linked = |rows: &Rows, link: &LinkId| match rows.links.contains_key(link) {
            true => Ok(()),
            false => Err(StoreError::Failed(format!("FOREIGN KEY: there is no link {link}"))),
        };
        match change {
            Change::PutLink(link) => {
                rows.links.insert(link.id.clone(), link.clone());
            }
            Change::PutEvent(link, event) => {
                linked(rows, link)?;
                rows.events.insert(link.clone(), event.clone());
            }
            Change::DropLink(link) => {
                rows.links.remove(link);
                rows.events.remove(link);
                rows.outbox.retain(|intent| intent.link != *link);
            }
            Change::PutIntent(intent) => {
                linked(rows, &intent.link)?;
                rows.outbox.push(intent.clone());
            }
            Change::DropIntent(id) => rows.outbox.retain(|intent| intent.id != *id),
            Change::PutEntry { entry, expected } => {
                let current = rows.entries.get(entry.id()).ok_or(StoreError::Stale)?;
                if current.revision() != *expected {
                    return Err(StoreError::Stale);
                }
                let mut raised = (**entry).clone();
                match &mut raised {
                    Entry::Appointment(appointment) => appointment.revision = expected + 1,
                    Entry::Task(task) | Entry::TaskTime(task) => task.revision = expected + 1,
                }
                rows.entries.insert(raised.id().to_owned(), raised);
            }
            Change::SetCursor(cursor) => rows.cursor = Some(cursor.clone()),
            Change::ForgetCursor => rows.cursor = None,
            Change::SetWindow(window) => rows.window = Some(*window),
            Change::SetState { state, retry, error, .. } => {
                (rows.state, rows.retry, rows.error) = (*state, *retry, error.clone());
            }
            Change::PutConflict(conflict) => {
                match rows.conflicts.iter_mut().find(|kept| kept.id == conflict.id) {
                    Some(kept) => *kept = conflict.clone(),
                    None => rows.conflicts.push(conflict.clone()),
                }
            }
            Change::EndConflict(id) => {
                let ended = rows.conflicts.iter_mut().filter(|kept| kept.id == *id);
                ended.for_each(|kept| kept.outcome = Outcome::Agreed);
            }
            Change::Log(log) => rows.logs.push(log.clone()),
        }
        Ok(())
    }

    /// Tells the ledger what a commit that stands has done.
    fn record(&self, before: &Rows, changes: &[Change]) {
        self.ledger.judge(before, &self.rows.borrow(), changes);
        for change in changes {
            if let Change::PutConflict(conflict) = change {
                [&conflict.application, &conflict.calendar]
                    .into_iter()
                    .flatten()
                    .for_each(|one| self.ledger.keeps(one));
            }
        }
        for change in changes {
            match change {
                Change::PutEntry { entry, .. } => {
                    self.ledger.application_says(entry);
                    self.ledger.replaced_in_application(&before.entries[entry.id()], entry);
                }
                Change::PutEvent(_, mirrored) => self.ledger.mirrors(&mirrored.source),
                _ => {}
            }
        }
    }
}

impl Rows {
    fn check_keys(&self) -> Result<(), StoreError> {
        let (mut remotes, mut entries) = (HashSet::new(), HashSet::new());
        for link in self.links.values() {
            if !remotes.insert(&link.remote) || link.entry.as_ref().is_some_and(|id| !entries.insert(id)) {
                return Err(StoreError::Failed(format!("UNIQUE: {link:?}")));
            }
        }
        Ok(())
    }
}

impl Store for MemoryStore {
    async fn lease(
        &self,
        _: &ConnectionId,
        now: Instant,
        until: Instant,
    ) -> Result<Option<Lease>, StoreError> {
        pause().await;
        let mut rows = self.rows.borrow_mut();
        if rows.lease_until > now {
            return Ok(None);
        }
        (rows.fence, rows.lease_until) = (rows.fence + 1, until);
        Ok(Some(Lease { fence: Fence(rows.fence), cursor: rows.cursor.clone(), window: rows.window }))
    }

    async fn release(&self, _: &ConnectionId, fence: Fence) -> Result<(), StoreError> {
        pause().await;
        let mut rows = self.rows.borrow_mut();
        if rows.fence == fence.0 {
            rows.lease_until = Instant::MIN;
        }
        Ok(())
    }

    async fn links(&self, _: &ConnectionId) -> Result<Vec<Link>, StoreError> {
        pause().await;
        let rows = self.rows.borrow();
        let chosen = |link: &Link| {
            let conflict = link
                .conflict
                .as_ref()
                .map(|open| OpenConflict { choice: rows.choices.get(&open.id).copied(), ..open.clone() });
            Link { conflict, ..link.clone() }
        };
        Ok(rows.links.values().map(chosen).collect())
    }

    async fn unread(&self, _: &ConnectionId) -> Result<Vec<LinkId>, StoreError> {
        pause().await;
        let rows = self.rows.borrow();
        let links = rows.links.values().filter(|link| link.version.is_some());
        Ok(links.filter(|link| !rows.events.contains_key(&link.id)).map(|link| link.id.clone()).collect())
    }

    async fn sources(&self, links: &[LinkId]) -> Result<HashMap<LinkId, String>, StoreError> {
        pause().await;
        let rows = self.rows.borrow();
        let source = |link: &LinkId| Some((link.clone(), rows.events.get(link)?.source.clone()));
        Ok(links.iter().filter_map(source).collect())
    }

    async fn entry(&self, _: &ConnectionId, id: &str) -> Result<Option<Entry>, StoreError> {
        pause().await;
        Ok(self.rows.borrow().entries.get(id).cloned())
    }

    async fn unsynced(&self, _: &ConnectionId, since: Instant) -> Result<Vec<Entry>, StoreError> {
        pause().await;
        let rows = self.rows.borrow();
        let waiting = rows.entries.values().filter_map(|entry| {
            let link = rows.links.values().find(|link| link.entry.as_deref() == Some(entry.id()));
            let waits = match (entry.content().is_some(), link) {
                (_, Some(link)) => {
                    let decided =
                        link.conflict.as_ref().is_some_and(|open| rows.choices.contains_key(&open.id));
                    link.agreed_revision != entry.revision() || decided
                }
                (true, None) => match entry {
                    Entry::Appointment(appointment) => appointment.span.end() > since,
                    Entry::Task(task) => !task.status.is_done() || task.changed_at > since,
                    Entry::TaskTime(task) => task.scheduled.is_some_and(|start| start > since),
                },
                (false, None) => false,
            };
            waits.then(|| entry.clone())
        });
        Ok(waiting.collect())
    }

    async fn outbox(&self, _: &ConnectionId) -> Result<Vec<Intent>, StoreError> {
        pause().await;
        Ok(self.rows.borrow().outbox.clone())
    }

    async fn commit(
        &self,
        _: &ConnectionId,
        fence: Fence,
        until: Instant,
        changes: &[Change],
    ) -> Result<(), StoreError> {
        pause().await;
        let before = self.rows.borrow().clone();
        if before.fence != fence.0 {
            return Err(StoreError::Fenced);
        }
        let fails = self.dice.percent(self.failing.get());
        if fails && self.dice.percent(50) {
            return Err(StoreError::Failed("before".into()));
        }
        let mut after = before.clone();
        for change in changes {
            self.apply(&mut after, change)?;
        }
        after.check_keys().inspect_err(|error| self.ledger.broke(Invariant::Keys, error.to_string()))?;
        after.lease_until = until;
        *self.rows.borrow_mut() = after;
        self.record(&before, changes);
        self.commits.set(self.commits.get() + 1);
        if fails { Err(StoreError::Failed("the reply was lost".into())) } else { Ok(()) }
    }
}
