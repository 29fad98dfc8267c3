//! The usable events of an `.ics` text, and its problems.

use super::failure::Failure;
use super::given::zone;
use super::told::Told;
use crate::event::{Content, Event, is_transparent, sequence_of, uid_or_made};
use crate::ics::{Component, DateTime, parse_bytes};
use crate::zone::{Zone, Zones};
use serde::Serialize;
use std::collections::HashMap;

#[derive(Debug, Serialize)]
pub(super) struct Calendar {
    pub events: Vec<CalendarEvent>,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalendarEvent {
    pub uid: String,
    pub start: String,
    pub end: String,
    pub start_ms: i64,
    pub end_ms: i64,
    pub all_day: bool,
    pub recurring: bool,
    pub recurrence_rule: Option<String>,
    pub sequence: i64,
    #[serde(flatten)]
    pub described: Described,
}

/// What an event and each of its occurrences say of themselves.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Described {
    /// The zone that it is written in; none of dates and floating times.
    pub time_zone: Option<String>,
    pub summary: String,
    pub description: Option<String>,
    pub location: Option<String>,
    pub url: Option<String>,
    pub categories: Vec<String>,
    pub status: &'static str,
    pub transparency: &'static str,
}

/// What is wrong: with a line of a text, or with an event.
#[derive(Debug, Default, Serialize)]
pub(super) struct Problem {
    pub code: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
}

impl Problem {
    pub fn of(uid: &str, failure: Failure) -> Problem {
        let uid = Some(uid.to_owned());
        Problem { code: failure.code.to_owned(), message: failure.message, uid, ..Problem::default() }
    }
}

/// The events of a text; a problem where it holds no calendar at all.
pub(super) fn events_of(text: &[u8]) -> (Vec<Event>, Vec<Problem>) {
    let (calendars, problems) = calendars_of(text);
    (Event::each(calendars), problems)
}

fn calendars_of(text: &[u8]) -> (Vec<Component>, Vec<Problem>) {
    let parsed = parse_bytes(text);
    let has_calendar = parsed.calendars.iter().any(|c| c.is("VCALENDAR") || c.is("VEVENT"));
    let line = |p: crate::ics::Problem| Problem {
        code: "malformed_line".to_owned(),
        message: p.what.to_string(),
        line: Some(p.line),
        column: Some(p.column),
        component: p.component,
        uid: None,
    };
    let mut problems: Vec<Problem> = parsed.problems.into_iter().map(line).collect();
    if !has_calendar && !text.trim_ascii().is_empty() {
        let message = "the text holds no VCALENDAR; give the text of an .ics file".to_owned();
        problems.push(Problem { code: "no_calendar".to_owned(), message, ..Problem::default() });
    }
    (parsed.calendars, problems)
}

pub(super) fn parse(text: &[u8], time_zone: &str) -> Result<Calendar, Failure> {
    let floating = zone(time_zone)?;
    let (calendars, mut problems) = calendars_of(text);
    let mut told = Told::new(&floating);
    let mut events = Vec::new();
    for calendar in &calendars {
        let zones = Zones::of(calendar);
        let bare = std::slice::from_ref(calendar);
        let entries = if calendar.is("VEVENT") { bare } else { &calendar.components };
        for series in Series::of(entries) {
            match Content::of(series.main, &zones, &floating) {
                Ok(content) => events.push(calendar_event(series, content, &mut told)),
                Err(error) => problems.push(Problem::of(&series.uid, error.into())),
            }
        }
    }
    Ok(Calendar { events, problems })
}

/// The VEVENTs of one UID, without the copies that an [`Event`] keeps.
struct Series<'c> {
    uid: String,
    main: &'c Component,
    parts: usize,
}

impl<'c> Series<'c> {
    /// In order of appearance; as for [`Event`], the master of the highest SEQUENCE is the main one.
    fn of(entries: &'c [Component]) -> Vec<Series<'c>> {
        let mut all: Vec<Series<'c>> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for main in entries.iter().filter(|c| c.is("VEVENT")) {
            let uid = uid_or_made(main);
            let place = *places.entry(uid.clone()).or_insert(all.len());
            let Some(series) = all.get_mut(place) else {
                all.push(Series { uid, main, parts: 1 });
                continue;
            };
            let rank = |c: &Component| match c.property("RECURRENCE-ID") {
                None => Some(sequence_of(c)),
                Some(_) => None,
            };
            // Of overrides alone the first one stays.
            if rank(main) >= rank(series.main) && rank(main).is_some() {
                series.main = main;
            }
            series.parts += 1;
        }
        all
    }

