//! One calendar object resource of a task, kept as it came, and how a change is worked into it.

use super::{NewTodo, TodoContent, TodoStatus};
use crate::event::content::same_rule;
use crate::event::export::plain_head;
use crate::event::new::EntryWriter;
use crate::event::patch::{define, in_kind_of, set_text, stamp_change, write_time};
use crate::event::shift::Shift;
use crate::event::times::Times;
use crate::event::{EventError, Field, FieldError, Percent, Series, recurs, uid_of};
use crate::ics::{Component, DateTime, Duration, Property};
use crate::time::{Instant, Span};
use crate::zone::{Zone, Zones};

/// A VCALENDAR with the VTODOs of one UID; [`crate::Event`] is the same of events.
///
/// ```
/// # use kalends::{Instant, Zone, event::{TodoObject, TodoStatus}, ics};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\nDUE:20261121T090000Z\nSUMMARY:Pay\nX-MINE:kept\nEND:VTODO\nEND:VCALENDAR";
/// let calendar = ics::parse(text).calendars.remove(0).into_owned();
/// let todo = TodoObject::of(calendar).unwrap();
/// let mut content = todo.content(&Zone::utc()).unwrap();
/// content.status = TodoStatus::Completed;
/// let patched = todo.patched(&content, Instant::parse("2026-11-20T00:00:00Z").unwrap()).unwrap();
/// let text = patched.calendar().write();
/// assert!(text.contains("STATUS:COMPLETED\r\n") && text.contains("X-MINE:kept\r\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TodoObject {
    calendar: Component<'static>,
    uid: String,
    /// Where the VTODO without RECURRENCE-ID stands, or else the first override.
    main: usize,
}

impl TodoObject {
    /// Reads a VCALENDAR whose VTODOs all have one UID.
    ///
    /// # Errors
    ///
    /// [`EventError::NoEvent`] where there is none, [`EventError::NoUid`] and [`EventError::SeveralUids`].
    pub fn of(calendar: Component<'static>) -> Result<TodoObject, EventError> {
        let mut uids = calendar.components("VTODO").map(uid_of);
        let uid = uids.next().ok_or(EventError::NoEvent)?.ok_or(EventError::NoUid)?.into_owned();
        for other in uids {
            let other = other.ok_or(EventError::NoUid)?;
            if other != uid {
                return Err(EventError::SeveralUids(uid, other.into_owned()));
            }
        }
        let place = Series::of(&uid, calendar.components("VTODO")).map(|series| series.place_of_main());
        let todos = calendar.components.iter().enumerate().filter(|(_, c)| c.is("VTODO"));
        let main = place.and_then(|place| todos.map(|(at, _)| at).nth(place)).ok_or(EventError::NoEvent)?;
        Ok(TodoObject { calendar, uid, main })
    }

    /// A new task.
    ///
    /// # Errors
    ///
    /// Where the content cannot be written: an unknown zone, a rule without a start, an end before the start.
    pub fn new(uid: &str, content: &TodoContent, stamp: Instant) -> Result<TodoObject, FieldError> {
        let mut new = NewTodo::of(uid, content)?;
        (new.details.created, new.details.last_modified) = (Some(stamp), Some(stamp));
        let mut writer = EntryWriter::new(stamp);
        let todo = new.component(&mut writer)?;
        let mut calendar = plain_head();
        calendar.components.extend(writer.settler.definitions());
        let main = calendar.components.len();
        calendar.components.push(todo);
        Ok(TodoObject { calendar, uid: uid.trim().to_owned(), main })
    }

    /// The UID, the same in all its components.
    pub fn uid(&self) -> &str {
        &self.uid
    }

