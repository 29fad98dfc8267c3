//! The occurrences of a series that are not as it says: read from EXDATEs and overrides, and worked into them.

use super::content::{Exception, same_rule};
use super::patch::{define, in_kind_of, newly_named, set_text, stamp_change, work_in};
use super::times::Times;
use super::{Content, Event, EventError, Field, Status, rules_of};
use crate::ics::{Component, DateTime, Property};
use crate::time::{Instant, Span};
use crate::zone::{Zone, Zones, wall_of};
use chrono::NaiveTime;
use std::collections::BTreeMap;

/// The texts of which an occurrence may have others than its series.
const TEXTS: [&str; 3] = ["SUMMARY", "DESCRIPTION", "LOCATION"];

/// What is not as the series says; an override for all later occurrences (RANGE=THISANDFUTURE) is no exception.
pub(super) fn read(
    event: &Event,
    floating: &Zone,
) -> Result<BTreeMap<Instant, Option<Exception>>, EventError> {
    let mut found = BTreeMap::new();
    let Some(master) = event.master().filter(|_| event.is_recurring()) else { return Ok(found) };
    let zones = Zones::of(event.calendar());
    let times = Times::of(master, &zones, floating)?;
    for property in master.properties("EXDATE") {
        for value in DateTime::list(property) {
            found.insert(named(&value?, &zones, &times)?, None);
        }
    }
    for own in event.overrides() {
        let Some(at) = replaced(own, &zones, &times)? else { continue };
        let text = |name: &str| {
            let of =
                |one: &Component| one.property(name).map(|p| p.unescaped().into_owned()).unwrap_or_default();
            Some(of(own)).filter(|text| *text != of(master))
        };
        let [summary, description, location] = TEXTS.map(text);
        let span = match own.property("DTSTART") {
            Some(_) => Times::of(own, &zones, floating)?.span(),
            None => Span::lasting(at, times.span().millis()),
        };
        let exception = Exception { span, summary, description, location };
        found.insert(at, Some(exception).filter(|_| Status::of(own) != Status::Cancelled));
    }
    Ok(found)
}

/// The event with the rule and the exceptions of a content, which is its own otherwise.
pub(super) fn work_into(
    event: &Event,
    content: &Content,
    before: &Content,
    stamp: Instant,
) -> Result<Event, EventError> {
    let zones = Zones::of(event.calendar());
    let zone = content.time_zone.as_deref().map_or(Ok(Zone::utc()), |name| zones.resolve(name))?;
    let mut calendar = event.calendar().clone();
    let Some(main) = event.master().map(|_| event.main_place()) else { return Ok(event.clone()) };
    let own_rule = rules_of(event.main(), "RRULE").next().map(|rule| rule.value().trim().to_owned());
    if !same_rule(own_rule.as_deref(), content.recurrence.as_deref()) {
        set_rule(&mut calendar, main, content, &zones, &zone)?;
        stamp_change(&mut calendar.components[main], true, stamp);
    }
    let named = newly_named(Some(event.main()), &calendar.components[main], &zone);
    if named {
        define(&mut calendar, &zone, content.span);
    }
    let mut changed = Event::of(calendar)?;
    let own = read(&changed, &zone)?;
    let mut all: Vec<&Instant> = own.keys().chain(content.exceptions.keys()).collect();
    all.sort_unstable();
    all.dedup();
    for at in all.into_iter().filter(|_| content.recurrence.is_some()) {
        let (is, wanted) = (own.get(at), content.exceptions.get(at));
        let texts_follow = matches!(wanted, Some(Some(_))) && before.differences(content).iter().any(is_text);
        if is != wanted || texts_follow {
            changed = with_exception(&changed, *at, wanted, content, &zone, stamp)?;
        }
    }
    Ok(changed)
}

fn is_text(field: &Field) -> bool {
    matches!(field, Field::Summary | Field::Description | Field::Location)
}

/// Another rule, or none: what then names no occurrence goes. A series keeps the time that its zone's clocks show.
fn set_rule(
    calendar: &mut Component<'static>,
    main: usize,
    content: &Content,
    zones: &Zones,
    zone: &Zone,
) -> Result<(), EventError> {
    let master = &mut calendar.components[main];
    let Some(rule) = &content.recurrence else {
        ["RRULE", "EXRULE", "RDATE", "EXDATE"].iter().for_each(|name| master.remove(name));
        calendar.components.retain(|one| !one.is("VEVENT") || one.property("RECURRENCE-ID").is_none());
        return Ok(());
    };
    let recurred = master.property("RRULE").is_some();
    master.set(Property::known("RRULE", rule.clone()));
    let in_utc = |master: &Component| {
        master
            .property("DTSTART")
            .and_then(|start| DateTime::of(start).ok())
            .is_some_and(|s| matches!(s, DateTime::Utc(_)))
    };
    if !recurred && in_utc(master) && !content.all_day {
        let times = ["DTSTART", "DTEND"];
        times.iter().for_each(|name| master.remove(name));
        work_in(master, &[Field::Time], content, zones, zone)?;
    }
    Ok(())
}

