//! How a new entry recurs: RRULE, RDATE, EXDATE, RECURRENCE-ID (RFC 5545 §3.8.5, §3.8.4.4).

use super::settle::{Settled, Settler};
use crate::event::field::{FieldError, FieldFault, shown};
use crate::ics::{DateTime, Property};
use crate::rule::{Rule, RuleError, Until};
use crate::time::Instant;

/// Whether and how an entry recurs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Repetition {
    /// It does not.
    #[default]
    Once,
    /// It is a series.
    Series {
        /// Rules such as `FREQ=WEEKLY;BYDAY=MO`; more than one is allowed, but few programs read it.
        rules: Vec<String>,
        /// Further starts (RDATE), given in any way: they are written in the way of DTSTART.
        dates: Vec<DateTime>,
        /// Starts that are left out (EXDATE), given in any way.
        exceptions: Vec<DateTime>,
    },
    /// It replaces the occurrence of a series that would start then (RECURRENCE-ID). It is written as it is given:
    /// a date for a series of dates, and so on.
    Override(DateTime),
}

impl Repetition {
    /// A series by one rule.
    pub fn by_rule(rule: &str) -> Repetition {
        Repetition::Series { rules: vec![rule.to_owned()], dates: Vec::new(), exceptions: Vec::new() }
    }

    /// Writes it for what starts so; nothing where it does not start.
    pub(in crate::event) fn write(
        &self,
        start: Option<&Settled>,
        settler: &mut Settler,
        out: &mut Vec<Property<'static>>,
    ) -> Result<(), FieldError> {
        let (rules, dates, exceptions) = match self {
            Repetition::Once => return Ok(()),
            Repetition::Override(id) => {
                let id = settler.settle(id).map_err(|fault| FieldError::new("recurrenceId", fault))?;
                out.push(id.value.property("RECURRENCE-ID"));
                return Ok(());
            }
            Repetition::Series { rules, dates, exceptions } => (rules, dates, exceptions),
        };
        let Some(start) = start else {
            return Err(FieldError::new("start", FieldFault::Missing("a series begins somewhere")));
        };
        for (place, text) in rules.iter().enumerate() {
            let written =
                rule(text, start).map_err(|fault| FieldError::new(&format!("rules[{place}]"), fault));
            let (rule, last) = written?;
            settler.reach_to(start, last);
            out.push(Property::known("RRULE", rule));
        }
        for (name, field, dates) in [("RDATE", "dates", dates), ("EXDATE", "exceptions", exceptions)] {
            let mut list = Vec::with_capacity(dates.len());
            for (place, date) in dates.iter().enumerate() {
                let written = start.like_it(date, settler);
                list.push(written.map_err(|fault| FieldError::new(&format!("{field}[{place}]"), fault))?);
            }
            let texts: Vec<String> = list.iter().map(ToString::to_string).collect();
            out.extend(list.first().map(|first| {
                let mut property = first.property(name);
                property.set_known(texts.join(","));
                property
            }));
        }
        Ok(())
    }
}

/// The rule as RFC 5545 wants it written: FREQ first, nothing twice, UNTIL in the way of DTSTART; and the last
/// instant that it speaks of.
fn rule(text: &str, start: &Settled) -> Result<(String, Instant), FieldFault> {
    let text = text.trim();
    let text = text.get(6..).filter(|_| text[..6].eq_ignore_ascii_case("RRULE:")).unwrap_or(text);
    let read = Rule::parse(text)?;
    let mut parts: Vec<(String, String)> = Vec::new();
    for part in text.split(';').filter(|part| !part.trim().is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let tidy = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>().to_ascii_uppercase();
        let (name, value) = (tidy(name), tidy(value));
        let refused = |expected| RuleError::Value { part: shown(&name), value: shown(&value), expected };
        let in_rule = |c: char| c.is_ascii_alphanumeric() || "-+,".contains(c);
        if name.is_empty() || value.is_empty() || !name.chars().chain(value.chars()).all(in_rule) {
            return Err(refused("write parts as NAME=VALUE with letters, digits, + and -").into());
        }
        if parts.iter().any(|(known, _)| *known == name) {
            return Err(refused("give each part once").into());
        }
        if name == "INTERVAL" && value.bytes().all(|b| b == b'0') {
            return Err(refused("intervals count from 1").into());
        }
        parts.push((name, value));
    }
    if let (Some(count), Some(_)) = (read.count(), read.until()) {
        let expected = "give COUNT or UNTIL, not both";
        return Err(RuleError::Value { part: "COUNT".to_owned(), value: count.to_string(), expected }.into());
    }
    let until = read.until().map(|until| last(until, start));
    if let (Some(until), Some(part)) = (&until, parts.iter_mut().find(|(name, _)| name == "UNTIL")) {
        part.1 = until.to_string();
    }
    // Programs older than RFC 5545 expect FREQ to be the first (§3.3.10).
    if let Some(frequency) = parts.iter().position(|(name, _)| name == "FREQ") {
        parts[..=frequency].rotate_right(1);
    }
    let parts: Vec<String> = parts.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let end = match until {
        Some(DateTime::Utc(instant)) => instant,
        _ => Instant::MAX,
    };
    Ok((parts.join(";"), end))
}

