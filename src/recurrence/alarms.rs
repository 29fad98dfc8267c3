//! When the alarms of an occurrence ring (RFC 5545 §3.6.6, §3.8.6.3, RFC 9074 §6.1).

use super::Occurrence;
use crate::event::{Alarm, Repeat, Trigger};
use crate::ics::Component;
use crate::time::{Instant, sort_by_time};
use crate::zone::Zone;

impl Occurrence<'_> {
    /// When each of its VALARMs rings, with the alarm, in order. `zone` is that in which days are counted: an alarm a
    /// day before rings at the same time of that day. A trigger of its own date and time rings then; repetitions are
    /// counted from the trigger. What was acknowledged at or after the time at which it rings is left out, as is an
    /// alarm whose trigger cannot be read.
    pub fn alarms(&self, zone: &Zone) -> Vec<(Instant, &Component<'_>)> {
        let mut rings = Vec::new();
        for alarm in self.event.components("VALARM") {
            let Some(trigger) = Trigger::of(alarm) else { continue };
            let acknowledged = Alarm::acknowledged(alarm);
            let times = repetitions(alarm, trigger.instant(self.span, zone));
            rings.extend(times.filter(|at| acknowledged.is_none_or(|seen| seen < *at)).map(|at| (at, alarm)));
        }
        sort_by_time(&mut rings, |(at, _)| [at.millis(), 0, 0]);
        rings
    }
}

/// The trigger, and REPEAT times DURATION after it.
fn repetitions(alarm: &Component, first: Instant) -> impl Iterator<Item = Instant> {
    let (count, pause) = Repeat::of(alarm).map_or((0, 0), |repeat| {
        let pause = repeat.every();
        (i64::from(repeat.count()), (pause.days() * 86_400 + pause.seconds()) * 1000)
    });
    (0..=count).map(move |n| first.plus_millis(n * pause))
}

#[cfg(test)]
mod tests {
    use super::super::{Budget, occurrences};
    use super::*;
    use crate::event::Event;
    use crate::time::Span;

    fn rings(alarm: &str) -> Vec<String> {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Berlin:20260330T090000\nDURATION:PT1H\n\
             BEGIN:VALARM\n{alarm}\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR"
        );
        let event = Event::parse(&text).unwrap();
        let window = Span::lasting(Instant::parse("2026-03-30T00:00:00Z").unwrap(), 86_400_000);
        let berlin = Zone::iana("Europe/Berlin").unwrap();
        let found = occurrences(&event, window, &berlin, &mut Budget::default()).unwrap();
        found[0].alarms(&berlin).iter().map(|(at, _)| at.to_string().replace(":00Z", "Z")).collect()
    }

    #[test]
    fn an_alarm_rings_before_the_start_after_the_end_or_at_its_own_time() {
        assert_eq!(rings("TRIGGER:-PT15M"), ["2026-03-30T06:45Z"]);
        assert_eq!(rings("TRIGGER;RELATED=END:PT5M"), ["2026-03-30T08:05Z"]);
        assert_eq!(rings("TRIGGER;VALUE=DATE-TIME:20260101T120000Z"), ["2026-01-01T12:00Z"]);
        assert_eq!(rings("TRIGGER:whenever"), [""; 0]);
        // The clocks changed on the day before.
        assert_eq!(rings("TRIGGER:-P2D"), ["2026-03-28T08:00Z"]);
        assert_eq!(rings("TRIGGER:-PT48H"), ["2026-03-28T07:00Z"]);
    }

    #[test]
    fn it_repeats_until_it_is_acknowledged() {
        let repeated = "TRIGGER:-PT10M\nREPEAT:2\nDURATION:PT5M";
        assert_eq!(rings(repeated), ["2026-03-30T06:50Z", "2026-03-30T06:55Z", "2026-03-30T07:00Z"]);
        let seen = format!("{repeated}\nACKNOWLEDGED:20260330T065500Z");
        assert_eq!(rings(&seen), ["2026-03-30T07:00Z"]);
        assert_eq!(rings("TRIGGER:PT0S\nREPEAT:9"), ["2026-03-30T07:00Z"], "REPEAT without DURATION");
    }
}
