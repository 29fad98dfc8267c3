//! Reading a calendar: no octets make it panic, grow or come back as something else.

use kalends::check::{Strictness, problems};
use kalends::ics::{Component, DateTime, Duration, Parameter, Property, Severity, parse_bytes};

/// The promises for octets that should be iCalendar.
pub fn keeps(octets: &[u8]) {
    let parsed = parse_bytes(octets);
    let text: String = parsed.calendars.iter().map(Component::write).collect();
    is_well_written(&text);

    let again = parse_bytes(text.as_bytes());
    assert_eq!(again.calendars, parsed.calendars, "it reads back as something else:\n{text}");
    assert_eq!(again.problems, [], "what was written has problems:\n{text}");

    // Octets that are no UTF-8 become three.
    let kept: usize = parsed.calendars.iter().map(size).sum();
    assert!(kept <= 3 * octets.len(), "{} octets became {kept}", octets.len());
    let told: usize = parsed.problems.iter().map(|p| p.component.as_ref().map_or(1, String::len)).sum();
    assert!(told <= 3 * octets.len() + 200_000, "problems with {} octets take {told}", octets.len());

    let strict = problems(octets, &parsed, Strictness::Strict);
    let lenient = problems(octets, &parsed, Strictness::Lenient);
    assert!(strict.len() <= 1001, "{} problems are told", strict.len());
    if strict.len() <= 1000 {
        let told = strict.into_iter().filter(|p| p.what.severity() > Severity::Formal).collect::<Vec<_>>();
        assert_eq!(lenient, told, "lenient mode tells other problems than strict mode");
    }
    let long = lenient.iter().find(|p| p.to_string().len() > 2000);
    assert_eq!(long, None, "a problem takes very many words");

    parsed.calendars.iter().for_each(values);
}

/// Each line ends with CRLF, none is longer than 75 octets, no control character stands in any, and each component
/// that begins ends.
pub fn is_well_written(text: &str) {
    assert!(text.is_empty() || text.ends_with("\r\n"), "the last line has no end");
    let mut open = Vec::new();
    for line in text.split_terminator("\r\n") {
        assert!(line.len() <= 75, "{} octets in the line {line:?}", line.len());
        let control = line.chars().find(|c| c.is_ascii_control() && *c != '\t');
        assert_eq!(control, None, "in the line {line:?}");
    }
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        if let Some(name) = line.strip_prefix("BEGIN:") {
            open.push(name.to_owned());
        } else if let Some(name) = line.strip_prefix("END:") {
            assert_eq!(open.pop().as_deref(), Some(name), "{line} ends what is not open");
        }
    }
    assert_eq!(open, [""; 0], "left open");
}

/// How many octets of text a component holds.
fn size(component: &Component) -> usize {
    let parameter = |p: &Parameter| p.name().len() + p.values().iter().map(|v| v.len()).sum::<usize>();
    let property =
        |p: &Property| p.name().len() + p.value().len() + p.parameters().iter().map(parameter).sum::<usize>();
    component.name().len()
        + component.properties.iter().map(property).sum::<usize>()
        + component.components.iter().map(size).sum::<usize>()
}

/// A value that can be read is written so that it reads the same.
fn values(component: &Component) {
    for property in &component.properties {
        if let Ok(value) = DateTime::of(property) {
            let written = value.property("D");
            assert_eq!(DateTime::of(&written), Ok(value), "{property} became {written}");
        }
        if let Ok(duration) = Duration::of(property) {
            assert_eq!(Duration::parse(&duration.to_string()), Some(duration), "{property}");
        }
        let text = property.unescaped();
        assert_eq!(Property::text("X", &text).unescaped(), text, "{property}");
        assert!(property.texts().map(|text| text.len()).sum::<usize>() <= property.value().len());
    }
    component.components.iter().for_each(values);
}
