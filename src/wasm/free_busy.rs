//! Busy time, conflicts and free slots for JavaScript.

use super::failure::Failure;
use super::given::{span_between, zone};
use super::read::{Problem, events_of};
use crate::availability::{self, SlotRequest, WorkingHours, blocks};
use crate::event::Event;
use crate::recurrence::Budget;
use crate::time::Span;
use crate::zone::Zone;
use serde::{Deserialize, Serialize};

/// Shared by all events of a call.
const STEPS: u64 = 1_000_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Window {
    from: String,
    to: String,
    time_zone: String,
}

impl Window {
    fn resolve(&self) -> Result<(Span, Zone), Failure> {
        let zone = zone(&self.time_zone)?;
        Ok((span_between(&self.from, &self.to, &zone)?, zone))
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Found<T> {
    pub found: Vec<T>,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Busy {
    pub start: String,
    pub end: String,
    pub summary: String,
    pub uid: String,
    pub all_day: bool,
    pub tentative: bool,
}

/// The events of all texts, and the texts that hold none because they are no calendars.
fn read(texts: &[Vec<u8>]) -> (Vec<Event>, Vec<Problem>) {
    let (mut events, mut problems) = (Vec::new(), Vec::new());
    for text in texts {
        let (found, problem) = events_of(text);
        events.extend(found);
        // A malformed line hides no event, so it is not told here.
        problems.extend(problem.into_iter().filter(|p| p.code == "no_calendar"));
    }
    (events, problems)
}

pub(super) fn busy(texts: &[Vec<u8>], window: &Window) -> Result<Found<Busy>, Failure> {
    let (span, zone) = window.resolve()?;
    let (events, mut problems) = read(texts);
    let (found, unreadable) = blocks(&events, span, &zone, &mut Budget::new(STEPS));
    problems.extend(unreadable.into_iter().map(|(uid, error)| Problem::of(&uid, error.into())));
    let busy = |block: availability::Block| Busy {
        start: block.span.start().to_string(),
        end: block.span.end().to_string(),
        summary: block.summary,
        uid: block.uid,
        all_day: block.all_day,
        tentative: block.tentative,
    };
    Ok(Found { found: found.into_iter().map(busy).collect(), problems })
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wish {
    start: String,
    end: String,
    time_zone: String,
    busy: Vec<Taken>,
}

/// The places in the list of what is taken.
pub(super) fn conflicts(wish: &Wish) -> Result<Vec<u32>, Failure> {
    let zone = zone(&wish.time_zone)?;
    let asked = span_between(&wish.start, &wish.end, &zone)?;
    let mut places = Vec::new();
    for (place, taken) in (0..).zip(&wish.busy) {
        if span_between(&taken.start, &taken.end, &zone)?.overlaps(asked) {
            places.push(place);
        }
    }
    Ok(places)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    from: String,
    to: String,
    time_zone: String,
    // JSON has no NaN: it comes as null.
    duration_minutes: Option<f64>,
    step_minutes: Option<f64>,
    working_hours: Option<WorkingHours>,
    busy: Vec<Taken>,
    buffer_before_minutes: Option<f64>,
    buffer_after_minutes: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Taken {
    start: String,
    end: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Slot {
    start: String,
    end: String,
}

pub(super) fn free_slots(request: &Request) -> Result<Vec<Slot>, Failure> {
    let zone = zone(&request.time_zone)?;
    let busy = request.busy.iter().map(|taken| span_between(&taken.start, &taken.end, &zone));
    let busy = busy.collect::<Result<Vec<Span>, Failure>>()?;
    let millis = |minutes: Option<f64>| (minutes.unwrap_or(0.0) * 60_000.0) as i64;
    let asked = SlotRequest {
        span: span_between(&request.from, &request.to, &zone)?,
        duration: millis(request.duration_minutes),
        step: millis(request.step_minutes),
        zone,
        working_hours: request.working_hours.clone(),
        buffer_before: millis(request.buffer_before_minutes),
        buffer_after: millis(request.buffer_after_minutes),
    };
    let slot = |span: Span| Slot { start: span.start().to_string(), end: span.end().to_string() };
    Ok(availability::free_slots(&asked, &busy)?.into_iter().map(slot).collect())
}
