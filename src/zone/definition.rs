//! A VTIMEZONE for a zone, to be written beside an event (RFC 5545 §3.6.5).

use super::posix::Rhythm;
use super::{Period, Rules, Zone};
use crate::ics::{Component, DateTime, Property};
use crate::rule::wall_at;
use crate::time::Span;

const YEAR: i64 = 366 * 86_400;
/// Where no rule can be written, changes are listed for so many years after the span.
const AHEAD: i64 = 5;

impl Zone {
    /// The definition of this zone, right for every time in `span` and, where the zone has a yearly rule that can
    /// be written, for all later ones.
    pub fn definition(&self, span: Span) -> Component<'static> {
        let mut definition = Component::new("VTIMEZONE");
        definition.properties.push(Property::text("TZID", self.name()));
        let from = span.start().millis().div_euclid(1000) - YEAR;
        let until = span.end().millis().div_euclid(1000);
        let rhythm = match &self.rules {
            Rules::Iana(history) => history.rhythm_after(from),
            _ => None,
        };
        definition.components = match rhythm {
            Some(rhythm) => ruled(from, &rhythm),
            None => listed(self, from, until.saturating_add(AHEAD * YEAR)),
        };
        definition
    }
}

fn ruled(from: i64, rhythm: &[Rhythm; 2]) -> Vec<Component<'static>> {
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
    use crate::time::Instant;

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
    fn a_yearly_rule_is_written_as_one() {
        let span = Span::lasting(Instant::parse("2026-06-01T00:00:00Z").unwrap(), 0);
        let text = Zone::iana("Europe/Berlin").unwrap().definition(span).write();
        assert!(text.contains("DTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n") || text.contains("DTSTART:20250330T020000"), "{text}");
        let utc = Zone::fixed(-12_600).definition(span).write();
        assert!(utc.contains("TZID:UTC-03:30") && utc.contains("TZOFFSETTO:-0330"));
    }
}
