//! A changed content worked into the event that came, keeping everything that it does not speak of.

use super::shift::Shift;
use super::times::Times;
use super::{Content, Event, EventError, Field, sequence_of};
use crate::ics::{Component, DateTime, Duration, Property};
use crate::time::{Instant, Wall};
use crate::zone::{Zone, Zones};
use chrono::NaiveTime;

pub(super) fn patched(event: &Event, content: &Content, stamp: Instant) -> Result<Event, EventError> {
    let zones = Zones::of(&event.calendar);
    // The zone may be one that only this calendar defines.
    let zone = content.time_zone.as_deref().map_or(Ok(Zone::utc()), |name| zones.resolve(name))?;
    let own = event.content(&zone);
    let changed = match &own {
        Ok(own) => own.differences(content),
        // Times that cannot be read are replaced; of the rest, only what differs.
        Err(_) => {
            let readable = Content { span: content.span, ..text_of(event.main()) };
            let mut changed = readable.differences(content);
            changed.retain(|field| *field != Field::Time);
            changed.push(Field::Time);
            changed
        }
    };
    let mut result = event.clone();
    if changed.is_empty() {
        return Ok(result);
    }
    let main = &mut result.calendar.components[event.main];
    for field in &changed {
        match field {
            Field::Summary => set_text(main, "SUMMARY", Some(&content.summary)),
            Field::Description => {
                set_text(main, "DESCRIPTION", content.description.as_deref());
                // Outlook's HTML copy of the text would still say the old one.
                main.remove("X-ALT-DESC");
            }
            Field::Location => {
                set_text(main, "LOCATION", content.location.as_deref());
                // Apple shows this place in preference to LOCATION.
                main.remove("X-APPLE-STRUCTURED-LOCATION");
            }
            Field::Status => {
                let status = content.status.as_str();
                match main.property_mut("STATUS") {
                    Some(property) => property.set_known(status),
                    None => main.properties.push(Property::known("STATUS", status)),
                }
            }
            Field::Time => set_times(main, content, &zones, &zone)?,
        }
    }
    if changed.contains(&Field::Time) && event.is_recurring() {
        let times = |event: &Component| Times::of(event, &zones, &zone).ok();
        let shift = times(event.main()).zip(times(main)).and_then(|(old, new)| Shift::between(&old, &new));
        if let Some(shift) = shift.filter(|_| event.master().is_some()) {
            shift.apply_to_series(main, &zones);
            let replaced = |c: &&mut Component| c.is("VEVENT") && c.property("RECURRENCE-ID").is_some();
            for replacement in result.calendar.components.iter_mut().filter(replaced) {
                shift.apply_to_override(replacement, &zones);
            }
        }
    }
    let main = &mut result.calendar.components[event.main];
    if changed.iter().any(|field| matches!(field, Field::Time | Field::Status)) {
        let sequence = sequence_of(main).saturating_add(1);
        main.set(Property::known("SEQUENCE", sequence.to_string()));
    }
    for name in ["DTSTAMP", "LAST-MODIFIED"] {
        main.set(DateTime::Utc(stamp).property(name));
    }
    let named = |component: &Component| component.property("DTSTART")?.parameter("TZID").map(str::to_owned);
    if named(main) == Some(zone.name().to_owned()) && named(event.main()) != named(main) {
        // A zone that the event did not name before.
        result.calendar.components.insert(0, zone.definition(content.span));
        result.main += 1;
    }
    Ok(result)
}

/// Start and end of a content as properties give them.
pub(super) fn times_of(content: &Content, zone: &Zone) -> (DateTime, DateTime) {
    let (start, end) = (content.span.start(), content.span.end());
    if content.all_day {
        let first = zone.to_wall(start).date();
        let end = zone.to_wall(end);
        let next = if end.time() == NaiveTime::MIN { Some(end.date()) } else { end.date().succ_opt() };
        let last = next.filter(|date| *date > first).or(first.succ_opt()).unwrap_or(first);
        return (DateTime::Date(first), DateTime::Date(last));
    }
    let time = |instant: Instant| match zone.name() {
        "UTC" => DateTime::Utc(instant),
        name => DateTime::Zoned { wall: seconds_only(zone.to_wall(instant)), tzid: name.to_owned() },
    };
    (time(start), time(end))
}

