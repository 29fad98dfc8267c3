//! Tasks: VTODO, read and written (RFC 5545 §3.6.2).

mod content;
mod object;

use super::details::{Details, Ends, Percent};
use super::field::{FieldError, instant_of, words};
use super::new::{End, EntryWriter, Length, Repetition, write_other};
use super::times::Length as Lasting;
use super::{EventError, recurs, uid_or_made};
use crate::ics::{Component, DateTime, Duration, Property};
use crate::time::Instant;
use crate::zone::{Zone, Zones, wall_of};
pub use content::TodoContent;
pub use object::TodoObject;
use serde::Serialize;

words! {
    /// How far a task is (STATUS of a VTODO, RFC 5545 §3.8.1.11).
    TodoStatus, "status" {
        /// Nothing is done yet.
        NeedsAction = "NEEDS-ACTION",
        /// Something is.
        InProcess = "IN-PROCESS",
        /// It is done.
        Completed = "COMPLETED",
        /// It need not be done any more.
        Cancelled = "CANCELLED",
    }
}

/// What a VTODO says.
///
/// ```
/// # use kalends::{Zone, event::Todo, ics, zone::Zones};
/// let text = "BEGIN:VTODO\nUID:1\nDUE:20261121T090000Z\nSUMMARY:Pay\nPERCENT-COMPLETE:50\nEND:VTODO";
/// let parsed = ics::parse(text);
/// let todo = Todo::of(&parsed.calendars[0], &Zones::default(), &Zone::utc()).unwrap();
/// assert_eq!((todo.due.unwrap().to_string().as_str(), todo.is_done()), ("2026-11-21T09:00:00Z", false));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Todo {
    /// Its UID, or one made of its content.
    pub uid: String,
    /// When it can be begun; of a date the midnight. Many tasks do not say.
    pub start: Option<Instant>,
    /// When it is expected to be done: DUE, or DTSTART and DURATION; of a date the midnight at which the day begins.
    pub due: Option<Instant>,
    /// Whether start and due are given in dates.
    pub all_day: bool,
    /// The zone in which they are written, or, of dates and floating times, in which they were read.
    pub time_zone: Option<String>,
    /// How far it is, where it says so.
    pub status: Option<TodoStatus>,
    /// When it was done.
    pub completed: Option<Instant>,
    /// How much of it is done.
    pub percent_complete: Option<Percent>,
    /// Whether it recurs.
    pub recurring: bool,
    /// What it says of itself.
    #[serde(flatten)]
    pub details: Details,
}

impl Todo {
    /// What a VTODO says, whose TZIDs `zones` resolves; dates and times without a zone are read in `floating`.
    pub fn of(todo: &Component, zones: &Zones, floating: &Zone) -> Result<Todo, EventError> {
        let time = |name| todo.property(name).map(DateTime::of).transpose();
        let (start, due) = (time("DTSTART")?, time("DUE")?);
        let instant =
            |time: &Option<DateTime>| time.as_ref().map(|time| zones.instant_of(time, floating)).transpose();
        let first = start.as_ref().or(due.as_ref());
        let zone = first.map(|time| zones.zone_of(time, floating)).transpose()?;
        let starts = instant(&start)?;
        let mut ends = instant(&due)?;
        if let (None, Some(start), Some(at), Some(zone), Some(duration)) =
            (ends, &start, starts, &zone, todo.property("DURATION"))
        {
            let span = Lasting::Nominal(Duration::of(duration)?).span(wall_of(start), at, zone);
            ends = Some(span.end());
        }
        let status = todo.property("STATUS").and_then(|p| TodoStatus::parse(p.value()).ok());
        Ok(Todo {
            uid: uid_or_made(todo).into_owned(),
            start: starts,
            due: ends,
            all_day: first.is_some_and(DateTime::is_date),
            time_zone: zone.map(|zone| zone.name().to_owned()),
            status,
            completed: instant_of(todo, "COMPLETED"),
            percent_complete: Percent::of(todo),
            recurring: recurs(todo),
            details: Details::of(todo),
        })
    }

    /// Whether there is nothing left to do: its status says so, or, where it has none, that it was completed.
    pub fn is_done(&self) -> bool {
        match self.status {
            Some(status) => status.is_done(),
            None => {
                self.completed.is_some() || self.percent_complete.is_some_and(|percent| percent.get() == 100)
            }
        }
    }
}

/// A new task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTodo {
    /// The UID.
    pub uid: String,
    /// When it can be begun. A task that recurs needs it.
    pub start: Option<DateTime>,
    /// When it is expected to be done: DUE, or a DURATION after the start. One that is the start itself stands alone,
    /// since RFC 5545 §3.8.2.3 wants it to be later, unless the task recurs.
    pub due: Option<End>,
    /// Whether it recurs.
    pub repetition: Repetition,
    /// How far it is. One that has a time at which it was completed is completed.
    pub status: Option<TodoStatus>,
    /// When it was done.
    pub completed: Option<Instant>,
    /// How much of it is done; all, where it is completed.
    pub percent_complete: Option<Percent>,
    /// What it says of itself.
    pub details: Details,
    /// Properties for programs that know them; their names begin with X-.
    pub other: Vec<Property<'static>>,
}

