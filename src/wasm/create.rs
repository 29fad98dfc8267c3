//! New events to `.ics` text.

use super::failure::Failure;
use super::given::{Given, span, zone};
use crate::event::{Content, Event, Status, export};
use crate::time::Instant;
use serde::Deserialize;

/// A calendar to be written.
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

pub(super) fn create(calendar: &NewCalendar, now: f64) -> Result<String, Failure> {
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

pub(super) fn mixed() -> Failure {
    Failure::new("invalid_time", "start and end must both be dates, or both be times")
}

pub(super) fn status(text: Option<&str>) -> Result<Status, Failure> {
    let Some(text) = text else { return Ok(Status::Confirmed) };
    let all = [Status::Tentative, Status::Confirmed, Status::Cancelled];
    all.into_iter().find(|status| status.as_str().eq_ignore_ascii_case(text)).ok_or_else(|| {
        Failure::new(
            "invalid_status",
            format!("\"{text}\" is no status; write TENTATIVE, CONFIRMED or CANCELLED"),
        )
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::wasm::read::parse;

    pub const NOW: f64 = 1_795_000_000_000.0;

    pub fn new(start: &str, end: Option<&str>, time_zone: Option<&str>) -> NewCalendar {
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

    pub fn times(text: &str, zone: &str) -> (String, String, Option<String>) {
        let event = parse(text.as_bytes(), zone).unwrap().events.remove(0);
        (event.start, event.end, event.described.time_zone)
    }

    #[test]
    fn what_is_written_reads_as_it_was_given() {
        for (start, end, zone, read) in [
            (
                "2026-11-21T09:00:00Z",
                "2026-11-21T10:00:00Z",
                None,
                ("2026-11-21T04:00:00-05:00", "2026-11-21T05:00:00-05:00", Some("UTC")),
            ),
            (
                "2026-11-21T09:00",
                "2026-11-21T10:00",
                Some("Europe/Berlin"),
                ("2026-11-21T03:00:00-05:00", "2026-11-21T04:00:00-05:00", Some("Europe/Berlin")),
            ),
            ("2026-11-21", "2026-11-23", Some("Asia/Tokyo"), ("2026-11-21", "2026-11-23", None)),
        ] {
            let text = create(&new(start, Some(end), zone), NOW).unwrap();
            let (start, end, zone) = times(&text, "America/New_York");
            assert_eq!((start.as_str(), end.as_str(), zone.as_deref()), read);
        }
        let day = create(&new("2026-11-21", None, None), NOW).unwrap();
        assert_eq!(times(&day, "UTC").1, "2026-11-22");
    }

    #[test]
    fn times_that_make_no_sense_are_refused_with_a_code() {
        let code = |start, end, zone| create(&new(start, Some(end), zone), NOW).unwrap_err().code;
        assert_eq!(code("soon", "2026-11-21", None), "invalid_time");
        assert_eq!(code("2026-11-21", "2026-11-21T10:00:00Z", None), "invalid_time");
        assert_eq!(code("2026-11-21T10:00:00Z", "2026-11-21T09:00:00Z", None), "invalid_time");
        assert_eq!(code("2026-11-21T09:00", "2026-11-21T10:00", Some("Mars/Base")), "unknown_time_zone");
    }
}
