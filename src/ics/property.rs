//! A property: name, parameters and the value as written; it cannot hold what would break a content line.

use super::control::{first_control, is_control};
use super::name::usual;
use super::place::Place;
use std::borrow::Cow;

/// One parameter of a property, with its values in plain text (RFC 6868 already undone).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parameter<'t> {
    name: Cow<'t, str>,
    values: Vec<Cow<'t, str>>,
}

impl Parameter<'static> {
    /// A parameter; line breaks become `\n`, other control characters are left out.
    pub fn new<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Parameter<'static> {
        let values = values.into_iter().map(|value| plain(value).into()).collect();
        Parameter { name: token(name).into(), values }
    }
}

impl<'t> Parameter<'t> {
    pub(super) fn as_it_came(name: Cow<'t, str>, values: Vec<Cow<'t, str>>) -> Parameter<'t> {
        Parameter { name, values }
    }

    /// The same, standing by itself.
    pub fn into_owned(self) -> Parameter<'static> {
        let values = self.values.into_iter().map(|value| value.into_owned().into()).collect();
        Parameter { name: usual(&self.name), values }
    }

    /// The name as it was written, for example `TZID`.
    pub fn name(&self) -> &str {
        super::name::text(&self.name)
    }

    /// The values; none where the parameter came without `=`.
    pub fn values(&self) -> &[Cow<'t, str>] {
        &self.values
    }

    /// Whether this is its name, in any case of letters.
    #[inline(always)]
    pub fn is(&self, name: &str) -> bool {
        self.name().len() == name.len() && self.name().eq_ignore_ascii_case(name)
    }
}

/// One content line: a name, parameters in order, and the value exactly as it is written.
///
/// ```
/// # use kalends::ics::Property;
/// let summary = Property::text("SUMMARY", "Lunch; then\nwork");
/// assert_eq!(summary.value(), r"Lunch\; then\nwork");
/// assert_eq!(summary.unescaped(), "Lunch; then\nwork");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Property<'t> {
    name: Cow<'t, str>,
    place: Place,
    parameters: Vec<Parameter<'t>>,
    value: Cow<'t, str>,
}

/// Why a property cannot be made of this name and value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PropertyError {
    /// The name is empty, holds other characters than letters, digits and `-`, or is BEGIN or END.
    #[error("\"{0}\" cannot name a property; use letters, digits and '-', and neither BEGIN nor END")]
    Name(String),
    /// The value holds a line break or another control character.
    #[error("the value of {name} holds control character U+{code:04X}; use Property::text for text")]
    Control {
        /// The property's name.
        name: String,
        /// The character.
        code: u32,
    },
}

impl Property<'static> {
    /// A property of type TEXT: escapes per RFC 5545 §3.3.11. A line break of any kind becomes `\n`, other
    /// control characters are left out, as are characters that a name cannot hold.
    pub fn text(name: &str, text: &str) -> Property<'static> {
        Property::made(token(name).into(), escape(text))
    }

    /// A property whose value is written as it is.
    pub fn raw(name: &str, value: &str) -> Result<Property<'static>, PropertyError> {
        if name.is_empty() || token(name) != name {
            return Err(PropertyError::Name(name.to_owned()));
        }
        if let Some(c) = first_control(value) {
            return Err(PropertyError::Control { name: name.to_owned(), code: c.into() });
        }
        Ok(Property::made(usual(name), value.to_owned()))
    }

    /// A property of a value that this crate itself has formatted: no control character can be in it.
    pub(crate) fn known(name: &str, value: impl Into<String>) -> Property<'static> {
        let mut value = value.into();
        value.retain(|c| !is_control(c));
        Property::made(token(name).into(), value)
    }

    fn made(name: Cow<'static, str>, value: String) -> Property<'static> {
        Property::as_it_came(name, Vec::new(), value.into(), Place::default())
    }
}

