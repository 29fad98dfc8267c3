//! What a run did: counts, and what could not be done.

use super::planner::{Action, Plan};
use crate::check::{self, Strictness};
use crate::ics::{Fault, Severity, parse};
use crate::port::{Direction, IntentKind, Outcome, RemoteId, RunLog};
use crate::time::Instant;

/// So many sentences are enough to see what is wrong with a calendar.
const SENTENCES: usize = 100;

/// The counts of one run; `calendar_sync_logs` keeps them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Events that came from the calendar for the first time, those included that were only listed.
    pub imported: u32,
    /// Appointments that reached the calendar for the first time.
    pub exported: u32,
    /// Changes taken over, either way.
    pub updated: u32,
    /// Removed, either way.
    pub deleted: u32,
    /// Both sides had changed the same thing, and one of them had to give way.
    pub conflicts: u32,
    /// What could not be done, a sentence each; the rest was done.
    pub problems: Vec<String>,
    /// Whether there is more to do than one run may.
    pub unfinished: bool,
    /// How long the run took in milliseconds, as far as the clock moved.
    pub duration: i64,
    pub(super) came_in: bool,
    pub(super) went_out: bool,
}

impl Report {
    /// Whether the run changed anything or has something to tell.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self { duration: self.duration, ..Self::default() }
    }

    /// Tells what of an event that came cannot be used, and where its own definition of a zone gives it another time.
    pub(super) fn tell_doubts(&mut self, id: &RemoteId, body: &str) {
        for problem in check::problems(body.as_bytes(), &parse(body), Strictness::Lenient) {
            let matters = check::bears_on_time(&problem)
                && (problem.what.severity() == Severity::Lost || problem.what == Fault::Contradiction);
            if matters && self.problems.len() < SENTENCES {
                self.problems.push(format!("{id}: {problem}"));
            }
        }
    }

    /// Counts a write to the calendar.
    pub(super) fn wrote(&mut self, kind: IntentKind) {
        self.went_out = true;
        match kind {
            IntentKind::Create => self.exported += 1,
            IntentKind::Update => self.updated += 1,
            IntentKind::Delete => self.deleted += 1,
        }
    }

    /// Counts what a plan took over from the calendar.
    pub(super) fn took(&mut self, name: &str, plan: &Plan) {
        self.conflicts += u32::from(plan.clash.as_ref().is_some_and(|clash| clash.outcome != Outcome::Open));
        match plan.action {
            Action::Accept(_) | Action::Merge(_) => self.updated += 1,
            Action::Cancel => self.deleted += 1,
            Action::Hold if plan.clash.is_none() => {}
            Action::Hold => {
                self.problems
                    .push(format!("\"{name}\" was changed here and in the calendar: choose which stands"));
            }
            Action::Agree(_) | Action::Write(_) | Action::Remove | Action::Forget => {}
        }
    }

    /// The row of the log.
    pub fn log(
        &self,
        sync_type: &'static str,
        started: Instant,
        ended: Instant,
        error: Option<String>,
    ) -> RunLog {
        let direction = match (self.came_in, self.went_out) {
            (true, false) => Direction::Import,
            (false, true) => Direction::Export,
            _ => Direction::Bidirectional,
        };
        RunLog {
            sync_type,
            direction,
            imported: self.imported,
            exported: self.exported,
            updated: self.updated,
            deleted: self.deleted,
            conflicts: self.conflicts,
            duration: ended.millis() - started.millis(),
            error,
            details: self.problems.clone(),
        }
    }
}
