//! One event's fields changed in the text that came.

use super::create::{mixed, status};
use super::failure::Failure;
use super::given::{Given, span, zone};
use crate::event::{Content, Event};
use crate::time::Instant;
use crate::zone::Zones;
use serde::Deserialize;

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

pub(super) fn patch(text: &[u8], changes: &Changes, time_zone: &str, now: f64) -> Result<String, Failure> {
    let event = Event::parse_bytes(text)?;
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
    use crate::wasm::create::tests::{NOW, new, times};
    use crate::wasm::create::{NewCalendar, create};

    #[test]
    fn a_new_start_alone_keeps_the_length() {
        let moved = |from: &NewCalendar, start: &str| {
            let changes = Changes { start: Some(start.to_owned()), ..Changes::default() };
            times(
                &patch(create(from, NOW).unwrap().as_bytes(), &changes, "Europe/Berlin", NOW).unwrap(),
                "Europe/Berlin",
            )
        };
        let timed = new("2026-11-21T09:00", Some("2026-11-21T09:45"), Some("Europe/Berlin"));
        assert_eq!(moved(&timed, "2026-11-22T10:00:00Z").1, "2026-11-22T11:45:00+01:00");
        // Over the change of the clocks, two days stay two days.
        let days = new("2026-10-20", Some("2026-10-22"), Some("Europe/Berlin"));
        assert_eq!(moved(&days, "2026-10-24"), ("2026-10-24".into(), "2026-10-26".into(), None));
    }
}
