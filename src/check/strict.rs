//! What breaks a rule of RFC 5545, 5546, 7953, 7986, 9073 or 9074, and is read by everyone all the same.

use super::cardinality::{Kind, Row, Type, bits, named};
use super::times::Said;
use super::Checker;
use crate::ics::{Component, DateTime, Fault, Problem, Property, parse_date_time};
use crate::rule::Until;

/// What an alarm must hold beside TRIGGER (RFC 5545 §3.6.6).
const ACTIONS: &[(&str, u128)] =
    &[("DISPLAY", bits(&["DESCRIPTION"])), ("EMAIL", bits(&["DESCRIPTION", "SUMMARY", "ATTENDEE"]))];

/// What an event must hold in a message of a method, and what it must not (RFC 5546 §3.2).
const METHODS: &[(&str, u128, u128)] = &[
    ("PUBLISH", bits(&["ORGANIZER", "DTSTART", "SUMMARY"]), bits(&["ATTENDEE"])),
    ("REQUEST", bits(&["ORGANIZER", "DTSTART", "SUMMARY", "ATTENDEE"]), 0),
    ("REPLY", bits(&["ORGANIZER", "ATTENDEE"]), 0),
    ("ADD", bits(&["ORGANIZER", "DTSTART", "SUMMARY", "SEQUENCE"]), bits(&["RECURRENCE-ID"])),
    ("CANCEL", bits(&["ORGANIZER", "SEQUENCE"]), 0),
    ("REFRESH", bits(&["ORGANIZER", "ATTENDEE"]), 0),
    ("COUNTER", bits(&["ORGANIZER", "DTSTART", "SUMMARY", "SEQUENCE"]), 0),
    ("DECLINECOUNTER", bits(&["ORGANIZER", "SEQUENCE"]), 0),
];

const START: u128 = bits(&["DTSTART"]);
const RULES: u128 = bits(&["RRULE", "RDATE"]);
const LENGTH: u128 = bits(&["DURATION"]);
const REPEAT: u128 = bits(&["REPEAT"]);

impl<'c> Checker<'c, '_> {
    pub(super) fn strict_property(
        &mut self,
        row: &Row,
        property: &'c Property<'c>,
        component: &'c Component<'c>,
        kind: Kind,
    ) {
        let mut tell = |what| self.tell(Problem::of_property(what, property, component));
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
            let quoted = Problem::of_property(Fault::NotAllowed, property, component).quoting(property.value());
            self.tell(quoted);
        } else if matches!(row.value, Type::Text | Type::Texts)
            && !is_escaped(property.value(), row.value == Type::Texts)
        {
            self.tell(Problem::of_property(Fault::Unescaped, property, component));
        }
        if let (true, Some(tzid)) = (is_time, property.parameter("TZID")) {
            self.strict_zone(tzid, property, component);
        }
    }

    fn strict_zone(&mut self, tzid: &'c str, property: &'c Property<'c>, component: &'c Component<'c>) {
        if DateTime::list(property).flatten().any(|value| !matches!(value, DateTime::Zoned { .. })) {
            return self.tell(Problem::of_property(Fault::MisplacedTzid, property, component));
        }
        // A name with a slash before it is one for everybody.
        if !tzid.starts_with('/') && self.zones.definition(tzid).is_none() && self.undefined.insert(tzid) {
            self.tell(Problem::of_property(Fault::NoDefinition, property, component).quoting(tzid));
        }
    }

    pub(super) fn strict_component(
        &mut self,
        said: &Said<'c>,
        seen: u128,
        component: &'c Component<'c>,
        kind: Kind,
    ) {
        let mut required = kind.cardinality().required;
        let mut refused = 0;
        let has = |name: &str| component.components(name).next().is_some();
        match kind {
            Kind::Calendar if component.components.is_empty() => {
                self.tell(Problem::of(Fault::MissingComponent, component));
            }
            Kind::TimeZone if !has("STANDARD") && !has("DAYLIGHT") => {
                self.tell(Problem::of(Fault::MissingComponent, component));
            }
            Kind::Alarm => {
                let action = component.property("ACTION").map_or("", |p| p.value().trim());
                required |= of_word(ACTIONS.iter().copied(), action).unwrap_or(0);
                required |= if seen & LENGTH != 0 { REPEAT } else { 0 };
                required |= if seen & REPEAT != 0 { LENGTH } else { 0 };
            }
            Kind::Event => {
                let method = self.calendar.property("METHOD").map_or("", |p| p.value().trim());
                let needs = METHODS.iter().map(|(word, needs, refuses)| (*word, (*needs, *refuses)));
                let (needs, refuses) = of_word(needs, method).unwrap_or((0, 0));
                (required, refused) = (required | needs, refuses);
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
            let property = component.property(name).into_iter();
            property.for_each(|p| self.tell(Problem::of_property(Fault::MisplacedProperty, p, component)));
        }
        self.strict_times(said, component, kind);
    }

    fn strict_times(&mut self, said: &Said<'c>, component: &'c Component<'c>, kind: Kind) {
        let Some((start, time)) = &said.start else { return };
        for (property, rule) in said.rules() {
            if rule.count().is_some() && rule.until().is_some() {
                self.tell(Problem::of_property(Fault::UntilAndCount, property, component));
            }
            let is_local = start.parameter("TZID").is_none() && kind != Kind::Observance;
            let fits = match (rule.until(), time) {
                (None, _) | (Some(Until::Date(_)), DateTime::Date(_)) => true,
                (Some(Until::Wall(_)), DateTime::Floating(_)) => is_local,
                (Some(Until::Instant(_)), DateTime::Floating(_)) => !is_local,
                (Some(Until::Instant(_)), DateTime::Utc(_)) => true,
                _ => false,
            };
            if !fits {
                self.tell(Problem::of_property(Fault::OtherType, property, component));
            }
        }
        for property in component.properties("EXDATE").chain(component.properties("RDATE")) {
            let mut values = property.value().split(',').filter_map(parse_date_time);
            if values.any(|value| value.is_date() != time.is_date()) {
                self.tell(Problem::of_property(Fault::OtherType, property, component));
            }
        }
    }
}

fn of_word<T>(table: impl IntoIterator<Item = (&'static str, T)>, word: &str) -> Option<T> {
    table.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, value)| value)
}

/// Whether the text of a date or time is of another type than VALUE says, or the default where there is none.
fn has_other_type(property: &Property, value: Option<&str>) -> bool {
    let first = property.value().split(',').next().unwrap_or_default();
    let is_date = parse_date_time(first).is_some_and(|first| first.is_date());
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
        let number = |text: &str, most: f64| text.parse::<f64>().is_ok_and(|n| n.abs() <= most);
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
            Type::Geo => text.split_once(';').is_some_and(|(lat, lon)| number(lat, 90.0) && number(lon, 180.0)),
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
    let units: String = unsigned.chars().filter(|c| !c.is_ascii_digit()).collect();
    let mut order = "PDTHMS".chars();
    units == "PW" || (units.len() > 1 && !units.ends_with('T') && units.chars().all(|unit| order.any(|o| o == unit)))
}

fn is_uri(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    };
    text.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty() && !text.contains(' '))
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
