//! A series moved as a whole: what names its occurrences moves with it.

use super::times::Times;
use crate::ics::{Component, DateTime, Property};
use crate::time::{Instant, Wall};
use crate::zone::{Zone, Zones, wall_of};
use chrono::TimeDelta;

/// How a series was moved: by so much on the wall, in the zone that it had and has.
pub(super) struct Shift {
    by: TimeDelta,
    zone: Zone,
    dates: bool,
}

impl Shift {
    /// Nothing where the series was not moved, or turned from times into dates or back.
    pub fn between(old: &Times, new: &Times) -> Option<Shift> {
        let dates = old.start.is_date();
        let zone = new.zone.clone();
        let was = if dates { wall_of(&old.start) } else { zone.to_wall(old.span().start()) };
        let by = wall_of(&new.start) - was;
        (dates == new.start.is_date() && !by.is_zero()).then_some(Shift { by, zone, dates })
    }

    /// EXDATE and RDATE name occurrences by their start, UNTIL the last one: left behind, excluded occurrences
    /// would come back and the last one would go.
    pub fn apply_to_series(&self, series: &mut Component, zones: &Zones<'_>) {
        for property in &mut series.properties {
            if property.is("EXDATE") || property.is("RDATE") {
                self.move_list(property, zones);
            } else if property.is("RRULE") {
                self.move_until(property);
            }
        }
    }

    /// RECURRENCE-ID names the occurrence that an override replaces; the override itself stays where it is.
    pub fn apply_to_override(&self, replacement: &mut Component, zones: &Zones<'_>) {
        if let Some(id) = replacement.property_mut("RECURRENCE-ID") {
            self.move_list(id, zones);
        }
    }

    fn move_list(&self, property: &mut Property, zones: &Zones<'_>) {
        let moved: Option<Vec<String>> = property
            .value()
            .split(',')
            .map(|item| {
                let (start, rest) =
                    item.split_once('/').map_or((item, None), |(start, rest)| (start, Some(rest)));
                let start = self.moved(DateTime::read(property, start).ok()?, zones)?;
                match rest {
                    // A period with an end is left alone: a length would have to be made of it.
                    Some(rest) if !rest.trim_start().starts_with(['P', 'p']) => None,
                    Some(rest) => Some(format!("{start}/{rest}")),
                    None => Some(start.to_string()),
                }
            })
            .collect();
        if let Some(moved) = moved {
            property.set_known(moved.join(","));
        }
    }

    fn move_until(&self, rule: &mut Property) {
        let part = |part: &str| {
            let Some((name, value)) = part.split_once('=') else { return part.to_owned() };
            if !name.trim().eq_ignore_ascii_case("UNTIL") {
                return part.to_owned();
            }
            let moved = match crate::ics::parse_date_time(value) {
                // A date says whole days: it moves with a series of dates, or by whole days.
                Some(DateTime::Date(date)) => {
                    date.checked_add_signed(TimeDelta::days(self.by.num_days())).map(DateTime::Date)
                }
                Some(DateTime::Utc(instant)) => Some(DateTime::Utc(self.moved_instant(instant))),
                Some(DateTime::Floating(wall)) => self.wall(wall).map(DateTime::Floating),
                _ => None,
            };
            moved.map_or_else(|| part.to_owned(), |moved| format!("{name}={moved}"))
        };
        let parts: Vec<String> = rule.value().split(';').map(part).collect();
        rule.set_known(parts.join(";"));
    }

    fn wall(&self, wall: Wall) -> Option<Wall> {
        wall.checked_add_signed(self.by)
    }

    fn moved_instant(&self, instant: Instant) -> Instant {
        let moved = self.wall(self.zone.to_wall(instant));
        moved.map_or(instant, |wall| self.zone.to_instant(wall))
    }

    fn moved(&self, value: DateTime, zones: &Zones<'_>) -> Option<DateTime> {
        Some(match value {
            DateTime::Date(date) => {
                DateTime::Date(date.checked_add_signed(TimeDelta::days(self.by.num_days()))?)
            }
            DateTime::Floating(wall) => DateTime::Floating(self.wall(wall)?),
            DateTime::Utc(instant) if self.dates => {
                DateTime::Utc(instant.plus_millis(self.by.num_milliseconds()))
            }
            DateTime::Utc(instant) => DateTime::Utc(self.moved_instant(instant)),
            DateTime::Zoned { wall, tzid } => {
                let zone = zones.resolve(&tzid).ok()?;
                let wall = zone.to_wall(self.moved_instant(zone.to_instant(wall)));
                DateTime::Zoned { wall, tzid }
            }
        })
    }
}
