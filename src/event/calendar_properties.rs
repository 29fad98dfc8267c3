//! What a calendar says of itself (RFC 5545 §3.7, RFC 7986 §5), and whole calendars of new entries.

use super::Event;
use super::export::{joined, plain_head, write_name};
use super::field::{Color, FieldError, FieldFault, Uri, as_text, text_of, write_text};
use super::new::{EntryWriter, NewEvent};
use super::todo::NewTodo;
use crate::ics::{Component, Duration, Property};
use crate::time::Instant;
use crate::zone::Zone;
use serde::{Serialize, Serializer};

/// The properties of a calendar. Each is written as RFC 7986 has it and, where there is one, as the X- property that
/// most programs read.
///
/// ```
/// # use kalends::event::{CalendarProperties, NewEvent};
/// # use kalends::{Instant, ics::{DateTime, Duration}};
/// let start = Instant::parse("2026-11-21T12:00:00Z").unwrap();
/// let properties = CalendarProperties {
///     name: Some("Studio".into()),
///     refresh_interval: Some(Duration::new(0, 3600)),
///     ..CalendarProperties::default()
/// };
/// let events = [NewEvent::new("1", DateTime::Utc(start)), NewEvent::new("2", DateTime::Utc(start))];
/// let text = properties.text(&events, [], start).unwrap();
/// assert!(text.contains("X-WR-CALNAME:Studio\r\n") && text.contains("REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarProperties {
    /// What it is called (NAME, X-WR-CALNAME).
    pub name: Option<String>,
    /// What is in it (DESCRIPTION, X-WR-CALDESC).
    pub description: Option<String>,
    /// In which colour it is shown (COLOR, X-APPLE-CALENDAR-COLOR).
    pub color: Option<Color>,
    /// How often who subscribes to it should look again (REFRESH-INTERVAL, X-PUBLISHED-TTL).
    #[serde(serialize_with = "as_optional_text")]
    pub refresh_interval: Option<Duration>,
    /// Where it can be fetched again (SOURCE).
    pub source: Option<Uri>,
    /// A page that shows it (URL).
    pub url: Option<Uri>,
    /// The zone in which it is at home (X-WR-TIMEZONE): floating times and dates are read in it.
    pub time_zone: Option<String>,
    /// Which program wrote it (PRODID), such as `-//Studio//Bookings//EN`.
    pub product_id: Option<String>,
}

impl CalendarProperties {
    /// What a VCALENDAR says of itself.
    pub fn of(calendar: &Component) -> CalendarProperties {
        let either = |name, x_name| text_of(calendar, name).or_else(|| text_of(calendar, x_name));
        let interval = |name| calendar.property(name).and_then(|p| Duration::of(p).ok());
        let uri = |name| calendar.property(name).and_then(Uri::of);
        CalendarProperties {
            name: either("NAME", "X-WR-CALNAME"),
            description: either("DESCRIPTION", "X-WR-CALDESC"),
            color: Color::of(calendar),
            refresh_interval: interval("REFRESH-INTERVAL").or_else(|| interval("X-PUBLISHED-TTL")),
            source: uri("SOURCE"),
            url: uri("URL"),
            time_zone: text_of(calendar, "X-WR-TIMEZONE"),
            product_id: text_of(calendar, "PRODID"),
        }
    }

