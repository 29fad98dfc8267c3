//! Start, end and rules of one component: whether they fit together.

use super::cardinality::{Kind, Row, bits};
use super::values::Read;
use super::{Checker, of_zone};
use crate::event::Times;
use crate::ics::{Component, DateTime, Duration, Fault, Problem, Property};
use crate::recurrence::{gives_start, is_over};
use crate::rule::{Rule, ignored_part};
use crate::zone::ZoneError;

/// What one component has said of its times so far, of what may be there once the first.
#[derive(Default)]
pub(super) struct Said<'c> {
    pub start: Option<(&'c Property<'c>, DateTime)>,
    end: Option<(&'c Property<'c>, DateTime)>,
    duration: Option<(&'c Property<'c>, Duration)>,
    rules: Vec<(&'c Property<'c>, Rule)>,
    /// The last zone that was told to be unknown.
    unknown: Option<&'c str>,
}

const START: u128 = bits(&["DTSTART"]);
const END: u128 = bits(&["DTEND", "DUE"]);
const DURATION: u128 = bits(&["DURATION"]);
const RULE: u128 = bits(&["RRULE"]);
const ID: u128 = bits(&["RECURRENCE-ID"]);

impl<'c> Said<'c> {
    pub fn rules(&self) -> &[(&'c Property<'c>, Rule)] {
        &self.rules
    }

    pub fn take(&mut self, row: &Row, property: &'c Property<'c>, read: Read) {
        match read {
            Read::Time(time) if row.bit == START => drop(self.start.get_or_insert((property, time))),
            Read::Time(time) if row.bit & END != 0 => drop(self.end.get_or_insert((property, time))),
            Read::Duration(length) if row.bit == DURATION => {
                self.duration.get_or_insert((property, length));
            }
            Read::Rule(rule) if row.bit == RULE => self.rules.push((property, rule)),
            _ => {}
        }
    }
}

impl<'c> Checker<'c, '_> {
    /// The zone of a property: once for each component where it is unknown.
    pub(super) fn zone(&mut self, property: &'c Property<'c>, component: &'c Component<'c>, said: &mut Said<'c>) {
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

    pub(super) fn times(&mut self, said: &Said<'c>, seen: u128, component: &'c Component<'c>, kind: Kind) {
        let needs_start = matches!(kind, Kind::Event | Kind::Available);
        if needs_start && seen & (START | ID) == 0 {
            self.tell(Problem::of(Fault::NoStart, component));
        }
        if let (Some(_), Some((property, _))) = (&said.end, said.duration) {
            self.tell(Problem::of_property(Fault::EndAndDuration, property, component));
        }
        let Some((start_property, start)) = &said.start else { return };
        if let Some((property, end)) = &said.end {
            if start.is_date() != end.is_date() {
                self.tell(Problem::of_property(Fault::MixedTimes, property, component));
            } else if self.is_before((property, end), (start_property, start)) {
                self.tell(Problem::of_property(Fault::EndBeforeStart, property, component));
            }
        } else if let Some((property, length)) = said.duration
            && (length.days() < 0 || length.seconds() < 0)
        {
            self.tell(Problem::of_property(Fault::EndBeforeStart, property, component));
        }
        if kind != Kind::Observance && !said.rules.is_empty() {
            self.rules(&said.rules, start.is_date(), component);
        }
    }

    fn is_before(&self, (property, time): (&Property, &DateTime), (other, than): (&Property, &DateTime)) -> bool {
        match (time, than) {
            (DateTime::Date(time), DateTime::Date(than)) => time < than,
            (DateTime::Utc(time), DateTime::Utc(than)) => time < than,
            (DateTime::Floating(time), DateTime::Floating(than))
                if property.parameter("TZID") == other.parameter("TZID") =>
            {
                time < than
            }
            _ => {
                let instant = |property: &Property| {
                    self.zones.instant_of(&DateTime::of(property).ok()?, self.floating).ok()
                };
                instant(property).zip(instant(other)).is_some_and(|(time, than)| time < than)
            }
        }
    }

    fn rules(&mut self, rules: &[(&'c Property<'c>, Rule)], date_only: bool, component: &'c Component<'c>) {
        for (property, rule) in rules {
            if let Some(part) = ignored_part(property.value()) {
                self.tell(Problem::of_property(Fault::IgnoredPart, property, component).quoting(part));
            }
            if let Some(part) = rule.misplaced_part(date_only) {
                self.tell(Problem::of_property(Fault::MisplacedPart, property, component).quoting(part));
            }
        }
        let Ok(times) = Times::of(component, self.zones, self.floating) else { return };
        let mut is_given = false;
        for (property, rule) in rules {
            let over = is_over(rule, &times);
            if over {
                self.tell(Problem::of_property(Fault::UntilBeforeStart, property, component));
            }
            is_given |= over || gives_start(rule, &times);
        }
        if let (false, Some((property, _))) = (is_given, rules.first()) {
            self.tell(Problem::of_property(Fault::StartOutsideRule, property, component));
        }
    }
}
