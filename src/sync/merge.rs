//! One appointment or task against its object: both sides, the plan, and what it means for the database.

use super::engine::{Engine, Run, SyncError};
use super::planner::{Action, Clash, Local, Plan, Remote, plan};
use crate::booking::{Entry, Source};
use crate::event::{self, CalendarObject, Content, EntryContent};
use crate::port::{
    Change, Clock, Conflict, ConflictId, Entropy, Link, OpenConflict, Outcome, Policy, Store, StoreError,
};
use crate::provider::Provider;

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
    /// What the calendar says of an appointment or task. The status of an event counts only where it cancels: calendars
    /// set it freely.
    pub(super) fn remote_side(&self, object: &CalendarObject, current: &Entry) -> Remote {
        let at = object.last_modified();
        match (object.content(self.floating), current) {
            (Ok(EntryContent::Event(theirs)), Entry::Appointment(_) | Entry::TaskTime(_))
                if theirs.status == event::Status::Cancelled =>
            {
                Remote::Gone
            }
            (Ok(EntryContent::Event(theirs)), Entry::Appointment(current)) if theirs.span.is_empty() => {
                // An event may have no length, an appointment may not: its time stays.
                Remote::Present(Content { span: current.span, ..theirs }.into(), at)
            }
            (Ok(theirs @ EntryContent::Event(_)), Entry::Appointment(_) | Entry::TaskTime(_))
            | (Ok(theirs @ EntryContent::Todo(_)), Entry::Task(_)) => Remote::Present(theirs, at),
            // It cannot be read, or a task stands where an event was.
            _ => Remote::Unread,
        }
    }

    pub(super) fn planned(&self, link: &Link, current: &Entry, remote: &Remote) -> Plan {
        if link.conflict.is_some() && *remote == Remote::Unread && current.content().is_some() {
            // What waits for a choice goes on waiting until both sides can be read.
            return Action::Hold.into();
        }
        let policy = match link.conflict.as_ref().and_then(|open| open.choice) {
            _ if !self.connection.bidirectional => Policy::LocalWins,
            Some(Source::Application) => Policy::LocalWins,
            Some(Source::Calendar) => Policy::ExternalWins,
            None => self.connection.policy,
        };
        let (mut base, mut remote) = (link.base.clone(), remote.clone());
        if let Remote::Present(theirs, at) = remote {
            // An event's status is ours to say: it is neither news from the calendar nor a conflict with an edit there.
            let ours = current.content().and_then(|ours| ours.own_status());
            let theirs = theirs.with_own_status(ours);
            base = base.map(|base| base.with_own_status(theirs.own_status()));
            remote = Remote::Present(theirs, at);
        }
        let planned = plan(base.as_ref(), &local_side(current), &remote, policy);
        let takes = matches!(planned.action, Action::Accept(_) | Action::Merge(_) | Action::Cancel);
        if self.connection.bidirectional || !takes {
            return planned;
        }
        // One way only: the calendar shows what is said here, it does not change it. What it said is kept.
        let action = current.content().map_or(Action::Remove, Action::Write);
        let said = match remote {
            Remote::Present(theirs, _) => Some(theirs),
            Remote::Unread | Remote::Gone => None,
        };
        let clash = Clash::of(current.content().as_ref(), said.as_ref(), Outcome::Application);
        Plan { action, clash: Some(clash) }
    }

    /// What a plan means for the database. Remote writes are left to the push, which finds the entry unsynced. A link
    /// without a version is one whose object is gone. The flag tells whether the link stays.
    pub(super) fn carry(
        &self,
        link: &mut Link,
        current: Entry,
        remote: &Remote,
        plan: &Plan,
    ) -> (bool, Vec<Change>) {
        let expected = current.revision();
        let gone = *remote == Remote::Gone;
        let open = link.conflict.take();
        if plan.action == Action::Hold {
            let new = || OpenConflict { id: ConflictId(self.entropy.id("cfl")), choice: None };
            let open = open.unwrap_or_else(new);
            let told = |clash| self.conflict(Some(open.id.clone()), current.id(), clash);
            let mut changes: Vec<Change> = plan.clash.iter().map(told).collect();
            (link.agreed_revision, link.conflict) = (expected, Some(open));
            changes.push(Change::PutLink(link.clone()));
            return (true, changes);
        }
        let mut changes = match (&plan.clash, open.map(|open| open.id)) {
            (Some(clash), open) => vec![self.conflict(open, current.id(), clash)],
            (None, Some(open)) => vec![Change::EndConflict(open)],
            (None, None) => Vec::new(),
        };
        if let Remote::Present(theirs, _) = remote {
            // Another status there is no reason to write, unless ours is another than the one written last.
            let written = link.base.as_ref().unwrap_or(theirs).own_status();
            let ours = current.content().and_then(|ours| ours.own_status());
            let status = if ours == theirs.own_status() { ours } else { written };
            link.base = Some(theirs.clone().with_own_status(status));
        }
        match &plan.action {
            Action::Agree(_) => {
                let base = link.base.as_ref();
                let is_said =
                    |ours: EntryContent| base.is_some_and(|base| base.own_status() == ours.own_status());
                link.agreed_revision = if current.content().is_some_and(is_said) { expected } else { 0 };
            }
            Action::Write(_) | Action::Remove => link.agreed_revision = 0,
            Action::Accept(content) | Action::Merge(content) => {
                let mut entry = current;
                entry.accept(content);
                let says_the_same = match (entry.content(), &link.base) {
                    (Some(ours), Some(base)) => base.differences(&ours).is_empty(),
                    _ => false,
                };
                link.agreed_revision = if says_the_same { expected + 1 } else { 0 };
                changes.push(self.put(entry, expected));
            }
            Action::Cancel => changes.push(self.put(current.ended(), expected)),
            Action::Forget | Action::Hold => {}
        }
        // Marked as cancelled, and still there: from now on it is an event of the owner's own.
        let disowned = gone && link.version.is_some();
        if disowned {
            (link.entry, link.base, link.agreed_revision) = (None, None, 0);
        }
        let stays = disowned || !gone && plan.action != Action::Forget;
        changes.push(if stays { Change::PutLink(link.clone()) } else { Change::DropLink(link.id.clone()) });
        (stays, changes)
    }

    fn put(&self, entry: Entry, expected: i64) -> Change {
        Change::PutEntry { entry: Box::new(entry.changed(self.clock.now())), expected }
    }

    /// A clash as it is kept; under the id of the open conflict that it belongs to, if there is one.
    pub(super) fn conflict(&self, open: Option<ConflictId>, entry: &str, clash: &Clash) -> Change {
        let Clash { fields, application, calendar, outcome } = clash.clone();
        let id = open.unwrap_or_else(|| ConflictId(self.entropy.id("cfl")));
        Change::PutConflict(Conflict { id, entry: entry.to_owned(), fields, application, calendar, outcome })
    }

    /// Plans an appointment or task whose conflict waits for a person, or has been decided, against what the calendar
    /// was last seen to say; tells whether it is to be planned again, since it waits no more.
    pub(super) async fn reconsider(
        &self,
        run: &mut Run,
        entry: Entry,
        mut link: Link,
    ) -> Result<bool, SyncError> {
        let is_decided = link.conflict.as_ref().is_some_and(|open| open.choice.is_some());
        if !is_decided && link.agreed_revision == entry.revision() {
            return Ok(false);
        }
        let remote = match link.version {
            None => Remote::Gone,
            Some(_) => {
                let source = self.store.source(&link.id).await?.unwrap_or_default();
                CalendarObject::parse(&source)
                    .map_or(Remote::Unread, |object| self.remote_side(&object, &entry))
            }
        };
        let (plan, name) = (self.planned(&link, &entry, &remote), entry.name());
        let (stays, changes) = self.carry(&mut link, entry, &remote, &plan);
        match self.commit(run, &changes).await {
            Err(SyncError::Store(StoreError::Stale)) => return Ok(true),
            outcome => outcome?,
        }
        run.report.took(&name, &plan);
        match stays {
            true => self.put_link(run, link),
            false => run.links.remove(&link.id),
        }
        Ok(plan.action != Action::Hold)
    }
}

/// What the application says of an appointment or task.
pub(super) fn local_side(entry: &Entry) -> Local {
    match entry.content() {
        Some(content) => Local::Live(content, entry.changed_at()),
        None => Local::Ended,
    }
}
