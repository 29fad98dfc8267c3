//! A new event, described: what a VEVENT is written from (RFC 5545 §3.6.1).

use super::entry::{End, EntryWriter, Length, no_uid, write_other};
use super::repetition::Repetition;
use crate::event::details::{Details, Ends};
use crate::event::export::plain_head;
use crate::event::field::{FieldError, words};
use crate::event::{Content, Event, Status, patch};
use crate::ics::{Component, DateTime, Property};
use crate::time::Instant;
use crate::zone::Zone;

/// A new event.
///
/// ```
/// # use kalends::event::{Alarm, Attendee, CalendarUser, Details, End, NewEvent, Repetition, Trigger};
/// # use kalends::{Instant, ics::{DateTime, Duration}};
/// let at = |text| Instant::parse(text).unwrap();
/// let lunch = NewEvent {
///     end: Some(End::After(Duration::new(0, 3600))),
///     repetition: Repetition::by_rule("FREQ=WEEKLY;COUNT=4"),
///     details: Details {
///         summary: "Lunch".into(),
///         organizer: Some(CalendarUser::parse("ben@example.org", Some("Ben")).unwrap()),
///         attendees: vec![Attendee::new(CalendarUser::parse("ana@example.org", None).unwrap())],
///         alarms: vec![Alarm::new(Trigger::Start(Duration::new(0, -900)))],
///         ..Details::default()
///     },
///     ..NewEvent::new("1", DateTime::Utc(at("2026-11-21T12:00:00Z")))
/// };
/// let event = lunch.event(at("2026-11-01T00:00:00Z")).unwrap();
/// assert!(event.to_ics().contains("DURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// The UID.
    pub uid: String,
    /// When it starts: a date for whole days, a wall time with or without a zone, or an instant.
    pub start: DateTime,
    /// When it ends; without it a date lasts the day and a time no time.
    pub end: Option<End>,
    /// Whether it recurs.
    pub repetition: Repetition,
    /// Whether it takes place.
    pub status: Status,
    /// Whether it takes time; one that is cancelled takes none.
    pub transparency: Transparency,
    /// What it says of itself.
    pub details: Details,
    /// Properties for programs that know them; their names begin with X-.
    pub other: Vec<Property<'static>>,
}

words! {
    /// Whether an event takes time (TRANSP, RFC 5545 §3.8.2.7).
    #[derive(Default)]
    Transparency, "transparency" {
        /// It does: its owner is busy.
        #[default]
        Opaque = "OPAQUE",
        /// It does not.
        Transparent = "TRANSPARENT",
    }
}

impl Transparency {
    /// The TRANSP of a VEVENT.
    pub fn of(event: &Component) -> Transparency {
        if crate::event::is_transparent(event) { Transparency::Transparent } else { Transparency::Opaque }
    }
}

impl NewEvent {
    /// A confirmed event without length that says nothing of itself.
    pub fn new(uid: &str, start: DateTime) -> NewEvent {
        NewEvent {
            uid: uid.to_owned(),
            start,
            end: None,
            repetition: Repetition::Once,
            status: Status::Confirmed,
            transparency: Transparency::Opaque,
            details: Details::default(),
            other: Vec::new(),
        }
    }

    /// The event of a content. Times are written in its zone, in UTC where it has none, and where the zone's clocks
    /// show the time for the second time.
    pub fn of(uid: &str, content: &Content) -> Result<NewEvent, FieldError> {
        let zone = content.time_zone.as_deref().map_or(Ok(Zone::utc()), Zone::named);
        let zone = zone.map_err(|error| FieldError::new("timeZone", error))?;
        let (start, end) = match content.all_day {
            true => patch::times_of(content, &zone),
            false => (shown_by(&zone, content.span.start()), shown_by(&zone, content.span.end())),
        };
        let details = Details {
            summary: content.summary.clone(),
            description: content.description.clone(),
            location: content.location.clone(),
            ..Details::default()
        };
        let (end, status) = (Some(End::At(end)), content.status);
        let repetition = content.recurrence.as_deref().map_or(Repetition::Once, Repetition::by_rule);
        Ok(NewEvent { end, status, details, repetition, ..NewEvent::new(uid, start) })
    }

    /// A calendar object with this event alone. `stamp` is written as DTSTAMP.
    pub fn event(&self, stamp: Instant) -> Result<Event, FieldError> {
        let mut writer = EntryWriter::new(stamp);
        let event = self.component(&mut writer)?;
        let mut calendar = plain_head();
        calendar.components.extend(writer.settler.definitions());
        calendar.components.push(event);
        // The UID is written, so it is there.
        Event::of(calendar).map_err(|_| no_uid())
    }

