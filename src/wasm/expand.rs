//! Occurrences for JavaScript: of calendars in a window, and of a rule by itself.

use super::clock::Clock;
use super::described::describe;
use super::failure::Failure;
use super::flat::{Asked, Told};
use super::given::{Given, span, zone};
use super::problem::{of_time, problem, tell_unusable};
use super::read::Calendar;
use crate::Occurrence;
use crate::event::{Series, Times};
use crate::ics::{Parsed, Problem, parse_bytes};
use crate::recurrence::{self, Budget, RecurrenceError, rule_instants};
use crate::time::{Instant, Span, sort_by_time};
use crate::zone::Zone;
use std::collections::HashMap;

/// Shared by all events of a call.
const STEPS: u64 = 1_000_000;

/// A window that may be open on either side.
#[derive(Debug)]
pub(super) struct Window {
    zone: Zone,
    span: Span,
    is_open: bool,
    limit: usize,
}

impl Window {
    pub fn read(asked: &mut Asked<'_>) -> Result<Window, Failure> {
        let zone = zone(asked.text()?)?;
        let (from, to) = (asked.optional()?, asked.optional()?);
        let at = |text: Option<&str>, none| match text {
            Some(text) => Ok::<_, Failure>(Given::parse(text)?.instant(&zone)),
            None => Ok(none),
        };
        let span = span(at(from, Instant::MIN)?, at(to, Instant::MAX)?)?;
        // Infinity stands for no limit.
        let limit = asked.count()?;
        Ok(Window { span, is_open: to.is_none(), limit, zone })
    }
}

/// An occurrence, and where its calendar and series stand.
type Hit<'c> = (Occurrence<'c>, &'c Calendar<'c>, &'c Series<'c>);

pub(super) fn expand(texts: &[Vec<u8>], window: &Window) -> Result<Told, Failure> {
    if window.is_open && window.limit == usize::MAX {
        return Err(Failure::new(
            "invalid_argument",
            "say where the window ends: give `to`, `limit` or both",
        ));
    }
    let parsed: Vec<Parsed<'_>> = texts.iter().map(|text| parse_bytes(text)).collect();
    let mut problems = Vec::new();
    for (text, parsed) in texts.iter().zip(&parsed) {
        problems.append(&mut of_time(text, parsed));
    }
    let calendars: Vec<Calendar<'_>> =
        parsed.iter().flat_map(|parsed| &parsed.calendars).map(Calendar::of).collect();
    // With a limit the window opens step by step: nobody needs the next century to find three meetings.
    let mut days = if window.limit == usize::MAX { i64::MAX } else { 1 };
    let whole = window.span;
    let mut hits = loop {
        let end = whole.start().plus_millis(days.saturating_mul(86_400_000)).min(whole.end());
        let found = within(&calendars, span(whole.start(), end)?, &window.zone, &mut problems)?;
        if found.len() >= window.limit || end == whole.end() {
            break found;
        }
        days = days.saturating_mul(8);
    };
    hits.truncate(window.limit);
    Ok(tell(&hits, &problems, &window.zone))
}

fn within<'c>(
    calendars: &'c [Calendar<'c>],
    window: Span,
    zone: &Zone,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Hit<'c>>, Failure> {
    let mut budget = Budget::new(STEPS);
    let mut hits = Vec::new();
    for calendar in calendars {
        for series in &calendar.series {
            match recurrence::expand(series, &calendar.zones, window, zone, &mut budget) {
                Ok(found) => {
                    hits.extend(found.into_iter().map(|occurrence| (occurrence, calendar, series)));
                }
                // All that follows would be missing, too.
                Err(error @ RecurrenceError::Budget(_)) => return Err(error.into()),
                Err(error) => tell_unusable(Some(series.main()), series.uid(), &error, problems),
            }
        }
    }
    sort_by_time(&mut hits, |(occurrence, ..)| occurrence.span.key());
    Ok(hits)
}

/// What many occurrences share is told once, before them.
fn tell(hits: &[Hit<'_>], problems: &[Problem], zone: &Zone) -> Told {
    let (mut shared, mut places) = (Vec::new(), HashMap::new());
    let mut placed = Vec::with_capacity(hits.len());
    for (occurrence, calendar, series) in hits {
        let place = *places.entry(std::ptr::from_ref(occurrence.event)).or_insert_with(|| {
            shared.push((occurrence.event, *calendar, *series));
            shared.len() - 1
        });
        placed.push((place, occurrence));
    }
    let mut told = Told::with_capacity(60 * hits.len(), 5 * hits.len());
    told.list(&shared, |told, (component, calendar, series)| {
        told.text(series.uid());
        told.text(&component.name().to_ascii_uppercase());
        let times = Times::of(component, &calendar.zones, zone).ok();
        describe(component, times.as_ref().and_then(Times::zone_named), told);
    });
    told.list(problems, problem);
    let mut clock = Clock::new(zone);
    told.list(&placed, |told, (place, occurrence)| {
        let (start, end) = (occurrence.span.start(), occurrence.span.end());
        told.count(*place);
        told.number(start.millis() as f64);
        told.number(end.millis() as f64);
        told.flag(occurrence.all_day);
        told.written(|text| clock.push(text, start, occurrence.all_day));
        told.written(|text| clock.push(text, end, occurrence.all_day));
        // Most often it is the start.
        let id = occurrence.recurrence_id;
        told.flag(id == Some(start));
        if id != Some(start) {
            told.written(|text| id.into_iter().for_each(|id| clock.push(text, id, occurrence.all_day)));
        }
    });
    told
}

pub(super) fn occurrences(asked: &mut Asked<'_>) -> Result<Vec<f64>, Failure> {
    let (rule, start) = (asked.text()?, Given::parse(asked.text()?)?.date_time());
    let window = Window::read(asked)?;
    let mut budget = Budget::new(STEPS);
    let found = rule_instants(rule, &start, &window.zone, window.span, window.limit, &mut budget)?;
    Ok(found.into_iter().map(|instant| instant.millis() as f64).collect())
}
