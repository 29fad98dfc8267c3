//! What can be wrong in a text: data with a place, a stable word and a sentence.

use super::component::Component;
use super::property::Property;
use std::fmt;

/// One thing that is wrong in a text.
///
/// ```
/// # use kalends::ics;
/// let parsed = ics::parse("BEGIN:VCALENDAR\nBEGIN:VEVENT\nnonsense\nEND:VEVENT\nEND:VCALENDAR\n");
/// let problem = &parsed.problems[0];
/// assert_eq!((problem.what.code(), problem.line), ("malformed_line", 3));
/// assert_eq!(problem.component.as_deref(), Some("VEVENT"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1; 0 where nothing of it came from a text.
    pub line: u32,
    /// The octet in the unfolded line, counted from 1: of a property the one at which its value begins.
    pub column: u32,
    /// What is wrong.
    pub what: Fault,
    /// The component that it stands in.
    pub component: Option<String>,
    /// The UID of the event or other entry that it concerns.
    pub uid: Option<String>,
    /// The property that it concerns, also one that is missing.
    pub property: Option<String>,
    /// What is wrong in this very case, where there is more to say than `what` says.
    pub detail: Option<String>,
}

impl Problem {
    /// Of the line and the octet given.
    pub fn at(what: Fault, line: u32, column: u32) -> Problem {
        Problem { line, column, what, component: None, uid: None, property: None, detail: None }
    }

    /// Of a component as a whole.
    pub fn of(what: Fault, component: &Component) -> Problem {
        let (line, column) = (component.line().unwrap_or(0), component.column().unwrap_or(0));
        Problem { component: Some(brief(component.name())), ..Problem::at(what, line, column) }
    }

    /// Of a property that stands in a component.
    pub fn of_property(what: Fault, property: &Property, component: &Component) -> Problem {
        let (line, column) = (property.line().unwrap_or(0), property.column().unwrap_or(0));
        Problem { property: Some(brief(property.name())), line, column, ..Problem::of(what, component) }
    }

    /// The same with a sentence of its own.
    pub fn because(self, detail: impl Into<String>) -> Problem {
        Problem { detail: Some(detail.into()), ..self }
    }

    /// The same, quoting what it is about.
    pub(crate) fn quoting(mut self, value: &str) -> Problem {
        let mut detail = self.property.clone().unwrap_or_default();
        detail.push_str(": \"");
        detail.push_str(&brief(value));
        detail.push_str("\": ");
        detail.push_str(self.what.sentence());
        self.detail = Some(detail);
        self
    }

    /// What is wrong and what was done about it, in a sentence, without the place.
    pub fn message(&self) -> String {
        let mut message = String::new();
        self.write_message(&mut message);
        message
    }

    /// The same appended to a text.
    pub(crate) fn write_message(&self, text: &mut String) {
        if let Some(detail) = &self.detail {
            return text.push_str(detail);
        }
        if let Some(property) = &self.property {
            text.push_str(property);
            text.push_str(": ");
        }
        text.push_str(self.what.sentence());
    }
}

/// The beginning of a text: names and values may be of any length.
pub(super) fn brief(text: &str) -> String {
    text.chars().take(80).collect()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        f.write_str(&self.message())?;
        self.component.as_ref().map_or(Ok(()), |name| write!(f, " (in {name})"))
    }
}

/// How much a fault matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It breaks a rule, and no reader minds: told in strict mode only.
    Formal,
    /// It was read all the same, by a guess or a repair that may be wrong.
    Mended,
    /// Something that the text says could not be used.
    Lost,
}

impl Severity {
    /// As the package writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Formal => "formal",
            Severity::Mended => "mended",
            Severity::Lost => "lost",
        }
    }
}

macro_rules! faults {
    ($($name:ident $severity:ident $code:literal, $section:literal, $sentence:literal;)*) => {
        /// What can be wrong, and what was done about it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $(#[doc = concat!("`", $code, "`: ", $sentence, " (", $section, ").")] $name,)*
        }

        impl Fault {
            /// Every fault there is.
            pub const ALL: &'static [Fault] = &[$(Fault::$name),*];

            /// A word for it that stays.
            pub fn code(self) -> &'static str {
                match self { $(Fault::$name => $code,)* }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $(Fault::$name => Severity::$severity,)* }
            }

            /// What decides: an RFC and its section.
            pub fn section(self) -> &'static str {
                match self { $(Fault::$name => $section,)* }
            }

            /// What is wrong, and what was done about it, in a sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Fault::$name => $sentence,)* }
            }
        }
    };
}

