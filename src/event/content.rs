//! What Kalends models of an event, and how two versions of it are compared.

use super::times::Times;
use super::{EventError, rules_of};
use crate::ics::{Component, DateTime, Property};
use crate::rule::Rule;
use crate::time::{Instant, Span};
use crate::zone::{Zone, Zones};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The fields of an event that applications see and change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// SUMMARY in plain text.
    pub summary: String,
    /// DESCRIPTION in plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// LOCATION in plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// When it is; of an all-day event the midnights that bound it.
    pub span: Span,
    /// Whether it is given in dates.
    #[serde(default)]
    pub all_day: bool,
    /// The zone in which the times are written, or, of all-day and floating events, the one in which `span`
    /// was resolved. None is UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// STATUS.
    #[serde(default)]
    pub status: Status,
    /// The first RRULE of a series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<String>,
    /// The occurrences of a series that are not as it says, by the time at which it has them; none stands for one that
    /// does not take place.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exceptions: BTreeMap<Instant, Option<Exception>>,
}

/// One occurrence that is not as its series says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exception {
    /// When it is.
    pub span: Span,
    /// Its SUMMARY, where it has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Its DESCRIPTION, where it has another; empty where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its LOCATION, where it has another; empty where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

impl Exception {
    /// Whether the two mean the same, as [`Content::differences`] has it.
    fn is_like(&self, other: &Exception) -> bool {
        let text = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => same_text(a, b),
            (a, b) => a.is_none() && b.is_none(),
        };
        seconds_of(self.span) == seconds_of(other.span)
            && text(&self.summary, &other.summary)
            && text(&self.description, &other.description)
            && text(&self.location, &other.location)
    }
}

fn seconds_of(span: Span) -> (i64, i64) {
    (span.start().millis().div_euclid(1000), span.end().millis().div_euclid(1000))
}

/// STATUS of an event (RFC 5545 §3.8.1.11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// Not yet settled.
    Tentative,
    /// It takes place.
    #[default]
    Confirmed,
    /// It does not take place.
    Cancelled,
}

impl Status {
    /// The STATUS of a VEVENT; confirmed where it has none or one that is none of the three.
    pub fn of(event: &Component) -> Status {
        let status = event.property("STATUS").map_or("", |p| p.value().trim());
        let known = [Status::Tentative, Status::Cancelled];
        known.into_iter().find(|s| status.eq_ignore_ascii_case(s.as_str())).unwrap_or_default()
    }

    /// As RFC 5545 writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Tentative => "TENTATIVE",
            Status::Confirmed => "CONFIRMED",
            Status::Cancelled => "CANCELLED",
        }
    }
}

/// One of the fields in which two contents can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Field {
    /// SUMMARY.
    Summary,
    /// DESCRIPTION.
    Description,
    /// LOCATION.
    Location,
    /// DTSTART and DTEND or DURATION.
    Time,
    /// STATUS.
    Status,
    /// CATEGORIES, of a task.
    Categories,
    /// RRULE, and of an event whose time or rule differs all that is not as the series says.
    Recurrence,
    /// The occurrence that a series has at that time.
    Occurrence(Instant),
}

impl Content {
    /// A confirmed event of that name and time, in UTC.
    pub fn new(summary: &str, span: Span) -> Content {
        Content {
            summary: summary.to_owned(),
            description: None,
            location: None,
            span,
            all_day: false,
            time_zone: None,
            status: Status::Confirmed,
            recurrence: None,
            exceptions: BTreeMap::new(),
        }
    }

    /// The content of one VEVENT, whose TZIDs `zones` resolves.
    pub fn of(event: &Component, zones: &Zones, floating: &Zone) -> Result<Content, EventError> {
        let times = Times::of(event, zones, floating)?;
        let text = |name| event.property(name).map(|p| p.unescaped().into_owned());
        Ok(Content {
            summary: text("SUMMARY").unwrap_or_default(),
            description: text("DESCRIPTION").filter(|t| !t.is_empty()),
            location: text("LOCATION").filter(|t| !t.is_empty()),
            span: times.span(),
            all_day: matches!(times.start, DateTime::Date(_)),
            time_zone: Some(times.zone.name().to_owned()),
            status: Status::of(event),
            recurrence: rules_of(event, "RRULE").next().map(|rule| rule.value().trim().to_owned()),
            exceptions: BTreeMap::new(),
        })
    }

