//! Calendars that Kalends writes, read by `icalendar` and `calcard`.

use super::Dice;
use calcard::icalendar::{ICalendarComponentType, ICalendarProperty, ICalendarValue};
use calcard::{Entry, Parser};
use icalendar::Component as _;
use kalends::ics::{Component, Property, parse};

const PIECES: &[&str] = &[
    "a",
    " ",
    ",",
    ";",
    ":",
    "\\",
    "\n",
    "\\n",
    "\"",
    "^",
    "ä",
    "€",
    "🦀",
    "word",
    "BEGIN:VEVENT",
    "\t",
    "a long piece of text that is folded when it stands twice in a line",
];

const NAMES: &[&str] = &["SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT"];

fn text(dice: &mut Dice) -> String {
    let pieces: String = (0..dice.below(12)).map(|_| dice.pick(PIECES)).collect();
    // White space at the edges is no matter of escapes; some trim it.
    format!("x{pieces}x")
}

/// What each library reads of each event: the four texts.
type Texts = Vec<Vec<String>>;

fn by_icalendar(written: &str) -> Texts {
    let calendar: icalendar::Calendar = written.parse().expect("icalendar reads it");
    let value = |event: &icalendar::Event, name: &str| {
        let single = event.property_value(name);
        let several = || event.multi_properties().get(name).and_then(|all| all.first()).map(|p| p.value());
        single.or_else(several).unwrap_or_default().to_owned()
    };
    calendar.events().map(|event| NAMES.iter().map(|name| value(event, name)).collect()).collect()
}

fn by_calcard(written: &str) -> Texts {
    let Entry::ICalendar(calendar) = Parser::new(written).entry() else { panic!("calcard does not read it") };
    let names = [
        ICalendarProperty::Summary,
        ICalendarProperty::Description,
        ICalendarProperty::Location,
        ICalendarProperty::Comment,
    ];
    let events = calendar.components.iter().filter(|c| c.component_type == ICalendarComponentType::VEvent);
    let value =
        |value: Option<&ICalendarValue>| value.and_then(|v| v.as_text()).unwrap_or_default().to_owned();
    events
        .map(|e| names.iter().map(|n| value(e.property(n).and_then(|p| p.values.first()))).collect())
        .collect()
}

#[test]
fn what_kalends_writes_others_read_the_same() {
    let mut dice = Dice(5545);
    for _ in 0..500 {
        let mut calendar = Component::new("VCALENDAR");
        calendar.properties =
            vec![Property::text("VERSION", "2.0"), Property::text("PRODID", "-//Kalends//EN")];
        let mut texts: Texts = Vec::new();
        for number in 0..1 + dice.below(4) {
            let mut event = Component::new("VEVENT");
            event.properties = vec![
                Property::text("UID", &number.to_string()),
                Property::text("DTSTAMP", "20260101T000000Z"),
            ];
            let own: Vec<String> = NAMES.iter().map(|_| text(&mut dice)).collect();
            event.properties.extend(NAMES.iter().zip(&own).map(|(name, text)| Property::text(name, text)));
            let name = text(&mut dice);
            event
                .properties
                .push(Property::raw("ATTENDEE", "mailto:a@example.org").unwrap().with_parameter("CN", &name));
            calendar.components.push(event);
            texts.push(own);
        }
        let written = calendar.write();
        assert_eq!(parse(&written).calendars, [calendar]);
        assert_eq!(by_icalendar(&written), texts, "icalendar\n{written}");
        assert_eq!(by_calcard(&written), texts, "calcard\n{written}");
    }
}
