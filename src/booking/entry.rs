//! What a sync keeps in step with a calendar: an appointment, a task or the time of a task, by what all have.

use super::{Appointment, Source, Status, Task};
use crate::event::{Alarm, EntryContent, Trigger};
use crate::ics::Duration;
use crate::time::Instant;

/// What a calendar is connected for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Appointments and the times of tasks, as events.
    Event,
    /// Tasks, as VTODOs.
    Todo,
}

impl Kind {
    /// The component's name.
    pub fn component(self) -> &'static str {
        match self {
            Self::Event => "VEVENT",
            Self::Todo => "VTODO",
        }
    }

    /// Reads the component's name.
    pub fn parse(component: &str) -> Option<Self> {
        [Self::Event, Self::Todo].into_iter().find(|kind| kind.component() == component)
    }

    /// The kind of a content.
    pub fn of(content: &EntryContent) -> Self {
        match content {
            EntryContent::Event(_) => Self::Event,
            EntryContent::Todo(_) => Self::Todo,
        }
    }
}

/// An appointment or a task.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A booking of an owner's time.
    Appointment(Appointment),
    /// Something to be done.
    Task(Task),
    /// The same, by the event that keeps its time free.
    TaskTime(Task),
}

impl From<Appointment> for Entry {
    fn from(appointment: Appointment) -> Self {
        Self::Appointment(appointment)
    }
}

impl From<Task> for Entry {
    fn from(task: Task) -> Self {
        Self::Task(task)
    }
}

impl Entry {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::Appointment(appointment) => &appointment.id,
            Self::Task(task) | Self::TaskTime(task) => &task.id,
        }
    }

    /// What a person calls it.
    pub fn name(&self) -> String {
        match self {
            Self::Appointment(appointment) => appointment.name(),
            Self::Task(task) | Self::TaskTime(task) => task.name.clone(),
        }
    }

    /// Raised at every change.
    pub fn revision(&self) -> i64 {
        match self {
            Self::Appointment(appointment) => appointment.revision,
            Self::Task(task) | Self::TaskTime(task) => task.revision,
        }
    }

    /// When it was changed last.
    pub fn changed_at(&self) -> Instant {
        match self {
            Self::Appointment(appointment) => appointment.changed_at,
            Self::Task(task) | Self::TaskTime(task) => task.changed_at,
        }
    }

    /// How it reads in a calendar; none where nothing shall stand there for it any more.
    pub fn content(&self) -> Option<EntryContent> {
        match self {
            Self::Appointment(appointment) => appointment.content().map(EntryContent::from),
            Self::Task(task) => task.content().map(EntryContent::from),
            Self::TaskTime(task) => task.time_content().map(EntryContent::from),
        }
    }

    /// What its calendar object is made with beside its content. Later they are the owner's own.
    pub fn alarms(&self) -> Vec<Alarm> {
        let before = |minutes: &u32| Alarm::new(Trigger::Start(Duration::new(0, -60 * i64::from(*minutes))));
        match self {
            Self::Appointment(appointment) => appointment.reminders.iter().map(before).collect(),
            Self::Task(_) | Self::TaskTime(_) => Vec::new(),
        }
    }

    /// Takes over what the calendar says; a content of the other kind says nothing.
    pub fn accept(&mut self, content: &EntryContent) {
        match (self, content) {
            (Self::Appointment(appointment), EntryContent::Event(content)) => appointment.accept(content),
            (Self::Task(task), EntryContent::Todo(content)) => task.accept(content),
            (Self::TaskTime(task), EntryContent::Event(content)) => task.accept_time(content),
            _ => {}
        }
    }

    /// The same, ended by a deletion in the calendar: an appointment is called off, a task is deleted, and of a task whose
    /// event is deleted the time is no longer kept free.
    pub fn ended(self) -> Self {
        match self {
            Self::Appointment(appointment) => Self::Appointment(Appointment {
                status: Status::Cancelled,
                source: Source::Calendar,
                ..appointment
            }),
            Self::Task(task) => Self::Task(Task { deleted: true, source: Source::Calendar, ..task }),
            Self::TaskTime(task) => {
                Self::TaskTime(Task { on_calendar: false, source: Source::Calendar, ..task })
            }
        }
    }

    /// The same, changed then.
    pub fn changed(self, at: Instant) -> Self {
        match self {
            Self::Appointment(appointment) => {
                Self::Appointment(Appointment { changed_at: at, ..appointment })
            }
            Self::Task(task) => Self::Task(Task { changed_at: at, ..task }),
            Self::TaskTime(task) => Self::TaskTime(Task { changed_at: at, ..task }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{appointment::tests::appointment, task::tests::task};
    use super::*;

    #[test]
    fn a_deletion_in_the_calendar_ends_either_and_a_content_of_the_other_kind_says_nothing() {
        let (one, other) = (Entry::Appointment(appointment()), Entry::Task(task()));
        let time = Entry::TaskTime(Task { on_calendar: true, ..task() });
        for (entry, foreign) in [(&one, &other), (&other, &one), (&time, &other)] {
            let ended = entry.clone().ended();
            assert_eq!((ended.content(), ended.id()), (None, entry.id()));
            let mut same = entry.clone();
            same.accept(&foreign.content().unwrap());
            assert_eq!(&same, entry);
        }
    }

    #[test]
    fn a_kind_is_read_from_the_name_of_its_component() {
        for entry in [Entry::Appointment(appointment()), Entry::Task(task())] {
            let kind = Kind::of(&entry.content().unwrap());
            assert_eq!(Kind::parse(kind.component()), Some(kind));
        }
        assert_eq!(Kind::parse("VJOURNAL"), None);
    }
}