    /// The VEVENT.
    pub(in crate::event) fn component(
        &self,
        writer: &mut EntryWriter,
    ) -> Result<Component<'static>, FieldError> {
        let mut event = writer.begin("VEVENT", &self.uid)?;
        let out = &mut event.properties;
        self.details.write_versions(out);
        let start = writer.settle("start", &self.start)?;
        out.push(start.value.property("DTSTART"));
        let length = writer.length("end", Some(&start), self.end.as_ref())?;
        let ends = match (&length, &start.value) {
            (Length::Until(end), _) => Some(end.value.property("DTEND")),
            (Length::Lasting(duration), _) => Some(Property::known("DURATION", duration.to_string())),
            // Said, since some programs take a date without an end for a moment.
            (Length::None, DateTime::Date(date)) => {
                let next = date.succ_opt().map(DateTime::Date).unwrap_or_else(|| start.value.clone());
                Some(writer.settle("end", &next)?.value.property("DTEND"))
            }
            (Length::None, _) => None,
        };
        let has_end = ends.is_some();
        out.extend(ends);
        self.repetition.write(Some(&start), &mut writer.settler, out)?;
        out.push(Property::known("STATUS", self.status.as_str()));
        if self.transparency == Transparency::Transparent || self.status == Status::Cancelled {
            out.push(Property::known("TRANSP", Transparency::Transparent.as_str()));
        }
        self.details.write(&mut event, Ends { start: true, end: has_end })?;
        write_other(&self.other, &mut event.properties)?;
        Ok(event)
    }
}

/// An instant as the clocks of a zone show it, or in UTC where they show the same twice and mean the first.
pub(crate) fn shown_by(zone: &Zone, instant: Instant) -> DateTime {
    let instant = Instant::from_millis(instant.millis().div_euclid(1000) * 1000);
    let wall = zone.to_wall(instant);
    match zone.name() {
        name if name != "UTC" && zone.to_instant(wall) == instant => {
            DateTime::Zoned { wall, tzid: name.to_owned() }
        }
        _ => DateTime::Utc(instant),
    }
}

#[cfg(test)]
pub(in crate::event) mod tests {
    use super::*;
    use crate::event::{
        Action, Alarm, Attachment, Attendee, CalAddress, CalendarUser, Class, Color, Conference, Email,
        Feature, Geo, ParticipationStatus, Priority, Repeat, Role, Trigger, Uri, UserType,
    };
    use crate::ics::{Duration, parse};
    use crate::time::Span;
    use crate::zone::Zones;

    pub fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    pub fn berlin(text: &str) -> DateTime {
        let wall = Zone::iana("Europe/Berlin").unwrap().to_wall(at(text));
        DateTime::Zoned { wall, tzid: "Europe/Berlin".to_owned() }
    }

    /// Every field, with this text wherever there is text.
    pub fn details(text: &str) -> Details {
        let own = || Some(text.to_owned());
        let uri = |text| Uri::parse(text).unwrap();
        let user = |email| CalendarUser::parse(email, Some(text)).unwrap();
        let link = || Attachment { uri: uri("https://example.org/a.png"), media_type: own() };
        Details {
            summary: text.to_owned(),
            description: own(),
            html: own(),
            location: own(),
            geo: Geo::new(52.5, -13.4).ok(),
            url: Some(uri("https://example.org/?a=b;c,d")),
            class: Some(Class::Confidential),
            priority: Priority::new(5).ok(),
            sequence: 3,
            categories: vec![text.to_owned(), "Work, paid".to_owned()],
            color: Color::parse("tomato").ok(),
            organizer: Some(CalendarUser {
                email: Email::parse("office@example.org").ok(),
                sent_by: CalAddress::parse("help@example.org").ok(),
                ..user("ben@example.org")
            }),
            attendees: vec![Attendee {
                role: Role::Optional,
                status: ParticipationStatus::Tentative,
                rsvp: true,
                user_type: UserType::Room,
                ..Attendee::new(user("ana@example.org"))
            }],
            alarms: vec![Alarm {
                action: Action::Email,
                description: own(),
                summary: own(),
                attendees: vec![user("ana@example.org")],
                repeat: Repeat::new(2, Duration::new(0, 300)).ok(),
                ..Alarm::new(Trigger::End(Duration::new(-1, 0)))
            }],
            conferences: vec![Conference {
                uri: uri("https://meet.example.org/1"),
                features: vec![Feature::Audio, Feature::Video],
                label: own(),
            }],
            images: vec![link()],
            attachments: vec![link()],
            created: Some(at("2026-01-01T00:00:00Z")),
            last_modified: Some(at("2026-01-02T00:00:00Z")),
        }
    }

