//! A VTIMEZONE for a zone, to be written beside an event (RFC 5545 §3.6.5).

use super::posix::Rhythm;
use super::{Period, Rules, Zone};
use crate::ics::{Component, DateTime, Property};
use crate::rule::wall_at;
use crate::time::{Instant, Span};

const YEAR: i64 = 366 * 86_400;
/// The year 1: before it the clocks west of Greenwich show a year that cannot be written.
const FIRST: i64 = Instant::MIN.millis() / 1000 + YEAR;
/// Where no rule can be written, changes are listed for so many years after the span.
const AHEAD: i64 = 5;

impl Zone {
    /// The definition of this zone, right for every time in `span` and, where the zone has a yearly rule that can
    /// be written and that holds before its end, for all later ones.
    pub fn definition(&self, span: Span) -> Component<'static> {
        let mut definition = Component::new("VTIMEZONE");
        definition.properties.push(Property::text("TZID", self.name()));
        let from = (span.start().millis().div_euclid(1000) - YEAR).max(FIRST);
        let until = span.end().millis().div_euclid(1000).saturating_add(AHEAD * YEAR);
        let rhythm = match &self.rules {
            Rules::Iana(history) => history.rhythm(),
            _ => None,
        };
        definition.components = match rhythm {
            Some((since, rhythm)) if since <= from => ruled(from, &rhythm),
            Some((since, rhythm)) if since < until => {
                let mut observances = listed(self, from, since.saturating_add(1));
                observances.extend(ruled(since, &rhythm));
                observances
            }
            _ => listed(self, from, until),
        };
        definition
    }
}

fn ruled(from: i64, rhythm: &[Rhythm]) -> Vec<Component<'static>> {
    let observance = |rhythm: &Rhythm| {
        let mut part = observance(rhythm.before, rhythm.after, rhythm.first_after(from));
        part.properties.push(Property::known("RRULE", rhythm.rule.clone()));
        part
    };
    rhythm.iter().map(observance).collect()
}

/// One observance for each change, and one for what holds at the beginning.
fn listed(zone: &Zone, from: i64, until: i64) -> Vec<Component<'static>> {
    let mut period: Period = zone.period_at(from);
    let mut observances = vec![observance(period.offset, period.offset, from + i64::from(period.offset))];
    while period.until < until && observances.len() < 400 {
        let next = zone.period_at(period.until);
        let local = period.until + i64::from(period.offset);
        observances.push(observance(period.offset, next.offset, local));
        period = next;
    }
    observances
}

fn observance(before: i32, after: i32, local: i64) -> Component<'static> {
    let mut part = Component::new(if after > before { "DAYLIGHT" } else { "STANDARD" });
    part.properties = vec![
        DateTime::Floating(wall_at(local)).property("DTSTART"),
        Property::known("TZOFFSETFROM", offset(before)),
        Property::known("TZOFFSETTO", offset(after)),
    ];
    part
}

fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    match rest {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        _ => format!("{sign}{hours:02}{minutes:02}{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::custom::Custom;
    use super::*;

    #[test]
    fn a_definition_means_the_zone_it_was_made_of() {
        for year in [1930, 1975, 2007, 2026] {
            let start = (year - 1970) * 31_556_952;
            let span = Span::lasting(Instant::from_millis(start * 1000), 400 * 86_400_000);
            for name in crate::zone::database::available() {
                let zone = Zone::iana(name).unwrap();
                let custom = Custom::read(&zone.definition(span)).unwrap();
                for step in 0..200 {
                    let at = start + step * 2 * 86_400 + 1800;
                    assert_eq!(custom.period_at(at).offset, zone.period_at(at).offset, "{name} {at}");
                }
            }
        }
    }

    #[test]
    fn a_definition_for_a_series_without_end_is_right_ever_after_and_short() {
        for name in crate::zone::database::available() {
            let zone = Zone::iana(name).unwrap();
            let from = Instant::parse("1985-01-01T00:00:00Z").unwrap();
            let definition = zone.definition(Span::new(from, Instant::MAX).unwrap());
            let custom = Custom::read(&definition).unwrap();
            for step in 0..1200 {
                let at = from.millis() / 1000 + step * 35 * 86_400 + 1800;
                assert_eq!(custom.period_at(at).offset, zone.period_at(at).offset, "{name} {at}");
            }
            // Changes that follow the moon are listed as far as they are known.
            let by_moon =
                ["Africa/Casablanca", "Africa/El_Aaiun", "Asia/Gaza", "Asia/Hebron"].contains(&name);
            let most = if by_moon { 300 } else { 100 };
            assert!(definition.components.len() <= most, "{name} {}", definition.components.len());
        }
    }

    #[test]
    fn a_definition_for_the_first_year_has_no_year_before_it() {
        for name in ["America/New_York", "Asia/Tokyo"] {
            let zone = Zone::iana(name).unwrap();
            let text = zone.definition(Span::new(Instant::MIN, Instant::MAX).unwrap()).write();
            let starts: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("DTSTART:")).collect();
            assert!(starts.iter().all(|start| start.len() == 15 && !start.starts_with('-')), "{starts:?}");
        }
    }

    #[test]
    fn a_change_on_the_day_beside_a_weekday_is_written_as_a_rule() {
        let span = Span::lasting(Instant::parse("2026-06-01T00:00:00Z").unwrap(), 0);
        let rules = |name| -> Vec<String> {
            let definition = Zone::iana(name).unwrap().definition(span);
            let rule = |part: &Component| {
                let value = |name| part.property(name).map(|p| p.value().to_owned()).unwrap_or_default();
                format!("{} {}", value("DTSTART"), value("RRULE"))
            };
            definition.components.iter().map(rule).collect()
        };
        assert_eq!(
            rules("Asia/Jerusalem"),
            [
                "20260327T020000 FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=23,24,25,26,27,28,29;BYDAY=FR",
                "20251026T020000 FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"
            ]
        );
        // The last Thursday of October at 24:00 may be the first of November.
        assert_eq!(
            rules("Africa/Cairo"),
            [
                "20260424T000000 FREQ=YEARLY;BYMONTH=4;BYDAY=-1FR",
                "20251031T000000 FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=26,27,28,29,30,31;BYDAY=FR",
                "20301101T000000 FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=1;BYDAY=FR"
            ]
        );
    }

    #[test]
    fn a_yearly_rule_is_written_as_one() {
        let span = Span::lasting(Instant::parse("2026-06-01T00:00:00Z").unwrap(), 0);
        let text = Zone::iana("Europe/Berlin").unwrap().definition(span).write();
        assert!(text.contains("DTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n") || text.contains("DTSTART:20250330T020000"), "{text}");
        let utc = Zone::fixed(-12_600).definition(span).write();
        assert!(utc.contains("TZID:UTC-03:30") && utc.contains("TZOFFSETTO:-0330"));
    }
}