    /// The VCALENDAR as it came, with later patches.
    pub fn calendar(&self) -> &Component<'static> {
        &self.calendar
    }

    /// The VTODO that describes the task; the first override where that itself did not come.
    pub fn main(&self) -> &Component<'static> {
        &self.calendar.components[self.main]
    }

    /// What Kalends models of it; times without a zone are read in `floating`.
    pub fn content(&self, floating: &Zone) -> Result<TodoContent, EventError> {
        TodoContent::of(self.main(), &Zones::of(&self.calendar), floating)
    }

    /// The task with the content given: changes only what differs from its own content and keeps everything else. Times
    /// keep the zone that their property has. A series that is moved takes its EXDATE, RDATE and the RECURRENCE-IDs of
    /// its overrides with it; its rule is what the content says.
    pub fn patched(&self, content: &TodoContent, stamp: Instant) -> Result<TodoObject, EventError> {
        let zones = Zones::of(&self.calendar);
        let zone = content.time_zone.as_deref().map_or(Ok(Zone::utc()), |name| zones.resolve(name))?;
        let mut changed = match self.content(&zone) {
            Ok(own) => own.differences(content),
            // Times that cannot be read are replaced.
            Err(_) => {
                let mut readable = self.main().clone();
                ["DTSTART", "DUE", "DURATION"].iter().for_each(|name| readable.remove(name));
                let mut changed = TodoContent::of(&readable, &zones, &zone)?.differences(content);
                changed.retain(|field| *field != Field::Time);
                changed.push(Field::Time);
                changed
            }
        };
        let mut result = self.clone();
        if changed.is_empty() {
            return Ok(result);
        }
        let main = &mut result.calendar.components[self.main];
        if changed.contains(&Field::Time) {
            set_times(main, content, &zones, &zone);
            if recurs(self.main()) {
                let times = |todo: &Component| Times::of(todo, &zones, &zone).ok();
                let shift = times(self.main()).zip(times(main));
                if let Some(shift) = shift.and_then(|(old, new)| Shift::between(&old, &new, main)) {
                    shift.apply_to_series(main, &zones);
                    let replaced =
                        |c: &&mut Component| c.is("VTODO") && c.property("RECURRENCE-ID").is_some();
                    for replacement in result.calendar.components.iter_mut().filter(replaced) {
                        shift.apply_to_override(replacement, &zones);
                    }
                }
            }
            changed.push(Field::Recurrence);
        }
        let main = &mut result.calendar.components[self.main];
        for field in &changed {
            match field {
                Field::Summary => set_text(main, "SUMMARY", Some(&content.summary)),
                Field::Description => {
                    set_text(main, "DESCRIPTION", content.description.as_deref());
                    // Outlook's HTML copy of the text would still say the old one.
                    main.remove("X-ALT-DESC");
                }
                Field::Categories => set_category(main, content.category.as_deref()),
                Field::Recurrence => set_rule(main, content.recurrence.as_deref()),
                Field::Status => set_status(main, content, stamp),
                Field::Time | Field::Location | Field::Occurrence(_) => {}
            }
        }
        let significant = |field: &Field| matches!(field, Field::Time | Field::Status | Field::Recurrence);
        stamp_change(main, changed.iter().any(significant), stamp);
        let names = |todo: &Component| {
            ["DTSTART", "DUE"].iter().any(|name| {
                todo.property(name).and_then(|p| p.parameter("TZID")).is_some_and(|tzid| tzid == zone.name())
            })
        };
        let (before, now) = (names(self.main()), names(main));
        let ends = content.start.into_iter().chain(content.due);
        let reach = ends.clone().min().zip(ends.max()).and_then(|(first, last)| Span::new(first, last));
        if let Some(reach) = reach.filter(|_| now && !before) {
            result.main += define(&mut result.calendar, &zone, reach);
        }
        Ok(result)
    }

    /// The calendar in which nothing is longer than that, see [`crate::Event::abridged`].
    pub(in crate::event) fn with_calendar(&self, calendar: Component<'static>) -> TodoObject {
        TodoObject { calendar, ..self.clone() }
    }
}

fn set_times(todo: &mut Component, content: &TodoContent, zones: &Zones, zone: &Zone) {
    let kind = |name: &str| todo.property(name).and_then(|property| DateTime::of(property).ok());
    let (start, due) = (kind("DTSTART"), kind("DUE"));
    let lasted = todo.property("DURATION").is_some() && due.is_none();
    let repeats = todo.property("RRULE").is_some();
    // Each keeps the way in which it was written, and what is new is written as the other one.
    let written = |own: &Option<DateTime>, other: &Option<DateTime>, at: Instant| {
        let kind = own.clone().or_else(|| other.clone()).filter(|kind| !kind.is_date() && !content.all_day);
        kind.and_then(|kind| in_kind_of(kind, at, zones, zone, repeats))
            .unwrap_or_else(|| content.shown(at, zone))
    };
    let new_start = content.start.map(|at| written(&start, &due, at));
    let new_due = content.due.map(|at| written(&due, &start, at));
    match &new_start {
        Some(start) => write_time(todo, "DTSTART", start),
        None => todo.remove("DTSTART"),
    }
    let length = content.start.zip(content.due).map(|(start, due)| (due.millis() - start.millis()) / 1000);
    match (length, &new_due) {
        (Some(seconds), Some(_)) if seconds > 0 && !content.all_day && (lasted || content.by_duration) => {
            todo.remove("DUE");
            todo.set(Property::known("DURATION", Duration::new(0, seconds).to_string()));
        }
        (_, Some(due)) => {
            todo.remove("DURATION");
            write_time(todo, "DUE", due);
        }
        (_, None) => ["DUE", "DURATION"].iter().for_each(|name| todo.remove(name)),
    }
}

/// The first category is another one; those behind it stay.
fn set_category(todo: &mut Component, category: Option<&str>) {
    let Some(first) = todo.property_mut("CATEGORIES") else {
        todo.properties.extend(category.map(|name| Property::text("CATEGORIES", name)));
        return;
    };
    let named = category.map(|name| Property::text("CATEGORIES", name).value().to_owned());
    let rest: Vec<String> =
        first.texts().skip(1).map(|text| Property::text("CATEGORIES", &text).value().to_owned()).collect();
    let list: Vec<String> = named.into_iter().chain(rest).collect();
    if list.is_empty() { todo.remove("CATEGORIES") } else { first.set_known(list.join(",")) }
}

fn set_rule(todo: &mut Component, rule: Option<&str>) {
    let own = todo.property("RRULE").map(|property| property.value().trim().to_owned());
    match rule {
        _ if same_rule(own.as_deref(), rule) => {}
        Some(rule) => todo.set(Property::known("RRULE", rule.to_owned())),
        None => todo.remove("RRULE"),
    }
}

/// STATUS with what belongs to it: when it was completed, and how much of it is done.
fn set_status(todo: &mut Component, content: &TodoContent, stamp: Instant) {
    todo.set(Property::known("STATUS", content.status.as_str()));
    todo.remove("COMPLETED");
    todo.remove("PERCENT-COMPLETE");
    let percent = match content.status {
        TodoStatus::Completed => {
            let at = content.completed.unwrap_or(stamp);
            todo.properties.push(DateTime::Utc(at).property("COMPLETED"));
            100
        }
        _ => content.percent,
    };
    let percent = Percent::new(percent).ok().filter(|percent| percent.get() > 0);
    todo.properties.extend(percent.map(Percent::property));
}

#[cfg(test)]
mod tests;