    fn is_recurring(&self) -> bool {
        let rules = ["RRULE", "RDATE", "RECURRENCE-ID"];
        self.parts > 1 || rules.iter().any(|name| self.main.property(name).is_some())
    }
}

fn calendar_event(series: Series<'_>, content: Content, told: &mut Told<'_>) -> CalendarEvent {
    let (start, end) = (content.span.start(), content.span.end());
    let has_zone = content.time_zone.filter(|_| has_zone(series.main));
    CalendarEvent {
        start: told.text(start, content.all_day),
        end: told.text(end, content.all_day),
        start_ms: start.millis(),
        end_ms: end.millis(),
        all_day: content.all_day,
        recurring: series.is_recurring(),
        recurrence_rule: series.main.property("RRULE").map(|p| p.value().to_owned()),
        sequence: sequence_of(series.main),
        described: Described::of(series.main, has_zone),
        uid: series.uid,
    }
}

fn has_zone(event: &Component) -> bool {
    let start = event.property("DTSTART").and_then(|p| DateTime::of(p).ok());
    matches!(start, Some(DateTime::Utc(_) | DateTime::Zoned { .. }))
}

impl Described {
    fn of(event: &Component, time_zone: Option<String>) -> Described {
        let text = |name| event.property(name).map(|p| p.unescaped().into_owned()).filter(|t| !t.is_empty());
        let categories = event.properties("CATEGORIES").flat_map(|p| p.texts());
        Described {
            time_zone,
            summary: text("SUMMARY").unwrap_or_default(),
            description: text("DESCRIPTION"),
            location: text("LOCATION"),
            url: event.property("URL").map(|p| p.value().to_owned()).filter(|t| !t.is_empty()),
            categories: categories.collect(),
            status: crate::Status::of(event).as_str(),
            transparency: if is_transparent(event) { "TRANSPARENT" } else { "OPAQUE" },
        }
    }

    /// The same for a component of an event that has occurrences.
    pub fn of_component(component: &Component, event: &Event, floating: &Zone) -> Described {
        let start = component.property("DTSTART").and_then(|p| DateTime::of(p).ok());
        let zone = start.filter(|_| has_zone(component)).and_then(|start| {
            Zones::of(event.calendar()).zone_of(&start, floating).ok().map(|zone| zone.name().to_owned())
        });
        Described::of(component, zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_stands_for_each_uid_its_master_where_there_is_one() {
        let text = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nRECURRENCE-ID:20260102T000000Z\nDTSTART:20260102T030000Z\n\
            SUMMARY:moved\nEND:VEVENT\nBEGIN:VEVENT\nUID:1\nDTSTART:20260101T000000Z\nSUMMARY:master\nEND:VEVENT\n\
            BEGIN:VEVENT\nDTSTART:20260103\nEND:VEVENT\nEND:VCALENDAR";
        let events = parse(text, "UTC").unwrap().events;
        let told: Vec<_> = events.iter().map(|e| (e.described.summary.as_str(), e.recurring)).collect();
        assert_eq!(told, [("master", true), ("", false)]);
        assert_eq!(events[1].uid, Event::all(std::str::from_utf8(text).unwrap()).0[1].uid());
    }

    #[test]
    fn an_event_that_cannot_be_used_is_a_problem_and_the_others_are_there() {
        let text =
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Nowhere:20260101T000000\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:2\nDTSTART:20260101T000000\nend:vevent\nnonsense\nEND:VCALENDAR";
        let calendar = parse(text, "Europe/Berlin").unwrap();
        assert_eq!(calendar.events[0].start, "2026-01-01T00:00:00+01:00");
        let codes: Vec<_> =
            calendar.problems.iter().map(|p| (p.code.as_str(), p.line, p.uid.as_deref())).collect();
        assert_eq!(codes, [("malformed_line", Some(10), None), ("unknown_time_zone", None, Some("1"))]);
        assert_eq!(parse(b"<html>", "").unwrap().problems[0].code, "malformed_line");
        assert_eq!(parse(b"<html>", "").unwrap().problems[1].code, "no_calendar");
    }
}
