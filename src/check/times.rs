//! Start, end and rules of one component: whether they fit together.

use super::cardinality::{Kind, Row, bits};
use super::values::{Form, Time};
use super::{Checker, of_zone};
use crate::event::Times;
use crate::ics::{Component, DateTime, Duration, Fault, Problem, Property};
use crate::recurrence::{gives_start, is_over};
use crate::rule::{Rule, RuleError, Until, ignored_part};
use crate::zone::ZoneError;
use chrono::{NaiveTime, TimeDelta};
use std::cell::OnceCell;

/// What one component has said of its times so far, of what may be there once the first.
#[derive(Default)]
pub(super) struct Said<'c> {
    pub start: Option<(&'c Property<'c>, Time)>,
    end: Option<(&'c Property<'c>, Time)>,
    duration: Option<&'c Property<'c>>,
    /// The last zone that was told to be unknown.
    unknown: Option<&'c str>,
}

const START: u64 = bits(&["DTSTART"]);
const END: u64 = bits(&["DTEND", "DUE"]);
const DURATION: u64 = bits(&["DURATION"]);
const RULE: u64 = bits(&["RRULE", "EXRULE"]);
const ID: u64 = bits(&["RECURRENCE-ID"]);

impl<'c> Checker<'c, '_> {
    /// Keeps what others are compared with.
    pub(super) fn said(
        &mut self,
        row: &Row,
        time: Option<Time>,
        property: &'c Property<'c>,
        component: &'c Component<'c>,
        said: &mut Said<'c>,
    ) {
        if row.bit == DURATION {
            said.duration.get_or_insert(property);
        }
        let Some(mut time) = time.filter(|_| row.bit & (START | END) != 0) else { return };
        let value = property.parameter("VALUE");
        if time.form == Form::Local && value.is_some_and(|value| value.eq_ignore_ascii_case("DATE")) {
            self.tell_of(Fault::MixedTimes, Some(property), component);
            time = Time { wall: time.wall.date().and_time(NaiveTime::MIN), form: Form::Date };
        }
        let place = if row.bit == START { &mut said.start } else { &mut said.end };
        place.get_or_insert((property, time));
    }

    /// The zone of a property: once for each component where it is unknown.
    pub(super) fn zone(
        &mut self,
        property: &'c Property<'c>,
        component: &'c Component<'c>,
        said: &mut Said<'c>,
    ) {
        let Some(error) = self.doubts.of(property, component) else { return };
        let tzid = property.parameter("TZID");
        if let ZoneError::Unknown(_) = error {
            if said.unknown == tzid {
                return;
            }
            said.unknown = tzid;
        }
        self.tell(of_zone(error, property, component));
    }

    pub(super) fn times(&mut self, said: &Said<'c>, seen: u64, component: &'c Component<'c>, kind: Kind) {
        self.has_overrides |= seen & ID != 0;
        if matches!(kind, Kind::Event | Kind::Available) && seen & (START | ID) == 0 {
            self.tell_of(Fault::NoStart, None, component);
        }
        if let (Some(_), Some(property)) = (&said.end, said.duration) {
            self.tell_of(Fault::EndAndDuration, Some(property), component);
        }
        if seen & RULE != 0 {
            self.rules(said, component, kind);
        }
        let Some(start) = said.start.as_ref().filter(|_| START & kind.cardinality().allowed != 0) else {
            return;
        };
        if let Some(end) = &said.end {
            let what = if start.1.is_date() != end.1.is_date() {
                Some(Fault::MixedTimes)
            } else if self.is_before(end, start) {
                Some(Fault::EndBeforeStart)
            } else if self.is_strict && !self.is_before(start, end) {
                Some(Fault::NotAllowed)
            } else {
                None
            };
            if let Some(what) = what {
                self.tell_of(what, Some(end.0), component);
            }
        } else if let Some(property) = said.duration
            && Duration::parse(property.value())
                .is_some_and(|length| length.days() < 0 || length.seconds() < 0)
        {
            self.tell_of(Fault::EndBeforeStart, Some(property), component);
        }
    }

    fn is_before(&self, (property, time): &(&Property, Time), (other, than): &(&Property, Time)) -> bool {
        let same_zone = || time.form != Form::Local || property.parameter("TZID") == other.parameter("TZID");
        if time.form == than.form && same_zone() {
            return time.wall < than.wall;
        }
        let instant =
            |property: &Property| self.zones.instant_of(&DateTime::of(property).ok()?, self.floating).ok();
        instant(property).zip(instant(other)).is_some_and(|(time, than)| time < than)
    }

    fn rules(&mut self, said: &Said<'c>, component: &'c Component<'c>, kind: Kind) {
        // One of several rules is enough to give the start.
        let (mut missed, mut is_given) = (None, false);
        let times = OnceCell::new();
        for property in component.properties.iter().filter(|p| p.is("RRULE") || p.is("EXRULE")) {
            if property.value().trim().is_empty() {
                self.tell_of(Fault::IgnoredPart, Some(property), component);
                continue;
            }
            let rule = match Rule::parse(property.value()) {
                Ok(rule) => rule,
                Err(error) => {
                    let what = if let RuleError::Scale(_) = error { Fault::Scale } else { Fault::Rule };
                    let problem = Problem::of_property(what, property, component);
                    return self.tell(problem.because(error.to_string()));
                }
            };
            let Some((_, start)) = said.start else { continue };
            let odd = [
                (Fault::IgnoredPart, ignored_part(property.value())),
                (Fault::MisplacedPart, rule.misplaced_part(start.is_date())),
            ];
            for (what, part) in odd {
                if let Some(part) = part {
                    self.tell(Problem::of_property(what, property, component).quoting(part));
                }
            }
            if property.is("EXRULE") {
            } else if self.ends_before(&rule, start, component, &times) {
                is_given = true;
                self.tell_of(Fault::UntilBeforeStart, Some(property), component);
            } else if gives_start(&rule, start.wall, start.is_date()) {
                is_given = true;
            } else {
                missed.get_or_insert(property);
            }
        }
        // Definitions of zones begin when they like: Outlook's in 1601.
        if let (Some(property), false) = (missed, is_given || kind == Kind::Observance) {
            self.tell_of(Fault::StartOutsideRule, Some(property), component);
        }
    }

    fn ends_before(
        &self,
        rule: &Rule,
        start: Time,
        component: &Component,
        times: &OnceCell<Option<Times>>,
    ) -> bool {
        let until = match rule.until() {
            None => return false,
            Some(Until::Date(date)) => date.and_time(NaiveTime::MIN),
            Some(Until::Wall(wall)) => wall,
            Some(Until::Instant(instant)) => instant.to_utc(),
        };
        let times = || times.get_or_init(|| Times::of(component, self.zones, self.floating).ok());
        // Whatever the zones: no two differ by more than this.
        until - start.wall < TimeDelta::days(3) && times().as_ref().is_some_and(|times| is_over(rule, times))
    }
}
