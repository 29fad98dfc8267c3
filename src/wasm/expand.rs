//! Occurrences for JavaScript: of calendars in a window, and of a rule by itself.

use super::failure::Failure;
use super::given::{Given, span, zone};
use super::read::{Described, Problem, events_of};
use super::told::Told;
use crate::event::Event;
use crate::recurrence::{Budget, RecurrenceError, rule_instants};
use crate::time::{Instant, Span};
use crate::zone::Zone;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Shared by all events of a call.
const STEPS: u64 = 1_000_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Window {
    from: Option<String>,
    to: Option<String>,
    time_zone: String,
    limit: Option<u32>,
}

impl Window {
    fn span(&self, zone: &Zone) -> Result<Span, Failure> {
        let at = |text: &Option<String>, none| match text {
            Some(text) => Ok::<_, Failure>(Given::parse(text)?.instant(zone)),
            None => Ok(none),
        };
        span(at(&self.from, Instant::MIN)?, at(&self.to, Instant::MAX)?)
    }

    fn limit(&self) -> usize {
        self.limit.map_or(usize::MAX, |limit| limit as usize)
    }
}

/// Occurrences with what many of them share given once. Made of parts, since a JSON object for each of tens of
/// thousands costs more than finding them.
#[derive(Debug)]
pub(super) struct Found {
    /// Start, end and RECURRENCE-ID of each, one after the other.
    pub times: String,
    /// For each: start and end in milliseconds, its component in `shared`, the lengths of its three texts.
    pub numbers: Vec<f64>,
    pub shared: Shared,
}

#[derive(Debug, Serialize)]
pub(super) struct Shared {
    components: Vec<Row>,
    problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
struct Row {
    uid: String,
    component: String,
    #[serde(flatten)]
    described: Described,
}

type Hit<'e> = (crate::Occurrence<'e>, &'e Event);

pub(super) fn expand(texts: &[Vec<u8>], window: &Window) -> Result<Found, Failure> {
    if window.to.is_none() && window.limit.is_none() {
        return Err(Failure::new(
            "invalid_argument",
            "say where the window ends: give `to`, `limit` or both",
        ));
    }
    let zone = zone(&window.time_zone)?;
    let (whole, limit) = (window.span(&zone)?, window.limit());
    let (mut events, mut unread) = (Vec::new(), Vec::new());
    for text in texts {
        let (found, problems) = events_of(text);
        events.extend(found);
        // A malformed line hides no event: `parse` tells it.
        unread.extend(problems.into_iter().filter(|p| p.code == "no_calendar"));
    }
    // With a limit the window opens step by step: nobody needs the next century to find three meetings.
    let mut days = if limit == usize::MAX { i64::MAX } else { 1 };
    let (mut hits, mut problems) = loop {
        let end = whole.start().plus_millis(days.saturating_mul(86_400_000)).min(whole.end());
        let found = within(&events, span(whole.start(), end)?, &zone)?;
        if found.0.len() >= limit || end == whole.end() {
            break found;
        }
        days = days.saturating_mul(8);
    };
    hits.truncate(limit);
    problems.splice(0..0, unread);
    Ok(told(&hits, problems, &zone))
}

fn within<'e>(
    events: &'e [Event],
    window: Span,
    zone: &Zone,
) -> Result<(Vec<Hit<'e>>, Vec<Problem>), Failure> {
    let mut budget = Budget::new(STEPS);
    let (mut hits, mut problems) = (Vec::new(), Vec::new());
    for event in events {
        match crate::occurrences(event, window, zone, &mut budget) {
            Ok(found) => hits.extend(found.into_iter().map(|occurrence| (occurrence, event))),
            // All that follows would be missing, too.
            Err(error @ RecurrenceError::Budget(_)) => return Err(error.into()),
            Err(error) => problems.push(Problem::of(event.uid(), error.into())),
        }
    }
    hits.sort_by_key(|(occurrence, _)| occurrence.span);
    Ok((hits, problems))
}

fn told(hits: &[Hit<'_>], problems: Vec<Problem>, zone: &Zone) -> Found {
    let mut told = Told::new(zone);
    let (mut times, mut numbers) =
        (String::with_capacity(75 * hits.len()), Vec::with_capacity(4 * hits.len()));
    let (mut components, mut places) = (Vec::new(), HashMap::new());
    for (occurrence, event) in hits {
        let place = *places.entry(std::ptr::from_ref(occurrence.event)).or_insert_with(|| {
            components.push(Row {
                uid: event.uid().to_owned(),
                component: occurrence.event.name().to_ascii_uppercase(),
                described: Described::of_component(occurrence.event, event, zone),
            });
            components.len() - 1
        });
        let (start, end) = (occurrence.span.start(), occurrence.span.end());
        let widths = [Some(start), Some(end), occurrence.recurrence_id]
            .map(|at| at.map_or(0, |at| told.push(&mut times, at, occurrence.all_day)));
        numbers.extend([start.millis() as f64, end.millis() as f64, place as f64]);
        numbers.push(f64::from(widths[0] | widths[1] << 5 | widths[2] << 10));
    }
    Found { times, numbers, shared: Shared { components, problems } }
}

#[derive(Debug, Deserialize)]
pub(super) struct Request {
    rule: String,
    start: String,
    #[serde(flatten)]
    window: Window,
}

pub(super) fn occurrences(request: &Request) -> Result<Vec<f64>, Failure> {
    let window = &request.window;
    let zone = zone(&window.time_zone)?;
    let start = Given::parse(&request.start)?.date_time();
    let span = window.span(&zone)?;
    let found = rule_instants(&request.rule, &start, &zone, span, window.limit(), &mut Budget::new(STEPS))?;
    Ok(found.into_iter().map(|instant| instant.millis() as f64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(lines: &str, to: Option<&str>, limit: Option<u32>) -> Result<Vec<String>, Failure> {
        let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n");
        let time_zone = "Europe/Berlin".to_owned();
        let window = Window { from: Some("2026-10-24".into()), to: to.map(str::to_owned), time_zone, limit };
        let found = expand(&[text.into_bytes()], &window)?;
        let (mut at, mut starts) = (0, Vec::new());
        for numbers in found.numbers.chunks(4) {
            let widths = numbers[3] as usize;
            let (start, end, id) = (widths & 31, widths >> 5 & 31, widths >> 10);
            starts.push(found.times[at..at + start].to_owned());
            at += start + end + id;
        }
        assert_eq!(at, found.times.len());
        Ok(starts)
    }

    #[test]
    fn a_limit_opens_the_window_only_as_far_as_it_needs() {
        let daily = "DTSTART;TZID=Europe/Berlin:20200101T090000\nRRULE:FREQ=DAILY";
        let two = ["2026-10-24T09:00:00+02:00", "2026-10-25T09:00:00+01:00"];
        assert_eq!(starts(daily, None, Some(2)).unwrap(), two);
        assert_eq!(starts(daily, Some("2026-10-26"), None).unwrap(), two);
        assert_eq!(starts("DTSTART;VALUE=DATE:20990101", None, Some(9)).unwrap(), ["2099-01-01"]);
        assert_eq!(starts(daily, None, None).unwrap_err().code, "invalid_argument");
    }

    #[test]
    fn what_would_be_cut_off_by_the_budget_is_an_error() {
        let seconds = "DTSTART:20260101T000000Z\nRRULE:FREQ=SECONDLY";
        assert_eq!(starts(seconds, Some("2099-01-01"), None).unwrap_err().code, "budget_exhausted");
        assert_eq!(starts(seconds, Some("2099-01-01"), Some(5)).unwrap().len(), 5);
    }
}