fn text_of(event: &Component) -> Content {
    let text = |name| event.property(name).map(|p| p.unescaped().into_owned());
    let nowhen = crate::time::Span::lasting(Instant::MIN, 0);
    Content {
        description: text("DESCRIPTION"),
        location: text("LOCATION"),
        status: super::Status::of(event),
        ..Content::new(&text("SUMMARY").unwrap_or_default(), nowhen)
    }
}

fn set_text(event: &mut Component, name: &str, text: Option<&str>) {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return event.remove(name) };
    match event.property_mut(name) {
        Some(property) => {
            property.set_text(text);
            // It points at another rendering of the old text.
            property.remove_parameter("ALTREP");
        }
        None => event.properties.push(Property::text(name, text)),
    }
}

fn set_times(event: &mut Component, content: &Content, zones: &Zones, zone: &Zone) -> Result<(), EventError> {
    let old = Times::of(event, zones, zone).ok();
    let had_duration = event.property("DURATION").is_some() && event.property("DTEND").is_none();
    let (start, end) = times_of(content, zone);
    // The end may have been given in another zone than the start: each keeps its own.
    let keep = |name: &str, new: DateTime, instant: Instant| {
        let old = event.property(name).and_then(|p| DateTime::of(p).ok());
        match old.or_else(|| old_start(event)) {
            Some(kind) if !content.all_day => in_kind_of(kind, instant, zones, zone).unwrap_or(new),
            _ => new,
        }
    };
    let start = keep("DTSTART", start, content.span.start());
    let end = keep("DTEND", end, content.span.end());
    write_time(event, "DTSTART", &start);
    if had_duration {
        let length = match (&start, &end) {
            (DateTime::Date(first), DateTime::Date(last)) => Duration::new((*last - *first).num_days(), 0),
            _ => kept_nominal(old.as_ref(), &start, content, zones, zone),
        };
        event.set(Property::known("DURATION", length.to_string()));
    } else {
        event.remove("DURATION");
        write_time(event, "DTEND", &end);
    }
    Ok(())
}

fn old_start(event: &Component) -> Option<DateTime> {
    event.property("DTSTART").and_then(|p| DateTime::of(p).ok())
}

/// The instant written the way the property was: UTC, floating, or in the same zone.
fn in_kind_of(kind: DateTime, instant: Instant, zones: &Zones, floating: &Zone) -> Option<DateTime> {
    match kind {
        DateTime::Date(_) => None,
        DateTime::Utc(_) => Some(DateTime::Utc(instant)),
        DateTime::Floating(_) => Some(DateTime::Floating(seconds_only(floating.to_wall(instant)))),
        DateTime::Zoned { tzid, .. } => {
            let wall = seconds_only(zones.resolve(&tzid).ok()?.to_wall(instant));
            Some(DateTime::Zoned { wall, tzid })
        }
    }
}

/// The old duration where it still gives the right end (P1D stays P1D), else the exact time.
fn kept_nominal(
    old: Option<&Times>,
    start: &DateTime,
    content: &Content,
    zones: &Zones,
    floating: &Zone,
) -> Duration {
    if let Some(old) = old
        && let super::Length::Nominal(duration) = old.length
        && let Ok(zone) = zones.zone_of(start, floating)
    {
        let moved = Times { start: start.clone(), zone, length: old.length };
        if moved.span() == content.span {
            return duration;
        }
    }
    Duration::new(0, content.span.millis() / 1000)
}

fn write_time(event: &mut Component, name: &str, value: &DateTime) {
    match event.property_mut(name) {
        Some(property) => value.write_into(property),
        None => {
            // The end belongs beside the start, where readers look for it.
            let at = event.properties.iter().position(|p| p.is("DTSTART")).map_or(0, |at| at + 1);
            event.properties.insert(at, value.property(name));
        }
    }
}

fn seconds_only(wall: Wall) -> Wall {
    use chrono::Timelike;
    wall.with_nanosecond(0).unwrap_or(wall)
}

#[cfg(test)]
mod tests;
