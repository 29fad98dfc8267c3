//! Alarms: VALARM with its trigger and repetitions (RFC 5545 §3.6.6, §3.8.6).

use super::address::Uri;

use super::error::{FieldError, FieldFault};
use super::link::is_inline;
use super::people::CalendarUser;
use super::plain::{instant_of, text_of, write_text};
use super::word::words;
use crate::ics::{Component, DateTime, Duration, Property};
use crate::time::{Instant, Span};
use crate::zone::Zone;
use serde::{Serialize, Serializer};

/// When an alarm rings (TRIGGER, RFC 5545 §3.8.6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Trigger {
    /// So long after the start; before it where negative.
    Start(#[serde(serialize_with = "as_text")] Duration),
    /// So long after the end or the due time.
    End(#[serde(serialize_with = "as_text")] Duration),
    /// Then.
    At(Instant),
}

impl Trigger {
    /// The TRIGGER of a VALARM; nothing where it cannot be read.
    pub fn of(alarm: &Component) -> Option<Trigger> {
        let trigger = alarm.property("TRIGGER")?;
        let Ok(offset) = Duration::of(trigger) else { return instant_of(alarm, "TRIGGER").map(Trigger::At) };
        let from_end =
            trigger.parameter("RELATED").is_some_and(|related| related.eq_ignore_ascii_case("END"));
        Some(if from_end { Trigger::End(offset) } else { Trigger::Start(offset) })
    }

    /// When it rings for what takes this time. Days are counted on the clocks of `zone`.
    pub fn instant(self, span: Span, zone: &Zone) -> Instant {
        let (from, offset) = match self {
            Trigger::Start(offset) => (span.start(), offset),
            Trigger::End(offset) => (span.end(), offset),
            Trigger::At(instant) => return instant,
        };
        let moved = match offset.days() {
            0 => from,
            _ => zone.to_instant(offset.add_days(zone.to_wall(from))),
        };
        moved.plus_millis(offset.seconds() * 1000)
    }

    fn property(self) -> Property<'static> {
        match self {
            Trigger::Start(offset) => Property::known("TRIGGER", offset.to_string()),
            Trigger::End(offset) => {
                Property::known("TRIGGER", offset.to_string()).with_parameter("RELATED", "END")
            }
            Trigger::At(instant) => {
                DateTime::Utc(instant).property("TRIGGER").with_parameter("VALUE", "DATE-TIME")
            }
        }
    }
}

/// That an alarm rings again (REPEAT and DURATION, RFC 5545 §3.8.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Repeat {
    count: u32,
    #[serde(serialize_with = "as_text")]
    every: Duration,
}

impl Repeat {
    /// More repetitions than anyone wants to hear.
    const MOST: u32 = 1000;

    /// So many times more, with so much time between.
    pub fn new(count: u32, every: Duration) -> Result<Repeat, FieldError> {
        if !(1..=Repeat::MOST).contains(&count) {
            return Err(FieldError::new("count", FieldFault::Range("a number from 1 to 1000")));
        }
        if every.days() < 0 || every.seconds() < 0 || every == Duration::default() {
            return Err(FieldError::new("every", FieldFault::Range("a duration above zero")));
        }
        Ok(Repeat { count, every })
    }

    /// What a VALARM says of it; nothing where it rings once.
    pub fn of(alarm: &Component) -> Option<Repeat> {
        let count: i64 = alarm.property("REPEAT")?.value().trim().parse().ok()?;
        let every = Duration::of(alarm.property("DURATION")?).ok()?;
        Repeat::new(count.clamp(0, Repeat::MOST.into()) as u32, every).ok()
    }

    /// How many times it rings after the first.
    pub fn count(self) -> u32 {
        self.count
    }

    /// The time between.
    pub fn every(self) -> Duration {
        self.every
    }
}

words! {
    /// How an alarm makes itself known (ACTION, RFC 5545 §3.8.6.1).
    Action, "action" {
        /// A text is shown.
        Display = "DISPLAY",
        /// A mail is sent.
        Email = "EMAIL",
        /// A sound is played.
        Audio = "AUDIO",
    }
}

/// An alarm of an event or task.
///
/// ```
/// # use kalends::event::{Alarm, Trigger};
/// # use kalends::ics::Duration;
/// let alarm = Alarm::new(Trigger::Start(Duration::new(0, -900)));
/// assert_eq!(serde_json::to_value(&alarm).unwrap()["trigger"]["start"], "-PT15M");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Alarm {
    /// How it makes itself known.
    pub action: Action,
    /// When it rings first.
    pub trigger: Trigger,
    /// Whether it rings again.
    pub repeat: Option<Repeat>,
    /// What is shown, or the text of the mail; what the event is called where it is not given.
    pub description: Option<String>,
    /// The subject of the mail; what the event is called where it is not given.
    pub summary: Option<String>,
    /// Who gets the mail: an EMAIL alarm needs at least one.
    pub attendees: Vec<CalendarUser>,
    /// The sound, or what the mail carries.
    pub attachments: Vec<Uri>,
    /// When it was seen (ACKNOWLEDGED, RFC 9074 §6.1).
    pub acknowledged: Option<Instant>,
}

impl Alarm {
    /// An alarm that shows what the event is called.
    pub fn new(trigger: Trigger) -> Alarm {
        Alarm {
            action: Action::Display,
            trigger,
            repeat: None,
            description: None,
            summary: None,
            attendees: Vec::new(),
            attachments: Vec::new(),
            acknowledged: None,
        }
    }

    /// The alarms of a component, in order. Those whose ACTION is not known are left out, as RFC 5545 §3.6.6 asks,
    /// and those that cannot ring.
    pub fn all(component: &Component) -> Vec<Alarm> {
        component.components("VALARM").filter_map(Alarm::of).collect()
    }

