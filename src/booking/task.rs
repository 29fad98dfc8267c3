//! The application's task, and how it reads as a VTODO.

use super::Source;
use crate::event::{
    Alarm, Details, End, Exception, Field, FieldError, FieldFault, NewEvent, NewTodo, Repetition,
    TodoContent, TodoObject, TodoStatus, shown_by,
};
use crate::ics::{DateTime, Duration};
use crate::time::{Instant, Span};
use crate::zone::Zone;
use std::collections::BTreeMap;

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// Where.
    pub location: Option<String>,
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
    /// Whether its times are given in dates: they are midnights of `time_zone`.
    pub all_day: bool,
    /// A rule such as `FREQ=DAILY`, where it recurs.
    pub recurrence: Option<String>,
    /// Whether an event keeps its time free in the owner's calendars.
    pub on_calendar: bool,
    /// The occurrences of that event that are not as the first.
    pub exceptions: BTreeMap<Instant, Option<Exception>>,
    /// How far it is.
    pub status: TodoStatus,
    /// When it was done.
    pub completed: Option<Instant>,
    /// How much of it is done, of a hundred.
    pub percent: u8,
    /// Whether it was deleted, here or in its task list; it is kept until everybody knows.
    pub deleted: bool,
    /// Raised at every change.
    pub revision: i64,
    /// Which side changed it last.
    pub source: Source,
    /// When it was changed last.
    pub changed_at: Instant,
}

/// How long a task takes that does not say.
const MINUTES: u32 = 60;

impl Task {
    /// With this word the ids of tasks begin.
    pub const ID: &str = "tsk";

