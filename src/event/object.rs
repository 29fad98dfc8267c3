//! A calendar object resource of either kind, and what it says: the shape in which a sync sees both.

use super::{Alarm, Content, Event, EventError, Field, Status, TodoContent, TodoObject, abridge, exceptions};
use crate::ics::{DateTime, parse};
use crate::time::{Instant, Span};
use crate::zone::{Zone, Zones};
use serde::{Deserialize, Serialize};

/// What an event or a task says, as far as Kalends models it. As JSON each is written as it is by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EntryContent {
    /// Of an event.
    Event(Content),
    /// Of a task.
    Todo(TodoContent),
}

impl EntryContent {
    /// Its name.
    pub fn summary(&self) -> &str {
        match self {
            EntryContent::Event(content) => &content.summary,
            EntryContent::Todo(content) => &content.summary,
        }
    }

    /// Whether it names occurrences that are not as their series says.
    pub fn has_exceptions(&self) -> bool {
        matches!(self, EntryContent::Event(content) if !content.exceptions.is_empty())
    }

    /// In which fields the two differ in meaning; an event and a task differ in when they are, whatever they say.
    pub fn differences(&self, other: &EntryContent) -> Vec<Field> {
        match (self, other) {
            (EntryContent::Event(own), EntryContent::Event(other)) => own.differences(other),
            (EntryContent::Todo(own), EntryContent::Todo(other)) => own.differences(other),
            _ => vec![Field::Time],
        }
    }

    /// Takes one field over from another version of the same entry.
    pub fn take(&mut self, from: &EntryContent, field: Field) {
        match (self, from) {
            (EntryContent::Event(own), EntryContent::Event(from)) => own.take(from, field),
            (EntryContent::Todo(own), EntryContent::Todo(from)) => own.take(from, field),
            _ => {}
        }
    }

    /// The STATUS that only the application may set: an event's. That of a task is set on either side.
    pub fn own_status(&self) -> Option<Status> {
        match self {
            EntryContent::Event(content) => Some(content.status),
            EntryContent::Todo(_) => None,
        }
    }

    /// The same with that STATUS, where it is one that only the application may set.
    pub fn with_own_status(self, status: Option<Status>) -> EntryContent {
        match (self, status) {
            (EntryContent::Event(content), Some(status)) => {
                EntryContent::Event(Content { status, ..content })
            }
            (content, _) => content,
        }
    }
}

impl From<Content> for EntryContent {
    fn from(content: Content) -> EntryContent {
        EntryContent::Event(content)
    }
}

impl From<TodoContent> for EntryContent {
    fn from(content: TodoContent) -> EntryContent {
        EntryContent::Todo(content)
    }
}

/// One calendar object resource (RFC 4791 §4.1) with events or tasks of one UID, kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarObject {
    /// Events.
    Event(Event),
    /// Tasks.
    Todo(TodoObject),
}

impl CalendarObject {
    /// Reads one calendar object resource; one that holds an event is an event.
    ///
    /// # Errors
    ///
    /// [`EventError::NoEvent`] where it holds neither, and what else keeps either from being read.
    pub fn parse(text: &str) -> Result<CalendarObject, EventError> {
        let mut todo = None;
        for calendar in parse(text).calendars.into_iter().filter(|c| c.is("VCALENDAR")) {
            if calendar.components("VEVENT").next().is_some() {
                return Event::of(calendar.into_owned()).map(CalendarObject::Event);
            }
            if todo.is_none() && calendar.components("VTODO").next().is_some() {
                todo = Some(calendar.into_owned());
            }
        }
        TodoObject::of(todo.ok_or(EventError::NoEvent)?).map(CalendarObject::Todo)
    }

    /// A new one with this content.
    ///
    /// # Errors
    ///
    /// Where the content cannot be written.
    pub fn new(uid: &str, content: &EntryContent, stamp: Instant) -> Result<CalendarObject, EventError> {
        Ok(match content {
            EntryContent::Event(content) => {
                let event = Event::new(uid, content, stamp)?;
                CalendarObject::Event(exceptions::work_into(&event, content, content, stamp)?)
            }
            EntryContent::Todo(content) => CalendarObject::Todo(TodoObject::new(uid, content, stamp)?),
        })
    }

