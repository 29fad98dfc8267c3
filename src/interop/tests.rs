use super::*;
use crate::ics::{Component, parse};
use crate::{Event, Instant, Zone};
use rrule::RRuleSet;

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-A:1\r\nX-A:2\r\nBEGIN:VTIMEZONE\r\nTZID:Own\r\n\
    BEGIN:STANDARD\r\nDTSTART:20200101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n\
    END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Lunch\\, later\\nor not\r\nCATEGORIES:a\\,b,c\r\n\
    RRULE:FREQ=DAILY\r\nRRULE:FREQ=WEEKLY\r\nRELATED-TO:x\r\nRELATED-TO:y\r\n\
    ATTENDEE;CN=\"Ann ^'A^', B\";MEMBER=\"mailto:a@b.c\",\"mailto:d@e.f\":mailto:a@example.org\r\n\
    BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// Every component's lines in an order of their own.
fn sorted(component: &Component<'_>) -> Vec<String> {
    let mut lines: Vec<String> = component.properties.iter().map(ToString::to_string).collect();
    lines.sort();
    let inner = component.components.iter().flat_map(sorted);
    std::iter::once(component.name().to_owned()).chain(lines).chain(inner).collect()
}

#[test]
fn all_but_the_order_of_properties_comes_back_from_icalendar() {
    let parsed = parse(CALENDAR);
    let back = from_icalendar(&to_icalendar(&parsed.calendars[0])).unwrap();
    assert_eq!(sorted(&back), sorted(&parsed.calendars[0]));
}

#[test]
fn what_icalendar_writes_reads_the_same() {
    let parsed = parse(CALENDAR);
    let written = to_icalendar(&parsed.calendars[0]).to_string();
    let read = parse(&written);
    assert_eq!(read.problems, []);
    let event = read.calendars[0].components("VEVENT").next().unwrap();
    let original = parsed.calendars[0].components("VEVENT").next().unwrap();
    for name in ["SUMMARY", "CATEGORIES", "ATTENDEE"] {
        assert_eq!(event.property(name), original.property(name));
    }
    assert_eq!(event.properties("RRULE").count(), 2);
}

#[test]
fn what_would_break_out_of_its_line_is_refused() {
    use icalendar::{Calendar, Component as _, Event, Property};
    for property in [
        Property::new("URL", "http://a\r\nX-B:1"),
        Property::new("URL", "http://a\r\nEND:X\r\nBEGIN:X\r\nX-B:1"),
        Property::new("X-A\r\nX-B", "1"),
        Property::new("URL", "a").append_parameter(("X", "a\r\nX-B:1")).done(),
        Property::new("URL", "a").append_parameter(("X", "a:b\"\r\nBEGIN:Y:")).done(),
        Property::new("BEGIN", "VALARM"),
    ] {
        let calendar = Calendar::from([Event::new().append_property(property.clone()).done()]);
        assert!(matches!(from_icalendar(&calendar), Err(InteropError::Lines(_))), "{property:?}");
    }
}

fn event(lines: &str) -> Event {
    Event::parse(&format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT\nEND:VCALENDAR"))
        .unwrap()
}

fn dates(lines: &str) -> Result<Vec<String>, InteropError> {
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let dates = to_rrule_set(&event(lines), &berlin)?.all(20).dates;
    Ok(dates.iter().map(|date| Instant::from_millis(date.timestamp_millis()).to_string()).collect())
}

#[test]
fn a_series_recurs_in_rrule_as_it_does_here() {
    for lines in [
        "DTSTART;TZID=Europe/Berlin:20261023T090000\nRRULE:FREQ=DAILY;UNTIL=20261027;X-A=b;\nEXDATE;VALUE=DATE:20261024",
        "DTSTART;TZID=W. Europe Standard Time:20261023T090000\nRRULE:FREQ=DAILY;COUNT=4\nRDATE:20261101T120000Z",
        "DTSTART;VALUE=DATE:20261023\nRRULE:FREQ=WEEKLY;UNTIL=20261106\nEXDATE:20261030T000000Z",
        "DTSTART:20261023T090000Z\nRDATE;VALUE=PERIOD:20261101T120000Z/PT1H",
        "DTSTART:20261023T090000\nRRULE:FREQ=MONTHLY;COUNT=3\nRRULE:FREQ=WEEKLY;COUNT=3",
    ] {
        let berlin = Zone::iana("Europe/Berlin").unwrap();
        let window = crate::Span::new(Instant::MIN, Instant::MAX).unwrap();
        let event = event(lines);
        let ours = crate::occurrences(&event, window, &berlin, &mut crate::Budget::default()).unwrap();
        let mut theirs = dates(lines).unwrap();
        theirs.dedup();
        assert_eq!(theirs, ours.iter().map(|o| o.span.start().to_string()).collect::<Vec<_>>(), "{lines}");
    }
}

#[test]
fn what_rrule_cannot_hold_is_refused() {
    let own = dates("DTSTART;TZID=\"UTC+03:00\":20261023T090000\nRRULE:FREQ=DAILY;COUNT=2");
    assert!(matches!(own, Err(InteropError::Zone(_))));
    let skip = dates("DTSTART:20261023T090000Z\nRRULE:FREQ=DAILY;RSCALE=GREGORIAN;SKIP=FORWARD;COUNT=2");
    assert!(matches!(skip, Err(InteropError::Rrule(_))));
    assert!(matches!(dates("DTSTART:20261023T090000Z\nEXRULE:FREQ=DAILY"), Err(InteropError::Exrule)));
}

#[test]
fn a_set_of_rrule_comes_back_at_the_same_instants() {
    let text = "DTSTART;TZID=Europe/Berlin:20261023T090000\nRRULE:FREQ=DAILY;UNTIL=20261026T080000Z\n\
        RDATE;TZID=Europe/Berlin:20261101T090000\nEXDATE;TZID=Europe/Berlin:20261024T090000";
    let set: RRuleSet = text.parse().unwrap();
    let lines: Vec<String> = from_rrule_set(&set).iter().map(ToString::to_string).collect();
    assert!(lines[1].contains("UNTIL=20261026T080000Z"), "{lines:?}");
    assert_eq!(dates(&lines.join("\n")).unwrap().len(), 4);
    let again = to_rrule_set(&event(&lines.join("\n")), &Zone::utc()).unwrap();
    assert_eq!(again.all(20).dates, set.all(20).dates);
}