    /// What tries to break out of its line wherever it stands, and how it reads back.
    pub const HOSTILE: &str =
        "a\r\nEND:VEVENT\nATTENDEE:mailto:evil@example.org\r\rX:\0\u{b}\u{7f};,:\"^\\n\\";
    pub const HARMLESS: &str = "a\nEND:VEVENT\nATTENDEE:mailto:evil@example.org\n\nX:;,:\"^\\n\\";

    #[test]
    fn a_new_event_reads_back_as_it_was_described() {
        let new = NewEvent {
            end: Some(End::At(berlin("2026-11-21T10:00:00Z"))),
            status: Status::Tentative,
            transparency: Transparency::Transparent,
            details: details("Lunch; \"later\",\nor ^never \\n ä🦀"),
            other: vec![Property::text("X-MINE", "kept")],
            ..NewEvent::new("u-1", berlin("2026-11-21T09:00:00Z"))
        };
        let event = Event::parse(&new.event(at("2026-11-01T00:00:00Z")).unwrap().to_ics()).unwrap();
        let main = event.main();
        assert_eq!(Details::of(main), new.details);
        assert_eq!(
            (event.uid(), event.status(), Transparency::of(main)),
            ("u-1", Status::Tentative, Transparency::Transparent)
        );
        let content = event.content(&Zone::utc()).unwrap();
        assert_eq!(content.span, Span::lasting(at("2026-11-21T09:00:00Z"), 3_600_000));
        assert_eq!(main.property("X-MINE").unwrap().value(), "kept");
        assert_eq!(main.property("DTSTAMP").unwrap().value(), "20261101T000000Z");
        assert_eq!(event.calendar().components("VTIMEZONE").count(), 1);
        let (text, strict) = (event.to_ics(), crate::check::Strictness::Strict);
        assert_eq!(crate::check::problems(text.as_bytes(), &parse(&text), strict), []);
    }

    #[test]
    fn no_text_breaks_out_of_its_line() {
        let new = NewEvent {
            details: details(HOSTILE),
            other: vec![Property::text("X-MINE", HOSTILE)],
            ..NewEvent::new(HOSTILE, DateTime::Utc(at("2026-11-21T09:00:00Z")))
        };
        let text = new.event(at("2026-11-01T00:00:00Z")).unwrap().to_ics();
        let parsed = parse(&text);
        assert_eq!(parsed.problems, []);
        let event = Event::parse(&text).unwrap();
        assert_eq!(event.calendar().components.len(), 1);
        // No end is given: the alarm counts from the start.
        let mut expected = details(HARMLESS);
        expected.alarms[0].trigger = Trigger::Start(Duration::new(-1, 0));
        assert_eq!(Details::of(event.main()), expected);
        assert_eq!(
            (event.uid(), event.main().property("X-MINE").unwrap().unescaped().as_ref()),
            (HARMLESS, HARMLESS)
        );
    }

