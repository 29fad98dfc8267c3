//! A change is worked into what came: the changed field reads back, everything else stays as it was written.

use super::calendars::property;
use super::config;
use super::injection::content;
use super::zones::summer_zone;
use kalends::ics::{Component, Property, parse};
use kalends::{Content, Event, Field, Instant};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

const STAMP: Instant = Instant::from_millis(1_795_000_000_000);

const TIMES: &[&str] = &[
    "DTSTART:20261024T003000Z\nDTEND:20261024T013000Z",
    "DTSTART;TZID=Europe/Berlin:20261024T023000\nDTEND;TZID=Asia/Tokyo:20261024T103000",
    "DTSTART;X-A=\"b;c\";TZID=America/New_York:20261024T023000\nDURATION:P1D",
    "DTSTART:20261024T023000\nDURATION:PT90M",
    "DTSTART;VALUE=DATE:20261024",
    "DTSTART;VALUE=DATE:20261024\nDTEND;VALUE=DATE:20261027",
    "DTSTART;VALUE=DATE:20261024\nDURATION:P2D",
    "DTSTART;TZID=Own:20261024T023000\nDTEND;TZID=Own:20261024T033000",
    "DTSTART:20261024T003000Z",
];

const SERIES: &[&str] = &[
    "RRULE:FREQ=DAILY;UNTIL=20261124T003000Z;X-B=c",
    "RRULE:FREQ=WEEKLY;COUNT=10\nRRULE:FREQ=MONTHLY",
    "EXDATE:20261025T003000Z,20261026T003000Z",
    "EXDATE;VALUE=DATE:20261027",
    "RDATE;VALUE=PERIOD:20261101T000000Z/PT1H",
];

const FIELDS: &[&str] = &[
    "SUMMARY;LANGUAGE=de:Alt\\, sehr",
    "DESCRIPTION;ALTREP=\"cid:1\":some text",
    "X-ALT-DESC;FMTTYPE=text/html:<b>some text</b>",
    "LOCATION:Room 1",
    "X-APPLE-STRUCTURED-LOCATION;VALUE=URI:geo:1,2",
    "STATUS:tentative",
    "SEQUENCE:3",
    "LAST-MODIFIED:20260101T000000Z",
    "DTSTAMP:20260101T000000Z",
];

const OWN: &str = "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:20200101T000000\nTZOFFSETFROM:+0100\n\
    TZOFFSETTO:+0115\nEND:STANDARD\nEND:VTIMEZONE\n";

const REPLACEMENT: &str = "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20261025T003000Z\nDTSTART:20261025T013000Z\nX-R:1\n\
    END:VEVENT\n";

/// Properties that Kalends does not model, of any kind.
fn foreign() -> impl Strategy<Value = Vec<Property<'static>>> {
    let modelled =
        ["RECURRENCE-ID", "UID", "DTSTART", "DTEND", "DURATION", "SUMMARY", "RRULE", "RDATE", "EXDATE"];
    vec(property(), 0..6).prop_map(move |mut list| {
        list.retain(|p| !modelled.iter().any(|m| p.is(m)) && !FIELDS.iter().any(|f| p.is(name_of(f))));
        list
    })
}

fn name_of(line: &str) -> &str {
    line.split([':', ';']).next().unwrap_or_default()
}

prop_compose! {
    fn event()(
        times in select(TIMES), series in subsequence(SERIES, 0..=SERIES.len()),
        fields in subsequence(FIELDS, 0..=FIELDS.len()), foreign in foreign(), outer in foreign(), at in any::<Index>(),
        alarm in foreign(), other in any::<bool>(), replaced in any::<bool>(),
    ) -> Event {
        let mut lines: Vec<&str> = fields;
        let at = at.index(lines.len() + 1);
        lines.insert(at, times);
        lines.extend(series);
        let text = format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\n{OWN}{}BEGIN:VEVENT\nUID:u\n{}\nEND:VEVENT\n{}END:VCALENDAR\n",
            if other { "BEGIN:X-OTHER\nX-A:1\nX-A:2\nEND:X-OTHER\n" } else { "" },
            lines.join("\n"),
            if replaced { REPLACEMENT } else { "" },
        );
        let mut calendar = parse(&text).calendars.remove(0).into_owned();
        calendar.properties.extend(outer);
        let main = calendar.components.iter_mut().find(|c| c.is("VEVENT")).unwrap();
        main.properties.extend(foreign);
        let mut ringing = Component::new("VALARM");
        ringing.properties = alarm;
        main.components.push(ringing);
        Event::of(calendar).unwrap()
    }
}

