//! Whole calendars: `Component` and `icalendar::Calendar`.

use super::InteropError;
use crate::ics::{Component, Parameter, Property, parse};
use icalendar::CalendarComponent;

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
    let mut read = Component::new(&component.component_kind());
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
