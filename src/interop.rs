//! Conversions to and from the crates `icalendar` and `rrule`, for programs that use them (feature `interop`).
//!
//! Neither can hold everything. What gets lost stands at each function.

use crate::event::{Event, EventError, Times};
use crate::ics::{Component, DateTime, Parameter, Property, PropertyError, parse};
use crate::recurrence::last_instant;
use crate::rule::{Rule, RuleError};
use crate::time::Instant;
use crate::zone::{Zone, Zones, wall_of};
use icalendar::CalendarComponent;
use rrule::{RRuleError, RRuleSet};

/// Why something cannot be converted.
#[derive(Debug, thiserror::Error)]
pub enum InteropError {
    /// A name or value that no content line can hold.
    #[error(transparent)]
    Property(#[from] PropertyError),
    /// A value with line breaks, which would become other properties.
    #[error(
        "{0} would become more than one content line; take the line breaks out of its value and parameters"
    )]
    Lines(String),
    /// The event has no times that can be read.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A rule cannot be read.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A time zone that only its calendar defines.
    #[error("time zone \"{0}\" is none of IANA's; the crate rrule knows no other")]
    Zone(String),
    /// Rules that take occurrences out.
    #[error("the event has an EXRULE, which the crate rrule does not read")]
    Exrule,
    /// What the crate rrule refuses.
    #[error("the crate rrule refuses this series: {0}")]
    Rrule(#[from] RRuleError),
}

/// A calendar as the crate `icalendar` has it.
///
/// Lost are the order of properties, the case of their names, all but the last of a parameter that is repeated, and
/// the difference between a parameter without value and one with an empty value. An X- property is TEXT there: a
/// comma or semicolon in its value is escaped when it is written. When it writes, it gives each component a DTSTAMP
/// and a UID, even a VALARM.
///
/// ```
/// use icalendar::{Component, EventLike};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Lunch\\, later\nEND:VEVENT\nEND:VCALENDAR\n";
/// let calendar = kalends::interop::to_icalendar(&kalends::ics::parse(text).calendars[0]);
/// assert_eq!(calendar.events().next().unwrap().get_summary(), Some("Lunch, later"));
/// ```
pub fn to_icalendar(calendar: &Component<'_>) -> icalendar::Calendar {
    let mut made = icalendar::Calendar::empty();
    made.properties = calendar.properties.iter().map(property_to).collect();
    made.components = calendar.components.iter().map(component_to).collect();
    made
}

fn component_to(component: &Component<'_>) -> CalendarComponent {
    // Its type of any other component can only be had from its parser.
    let name = component.name().to_ascii_uppercase().into();
    let empty = icalendar::parser::Component { name, properties: Vec::new(), components: Vec::new() };
    match empty.into() {
        CalendarComponent::Event(made) => filled(made, component).into(),
        CalendarComponent::Todo(made) => filled(made, component).into(),
        CalendarComponent::Venue(made) => filled(made, component).into(),
        CalendarComponent::Other(made) => filled(made, component).into(),
        unknown => unknown,
    }
}

fn filled<C: icalendar::Component>(mut made: C, component: &Component<'_>) -> C {
    for property in &component.properties {
        // Of the same name it keeps one among the properties, and any number here.
        match component.properties(property.name()).nth(1) {
            Some(_) => made.append_multi_property(property_to(property)),
            None => made.append_property(property_to(property)),
        };
    }
    for inner in &component.components {
        match component_to(inner) {
            CalendarComponent::Event(inner) => made.append_component(inner),
            CalendarComponent::Todo(inner) => made.append_component(inner),
            CalendarComponent::Venue(inner) => made.append_component(inner),
            CalendarComponent::Other(inner) => made.append_component(inner),
            _ => continue,
        };
    }
    made
}

fn property_to(property: &Property<'_>) -> icalendar::Property {
    let mut made = icalendar::Property::new(property.name().to_ascii_uppercase(), property.value());
    for parameter in property.parameters() {
        made.add_parameter(&parameter.name().to_ascii_uppercase(), &values_to(parameter));
    }
    let is_list = property.is("CATEGORIES") || property.is("RESOURCES");
    if made.value_type() != Some(icalendar::ValueType::Text) || is_list {
        return made;
    }
    // It holds TEXT plain and escapes it when it writes.
    let mut plain = icalendar::Property::new(made.key(), property.unescaped());
    for parameter in made.params().values() {
        plain.append_parameter(parameter.clone());
    }
    plain
}

/// What it writes as it stands: several values in quotation marks each, RFC 6868 applied.
fn values_to(parameter: &Parameter<'_>) -> String {
    let encoded = |value: &str| value.replace('^', "^^").replace('\n', "^n").replace('"', "^'");
    match parameter.values() {
        [] => String::new(),
        [value] => encoded(value),
        values => values.iter().map(|v| format!("\"{}\"", encoded(v))).collect::<Vec<_>>().join(","),
    }
}

/// A calendar of the crate `icalendar`. What would break out of its content line is refused.
///
/// ```
/// use icalendar::{Calendar, Component, Event, EventLike};
/// let calendar = Calendar::from([Event::new().summary("Lunch, later").done()]);
/// let read = kalends::interop::from_icalendar(&calendar).unwrap();
/// assert_eq!(read.components[0].property("SUMMARY").unwrap().value(), r"Lunch\, later");
/// ```
pub fn from_icalendar(calendar: &icalendar::Calendar) -> Result<Component<'static>, InteropError> {
    let mut read = Component::new("VCALENDAR");
    read.properties = calendar.properties.iter().map(property_from).collect::<Result<_, _>>()?;
    for component in &calendar.components {
        read.components.push(match component {
            CalendarComponent::Event(event) => component_from(event)?,
            CalendarComponent::Todo(todo) => component_from(todo)?,
            CalendarComponent::Venue(venue) => component_from(venue)?,
            CalendarComponent::Other(other) => component_from(other)?,
            _ => continue,
        });
    }
    Ok(read)
}

fn component_from(component: &impl icalendar::Component) -> Result<Component<'static>, InteropError> {
    let mut read = Component::rebuilt(&component.component_kind())?.into_owned();
    let repeated = component.multi_properties().values().flatten();
    let properties = component.properties().values().chain(repeated);
    read.properties = properties.map(property_from).collect::<Result<_, _>>()?;
    read.components = component.components().iter().map(component_from).collect::<Result<_, _>>()?;
    Ok(read)
}

/// By what it writes, since only it knows which values it holds escaped.
fn property_from(property: &icalendar::Property) -> Result<Property<'static>, InteropError> {
    let lines = || InteropError::Lines(property.key().chars().take(80).collect());
    let line: String = property.clone().try_into().map_err(|_| lines())?;
    let text = format!("BEGIN:X\r\n{line}END:X\r\n");
    let mut parsed = parse(&text);
    match parsed.calendars.as_mut_slice() {
        [read] if parsed.problems.is_empty() && read.components.is_empty() && read.properties.len() == 1 => {
            Ok(read.properties.remove(0).into_owned())
        }
        _ => Err(lines()),
    }
}

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

#[cfg(test)]
mod tests;
