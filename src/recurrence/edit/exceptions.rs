//! The exceptions of a series that was given another rule: those stay that an occurrence is left for.

use super::super::starts::{Range, starts};
use super::this::exclude;
use super::{EditError, Editor, retain_items, written};
use crate::event::{Event, Times};
use crate::ics::{Component, DateTime};
use crate::rule::wall_at;
use crate::time::{Date, Instant, Wall};
use crate::zone::wall_of;
use chrono::TimeDelta;
use std::collections::{HashMap, HashSet};

const DAY: i64 = 86_400_000;

/// The occurrences that exceptions may name.
struct Occurring<'t> {
    times: &'t Times,
    walls: HashMap<Wall, Instant>,
    instants: HashSet<Instant>,
    days: HashSet<Date>,
    /// By how much the series was moved within the day.
    later: TimeDelta,
}

impl Editor<'_> {
    /// `changed` is this series, moved and with another rule, its exceptions moved along. One that names no
    /// occurrence any more is given the one of its old day, or of its old time, and goes where there is none: of a
    /// series on Mondays and Wednesdays, only Wednesday may have become another day.
    pub(super) fn with_exceptions(&self, changed: &Event) -> Result<Event, EditError> {
        let new = self.within(changed)?;
        let ((_, was), (master, times)) = (self.master()?, new.master()?);
        let names = [self.exceptions()?, new.exceptions()?].concat();
        let (Some(first), Some(last)) = (names.iter().min(), names.iter().max()) else {
            return Ok(changed.clone());
        };
        // A name may be a whole day, and is looked for on another.
        let range =
            Range { from: first.plus_millis(-2 * DAY), until: last.plus_millis(2 * DAY), limit: usize::MAX };
        let found = self.spend(|budget| starts(master, times, &new.zones, range, budget))?;
        let walls: HashMap<Wall, Instant> =
            found.iter().map(|start| (wall_at(start.wall), start.at)).collect();
        let occurring = Occurring {
            times,
            instants: walls.values().copied().collect(),
            days: walls.keys().map(|wall| wall.date()).collect(),
            walls,
            later: wall_of(&times.start).time() - wall_of(&was.start).time(),
        };
        let mut calendar = changed.calendar().clone();
        self.keep_exdates(&new, &occurring, &mut calendar.components[changed.main_place()])?;
        calendar.components = self.kept_overrides(&new, &occurring, calendar.components)?;
        Ok(Event::of(calendar)?)
    }

    /// The instants that EXDATEs and overrides name.
    fn exceptions(&self) -> Result<Vec<Instant>, EditError> {
        let (master, times) = self.master()?;
        let mut names: Vec<Instant> = self.set.overrides.all().map(|own| own.id).collect();
        for property in master.properties("EXDATE") {
            for value in DateTime::list(property) {
                names.push(self.zones.instant_of(&value?, &times.zone)?);
            }
        }
        Ok(names)
    }

    fn keep_exdates(
        &self,
        new: &Editor,
        occurring: &Occurring,
        master: &mut Component,
    ) -> Result<(), EditError> {
        let (old, times) = self.master()?;
        let (zones, mut instead) = (&new.zones, Vec::new());
        let mut named = old.properties("EXDATE").flat_map(DateTime::list);
        retain_items(master, "EXDATE", |property, item| {
            if item.trim().is_empty() {
                return Ok(false);
            }
            let was = named.next();
            let names = match DateTime::read(property, item)? {
                DateTime::Date(date) => occurring.days.contains(&date),
                value if occurring.times.start.is_date() => occurring.days.contains(&wall_of(&value).date()),
                value => occurring.instants.contains(&zones.instant_of(&value, &occurring.times.zone)?),
            };
            if !names && let Some(Ok(was)) = was {
                instead.extend(match &was {
                    DateTime::Date(date) if !times.start.is_date() => {
                        occurring.days.contains(date).then_some(DateTime::Date(*date))
                    }
                    DateTime::Date(_) => occurring.instead_of(wall_of(&was)),
                    value => {
                        occurring.instead_of(times.zone.to_wall(self.zones.instant_of(value, &times.zone)?))
                    }
                });
            }
            Ok(names)
        })?;
        instead.iter().for_each(|start| exclude(master, start));
        Ok(())
    }

    fn kept_overrides(
        &self,
        new: &Editor,
        occurring: &Occurring,
        components: Vec<Component<'static>>,
    ) -> Result<Vec<Component<'static>>, EditError> {
        let old = &self.event().calendar().components;
        // A time zone may have come before the others.
        let came = components.len() - old.len();
        let mut kept = Vec::with_capacity(components.len());
        for (place, mut component) in components.into_iter().enumerate() {
            let strays = new.replaced(&component)?.is_some_and(|(_, id)| !occurring.instants.contains(&id));
            if strays {
                let was =
                    place.checked_sub(came).map(|place| self.replaced(&old[place])).transpose()?.flatten();
                let Some(instead) = was.and_then(|(wall, _)| occurring.instead_of(wall)) else { continue };
                if let Some(id) = component.property_mut("RECURRENCE-ID") {
                    instead.write_into(id);
                }
            }
            kept.push(component);
        }
        Ok(kept)
    }
}

impl Occurring<'_> {
    /// The occurrence on the day that a wall time had, or at that time.
    fn instead_of(&self, wall: Wall) -> Option<DateTime> {
        let same_day = wall.checked_add_signed(self.later);
        let found = same_day.into_iter().chain([wall]).find_map(|wall| Some((wall, *self.walls.get(&wall)?)));
        found.map(|(wall, at)| written(self.times, wall, at))
    }
}
