//! Whole calendars as JSON and back: components, properties and parameters, everything, in order.

use super::failure::Failure;
use crate::ics::{Component, Parameter, Property, PropertyError, parse_bytes};
use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;

/// The components that no other holds: the first, and `more` where there are several.
pub(super) struct Whole {
    first: Component,
    more: Vec<Component>,
}

pub(super) fn read(text: &[u8]) -> Whole {
    let mut outermost = parse_bytes(text).calendars.into_iter();
    let first = outermost.next().unwrap_or_else(|| Component::new("VCALENDAR"));
    Whole { first, more: outermost.collect() }
}

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        component(&self.first, &self.more, serializer)
    }
}

fn component<S: Serializer>(one: &Component, more: &[Component], serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_struct("Component", 4)?;
    object.serialize_field("name", one.name())?;
    object.serialize_field("properties", &List(&one.properties, Line))?;
    object.serialize_field("components", &List(&one.components, Part))?;
    if !more.is_empty() {
        object.serialize_field("more", &List(more, Part))?;
    }
    object.end()
}

struct List<'a, T, U>(&'a [T], fn(&'a T) -> U);

impl<T, U: Serialize> Serialize for List<'_, T, U> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for item in self.0 {
            list.serialize_element(&self.1(item))?;
        }
        list.end()
    }
}

struct Part<'a>(&'a Component);

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        component(self.0, &[], serializer)
    }
}

struct Line<'a>(&'a Property);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Property", 3)?;
        object.serialize_field("name", self.0.name())?;
        object.serialize_field("parameters", &List(self.0.parameters(), Named))?;
        object.serialize_field("value", self.0.value())?;
        object.end()
    }
}

struct Named<'a>(&'a Parameter);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Parameter", 2)?;
        object.serialize_field("name", self.0.name())?;
        object.serialize_field("values", self.0.values())?;
        object.end()
    }
}

/// A component as JavaScript gives it.
#[derive(Deserialize)]
pub(super) struct Given<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default)]
    properties: Vec<GivenProperty<'a>>,
    #[serde(default)]
    components: Vec<Given<'a>>,
    #[serde(default)]
    more: Vec<Given<'a>>,
}

#[derive(Deserialize)]
struct GivenProperty<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default)]
    parameters: Vec<GivenParameter<'a>>,
    value: String,
}

#[derive(Deserialize)]
struct GivenParameter<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(default)]
    values: Vec<String>,
}

pub(super) fn write(mut whole: Given<'_>) -> Result<String, Failure> {
    let more = std::mem::take(&mut whole.more);
    let mut text = build(whole)?.write();
    for other in more {
        text.push_str(&build(other)?.write());
    }
    Ok(text)
}

/// JSON is nested at most 128 deep, so this recursion ends.
fn build(given: Given<'_>) -> Result<Component, PropertyError> {
    let mut component = Component::rebuilt(&given.name)?;
    component.properties.reserve(given.properties.len());
    for property in given.properties {
        let parameters = property.parameters.into_iter().map(|p| Parameter::rebuilt(&p.name, p.values));
        let parameters = parameters.collect::<Result<_, _>>()?;
        component.properties.push(Property::rebuilt(&property.name, parameters, property.value)?);
    }
    component.components = given.components.into_iter().map(build).collect::<Result<_, _>>()?;
    Ok(component)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_back_in_order() {
        let text = "BEGIN:VCALENDAR\r\nX-A;P=1;P=\"2,3\",4;FLAG:a\\,b\r\nBEGIN:X my part\r\nx_odd:1\r\nEND:X my part\r\n\
            END:VCALENDAR\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n";
        let json = serde_json::to_string(&read(text.as_bytes())).unwrap();
        assert_eq!(write(serde_json::from_str(&json).unwrap()).unwrap(), text);
    }

    #[test]
    fn a_value_cannot_break_out_of_its_line() {
        let json = r#"{"name":"VCALENDAR","properties":[{"name":"X","value":"a\r\nEND:VCALENDAR"}]}"#;
        assert_eq!(write(serde_json::from_str(json).unwrap()).unwrap_err().code, "invalid_property");
    }
}