    #[test]
    fn each_way_to_give_times_is_written_as_rfc_5545_wants_it() {
        let date = |day| DateTime::Date(crate::time::Date::from_ymd_opt(2026, 11, day).unwrap());
        let floating = |hour| DateTime::Floating(at(&format!("2026-11-21T{hour:02}:00:00Z")).to_utc());
        let utc = |hour: u32| DateTime::Utc(at(&format!("2026-11-21T{hour:02}:00:00Z")));
        let tokyo =
            DateTime::Zoned { wall: at("2026-11-21T20:00:00Z").to_utc(), tzid: "Tokyo Standard Time".into() };
        let greenwich = DateTime::Zoned { wall: at("2026-11-21T09:00:00Z").to_utc(), tzid: "Etc/UTC".into() };
        for (start, end, written) in [
            (date(21), None, "DTSTART;VALUE=DATE:20261121 DTEND;VALUE=DATE:20261122"),
            (date(21), Some(End::At(date(23))), "DTSTART;VALUE=DATE:20261121 DTEND;VALUE=DATE:20261123"),
            (date(21), Some(End::At(date(21))), "DTSTART;VALUE=DATE:20261121 DTEND;VALUE=DATE:20261122"),
            (date(21), Some(End::After(Duration::new(2, 0))), "DTSTART;VALUE=DATE:20261121 DURATION:P2D"),
            (floating(9), Some(End::At(floating(10))), "DTSTART:20261121T090000 DTEND:20261121T100000"),
            (utc(9), None, "DTSTART:20261121T090000Z"),
            (utc(9), Some(End::At(utc(9))), "DTSTART:20261121T090000Z"),
            (utc(9), Some(End::After(Duration::default())), "DTSTART:20261121T090000Z"),
            (
                greenwich,
                Some(End::At(tokyo)),
                "DTSTART:20261121T090000Z DTEND;TZID=Asia/Tokyo:20261121T200000",
            ),
        ] {
            let event =
                NewEvent { end, ..NewEvent::new("u", start) }.event(at("2026-11-01T00:00:00Z")).unwrap();
            let times =
                ["DTSTART", "DTEND", "DURATION"].iter().filter_map(|name| event.main().property(name));
            assert_eq!(times.map(ToString::to_string).collect::<Vec<_>>().join(" "), written);
        }
        for (start, end, field, code) in [
            (date(21), Some(End::At(utc(10))), "end", "invalid_time"),
            (floating(9), Some(End::At(utc(10))), "end", "invalid_time"),
            (utc(9), Some(End::At(utc(8))), "end", "invalid_time"),
            (utc(9), Some(End::After(Duration::new(0, -1))), "end", "invalid_time"),
            (date(21), Some(End::After(Duration::new(0, 3600))), "end", "invalid_time"),
            (DateTime::Floating(crate::time::Wall::MAX), None, "start", "invalid_time"),
            (
                DateTime::Date(crate::time::Date::from_ymd_opt(9999, 12, 31).unwrap()),
                None,
                "end",
                "invalid_time",
            ),
            (
                DateTime::Zoned { wall: crate::time::Wall::MIN, tzid: "Asia/Tokyo".into() },
                None,
                "start",
                "invalid_time",
            ),
            (
                DateTime::Zoned { wall: at("2026-11-21T09:00:00Z").to_utc(), tzid: "Mars/Base".into() },
                None,
                "start",
                "unknown_time_zone",
            ),
        ] {
            let error = NewEvent { end, ..NewEvent::new("u", start) }.event(Instant::MIN).unwrap_err();
            assert_eq!((error.field(), error.code()), (field, code), "{error}");
        }
    }

    #[test]
    fn what_no_event_can_be_without_is_asked_for() {
        let start = DateTime::Utc(Instant::MIN);
        let error = |new: NewEvent| {
            let error = new.event(Instant::MIN).unwrap_err();
            (error.field().to_owned(), error.code())
        };
        assert_eq!(error(NewEvent::new(" \r\n", start.clone())), ("uid".to_owned(), "missing_field"));
        let mut silent = NewEvent::new("u", start.clone());
        silent.details.alarms =
            vec![Alarm { action: Action::Email, ..Alarm::new(Trigger::At(Instant::MIN)) }];
        assert_eq!(error(silent), ("alarms[0].attendees".to_owned(), "missing_field"));
        let twice = NewEvent { other: vec![Property::text("UID", "v")], ..NewEvent::new("u", start) };
        assert_eq!(error(twice), ("other[0]".to_owned(), "invalid_property"));
    }

    #[test]
    fn a_time_that_the_clocks_show_again_stays_that_time() {
        let second = Span::lasting(at("2026-10-25T01:30:00Z"), 3_600_000);
        let content = Content { time_zone: Some("Europe/Berlin".into()), ..Content::new("Late", second) };
        let event = NewEvent::of("u", &content).unwrap().event(second.start()).unwrap();
        assert_eq!(event.content(&Zone::utc()).unwrap().span, second);
        let zones = Zones::of(event.calendar());
        assert!(zones.resolve("Europe/Berlin").is_ok());
    }

    #[test]
    fn a_series_reads_back_with_its_exceptions_and_a_zone_for_all_of_it() {
        use crate::recurrence::{Budget, occurrences};
        let new = NewEvent {
            repetition: Repetition::Series {
                rules: vec!["FREQ=WEEKLY".into()],
                dates: vec![DateTime::Utc(at("2036-07-02T07:00:00Z"))],
                exceptions: vec![DateTime::Utc(at("2036-07-05T07:00:00Z"))],
            },
            ..NewEvent::new("u", berlin("2026-11-21T08:00:00Z"))
        };
        let mut event = new.event(at("2026-11-01T00:00:00Z")).unwrap();
        // Without the name, by the definition alone.
        let text = event.to_ics().replace("Europe/Berlin", "Here");
        event = Event::parse(&text).unwrap();
        let window = Span::new(at("2036-07-01T00:00:00Z"), at("2036-07-14T00:00:00Z")).unwrap();
        let found = occurrences(&event, window, &Zone::utc(), &mut Budget::default()).unwrap();
        let starts: Vec<String> = found.iter().map(|o| o.span.start().to_string()).collect();
        assert_eq!(starts, ["2036-07-02T07:00:00Z", "2036-07-12T07:00:00Z"]);
    }
}
