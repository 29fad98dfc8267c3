//! Components written part by part, as they come over another way than iCalendar text. Names that other programs
//! wrote are kept, however odd; refused is what would not read back as it is.

use super::control::first_control;
use super::property::PropertyError;
use super::write::{encode, end_line, write_limit};

/// Writes iCalendar text as it is told what stands in it, in the order of the text.
///
/// ```
/// # use kalends::ics::Writer;
/// let mut writer = Writer::default();
/// writer.begin("VEVENT").unwrap();
/// writer.property("x_odd").unwrap();
/// writer.parameter("CN").unwrap();
/// writer.parameter_value("Ann; Bob").unwrap();
/// assert!(writer.value("a\r\nEND:VEVENT").is_err());
/// writer.value(r"a\nb").unwrap();
/// writer.end();
/// assert_eq!(writer.into_text(), "BEGIN:VEVENT\r\nx_odd;CN=\"Ann; Bob\":a\\nb\r\nEND:VEVENT\r\n");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Writer<'n> {
    text: String,
    open: Vec<&'n str>,
    property: &'n str,
    /// Where the line that is being written starts.
    line: usize,
    /// Whether the parameter that is being written has a value.
    has_value: bool,
}

impl<'n> Writer<'n> {
    /// With room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Writer<'n> {
        Writer { text: String::with_capacity(bytes), ..Writer::default() }
    }

    /// Begins a component; a name that white space surrounds would not read back.
    pub fn begin(&mut self, name: &'n str) -> Result<(), PropertyError> {
        if name.trim() != name || first_control(name).is_some() {
            return Err(PropertyError::Name(name.to_owned()));
        }
        self.open.push(name);
        write_limit("BEGIN:", name, &mut self.text);
        Ok(())
    }

    /// Ends the component that was begun last.
    pub fn end(&mut self) {
        if let Some(name) = self.open.pop() {
            write_limit("END:", name, &mut self.text);
        }
    }

    /// Begins a property.
    pub fn property(&mut self, name: &'n str) -> Result<(), PropertyError> {
        let reserved = name.eq_ignore_ascii_case("BEGIN") || name.eq_ignore_ascii_case("END");
        if reserved || !is_name(name, b":;") {
            return Err(PropertyError::Name(name.to_owned()));
        }
        (self.property, self.line) = (name, self.text.len());
        self.text.push_str(name);
        Ok(())
    }

    /// Begins a parameter of the property.
    pub fn parameter(&mut self, name: &str) -> Result<(), PropertyError> {
        // Inside a line a space continues nothing: `CN=Ann; Bob:` has a parameter " Bob".
        if !is_name(name.trim_start_matches(' '), b":;=") {
            return Err(PropertyError::Name(name.to_owned()));
        }
        self.text.push(';');
        self.text.push_str(name);
        self.has_value = false;
        Ok(())
    }

    /// A value of the parameter, in plain text; a line break can be written in it (RFC 6868).
    pub fn parameter_value(&mut self, value: &str) -> Result<(), PropertyError> {
        value.split('\n').try_for_each(|line| self.refuse_control(line))?;
        self.text.push(if self.has_value { ',' } else { '=' });
        encode(value, &mut self.text);
        self.has_value = true;
        Ok(())
    }

    /// Ends the property with its value as it is written, escapes and all.
    pub fn value(&mut self, value: &str) -> Result<(), PropertyError> {
        self.refuse_control(value)?;
        self.text.push(':');
        self.text.push_str(value);
        end_line(&mut self.text, self.line);
        Ok(())
    }

    /// What was written.
    pub fn into_text(self) -> String {
        self.text
    }

    fn refuse_control(&self, value: &str) -> Result<(), PropertyError> {
        match first_control(value) {
            Some(c) => Err(PropertyError::Control { name: self.property.to_owned(), code: c.into() }),
            None => Ok(()),
        }
    }
}

/// A space at the beginning would make it the rest of the line before.
fn is_name(name: &str, ends: &[u8]) -> bool {
    let is_inside = |byte: u8| !byte.is_ascii_control() && !ends.contains(&byte);
    !name.is_empty() && !name.starts_with([' ', '\u{feff}']) && name.bytes().all(is_inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_kept_and_what_would_break_out_is_refused() {
        let mut writer = Writer::default();
        for name in ["X My Part", ""] {
            assert!(writer.begin(name).is_ok(), "{name:?}");
        }
        assert!(writer.property("X_APPLE.a").is_ok());
        for name in ["", "BEGIN", "end", "A:B", "A;B", "A\r\nB", " A", "\tA"] {
            assert!(writer.property(name).is_err(), "{name:?}");
        }
        for value in ["a\r\nEND:VEVENT", "a\n", "\0"] {
            assert!(writer.value(value).is_err(), "{value:?}");
        }
        assert!(writer.begin("A\nB").is_err() && writer.begin(" A").is_err());
        assert!(writer.parameter(" VALUE ").is_ok());
        assert!(writer.parameter("A=B").is_err() && writer.parameter(" ").is_err());
        assert!(writer.parameter_value("a\nb").is_ok() && writer.parameter_value("a\rb").is_err());
    }
}