impl<'t> Property<'t> {
    pub(super) fn as_it_came(
        name: Cow<'t, str>,
        parameters: Vec<Parameter<'t>>,
        value: Cow<'t, str>,
        place: Place,
    ) -> Property<'t> {
        Property { name, place, parameters, value }
    }

    /// The same, standing by itself.
    pub fn into_owned(self) -> Property<'static> {
        Property {
            name: usual(&self.name),
            place: self.place,
            parameters: self.parameters.into_iter().map(Parameter::into_owned).collect(),
            value: self.value.into_owned().into(),
        }
    }

    /// The line of the text on which it began, counted from 1; none where it was made.
    pub fn line(&self) -> Option<u32> {
        self.place.line()
    }

    /// The octet of that line, folds undone, at which the value begins, counted from 1; none where it was made.
    pub fn column(&self) -> Option<u32> {
        self.place.column()
    }

    /// The name as it was written, for example `DTSTART`.
    pub fn name(&self) -> &str {
        super::name::text(&self.name)
    }

    /// Whether this is its name, in any case of letters.
    #[inline(always)]
    pub fn is(&self, name: &str) -> bool {
        self.name().len() == name.len() && self.name().eq_ignore_ascii_case(name)
    }

    /// The value as it is written, escapes and all.
    pub fn value(&self) -> &str {
        super::name::text(&self.value)
    }

    /// The value read as TEXT: `\n`, `\N`, `\,`, `\;` and `\\` undone in one pass.
    pub fn unescaped(&self) -> Cow<'_, str> {
        unescape(&self.value)
    }

    /// The value read as a list of TEXT, such as CATEGORIES: parted at commas that are not escaped; no empty ones.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        let mut escaped = false;
        let parts = self.value.split(move |c| {
            let parts = c == ',' && !escaped;
            escaped = c == '\\' && !escaped;
            parts
        });
        parts.map(|part| unescape(part).trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The parameters in order.
    pub fn parameters(&self) -> &[Parameter<'t>] {
        &self.parameters
    }

    /// The first value of the first parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|p| p.is(name)).and_then(|p| p.values.first()).map(Cow::as_ref)
    }

    /// Sets a parameter to one value, where it stands or at the end.
    pub fn set_parameter(&mut self, name: &str, value: &str) {
        self.put_parameter(Parameter::new(name, [value]));
    }

    /// Sets a parameter of any number of values, where it stands or at the end.
    pub fn put_parameter(&mut self, parameter: Parameter<'t>) {
        match self.parameters.iter_mut().find(|p| p.is(parameter.name())) {
            Some(old) => *old = parameter,
            None => self.parameters.push(parameter),
        }
    }

    /// The same property with this parameter set.
    pub fn with_parameter(mut self, name: &str, value: &str) -> Property<'t> {
        self.set_parameter(name, value);
        self
    }

    /// Takes a parameter away.
    pub fn remove_parameter(&mut self, name: &str) {
        self.parameters.retain(|p| !p.is(name));
    }

    /// Replaces the value by TEXT, keeping the parameters.
    pub fn set_text(&mut self, text: &str) {
        self.value = escape(text).into();
    }

    /// Replaces the value by one that this crate itself has formatted.
    pub(crate) fn set_known(&mut self, value: impl Into<String>) {
        let mut value = value.into();
        value.retain(|c| !is_control(c));
        self.value = value.into();
    }
}

/// The characters of `name` that a name may hold; BEGIN and END, which are no properties, get an `X-`.
pub(super) fn token(name: &str) -> String {
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    if name.is_empty() || name.eq_ignore_ascii_case("BEGIN") || name.eq_ignore_ascii_case("END") {
        return format!("X-{name}");
    }
    name
}

/// Text without control characters save tabs and `\n`, which stands for every kind of line break.
fn plain(text: &str) -> String {
    let mut plain = text.replace("\r\n", "\n").replace('\r', "\n");
    plain.retain(|c| c == '\n' || !is_control(c));
    plain
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ',' | ';' => escaped.extend(['\\', c]),
            '\r' => {
                chars.next_if_eq(&'\n');
                escaped.push_str("\\n");
            }
            '\n' => escaped.push_str("\\n"),
            c if is_control(c) => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        text.push_str(plain);
        let (meant, length) = match escaped.as_bytes().first() {
            Some(b'n' | b'N') => ("\n", 1),
            Some(b'\\' | b',' | b';' | b':' | b'"') => (&escaped[..1], 1),
            // An escape that the RFC does not know: both characters were meant.
            _ => ("\\", 0),
        };
        text.push_str(meant);
        rest = &escaped[length..];
    }
    text.push_str(rest);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_went_in() {
        for text in ["a,b;c\\d", "\\n", "line\nline", "\\", "ä🦀:\"", "a\tb"] {
            assert_eq!(Property::text("SUMMARY", text).unescaped(), text);
        }
    }

    #[test]
    fn a_list_is_parted_at_commas_that_are_not_escaped() {
        let categories = Property::raw("CATEGORIES", r"WORK,a\,b, c\\,,d").unwrap();
        assert_eq!(categories.texts().collect::<Vec<_>>(), ["WORK", "a,b", r"c\", "d"]);
    }

    #[test]
    fn nothing_can_break_out_of_a_line() {
        let summary = Property::text("SUM\r\nMARY", "a\r\nEND:VEVENT\0\u{b}\rb");
        assert_eq!(summary.name(), "SUMMARY");
        assert_eq!(summary.value(), "a\\nEND:VEVENT\\nb");
        assert!(Property::raw("URL", "http://a\r\nX:y").is_err());
        assert!(Property::raw("X:Y", "").is_err() && Property::raw("BEGIN", "VEVENT").is_err());
        assert_eq!(Property::text("BEGIN", "VALARM").name(), "X-BEGIN");
        let parameter = Parameter::new("CN;X", ["a\r\nb\0"]);
        assert_eq!((parameter.name(), &parameter.values()[0][..]), ("CNX", "a\nb"));
    }
}
