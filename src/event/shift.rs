//! A series moved as a whole: what names its occurrences moves with it.

use super::times::Times;
use crate::ics::{Component, DateTime, Property};
use crate::rule::{Frequency, Rule, Until};
use crate::time::{Date, Instant, Wall};
use crate::zone::{Zone, Zones, wall_of};
use chrono::{Datelike, NaiveTime, TimeDelta};
use std::collections::{BTreeMap, HashMap};

/// How a series was moved: by so much on the wall.
pub(super) struct Shift {
    old: Wall,
    new: Wall,
    /// The zone of the old and of the new times.
    zones: (Zone, Zone),
    /// Whether the old and the new times are dates.
    dates: (bool, bool),
    /// DTSTART as it is now.
    start: DateTime,
    /// A rule of hours or less runs in real time: its times all move by as many milliseconds.
    exact: Option<i64>,
    /// Where a rule counts in months or years its times do not all move by as much: the one in the third month
    /// becomes the one in the third month.
    pairs: BTreeMap<Wall, Wall>,
}

/// So many times of a rule are paired; two centuries have fewer months.
const PAIRED: usize = 2500;
/// More rules than any series has.
const RULES: usize = 10;

impl Shift {
    /// Nothing where the series was not moved.
    pub fn between(old: &Times, new: &Times, series: &Component) -> Option<Shift> {
        let dates = (old.start.is_date(), new.start.is_date());
        let was = match dates {
            (true, _) => wall_of(&old.start),
            // The two may be written in different zones.
            (false, false) => new.zone.to_wall(old.span().start()),
            (false, true) => old.zone.to_wall(old.span().start()),
        };
        let is = wall_of(&new.start);
        let zones = (if dates.1 { old.zone.clone() } else { new.zone.clone() }, new.zone.clone());
        let mut shift = Shift {
            old: was,
            new: is,
            zones,
            dates,
            start: new.start.clone(),
            exact: None,
            pairs: BTreeMap::new(),
        };
        let rules = series.properties("RRULE").take(RULES);
        for rule in rules.filter_map(|property| Rule::parse(property.value()).ok()) {
            if rule.frequency() < Frequency::Daily && dates == (false, false) {
                shift.exact = Some(new.span().start().millis() - old.span().start().millis());
            }
            if rule.frequency() >= Frequency::Monthly && was.date() != is.date() {
                let moved = shift.follows(&rule);
                let new: HashMap<Place, Wall> = places(&moved, is, dates.1).collect();
                let pairs =
                    places(&rule, was, dates.0).filter_map(|(place, wall)| Some((wall, *new.get(&place)?)));
                shift.pairs.extend(pairs);
            }
        }
        (was != is || dates.0 != dates.1).then_some(shift)
    }

    /// EXDATE and RDATE name occurrences by their start, UNTIL the last one: left behind, excluded occurrences
    /// would come back and the last one would go. The rule names the new start's weekday and so on, where it named
    /// the old one's and that is clear, see [`Rule::following`]; else it stays.
    pub fn apply_to_series(&self, series: &mut Component, zones: &Zones<'_>) {
        for property in &mut series.properties {
            if property.is("EXDATE") || property.is("RDATE") {
                self.move_list(property, zones);
            } else if (property.is("RRULE") || property.is("EXRULE"))
                && let Ok(rule) = Rule::parse(property.value())
            {
                let moved = self.follows(&rule);
                let moved = moved.map_until(|until| self.moved_until(until));
                if moved != rule {
                    property.set_known(moved.to_string());
                }
            }
        }
    }

    /// RECURRENCE-ID names the occurrence that an override replaces; the override itself stays where it is.
    pub fn apply_to_override(&self, replacement: &mut Component, zones: &Zones<'_>) {
        if let Some(id) = replacement.property_mut("RECURRENCE-ID") {
            self.move_list(id, zones);
        }
    }

    fn follows(&self, rule: &Rule) -> Rule {
        rule.following(self.old, self.new, self.dates.1).unwrap_or_else(|_| rule.clone())
    }

    fn move_list(&self, property: &mut Property, zones: &Zones<'_>) {
        let items = property.value().split(',').filter(|item| !item.trim().is_empty());
        let moved: Option<Vec<(DateTime, Option<String>)>> = items
            .map(|item| {
                let (start, rest) =
                    item.split_once('/').map_or((item, None), |(start, rest)| (start, Some(rest)));
                let moved = |text: &str| self.moved(DateTime::read(property, text).ok()?, zones);
                let rest = match rest {
                    // A series of dates has no periods.
                    None => None,
                    Some(_) if self.dates.1 => None,
                    Some(length) if length.trim_start().starts_with(['P', 'p']) => Some(length.to_owned()),
                    Some(end) => Some(moved(end)?.to_string()),
                };
                Some((moved(start)?, rest))
            })
            .collect();
        let Some(moved) = moved else { return };
        let written = moved.iter().map(|(start, rest)| match rest {
            Some(rest) => format!("{start}/{rest}"),
            None => start.to_string(),
        });
        let written: Vec<String> = written.collect();
        if self.dates.0 != self.dates.1
            && let Some((first, _)) = moved.first()
        {
            first.write_into(property);
        }
        property.set_known(written.join(","));
    }

    /// A start of the series, on its wall.
    fn wall(&self, wall: Wall) -> Option<Wall> {
        self.pairs.get(&wall).copied().or_else(|| wall.checked_add_signed(self.by()))
    }

    fn by(&self) -> TimeDelta {
        self.new - self.old
    }