/// The event with one exception as it is wanted: none where that occurrence is as the series says.
fn with_exception(
    event: &Event,
    at: Instant,
    wanted: Option<&Option<Exception>>,
    content: &Content,
    zone: &Zone,
    stamp: Instant,
) -> Result<Event, EventError> {
    let zones = Zones::of(event.calendar());
    let times = Times::of(event.main(), &zones, zone)?;
    let main = event.main_place();
    let mut calendar = event.calendar().clone();
    let mut place = None;
    for (number, one) in event.calendar().components.iter().enumerate() {
        if number != main && one.is("VEVENT") && replaced(one, &zones, &times)? == Some(at) {
            place = Some(number);
        }
    }
    let id = match &times.start {
        DateTime::Date(_) => DateTime::Date(times.zone.to_wall(at).date()),
        kind => in_kind_of(kind.clone(), at, &zones, zone, true).unwrap_or(DateTime::Utc(at)),
    };
    let master = &mut calendar.components[main];
    include(master, at, &zones, &times)?;
    if wanted == Some(&None) {
        master.properties.push(id.property("EXDATE"));
    }
    stamp_change(master, true, stamp);
    let Some(Some(exception)) = wanted else {
        if let Some(place) = place {
            calendar.components.remove(place);
        }
        return Event::of(calendar);
    };
    let mut own = match place {
        Some(place) => calendar.components[place].clone(),
        None => {
            let mut own = calendar.components[main].clone();
            ["RRULE", "RDATE", "EXDATE", "EXRULE"].iter().for_each(|name| own.remove(name));
            own.properties.push(id.property("RECURRENCE-ID"));
            own
        }
    };
    // One time of a series of days may have hours.
    let bounds = [exception.span.start(), exception.span.end()];
    let in_days = bounds.iter().all(|bound| zone.to_wall(*bound).time() == NaiveTime::MIN);
    let when = Content { all_day: content.all_day && in_days, ..Content::new("", exception.span) };
    work_in(&mut own, &[Field::Time], &when, &zones, zone)?;
    let series =
        [Some(content.summary.as_str()), content.description.as_deref(), content.location.as_deref()];
    let others = [&exception.summary, &exception.description, &exception.location];
    for ((name, series), other) in TEXTS.into_iter().zip(series).zip(others) {
        set_text(&mut own, name, other.as_deref().or(series));
    }
    stamp_change(&mut own, true, stamp);
    let named = newly_named(place.map(|place| &event.calendar().components[place]), &own, zone);
    match place {
        Some(place) => calendar.components[place] = own,
        None => calendar.components.push(own),
    }
    if named {
        define(&mut calendar, zone, exception.span);
    }
    Event::of(calendar)
}

/// Takes an occurrence out of the EXDATEs.
fn include(master: &mut Component, at: Instant, zones: &Zones, times: &Times) -> Result<(), EventError> {
    for property in master.properties.iter_mut().filter(|property| property.is("EXDATE")) {
        let mut kept = Vec::new();
        for item in property.value().split(',').filter(|item| !item.trim().is_empty()) {
            if named(&DateTime::read(property, item)?, zones, times)? != at {
                kept.push(item);
            }
        }
        let kept = kept.join(",");
        property.set_known(kept);
    }
    master.properties.retain(|property| !property.is("EXDATE") || !property.value().is_empty());
    Ok(())
}

/// Which occurrence an override replaces, for itself alone.
fn replaced(own: &Component, zones: &Zones, times: &Times) -> Result<Option<Instant>, EventError> {
    let id = own.property("RECURRENCE-ID").filter(|id| id.parameter("RANGE").is_none());
    id.map(|id| named(&DateTime::of(id)?, zones, times)).transpose()
}

/// The occurrence that an EXDATE or RECURRENCE-ID names: a date the one on that day.
fn named(value: &DateTime, zones: &Zones, times: &Times) -> Result<Instant, EventError> {
    let wall = match (&times.start, value) {
        (DateTime::Date(_), value) => wall_of(&DateTime::Date(wall_of(value).date())),
        (start, DateTime::Date(date)) => date.and_time(wall_of(start).time()),
        (_, value) => return Ok(zones.instant_of(value, &times.zone)?),
    };
    Ok(times.zone.to_instant(wall))
}
