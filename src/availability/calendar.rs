//! Everything in a calendar that takes its owner's time: events, published busy time, and stated absence.

use super::blocks::{Block, Owner, blocks_of_series};
use super::free_busy;
use super::stated::unavailable;
use crate::event::Series;
use crate::ics::Component;
use crate::recurrence::{Budget, RecurrenceError};
use crate::time::{Span, sort_by_time};
use crate::zone::Zones;

/// What takes time in the window by the VEVENTs, VFREEBUSYs (RFC 5545 §3.6.4) and VAVAILABILITYs (RFC 7953) of a
/// VCALENDAR, in order, and what could not be read: the UID, and the reason.
///
/// ```
/// # use kalends::{Budget, Instant, Span, Zone, ics, availability::{Owner, blocks_in}};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nUID:1\nFREEBUSY:20261123T090000Z/PT1H\nEND:VFREEBUSY\nEND:VCALENDAR";
/// let owner = Owner::new(Zone::utc());
/// let window = Span::lasting(Instant::parse("2026-11-23T00:00:00Z").unwrap(), 86_400_000);
/// let (blocks, _) = blocks_in(&owner, &ics::parse(text).calendars[0], window, &mut Budget::default());
/// assert_eq!(blocks[0].span.end().to_string(), "2026-11-23T10:00:00Z");
/// ```
pub fn blocks_in(
    owner: &Owner,
    calendar: &Component,
    window: Span,
    budget: &mut Budget,
) -> (Vec<Block>, Vec<(String, RecurrenceError)>) {
    let zones = Zones::of(calendar);
    let (mut blocks, mut problems) = (Vec::new(), Vec::new());
    for series in Series::all(calendar) {
        match blocks_of_series(owner, &series, &zones, window, budget) {
            Ok(found) => blocks.extend(found),
            Err(error) => problems.push((series.uid().to_owned(), error)),
        }
    }
    for component in calendar.components("VFREEBUSY") {
        match free_busy::stated(component, &zones, window, &owner.zone) {
            Ok(found) => blocks.extend(found),
            Err(error) => problems.push((uid(component), error.into())),
        }
    }
    let (found, unreadable) = unavailable(calendar, &zones, window, &owner.zone, budget);
    blocks.extend(found);
    problems.extend(unreadable.into_iter().map(|(component, error)| (uid(component), error)));
    blocks.retain(|block| owner.minds(block));
    sort_by_time(&mut blocks, |block| block.span.key());
    (blocks, problems)
}

fn uid(component: &Component) -> String {
    component.property("UID").map(|p| p.unescaped().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Instant;
    use crate::zone::Zone;

    #[test]
    fn what_cannot_be_read_is_told_and_the_rest_counts() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nUID:a\nFREEBUSY:soon\nEND:VFREEBUSY\n\
            BEGIN:VFREEBUSY\nUID:b\nFREEBUSY:20261123T090000Z/PT1H\nEND:VFREEBUSY\n\
            BEGIN:VAVAILABILITY\nUID:c\nDTSTART:never\nEND:VAVAILABILITY\n\
            BEGIN:VAVAILABILITY\nUID:d\nDTSTART:20261123T200000Z\nEND:VAVAILABILITY\nEND:VCALENDAR";
        let owner = Owner::new(Zone::utc());
        let window = Span::lasting(Instant::parse("2026-11-23T00:00:00Z").unwrap(), 86_400_000);
        let calendar = crate::ics::parse(text).calendars.remove(0);
        let (blocks, problems) = blocks_in(&owner, &calendar, window, &mut Budget::default());
        assert_eq!(blocks.iter().map(|b| b.uid.as_str()).collect::<Vec<_>>(), ["b", "d"]);
        assert_eq!(problems.iter().map(|(uid, _)| uid.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    }
}