impl NewTodo {
    /// A task without times that says nothing of itself.
    pub fn new(uid: &str) -> NewTodo {
        NewTodo {
            uid: uid.to_owned(),
            start: None,
            due: None,
            repetition: Repetition::Once,
            status: None,
            completed: None,
            percent_complete: None,
            details: Details::default(),
            other: Vec::new(),
        }
    }

    /// The VTODO.
    pub(in crate::event) fn component(
        &self,
        writer: &mut EntryWriter,
    ) -> Result<Component<'static>, FieldError> {
        let mut todo = writer.begin("VTODO", &self.uid)?;
        let out = &mut todo.properties;
        self.details.write_versions(out);
        let start = self.start.as_ref().map(|start| writer.settle("start", start)).transpose()?;
        let length = writer.length("due", start.as_ref(), self.due.as_ref())?;
        let due = match (length, &self.due, &start) {
            (Length::Until(due), ..) => Some(due.value.property("DUE")),
            (Length::Lasting(duration), ..) => Some(Property::known("DURATION", duration.to_string())),
            (Length::None, Some(_), Some(start)) => Some(start.value.property("DUE")),
            (Length::None, ..) => None,
        };
        let is_start =
            matches!((&due, &start), (Some(due), Some(start)) if due.value() == start.value.to_string());
        let start = start.filter(|_| !is_start || self.repetition != Repetition::Once);
        let ends = Ends { start: start.is_some(), end: due.is_some() };
        out.extend(start.as_ref().map(|start| start.value.property("DTSTART")));
        out.extend(due);
        self.repetition.write(start.as_ref(), &mut writer.settler, out)?;
        let status = self.status.or(self.completed.map(|_| TodoStatus::Completed));
        out.extend(status.map(|status| Property::known("STATUS", status.as_str())));
        out.extend(self.completed.map(|at| DateTime::Utc(at).property("COMPLETED")));
        let all = Percent::new(100).ok().filter(|_| status == Some(TodoStatus::Completed));
        out.extend(self.percent_complete.or(all).map(Percent::property));
        self.details.write(&mut todo, ends)?;
        write_other(&self.other, &mut todo.properties)?;
        Ok(todo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::new::tests::{HARMLESS, HOSTILE, at, berlin, details};
    use crate::event::{Alarm, CalendarProperties, Trigger};
    use crate::ics::parse;

    fn written(new: &NewTodo) -> Result<String, FieldError> {
        let calendar = CalendarProperties::default().calendar([], [new], at("2026-11-01T00:00:00Z"))?;
        Ok(calendar.write())
    }

    fn read(text: &str) -> Result<Todo, EventError> {
        let parsed = parse(text);
        let calendar = &parsed.calendars[0];
        let zones = Zones::of(calendar);
        Todo::of(calendar.components("VTODO").next().unwrap(), &zones, &Zone::iana("Europe/Berlin").unwrap())
    }

    fn times(lines: &str) -> (Option<String>, Option<String>, bool, Option<String>) {
        let todo =
            read(&format!("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\n{lines}\nEND:VTODO\nEND:VCALENDAR")).unwrap();
        (todo.start.map(|at| at.to_string()), todo.due.map(|at| at.to_string()), todo.all_day, todo.time_zone)
    }

    #[test]
    fn a_task_reads_back_as_it_was_described() {
        let new = NewTodo {
            start: Some(berlin("2026-11-21T08:00:00Z")),
            due: Some(End::At(berlin("2026-11-22T08:00:00Z"))),
            repetition: Repetition::by_rule("FREQ=DAILY;COUNT=3"),
            status: Some(TodoStatus::InProcess),
            percent_complete: Percent::new(40).ok(),
            details: details("Pay"),
            ..NewTodo::new("t-1")
        };
        let expected = Todo {
            uid: "t-1".into(),
            start: Some(at("2026-11-21T08:00:00Z")),
            due: Some(at("2026-11-22T08:00:00Z")),
            all_day: false,
            time_zone: Some("Europe/Berlin".into()),
            status: new.status,
            completed: None,
            percent_complete: new.percent_complete,
            recurring: true,
            details: new.details.clone(),
        };
        assert_eq!(read(&written(&new).unwrap()).unwrap(), expected);
        let json = serde_json::to_value(&expected).unwrap();
        assert_eq!((&json["percentComplete"], &json["status"]), (&40.into(), &"IN-PROCESS".into()));
        assert_eq!((&json["summary"], &json["due"]), (&"Pay".into(), &"2026-11-22T08:00:00Z".into()));
    }

    #[test]
    fn no_text_breaks_out_of_its_line() {
        let new = NewTodo {
            details: details(HOSTILE),
            due: Some(End::At(berlin("2026-11-22T08:00:00Z"))),
            ..NewTodo::new(HOSTILE)
        };
        let text = written(&new).unwrap();
        assert_eq!(parse(&text).problems, []);
        let todo = read(&text).unwrap();
        assert_eq!((todo.uid.as_str(), todo.details), (HARMLESS, details(HARMLESS)));
    }

    #[test]
    fn each_way_to_give_times_is_understood() {
        let some = |text: &str| Some(text.to_owned());
        let berlin = some("Europe/Berlin");
        assert_eq!(times("SUMMARY:x"), (None, None, false, None));
        assert_eq!(
            times("DUE;VALUE=DATE:20261121"),
            (None, some("2026-11-20T23:00:00Z"), true, berlin.clone())
        );
        // The clocks go forward: a nominal day has 23 hours.
        assert_eq!(
            times("DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:P1D"),
            (some("2026-03-28T11:00:00Z"), some("2026-03-29T10:00:00Z"), false, berlin)
        );
        // DURATION counts from DTSTART only.
        assert_eq!(times("DURATION:P1D\nDUE:20261121T090000Z").1, some("2026-11-21T09:00:00Z"));
        assert_eq!(times("DURATION:P1D").1, None);
        assert!(read("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nDUE:soon\nEND:VTODO\nEND:VCALENDAR").is_err());
    }

    #[test]
    fn a_task_is_done_when_it_says_so() {
        let done = |lines: &str| {
            read(&format!("BEGIN:VCALENDAR\nBEGIN:VTODO\n{lines}\nEND:VTODO\nEND:VCALENDAR"))
                .unwrap()
                .is_done()
        };
        assert!(done("STATUS:COMPLETED") && done("STATUS:cancelled") && done("PERCENT-COMPLETE:100"));
        assert!(done("COMPLETED:20261121T090000Z"));
        assert!(
            !done("STATUS:NEEDS-ACTION\nPERCENT-COMPLETE:100")
                && !done("PERCENT-COMPLETE:101")
                && !done("X:1")
        );
    }

    #[test]
    fn times_are_written_as_rfc_5545_wants_them() {
        let (start, later) = (berlin("2026-11-21T08:00:00Z"), berlin("2026-11-21T09:00:00Z"));
        let lines = |new: NewTodo| {
            let text = written(&new)?;
            let of_times = |line: &&str| {
                ["DTSTART;", "DUE;", "DURATION", "TRIGGER"].iter().any(|name| line.starts_with(name))
            };
            let todo = text.find("BEGIN:VTODO").map_or("", |at| &text[at..]);
            Ok::<_, FieldError>(todo.lines().filter(of_times).collect::<Vec<_>>().join(" "))
        };
        let due = |start: Option<&DateTime>, due: End| NewTodo {
            start: start.cloned(),
            due: Some(due),
            ..NewTodo::new("t")
        };
        let at_nine = "TZID=Europe/Berlin:20261121T090000";
        assert_eq!(lines(due(None, End::At(start.clone()))).unwrap(), format!("DUE;{at_nine}"));
        assert_eq!(lines(due(Some(&start), End::At(start.clone()))).unwrap(), format!("DUE;{at_nine}"));
        let series = NewTodo {
            repetition: Repetition::by_rule("FREQ=DAILY"),
            ..due(Some(&start), End::At(start.clone()))
        };
        assert_eq!(lines(series).unwrap(), format!("DTSTART;{at_nine} DUE;{at_nine}"));
        let lasting = End::After(Duration::new(0, 3600));
        assert_eq!(
            lines(due(Some(&start), lasting.clone())).unwrap(),
            format!("DTSTART;{at_nine} DURATION:PT1H")
        );
        let mut reminded = due(None, End::At(start.clone()));
        reminded.details.alarms = vec![Alarm::new(Trigger::Start(Duration::new(0, -900)))];
        assert_eq!(lines(reminded).unwrap(), format!("DUE;{at_nine} TRIGGER;RELATED=END:-PT15M"));
        for (new, field) in [
            (due(None, lasting), "todos[0].start"),
            (due(Some(&later), End::At(start.clone())), "todos[0].due"),
            (
                NewTodo { repetition: Repetition::by_rule("FREQ=DAILY"), ..due(None, End::At(start)) },
                "todos[0].start",
            ),
        ] {
            assert_eq!(lines(new).unwrap_err().field(), field);
        }
        let mut nowhen = NewTodo::new("t");
        nowhen.details.alarms = vec![Alarm::new(Trigger::End(Duration::default()))];
        assert_eq!(lines(nowhen).unwrap_err().field(), "todos[0].alarms[0].trigger");
    }

    #[test]
    fn what_was_completed_is_completed() {
        let new = NewTodo { completed: Some(at("2026-11-21T09:00:00Z")), ..NewTodo::new("t") };
        let todo = read(&written(&new).unwrap()).unwrap();
        assert_eq!(
            (todo.status, todo.percent_complete),
            (Some(TodoStatus::Completed), Percent::new(100).ok())
        );
        assert_eq!((todo.completed, todo.is_done()), (new.completed, true));
    }
}
