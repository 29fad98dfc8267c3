//! New events to `.ics` text.

use super::failure::Failure;
use super::flat::Asked;
use super::given::{Given, span, zone};
use crate::event::{Content, Event, Status, export};
use crate::time::Instant;

pub(super) fn create(asked: &mut Asked<'_>, now: f64) -> Result<String, Failure> {
    let stamp = Instant::from_millis(now as i64);
    let name = asked.optional()?;
    let events = asked.list(|asked| {
        let uid = asked.text()?;
        Ok(Event::new(uid, &content(asked)?, stamp)?)
    })?;
    Ok(export(name, &events).write())
}

fn content(asked: &mut Asked<'_>) -> Result<Content, Failure> {
    let mut own = || -> Result<Option<String>, Failure> { Ok(asked.optional()?.map(str::to_owned)) };
    let (summary, description, location) = (own()?.unwrap_or_default(), own()?, own()?);
    let start = Given::parse(asked.text()?)?;
    let end = asked.optional()?.map(Given::parse).transpose()?;
    let zone = zone(asked.text()?)?;
    let span = match end {
        Some(end) if end.is_date() != start.is_date() => return Err(mixed()),
        Some(end) => span(start.instant(&zone), end.instant(&zone))?,
        None => span(start.instant(&zone), start.instant(&zone))?,
    };
    Ok(Content {
        description,
        location,
        all_day: start.is_date(),
        time_zone: Some(zone.name().to_owned()),
        status: status(asked.optional()?)?,
        ..Content::new(&summary, span)
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
