//! Makes up texts, components and calendars, with a liking for what could break them.

use kalends::ics::{Component, Property, Writer, parse};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const PIECES: &[&str] = &[
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\u{b}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\t",
    " ",
    ":",
    ";",
    ",",
    "\"",
    "=",
    "^",
    "^n",
    "^'",
    "\\",
    "\\n",
    "\\N",
    "\\;",
    "BEGIN",
    "END",
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VCALENDAR\r\n",
    "END:VCALENDAR\r\n",
    "BEGIN:VALARM\r\n",
    "END:VALARM\n",
    "X-A;B=c:d\r\n",
    "TZID=",
    "(UTC+01:00) Berlin, Bern",
    "(GMT)",
    "SUMMARY:",
    "DTSTART:20260101T090000Z\r\n",
    "\r\n ",
    "\r\n\t",
    "ä",
    "€",
    "🦀",
    "a long piece of text that is folded when it stands twice in a line",
];

const NAMES: &[&str] = &[
    "SUMMARY", "summary", "DTSTART", "ATTENDEE", "X-ONE", "VALUE", "TZID", "CN", "BEGIN", "End", "VALARM",
    "A",
];

/// Any text, mostly of pieces that mean something in a calendar.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => select(PIECES).prop_map(str::to_owned),
        3 => "[a-zA-Z0-9-]{1,12}",
        1 => any::<char>().prop_map(String::from),
        1 => "\\PC{1,90}",
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Something that could be meant as a name.
pub fn name() -> impl Strategy<Value = String> {
    prop_oneof![3 => select(NAMES).prop_map(str::to_owned), 1 => "[A-Z-]{1,120}", 1 => text()]
}

/// A property as another program wrote it, whatever its names; nothing where it could not be written.
fn foreign(name: &str, parameters: &[(String, Vec<String>)], value: &str) -> Option<Property<'static>> {
    let mut writer = Writer::default();
    writer.begin("X").ok()?;
    writer.property(name).ok()?;
    for (name, values) in parameters {
        writer.parameter(name).ok()?;
        values.iter().try_for_each(|value| writer.parameter_value(value)).ok()?;
    }
    writer.value(value).ok()?;
    writer.end();
    Some(parse(&writer.into_text()).calendars.remove(0).properties.remove(0).into_owned())
}

/// A property by each way in which a caller can make one.
pub fn property() -> impl Strategy<Value = Property<'static>> {
    let parameters = vec((name(), vec(text(), 0..4)), 0..3);
    (name(), text(), parameters, vec((name(), text()), 0..2), 0..3).prop_map(
        |(name, text, parameters, more, way)| {
            let escaped = Property::text(&name, &text);
            let mut property = match way {
                0 => foreign(&name, &parameters, &text).unwrap_or(escaped),
                1 => Property::raw(&name, &text).unwrap_or(escaped),
                _ => escaped,
            };
            more.iter().for_each(|(name, value)| property.set_parameter(name, value));
            property
        },
    )
}

const COMPONENTS: &[&str] =
    &["VCALENDAR", "VEVENT", "vevent", "VTODO", "VALARM", "VTIMEZONE", "STANDARD", "X-C"];

/// A component with others in it, nested as RFC 5545 nests them.
pub fn component() -> impl Strategy<Value = Component<'static>> {
    let name = prop_oneof![3 => select(COMPONENTS).prop_map(str::to_owned), 1 => name()];
    let empty = (name, vec(property(), 0..4)).prop_map(|(name, properties)| {
        let mut component = Component::new(&name);
        component.properties = properties;
        component
    });
    let empty = empty.boxed();
    let tree = empty.clone().prop_recursive(4, 12, 4, move |inner| {
        (empty.clone(), vec(inner, 0..4)).prop_map(|(mut outer, inner)| {
            outer.components = inner;
            outer
        })
    });
    tree.prop_map(|mut component| {
        let name = component.name().to_owned();
        unnest(&mut component, &mut vec![name]);
        component
    })
}

/// Takes out what never stands where it stands: a calendar in anything, an entry in its like.
fn unnest(component: &mut Component, open: &mut Vec<String>) {
    let entries = ["VEVENT", "VTODO", "VTIMEZONE"];
    component.components.retain(|inner| {
        let in_its_like = entries.iter().any(|e| inner.is(e)) && open.iter().any(|name| inner.is(name));
        !inner.is("VCALENDAR") && !in_its_like
    });
    for inner in &mut component.components {
        open.push(inner.name().to_owned());
        unnest(inner, open);
        open.pop();
    }
}