    /// The same with alarms beside those that it has; a task has none of its own here.
    ///
    /// # Errors
    ///
    /// Where an alarm cannot be written.
    pub fn with_alarms(self, alarms: &[Alarm]) -> Result<CalendarObject, EventError> {
        let CalendarObject::Event(mut event) = self else { return Ok(self) };
        let summary = event.main().property("SUMMARY").map(|p| p.unescaped().into_owned());
        for alarm in alarms {
            let written = alarm.component(summary.as_deref().unwrap_or_default())?;
            event.calendar.components[event.main].components.push(written);
        }
        Ok(CalendarObject::Event(event))
    }

    /// The UID.
    pub fn uid(&self) -> &str {
        match self {
            CalendarObject::Event(event) => event.uid(),
            CalendarObject::Todo(todo) => todo.uid(),
        }
    }

    /// What it says; times without a zone are read in `floating`.
    ///
    /// # Errors
    ///
    /// Where its times cannot be read.
    pub fn content(&self, floating: &Zone) -> Result<EntryContent, EventError> {
        Ok(match self {
            CalendarObject::Event(event) => series_content(event, floating)?.into(),
            CalendarObject::Todo(todo) => todo.content(floating)?.into(),
        })
    }

    /// The same with another content worked into it, which is of the same kind.
    ///
    /// # Errors
    ///
    /// Where the content cannot be written, or is of the other kind.
    pub fn patched(&self, content: &EntryContent, stamp: Instant) -> Result<CalendarObject, EventError> {
        match (self, content) {
            (CalendarObject::Event(event), EntryContent::Event(content)) => {
                let zone = content
                    .time_zone
                    .as_deref()
                    .map_or(Ok(Zone::utc()), |name| Zones::of(event.calendar()).resolve(name))?;
                let before = series_content(event, &zone).unwrap_or_else(|_| content.clone());
                let patched = event.patched(content, stamp)?;
                exceptions::work_into(&patched, content, &before, stamp).map(CalendarObject::Event)
            }
            (CalendarObject::Todo(todo), EntryContent::Todo(content)) => {
                todo.patched(content, stamp).map(CalendarObject::Todo)
            }
            _ => Err(EventError::NoEvent),
        }
    }

    /// When it was made, where its CREATED tells.
    pub fn created(&self) -> Option<Instant> {
        self.stamp("CREATED")
    }

    /// When it was changed last, where its LAST-MODIFIED tells.
    pub fn last_modified(&self) -> Option<Instant> {
        self.stamp("LAST-MODIFIED")
    }

    fn stamp(&self, name: &str) -> Option<Instant> {
        let main = match self {
            CalendarObject::Event(event) => event.main(),
            CalendarObject::Todo(todo) => todo.main(),
        };
        match DateTime::of(main.property(name)?).ok()? {
            DateTime::Utc(instant) => Some(instant),
            _ => None,
        }
    }

    /// The only time in which it can take time; none where it recurs, takes none, or does not tell.
    pub fn single_span(&self, floating: &Zone) -> Option<Span> {
        match self {
            CalendarObject::Event(event) if !event.is_recurring() => {
                event.content(floating).ok().map(|content| content.span)
            }
            CalendarObject::Event(_) | CalendarObject::Todo(_) => None,
        }
    }

    /// The same without values longer than `longest` bytes, see [`Event::abridged`].
    pub fn abridged(&self, longest: usize) -> CalendarObject {
        match self {
            CalendarObject::Event(event) => CalendarObject::Event(event.abridged(longest)),
            CalendarObject::Todo(todo) => {
                CalendarObject::Todo(todo.with_calendar(abridge::abridged(todo.calendar(), longest)))
            }
        }
    }

    /// The text of the calendar object.
    pub fn to_ics(&self) -> String {
        match self {
            CalendarObject::Event(event) => event.to_ics(),
            CalendarObject::Todo(todo) => todo.calendar().write(),
        }
    }
}

/// What an event says, its occurrences that are not as the series says included.
fn series_content(event: &Event, floating: &Zone) -> Result<Content, EventError> {
    Ok(Content { exceptions: exceptions::read(event, floating)?, ..event.content(floating)? })
}

#[cfg(test)]
mod tests {
    use super::super::Exception;
    use super::*;

    const EVENT: &str = "BEGIN:VEVENT\nUID:e\nDTSTART:20261121T090000Z\nDURATION:PT1H\nEND:VEVENT\n";
    const TODO: &str = "BEGIN:VTODO\nUID:t\nSUMMARY:Pay\nLAST-MODIFIED:20261121T090000Z\nEND:VTODO\n";

    fn object(components: &str) -> Result<CalendarObject, EventError> {
        CalendarObject::parse(&format!("BEGIN:VCALENDAR\n{components}END:VCALENDAR\n"))
    }

