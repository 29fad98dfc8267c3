//! No text that is put anywhere can add a line, begin or end a component.

use super::calendars::{component, name, text};
use super::{config, reading};
use kalends::event::export;
use kalends::ics::{Component, DateTime, Property};
use kalends::time::Wall;
use kalends::{Content, Event, Instant, Span, Status};
use proptest::prelude::*;

/// How many content lines a component has: two of its own, one for each property, and those of what is in it.
pub fn count(component: &Component) -> usize {
    2 + component.properties.len() + component.components.iter().map(count).sum::<usize>()
}

/// Each content line that is written, folds undone.
pub fn lines(component: &Component) -> Vec<String> {
    let text = component.write();
    reading::is_well_written(&text);
    text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

pub fn begun(component: &Component, name: &str) -> usize {
    lines(component).iter().filter(|line| **line == format!("BEGIN:{name}")).count()
}

const STAMP: Instant = Instant::from_millis(1_795_000_000_000);

prop_compose! {
    /// A content whose every text may be hostile.
    pub fn content()(
        summary in text(), description in proptest::option::of(text()), location in proptest::option::of(text()),
        time_zone in prop_oneof![
            Just(None), Just(Some("Europe/Berlin".to_owned())), Just(Some("America/New_York".to_owned())),
            text().prop_map(Some)
        ],
        start in 0_i64..4_000_000_000, minutes in 0_i64..10_000, all_day: bool, status in 0..3,
    ) -> Content {
        let span = Span::lasting(Instant::from_millis(start * 1000), minutes * 60_000);
        let status = [Status::Tentative, Status::Confirmed, Status::Cancelled][status as usize];
        Content { description, location, time_zone, all_day, status, ..Content::new(&summary, span) }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_component_has_the_lines_of_its_properties_and_no_more(component in component()) {
        prop_assert_eq!(lines(&component).len(), count(&component));
    }

    #[test]
    fn a_property_is_one_line(name in name(), text in text(), tzid in text(), parameter in name()) {
        let wall = Wall::default();
        let mut changed = Property::text("SUMMARY", "");
        changed.set_text(&text);
        let made = [
            Property::text(&name, &text).with_parameter(&parameter, &text),
            changed.with_parameter(&parameter, &tzid),
            DateTime::Zoned { wall, tzid }.property(&name),
        ];
        for property in made.into_iter().chain(Property::raw(&name, &text)) {
            let mut component = Component::new(&name);
            component.set(property);
            prop_assert_eq!(lines(&component).len(), 3);
        }
    }

    #[test]
    fn a_new_event_is_one_event(uid in text(), content in content(), name in text()) {
        if let Ok(event) = Event::new(&uid, &content, STAMP) {
            let written = event.calendar();
            prop_assert_eq!(lines(written).len(), count(written));
            prop_assert_eq!((begun(written, "VCALENDAR"), begun(written, "VEVENT")), (1, 1));
            let read = Event::parse(&event.to_ics());
            prop_assert_eq!(read.as_ref(), Ok(&event));
            let all = export(Some(&name), [&event, &event]);
            prop_assert_eq!(lines(&all).len(), count(&all));
            prop_assert_eq!((begun(&all, "VCALENDAR"), begun(&all, "VEVENT")), (1, 2));
        }
    }

    #[test]
    fn a_patched_event_is_one_event(mut first in content(), second in content()) {
        first.time_zone = None;
        let event = Event::new("uid", &first, STAMP).unwrap();
        if let Ok(patched) = event.patched(&second, STAMP) {
            let written = patched.calendar();
            prop_assert_eq!(lines(written).len(), count(written));
            prop_assert_eq!((begun(written, "VCALENDAR"), begun(written, "VEVENT")), (1, 1));
            prop_assert_eq!(Event::parse(&patched.to_ics()), Ok(patched));
        }
    }
}
