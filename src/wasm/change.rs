//! One event's fields changed in the text that came.

use super::create::{mixed, status};
use super::failure::Failure;
use super::flat::Asked;
use super::given::{Given, span, zone};
use crate::event::{Content, Event, EventError, Excerpt, uid_or_made};
use crate::ics::{Component, parse_bytes};
use crate::time::Instant;
use crate::zone::Zones;

/// What is asked: the UID of the event where there are several, the zone of times without one, and for each field
/// whether it is to change, and into what. Everything else that the text holds is kept.
pub(super) fn patch(text: &[u8], asked: &mut Asked<'_>, now: f64) -> Result<String, Failure> {
    let (uid, floating) = (asked.optional()?, zone(asked.text()?)?);
    let mut opened = Opened::of(text, uid)?;
    let event = opened.excerpt.event();
    let mut content = event.content(&floating)?;
    change(&mut content, asked, event)?;
    let patched = event.patched(&content, Instant::from_millis(now as i64))?;
    opened.put_back(Some(patched));
    Ok(opened.write())
}

/// A text with one of its events taken out.
pub(super) struct Opened<'t> {
    pub calendars: Vec<Component<'t>>,
    place: usize,
    pub excerpt: Excerpt,
}

impl<'t> Opened<'t> {
    /// The event of that UID, or the only one.
    pub fn of(text: &'t [u8], uid: Option<&str>) -> Result<Opened<'t>, Failure> {
        let mut calendars = parse_bytes(text).calendars;
        let is_meant = |event: &Component| uid.is_none_or(|uid| uid_or_made(event) == uid);
        let with_event = |c: &Component| c.is("VCALENDAR") && c.components("VEVENT").any(is_meant);
        let Some(place) = calendars.iter().position(with_event) else {
            return Err(uid.map_or_else(
                || EventError::NoEvent.into(),
                |uid| Failure::new("no_event", format!("there is no event of the UID \"{uid}\" in the text")),
            ));
        };
        let excerpt = Excerpt::of(calendars.remove(place).into_owned(), uid)?;
        Ok(Opened { calendars, place, excerpt })
    }

    /// Puts what became of the event in its place; nothing where it is gone.
    pub fn put_back(&mut self, event: Option<Event>) {
        let calendar = match event {
            Some(event) => self.excerpt.clone().put_back(event),
            None => self.excerpt.clone().without(),
        };
        self.calendars.insert(self.place, calendar);
    }

    pub fn write(&self) -> String {
        self.calendars.iter().map(Component::write).collect()
    }
}

/// For each field whether it is to change, and into what.
pub(super) fn change(content: &mut Content, asked: &mut Asked<'_>, event: &Event) -> Result<(), Failure> {
    let mut changed =
        || -> Result<Option<&str>, Failure> { Ok(if asked.flag()? { Some(asked.text()?) } else { None }) };
    if let Some(summary) = changed()? {
        content.summary = summary.to_owned();
    }
    if let Some(description) = changed()? {
        content.description = Some(description.to_owned());
    }
    if let Some(location) = changed()? {
        content.location = Some(location.to_owned());
    }
    if let Some(word) = changed()? {
        content.status = status(Some(word))?;
    }
    let (start, end) = (changed()?, changed()?);
    if start.is_some() || end.is_some() {
        move_to(content, start, end, event)?;
    }
    Ok(())
}

/// Moves a content to new times. With a new start alone it keeps its length, in days where it is all-day.
fn move_to(
    content: &mut Content,
    start: Option<&str>,
    end: Option<&str>,
    event: &Event,
) -> Result<(), Failure> {
    let name = content.time_zone.as_deref().unwrap_or("UTC");
    let zone = Zones::of(event.calendar()).resolve(name)?;
    let start = start.map(Given::parse).transpose()?;
    let end = end.map(Given::parse).transpose()?;
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
