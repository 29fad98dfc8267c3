//! Undoing what was decided about a conflict: the version that gave way is put in the place of the one that stands.

use crate::booking::{Appointment, Entry, Source, Status, Task};
use crate::event::{self, EntryContent, TodoStatus};
use crate::port::{Conflict, Outcome};

/// Why a conflict cannot be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UndoError {
    /// Nobody has decided it.
    #[error("this conflict is open: resolve it instead")]
    Open,
    /// Nothing gave way.
    #[error("both sides came to say the same: there is nothing to undo")]
    Agreed,
}

/// The appointment or task as it reads once a conflict is decided the other way round, and how it is decided then. What
/// both sides had changed is taken from the version that gave way; what was changed since stays. One that had ended comes
/// back, and one that was deleted in the version that gave way ends.
///
/// # Errors
///
/// [`UndoError`] where no version gave way.
///
/// ```
/// # use kalends::booking::{Appointment, Entry};
/// # use kalends::port::{Conflict, ConflictId, Outcome};
/// # use kalends::{Instant, Span, event::Field, sync::undone};
/// let start = Instant::parse("2026-11-21T12:00:00Z").unwrap();
/// let appointment = |title: &str| Appointment {
///     title: Some(title.into()),
///     ..Appointment::new("apt_1", Span::lasting(start, 3_600_000), "UTC", start)
/// };
/// let conflict = Conflict {
///     id: ConflictId("cfl_1".into()),
///     entry: "apt_1".into(),
///     fields: vec![Field::Summary],
///     application: Entry::from(appointment("Dragon")).content(),
///     calendar: Entry::from(appointment("Lion")).content(),
///     outcome: Outcome::Calendar,
/// };
/// let (entry, outcome) = undone(&conflict, appointment("Lion").into()).unwrap();
/// assert_eq!((entry.name().as_str(), outcome), ("Dragon", Outcome::Application));
/// ```
pub fn undone(conflict: &Conflict, entry: Entry) -> Result<(Entry, Outcome), UndoError> {
    let outcome = match conflict.outcome {
        Outcome::Application => Outcome::Calendar,
        Outcome::Calendar => Outcome::Application,
        Outcome::Open => return Err(UndoError::Open),
        Outcome::Agreed => return Err(UndoError::Agreed),
    };
    let Some(back) = conflict.lost() else {
        let ended = if entry.content().is_some() { entry.ended() } else { entry };
        return Ok((by_application(ended), outcome));
    };
    let mut entry = alive(entry, back);
    if let Some(mut content) = entry.content() {
        let fields = match conflict.fields.is_empty() {
            true => content.differences(back),
            false => conflict.fields.clone(),
        };
        fields.into_iter().for_each(|field| content.take(back, field));
        entry.accept(&content);
    }
    Ok((by_application(entry), outcome))
}

/// The same, taking place again as `content` says.
fn alive(entry: Entry, content: &EntryContent) -> Entry {
    match entry {
        Entry::Appointment(appointment) if !appointment.status.is_live() => {
            let status = match content.own_status() {
                Some(event::Status::Tentative) => Status::Pending,
                _ => Status::Confirmed,
            };
            Appointment { status, ..appointment }.into()
        }
        Entry::Task(task) => Task { deleted: false, ..task }.into(),
        Entry::TaskTime(task) if task.time_content().is_none() => {
            let start = match content {
                EntryContent::Event(content) => Some(content.span.start()),
                EntryContent::Todo(_) => None,
            };
            let status = Some(task.status).filter(|status| *status != TodoStatus::Cancelled);
            Entry::TaskTime(Task {
                on_calendar: true,
                deleted: false,
                status: status.unwrap_or(TodoStatus::NeedsAction),
                scheduled: task.scheduled.or(start),
                ..task
            })
        }
        live => live,
    }
}

fn by_application(entry: Entry) -> Entry {
    match entry {
        Entry::Appointment(appointment) => Appointment { source: Source::Application, ..appointment }.into(),
        Entry::Task(task) => Task { source: Source::Application, ..task }.into(),
        Entry::TaskTime(task) => Entry::TaskTime(Task { source: Source::Application, ..task }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Field;
    use crate::port::ConflictId;
    use crate::time::{Instant, Span};

    fn appointment(title: &str, hour: i64) -> Appointment {
        let span = Span::lasting(Instant::from_millis(hour * 3_600_000), 3_600_000);
        Appointment {
            title: Some(title.into()),
            status: Status::Confirmed,
            ..Appointment::new("apt_1", span, "UTC", Instant::from_millis(0))
        }
    }

    fn conflict(
        application: Option<Appointment>,
        calendar: Option<Appointment>,
        outcome: Outcome,
    ) -> Conflict {
        let content = |one: Option<Appointment>| Entry::from(one?).content();
        let (application, calendar) = (content(application), content(calendar));
        let fields = if application.is_some() && calendar.is_some() { vec![Field::Time] } else { Vec::new() };
        let (id, entry) = (ConflictId("cfl_1".into()), "apt_1".into());
        Conflict { id, entry, fields, application, calendar, outcome }
    }

    #[test]
    fn only_what_both_had_changed_is_put_back() {
        let clash = conflict(Some(appointment("Cut", 9)), Some(appointment("Cut", 11)), Outcome::Calendar);
        let now = appointment("Renamed since", 11);
        let (entry, outcome) = undone(&clash, now.into()).unwrap();
        assert_eq!((entry, outcome), (appointment("Renamed since", 9).into(), Outcome::Application));
    }

    #[test]
    fn what_had_ended_comes_back_and_what_had_been_deleted_ends() {
        let ended = Appointment { status: Status::Cancelled, ..appointment("Cut", 9) };
        let revived =
            undone(&conflict(None, Some(appointment("Cut", 11)), Outcome::Application), ended.clone().into());
        assert_eq!(revived, Ok((appointment("Cut", 11).into(), Outcome::Calendar)));
        let deleted = undone(
            &conflict(Some(appointment("Cut", 9)), None, Outcome::Application),
            appointment("Cut", 9).into(),
        );
        assert_eq!(deleted, Ok((ended.into(), Outcome::Calendar)));
    }

    #[test]
    fn a_conflict_in_which_nothing_gave_way_is_not_undone() {
        let both = |outcome| conflict(Some(appointment("Cut", 9)), Some(appointment("Cut", 11)), outcome);
        assert_eq!(undone(&both(Outcome::Open), appointment("Cut", 9).into()), Err(UndoError::Open));
        assert_eq!(undone(&both(Outcome::Agreed), appointment("Cut", 9).into()), Err(UndoError::Agreed));
    }
}
