//! A changed content worked into the event that came, keeping everything that it does not speak of.

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
mod tests {
    use super::*;
    use crate::event::Status;
    use crate::time::Span;

    const STAMP: Instant = Instant::from_millis(1_795_000_000_000);

    fn event(times: &str) -> Event {
        let text = format!(
            "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:PUBLISH\nX-A:1\nBEGIN:VEVENT\nUID:u\n{times}\nSEQUENCE:3\n\
             SUMMARY;LANGUAGE=de:Alt\nX-B;P=q:keep\nX-B:too\nATTENDEE;CN=\"A;B\":mailto:a@b.c\n\
             BEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR"
        );
        Event::parse(&text).unwrap()
    }

    /// The lines that came or went.
    fn diff(before: &Event, after: &Event) -> (Vec<String>, Vec<String>) {
        let lines = |event: &Event| event.to_ics().lines().map(str::to_owned).collect::<Vec<_>>();
        let (old, new) = (lines(before), lines(after));
        let gone = old.iter().filter(|l| !new.contains(l)).cloned().collect();
        (gone, new.iter().filter(|l| !old.contains(l)).cloned().collect())
    }

    fn moved(times: &str, start: &str, minutes: i64) -> Vec<String> {
        let zone = Zone::iana("Europe/Berlin").unwrap();
        let event = event(times);
        let mut content = event.content(&zone).unwrap();
        content.span = Span::lasting(Instant::parse(start).unwrap(), minutes * 60_000);
        let patched = event.patched(&content, STAMP).unwrap();
        assert_eq!(patched.content(&zone).unwrap().differences(&content), []);
        let stamps = ["DTSTAMP:20261118T", "LAST-MODIFIED:20261118T", "SEQUENCE:4"];
        let mut came = diff(&event, &patched).1;
        came.retain(|line| !stamps.iter().any(|s| line.starts_with(s)));
        came
    }

    #[test]
    fn only_what_changed_changes() {
        let event = event("DTSTART:20261121T090000Z\nDTEND:20261121T100000Z");
        let mut content = event.content(&Zone::utc()).unwrap();
        assert_eq!(event.patched(&content, STAMP).unwrap(), event);
        content.summary = "Neu".into();
        let (gone, came) = diff(&event, &event.patched(&content, STAMP).unwrap());
        assert_eq!(gone, ["SUMMARY;LANGUAGE=de:Alt"]);
        assert_eq!(came.len(), 3, "{came:?}");
        assert_eq!(came[0], "SUMMARY;LANGUAGE=de:Neu");
        content.status = Status::Cancelled;
        let came = diff(&event, &event.patched(&content, STAMP).unwrap()).1;
        assert!(came.contains(&"STATUS:CANCELLED".into()) && came.contains(&"SEQUENCE:4".into()));
    }

    #[test]
    fn times_are_written_in_the_way_they_came() {
        let start = "2026-12-01T09:00:00Z";
        for (times, came) in [
            (
                "DTSTART:20261121T090000Z\nDTEND:20261121T100000Z",
                &["DTSTART:20261201T090000Z", "DTEND:20261201T093000Z"][..],
            ),
            ("DTSTART:20261121T090000\nDURATION:PT1H", &["DTSTART:20261201T100000", "DURATION:PT30M"]),
            ("DTSTART:20261121T090000Z", &["DTSTART:20261201T090000Z", "DTEND:20261201T093000Z"]),
            (
                "DTSTART;TZID=Asia/Tokyo;X-Q=1:20261121T090000\nDTEND;TZID=America/New_York:20261121T100000",
                &[
                    "DTSTART;TZID=Asia/Tokyo;X-Q=1:20261201T180000",
                    "DTEND;TZID=America/New_York:20261201T043000",
                ],
            ),
        ] {
            assert_eq!(moved(times, start, 30), came, "{times}");
        }
    }

    #[test]
    fn all_day_events_stay_dates() {
        let times = "DTSTART;VALUE=DATE:20261121\nDTEND;VALUE=DATE:20261122";
        let came = moved(times, "2026-11-30T23:00:00Z", 2 * 24 * 60);
        assert_eq!(came, ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261203"]);
        let came = moved("DTSTART;VALUE=DATE:20261121\nDURATION:P1D", "2026-11-30T23:00:00Z", 2 * 24 * 60);
        assert_eq!(came, ["DTSTART;VALUE=DATE:20261201", "DURATION:P2D"]);
    }

    #[test]
    fn an_event_can_become_all_day_and_timed_again() {
        let event =
            event("DTSTART;TZID=Europe/Berlin:20261121T090000\nDTEND;TZID=Europe/Berlin:20261121T100000");
        let berlin = Zone::iana("Europe/Berlin").unwrap();
        let timed = event.content(&berlin).unwrap();
        let midnight = Instant::parse("2026-11-20T23:00:00Z").unwrap();
        let all_day = Content { all_day: true, span: Span::lasting(midnight, 86_400_000), ..timed.clone() };
        let dates = event.patched(&all_day, STAMP).unwrap();
        assert!(dates.to_ics().contains("DTSTART;VALUE=DATE:20261121\r\nDTEND;VALUE=DATE:20261122\r\n"));
        let back = dates.patched(&timed, STAMP).unwrap();
        assert!(back.to_ics().contains("DTSTART;TZID=Europe/Berlin:20261121T090000\r\n"));
        assert!(back.to_ics().contains("TZID:Europe/Berlin\r\n"));
        assert_eq!(back.content(&berlin).unwrap(), timed);
    }

    #[test]
    fn a_method_that_came_stays_and_none_is_added() {
        let event = event("DTSTART:20261121T090000Z");
        let mut content = event.content(&Zone::utc()).unwrap();
        content.location = Some("Hall 3".into());
        let ics = event.patched(&content, STAMP).unwrap().to_ics();
        assert_eq!(ics.matches("METHOD:").count(), 1);
        assert!(!Event::new("u", &content, STAMP).unwrap().to_ics().contains("METHOD"));
    }
}