    /// In which fields the two differ in meaning: how line ends are written, white space at the end, a missing
    /// instead of an empty text, fractions of a second and the zone's name alone are no difference.
    pub fn differences(&self, other: &Content) -> Vec<Field> {
        let time = |c: &Content| (seconds_of(c.span), c.all_day);
        let optional = |a: &Option<String>, b: &Option<String>| {
            !same_text(a.as_deref().unwrap_or_default(), b.as_deref().unwrap_or_default())
        };
        let differs = [
            (Field::Summary, !same_text(&self.summary, &other.summary)),
            (Field::Description, optional(&self.description, &other.description)),
            (Field::Location, optional(&self.location, &other.location)),
            (Field::Time, time(self) != time(other)),
            (Field::Status, self.status != other.status),
        ];
        let mut fields: Vec<Field> =
            differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect();
        let occurrences = self.other_occurrences(other);
        let another_rule = !same_rule(self.recurrence.as_deref(), other.recurrence.as_deref());
        match another_rule || (fields.contains(&Field::Time) && !occurrences.is_empty()) {
            // Occurrences of another time or rule cannot be told one by one.
            true => fields.push(Field::Recurrence),
            false => fields.extend(occurrences.into_iter().map(Field::Occurrence)),
        }
        fields
    }

    /// The occurrences of which the two say different things.
    fn other_occurrences(&self, other: &Content) -> Vec<Instant> {
        let mut named: Vec<Instant> =
            self.exceptions.keys().chain(other.exceptions.keys()).copied().collect();
        named.sort_unstable();
        named.dedup();
        let is_same = |at: &Instant| match (self.exceptions.get(at), other.exceptions.get(at)) {
            (Some(Some(own)), Some(Some(other))) => own.is_like(other),
            (own, other) => own == other,
        };
        named.retain(|at| !is_same(at));
        named
    }

    /// Takes one field over from another version.
    pub fn take(&mut self, from: &Content, field: Field) {
        match field {
            Field::Summary => self.summary.clone_from(&from.summary),
            Field::Description => self.description.clone_from(&from.description),
            Field::Location => self.location.clone_from(&from.location),
            Field::Time => {
                (self.span, self.all_day) = (from.span, from.all_day);
                self.time_zone.clone_from(&from.time_zone);
            }
            Field::Status => self.status = from.status,
            Field::Recurrence => {
                self.recurrence.clone_from(&from.recurrence);
                self.exceptions.clone_from(&from.exceptions);
            }
            Field::Occurrence(at) => match from.exceptions.get(&at) {
                Some(exception) => drop(self.exceptions.insert(at, exception.clone())),
                None => drop(self.exceptions.remove(&at)),
            },
            Field::Categories => {}
        }
    }
}

/// Servers write the parts of a rule in an order of their own.
pub(super) fn same_rule(a: Option<&str>, b: Option<&str>) -> bool {
    let read = |rule: Option<&str>| rule.and_then(|rule| Rule::parse(rule).ok());
    a == b || (read(a).is_some() && read(a) == read(b))
}

pub(super) fn same_text(a: &str, b: &str) -> bool {
    // As a calendar holds it: text with a control character would else differ from itself for ever.
    let held = |text: &str| Property::text("SUMMARY", text).unescaped().trim_end().to_owned();
    a == b || held(a) == held(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;

    fn content() -> Content {
        Content::new("Lunch", Span::lasting(Instant::from_millis(1_000_000), 60_000))
    }

    #[test]
    fn how_a_server_rewrites_text_is_no_difference() {
        let mut ours = content();
        ours.description = Some("a\r\nb\n".into());
        ours.time_zone = Some("Europe/Berlin".into());
        let mut theirs = content();
        theirs.description = Some("a\nb".into());
        ours.summary.push('\u{1}');
        theirs.location = Some(String::new());
        theirs.span = Span::new(Instant::from_millis(1_000_500), theirs.span.end()).unwrap();
        assert_eq!(ours.differences(&theirs), []);
    }

    #[test]
    fn every_field_that_differs_is_named() {
        let mut other = content();
        other.summary = "Dinner".into();
        other.description = Some("x".into());
        other.location = Some("y".into());
        other.all_day = true;
        other.status = Status::Cancelled;
        let all = [Field::Summary, Field::Description, Field::Location, Field::Time, Field::Status];
        assert_eq!(content().differences(&other), all);
    }
}