/// The lines of all properties but those named.
fn others(component: &Component, names: &[&str]) -> Vec<String> {
    let kept = component.properties.iter().filter(|p| !names.iter().any(|name| p.is(name)));
    kept.map(ToString::to_string).collect()
}

/// What a change of a field may change.
fn touched(field: Field) -> &'static [&'static str] {
    match field {
        Field::Summary => &["SUMMARY"],
        Field::Description => &["DESCRIPTION", "X-ALT-DESC"],
        Field::Location => &["LOCATION", "X-APPLE-STRUCTURED-LOCATION"],
        Field::Status => &["STATUS", "SEQUENCE"],
        Field::Time => &["DTSTART", "DTEND", "DURATION", "SEQUENCE", "RRULE", "RDATE", "EXDATE"],
        // Of tasks only.
        Field::Categories | Field::Recurrence | Field::Occurrence(_) => &[],
    }
}

/// Takes some fields of the new content, and leaves the others as they are.
fn mixed(old: &Content, new: &Content, which: &[bool; 5]) -> Content {
    let mut content = old.clone();
    if which[0] {
        content.summary.clone_from(&new.summary);
    }
    if which[1] {
        content.description.clone_from(&new.description);
    }
    if which[2] {
        content.location.clone_from(&new.location);
    }
    if which[3] {
        content.status = new.status;
    }
    if which[4] {
        content.span = new.span;
    }
    content
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_field_that_is_patched_reads_back_and_all_else_is_as_it_was(
        event in event(), new in content(), zone in summer_zone(), which in any::<[bool; 5]>(),
    ) {
        let old = event.content(&zone).unwrap();
        let content = mixed(&old, &new, &which);
        let changed = old.differences(&content);
        let patched = event.patched(&content, STAMP).unwrap();
        prop_assert_eq!(Event::parse(&patched.to_ics()), Ok(patched.clone()));
        if changed.is_empty() {
            prop_assert_eq!(patched, event);
            return Ok(());
        }

        let mut names = vec!["DTSTAMP", "LAST-MODIFIED"];
        names.extend(changed.iter().flat_map(|field| touched(*field)));
        prop_assert_eq!(others(patched.main(), &names), others(event.main(), &names));
        prop_assert_eq!(&patched.main().components, &event.main().components);
        prop_assert_eq!(&patched.calendar().properties, &event.calendar().properties);
        let moved = changed.contains(&Field::Time);
        let rest = |event: &Event| {
            let rest = event.calendar().components.iter().filter(|c| *c != event.main());
            let touched: &[&str] = if moved { &["RECURRENCE-ID"] } else { &[] };
            rest.map(|c| (c.name().to_owned(), others(c, touched))).collect::<Vec<_>>()
        };
        prop_assert_eq!(rest(&patched), rest(&event));

        let read = patched.content(&zone).unwrap();
        // The rule of a series that is moved follows.
        let content = if moved { Content { recurrence: read.recurrence.clone(), ..content } } else { content };
        let whole_days = old.all_day && moved;
        let mut wrong = read.differences(&content);
        // A series of dates that is moved to times begins on the day of the first and ends on that of the last.
        // The start of a series is a wall time: of an hour that comes twice it is the first.
        let own = kalends::Zone::iana(content.time_zone.as_deref().unwrap_or("UTC")).unwrap_or(zone.clone());
        let comes_twice = own.to_instant(own.to_wall(content.span.start())) != content.span.start();
        let is_first = event.is_recurring() && comes_twice;
        wrong.retain(|field| !((whole_days || is_first) && *field == Field::Time));
        prop_assert_eq!(wrong, vec![], "{} {:?}", patched.to_ics(), content);
    }
}
