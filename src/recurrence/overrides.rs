//! Overrides: the VEVENTs that replace one occurrence, or it and all later ones.

use super::RecurrenceError;
use crate::event::{Length, Series, Times, sequence_of};
use crate::ics::{Component, DateTime, Property};
use crate::time::{Instant, Span, Wall, sort_by_time};
use crate::zone::{Zone, Zones, wall_of};
use chrono::TimeDelta;
use std::collections::HashMap;

/// One override with what it replaces.
pub(super) struct Override<'e> {
    pub event: &'e Component<'e>,
    /// The occurrence that it replaces.
    pub id: Instant,
    pub times: Times,
    /// How far it moves the occurrence, for all later ones (RANGE=THISANDFUTURE).
    shift: Option<TimeDelta>,
}

impl Override<'_> {
    /// Whether it holds for all later occurrences too.
    pub fn is_future(&self) -> bool {
        self.shift.is_some()
    }
}

/// The overrides of a series, the newest for each occurrence.
pub(super) struct Overrides<'e> {
    by_id: HashMap<Instant, Override<'e>>,
    /// The instants at which a THISANDFUTURE begins to hold, in order.
    futures: Vec<Instant>,
}

impl<'e> Overrides<'e> {
    pub fn of(
        overridden: &Series<'e>,
        zones: &Zones<'_>,
        floating: &Zone,
        series: Option<&Times>,
    ) -> Result<Overrides<'e>, RecurrenceError> {
        let mut by_id: HashMap<Instant, Override<'e>> = HashMap::new();
        for component in overridden.overrides() {
            let Some(property) = component.property("RECURRENCE-ID") else { continue };
            let (wall, id) = original(property, zones, floating, series)?;
            let times = match (component.property("DTSTART"), series) {
                // It says nothing of its time: it stays where it was.
                (None, Some(series)) => Times { start: moved(series, wall), ..series.clone() },
                _ => Times::of(component, zones, floating)?,
            };
            let future = property.parameter("RANGE").is_some_and(|r| r.eq_ignore_ascii_case("THISANDFUTURE"));
            let shift = future.then(|| wall_of(&times.start) - wall);
            let newer = by_id.get(&id).is_none_or(|old| sequence_of(old.event) <= sequence_of(component));
            if newer {
                by_id.insert(id, Override { event: component, id, times, shift });
            }
        }
        let mut overrides = Overrides { by_id, futures: Vec::new() };
        overrides.find_futures();
        Ok(overrides)
    }

    fn find_futures(&mut self) {
        self.futures = self.by_id.values().filter(|o| o.shift.is_some()).map(|o| o.id).collect();
        sort_by_time(&mut self.futures, |id| [id.millis(), 0, 0]);
    }

    /// Keeps those that are so.
    pub fn retain(&mut self, mut keep: impl FnMut(&Override<'e>) -> bool) {
        self.by_id.retain(|_, own| keep(own));
        self.find_futures();
    }

    pub fn replaces(&self, id: Instant) -> bool {
        !self.by_id.is_empty() && self.by_id.contains_key(&id)
    }

    /// The override of an occurrence.
    pub fn get(&self, id: Instant) -> Option<&Override<'e>> {
        self.by_id.get(&id)
    }

    /// The first occurrence from which on a THISANDFUTURE holds.
    pub fn first_future(&self) -> Option<Instant> {
        self.futures.first().copied()
    }

    pub fn all(&self) -> impl Iterator<Item = &Override<'e>> {
        self.by_id.values()
    }

    /// The THISANDFUTURE that holds for an occurrence, and its span then.
    pub fn future(&self, id: Instant, wall: Wall) -> Option<(&Override<'e>, Span)> {
        let last = self.futures.partition_point(|future| *future <= id).checked_sub(1)?;
        let holds = self.by_id.get(&self.futures[last])?;
        let wall = wall.checked_add_signed(holds.shift?)?;
        let zone = &holds.times.zone;
        Some((holds, holds.times.length.span(wall, zone.to_instant(wall), zone)))
    }

    /// How far beyond a window occurrences must be looked for, in milliseconds: before it and after it.
    pub fn reach(&self) -> (i64, i64) {
        let futures = self.futures.iter().filter_map(|id| self.by_id.get(id));
        futures.fold((0, 0), |(before, after), o| {
            // A day for what the zones of the two may differ by, twice.
            let shift = o.shift.map_or(0, |shift| shift.num_milliseconds());
            let (later, earlier) = (shift.max(0) + 2 * DAY, (-shift).max(0) + 2 * DAY);
            (before.max(later + o.times.length.at_most()), after.max(earlier))
        })
    }
}

const DAY: i64 = 86_400_000;

/// Which occurrence a RECURRENCE-ID names: its wall time in the series' zone, and the instant. A date names the
/// occurrence on that day, a date-time in a series of dates the one on its date.
pub(super) fn original(
    property: &Property,
    zones: &Zones<'_>,
    floating: &Zone,
    series: Option<&Times>,
) -> Result<(Wall, Instant), RecurrenceError> {
    let value = DateTime::of(property)?;
    let Some(series) = series else {
        return Ok((wall_of(&value), zones.instant_of(&value, floating)?));
    };
    let wall = match (&series.start, &value) {
        (DateTime::Date(_), value) => wall_of(&DateTime::Date(wall_of(value).date())),
        (start, DateTime::Date(date)) => date.and_time(wall_of(start).time()),
        (_, value) => series.zone.to_wall(zones.instant_of(value, &series.zone)?),
    };
    let exact = !series.start.is_date() && !value.is_date();
    let instant = if exact { zones.instant_of(&value, &series.zone)? } else { series.zone.to_instant(wall) };
    Ok((wall, instant))
}

/// DTSTART of a series moved to another wall time.
fn moved(series: &Times, wall: Wall) -> DateTime {
    match (&series.start, series.length) {
        (DateTime::Date(_), _) | (_, Length::Days(_)) => DateTime::Date(wall.date()),
        (DateTime::Zoned { tzid, .. }, _) => DateTime::Zoned { wall, tzid: tzid.clone() },
        (DateTime::Utc(_), _) => DateTime::Utc(Instant::from_utc(wall)),
        (DateTime::Floating(_), _) => DateTime::Floating(wall),
    }
}
