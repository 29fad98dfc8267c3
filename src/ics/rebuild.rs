//! Components and properties made of parts that came over another way than iCalendar text, names as they were.
//!
//! Names that other programs wrote are kept, however odd; refused is what would not read back as it is.

use super::component::Component;
use super::control::{first_control, is_control};
use super::place::Place;
use super::property::{Parameter, Property, PropertyError};
use std::borrow::Cow;

impl<'t> Component<'t> {
    /// An empty component of exactly this name.
    pub fn rebuilt(name: &'t str) -> Result<Component<'t>, PropertyError> {
        if name.trim() != name || name.chars().any(is_control) {
            return Err(PropertyError::Name(name.to_owned()));
        }
        Ok(Component::as_it_came(name.into(), Place::default()))
    }
}

impl<'t> Property<'t> {
    /// A property of exactly this name and value, as it is written.
    pub fn rebuilt(
        name: &'t str,
        parameters: Vec<Parameter<'t>>,
        value: &'t str,
    ) -> Result<Property<'t>, PropertyError> {
        let reserved = name.eq_ignore_ascii_case("BEGIN") || name.eq_ignore_ascii_case("END");
        if reserved || !is_name(name, &[':', ';']) {
            return Err(PropertyError::Name(name.to_owned()));
        }
        refuse_control(name, value)?;
        Ok(Property::as_it_came(name.into(), parameters, value.into(), Place::default()))
    }
}

impl<'t> Parameter<'t> {
    /// A parameter of exactly this name and these values, in plain text.
    pub fn rebuilt(name: &'t str, values: Vec<Cow<'t, str>>) -> Result<Parameter<'t>, PropertyError> {
        if !is_name(name, &[':', ';', '=']) {
            return Err(PropertyError::Name(name.to_owned()));
        }
        // In a parameter a line break can be written (RFC 6868).
        values.iter().flat_map(|value| value.split('\n')).try_for_each(|line| refuse_control(name, line))?;
        Ok(Parameter::as_it_came(name.into(), values))
    }
}

fn is_name(name: &str, ends: &[char]) -> bool {
    // A space at the beginning would make it the rest of the line before.
    !name.is_empty()
        && !name.starts_with([' ', '\t', '\u{feff}'])
        && !name.chars().any(|c| is_control(c) || ends.contains(&c))
}

fn refuse_control(name: &str, value: &str) -> Result<(), PropertyError> {
    match first_control(value) {
        Some(c) => Err(PropertyError::Control { name: name.to_owned(), code: c.into() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_kept_and_what_would_break_out_is_refused() {
        assert_eq!(Component::rebuilt("X My Part").unwrap().name(), "X My Part");
        assert_eq!(Property::rebuilt("X_APPLE.a", Vec::new(), "v").unwrap().name(), "X_APPLE.a");
        for name in ["", "BEGIN", "end", "A:B", "A;B", "A\r\nB", " A"] {
            assert!(Property::rebuilt(name, Vec::new(), "").is_err(), "{name:?}");
        }
        for value in ["a\r\nEND:VEVENT", "a\n", "\0"] {
            assert!(Property::rebuilt("X", Vec::new(), value).is_err(), "{value:?}");
        }
        assert!(Component::rebuilt("A\nB").is_err() && Parameter::rebuilt("A=B", Vec::new()).is_err());
        assert!(Parameter::rebuilt("A", vec!["a\nb".into()]).is_ok());
        assert!(Parameter::rebuilt("A", vec!["a\rb".into()]).is_err());
    }
}