    /// The whole calendar of these events and tasks, with each time zone that they need once. `stamp` is written as
    /// DTSTAMP. The first entry that cannot be written is an error, whose field begins with `events[n]` or
    /// `todos[n]`.
    pub fn calendar<'e>(
        &self,
        events: impl IntoIterator<Item = &'e NewEvent>,
        todos: impl IntoIterator<Item = &'e NewTodo>,
        stamp: Instant,
    ) -> Result<Component<'static>, FieldError> {
        let (mut calendar, mut entries) = (self.head()?, Vec::new());
        let writer = each(events, todos, stamp, |entry| entries.push(entry))?;
        calendar.components.extend(writer.settler.definitions());
        calendar.components.append(&mut entries);
        Ok(calendar)
    }

    /// The text of the same calendar. No more than one entry is there as a component at a time: of thousands this
    /// takes a half of the time, and a fraction of the memory.
    pub fn text<'e>(
        &self,
        events: impl IntoIterator<Item = &'e NewEvent>,
        todos: impl IntoIterator<Item = &'e NewTodo>,
        stamp: Instant,
    ) -> Result<String, FieldError> {
        const END: &str = "END:VCALENDAR\r\n";
        let (mut calendar, mut entries) = (self.head()?, String::new());
        let writer = each(events, todos, stamp, |entry| entries.push_str(&entry.write()))?;
        calendar.components.extend(writer.settler.definitions());
        let mut text = calendar.write();
        // The entries are written before it is known which time zones they need.
        text.truncate(text.len() - END.len());
        text.push_str(&entries);
        text.push_str(END);
        Ok(text)
    }

    /// One calendar of events that are there already, with each definition of a time zone once.
    pub fn export<'e>(
        &self,
        events: impl IntoIterator<Item = &'e Event>,
    ) -> Result<Component<'static>, FieldError> {
        Ok(joined(self.head()?, events))
    }

    fn head(&self) -> Result<Component<'static>, FieldError> {
        let mut calendar = plain_head();
        if let Some(id) = self.product_id.as_deref().filter(|id| !id.is_empty()) {
            calendar.set(Property::text("PRODID", id));
        }
        let out = &mut calendar.properties;
        write_name(out, self.name.as_deref());
        for name in ["DESCRIPTION", "X-WR-CALDESC"] {
            write_text(out, name, self.description.as_deref());
        }
        if let Some(color) = self.color {
            out.extend([color.property(), color.exact_property()]);
        }
        if let Some(interval) = self.refresh_interval {
            if interval.days() < 0 || interval.seconds() < 0 || interval == Duration::default() {
                let fault = FieldFault::Range("a duration above zero");
                return Err(FieldError::new("refreshInterval", fault));
            }
            let property = |name| Property::known(name, interval.to_string());
            out.push(property("REFRESH-INTERVAL").with_parameter("VALUE", "DURATION"));
            out.push(property("X-PUBLISHED-TTL"));
        }
        out.extend(self.source.as_ref().map(|uri| uri.property("SOURCE").with_parameter("VALUE", "URI")));
        out.extend(self.url.as_ref().map(|uri| uri.property("URL")));
        if let Some(name) = self.time_zone.as_deref().filter(|name| !name.is_empty()) {
            let zone = Zone::named(name).map_err(|error| FieldError::new("timeZone", error))?;
            out.push(Property::text("X-WR-TIMEZONE", zone.name()));
        }
        Ok(calendar)
    }
}

/// Each entry as it is written, to be put wherever it goes.
fn each<'e>(
    events: impl IntoIterator<Item = &'e NewEvent>,
    todos: impl IntoIterator<Item = &'e NewTodo>,
    stamp: Instant,
    mut put: impl FnMut(Component<'static>),
) -> Result<EntryWriter, FieldError> {
    let mut writer = EntryWriter::new(stamp);
    for (place, event) in events.into_iter().enumerate() {
        let event = event.component(&mut writer);
        put(event.map_err(|error| error.within(format_args!("events[{place}]")))?);
    }
    for (place, todo) in todos.into_iter().enumerate() {
        let todo = todo.component(&mut writer);
        put(todo.map_err(|error| error.within(format_args!("todos[{place}]")))?);
    }
    Ok(writer)
}

