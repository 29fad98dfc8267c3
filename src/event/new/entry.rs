//! What the entries of one calendar share while it is written.

use super::settle::{Settled, Settler};
use crate::event::field::{FieldError, FieldFault, shown};
use crate::ics::{Component, DateTime, Duration, Property};
use crate::time::Instant;

/// When an event or task ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Then. Of whole days it is the day after the last.
    At(DateTime),
    /// So long after the start, on its clocks.
    After(Duration),
}

/// Writes entries, and knows which time zones they need.
pub(in crate::event) struct EntryWriter {
    stamp: Property<'static>,
    pub settler: Settler,
}

/// How long an entry lasts, as it is written.
pub(in crate::event) enum Length {
    /// Until then.
    Until(Settled),
    /// So long.
    Lasting(Duration),
    /// It has none, or none was given.
    None,
}

impl EntryWriter {
    pub fn new(stamp: Instant) -> EntryWriter {
        EntryWriter { stamp: DateTime::Utc(stamp).property("DTSTAMP"), settler: Settler::default() }
    }

    /// A component with its UID and DTSTAMP.
    pub fn begin(&self, name: &str, uid: &str) -> Result<Component<'static>, FieldError> {
        let uid = Property::text("UID", uid.trim());
        if uid.value().is_empty() {
            return Err(no_uid());
        }
        let mut component = Component::new(name);
        component.properties = Vec::with_capacity(16);
        component.properties.extend([uid, self.stamp.clone()]);
        Ok(component)
    }

    pub fn settle(&mut self, field: &str, time: &DateTime) -> Result<Settled, FieldError> {
        self.settler.settle(time).map_err(|fault| FieldError::new(field, fault))
    }

    /// What an end means to what starts so, or does not start.
    pub fn length(
        &mut self,
        field: &str,
        start: Option<&Settled>,
        end: Option<&End>,
    ) -> Result<Length, FieldError> {
        let time = |why| FieldError::new(field, FieldFault::Time(why));
        match (end, start) {
            (None, _) => Ok(Length::None),
            (Some(End::At(end)), None) => self.settle(field, end).map(Length::Until),
            (Some(End::At(end)), Some(start)) => {
                let end = self.settle(field, end)?;
                if !start.is_like(&end) {
                    return Err(time(
                        "start and end must both be dates, both be times without a zone, or neither",
                    ));
                }
                match end.order.cmp(&start.order) {
                    std::cmp::Ordering::Less => Err(time("the end is before the start")),
                    std::cmp::Ordering::Equal => Ok(Length::None),
                    std::cmp::Ordering::Greater => Ok(Length::Until(end)),
                }
            }
            (Some(End::After(_)), None) => {
                Err(FieldError::new("start", FieldFault::Missing("a duration counts from a start")))
            }
            (Some(End::After(duration)), Some(start)) => {
                if duration.days() < 0 || duration.seconds() < 0 {
                    return Err(time("the end is before the start"));
                }
                if start.value.is_date() && duration.seconds() != 0 {
                    return Err(time("what starts on a date lasts whole days"));
                }
                if *duration == Duration::default() {
                    return Ok(Length::None);
                }
                let millis = (duration.days() * 86_400 + duration.seconds()) * 1000;
                self.settler.reach_to(start, start.order.plus_millis(millis));
                Ok(Length::Lasting(*duration))
            }
        }
    }
}

pub(in crate::event) fn no_uid() -> FieldError {
    FieldError::new("uid", FieldFault::Missing("it tells this entry from all others"))
}

/// Properties that are not described otherwise: X- ones only, so that none is there twice.
pub(in crate::event) fn write_other(
    other: &[Property<'static>],
    out: &mut Vec<Property<'static>>,
) -> Result<(), FieldError> {
    for (place, property) in other.iter().enumerate() {
        if !property.name().get(..2).is_some_and(|start| start.eq_ignore_ascii_case("X-")) {
            let fault = FieldFault::Name(shown(property.name()));
            return Err(FieldError::new(&format!("other[{place}]"), fault));
        }
        out.push(property.clone());
    }
    Ok(())
}
