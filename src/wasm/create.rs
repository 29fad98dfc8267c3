//! New events and tasks to `.ics` text.

use super::details::{self, duration, instant, parsed};
use super::failure::Failure;
use super::flat::Asked;
use super::given::{Given, zone};
use crate::event::{
    CalendarProperties, Color, End, NewEvent, NewTodo, Percent, Repetition, Status, TodoStatus, Transparency,
    Uri, shown_by,
};
use crate::ics::{DateTime, Property};
use crate::time::Instant;
use crate::zone::Zone;

pub(super) fn create(asked: &mut Asked<'_>, now: f64) -> Result<String, Failure> {
    let stamp = Instant::from_millis(now as i64);
    let properties = properties(asked)?;
    let (events, todos) = (asked.each("events", event)?, asked.each("todos", todo)?);
    Ok(properties.text(&events, &todos, stamp)?)
}

fn properties(asked: &mut Asked<'_>) -> Result<CalendarProperties, Failure> {
    let mut own = || -> Result<Option<String>, Failure> { Ok(asked.optional()?.map(str::to_owned)) };
    let (name, description, time_zone, product_id) = (own()?, own()?, own()?, own()?);
    Ok(CalendarProperties {
        name,
        description,
        time_zone,
        product_id,
        color: parsed(asked, "color", Color::parse)?,
        refresh_interval: asked.optional()?.map(duration).transpose()?,
        source: parsed(asked, "source", Uri::parse)?,
        url: parsed(asked, "url", Uri::parse)?,
    })
}

fn event(asked: &mut Asked<'_>) -> Result<NewEvent, Failure> {
    let uid = asked.text()?;
    let zone = zone(asked.text()?)?;
    let start = date_time(asked.text()?, &zone)?;
    Ok(NewEvent {
        end: end(asked, &zone)?,
        repetition: repetition(asked, &zone)?,
        status: status(asked.optional()?)?,
        transparency: parsed(asked, "transparency", Transparency::parse)?.unwrap_or_default(),
        details: details::asked(asked, &zone)?,
        other: other(asked)?,
        ..NewEvent::new(uid, start)
    })
}

fn todo(asked: &mut Asked<'_>) -> Result<NewTodo, Failure> {
    let uid = asked.text()?;
    let zone = zone(asked.text()?)?;
    let start = asked.optional()?.map(|text| date_time(text, &zone)).transpose()?;
    Ok(NewTodo {
        start,
        due: end(asked, &zone)?,
        repetition: repetition(asked, &zone)?,
        status: parsed(asked, "status", TodoStatus::parse)?,
        completed: instant(asked, &zone)?,
        percent_complete: match asked.number()? {
            none if none < 0.0 => None,
            number => Some(Percent::new(number as u8)?),
        },
        details: details::asked(asked, &zone)?,
        other: other(asked)?,
        ..NewTodo::new(uid)
    })
}

/// A time as it is written: a date, an instant on the clocks of the zone, or what they show.
fn date_time(text: &str, zone: &Zone) -> Result<DateTime, Failure> {
    Ok(match Given::parse(text)? {
        Given::Date(date) => DateTime::Date(date),
        Given::Instant(instant) => shown_by(zone, instant),
        Given::Wall(wall) if zone.name() == "UTC" => DateTime::Utc(Instant::from_utc(wall)),
        Given::Wall(wall) => DateTime::Zoned { wall, tzid: zone.name().to_owned() },
    })
}

/// When it ends, or how long it lasts: a duration begins with P.
fn end(asked: &mut Asked<'_>, zone: &Zone) -> Result<Option<End>, Failure> {
    Ok(match asked.optional()? {
        None => None,
        Some(text) if text.starts_with(['P', '+', '-']) => Some(End::After(duration(text)?)),
        Some(text) => Some(End::At(date_time(text, zone)?)),
    })
}

fn repetition(asked: &mut Asked<'_>, zone: &Zone) -> Result<Repetition, Failure> {
    if let Some(id) = asked.optional()? {
        return Ok(Repetition::Override(date_time(id, zone)?));
    }
    let rules = asked.list(|asked| Ok(asked.text()?.to_owned()))?;
    let mut times = || asked.list(|asked| date_time(asked.text()?, zone));
    let (dates, exceptions) = (times()?, times()?);
    Ok(match rules.is_empty() && dates.is_empty() && exceptions.is_empty() {
        true => Repetition::Once,
        false => Repetition::Series { rules, dates, exceptions },
    })
}

/// X- properties, their values in plain text.
fn other(asked: &mut Asked<'_>) -> Result<Vec<Property<'static>>, Failure> {
    asked.list(|asked| Ok(Property::text(asked.text()?, asked.text()?)))
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