    #[test]
    fn what_an_object_holds_is_told_apart() {
        assert!(matches!(object(EVENT), Ok(CalendarObject::Event(_))));
        assert!(matches!(object(TODO), Ok(CalendarObject::Todo(_))));
        assert!(matches!(object(&format!("{TODO}{EVENT}")), Ok(CalendarObject::Event(_))));
        assert_eq!(object("BEGIN:VJOURNAL\nUID:j\nEND:VJOURNAL\n"), Err(EventError::NoEvent));
        assert_eq!(object(&TODO.replace("UID:t\n", "")), Err(EventError::NoUid));
        let two = format!("{TODO}{}", TODO.replace("UID:t", "UID:u"));
        assert_eq!(object(&two), Err(EventError::SeveralUids("t".into(), "u".into())));
    }

    #[test]
    fn alarms_are_worked_in_and_leave_what_is_said() {
        use super::super::Trigger;
        use crate::ics::Duration;
        let alarm = Alarm::new(Trigger::Start(Duration::new(0, -1800)));
        let (plain, zone) = (object(EVENT).unwrap(), Zone::utc());
        let ringing = plain.clone().with_alarms(std::slice::from_ref(&alarm)).unwrap();
        assert!(
            ringing.to_ics().contains("BEGIN:VALARM\r\n") && ringing.to_ics().contains("TRIGGER:-PT30M\r\n")
        );
        assert_eq!(ringing.content(&zone).unwrap(), plain.content(&zone).unwrap());
        let todo = object(TODO).unwrap();
        assert_eq!(todo.clone().with_alarms(&[alarm]).unwrap(), todo);
    }

    #[test]
    fn either_content_reads_back_from_the_json_in_which_it_is_kept() {
        for components in [EVENT, TODO] {
            let content = object(components).unwrap().content(&Zone::utc()).unwrap();
            let json = serde_json::to_string(&content).unwrap();
            assert_eq!(serde_json::from_str::<EntryContent>(&json).unwrap(), content, "{json}");
        }
    }

    #[test]
    fn an_event_and_a_task_are_never_the_same_and_nothing_is_taken_from_the_other() {
        let content = |components: &str| object(components).unwrap().content(&Zone::utc()).unwrap();
        let (mut event, todo) = (content(EVENT), content(TODO));
        assert_eq!(event.differences(&todo), [Field::Time]);
        event.take(&todo, Field::Summary);
        assert_eq!(event, content(EVENT));
        assert!(object(EVENT).unwrap().patched(&todo, Instant::MIN).is_err());
    }

    #[test]
    fn only_an_event_takes_time() {
        assert!(object(EVENT).unwrap().single_span(&Zone::utc()).is_some());
        assert_eq!(object(TODO).unwrap().single_span(&Zone::utc()), None);
        let at = Instant::parse("2026-11-21T09:00:00Z").ok();
        assert_eq!(
            (object(TODO).unwrap().last_modified(), object(EVENT).unwrap().last_modified()),
            (at, None)
        );
    }

    const SERIES: &str = "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:s\n\
        DTSTART;TZID=Europe/Berlin:20261103T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\nSUMMARY:Cut\n\
        EXDATE;TZID=Europe/Berlin:20261110T090000,20261117T090000\nX-A:kept\nEND:VEVENT\nBEGIN:VEVENT\nUID:s\n\
        RECURRENCE-ID;TZID=Europe/Berlin:20261124T090000\nDTSTART;TZID=Europe/Berlin:20261124T150000\nDURATION:PT1H\n\
        SUMMARY:Cut\nX-B:kept\nEND:VEVENT\n";

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn content_of(object: &CalendarObject) -> Content {
        match object.content(&Zone::utc()).unwrap() {
            EntryContent::Event(content) => content,
            EntryContent::Todo(_) => panic!("a task"),
        }
    }

