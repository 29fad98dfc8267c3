//! A component: a name, its properties in order, and the components inside it.

use super::name::usual;
use super::place::Place;
use super::property::{Property, token};
use std::borrow::Cow;

/// A calendar component such as VCALENDAR or VEVENT, with everything in it, known or not, in order.
///
/// What was read borrows from its text `'t`; [`Component::into_owned`] makes it stand by itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Component<'t> {
    name: Cow<'t, str>,
    place: Place,
    /// Its properties, in the order in which they came; repeated ones stay repeated.
    pub properties: Vec<Property<'t>>,
    /// The components inside it, in order.
    pub components: Vec<Component<'t>>,
}

impl Component<'static> {
    /// An empty component; characters that a name cannot hold are left out.
    pub fn new(name: &str) -> Component<'static> {
        Component::as_it_came(token(name).into(), Place::default())
    }
}

impl<'t> Component<'t> {
    /// For the parser, which has made sure that the name holds no control characters.
    pub(super) fn as_it_came(name: Cow<'t, str>, place: Place) -> Component<'t> {
        Component { name, place, properties: Vec::new(), components: Vec::new() }
    }

    /// The same, standing by itself.
    pub fn into_owned(self) -> Component<'static> {
        Component {
            name: usual(&self.name),
            place: self.place,
            properties: self.properties.into_iter().map(Property::into_owned).collect(),
            components: self.components.into_iter().map(Component::into_owned).collect(),
        }
    }

    /// The line of the text on which it began, counted from 1; none where it was made.
    pub fn line(&self) -> Option<u32> {
        self.place.line()
    }

    /// The octet of that line, folds undone, at which its name begins, counted from 1; none where it was made.
    pub fn column(&self) -> Option<u32> {
        self.place.column()
    }

    /// The name as it was written, for example `VEVENT`.
    pub fn name(&self) -> &str {
        super::name::text(&self.name)
    }

    /// Whether this is its name, in any case of letters.
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// The first property of that name.
    pub fn property(&self, name: &str) -> Option<&Property<'t>> {
        self.properties.iter().find(|p| p.is(name))
    }

    /// The first property of that name, to change it.
    pub fn property_mut(&mut self, name: &str) -> Option<&mut Property<'t>> {
        self.properties.iter_mut().find(|p| p.is(name))
    }

    /// Every property of that name, in order.
    pub fn properties<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property<'t>> {
        self.properties.iter().filter(move |p| p.is(name))
    }

    /// The components of that name directly inside this one.
    pub fn components<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Component<'t>> {
        self.components.iter().filter(move |c| c.is(name))
    }

    /// Puts the property where the first of its name stands, or at the end.
    pub fn set(&mut self, property: Property<'t>) {
        match self.property_mut(property.name()) {
            Some(old) => *old = property,
            None => self.properties.push(property),
        }
    }

    /// Takes every property of that name away.
    pub fn remove(&mut self, name: &str) {
        self.properties.retain(|p| !p.is(name));
    }
}