    /// A day, which stands for the occurrence on it.
    fn date(&self, date: Date) -> Option<Date> {
        Some(self.wall(date.and_time(self.old.time()))?.date())
    }

    /// The time that the series has, where the clocks skip it and show a later one.
    fn meant(&self, shown: Wall, instant: Instant) -> Wall {
        let own = shown.date().and_time(self.old.time());
        if self.zones.0.to_instant(own) == instant { own } else { shown }
    }

    fn moved_instant(&self, instant: Instant) -> Instant {
        let zone = &self.zones.0;
        if let Some(millis) = self.exact {
            return instant.plus_millis(millis);
        }
        let Some(moved) = self.wall(self.meant(zone.to_wall(instant), instant)) else { return instant };
        // Of an hour that comes twice, the second stays the second.
        let later = instant.plus_millis(self.by().num_milliseconds());
        if zone.to_wall(later) == moved { later } else { zone.to_instant(moved) }
    }

    fn moved(&self, value: DateTime, zones: &Zones<'_>) -> Option<DateTime> {
        Some(match (self.dates, value) {
            ((true, false), value) => self.in_new_kind(wall_of(&value).date().and_time(NaiveTime::MIN))?,
            (_, DateTime::Date(date)) => DateTime::Date(self.date(date)?),
            ((false, true), value) => {
                let wall = self.zones.0.to_wall(zones.instant_of(&value, &self.zones.0).ok()?);
                DateTime::Date(self.wall(wall)?.date())
            }
            ((true, true), DateTime::Utc(instant)) => {
                DateTime::Utc(instant.plus_millis(self.by().num_milliseconds()))
            }
            (_, DateTime::Floating(wall)) if self.exact.is_some() => {
                let zone = &self.zones.0;
                DateTime::Floating(zone.to_wall(self.moved_instant(zone.to_instant(wall))))
            }
            (_, DateTime::Floating(wall)) => {
                DateTime::Floating(self.wall(self.meant(wall, self.zones.0.to_instant(wall)))?)
            }
            (_, DateTime::Utc(instant)) => DateTime::Utc(self.moved_instant(instant)),
            (_, DateTime::Zoned { wall, tzid }) => {
                let zone = zones.resolve(&tzid).ok()?;
                let wall = zone.to_wall(self.moved_instant(zone.to_instant(wall)));
                DateTime::Zoned { wall, tzid }
            }
        })
    }

    /// The start of a series of dates that is now one of times, written as DTSTART is.
    fn in_new_kind(&self, midnight: Wall) -> Option<DateTime> {
        let wall = self.wall(midnight)?;
        Some(match &self.start {
            DateTime::Date(_) => DateTime::Date(wall.date()),
            DateTime::Floating(_) => DateTime::Floating(wall),
            DateTime::Utc(_) => DateTime::Utc(Instant::from_utc(wall)),
            DateTime::Zoned { tzid, .. } => DateTime::Zoned { wall, tzid: tzid.clone() },
        })
    }

    fn moved_until(&self, until: Until) -> Until {
        if self.exact.is_some() {
            let zone = &self.zones.0;
            let last = match until {
                // The whole of that day counts.
                Until::Date(date) => {
                    zone.to_instant(date.and_time(NaiveTime::MIN) + TimeDelta::seconds(86_399))
                }
                Until::Wall(wall) => zone.to_instant(wall),
                Until::Instant(instant) => instant,
            };
            return match &self.start {
                DateTime::Floating(_) => Until::Wall(zone.to_wall(self.moved_instant(last))),
                _ => Until::Instant(self.moved_instant(last)),
            };
        }
        // The last time that counts, on the wall.
        let last = match until {
            Until::Date(date) => date.and_time(if self.dates.0 { NaiveTime::MIN } else { self.old.time() }),
            Until::Wall(wall) => wall,
            Until::Instant(instant) if self.dates.0 && instant.to_utc().time() == NaiveTime::MIN => {
                instant.to_utc()
            }
            Until::Instant(instant) => self.zones.0.to_wall(instant),
        };
        // Of the pairs the last that counts, if they go that far.
        let reach = self.pairs.last_key_value().is_some_and(|(wall, _)| *wall > last);
        let paired = self.pairs.range(..=last).next_back().filter(|_| reach).map(|(_, wall)| *wall);
        let Some(wall) = paired.or_else(|| last.checked_add_signed(self.by())) else { return until };
        match (until, self.dates, &self.start) {
            (_, (_, true), _) | (Until::Date(_), (false, false), _) => Until::Date(wall.date()),
            (_, (true, false), DateTime::Floating(_)) | (Until::Wall(_), ..) => Until::Wall(wall),
            _ => Until::Instant(self.zones.1.to_instant(wall)),
        }
    }
}

/// Which interval of a rule a time is in, counted from the start's, and which time of that interval it is.
type Place = (i32, usize);

/// The first times of a rule of months or years, wherever it ends, with their places.
fn places(rule: &Rule, start: Wall, date_only: bool) -> impl Iterator<Item = (Place, Wall)> {
    let interval = |wall: Wall| match rule.frequency() {
        Frequency::Yearly => wall.year(),
        _ => wall.year() * 12 + wall.month0() as i32,
    };
    let first = interval(start);
    let mut last = (-1, 0);
    rule.walls(start, date_only).until(None).steps(PAIRED as u64 * 20).take(PAIRED).map(move |wall| {
        let at = interval(wall) - first;
        last = if at == last.0 { (at, last.1 + 1) } else { (at, 0) };
        (last, wall)
    })
}
