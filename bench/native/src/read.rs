//! A calendar's text to the uid, summary and start of each event; the answer is how much of it there is.

use calcard::common::timezone::Tz;
use calcard::icalendar::{ICalendarComponentType, ICalendarProperty, ICalendarValue};
use calcard::{Entry, Parser};
use icalendar::Component;
use kalends::ics::{self, DateTime};
use kalends::zone::{Zone, Zones};
use std::hint::black_box;

type Work = fn(&str) -> i64;

pub const LIBRARIES: &[(&str, Work)] =
    &[("kalends", kalends), ("calcard", calcard), ("icalendar", icalendar)];

fn kalends(text: &str) -> i64 {
    let (parsed, utc) = (ics::parse(text), Zone::utc());
    let mut answer = 0;
    for calendar in &parsed.calendars {
        let zones = Zones::of(calendar);
        for event in calendar.components("VEVENT") {
            let text = |name| event.property(name).map(|p| p.unescaped()).unwrap_or_default();
            answer += (text("UID").len() + text("SUMMARY").len()) as i64;
            let start = event.property("DTSTART").and_then(|p| DateTime::of(p).ok());
            black_box(start.and_then(|start| zones.instant_of(&start, &utc).ok()));
        }
    }
    answer
}

fn calcard(text: &str) -> i64 {
    let Entry::ICalendar(calendar) = Parser::new(text).entry() else { return 0 };
    let zones = calendar.build_tz_resolver().with_default(Tz::UTC);
    let mut answer = 0;
    for event in calendar.components.iter().filter(|c| c.component_type == ICalendarComponentType::VEvent) {
        let text = |name| {
            let value = event.property(&name).and_then(|entry| entry.values.first());
            value.and_then(ICalendarValue::as_text).unwrap_or_default().len()
        };
        answer += (text(ICalendarProperty::Uid) + text(ICalendarProperty::Summary)) as i64;
        let start = event.property(&ICalendarProperty::Dtstart);
        black_box(start.and_then(|entry| {
            let value = entry.values.first()?.as_partial_date_time()?.to_date_time()?;
            value.to_date_time_with_tz(zones.resolve_or_default(entry.tz_id()))
        }));
    }
    answer
}

/// It has no zones: its starts stay wall times.
fn icalendar(text: &str) -> i64 {
    let Ok(calendar) = text.parse::<icalendar::Calendar>() else { return 0 };
    let mut answer = 0;
    for event in calendar.events() {
        answer += (event.get_uid().unwrap_or_default().len() + event.get_summary().unwrap_or_default().len())
            as i64;
        black_box(event.get_start());
    }
    answer
}
