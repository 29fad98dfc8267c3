//! What breaks a rule of RFC 5545, 5546, 7953, 7986, 9073 or 9074, and is read by everyone all the same.

use super::Checker;
use super::cardinality::{Kind, Row, Type, bits, named};
use super::times::Said;
use super::values::{Form, Time};
use crate::ics::{Component, Fault, Problem, Property};
use crate::rule::{Rule, Until};

/// What a component must hold because of one of its words, or its calendar's, and what it must not.
type Needs = (&'static str, u64, u64);

/// By ACTION of an alarm (RFC 5545 §3.6.6).
const ACTIONS: &[Needs] =
    &[("DISPLAY", bits(&["DESCRIPTION"]), 0), ("EMAIL", bits(&["DESCRIPTION", "SUMMARY", "ATTENDEE"]), 0)];

/// By METHOD (RFC 5546 §3.2).
const METHODS: &[Needs] = &[
    ("PUBLISH", bits(&["ORGANIZER", "DTSTART", "SUMMARY"]), bits(&["ATTENDEE"])),
    ("REQUEST", bits(&["ORGANIZER", "DTSTART", "SUMMARY", "ATTENDEE"]), 0),
    ("REPLY", bits(&["ORGANIZER", "ATTENDEE"]), 0),
    ("ADD", bits(&["ORGANIZER", "DTSTART", "SUMMARY", "SEQUENCE"]), bits(&["RECURRENCE-ID"])),
    ("CANCEL", bits(&["ORGANIZER", "SEQUENCE"]), 0),
    ("REFRESH", bits(&["ORGANIZER", "ATTENDEE"]), 0),
    ("COUNTER", bits(&["ORGANIZER", "DTSTART", "SUMMARY", "SEQUENCE"]), 0),
    ("DECLINECOUNTER", bits(&["ORGANIZER", "SEQUENCE"]), 0),
];

/// So many TZIDs without VTIMEZONE are told.
const NAMES: usize = 64;

const START: u64 = bits(&["DTSTART"]);
const RULES: u64 = bits(&["RRULE", "RDATE"]);
const LENGTH: u64 = bits(&["DURATION"]);
const REPEAT: u64 = bits(&["REPEAT"]);

impl<'c> Checker<'c, '_> {
    pub(super) fn strict_property(
        &mut self,
        row: &Row,
        property: &'c Property<'c>,
        component: &'c Component<'c>,
        kind: Kind,
    ) {
        let mut tell = |what| self.tell_of(what, Some(property), component);
        if row.bit & kind.cardinality().allowed == 0 {
            tell(Fault::MisplacedProperty);
        }
        let value = property.parameter("VALUE");
        if value.is_some_and(|value| !contains(row.value.values(), value)) {
            // What the value is in truth is not known.
            return tell(Fault::OtherType);
        }
        let is_time = matches!(row.value, Type::Time | Type::Times);
        if is_time && has_other_type(property, value) {
            tell(Fault::OtherType);
        }
        let words = match (property.is("STATUS"), kind) {
            (true, Kind::Event) => Type::Words("TENTATIVE CONFIRMED CANCELLED"),
            (true, Kind::Todo) => Type::Words("NEEDS-ACTION COMPLETED IN-PROCESS CANCELLED"),
            (true, Kind::Journal) => Type::Words("DRAFT FINAL CANCELLED"),
            _ => row.value,
        };
        let is_local = kind == Kind::FreeBusy && is_time && !property.value().ends_with('Z');
        if is_local || !words.allows(property.value(), value) {
            let quoted =
                Problem::of_property(Fault::NotAllowed, property, component).quoting(property.value());
            self.tell(quoted);
        } else if matches!(row.value, Type::Text | Type::Texts)
            && !is_escaped(property.value(), row.value == Type::Texts)
        {
            self.tell_of(Fault::Unescaped, Some(property), component);
        }
        if let (true, Some(tzid)) = (is_time, property.parameter("TZID")) {
            self.strict_zone(tzid, property, component);
        }
    }

    fn strict_zone(&mut self, tzid: &'c str, property: &'c Property<'c>, component: &'c Component<'c>) {
        let is_local = |item: &str| Time::read(item).is_none_or(|time| time.form == Form::Local);
        if !property.value().split(',').all(is_local) {
            return self.tell_of(Fault::MisplacedTzid, Some(property), component);
        }
        // A name with a slash before it is one for everybody.
        let is_news = self.undefined.len() < NAMES && !self.undefined.contains(&tzid);
        if is_news && !tzid.starts_with('/') && self.zones.definition(tzid).is_none() {
            self.undefined.push(tzid);
            self.tell(Problem::of_property(Fault::NoDefinition, property, component).quoting(tzid));
        }
    }

    pub(super) fn strict_component(
        &mut self,
        said: &Said<'c>,
        seen: u64,
        component: &'c Component<'c>,
        kind: Kind,
    ) {
        let mut required = kind.cardinality().required;
        let mut refused = 0;
        let has = |name: &str| component.components(name).next().is_some();
        match kind {
            Kind::Calendar if component.components.is_empty() => {
                self.tell_of(Fault::MissingComponent, None, component);
            }
            Kind::TimeZone if !has("STANDARD") && !has("DAYLIGHT") => {
                self.tell_of(Fault::MissingComponent, None, component);
            }
            Kind::Alarm => {
                required |= needs(ACTIONS, component.property("ACTION")).0;
                required |= if seen & LENGTH != 0 { REPEAT } else { 0 };
                required |= if seen & REPEAT != 0 { LENGTH } else { 0 };
            }
            Kind::Event => {
                let (more, refuses) = needs(METHODS, self.method);
                (required, refused) = (required | more, refuses);
            }
            Kind::Availability if seen & LENGTH != 0 => required |= START,
            _ if seen & RULES != 0 => required |= START,
            _ => {}
        }
        // An event without is told to be of no use.
        let is_told = if matches!(kind, Kind::Event | Kind::Available) { START } else { 0 };
        for name in named(required & !seen & !is_told) {
            let problem = Problem::of(Fault::MissingProperty, component);
            self.tell(Problem { property: Some(name.to_owned()), ..problem });
        }
        for name in named(refused & seen) {
            self.tell_of(Fault::MisplacedProperty, component.property(name), component);
        }
        self.strict_times(said, component, kind);
    }

    fn strict_times(&mut self, said: &Said<'c>, component: &'c Component<'c>, kind: Kind) {
        let Some((start, time)) = &said.start else { return };
        let is_local = start.parameter("TZID").is_none() && kind != Kind::Observance;
        for property in &component.properties {
            if property.is("RRULE") {
                let Ok(rule) = Rule::parse(property.value()) else { continue };
                if rule.count().is_some() && rule.until().is_some() {
                    self.tell_of(Fault::UntilAndCount, Some(property), component);
                }
                let form = match rule.until() {
                    None => continue,
                    Some(Until::Date(_)) => Form::Date,
                    Some(Until::Wall(_)) => Form::Local,
                    Some(Until::Instant(_)) => Form::Utc,
                };
                let wanted = if time.form == Form::Local && !is_local { Form::Utc } else { time.form };
                if form != wanted {
                    self.tell_of(Fault::OtherType, Some(property), component);
                }
            } else if property.is("EXDATE") || property.is("RDATE") {
                let other = |item| Time::read(item).is_some_and(|item| item.is_date() != time.is_date());
                if property.value().split(',').any(other) {
                    self.tell_of(Fault::OtherType, Some(property), component);
                }
            }
        }
    }
}

