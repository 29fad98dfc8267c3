//! New events, tasks and calendars: whatever text stands in their fields, they are what they were meant to be.

use super::calendars::{name, text};
use super::injection::{begun, count, lines};
use super::{config, reading};
use kalends::check::{Strictness, problems};
use kalends::event::{
    Alarm, Attachment, Attendee, CalendarProperties, CalendarUser, Conference, Details, End, NewEvent,
    NewTodo, Repetition, Trigger, Uri,
};
use kalends::ics::{DateTime, Duration, Problem, Property, Severity, parse};
use kalends::time::Wall;
use kalends::{Event, Instant};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const STAMP: Instant = Instant::from_millis(1_795_000_000_000);

fn time() -> impl Strategy<Value = DateTime> {
    let wall = (15_000..25_000_i64).prop_map(|days| Wall::default() + chrono::TimeDelta::days(days));
    let zone = prop_oneof![9 => Just("Europe/Berlin".to_owned()), 1 => text()];
    (wall, zone, 0..4).prop_map(|(wall, tzid, kind)| match kind {
        0 => DateTime::Date(wall.date()),
        1 => DateTime::Floating(wall),
        2 => DateTime::Utc(Instant::from_utc(wall)),
        _ => DateTime::Zoned { wall, tzid },
    })
}

/// An address that may be hostile, or one that is none at all.
fn uri() -> impl Strategy<Value = Option<Uri>> {
    prop_oneof![text().prop_map(|text| format!("https://example.org/{text}")), text()]
        .prop_map(|text| Uri::parse(&text).ok())
}

fn user() -> impl Strategy<Value = Option<CalendarUser>> {
    let address = prop_oneof![2 => Just("ana@example.org".to_owned()), 1 => text()];
    (address, option::of(text()))
        .prop_map(|(address, name)| CalendarUser::parse(&address, name.as_deref()).ok())
}

prop_compose! {
    fn details()(
        summary in text(), description in option::of(text()), html in option::of(text()),
        location in option::of(text()), url in uri(), categories in vec(text(), 0..3), organizer in user(), attendees in vec(user(), 0..3),
        alarm in option::of((option::of(text()), option::of(text()), -9_i64..9)), link in uri(),
        label in option::of(text()),
    ) -> Details {
        let alarm = alarm.map(|(description, summary, hours)| Alarm {
            description, summary, ..Alarm::new(Trigger::Start(Duration::new(0, hours * 3600)))
        });
        let attachment = |uri| Attachment { uri, media_type: label.clone() };
        Details {
            summary, description, html, location, url, categories, organizer,
            attendees: attendees.into_iter().flatten().map(Attendee::new).collect(),
            alarms: alarm.into_iter().collect(),
            images: link.clone().into_iter().map(attachment).collect(),
            attachments: link.clone().into_iter().map(attachment).collect(),
            conferences: link
                .into_iter()
                .map(|uri| Conference { uri, features: vec![], label: label.clone() })
                .collect(),
            ..Details::default()
        }
    }
}

fn end() -> impl Strategy<Value = Option<End>> {
    prop_oneof![
        3 => (1_i64..9).prop_map(|days| Some(End::After(Duration::new(days, 0)))),
        1 => time().prop_map(|time| Some(End::At(time))),
        1 => Just(None),
    ]
}

fn rule() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("FREQ=DAILY;COUNT=3".to_owned()),
        text().prop_map(|text| format!("FREQ=DAILY;{text}")),
        text()
    ]
}

prop_compose! {
    fn event()(
        uid in text(), start in time(), end in end(), rule in option::of(rule()), details in details(),
        dates in vec(time(), 0..3), other in option::of((name(), text())),
    ) -> NewEvent {
        let repetition = match rule {
            Some(rule) => Repetition::Series { rules: vec![rule], dates: dates.clone(), exceptions: dates },
            None => dates.first().map_or(Repetition::Once, |id| Repetition::Override(id.clone())),
        };
        let other = other.map(|(name, text)| Property::text(&format!("X-{name}"), &text)).into_iter().collect();
        NewEvent { end, repetition, details, other, ..NewEvent::new(&uid, start) }
    }
}

prop_compose! {
    fn todo()(
        uid in text(), start in option::of(time()), due in option::of(time()), details in details(),
    ) -> NewTodo {
        NewTodo { start, due: due.map(End::At), details, ..NewTodo::new(&uid) }
    }
}

/// What of a text breaks a rule that every caller may rely on, whatever was asked for.
fn faults(text: &str) -> Vec<Problem> {
    let told = problems(text.as_bytes(), &parse(text), Strictness::Strict);
    told.into_iter().filter(|problem| problem.what.severity() == Severity::Formal).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_new_event_is_one_event_whatever_it_says(new in event()) {
        if let Ok(event) = new.event(STAMP) {
            let written = event.calendar();
            prop_assert_eq!(lines(written).len(), count(written));
            prop_assert_eq!((begun(written, "VCALENDAR"), begun(written, "VEVENT")), (1, 1));
            prop_assert_eq!(begun(written, "VALARM"), new.details.alarms.len());
            let text = event.to_ics();
            prop_assert_eq!(faults(&text), []);
            prop_assert_eq!(Event::parse(&text), Ok(event));
        }
    }

    #[test]
    fn a_new_calendar_holds_what_was_put_into_it(
        events in vec(event(), 0..3), todos in vec(todo(), 0..3), name in option::of(text()),
        description in option::of(text()), source in uri(),
        time_zone in prop_oneof![3 => Just(None), 1 => text().prop_map(Some)], product_id in option::of(text()),
    ) {
        let properties = CalendarProperties {
            name, description, source, time_zone, product_id, ..CalendarProperties::default()
        };
        if let Ok(calendar) = properties.calendar(&events, &todos, STAMP) {
            prop_assert_eq!(lines(&calendar).len(), count(&calendar));
            let entries = (begun(&calendar, "VEVENT"), begun(&calendar, "VTODO"));
            prop_assert_eq!(entries, (events.len(), todos.len()));
            let text = properties.text(&events, &todos, STAMP).unwrap();
            reading::is_well_written(&text);
            // RFC 5545 wants a calendar to hold something.
            prop_assert_eq!(faults(&text).len(), usize::from(events.is_empty() && todos.is_empty()));
            prop_assert_eq!(parse(&text).calendars, vec![calendar]);
        }
    }
}
