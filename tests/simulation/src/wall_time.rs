//! Series stay at their wall time: each occurrence of a weekly one that nobody has moved is at the same time of the day in
//! the zone in which it was made, on either side of a change of the clocks.

use kalends::ics::{DateTime, parse};
use kalends::{Budget, Event, Instant, Span, Zone, occurrences};

/// Longer than any series of these worlds, which have up to 26 weeks.
const A_YEAR: i64 = 365 * 86_400_000;

/// The zone of a series of events, by its name; none of what does not recur, or is in no zone.
pub fn zone_of(body: &str) -> Option<String> {
    let calendar = parse(body).calendars.into_iter().next()?;
    let series =
        calendar.components.iter().find(|one| one.is("VEVENT") && one.property("RRULE").is_some())?;
    match series.property("DTSTART").cloned().and_then(|start| DateTime::of(&start).ok())? {
        DateTime::Zoned { tzid, .. } => Some(tzid),
        _ => None,
    }
}

/// What is wrong with the occurrences of a series that was made in this zone.
pub fn strays(body: &str, tzid: &str) -> Option<String> {
    let zone = Zone::named(tzid).ok()?;
    let event = Event::parse(body).ok()?;
    if !event.is_recurring() {
        return None;
    }
    let start = event.content(&zone).ok()?.span.start();
    let found = occurrences(&event, Span::lasting(start, A_YEAR), &zone, &mut Budget::default());
    let starts: Vec<_> = match found {
        Ok(found) => {
            let as_given = found.iter().filter(|one| one.event.property("RECURRENCE-ID").is_none());
            as_given.map(|occurrence| occurrence.span.start()).collect()
        }
        Err(error) => return Some(error.to_string()),
    };
    let first = zone.to_wall(*starts.first()?);
    // Where the clocks skip that time, the zone tells what comes in its place.
    let belongs =
        |start: &Instant| zone.to_instant(zone.to_wall(*start).date().and_time(first.time())) == *start;
    let stray = starts.iter().find(|start| !belongs(start))?;
    Some(format!("it begins at {first} and is at {}, too", zone.to_wall(*stray)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_that_does_not_follow_the_clocks_of_its_zone_strays() {
        let series = |start: &str| {
            format!(
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:e\nDTSTART{start}\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=26\n\
                 END:VEVENT\nEND:VCALENDAR\n"
            )
        };
        let zoned = series(";TZID=Europe/Berlin:20261120T090000");
        let tzid = zone_of(&zoned).unwrap();
        assert_eq!(strays(&zoned, &tzid), None);
        assert!(strays(&series(":20261120T080000Z"), &tzid).is_some());
        assert_eq!(strays(&zoned.replace("RRULE", "X-RULE"), &tzid), None, "it may end being one");
    }
}