fn needs(table: &[Needs], property: Option<&Property>) -> (u64, u64) {
    let word = property.map_or("", |property| property.value().trim());
    let found = table.iter().find(|(known, ..)| known.eq_ignore_ascii_case(word));
    found.map_or((0, 0), |(_, needs, refuses)| (*needs, *refuses))
}

/// Whether the text of a date or time is of another type than VALUE says, or the default where there is none.
fn has_other_type(property: &Property, value: Option<&str>) -> bool {
    let first = property.value().split(',').next().unwrap_or_default();
    let is_date = Time::read(first).is_some_and(Time::is_date);
    let is_period = first.contains('/');
    let says = |word: &str| value.is_some_and(|value| value.eq_ignore_ascii_case(word));
    // A time where VALUE says a date is told in any mode.
    (is_date && !says("DATE")) || is_period != says("PERIOD")
}

fn contains(words: &str, word: &str) -> bool {
    words.is_empty() || words.split(' ').any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a TEXT is escaped as §3.3.11 wants it; in a list commas part its items.
fn is_escaped(text: &str, is_list: bool) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if !matches!(bytes.next(), Some(b'\\' | b',' | b';' | b'n' | b'N')) => return false,
            b';' => return false,
            b',' if !is_list => return false,
            _ => {}
        }
    }
    true
}