/// UNTIL in the way that RFC 5545 §3.3.10 asks for: a date with dates, a wall time with floating ones, else in UTC.
fn last(until: Until, start: &Settled) -> DateTime {
    let wall = match (until, &start.zone) {
        (Until::Instant(instant), Some(_)) => return DateTime::Utc(instant),
        (Until::Instant(instant), None) => instant.to_utc(),
        (Until::Date(date), _) => date.and_hms_opt(23, 59, 59).unwrap_or_default(),
        (Until::Wall(wall), _) => wall,
    };
    match &start.zone {
        Some(zone) => DateTime::Utc(zone.to_instant(wall)),
        None if start.value.is_date() => DateTime::Date(wall.date()),
        None => DateTime::Floating(wall),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse_date_time;

    fn time(text: &str, tzid: Option<&str>) -> DateTime {
        match (parse_date_time(text).unwrap(), tzid) {
            (DateTime::Floating(wall), Some(tzid)) => DateTime::Zoned { wall, tzid: tzid.to_owned() },
            (other, _) => other,
        }
    }

    fn written(repetition: &Repetition, start: &str, tzid: Option<&str>) -> Result<Vec<String>, FieldError> {
        let mut settler = Settler::default();
        let start = settler.settle(&time(start, tzid)).unwrap();
        let mut out = Vec::new();
        repetition.write(Some(&start), &mut settler, &mut out)?;
        Ok(out.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_rule_is_written_in_order_with_until_in_the_way_of_the_start() {
        let berlin = Some("Europe/Berlin");
        for (rule, start, tzid, expected) in [
            (" rrule:byday=mo, we ;freq=weekly;", "20261121T090000", berlin, "FREQ=WEEKLY;BYDAY=MO,WE"),
            ("FREQ=DAILY;UNTIL=20261231", "20261121T090000", berlin, "FREQ=DAILY;UNTIL=20261231T225959Z"),
            (
                "FREQ=DAILY;UNTIL=20260701T090000",
                "20260621T090000",
                berlin,
                "FREQ=DAILY;UNTIL=20260701T070000Z",
            ),
            (
                "FREQ=DAILY;UNTIL=20261231T225959Z",
                "20261121T090000",
                berlin,
                "FREQ=DAILY;UNTIL=20261231T225959Z",
            ),
            ("FREQ=DAILY;UNTIL=20261231", "20261121T090000Z", None, "FREQ=DAILY;UNTIL=20261231T235959Z"),
            ("FREQ=DAILY;UNTIL=20261231T090000Z", "20261121", None, "FREQ=DAILY;UNTIL=20261231"),
            ("FREQ=DAILY;UNTIL=20261231", "20261121T090000", None, "FREQ=DAILY;UNTIL=20261231T235959"),
            (
                "FREQ=YEARLY;SKIP=FORWARD;RSCALE=GREGORIAN;COUNT=2",
                "20240229",
                None,
                "FREQ=YEARLY;SKIP=FORWARD;RSCALE=GREGORIAN;COUNT=2",
            ),
        ] {
            let lines = written(&Repetition::by_rule(rule), start, tzid).unwrap();
            assert_eq!(lines, [format!("RRULE:{expected}")]);
        }
    }

    #[test]
    fn a_rule_that_is_none_is_refused() {
        for (rule, code) in [
            ("", "invalid_rule"),
            ("FREQ=OFTEN", "invalid_rule"),
            ("FREQ=DAILY;FREQ=WEEKLY", "invalid_rule"),
            ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "invalid_rule"),
            ("FREQ=DAILY;INTERVAL=0", "invalid_rule"),
            ("FREQ=DAILY;X-A=\"b:c\"", "invalid_rule"),
            ("FREQ=DAILY;BYDAY", "invalid_rule"),
            ("FREQ=DAILY\r\nATTENDEE:mailto:a@example.org", "invalid_rule"),
            ("FREQ=DAILY;X-A=b\r\nATTENDEE:mailto:a@example.org", "invalid_rule"),
            ("FREQ=YEARLY;RSCALE=HEBREW", "unsupported_rule"),
        ] {
            let error = written(&Repetition::by_rule(rule), "20261121T090000Z", None).unwrap_err();
            assert_eq!((error.field(), error.code()), ("rules[0]", code), "{rule}");
        }
    }

    #[test]
    fn dates_are_written_in_the_way_of_the_start() {
        let berlin = Some("Europe/Berlin");
        let given = ["20261122T080000Z", "20261123T090000", "20261124"];
        let dates: Vec<DateTime> = given
            .iter()
            .map(|text| time(text, None))
            .chain([time("20261125T170000", Some("Tokyo Standard Time"))])
            .collect();
        for (start, tzid, expected) in [
            (
                "20261121T090000",
                berlin,
                "EXDATE;TZID=Europe/Berlin:20261122T090000,20261123T090000,20261124T090000,20261125T090000",
            ),
            ("20261121", None, "EXDATE;VALUE=DATE:20261122,20261123,20261124,20261125"),
            (
                "20261121T090000Z",
                None,
                "EXDATE:20261122T080000Z,20261123T090000Z,20261124T090000Z,20261125T080000Z",
            ),
        ] {
            let series = |dates: &[DateTime], exceptions: &[DateTime]| Repetition::Series {
                rules: Vec::new(),
                dates: dates.to_vec(),
                exceptions: exceptions.to_vec(),
            };
            assert_eq!(written(&series(&[], &dates), start, tzid).unwrap(), [expected]);
            let expected = expected.replace("EXDATE", "RDATE");
            assert_eq!(written(&series(&dates, &[]), start, tzid).unwrap(), [expected]);
        }
        let series = Repetition::Series { rules: Vec::new(), dates, exceptions: Vec::new() };
        let error = written(&series, "20261121T090000", None).unwrap_err();
        assert_eq!((error.field(), error.code()), ("dates[0]", "invalid_time"));
    }

    #[test]
    fn a_series_without_a_start_is_refused() {
        let error = Repetition::by_rule("FREQ=DAILY").write(None, &mut Settler::default(), &mut Vec::new());
        assert_eq!(error.unwrap_err().field(), "start");
    }
}
