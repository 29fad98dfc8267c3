//! Properties that are plain values: texts and times in UTC.

use crate::ics::{Component, DateTime, Property};
use crate::time::Instant;

/// Writes a text; nothing where it is empty.
pub(in crate::event) fn write_text(out: &mut Vec<Property<'static>>, name: &str, text: Option<&str>) {
    out.extend(text.filter(|text| !text.is_empty()).map(|text| Property::text(name, text)));
}

/// A property in plain text; nothing where it is empty.
pub(in crate::event) fn text_of(component: &Component, name: &str) -> Option<String> {
    component.property(name).map(|p| p.unescaped().into_owned()).filter(|text| !text.is_empty())
}

/// A property that is a time in UTC.
pub(in crate::event) fn instant_of(component: &Component, name: &str) -> Option<Instant> {
    match DateTime::of(component.property(name)?) {
        Ok(DateTime::Utc(instant)) => Some(instant),
        _ => None,
    }
}
