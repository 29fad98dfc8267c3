//! Content lines to components, without recursion, keeping everything that can be kept.

use super::component::Component;
use super::control::is_control;
use super::line::{Line, Lines};
use super::name::usual;
use super::place::Place;
use super::problem::{Fault, Problem, brief};
use super::property::{Parameter, Property};
use std::borrow::Cow;
use std::ops::Range;

/// Components nested deeper than this are reported and left out: no calendar nests more than four.
const DEPTH: usize = 32;
/// At most so many are expected, whatever came before.
const EXPECTED: usize = 32;
/// So many problems are told one by one; a file with more is no calendar.
pub(crate) const PROBLEMS: usize = 1000;

/// What a text holds, and what was wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed<'t> {
    /// The outermost components, usually one VCALENDAR.
    pub calendars: Vec<Component<'t>>,
    /// What had to be repaired or left out, in the order of the text.
    pub problems: Vec<Problem>,
}

/// Reads iCalendar text. It never fails: what is wrong is told in `problems`, the rest is there.
///
/// ```
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Lunch\nnonsense\nEND:VEVENT\nEND:VCALENDAR\n";
/// let parsed = kalends::ics::parse(text);
/// let event = &parsed.calendars[0].components[0];
/// assert_eq!(event.property("summary").unwrap().unescaped(), "Lunch");
/// assert_eq!(parsed.problems[0].line, 4);
/// ```
pub fn parse(text: &str) -> Parsed<'_> {
    parse_bytes(text.as_bytes())
}

/// Reads iCalendar as it came over the wire, where a fold may have split a character.
pub fn parse_bytes(text: &[u8]) -> Parsed<'_> {
    let mut parser = Parser::default();
    let mut last = 1;
    for line in Lines::new(text) {
        last = line.number;
        parser.line(line);
    }
    parser.finish(last);
    parser.parsed
}

#[derive(Default)]
struct Parser<'t> {
    parsed: Parsed<'t>,
    open: Vec<Component<'t>>,
    /// How many properties the component had that was closed last: the next one may have as many.
    expected: usize,
    /// How many BEGINs beyond the depth are waiting for their END.
    ignored: usize,
}

impl<'t> Parser<'t> {
    fn problem(&mut self, line: u32, column: usize, what: Fault) {
        let told = self.parsed.problems.len();
        if told <= PROBLEMS {
            let what = if told == PROBLEMS { Fault::More } else { what };
            let component = self.open.last().map(|c| brief(c.name()));
            let column = u32::try_from(column + 1).unwrap_or(u32::MAX);
            self.parsed.problems.push(Problem { component, ..Problem::at(what, line, column) });
        }
    }

    fn line(&mut self, line: Line<'t>) {
        let (mut text, valid) = decoded(line.bytes);
        if !valid {
            self.problem(line.number, 0, Fault::NotUtf8);
        }
        if line.controls
            && let Some(at) = text.bytes().position(|b| is_control(b.into()))
        {
            self.problem(line.number, at, Fault::Control);
            text.to_mut().retain(|c| !is_control(c));
            // Written with a space before it, it would continue the line before.
            let begin = text.len() - text.trim_start_matches([' ', '\t', '\u{feff}']).len();
            text.to_mut().drain(..begin);
        }
        self.content(line.number, &Whole(text));
    }

    fn content(&mut self, number: u32, line: &Whole<'t>) {
        let text = &*line.0;
        let Some(end) = text.bytes().position(|b| matches!(b, b':' | b';')).filter(|end| *end > 0) else {
            if !text.trim().is_empty() {
                self.problem(number, text.len(), Fault::NoColon);
            }
            return;
        };
        let name = &text[..end];
        let mut cursor = Cursor { line, text, at: end, open_quote: None };
        let parameters = cursor.parameters();
        if let Some(at) = cursor.open_quote {
            self.problem(number, at, Fault::Quote);
        }
        let Some(value) = text[cursor.at..].strip_prefix(':') else {
            return self.problem(number, text.len(), Fault::NoColon);
        };
        if name.eq_ignore_ascii_case("BEGIN") {
            self.begin(number, value.trim(), Place::new(number, cursor.at + 1));
        } else if name.eq_ignore_ascii_case("END") {
            self.end(number, value.trim());
        } else if self.ignored > 0 {
        } else if let Some(component) = self.open.last_mut() {
            let (name, value) = (line.part(0..end), line.part(cursor.at + 1..text.len()));
            let place = Place::new(number, cursor.at + 1);
            component.properties.push(Property::as_it_came(name, parameters, value, place));
        } else {
            self.problem(number, 0, Fault::Outside);
        }
    }

    fn begin(&mut self, number: u32, name: &str, place: Place) {
        // A calendar never stands in anything, nor an event in an event: an END got lost before.
        let calendar = name.eq_ignore_ascii_case("VCALENDAR");
        let lost = match calendar {
            true => Some(0),
            false => self.open.iter().rposition(|c| c.is(name) && is_entry(name)),
        };
        if let Some(keep) = lost {
            self.ignored = 0;
            self.close_down_to(keep, number);
        }
        if self.ignored > 0 || self.open.len() == DEPTH {
            self.ignored += 1;
            if self.ignored == 1 {
                self.problem(number, 0, Fault::TooDeep);
            }
            return;
        }
        let mut component = Component::as_it_came(usual(name), place);
        component.properties.reserve(self.expected);
        self.open.push(component);
    }

