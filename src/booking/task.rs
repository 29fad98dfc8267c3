//! The application's task, and how it reads as an event or as a VTODO.

use crate::event::{Alarm, Details, End, FieldError, FieldFault, NewEvent, NewTodo, Repetition, shown_by};
use crate::ics::{DateTime, Duration};
use crate::time::{Instant, Span};
use crate::zone::Zone;

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When it shall be done.
    pub scheduled: Option<Instant>,
    /// The IANA zone that it was scheduled in.
    pub time_zone: String,
    /// How long it takes; an hour where it does not say.
    pub minutes: Option<u32>,
    /// What it belongs to.
    pub category: Option<String>,
    /// Until when it must be done.
    pub due: Option<Instant>,
    /// A rule such as `FREQ=DAILY`, where it recurs.
    pub recurrence: Option<String>,
}

/// How long a task takes that does not say.
const MINUTES: u32 = 60;

impl Task {
    /// How many minutes it takes.
    pub fn length(&self) -> u32 {
        self.minutes.unwrap_or(MINUTES)
    }

    /// When it is done, where that is known.
    pub fn span(&self) -> Option<Span> {
        self.scheduled.map(|start| Span::lasting(start, i64::from(self.length()) * 60_000))
    }

    /// The event that keeps the time for it free.
    pub fn event(&self, uid: &str, alarms: Vec<Alarm>) -> Result<NewEvent, FieldError> {
        let missing =
            || FieldError::new("scheduled", FieldFault::Missing("an event takes place at some time"));
        let start = self.scheduled.ok_or_else(missing)?;
        Ok(NewEvent {
            end: Some(End::After(self.duration())),
            repetition: self.repetition(),
            details: self.details(alarms),
            ..NewEvent::new(uid, self.shown(start)?)
        })
    }

    /// The task itself, for programs that know tasks. It ends when it is due, else when its time is over.
    pub fn todo(&self, uid: &str, alarms: Vec<Alarm>) -> Result<NewTodo, FieldError> {
        let start = self.scheduled.map(|start| self.shown(start)).transpose()?;
        let due = self.due.map(|due| self.shown(due)).transpose()?.map(End::At);
        Ok(NewTodo {
            due: due.or_else(|| start.is_some().then(|| End::After(self.duration()))),
            start,
            repetition: self.repetition(),
            details: self.details(alarms),
            ..NewTodo::new(uid)
        })
    }

    fn shown(&self, instant: Instant) -> Result<DateTime, FieldError> {
        let zone = Zone::named(&self.time_zone).map_err(|error| FieldError::new("timeZone", error))?;
        Ok(shown_by(&zone, instant))
    }

    fn duration(&self) -> Duration {
        Duration::new(0, i64::from(self.length()) * 60)
    }

    fn repetition(&self) -> Repetition {
        self.recurrence.as_deref().map_or(Repetition::Once, Repetition::by_rule)
    }

    fn details(&self, alarms: Vec<Alarm>) -> Details {
        let categories = self.category.iter().cloned().collect();
        Details { summary: self.name.clone(), categories, alarms, ..Details::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{CalendarProperties, Todo, Trigger};
    use crate::zone::Zones;

    fn task() -> Task {
        Task {
            id: "task_1".into(),
            name: "Homework".into(),
            scheduled: Instant::parse("2026-11-21T14:00:00Z").ok(),
            time_zone: "America/New_York".into(),
            minutes: None,
            category: Some("School; late".into()),
            due: None,
            recurrence: None,
        }
    }

    fn read(task: &Task) -> Todo {
        let todo = task.todo("t", vec![Alarm::new(Trigger::Start(Duration::new(0, -600)))]).unwrap();
        let calendar = CalendarProperties::default().calendar([], [&todo], Instant::MIN).unwrap();
        let todo = calendar.components("VTODO").next().unwrap();
        Todo::of(todo, &Zones::of(&calendar), &Zone::utc()).unwrap()
    }

    #[test]
    fn a_task_takes_an_hour_unless_it_says_otherwise() {
        for (minutes, lasts) in [(None, 60), (Some(25), 25)] {
            let task = Task { minutes, ..task() };
            let event = task.event("t", Vec::new()).unwrap().event(Instant::MIN).unwrap();
            assert!(event.to_ics().contains("DTSTART;TZID=America/New_York:20261121T090000\r\n"));
            assert_eq!(event.content(&Zone::utc()).unwrap().span, task.span().unwrap());
            assert_eq!(task.span().unwrap().millis(), lasts * 60_000);
            assert_eq!(read(&task).due, task.span().map(Span::end));
        }
    }

    #[test]
    fn a_task_that_is_due_needs_no_time_of_its_own() {
        let due = Instant::parse("2026-11-30T22:00:00Z").ok();
        let todo = read(&Task { scheduled: None, due, ..task() });
        assert_eq!(
            (todo.start, todo.due, todo.details.categories),
            (None, due, vec!["School; late".to_owned()])
        );
        assert_eq!(todo.details.alarms[0].trigger, Trigger::End(Duration::new(0, -600)));
        let error = Task { scheduled: None, ..task() }.event("t", Vec::new()).unwrap_err();
        assert_eq!((error.field(), error.code()), ("scheduled", "missing_field"));
    }

    #[test]
    fn a_task_may_recur() {
        let daily = Task { recurrence: Some("FREQ=DAILY;COUNT=3".into()), ..task() };
        assert!(read(&daily).recurring);
        assert!(daily.event("t", Vec::new()).unwrap().event(Instant::MIN).unwrap().is_recurring());
        let wrong = Task { recurrence: Some("daily".into()), ..task() };
        assert_eq!(
            wrong.event("t", Vec::new()).unwrap().event(Instant::MIN).unwrap_err().code(),
            "invalid_rule"
        );
    }
}