    /// What a VALARM says.
    pub fn of(alarm: &Component) -> Option<Alarm> {
        Some(Alarm {
            action: Action::parse(alarm.property("ACTION")?.value()).ok()?,
            trigger: Trigger::of(alarm)?,
            repeat: Repeat::of(alarm),
            description: text_of(alarm, "DESCRIPTION"),
            summary: text_of(alarm, "SUMMARY"),
            attendees: alarm.properties("ATTENDEE").filter_map(CalendarUser::of).collect(),
            attachments: alarm.properties("ATTACH").filter(|p| !is_inline(p)).filter_map(Uri::of).collect(),
            acknowledged: Alarm::acknowledged(alarm),
        })
    }

    /// When a VALARM was seen.
    pub(crate) fn acknowledged(alarm: &Component) -> Option<Instant> {
        instant_of(alarm, "ACKNOWLEDGED")
    }

    /// The VALARM, inside something that is called `summary`.
    pub(in crate::event) fn component(&self, summary: &str) -> Result<Component<'static>, FieldError> {
        let mut alarm = Component::new("VALARM");
        let out = &mut alarm.properties;
        out.push(Property::known("ACTION", self.action.as_str()));
        out.push(self.trigger.property());
        if let Some(repeat) = self.repeat {
            out.push(Property::known("DURATION", repeat.every.to_string()));
            out.push(Property::known("REPEAT", repeat.count.to_string()));
        }
        let named = if summary.is_empty() { "Reminder" } else { summary };
        // What RFC 5545 requires of each action.
        let (says, has_subject) = (self.action != Action::Audio, self.action == Action::Email);
        for (name, text, needed) in
            [("DESCRIPTION", &self.description, says), ("SUMMARY", &self.summary, has_subject)]
        {
            let given = text.as_deref().filter(|text| !text.is_empty());
            write_text(out, name, given.or(needed.then_some(named)));
        }
        if self.action == Action::Email && self.attendees.is_empty() {
            let why = FieldFault::Missing("an alarm by mail says who gets it");
            return Err(FieldError::new("attendees", why));
        }
        out.extend(self.attendees.iter().map(|user| user.property("ATTENDEE")));
        out.extend(self.attachments.iter().map(|uri| uri.property("ATTACH")));
        out.extend(self.acknowledged.map(|at| DateTime::Utc(at).property("ACKNOWLEDGED")));
        Ok(alarm)
    }
}

pub(in crate::event) fn as_text<T: ToString, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;

    fn read(text: &str) -> Option<Alarm> {
        Alarm::of(&parse(text).calendars[0])
    }

    fn minutes(minutes: i64) -> Duration {
        Duration::new(0, minutes * 60)
    }

    #[test]
    fn an_alarm_reads_back_as_it_was_written() {
        let instant = Instant::parse("2026-11-21T09:00:00Z").unwrap();
        let shown = Alarm {
            description: Some("Now; go,\n\"quick\"".into()),
            ..Alarm::new(Trigger::Start(minutes(-15)))
        };
        let mail = Alarm {
            action: Action::Email,
            summary: Some("Soon".into()),
            attendees: vec![CalendarUser::parse("ana@example.org", Some("Ana")).unwrap()],
            attachments: vec![Uri::parse("https://example.org/a").unwrap()],
            repeat: Some(Repeat::new(3, minutes(5)).unwrap()),
            trigger: Trigger::End(Duration::new(-1, 0)),
            ..shown.clone()
        };
        let sound =
            Alarm { action: Action::Audio, acknowledged: Some(instant), ..Alarm::new(Trigger::At(instant)) };
        for alarm in [shown, mail, sound] {
            let written = alarm.component("Lunch").unwrap().write();
            assert_eq!(read(&written), Some(alarm), "{written}");
        }
    }

    #[test]
    fn what_an_alarm_must_have_is_filled_in_or_asked_for() {
        let alarm = Alarm::new(Trigger::Start(Duration::default()));
        let written = alarm.component("Lunch").unwrap().write();
        assert_eq!(
            written,
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:PT0S\r\nDESCRIPTION:Lunch\r\nEND:VALARM\r\n"
        );
        assert!(alarm.component("").unwrap().write().contains("DESCRIPTION:Reminder\r\n"));
        let mail = Alarm { action: Action::Email, ..alarm };
        let error = mail.component("Lunch").unwrap_err();
        assert_eq!((error.field(), error.code()), ("attendees", "missing_field"));
        for (count, every) in [(0, minutes(1)), (1001, minutes(1)), (1, minutes(0)), (1, minutes(-1))] {
            assert_eq!(Repeat::new(count, every).unwrap_err().code(), "out_of_range");
        }
    }

    #[test]
    fn alarms_that_nobody_can_ring_are_left_out() {
        for lines in [
            "ACTION:DISPLAY",
            "ACTION:DISPLAY\nTRIGGER:soon",
            "ACTION:DISPLAY\nTRIGGER:20261121T090000",
            "ACTION:NONE\nTRIGGER:-PT5M",
            "TRIGGER:-PT5M",
        ] {
            assert_eq!(read(&format!("BEGIN:VALARM\n{lines}\nEND:VALARM")), None, "{lines}");
        }
        let once =
            read("BEGIN:VALARM\nACTION:audio\nTRIGGER;RELATED=end:PT5M\nREPEAT:3\nEND:VALARM").unwrap();
        assert_eq!((once.action, once.trigger, once.repeat), (Action::Audio, Trigger::End(minutes(5)), None));
    }
}
