//! Whole calendars and back: components, properties and parameters, everything, in order.

use super::failure::Failure;
use super::flat::{Asked, Told};
use crate::ics::{Component, Writer, parse_bytes};
use std::collections::HashMap;

/// The components that no other holds; an empty VCALENDAR where there is none.
pub(super) fn tell(text: &[u8]) -> Told {
    let mut calendars = parse_bytes(text).calendars;
    if calendars.is_empty() {
        calendars.push(Component::new("VCALENDAR"));
    }
    // A number for a dozen bytes: growing by doubling would need twice the memory.
    let mut told = Told::with_capacity(text.len(), text.len() / 12);
    let mut names = Names::default();
    told.list(&calendars, |told, calendar| component(calendar, told, &mut names));
    told
}

/// Components are nested no deeper than the parser lets them.
fn component<'c>(one: &'c Component<'_>, told: &mut Told, names: &mut Names<'c>) {
    names.tell(one.name(), told);
    told.count(one.properties.len());
    for property in &one.properties {
        names.tell(property.name(), told);
        told.count(property.parameters().len());
        for parameter in property.parameters() {
            names.tell(parameter.name(), told);
            told.list(parameter.values(), |told, value| told.text(value));
        }
        told.text(property.value());
    }
    told.count(one.components.len());
    for inner in &one.components {
        component(inner, told, names);
    }
}

/// Names, each told as a text once and then as its place in their list.
#[derive(Default)]
struct Names<'c> {
    all: Vec<Name<'c>>,
    places: HashMap<&'c str, usize>,
    last: usize,
}

struct Name<'c> {
    text: &'c str,
    /// The name that came after it the last time: most often it does so again, and need not be looked for.
    next: usize,
}

impl<'c> Names<'c> {
    fn tell(&mut self, text: &'c str, told: &mut Told) {
        let expected = self.all.get(self.last).map_or(0, |name| name.next);
        let place = match self.all.get(expected) {
            Some(name) if name.text == text => expected,
            _ => *self.places.entry(text).or_insert(self.all.len()),
        };
        told.count(place);
        if place == self.all.len() {
            self.all.push(Name { text, next: 0 });
            told.text(text);
        }
        self.all[self.last].next = place;
        self.last = place;
    }
}

/// The text of such components.
pub(super) fn write(asked: &mut Asked<'_>) -> Result<String, Failure> {
    let mut writer = Writer::with_capacity(asked.bytes() + asked.bytes() / 2);
    let mut names = Vec::new();
    for _ in 0..asked.count()? {
        build(asked, &mut names, &mut writer)?;
    }
    Ok(writer.into_text())
}

/// JavaScript refuses what is nested deeper than the parser reads.
fn build<'a>(
    asked: &mut Asked<'a>,
    names: &mut Vec<&'a str>,
    writer: &mut Writer<'a>,
) -> Result<(), Failure> {
    writer.begin(name(asked, names)?)?;
    for _ in 0..asked.count()? {
        writer.property(name(asked, names)?)?;
        for _ in 0..asked.count()? {
            writer.parameter(name(asked, names)?)?;
            for _ in 0..asked.count()? {
                writer.parameter_value(asked.text()?)?;
            }
        }
        writer.value(asked.text()?)?;
    }
    for _ in 0..asked.count()? {
        build(asked, names, writer)?;
    }
    writer.end();
    Ok(())
}

/// A place in the list of names; the first beyond its end brings its text.
fn name<'a>(asked: &mut Asked<'a>, names: &mut Vec<&'a str>) -> Result<&'a str, Failure> {
    let place = asked.count()?;
    if place == names.len() {
        names.push(asked.text()?);
    }
    names.get(place).copied().ok_or_else(super::flat::broken)
}
