//! How an event recurs: its properties and `rrule::RRuleSet`.

use super::InteropError;
use crate::event::{Event, EventError, Times};
use crate::ics::{DateTime, Property};
use crate::recurrence::last_instant;
use crate::rule::Rule;
use crate::time::Instant;
use crate::zone::{Zone, Zones, wall_of};
use rrule::RRuleSet;

/// The series of an event as the crate `rrule` has it; dates and times without a zone are read in `floating`.
///
/// Lost are overrides, the lengths of occurrences, and parts of rules that begin with X-. A date in EXDATE takes out
/// the occurrence at the series' own time of that day. What the crate makes of the series differs in the cases that
/// tests/corpora/differences.md lists.
///
/// ```
/// # use kalends::{Event, Zone, interop::to_rrule_set};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261121T090000\n\
///     RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20261128T080000Z\nEND:VEVENT\nEND:VCALENDAR\n";
/// let set = to_rrule_set(&Event::parse(text).unwrap(), &Zone::utc()).unwrap();
/// assert_eq!(set.all(10).dates.len(), 2);
/// ```
pub fn to_rrule_set(event: &Event, floating: &Zone) -> Result<RRuleSet, InteropError> {
    let (main, zones) = (event.main(), Zones::of(event.calendar()));
    if main.property("EXRULE").is_some() {
        return Err(InteropError::Exrule);
    }
    let times = Times::of(main, &zones, floating)?;
    let name = times.zone.name();
    Zone::iana(name).map_err(|_| InteropError::Zone(name.to_owned()))?;
    let start = wall_of(&times.start);
    let mut lines = match name {
        "UTC" => format!("{}\n", DateTime::Utc(Instant::from_utc(start)).property("DTSTART")),
        tzid => format!("{}\n", DateTime::Zoned { wall: start, tzid: tzid.into() }.property("DTSTART")),
    };
    for property in main.properties("RRULE") {
        let rule = Rule::parse(property.value())?;
        let until = rule.until().map(|until| DateTime::Utc(last_instant(until, &times)));
        let known = property.value().split(';').filter(|part| !part.is_empty() && !is_named(part, "X-"));
        let parts = known.map(|part| match (&until, is_named(part, "UNTIL")) {
            (Some(until), true) => format!("UNTIL={until}"),
            _ => part.trim().to_owned(),
        });
        lines += &format!("RRULE:{}\n", parts.collect::<Vec<_>>().join(";"));
    }
    if main.property("RRULE").is_none() {
        lines += &format!("RDATE:{}\n", DateTime::Utc(times.span().start()));
    }
    for property in main.properties.iter().filter(|p| p.is("RDATE") || p.is("EXDATE")) {
        for item in property.value().split(',').filter(|item| !item.trim().is_empty()) {
            let begin = item.split_once('/').map_or(item, |(begin, _)| begin);
            let instant = match DateTime::read(property, begin).map_err(EventError::from)? {
                DateTime::Date(date) => times.zone.to_instant(date.and_time(start.time())),
                value if times.start.is_date() => times.zone.to_instant(wall_of(&value).date().into()),
                value => zones.instant_of(&value, &times.zone).map_err(EventError::from)?,
            };
            lines += &format!("{}:{}\n", property.name().to_ascii_uppercase(), DateTime::Utc(instant));
        }
    }
    Ok(lines.parse()?)
}

fn is_named(part: &str, name: &str) -> bool {
    part.trim_start().get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
}

/// The properties that make an event recur as the set does: DTSTART, RRULE, RDATE and EXDATE. A start in the zone of
/// this machine becomes UTC. EXRULE and BYEASTER are not among what Kalends enables of the crate.
///
/// ```
/// let set = "DTSTART;TZID=Europe/Berlin:20261121T090000\nRRULE:FREQ=DAILY;COUNT=2".parse().unwrap();
/// let properties = kalends::interop::from_rrule_set(&set);
/// assert_eq!(properties[0].to_string(), "DTSTART;TZID=Europe/Berlin:20261121T090000");
/// ```
pub fn from_rrule_set(set: &RRuleSet) -> Vec<Property<'static>> {
    let instant = |time: &chrono::DateTime<rrule::Tz>| Instant::from_millis(time.timestamp_millis());
    let start = instant(set.get_dt_start());
    let start = match Zone::iana(set.get_dt_start().timezone().name()) {
        Ok(zone) if zone.name() != "UTC" => {
            DateTime::Zoned { wall: zone.to_wall(start), tzid: zone.name().to_owned() }
        }
        _ => DateTime::Utc(start),
    };
    let mut properties = vec![start.property("DTSTART")];
    for rule in set.get_rrule() {
        // It writes wall times with a Z.
        let until = rule.get_until().map(|until| format!("UNTIL={}", DateTime::Utc(instant(until))));
        let text = rule.to_string();
        let parts = text.split(';').map(|part| match &until {
            Some(until) if is_named(part, "UNTIL") => until,
            _ => part,
        });
        properties.push(Property::known("RRULE", parts.collect::<Vec<_>>().join(";")));
    }
    for (name, dates) in [("RDATE", set.get_rdate()), ("EXDATE", set.get_exdate())] {
        let dates: Vec<String> = dates.iter().map(|date| DateTime::Utc(instant(date)).to_string()).collect();
        if !dates.is_empty() {
            properties.push(Property::known(name, dates.join(",")));
        }
    }
    properties
}