impl Type {
    /// The VALUEs that it may have, none where any.
    fn values(self) -> &'static str {
        match self {
            Type::Time => "DATE-TIME DATE",
            Type::Times => "DATE-TIME DATE PERIOD",
            Type::Stamp => "DATE-TIME",
            Type::Duration => "DURATION",
            Type::Trigger => "DURATION DATE-TIME",
            Type::Periods => "PERIOD",
            Type::Rule => "RECUR",
            Type::Offset => "UTC-OFFSET",
            Type::Text | Type::Texts | Type::Words(_) | Type::Color => "TEXT",
            Type::Number(_) => "INTEGER",
            Type::Geo => "FLOAT",
            Type::Uri => "URI CAL-ADDRESS",
            Type::Attachment => "URI BINARY",
            Type::Any => "",
        }
    }

    /// Whether a text has the form that the type asks for. What cannot be read at all is told in any mode.
    fn allows(self, text: &str, value: Option<&str>) -> bool {
        match self {
            Type::Time => is_exact_time(text),
            Type::Times | Type::Periods => text.split(',').all(|item| {
                let (begin, rest) = item.split_once('/').map_or((item, None), |(b, r)| (b, Some(r)));
                is_exact_time(begin) && rest.is_none_or(|r| is_exact_time(r) || is_exact_duration(r))
            }),
            Type::Stamp => is_exact_time(text) && text.ends_with('Z'),
            Type::Duration => is_exact_duration(text),
            Type::Trigger => match value.is_some_and(|value| value.eq_ignore_ascii_case("DATE-TIME")) {
                true => is_exact_time(text) && text.ends_with('Z'),
                false => is_exact_duration(text),
            },
            Type::Words(words) => contains(words, text) || words.ends_with('*'),
            Type::Number(most) => {
                text.bytes().all(|b| b.is_ascii_digit()) && text.parse().is_ok_and(|n: u32| n <= most)
            }
            Type::Geo => {
                text.split_once(';').is_some_and(|(lat, lon)| is_degrees(lat, 90) && is_degrees(lon, 180))
            }
            Type::Color => !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphabetic()),
            Type::Attachment if value.is_some_and(|v| v.eq_ignore_ascii_case("BINARY")) => true,
            Type::Uri | Type::Attachment => is_uri(text),
            Type::Offset | Type::Rule | Type::Text | Type::Texts | Type::Any => true,
        }
    }
}

/// `20261121`, `20261121T090000` or `20261121T090000Z`.
fn is_exact_time(text: &str) -> bool {
    let local = text.strip_suffix('Z').filter(|local| local.len() == 15).unwrap_or(text);
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    match local.split_once('T') {
        Some((day, time)) => day.len() == 8 && time.len() == 6 && is_digits(day) && is_digits(time),
        None => local.len() == 8 && is_digits(local),
    }
}

/// Weeks alone, or days, hours, minutes and seconds in their order.
fn is_exact_duration(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut order = b"PDTHMS".iter();
    let mut last = 0;
    for byte in unsigned.bytes().filter(|b| !b.is_ascii_digit()) {
        let is_weeks = byte == b'W' && last == b'P' && unsigned.ends_with('W');
        if !is_weeks && !order.any(|unit| *unit == byte) {
            return false;
        }
        last = byte;
    }
    unsigned.starts_with('P') && !matches!(last, b'P' | b'T')
}

/// A decimal number between this and its negative.
fn is_degrees(text: &str, most: u32) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, rest) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_zero = rest.bytes().all(|b| b == b'0');
    is_digits(whole)
        && is_digits(rest)
        && whole.parse().is_ok_and(|n: u32| n < most || (n == most && is_zero))
}

fn is_uri(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    };
    text.split_once(':')
        .is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty() && !text.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_forms_of_the_rfc_are_exact() {
        for good in ["20261121", "20261121T090000", "20261121T090000Z"] {
            assert!(is_exact_time(good), "{good}");
        }
        for bad in ["", "2026-11-21", "20261121Z", "20261121T0900", "20261121 090000", "20261121T090000z"] {
            assert!(!is_exact_time(bad), "{bad}");
        }
        for good in ["P1W", "-P1D", "PT1H30M", "P1DT12H", "+PT0S"] {
            assert!(is_exact_duration(good), "{good}");
        }
        for bad in ["", "P", "PT", "P1W2D", "PT1W", "PT1M1H", "1D"] {
            assert!(!is_exact_duration(bad), "{bad}");
        }
    }

    #[test]
    fn a_text_is_escaped_or_it_is_not() {
        for good in ["", "plain", r"a\, b\; c\\ d\n e\N"] {
            assert!(is_escaped(good, false), "{good}");
        }
        for bad in ["a, b", "a; b", r"a\b", "a\\"] {
            assert!(!is_escaped(bad, false), "{bad}");
        }
        assert!(is_escaped(r"WORK,a\,b", true) && !is_escaped("a;b", true));
    }

    #[test]
    fn other_values_have_their_form() {
        for (kind, good, bad) in [
            (Type::Uri, "https://example.org/", "www.example.org"),
            (Type::Uri, "mailto:a@example.org", "a@example.org"),
            (Type::Geo, "48.85;2.35", "48.85,2.35"),
            (Type::Geo, "-90;180", "91;0"),
            (Type::Color, "turquoise", "#40e0d0"),
            (Type::Number(9), "9", "10"),
            (Type::Number(9), "0", "-1"),
            (Type::Words("BUSY *"), "X-OTHER", ""),
            (Type::Stamp, "20261121T090000Z", "20261121T090000"),
        ] {
            assert!(kind.allows(good, None), "{good}");
            assert!(!kind.allows(bad, None) || bad.is_empty(), "{bad}");
        }
        assert!(Type::Attachment.allows("AAAA", Some("BINARY")) && !Type::Attachment.allows("AAAA", None));
    }
}
