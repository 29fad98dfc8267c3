//! Appointments that take place again and again: when, moved as a whole, and with one time that is not as the others.

use super::Appointment;
use crate::event::{CalendarObject, Exception, Status};
use crate::recurrence::{Budget, RecurrenceError, occurrences};
use crate::rule::{Rule, RuleError};
use crate::time::{Instant, Span};
use crate::zone::Zone;

impl Appointment {
    /// The times in a window at which it takes place.
    ///
    /// # Errors
    ///
    /// [`RecurrenceError`] where its rule cannot be read, or finding them takes more steps than allowed.
    ///
    /// ```
    /// # use kalends::{Budget, Instant, Span, booking::Appointment};
    /// let at = |text| Instant::parse(text).unwrap();
    /// let first = Span::lasting(at("2026-10-20T07:00:00Z"), 3_600_000);
    /// let weekly = Appointment {
    ///     recurrence: Some("FREQ=WEEKLY".into()),
    ///     ..Appointment::new("apt_1", first, "Europe/Berlin", first.start())
    /// };
    /// let week = Span::lasting(at("2026-10-26T00:00:00Z"), 7 * 86_400_000);
    /// // The clocks went back in between: it stays at nine.
    /// let times = weekly.times(week, &mut Budget::default()).unwrap();
    /// assert_eq!(times, [Span::lasting(at("2026-10-27T08:00:00Z"), 3_600_000)]);
    /// ```
    pub fn times(&self, window: Span, budget: &mut Budget) -> Result<Vec<Span>, RecurrenceError> {
        if self.recurrence.is_none() {
            return Ok([self.span].into_iter().filter(|span| span.overlaps(window)).collect());
        }
        match CalendarObject::new(&self.id, &self.described().into(), self.changed_at)? {
            CalendarObject::Event(event) => {
                let found = occurrences(&event, window, &self.zone(), budget)?;
                let takes_place = found.into_iter().filter(|one| one.status() != Status::Cancelled);
                Ok(takes_place.map(|one| one.span).collect())
            }
            CalendarObject::Todo(_) => Ok(Vec::new()),
        }
    }

    /// The same at another time: its rule follows, and with it the names of the times that are not as the others.
    ///
    /// # Errors
    ///
    /// [`RuleError`] where the rule cannot follow: then the new one has to be told, too.
    pub fn moved(&self, span: Span) -> Result<Appointment, RuleError> {
        let zone = self.zone();
        let (from, to) = (zone.to_wall(self.span.start()), zone.to_wall(span.start()));
        let follow = |rule: &String| {
            Ok::<_, RuleError>(Rule::parse(rule)?.following(from, to, self.all_day)?.to_string())
        };
        let recurrence = self.recurrence.as_ref().map(follow).transpose()?;
        let named = |at: &Instant| zone.to_instant(zone.to_wall(*at) + (to - from));
        let exceptions = self.exceptions.iter().map(|(at, other)| (named(at), other.clone())).collect();
        Ok(Appointment { span, recurrence, exceptions, ..self.clone() })
    }

    /// The same at that time and with another rule, or none: all is as the rule says again.
    ///
    /// # Errors
    ///
    /// [`RuleError`] where it is no rule.
    pub fn repeated(&self, span: Span, rule: Option<&str>) -> Result<Appointment, RuleError> {
        let same = rule == self.recurrence.as_deref();
        let rule = rule.map(Rule::parse).transpose()?;
        if same {
            return self.moved(span);
        }
        rule.as_ref().map_or(Ok(()), Rule::check)?;
        let recurrence = rule.map(|rule| rule.to_string());
        Ok(Appointment { span, recurrence, exceptions: Default::default(), ..self.clone() })
    }

    /// How the time reads that its rule gives at an instant, as far as it is not as the others; none where the rule gives
    /// none then.
    pub fn occurrence(&self, at: Instant, budget: &mut Budget) -> Result<Option<Exception>, RecurrenceError> {
        let all = Appointment { exceptions: Default::default(), ..self.clone() };
        let given = all.recurrence.is_some()
            && all.times(Span::lasting(at, 1), budget)?.iter().any(|span| span.start() == at);
        let as_given = || Exception {
            span: Span::lasting(at, self.span.millis()),
            summary: None,
            description: None,
            location: None,
        };
        let own = self.exceptions.get(&at).cloned().flatten();
        Ok(given.then(|| own.unwrap_or_else(as_given)))
    }

    fn zone(&self) -> Zone {
        Zone::iana(&self.time_zone).unwrap_or_else(|_| Zone::utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn hour(start: &str) -> Span {
        Span::lasting(at(start), 3_600_000)
    }

    fn tuesdays() -> Appointment {
        let first = hour("2026-11-03T08:00:00Z");
        let moved = Exception {
            span: hour("2026-11-17T14:00:00Z"),
            summary: Some("Colour".into()),
            description: None,
            location: None,
        };
        Appointment {
            recurrence: Some("FREQ=WEEKLY;BYDAY=TU".into()),
            exceptions: [(at("2026-11-10T08:00:00Z"), None), (at("2026-11-17T08:00:00Z"), Some(moved))]
                .into(),
            ..Appointment::new("apt_1", first, "Europe/Berlin", first.start())
        }
    }

    #[test]
    fn it_takes_place_when_its_rule_and_its_exceptions_say() {
        let november = Span::new(at("2026-11-01T00:00:00Z"), at("2026-12-01T00:00:00Z")).unwrap();
        let times = tuesdays().times(november, &mut Budget::default()).unwrap();
        let expected = ["2026-11-03T08:00:00Z", "2026-11-17T14:00:00Z", "2026-11-24T08:00:00Z"];
        assert_eq!(times, expected.map(hour));
        let once = Appointment { recurrence: None, exceptions: Default::default(), ..tuesdays() };
        assert_eq!(once.times(november, &mut Budget::default()), Ok(vec![once.span]));
    }

    #[test]
    fn a_series_that_is_moved_takes_its_rule_and_what_is_off_along() {
        let moved = tuesdays().moved(hour("2026-11-04T09:00:00Z")).unwrap();
        assert_eq!(moved.recurrence.as_deref(), Some("FREQ=WEEKLY;BYDAY=WE"));
        let named: Vec<String> = moved.exceptions.keys().map(Instant::to_string).collect();
        assert_eq!(named, ["2026-11-11T09:00:00Z", "2026-11-18T09:00:00Z"]);
        let unclear = Appointment { recurrence: Some("FREQ=WEEKLY;BYDAY=TU,TH".into()), ..tuesdays() };
        assert!(unclear.moved(hour("2026-11-04T09:00:00Z")).is_err());
    }

    #[test]
    fn only_what_the_rule_gives_is_an_occurrence() {
        let occurrence = |text| tuesdays().occurrence(at(text), &mut Budget::default()).unwrap();
        assert_eq!(
            occurrence("2026-11-24T08:00:00Z").map(|one| one.span),
            Some(hour("2026-11-24T08:00:00Z"))
        );
        assert_eq!(occurrence("2026-11-17T08:00:00Z").and_then(|one| one.summary).as_deref(), Some("Colour"));
        assert!(occurrence("2026-11-10T08:00:00Z").is_some(), "it can be taken back");
        assert_eq!(occurrence("2026-11-24T09:00:00Z"), None);
    }
}