// The table in pkg/kalends/problems.md says the same; tests/problems compares the two.
faults! {
    NoCalendar Lost "no_calendar", "RFC 5545 §3.4", "there is no VCALENDAR in the text";
    CutOff Lost "cut_off", "RFC 5545 §3.4", "the text ends inside a component; what came after is missing";
    NoColon Lost "malformed_line", "RFC 5545 §3.1", "this is no `name:value`; the line was left out";
    Outside Lost "outside_component", "RFC 5545 §3.4", "a property outside any component; it was left out";
    TooDeep Lost "nested_too_deeply", "RFC 5545 §3.6", "nested too deeply; the component was left out";
    More Lost "more_problems", "RFC 5545 §3.1", "there are more problems; they are not listed";
    NoStart Lost "no_start", "RFC 5545 §3.6.1", "there is no DTSTART; the component cannot be placed in time";
    Value Lost "invalid_value", "RFC 5545 §3.3", "the value cannot be read";
    Rule Lost "invalid_rule", "RFC 5545 §3.3.10", "the rule cannot be read";
    Scale Lost "unsupported_rule", "RFC 7529 §4.1", "the rule counts by another calendar than the Gregorian";
    Zone Lost "unknown_time_zone", "RFC 5545 §3.2.19", "the time zone is unknown, and the calendar does not define it";
    SameUid Lost "duplicate_uid", "RFC 5545 §3.8.4.7", "another event has this UID and SEQUENCE; the last one was used";
    Budget Lost "budget_exhausted", "RFC 5545 §3.8.5.3", "expanding the rule took more steps than allowed";
    UnexpectedEnd Mended "unexpected_end", "RFC 5545 §3.6", "END without its BEGIN; it was left out";
    MissingEnd Mended "missing_end", "RFC 5545 §3.6", "END is missing; the component was closed here";
    NotUtf8 Mended "not_utf8", "RFC 5545 §3.1.4", "octets that are not UTF-8; each became U+FFFD";
    Control Mended "control_character", "RFC 5545 §3.1", "a control character; it was left out";
    Quote Mended "unclosed_quote", "RFC 5545 §3.2", "a quotation mark is not closed; it was read as a plain character";
    OutsideCalendar Mended "outside_calendar", "RFC 5545 §3.4", "it stands outside any VCALENDAR; it was read as if in one of its own";
    Contradiction Mended "time_zone_contradiction", "RFC 5545 §3.6.5", "the VTIMEZONE contradicts its name; the name was followed";
    EndBeforeStart Mended "end_before_start", "RFC 5545 §3.8.2.2", "the end is before the start; it counts as none";
    EndAndDuration Mended "end_and_duration", "RFC 5545 §3.6.1", "there is an end already; the duration was left out";
    MixedTimes Mended "mixed_dates_and_times", "RFC 5545 §3.8.2.2", "a date where a time belongs, or a time where a date does; what it means is a guess";
    UntilBeforeStart Mended "until_before_start", "RFC 5545 §3.3.10", "UNTIL is before the start; the rule gives nothing";
    StartOutsideRule Mended "start_outside_rule", "RFC 5545 §3.8.5.3", "the rule does not give the start; it counts as the first occurrence";
    MisplacedPart Mended "misplaced_rule_part", "RFC 5545 §3.3.10", "a part of the rule is not allowed beside its others; what it means is a guess";
    IgnoredPart Mended "ignored_rule_part", "RFC 5545 §3.3.10", "a part of the rule is unknown, empty or given twice; it was passed over";
    NoMaster Mended "override_without_master", "RFC 5545 §3.8.4.4", "an occurrence of a series that is not here; it was read by itself";
    Repeated Mended "repeated_property", "RFC 5545 §3.6", "it may be there once; the first was used";
    MissingProperty Formal "missing_property", "RFC 5545 §3.6", "it is required here";
    MissingComponent Formal "missing_component", "RFC 5545 §3.6", "the component must hold another";
    MisplacedProperty Formal "misplaced_property", "RFC 5545 §3.8", "it does not belong here";
    NotAllowed Formal "value_not_allowed", "RFC 5545 §3.8", "the value is not of the form that is required here";
    OtherType Formal "other_value_type", "RFC 5545 §3.2.20", "the type of the value is another than its VALUE, or DTSTART, says";
    UntilAndCount Formal "until_and_count", "RFC 5545 §3.3.10", "UNTIL and COUNT in one rule";
    MisplacedTzid Formal "misplaced_tzid", "RFC 5545 §3.2.19", "TZID on a date or on a time in UTC";
    NoDefinition Formal "missing_time_zone", "RFC 5545 §3.2.19", "there is no VTIMEZONE for this TZID";
    Unescaped Formal "unescaped_text", "RFC 5545 §3.3.11", "a comma, semicolon or backslash in a text without a backslash before it";
    LongLine Formal "long_line", "RFC 5545 §3.1", "the line is longer than 75 octets";
    LineEnd Formal "line_end", "RFC 5545 §3.1", "from here on lines end in another way than CR LF";
    Quoting Formal "parameter_quoting", "RFC 5545 §3.2", "a parameter is not written as `name=value` with its quotation marks";
    Name Formal "invalid_name", "RFC 5545 §3.1", "a name may hold letters, digits and '-'";
}
