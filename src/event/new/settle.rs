//! The times of a calendar that is being written: each zone resolved once, and how far it is spoken of.

use crate::event::field::FieldFault;
use crate::ics::{Component, DateTime};
use crate::time::{Date, Instant, Span};
use crate::zone::{Zone, wall_of};
use chrono::Datelike;

/// The zones that the entries of a calendar name.
#[derive(Default)]
pub(in crate::event) struct Settler {
    /// By the name that was given, which need not be the zone's own.
    named: Vec<(String, Zone)>,
    /// From when until when a zone is spoken of.
    reach: Vec<(Zone, Span)>,
}

/// A time as it is written.
#[derive(Clone)]
pub(in crate::event) struct Settled {
    pub value: DateTime,
    /// Whose clocks it shows; none of dates and floating times.
    pub zone: Option<Zone>,
    /// The instant, or a date or floating time as if it were one: what two of a kind are compared by.
    pub order: Instant,
}

impl Settler {
    /// The time under its zone's own name; a wall time in UTC becomes an instant.
    pub fn settle(&mut self, value: &DateTime) -> Result<Settled, FieldFault> {
        let settled = self.settle_quietly(value)?;
        self.reach_to(&settled, settled.order);
        Ok(settled)
    }

    /// The same of a time that is not itself written.
    fn settle_quietly(&mut self, value: &DateTime) -> Result<Settled, FieldFault> {
        let wall = wall_of(value);
        writable(wall.date())?;
        let plain = |zone| Settled { value: value.clone(), zone, order: Instant::from_utc(wall) };
        let DateTime::Zoned { tzid, .. } = value else {
            return Ok(plain(matches!(value, DateTime::Utc(_)).then(Zone::utc)));
        };
        let zone = self.zone(tzid)?;
        let order = zone.to_instant(wall);
        let value = match zone.name() {
            "UTC" => DateTime::Utc(order),
            name => DateTime::Zoned { wall, tzid: name.to_owned() },
        };
        Ok(Settled { value, zone: Some(zone), order })
    }

    /// Says that the zone of a time is spoken of at this instant, too.
    pub fn reach_to(&mut self, settled: &Settled, instant: Instant) {
        let (DateTime::Zoned { tzid, .. }, Some(zone)) = (&settled.value, &settled.zone) else { return };
        match self.reach.iter_mut().find(|(known, _)| known.name() == tzid) {
            Some((_, span)) => {
                let (start, end) = (span.start().min(instant), span.end().max(instant));
                *span = Span::new(start, end).unwrap_or(*span);
            }
            None => self.reach.push((zone.clone(), Span::lasting(instant, 0))),
        }
    }

    /// The VTIMEZONEs that are needed, each once.
    pub fn definitions(&self) -> impl Iterator<Item = Component<'static>> {
        self.reach.iter().map(|(zone, span)| zone.definition(*span))
    }

    pub fn zone(&mut self, name: &str) -> Result<Zone, FieldFault> {
        if let Some((_, zone)) = self.named.iter().find(|(known, _)| known == name) {
            return Ok(zone.clone());
        }
        let zone = Zone::named(name)?;
        self.named.push((name.to_owned(), zone.clone()));
        Ok(zone)
    }
}

impl Settled {
    /// Whether both are dates, both floating, or both instants: what RFC 5545 asks of a start and its end.
    pub fn is_like(&self, other: &Settled) -> bool {
        self.value.is_date() == other.value.is_date() && self.zone.is_some() == other.zone.is_some()
    }

    /// Another time in the way that this one is written: a date, a wall time on the same clocks, or an instant.
    pub fn like_it(&self, other: &DateTime, settler: &mut Settler) -> Result<DateTime, FieldFault> {
        let other = settler.settle_quietly(other)?;
        let wall = match (&self.zone, &other.zone) {
            (Some(zone), Some(_)) => zone.to_wall(other.order),
            // On dates and floating times stand the clocks of whoever looks.
            (None, Some(_)) if !self.value.is_date() => {
                return Err(FieldFault::Time(
                    "a series without a time zone has no instants; give times without one",
                ));
            }
            // A day of a series of times: at the time that the series has.
            _ if other.value.is_date() => wall_of(&other.value).date().and_time(wall_of(&self.value).time()),
            _ => wall_of(&other.value),
        };
        let like = match &self.value {
            DateTime::Date(_) => DateTime::Date(wall.date()),
            DateTime::Floating(_) => DateTime::Floating(wall),
            DateTime::Utc(_) => DateTime::Utc(Instant::from_utc(wall)),
            DateTime::Zoned { tzid, .. } => DateTime::Zoned { wall, tzid: tzid.clone() },
        };
        settler.settle(&like).map(|settled| settled.value)
    }
}

/// RFC 5545 has four digits for a year.
fn writable(date: Date) -> Result<(), FieldFault> {
    match (0..=9999).contains(&date.year()) {
        true => Ok(()),
        false => Err(FieldFault::Time("iCalendar can only write the years 0 to 9999")),
    }
}