    fn end(&mut self, number: u32, name: &str) {
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        match self.open.iter().rposition(|c| c.is(name)) {
            Some(at) => {
                self.close_down_to(at + 1, number);
                self.close();
            }
            None => self.problem(number, 0, Fault::UnexpectedEnd),
        }
    }

    fn close_down_to(&mut self, keep: usize, number: u32) {
        while self.open.len() > keep {
            self.problem(number, 0, Fault::MissingEnd);
            self.close();
        }
    }

    /// The text is over. Where no more than the END of a VCALENDAR is missing, nothing else may be.
    fn finish(&mut self, number: u32) {
        if self.open.last().is_some_and(|c| !c.is("VCALENDAR")) {
            self.problem(number, 0, Fault::CutOff);
            while !self.open.is_empty() {
                self.close();
            }
        }
        self.close_down_to(0, number);
    }

    fn close(&mut self) {
        if let Some(done) = self.open.pop() {
            self.expected = done.properties.len().min(EXPECTED);
            match self.open.last_mut() {
                Some(parent) => parent.components.push(done),
                None => self.parsed.calendars.push(done),
            }
        }
    }
}

fn is_entry(name: &str) -> bool {
    ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE"].iter().any(|n| name.eq_ignore_ascii_case(n))
}

/// The text of a line, and whether all of it was UTF-8.
fn decoded(bytes: Cow<'_, [u8]>) -> (Cow<'_, str>, bool) {
    let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match bytes {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => (text.into(), true),
            Err(_) => (lossy(bytes).into(), false),
        },
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => (text.into(), true),
            Err(error) => (lossy(error.as_bytes()).into(), false),
        },
    }
}

/// A content line whose parts borrow from the text where it does.
struct Whole<'t>(Cow<'t, str>);

impl<'t> Whole<'t> {
    fn part(&self, range: Range<usize>) -> Cow<'t, str> {
        match &self.0 {
            Cow::Borrowed(text) => text[range].into(),
            Cow::Owned(text) => text[range].to_owned().into(),
        }
    }
}

/// Reads the parameters between a name and the colon.
struct Cursor<'l, 't> {
    line: &'l Whole<'t>,
    text: &'l str,
    at: usize,
    open_quote: Option<usize>,
}

impl<'l, 't> Cursor<'l, 't> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// What comes before the next of these ASCII characters, or before the end.
    fn until(&mut self, stops: &[u8]) -> Range<usize> {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        self.at += rest.iter().position(|b| stops.contains(b)).unwrap_or(rest.len());
        start..self.at
    }

    fn parameters(&mut self) -> Vec<Parameter<'t>> {
        let mut parameters = Vec::new();
        while self.peek() == Some(b';') {
            self.at += 1;
            let name = self.until(b"=;:");
            let is_zone = self.text[name.clone()].eq_ignore_ascii_case("TZID");
            let mut values = Vec::new();
            while matches!((self.peek(), values.len()), (Some(b'='), 0) | (Some(b','), 1..)) {
                self.at += 1;
                let value = if is_zone { self.zone_name() } else { None };
                values.push(value.unwrap_or_else(|| self.value()));
            }
            if !name.is_empty() {
                parameters.push(Parameter::as_it_came(self.line.part(name), values));
            }
        }
        parameters
    }

    /// Outlook writes `TZID=(UTC+01:00) Amsterdam` without the quotation marks that the colon needs.
    fn zone_name(&mut self) -> Option<Cow<'t, str>> {
        let start = self.at;
        let rest = &self.text[start..];
        rest.strip_prefix("(UTC").or_else(|| rest.strip_prefix("(GMT"))?;
        self.at += rest.find(')').filter(|at| *at < 16)?;
        let end = self.until(b";:").end;
        Some(self.line.part(start..end))
    }

    fn value(&mut self) -> Cow<'t, str> {
        if self.peek() != Some(b'"') {
            let plain = self.until(b",;:");
            return self.decoded(plain);
        }
        let opening = self.at;
        self.at += 1;
        let inside = self.until(b"\"");
        if self.peek().is_none() {
            self.open_quote.get_or_insert(opening);
            self.at = opening;
            let plain = self.until(b",;:");
            return self.decoded(plain);
        }
        self.at += 1;
        let after = self.until(b",;:");
        if after.is_empty() {
            return self.decoded(inside);
        }
        decode(&format!("{}{}", &self.text[inside], &self.text[after])).into()
    }

    fn decoded(&self, range: Range<usize>) -> Cow<'t, str> {
        let text = &self.text[range.clone()];
        if text.contains('^') { decode(text).into() } else { self.line.part(range) }
    }
}

/// Undoes RFC 6868: `^n`, `^^` and `^'`.
fn decode(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let meant = match (c, chars.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('^')) => '^',
            ('^', Some('\'')) => '"',
            _ => {
                text.push(c);
                continue;
            }
        };
        chars.next();
        text.push(meant);
    }
    text
}