    /// A task of that name about which nothing else is said, made at that time.
    pub fn new(id: &str, name: &str, time_zone: &str, at: Instant) -> Task {
        Task {
            id: id.to_owned(),
            name: name.to_owned(),
            description: None,
            location: None,
            scheduled: None,
            time_zone: time_zone.to_owned(),
            minutes: None,
            category: None,
            due: None,
            all_day: false,
            recurrence: None,
            on_calendar: false,
            exceptions: BTreeMap::new(),
            status: TodoStatus::NeedsAction,
            completed: None,
            percent: 0,
            deleted: false,
            revision: 1,
            source: Source::Application,
            changed_at: at,
        }
    }

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
        let categories = self.category.iter().cloned().collect();
        Ok(NewEvent {
            end: Some(End::After(Duration::new(0, i64::from(self.length()) * 60))),
            repetition: self.recurrence.as_deref().map_or(Repetition::Once, Repetition::by_rule),
            details: Details { summary: self.name.clone(), categories, alarms, ..Details::default() },
            ..NewEvent::new(uid, self.shown(start)?)
        })
    }

    /// The task itself, for programs that know tasks. It ends when it is due, else when its time is over.
    pub fn todo(&self, uid: &str, alarms: Vec<Alarm>) -> Result<NewTodo, FieldError> {
        let todo = NewTodo::of(uid, &self.described())?;
        Ok(NewTodo { details: Details { alarms, ..todo.details }, ..todo })
    }

    /// How it reads in a task list; none once it is deleted.
    pub fn content(&self) -> Option<TodoContent> {
        (!self.deleted).then(|| self.described())
    }

    fn described(&self) -> TodoContent {
        let lasts = self.span().filter(|span| !span.is_empty() && !self.all_day);
        // One that is due when it is begun has a due time only, unless it recurs from there.
        let is_start = self.due.is_some() && self.due == self.scheduled && self.recurrence.is_none();
        TodoContent {
            summary: self.name.clone(),
            description: self.description.clone(),
            category: self.category.clone(),
            start: self.scheduled.filter(|_| !is_start),
            due: self.due.or(lasts.map(Span::end)),
            by_duration: self.due.is_none() && lasts.is_some(),
            all_day: self.all_day,
            time_zone: Some(self.time_zone.clone()),
            recurrence: self.recurrence.clone(),
            status: self.status,
            completed: self.completed,
            percent: self.percent,
        }
    }

    /// Takes over what the task list says. A length in whole minutes is how long it takes, any other end is when it is
    /// due.
    pub fn accept(&mut self, content: &TodoContent) {
        for field in self.described().differences(content) {
            match field {
                Field::Summary => self.name.clone_from(&content.summary),
                Field::Description => self.description.clone_from(&content.description),
                Field::Categories => self.category.clone_from(&content.category),
                Field::Recurrence => self.recurrence.clone_from(&content.recurrence),
                Field::Status => {
                    (self.status, self.percent) = (content.status, content.percent);
                    self.completed = content.completed.filter(|_| content.status == TodoStatus::Completed);
                }
                Field::Time => self.accept_times(content),
                Field::Location | Field::Occurrence(_) => {}
            }
        }
        self.source = Source::Calendar;
    }

    fn accept_times(&mut self, content: &TodoContent) {
        (self.scheduled, self.all_day) = (content.start, content.all_day);
        if let (true, Some(zone)) = (content.all_day, &content.time_zone) {
            self.time_zone.clone_from(zone);
        }
        let length = content.start.zip(content.due).map(|(start, due)| due.millis() - start.millis());
        let minutes = length.filter(|millis| content.by_duration && !content.all_day && millis % 60_000 == 0);
        match (minutes.and_then(|millis| u32::try_from(millis / 60_000).ok()), content.due) {
            (Some(minutes), _) => {
                self.due = None;
                if self.length() != minutes {
                    self.minutes = Some(minutes);
                }
            }
            // It begins, and has no end: no length is what says so.
            (None, None) if content.start.is_some() && !content.all_day => {
                (self.due, self.minutes) = (None, Some(0))
            }
            // An end that is no news stays what it was.
            (None, due) => {
                let own = self.span().filter(|_| self.due.is_none() && !self.all_day).map(Span::end);
                self.due = due.filter(|due| own != Some(*due));
            }
        }
    }

    /// The task as a task list will tell it: its rule as it is written there.
    ///
    /// # Errors
    ///
    /// What cannot be written, by its name in a new task: `start`, `due`, `rules[0]`, `timeZone`.
    pub fn checked(mut self) -> Result<Task, FieldError> {
        let written = TodoObject::new("check", &self.described(), self.changed_at)?;
        if let Ok(content) = written.content(&Zone::utc()) {
            self.recurrence = content.recurrence;
        }
        Ok(self)
    }

    fn shown(&self, instant: Instant) -> Result<DateTime, FieldError> {
        let zone = Zone::named(&self.time_zone).map_err(|error| FieldError::new("timeZone", error))?;
        Ok(shown_by(&zone, instant))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::event::{CalendarProperties, Todo, Trigger};
    use crate::zone::Zones;

    pub fn task() -> Task {
        Task {
            scheduled: Instant::parse("2026-11-21T14:00:00Z").ok(),
            category: Some("School; late".into()),
            ..Task::new("task_1", "Homework", "America/New_York", Instant::MIN)
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

    fn at(text: &str) -> Option<Instant> {
        Instant::parse(text).ok()
    }

    /// What a task list makes of a task: its times written another way.
    fn told(task: &Task, change: impl FnOnce(&mut TodoContent)) -> Task {
        let (mut task, mut content) = (task.clone(), task.content().unwrap());
        change(&mut content);
        task.accept(&content);
        // What was taken over is what is written from now on.
        assert_eq!(task.content().unwrap().differences(&content), [], "{task:?}");
        task
    }

    #[test]
    fn what_a_task_list_says_is_taken_over() {
        let done = told(&task(), |todo| {
            (todo.status, todo.completed) = (TodoStatus::Completed, at("2026-11-21T14:30:00Z"));
            (todo.summary, todo.category) = ("Maths".into(), None);
        });
        assert_eq!((done.status, done.completed), (TodoStatus::Completed, at("2026-11-21T14:30:00Z")));
        assert_eq!((done.name.as_str(), done.category, done.source), ("Maths", None, Source::Calendar));
        let open =
            told(&Task { status: TodoStatus::Completed, completed: done.completed, ..task() }, |todo| {
                (todo.status, todo.percent) = (TodoStatus::InProcess, 40)
            });
        assert_eq!((open.completed, open.percent), (None, 40));
    }

    #[test]
    fn a_length_is_told_from_a_due_time() {
        let three = at("2026-11-21T15:00:00Z");
        // The same end, written as DUE.
        let same = told(&task(), |todo| todo.by_duration = false);
        assert_eq!((same.minutes, same.due), (None, None));
        let moved = told(&task(), |todo| (todo.start, todo.due) = (three, at("2026-11-21T16:00:00Z")));
        assert_eq!((moved.scheduled, moved.minutes, moved.due), (three, None, None));
        let longer = told(&task(), |todo| todo.due = at("2026-11-21T15:30:00Z"));
        assert_eq!((longer.minutes, longer.due), (Some(90), None));
        let due = told(&task(), |todo| (todo.due, todo.by_duration) = (at("2026-11-22T15:00:00Z"), false));
        assert_eq!((due.minutes, due.due), (None, at("2026-11-22T15:00:00Z")));
        let odd = told(&task(), |todo| todo.due = at("2026-11-21T14:00:30Z"));
        assert_eq!((odd.minutes, odd.due), (None, at("2026-11-21T14:00:30Z")));
        let endless = told(&task(), |todo| (todo.due, todo.by_duration) = (None, false));
        assert_eq!((endless.minutes, endless.due), (Some(0), None));
        let undated = told(&task(), |todo| (todo.start, todo.due) = (None, None));
        assert_eq!((undated.scheduled, undated.due), (None, None));
        let only_due = told(&task(), |todo| todo.start = None);
        assert_eq!((only_due.scheduled, only_due.due), (None, three));
        let days = told(&task(), |todo| {
            (todo.start, todo.due, todo.by_duration) = (None, at("2026-11-30T05:00:00Z"), false);
            todo.all_day = true;
        });
        assert!(days.all_day && days.due == at("2026-11-30T05:00:00Z"));
    }

    #[test]
    fn one_that_is_due_when_it_begins_keeps_both_though_a_task_list_has_one() {
        let both = Task { due: task().scheduled, ..task() };
        let renamed = told(&both, |todo| todo.summary = "Maths".into());
        assert_eq!((renamed.scheduled, renamed.due), (both.scheduled, both.due));
    }

    #[test]
    fn what_cannot_be_written_is_refused_and_a_rule_is_kept_as_it_is_written() {
        let until =
            Task { recurrence: Some("freq=daily;until=20261130".into()), ..task() }.checked().unwrap();
        assert_eq!(until.clone().checked(), Ok(until.clone()));
        assert!(until.recurrence.is_some_and(|rule| rule.contains("FREQ=DAILY") && rule.ends_with('Z')));
        let refused = |task: Task| task.checked().unwrap_err().field().to_owned();
        assert_eq!(refused(Task { recurrence: Some("daily".into()), ..task() }), "rules[0]");
        assert_eq!(
            refused(Task {
                recurrence: Some("FREQ=DAILY".into()),
                scheduled: None,
                due: at("2026-11-22T15:00:00Z"),
                ..task()
            }),
            "start"
        );
        assert_eq!(refused(Task { due: at("2026-11-20T15:00:00Z"), ..task() }), "due");
        assert_eq!(refused(Task { time_zone: "Nowhere".into(), ..task() }), "timeZone");
    }
}