fn as_optional_text<T: ToString, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => as_text(value, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::new::tests::{HARMLESS, HOSTILE, at, berlin};
    use crate::event::{End, Repetition};
    use crate::ics::{DateTime, parse};

    fn every(text: &str) -> CalendarProperties {
        let own = || Some(text.to_owned());
        CalendarProperties {
            name: own(),
            description: own(),
            color: Color::parse("#1badf8").ok(),
            refresh_interval: Some(Duration::new(0, 3600)),
            source: Uri::parse("https://example.org/a.ics").ok(),
            url: Uri::parse("https://example.org/").ok(),
            time_zone: Some("W. Europe Standard Time".into()),
            product_id: own(),
        }
    }

    #[test]
    fn what_a_calendar_says_of_itself_reads_back_the_same() {
        for (given, expected) in [("Mine; all,\nä\\n", "Mine; all,\nä\\n"), (HOSTILE, HARMLESS)] {
            let text = every(given).calendar([], [], Instant::MIN).unwrap().write();
            let parsed = parse(&text);
            let calendar = &parsed.calendars[0];
            assert_eq!((parsed.problems.as_slice(), calendar.components.len()), (&[][..], 0));
            let read = CalendarProperties { time_zone: Some("Europe/Berlin".into()), ..every(expected) };
            assert_eq!(CalendarProperties::of(calendar), read);
            for (name, x_name) in [
                ("NAME", "X-WR-CALNAME"),
                ("DESCRIPTION", "X-WR-CALDESC"),
                ("REFRESH-INTERVAL", "X-PUBLISHED-TTL"),
            ] {
                assert_eq!(
                    calendar.property(name).unwrap().value(),
                    calendar.property(x_name).unwrap().value()
                );
            }
            assert_eq!(calendar.properties("PRODID").count(), 1);
        }
    }

    #[test]
    fn what_old_programs_write_is_read() {
        let text = "BEGIN:VCALENDAR\nX-WR-CALNAME:Mine\nX-WR-CALDESC:All\nX-APPLE-CALENDAR-COLOR:#FF0000\n\
            X-PUBLISHED-TTL:PT1H\nEND:VCALENDAR";
        let read = CalendarProperties::of(&parse(text).calendars[0]);
        assert_eq!((read.name.as_deref(), read.description.as_deref()), (Some("Mine"), Some("All")));
        assert_eq!(
            (read.color.unwrap().name(), read.refresh_interval),
            ("red", Some(Duration::new(0, 3600)))
        );
    }

    #[test]
    fn what_a_calendar_cannot_say_is_refused() {
        let error = |properties: CalendarProperties| {
            let error = properties.calendar([], [], Instant::MIN).unwrap_err();
            (error.field().to_owned(), error.code())
        };
        let never = CalendarProperties { refresh_interval: Some(Duration::default()), ..Default::default() };
        assert_eq!(error(never), ("refreshInterval".to_owned(), "out_of_range"));
        let nowhere = CalendarProperties { time_zone: Some("Mars/Base".into()), ..Default::default() };
        assert_eq!(error(nowhere), ("timeZone".to_owned(), "unknown_time_zone"));
    }

    #[test]
    fn a_calendar_defines_each_zone_once_for_all_that_is_in_it() {
        let named = |tzid: &str, text: &str| match berlin(text) {
            DateTime::Zoned { wall, .. } => DateTime::Zoned { wall, tzid: tzid.to_owned() },
            other => other,
        };
        let old = NewEvent {
            repetition: Repetition::by_rule("FREQ=DAILY;UNTIL=19860101T000000Z"),
            ..NewEvent::new("1", named("Europe/Berlin", "1985-07-01T08:00:00Z"))
        };
        let new = NewEvent::new("2", named("W. Europe Standard Time", "2026-07-01T08:00:00Z"));
        let due = Some(End::At(named("Asia/Tokyo", "2026-07-01T08:00:00Z")));
        let todo = NewTodo { due, ..NewTodo::new("3") };
        let calendar = CalendarProperties::default().calendar([&old, &new], [&todo], Instant::MIN).unwrap();
        let zones: Vec<String> = calendar
            .components("VTIMEZONE")
            .map(|zone| zone.property("TZID").unwrap().value().to_owned())
            .collect();
        assert_eq!(zones, ["Europe/Berlin", "Asia/Tokyo"]);
        let text = CalendarProperties::default().text([&old, &new], [&todo], Instant::MIN).unwrap();
        assert_eq!(text, calendar.write());
        // By the definitions alone.
        let text = calendar.write().replace("Europe/Berlin", "Here");
        let (events, problems) = Event::all(&text);
        assert_eq!(problems, []);
        for (event, start) in events.iter().zip(["1985-07-01T08:00:00Z", "2026-07-01T08:00:00Z"]) {
            assert_eq!(event.content(&Zone::utc()).unwrap().span.start(), at(start));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_written_is_named() {
        let start = DateTime::Utc(Instant::MIN);
        let (good, bad) = (NewEvent::new("1", start.clone()), NewEvent::new("", start));
        let error = CalendarProperties::default().calendar([&good, &bad], [], Instant::MIN).unwrap_err();
        assert_eq!(error.to_string(), "events[1].uid: this is missing; it tells this entry from all others");
        let error = CalendarProperties::default().calendar([&good], [&NewTodo::new("")], Instant::MIN);
        assert_eq!(error.unwrap_err().field(), "todos[0].uid");
    }

    #[test]
    fn events_that_are_there_already_are_exported_with_these_properties() {
        let event = NewEvent::new("1", berlin("2026-07-01T08:00:00Z")).event(Instant::MIN).unwrap();
        let calendar = every("Mine").export([&event, &event]).unwrap();
        assert_eq!((calendar.components("VTIMEZONE").count(), calendar.components("VEVENT").count()), (1, 2));
        assert_eq!(calendar.property("X-WR-CALNAME").unwrap().value(), "Mine");
    }
}
