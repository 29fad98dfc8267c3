//! Where in a calendar the reason lies that something of it could not be used.

use crate::event::{EventError, uid_of, uid_or_made};
use crate::ics::{Component, Fault, Problem, Property};
use crate::recurrence::RecurrenceError;
use crate::rule::{Rule, RuleError};
use crate::zone::ZoneError;

/// Why the component of that UID, in a calendar or by itself, could not be used, with its place where that is known.
pub fn explained(calendar: &Component, uid: &str, error: &RecurrenceError) -> Problem {
    let what = match error {
        RecurrenceError::Rule(RuleError::Scale(_)) => Fault::Scale,
        RecurrenceError::Rule(_) => Fault::Rule,
        RecurrenceError::Budget(_) => Fault::Budget,
        RecurrenceError::Event(EventError::Zone(_)) => Fault::Zone,
        RecurrenceError::Event(EventError::NoStart(_)) => Fault::NoStart,
        RecurrenceError::Event(_) => Fault::Value,
    };
    let has_uid = |component: &&Component| match uid_of(component) {
        Some(own) => own == uid,
        None => uid.starts_with("without-uid-") && uid_or_made(component) == uid,
    };
    let entries = || calendar.components.iter().chain([calendar]).filter(has_uid);
    let parts = entries().flat_map(|entry| [entry].into_iter().chain(&entry.components));
    let mut properties = parts.flat_map(|c| c.properties.iter().map(move |p| (c, p)));
    let problem = match (properties.find(|(_, property)| is_reason(property, error)), entries().next()) {
        (Some((component, property)), _) => Problem::of_property(what, property, component),
        (None, Some(entry)) => Problem::of(what, entry),
        (None, None) => Problem::at(what, 0, 0),
    };
    Problem { uid: Some(uid.to_owned()), ..problem.because(error.to_string()) }
}

fn is_reason(property: &Property, error: &RecurrenceError) -> bool {
    match error {
        RecurrenceError::Event(EventError::Value(error)) => {
            property.is(&error.property) && property.value().contains(&error.value)
        }
        RecurrenceError::Event(EventError::Zone(ZoneError::Unknown(name))) => {
            property.parameter("TZID").is_some_and(|tzid| tzid.trim().starts_with(name))
        }
        RecurrenceError::Rule(_) => {
            (property.is("RRULE") || property.is("EXRULE")) && Rule::parse(property.value()).is_err()
        }
        RecurrenceError::Budget(_) => property.is("RRULE"),
        RecurrenceError::Event(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::availability::{Owner, blocks_in};
    use crate::recurrence::Budget;
    use crate::time::{Instant, Span};
    use crate::zone::Zone;

    #[test]
    fn the_place_of_the_reason_is_found() {
        let owner = Owner { zone: Zone::utc(), addresses: Vec::new() };
        let window = Span::lasting(Instant::parse("2026-11-23T00:00:00Z").unwrap(), 86_400_000);
        for (entry, code, line, column) in [
            ("BEGIN:VEVENT\nUID:u\nDTSTART:someday\nEND:VEVENT", "invalid_value", 4, 9),
            ("BEGIN:VEVENT\nDTSTART:someday\nEND:VEVENT", "invalid_value", 3, 9),
            ("BEGIN:VEVENT\nUID:u\nEND:VEVENT", "no_start", 2, 7),
            ("BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Nowhere:20261123T090000\nEND:VEVENT", "unknown_time_zone", 4, 22),
            ("BEGIN:VEVENT\nUID:u\nDTSTART:20261123T090000Z\nRRULE:FREQ=X\nEND:VEVENT", "invalid_rule", 5, 7),
            (
                "BEGIN:VEVENT\nUID:u\nDTSTART:20261123T000000Z\nDURATION:PT1S\nRRULE:FREQ=SECONDLY\nEND:VEVENT",
                "budget_exhausted",
                6,
                7,
            ),
            ("BEGIN:VFREEBUSY\nUID:u\nFREEBUSY:soon\nEND:VFREEBUSY", "invalid_value", 4, 10),
            (
                "BEGIN:VAVAILABILITY\nUID:u\nBEGIN:AVAILABLE\nDTSTART:soon\nEND:AVAILABLE\nEND:VAVAILABILITY",
                "invalid_value",
                5,
                9,
            ),
        ] {
            let text = format!("BEGIN:VCALENDAR\n{entry}\nEND:VCALENDAR\n");
            let calendar = crate::ics::parse(&text).calendars.remove(0);
            let (_, errors) = blocks_in(&owner, &calendar, window, &mut Budget::new(100));
            let problem = explained(&calendar, &errors[0].0, &errors[0].1);
            assert_eq!((problem.what.code(), problem.line, problem.column), (code, line, column), "{entry}");
        }
    }
}
