//! VAVAILABILITY: when someone is there at all (RFC 7953 §3.1), the more important ones before the less important (§4).

use super::blocks::Block;
use super::free_busy::Kind;
use super::merged;
use crate::event::{EventError, Series, Times};
use crate::ics::{Component, DateTime};
use crate::recurrence::{Budget, RecurrenceError, expand};
use crate::time::{Instant, Span, sort_by_time};
use crate::zone::{Zone, Zones};

/// The time in the window that the VAVAILABILITYs of a calendar leave no room in, and those that cannot be read.
pub(super) fn unavailable<'c>(
    calendar: &'c Component<'c>,
    zones: &Zones<'_>,
    window: Span,
    zone: &Zone,
    budget: &mut Budget,
) -> (Vec<Block>, Vec<(&'c Component<'c>, RecurrenceError)>) {
    let mut stated: Vec<&Component> = calendar.components("VAVAILABILITY").collect();
    sort_by_time(&mut stated, |component| [-i64::from(priority(component)), 0, 0]);
    let (mut taken, mut problems): (Vec<(Span, &Component)>, Vec<_>) = (Vec::new(), Vec::new());
    for component in stated {
        let Some((range, free)) = told(component, zones, window, zone, budget)
            .map_err(|error| problems.push((component, error)))
            .ok()
            .flatten()
        else {
            continue;
        };
        // Within its range the more important one alone decides.
        let around = |(span, other)| without(span, &[range]).into_iter().map(move |span| (span, other));
        taken = taken.into_iter().flat_map(around).collect();
        taken.extend(without(range, &free).into_iter().map(|span| (span, component)));
    }
    // Without BUSYTYPE it is BUSY-UNAVAILABLE (§3.2).
    let kind = |c: &Component| c.property("BUSYTYPE").map_or(Kind::Unavailable, |p| Kind::read(p.value()));
    let block = |(span, component)| kind(component).block(component, span);
    (taken.into_iter().filter_map(block).collect(), problems)
}

/// The part of the window that one VAVAILABILITY speaks of, and what is free in it.
fn told(
    component: &Component,
    zones: &Zones<'_>,
    window: Span,
    zone: &Zone,
    budget: &mut Budget,
) -> Result<Option<(Span, Vec<Span>)>, RecurrenceError> {
    let Some(range) = range(component, zones, zone)?.and_then(|range| common(range, window)) else {
        return Ok(None);
    };
    Ok(Some((range, merged(available(component, zones, range, zone, budget)?))))
}

/// 1 is the highest, 9 the lowest; 0, or none, is below all (§3.1).
fn priority(component: &Component) -> u8 {
    let given = component.property("PRIORITY").and_then(|p| p.value().trim().parse().ok());
    given.filter(|priority| (1..=9).contains(priority)).unwrap_or(10)
}

/// From DTSTART to DTEND or for DURATION; without end where one is missing.
fn range(component: &Component, zones: &Zones<'_>, zone: &Zone) -> Result<Option<Span>, EventError> {
    let instant = |name: &str| match component.property(name) {
        Some(property) => Ok(Some(zones.instant_of(&DateTime::of(property)?, zone)?)),
        None => Ok::<_, EventError>(None),
    };
    let start = instant("DTSTART")?;
    let end = match start {
        Some(_) if component.property("DURATION").is_some() => {
            Times::of(component, zones, zone)?.span().end()
        }
        _ => instant("DTEND")?.unwrap_or(Instant::MAX),
    };
    Ok(Span::new(start.unwrap_or(Instant::MIN), end))
}

/// What its AVAILABLEs leave free in the range: each is expanded as an event is.
fn available(
    stated: &Component,
    zones: &Zones<'_>,
    range: Span,
    zone: &Zone,
    budget: &mut Budget,
) -> Result<Vec<Span>, RecurrenceError> {
    let mut free = Vec::new();
    for series in Series::among(stated.components("AVAILABLE")) {
        free.extend(expand(&series, zones, range, zone, budget)?.iter().map(|o| o.span));
    }
    Ok(free)
}

fn common(one: Span, other: Span) -> Option<Span> {
    Span::new(one.start().max(other.start()), one.end().min(other.end())).filter(|span| !span.is_empty())
}

/// What is left of a span without these, which are in order and do not overlap.
fn without(span: Span, holes: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut at = span.start();
    for hole in holes.iter().filter(|hole| hole.overlaps(span)) {
        left.extend(Span::new(at, hole.start()).filter(|part| !part.is_empty()));
        at = at.max(hole.end());
    }
    left.extend(Span::new(at, span.end()).filter(|part| !part.is_empty()));
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_leave_what_is_around_them() {
        let span = |from, to| Span::new(Instant::from_millis(from), Instant::from_millis(to)).unwrap();
        assert_eq!(without(span(0, 10), &[span(2, 3), span(5, 12)]), [span(0, 2), span(3, 5)]);
        assert_eq!(without(span(0, 10), &[span(0, 10)]), []);
        assert_eq!(without(span(0, 10), &[span(10, 12)]), [span(0, 10)]);
    }
}