    #[test]
    fn what_is_not_as_a_series_says_is_read_and_worked_in() {
        let series = object(SERIES).unwrap();
        let mut content = content_of(&series);
        let said: Vec<(String, bool)> =
            content.exceptions.iter().map(|(at, other)| (at.to_string(), other.is_some())).collect();
        let [off, back, moved] = ["2026-11-10T08:00:00Z", "2026-11-17T08:00:00Z", "2026-11-24T08:00:00Z"];
        assert_eq!(said, [(off.into(), false), (back.into(), false), (moved.into(), true)]);
        content.exceptions.remove(&at(back));
        let lasting = |start: &str| Span::lasting(at(start), 3_600_000);
        let other = Exception {
            span: lasting("2026-12-01T10:00:00Z"),
            summary: Some("Colour".into()),
            description: None,
            location: None,
        };
        content.exceptions.insert(at("2026-12-01T08:00:00Z"), Some(other));
        content.exceptions.insert(at("2026-12-08T08:00:00Z"), None);
        let patched = series.patched(&content.clone().into(), at("2026-11-01T00:00:00Z")).unwrap();
        assert_eq!(content_of(&patched), content);
        let text = patched.to_ics();
        for line in [
            "EXDATE;TZID=Europe/Berlin:20261110T090000",
            "EXDATE;TZID=Europe/Berlin:20261208T090000",
            "RECURRENCE-ID;TZID=Europe/Berlin:20261201T090000",
            "DTSTART;TZID=Europe/Berlin:20261201T110000",
            "X-B:kept",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line}\n{text}");
        }
        assert_eq!(patched.patched(&content.into(), at("2026-11-02T00:00:00Z")).unwrap(), patched);
    }

    #[test]
    fn an_occurrence_with_the_name_of_its_series_is_renamed_with_it() {
        let series = object(SERIES).unwrap();
        let renamed = Content { summary: "Trim".into(), ..content_of(&series) };
        let text = series.patched(&renamed.clone().into(), at("2026-11-01T00:00:00Z")).unwrap().to_ics();
        assert_eq!(
            (text.matches("SUMMARY:Trim").count(), text.matches("SUMMARY:Cut").count()),
            (2, 0),
            "{text}"
        );
    }

    #[test]
    fn an_event_becomes_a_series_on_the_clocks_of_its_zone_and_takes_place_once_again() {
        let once = Content {
            time_zone: Some("Europe/Berlin".into()),
            ..Content::new("Cut", Span::lasting(at("2026-11-03T08:00:00Z"), 3_600_000))
        };
        let series = Content {
            recurrence: Some("FREQ=WEEKLY".into()),
            exceptions: [(at("2026-11-10T08:00:00Z"), None)].into(),
            ..once.clone()
        };
        let stamp = at("2026-11-01T00:00:00Z");
        let made = CalendarObject::new("u", &series.clone().into(), stamp).unwrap();
        assert!(
            made.to_ics().contains("DTSTART;TZID=Europe/Berlin:20261103T090000\r\n"),
            "{}",
            made.to_ics()
        );
        assert_eq!(content_of(&made), series);
        let again = made.patched(&once.clone().into(), stamp).unwrap();
        assert_eq!(content_of(&again), once);
        assert_eq!(content_of(&again.patched(&series.clone().into(), stamp).unwrap()), series);
        let utc = object(EVENT).unwrap();
        let weekly = Content {
            time_zone: Some("Europe/Berlin".into()),
            recurrence: series.recurrence,
            ..content_of(&utc)
        };
        let text = utc.patched(&weekly.into(), stamp).unwrap().to_ics();
        assert!(text.contains("DTSTART;TZID=Europe/Berlin:20261121T100000\r\n"), "{text}");
    }

    #[test]
    fn one_time_of_a_series_of_days_may_have_hours() {
        let days = Content {
            all_day: true,
            time_zone: Some("Europe/Berlin".into()),
            recurrence: Some("FREQ=WEEKLY".into()),
            ..Content::new("Guest", Span::lasting(at("2026-11-02T23:00:00Z"), 24 * 3_600_000))
        };
        let morning = Exception {
            span: Span::lasting(at("2026-11-10T08:00:00Z"), 3_600_000),
            summary: None,
            description: None,
            location: None,
        };
        let one =
            Content { exceptions: [(at("2026-11-09T23:00:00Z"), Some(morning))].into(), ..days.clone() };
        let stamp = at("2026-11-01T00:00:00Z");
        let made = CalendarObject::new("u", &one.clone().into(), stamp).unwrap();
        let zone = Zone::iana("Europe/Berlin").unwrap();
        assert_eq!(made.content(&zone).unwrap(), one.clone().into());
        let text = made.to_ics();
        for line in [
            "RECURRENCE-ID;VALUE=DATE:20261110",
            "DTSTART;TZID=Europe/Berlin:20261110T090000",
            "TZID:Europe/Berlin",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line}\n{text}");
        }
        let again = made.patched(&days.clone().into(), stamp).unwrap();
        assert_eq!(again.content(&zone).unwrap(), days.into());
    }
}
