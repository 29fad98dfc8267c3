//! Reading, writing and changing `.ics` texts for JavaScript.

use super::failure::Failure;
use super::given::{Given, span, told, zone};
use crate::event::{Content, Event, Status, export};
use crate::ics::DateTime;
use crate::time::Instant;
use crate::zone::{Zone, Zones};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize)]
pub(super) struct Calendar {
    pub events: Vec<CalendarEvent>,
    pub problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalendarEvent {
    pub uid: String,
    pub summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    pub start: String,
    pub end: String,
    pub all_day: bool,
    pub time_zone: Option<String>,
    pub status: &'static str,
    pub recurring: bool,
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
pub(super) fn events_of(text: &str) -> (Vec<Event>, Vec<Problem>) {
    let (events, found) = Event::all(text);
    let mut problems: Vec<Problem> = found
        .into_iter()
        .map(|p| Problem {
            code: "malformed_line".to_owned(),
            message: p.what.to_string(),
            line: Some(p.line),
            column: Some(p.column),
            component: p.component,
            uid: None,
        })
        .collect();
    let is_calendar = |line: &str| line.trim().eq_ignore_ascii_case("BEGIN:VCALENDAR");
    if events.is_empty() && !text.trim().is_empty() && !text.split(['\r', '\n', '\u{feff}']).any(is_calendar)
    {
        let message = "the text holds no VCALENDAR; give the text of an .ics file".to_owned();
        problems.push(Problem { code: "no_calendar".to_owned(), message, ..Problem::default() });
    }
    (events, problems)
}

pub(super) fn parse(text: &str, time_zone: &str) -> Result<Calendar, Failure> {
    let floating = zone(time_zone)?;
    let (found, mut problems) = events_of(text);
    let mut events = Vec::with_capacity(found.len());
    for event in found {
        match event.content(&floating) {
            Ok(content) => events.push(calendar_event(&event, content, &floating)),
            Err(error) => problems.push(Problem::of(event.uid(), error.into())),
        }
    }
    Ok(Calendar { events, problems })
}

fn calendar_event(event: &Event, content: Content, floating: &Zone) -> CalendarEvent {
    let start = event.main().property("DTSTART").and_then(|p| DateTime::of(p).ok());
    let has_zone = matches!(start, Some(DateTime::Utc(_) | DateTime::Zoned { .. }));
    CalendarEvent {
        uid: event.uid().to_owned(),
        summary: content.summary,
        description: content.description,
        location: content.location,
        start: told(content.span.start(), content.all_day, floating),
        end: told(content.span.end(), content.all_day, floating),
        all_day: content.all_day,
        time_zone: content.time_zone.filter(|_| has_zone),
        status: content.status.as_str(),
        recurring: event.is_recurring(),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct NewCalendar {
    name: Option<String>,
    events: Vec<NewEvent>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewEvent {
    uid: String,
    summary: String,
    description: Option<String>,
    location: Option<String>,
    start: String,
    end: Option<String>,
    time_zone: Option<String>,
    status: Option<String>,
}

pub(super) fn write(calendar: &NewCalendar, now: f64) -> Result<String, Failure> {
    let stamp = Instant::from_millis(now as i64);
    let event = |new: &NewEvent| Ok(Event::new(&new.uid, &content(new)?, stamp)?);
    let events: Vec<Event> = calendar.events.iter().map(event).collect::<Result<_, Failure>>()?;
    Ok(export(calendar.name.as_deref(), &events).write())
}

fn content(new: &NewEvent) -> Result<Content, Failure> {
    let zone = zone(new.time_zone.as_deref().unwrap_or_default())?;
    let start = Given::parse(&new.start)?;
    let end = new.end.as_deref().map(Given::parse).transpose()?;
    let span = match end {
        Some(end) if end.is_date() != start.is_date() => return Err(mixed()),
        Some(end) => span(start.instant(&zone), end.instant(&zone))?,
        None => span(start.instant(&zone), start.instant(&zone))?,
    };
    Ok(Content {
        description: new.description.clone(),
        location: new.location.clone(),
        all_day: start.is_date(),
        time_zone: Some(zone.name().to_owned()),
        status: status(new.status.as_deref())?,
        ..Content::new(&new.summary, span)
    })
}

fn mixed() -> Failure {
    Failure::new("invalid_time", "start and end must both be dates, or both be times")
}

fn status(text: Option<&str>) -> Result<Status, Failure> {
    let Some(text) = text else { return Ok(Status::Confirmed) };
    let all = [Status::Tentative, Status::Confirmed, Status::Cancelled];
    all.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
        Failure::new(
            "invalid_status",
            format!("\"{text}\" is no status; write TENTATIVE, CONFIRMED or CANCELLED"),
        )
    })
}

/// What is to change; what is absent stays, an empty text is taken away.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Changes {
    summary: Option<String>,
    description: Option<String>,
    location: Option<String>,
    start: Option<String>,
    end: Option<String>,
    status: Option<String>,
}

pub(super) fn patch(text: &str, changes: &Changes, time_zone: &str, now: f64) -> Result<String, Failure> {
    let event = Event::parse(text)?;
    let floating = zone(time_zone)?;
    let mut content = event.content(&floating)?;
    if let Some(summary) = &changes.summary {
        content.summary.clone_from(summary);
    }
    if changes.description.is_some() {
        content.description.clone_from(&changes.description);
    }
    if changes.location.is_some() {
        content.location.clone_from(&changes.location);
    }
    if changes.status.is_some() {
        content.status = status(changes.status.as_deref())?;
    }
    if changes.start.is_some() || changes.end.is_some() {
        move_to(&mut content, changes, &event)?;
    }
    Ok(event.patched(&content, Instant::from_millis(now as i64))?.to_ics())
}

/// Moves a content to new times. With a new start alone it keeps its length, in days where it is all-day.
fn move_to(content: &mut Content, changes: &Changes, event: &Event) -> Result<(), Failure> {
    let name = content.time_zone.as_deref().unwrap_or("UTC");
    let zone = Zones::of(event.calendar()).resolve(name)?;
    let start = changes.start.as_deref().map(Given::parse).transpose()?;
    let end = changes.end.as_deref().map(Given::parse).transpose()?;
    let all_day = start.or(end).is_some_and(Given::is_date);
    if start.zip(end).is_some_and(|(start, end)| start.is_date() != end.is_date())
        || (start.is_none() && all_day != content.all_day)
    {
        return Err(mixed());
    }
    let old = content.span;
    let begin = start.map_or(old.start(), |start| start.instant(&zone));
    let finish = match (start, end) {
        (_, Some(end)) => end.instant(&zone),
        (Some(Given::Date(first)), None) if content.all_day => {
            let date = |instant| zone.to_wall(instant).date();
            let days = (date(old.end()) - date(old.start())).num_days();
            let last = first.checked_add_signed(chrono::TimeDelta::days(days)).unwrap_or(first);
            Given::Date(last).instant(&zone)
        }
        (Some(Given::Date(first)), None) => Given::Date(first.succ_opt().unwrap_or(first)).instant(&zone),
        // An all-day event that becomes timed has no hours to keep.
        (Some(_), None) if content.all_day => begin,
        _ => begin.plus_millis(old.millis()),
    };
    content.span = span(begin, finish)?;
    content.all_day = all_day;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: f64 = 1_795_000_000_000.0;

    fn new(start: &str, end: Option<&str>, time_zone: Option<&str>) -> NewCalendar {
        let own = |text: &str| text.to_owned();
        let event = NewEvent {
            uid: own("u"),
            summary: own("Lunch"),
            description: None,
            location: None,
            start: own(start),
            end: end.map(own),
            time_zone: time_zone.map(own),
            status: None,
        };
        NewCalendar { name: Some(own("Mine")), events: vec![event] }
    }

    fn times(text: &str, zone: &str) -> (String, String, Option<String>) {
        let event = parse(text, zone).unwrap().events.remove(0);
        (event.start, event.end, event.time_zone)
    }

    #[test]
    fn what_is_written_reads_as_it_was_given() {
        for (start, end, zone, read) in [
            (
                "2026-11-21T09:00:00Z",
                "2026-11-21T10:00:00Z",
                None,
                ("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z", Some("UTC")),
            ),
            (
                "2026-11-21T09:00",
                "2026-11-21T10:00",
                Some("Europe/Berlin"),
                ("2026-11-21T08:00:00Z", "2026-11-21T09:00:00Z", Some("Europe/Berlin")),
            ),
            ("2026-11-21", "2026-11-23", Some("Asia/Tokyo"), ("2026-11-21", "2026-11-23", None)),
        ] {
            let text = write(&new(start, Some(end), zone), NOW).unwrap();
            let (start, end, zone) = times(&text, "America/New_York");
            assert_eq!((start.as_str(), end.as_str(), zone.as_deref()), read);
        }
        let day = write(&new("2026-11-21", None, None), NOW).unwrap();
        assert_eq!(times(&day, "UTC").1, "2026-11-22");
    }

    #[test]
    fn times_that_make_no_sense_are_refused_with_a_code() {
        let code = |start, end, zone| write(&new(start, Some(end), zone), NOW).unwrap_err().code;
        assert_eq!(code("soon", "2026-11-21", None), "invalid_time");
        assert_eq!(code("2026-11-21", "2026-11-21T10:00:00Z", None), "invalid_time");
        assert_eq!(code("2026-11-21T10:00:00Z", "2026-11-21T09:00:00Z", None), "invalid_time");
        assert_eq!(code("2026-11-21T09:00", "2026-11-21T10:00", Some("Mars/Base")), "unknown_time_zone");
    }

    #[test]
    fn a_new_start_alone_keeps_the_length() {
        let moved = |from: &NewCalendar, start: &str| {
            let changes = Changes { start: Some(start.to_owned()), ..Changes::default() };
            times(
                &patch(&write(from, NOW).unwrap(), &changes, "Europe/Berlin", NOW).unwrap(),
                "Europe/Berlin",
            )
        };
        let timed = new("2026-11-21T09:00", Some("2026-11-21T09:45"), Some("Europe/Berlin"));
        assert_eq!(moved(&timed, "2026-11-22T10:00:00Z").1, "2026-11-22T10:45:00Z");
        // Over the change of the clocks, two days stay two days.
        let days = new("2026-10-20", Some("2026-10-22"), Some("Europe/Berlin"));
        assert_eq!(moved(&days, "2026-10-24"), ("2026-10-24".into(), "2026-10-26".into(), None));
    }

    #[test]
    fn an_event_that_cannot_be_used_is_a_problem_and_the_others_are_there() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Nowhere:20260101T000000\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:2\nDTSTART:20260101T000000\nend:vevent\nnonsense\nEND:VCALENDAR";
        let calendar = parse(text, "Europe/Berlin").unwrap();
        assert_eq!(calendar.events[0].start, "2025-12-31T23:00:00Z");
        let codes: Vec<_> =
            calendar.problems.iter().map(|p| (p.code.as_str(), p.line, p.uid.as_deref())).collect();
        assert_eq!(codes, [("malformed_line", Some(10), None), ("unknown_time_zone", None, Some("1"))]);
        assert_eq!(parse("<html>", "").unwrap().problems[0].code, "malformed_line");
        assert_eq!(parse("<html>", "").unwrap().problems[1].code, "no_calendar");
    }
}
