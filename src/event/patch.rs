//! A changed content worked into the event that came, keeping everything that it does not speak of.

use super::shift::Shift;
use super::times::Times;
use super::{Content, Event, EventError, Field, sequence_of};
use crate::ics::{Component, DateTime, Duration, Property};
use crate::time::{Instant, Span, Wall};
use crate::zone::{Zone, Zones};
use chrono::NaiveTime;

pub(super) fn patched(event: &Event, content: &Content, stamp: Instant) -> Result<Event, EventError> {
    let zones = Zones::of(&event.calendar);
    // The zone may be one that only this calendar defines.
    let zone = content.time_zone.as_deref().map_or(Ok(Zone::utc()), |name| zones.resolve(name))?;
    let own = event.content(&zone);
    let mut changed = match &own {
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
    changed.retain(|field| !matches!(field, Field::Recurrence | Field::Occurrence(_)));
    let mut result = event.clone();
    if changed.is_empty() {
        return Ok(result);
    }
    let main = &mut result.calendar.components[event.main];
    work_in(main, &changed, content, &zones, &zone)?;
    if changed.contains(&Field::Time) && event.is_recurring() {
        let times = |event: &Component| Times::of(event, &zones, &zone).ok();
        let shift =
            times(event.main()).zip(times(main)).and_then(|(old, new)| Shift::between(&old, &new, main));
        if let Some(shift) = shift.filter(|_| event.master().is_some()) {
            shift.apply_to_series(main, &zones);
            let replaced = |c: &&mut Component| c.is("VEVENT") && c.property("RECURRENCE-ID").is_some();
            for replacement in result.calendar.components.iter_mut().filter(replaced) {
                shift.apply_to_override(replacement, &zones);
            }
        }
    }
    let main = &mut result.calendar.components[event.main];
    stamp_change(main, changed.iter().any(|field| matches!(field, Field::Time | Field::Status)), stamp);
    if newly_named(Some(event.main()), main, &zone) {
        result.main += define(&mut result.calendar, &zone, content.span);
    }
    Ok(result)
}

/// Works the fields that differ into one VEVENT.
pub(crate) fn work_in(
    event: &mut Component,
    changed: &[Field],
    content: &Content,
    zones: &Zones,
    zone: &Zone,
) -> Result<(), EventError> {
    for field in changed {
        match field {
            Field::Summary => set_text(event, "SUMMARY", Some(&content.summary)),
            Field::Description => {
                set_text(event, "DESCRIPTION", content.description.as_deref());
                // Outlook's HTML copy of the text would still say the old one.
                event.remove("X-ALT-DESC");
            }
            Field::Location => {
                set_text(event, "LOCATION", content.location.as_deref());
                // Apple shows this place in preference to LOCATION.
                event.remove("X-APPLE-STRUCTURED-LOCATION");
            }
            Field::Status => {
                let status = content.status.as_str();
                match event.property_mut("STATUS") {
                    Some(property) => property.set_known(status),
                    None => event.properties.push(Property::known("STATUS", status)),
                }
            }
            Field::Time => set_times(event, content, zones, zone)?,
            Field::Categories | Field::Recurrence | Field::Occurrence(_) => {}
        }
    }
    Ok(())
}

/// Says when a VEVENT was changed; SEQUENCE rises with what its guests must know (RFC 5546 §2.1.4).
pub(crate) fn stamp_change(event: &mut Component, significant: bool, stamp: Instant) {
    if significant {
        let sequence = sequence_of(event).saturating_add(1);
        event.set(Property::known("SEQUENCE", sequence.to_string()));
    }
    for name in ["DTSTAMP", "LAST-MODIFIED"] {
        event.set(DateTime::Utc(stamp).property(name));
    }
}

/// Whether the VEVENT names a zone that it did not name before.
pub(crate) fn newly_named(before: Option<&Component>, after: &Component, zone: &Zone) -> bool {
    let named = |event: &Component| event.property("DTSTART")?.parameter("TZID").map(str::to_owned);
    named(after).as_deref() == Some(zone.name()) && before.and_then(named) != named(after)
}

/// Puts the zone's definition before everything else, where the calendar has none; tells how many came.
pub(crate) fn define(calendar: &mut Component, zone: &Zone, span: Span) -> usize {
    let defined = |c: &Component| c.property("TZID").is_some_and(|tzid| tzid.unescaped() == zone.name());
    if calendar.components("VTIMEZONE").any(defined) {
        return 0;
    }
    calendar.components.insert(0, zone.definition(span));
    1
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
        name => in_zone(zone, name, instant),
    };
    (time(start), time(end))
}

fn text_of(event: &Component) -> Content {
    let text = |name| event.property(name).map(|p| p.unescaped().into_owned());
    let nowhen = Span::lasting(Instant::MIN, 0);
    Content {
        description: text("DESCRIPTION"),
        location: text("LOCATION"),
        status: super::Status::of(event),
        ..Content::new(&text("SUMMARY").unwrap_or_default(), nowhen)
    }
}

pub(super) fn set_text(event: &mut Component, name: &str, text: Option<&str>) {
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
    let recurs = event.property("RRULE").is_some();
    // The end may have been given in another zone than the start: each keeps its own.
    let keep = |name: &str, new: DateTime, instant: Instant| {
        let old = event.property(name).and_then(|p| DateTime::of(p).ok());
        match old.or_else(|| old_start(event)) {
            Some(kind) if !content.all_day => in_kind_of(kind, instant, zones, zone, recurs).unwrap_or(new),
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
    } else if !content.span.is_empty() || event.property("DTEND").is_some() {
        event.remove("DURATION");
        write_time(event, "DTEND", &end);
    }
    Ok(())
}

fn old_start(event: &Component) -> Option<DateTime> {
    event.property("DTSTART").and_then(|p| DateTime::of(p).ok())
}

/// The instant written the way the property was: UTC, floating, or in the same zone.
pub(super) fn in_kind_of(
    kind: DateTime,
    instant: Instant,
    zones: &Zones,
    floating: &Zone,
    recurs: bool,
) -> Option<DateTime> {
    let zone = zones.zone_of(&kind, floating).ok()?;
    let wall = seconds_only(zone.to_wall(instant));
    match kind {
        DateTime::Date(_) => None,
        DateTime::Utc(_) => Some(DateTime::Utc(instant)),
        DateTime::Floating(_) => Some(DateTime::Floating(wall)),
        // A series stays in its zone.
        DateTime::Zoned { tzid, .. } if recurs => Some(DateTime::Zoned { wall, tzid }),
        DateTime::Zoned { tzid, .. } => Some(in_zone(&zone, &tzid, instant)),
    }
}

/// The instant on the clocks of a zone; in UTC where they show that time twice and the first would be read.
fn in_zone(zone: &Zone, tzid: &str, instant: Instant) -> DateTime {
    let wall = seconds_only(zone.to_wall(instant));
    let second = instant.millis().div_euclid(1000);
    match zone.to_instant(wall).millis().div_euclid(1000) == second {
        true => DateTime::Zoned { wall, tzid: tzid.to_owned() },
        false => DateTime::Utc(instant),
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

pub(super) fn write_time(event: &mut Component, name: &str, value: &DateTime) {
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
