//! Components to iCalendar text: CRLF, folded at 75 octets, RFC 6868 in parameters.

use super::component::Component;
use super::property::Property;
use std::fmt;

/// Octets of a line (RFC 5545 §3.1).
const LONGEST: usize = 75;

impl Component<'_> {
    /// The component as iCalendar text. Reading it gives the component back, as long as components are nested
    /// as RFC 5545 nests them.
    pub fn write(&self) -> String {
        let mut text = String::with_capacity(64 * self.properties.len() + 64);
        self.write_into(&mut text);
        text
    }

    fn write_into(&self, out: &mut String) {
        write_limit("BEGIN:", self.name(), out);
        for property in &self.properties {
            let line = out.len();
            property.write_unfolded(out);
            end_line(out, line);
        }
        for component in &self.components {
            component.write_into(out);
        }
        write_limit("END:", self.name(), out);
    }
}

impl fmt::Display for Component<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.write())
    }
}

impl Property<'_> {
    fn write_unfolded(&self, line: &mut String) {
        line.push_str(self.name());
        for parameter in self.parameters() {
            line.push(';');
            line.push_str(parameter.name());
            for (i, value) in parameter.values().iter().enumerate() {
                line.push(if i == 0 { '=' } else { ',' });
                encode(value, line);
            }
        }
        line.push(':');
        line.push_str(self.value());
    }
}

impl fmt::Display for Property<'_> {
    /// The content line, not folded.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = String::new();
        self.write_unfolded(&mut line);
        f.write_str(&line)
    }
}

pub(super) fn encode(value: &str, line: &mut String) {
    let is_plain = |byte| !matches!(byte, b',' | b';' | b':' | b'\n' | b'^' | b'"' | b'(');
    if value.bytes().all(is_plain) {
        return line.push_str(value);
    }
    // Outlook's names of zones are read as they stand, unless they are quoted.
    let quoted = value.contains([',', ';', ':']) || value.starts_with("(UTC") || value.starts_with("(GMT");
    if quoted {
        line.push('"');
    }
    for c in value.chars() {
        match c {
            '\n' => line.push_str("^n"),
            '^' => line.push_str("^^"),
            '"' => line.push_str("^'"),
            c => line.push(c),
        }
    }
    if quoted {
        line.push('"');
    }
}

/// The line at which a component begins or ends.
pub(super) fn write_limit(what: &str, name: &str, out: &mut String) {
    let line = out.len();
    out.push_str(what);
    out.push_str(name);
    end_line(out, line);
}

/// Ends the line that starts there, folded where it is too long.
pub(super) fn end_line(out: &mut String, start: usize) {
    if out.len() - start > LONGEST {
        let line = out.split_off(start);
        let (mut rest, mut room) = (line.as_str(), LONGEST);
        while rest.len() > room {
            let (part, after) = rest.split_at(rest.floor_char_boundary(room));
            out.push_str(part);
            out.push_str("\r\n ");
            // The space counts.
            (rest, room) = (after, LONGEST - 1);
        }
        out.push_str(rest);
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use crate::ics::{Component, Fault, Parameter, Property, parse};

    fn calendar(properties: Vec<Property<'static>>) -> Component<'static> {
        let mut calendar = Component::new("VCALENDAR");
        calendar.properties = properties;
        calendar
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let mut attendee = Property::raw("ATTENDEE", "mailto:a@example.org").unwrap();
        attendee.set_parameter("CN", "Ann \"the; boss\"^ : \nx");
        let multi = parse("BEGIN:A\nX;M=\"a,b\",c,,\"\";FLAG;E=:v ,;:\nx-lower: \tv\nX:1\nX:2\nEND:A\n");
        assert!(multi.problems.is_empty());
        let mut whole = calendar(vec![attendee, Property::text("SUMMARY", &"ä€🦀 ".repeat(40))]);
        whole.components.push(multi.calendars[0].clone());
        let written = whole.write();
        let parsed = parse(&written);
        assert_eq!((parsed.calendars, parsed.problems), (vec![whole], vec![]));
        let values = multi.calendars[0].properties[0].parameters().iter().map(Parameter::values);
        assert_eq!(values.map(<[_]>::len).collect::<Vec<_>>(), [4, 0, 1]);
    }

    #[test]
    fn no_line_is_longer_than_75_octets() {
        for shift in 0..4 {
            let text = format!("{}{}", "x".repeat(shift), "€🦀ä".repeat(50));
            let written = calendar(vec![Property::text("SUMMARY", &text)]).write();
            assert!(written.split("\r\n").all(|line| line.len() <= 75));
            assert!(written.split("\r\n").any(|line| line.len() > 71));
        }
    }

    #[test]
    fn a_lost_end_or_begin_costs_nothing_else() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nBEGIN:VEVENT\nUID:2\nBEGIN:VALARM\nEND:VEVENT\n\
                    END:VTODO\nBEGIN:VCALENDAR\nX:1";
        let parsed = parse(text);
        assert_eq!(parsed.calendars.len(), 2);
        assert_eq!(parsed.calendars[0].components.len(), 2);
        let faults: Vec<_> = parsed.problems.iter().map(|p| (p.line, p.what)).collect();
        let missing = Fault::MissingEnd;
        let expected = [(4, missing), (7, missing), (8, Fault::UnexpectedEnd), (9, missing), (10, missing)];
        assert_eq!(faults, expected);
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_loses_what_follows() {
        let deep = "BEGIN:X\n".repeat(100_000) + &"END:X\n".repeat(100_000);
        let text = format!("BEGIN:VCALENDAR\n{deep}BEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n");
        let parsed = parse(&text);
        assert!(parsed.calendars[0].components("VEVENT").next().is_some());
        assert_eq!(parsed.problems.iter().map(|p| p.what).collect::<Vec<_>>(), [Fault::TooDeep]);
    }

    #[test]
    fn a_bad_line_is_told_and_left_out() {
        let parsed = parse("X:1\nBEGIN:A\nnonsense\n:x\nP;CN=\"a:b\nC:\u{1}\nEND:A");
        let faults: Vec<_> = parsed.problems.iter().map(|p| (p.line, p.what)).collect();
        use Fault::*;
        assert_eq!(faults, [(1, Outside), (3, NoColon), (4, NoColon), (5, Quote), (6, Control)]);
        let kept: Vec<_> = parsed.calendars[0].properties.iter().map(ToString::to_string).collect();
        assert_eq!(kept, ["P;CN=^'a:b", "C:"]);
    }

    #[test]
    fn an_unquoted_colon_in_outlooks_zone_names_is_no_end() {
        let parsed = parse("BEGIN:A\nDTSTART;TZID=(UTC+01:00) Berlin, Bern:20200101T000000\nEND:A");
        let start = &parsed.calendars[0].properties[0];
        assert_eq!(start.parameter("TZID"), Some("(UTC+01:00) Berlin, Bern"));
        assert_eq!(start.value(), "20200101T000000");
    }
}
