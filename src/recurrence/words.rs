//! The rules of an event said in words, its UNTIL on the clocks of its own zone.

use super::RecurrenceError;
use super::starts::last_instant;
use crate::event::{Event, Times, rules_of};
use crate::ics::DateTime;
use crate::rule::{Language, Rule};
use crate::zone::{Zone, Zones, wall_of};

/// When an event recurs, in words; nothing where it has no rule. Several rules are said one after the other; RDATEs
/// and EXDATEs are not said. `floating` is the zone of dates and of times without a zone.
///
/// ```
/// # use kalends::{Event, Zone, recurrence::rules_in_words, rule::Language};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Asia/Tokyo:20261103T080000\n\
///     RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270503T230000Z\nEND:VEVENT\nEND:VCALENDAR\n";
/// let event = Event::parse(text).unwrap();
/// let said = rules_in_words(&event, Language::English, &Zone::utc()).unwrap();
/// assert_eq!(said.unwrap(), "every second Tuesday until 4 May 2027");
/// ```
pub fn rules_in_words(
    event: &Event,
    language: Language,
    floating: &Zone,
) -> Result<Option<String>, RecurrenceError> {
    let Some(master) = event.master().filter(|master| rules_of(master, "RRULE").next().is_some()) else {
        return Ok(None);
    };
    let times = Times::of(master, &Zones::of(event.calendar()), floating)?;
    let said = rules_of(master, "RRULE").map(|property| {
        let rule = Rule::parse(property.value())?;
        let last = rule.until().map(|until| times.zone.to_wall(last_instant(until, &times)));
        Ok(rule.words(language, wall_of(&times.start), times.start.is_date(), last))
    });
    Ok(Some(said.collect::<Result<Vec<String>, RecurrenceError>>()?.join("; ")))
}

/// The same for a rule by itself, from a start on the clocks of `zone`.
pub fn rule_in_words(
    rule: &str,
    start: &DateTime,
    zone: &Zone,
    language: Language,
) -> Result<String, RecurrenceError> {
    let rule = Rule::parse(rule)?;
    let times = Times::alone(start, zone);
    let last = rule.until().map(|until| zone.to_wall(last_instant(until, &times)));
    Ok(rule.words(language, wall_of(&times.start), times.start.is_date(), last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lines: &str) -> Option<String> {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT\nEND:VCALENDAR");
        let zone = Zone::iana("America/New_York").unwrap();
        rules_in_words(&Event::parse(&text).unwrap(), Language::English, &zone).unwrap()
    }

    #[test]
    fn until_is_said_as_a_date_of_the_zone_of_the_event() {
        for (start, until, date) in [
            ("DTSTART;TZID=Asia/Tokyo:20261103T080000", "20270502T230000Z", "3 May 2027"),
            ("DTSTART:20261103T230000", "20270503T030000Z", "2 May 2027"),
            ("DTSTART;VALUE=DATE:20261103", "20270503T000000Z", "3 May 2027"),
            ("DTSTART;VALUE=DATE:20261103", "20270503", "3 May 2027"),
            ("DTSTART;TZID=Asia/Tokyo:20261103T080000", "20270503", "3 May 2027"),
            // As Google ends a series: with the last second of the day before, in the zone of the series.
            ("DTSTART;TZID=Asia/Tokyo:20261103T080000", "20270503T145959Z", "3 May 2027"),
            // As others do: with the last second before the first that is not meant.
            ("DTSTART;TZID=Asia/Tokyo:20261103T080000", "20270502T225959Z", "2 May 2027"),
        ] {
            let words = said(&format!("{start}\nRRULE:FREQ=DAILY;UNTIL={until}")).unwrap();
            assert_eq!(words, format!("every day until {date}"), "{start} {until}");
        }
    }

    #[test]
    fn every_rule_is_said_and_no_rule_is_nothing() {
        let two = "DTSTART:20261103T090000Z\nRRULE:FREQ=WEEKLY\nRRULE:FREQ=MONTHLY;COUNT=3";
        assert_eq!(said(two).unwrap(), "every Tuesday; every month on the 3rd, 3 times");
        assert_eq!(said("DTSTART:20261103T090000Z\nRDATE:20261104T090000Z"), None);
    }
}
