//! Whole calendars and back: components, properties and parameters, everything, in order.

use super::failure::Failure;
use super::flat::{Asked, Told};
use crate::ics::{Component, Parameter, Property, parse_bytes};
use std::collections::HashMap;

/// The components that no other holds; an empty VCALENDAR where there is none.
pub(super) fn tell(text: &[u8]) -> Told {
    let mut calendars = parse_bytes(text).calendars;
    if calendars.is_empty() {
        calendars.push(Component::new("VCALENDAR"));
    }
    let mut told = Told::with_capacity(text.len());
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
        told.text(property.value());
        told.count(property.parameters().len());
        for parameter in property.parameters() {
            names.tell(parameter.name(), told);
            told.list(parameter.values(), |told, value| told.text(value));
        }
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
    let mut names = Vec::new();
    let mut text = String::with_capacity(asked.bytes() + asked.bytes() / 2);
    for _ in 0..asked.count()? {
        build(asked, &mut names)?.write_into(&mut text);
    }
    Ok(text)
}

/// JavaScript refuses what is nested deeper than the parser reads.
fn build<'a>(asked: &mut Asked<'a>, names: &mut Vec<&'a str>) -> Result<Component<'a>, Failure> {
    let mut component = Component::rebuilt(name(asked, names)?)?;
    component.properties = asked.list(|asked| {
        let (called, value) = (name(asked, names)?, asked.text()?);
        let parameters = asked.list(|asked| {
            let called = name(asked, names)?;
            Ok(Parameter::rebuilt(called, asked.list(|asked| Ok(asked.text()?.into()))?)?)
        })?;
        Ok(Property::rebuilt(called, parameters, value)?)
    })?;
    component.components = asked.list(|asked| build(asked, names))?;
    Ok(component)
}

/// A place in the list of names; the first beyond its end brings its text.
fn name<'a>(asked: &mut Asked<'a>, names: &mut Vec<&'a str>) -> Result<&'a str, Failure> {
    let place = asked.count()?;
    if place == names.len() {
        names.push(asked.text()?);
    }
    names.get(place).copied().ok_or_else(super::flat::broken)
}
