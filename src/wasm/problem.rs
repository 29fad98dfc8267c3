//! What is wrong with a text, as JavaScript gets it.

use super::flat::Told;
use crate::check::{self, Strictness};
use crate::event::EventError;
use crate::ics::{Component, Fault, PROBLEMS, Parsed, Problem, Severity};
use crate::recurrence::RecurrenceError;
use crate::rule::RuleError;

/// What bears on the time that the events of a text take.
pub(super) fn of_time(text: &[u8], parsed: &Parsed<'_>) -> Vec<Problem> {
    let mut problems = check::problems(text, parsed, Strictness::Lenient);
    problems.retain(check::bears_on_time);
    problems
}

/// Whatever keeps the component of a UID back is told, also where the check has not found it.
pub(super) fn tell_unusable(
    entry: Option<&Component>,
    uid: &str,
    error: &RecurrenceError,
    problems: &mut Vec<Problem>,
) {
    let is_told = |p: &Problem| p.what.severity() == Severity::Lost && p.uid.as_deref() == Some(uid);
    if problems.len() > PROBLEMS || problems.iter().any(is_told) {
        return;
    }
    let what = match error {
        RecurrenceError::Rule(RuleError::Scale(_)) => Fault::Scale,
        RecurrenceError::Rule(_) => Fault::Rule,
        RecurrenceError::Budget(_) => Fault::Budget,
        RecurrenceError::Event(EventError::Zone(_)) => Fault::Zone,
        RecurrenceError::Event(_) => Fault::Value,
    };
    let problem = entry.map_or(Problem::at(what, 0, 0), |entry| Problem::of(what, entry));
    problems.push(Problem { uid: Some(uid.to_owned()), ..problem.because(error.to_string()) });
}

pub(super) fn problem(told: &mut Told, problem: &Problem) {
    told.text(problem.what.code());
    told.text(problem.what.severity().as_str());
    told.written(|text| problem.write_message(text));
    told.number(problem.line.into());
    told.number(problem.column.into());
    for text in [&problem.component, &problem.uid, &problem.property] {
        told.text(text.as_deref().unwrap_or_default());
    }
}
