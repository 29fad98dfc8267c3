//! A rule by itself: the instants that it gives from a start, without an event around it.

use super::starts::{Range, by_rule};
use super::{Budget, RecurrenceError};
use crate::event::Times;
use crate::ics::DateTime;
use crate::time::{Instant, Span};
use crate::zone::Zone;

/// The instants of a rule in a half-open window, in order, at most `limit` of them. Unlike DTSTART of an event,
/// `start` is among them only where it matches the rule. A wall time or date recurs on the clocks of `zone`.
///
/// ```
/// # use kalends::{Budget, Instant, Span, Zone, ics::DateTime, recurrence::rule_instants};
/// let zone = Zone::iana("Europe/Berlin").unwrap();
/// let start = DateTime::Utc(Instant::parse("2026-10-24T07:00:00Z").unwrap());
/// let always = Span::new(Instant::MIN, Instant::MAX).unwrap();
/// let found = rule_instants("FREQ=DAILY", &start, &zone, always, 2, &mut Budget::default()).unwrap();
/// assert_eq!(found[1].to_string(), "2026-10-25T08:00:00Z");
/// ```
pub fn rule_instants(
    rule: &str,
    start: &DateTime,
    zone: &Zone,
    window: Span,
    limit: usize,
    budget: &mut Budget,
) -> Result<Vec<Instant>, RecurrenceError> {
    let times = Times::alone(start, zone);
    let range = Range { from: window.start(), until: window.end().plus_millis(-1), limit };
    let rule = rule.trim();
    let value = rule.split_once(':').map_or(rule, |(_, value)| value);
    let found = by_rule(value, &times, range, false, budget)?;
    if budget.left() == 0 {
        return Err(RecurrenceError::Budget(format!(
            "with the rule {}",
            value.chars().take(80).collect::<String>()
        )));
    }
    Ok(found.into_iter().map(|start| start.at).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse_date_time;

    fn found(rule: &str, start: &str, from: &str, limit: usize) -> Result<Vec<String>, RecurrenceError> {
        let zone = Zone::iana("Europe/Berlin").unwrap();
        let window = Span::new(Instant::parse(from).unwrap(), Instant::MAX).unwrap();
        let start = parse_date_time(start).unwrap();
        let found = rule_instants(rule, &start, &zone, window, limit, &mut Budget::default())?;
        Ok(found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_endless_rule_gives_as_many_as_are_asked_for() {
        let century = "2126-01-01T00:00:00Z";
        let daily = found("RRULE:FREQ=DAILY", "20260101T090000", century, 2).unwrap();
        assert_eq!(daily, ["2126-01-01T08:00:00Z", "2126-01-02T08:00:00Z"]);
        assert_eq!(found("FREQ=SECONDLY", "20260101T090000", century, 3).unwrap().len(), 3);
        let days = found("FREQ=WEEKLY;COUNT=3", "20261021", "2026-01-01T00:00:00Z", 9).unwrap();
        assert_eq!(days, ["2026-10-20T22:00:00Z", "2026-10-27T23:00:00Z", "2026-11-03T23:00:00Z"]);
    }

    #[test]
    fn the_start_is_among_them_only_where_it_matches() {
        let fridays = found("FREQ=WEEKLY;BYDAY=FR;COUNT=1", "20261121T090000", "2026-01-01T00:00:00Z", 9);
        assert_eq!(fridays.unwrap(), ["2026-11-27T08:00:00Z"]);
    }

    #[test]
    fn positions_that_no_interval_has_give_nothing_at_once() {
        let found = |rule: &str| found(rule, "20260101T093000", "2026-01-01T00:00:00Z", 3).unwrap().len();
        for rule in ["HOURLY;BYHOUR=8,16;BYSETPOS=2,-31", "MINUTELY;BYSETPOS=2", "WEEKLY;BYDAY=MO;BYSETPOS=8"]
        {
            assert_eq!(found(&format!("FREQ={rule}")), 0, "{rule}");
        }
        for rule in
            ["HOURLY;BYMINUTE=1,2;BYSETPOS=2", "MINUTELY;BYSECOND=1,2,3;BYSETPOS=-3", "DAILY;BYSETPOS=1,9"]
        {
            assert_eq!(found(&format!("FREQ={rule}")), 3, "{rule}");
        }
    }

    #[test]
    fn without_a_limit_an_endless_rule_is_an_error() {
        let error = found("FREQ=SECONDLY", "20260101T090000", "2026-01-01T00:00:00Z", usize::MAX);
        assert!(matches!(error, Err(RecurrenceError::Budget(_))));
    }
}
