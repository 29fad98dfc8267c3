//! Texts to calendars whose series can be used, and the events of one as JavaScript gets them.

use super::clock::Clock;
use super::details;
use super::failure::Failure;
use super::flat::Told;
use super::given::zone;
use super::problem::Problem;
use crate::event::{Details, Series, Status, Times, Todo, TodoStatus, is_transparent, uid_or_made};
use crate::ics::{Component, DateTime, Parsed, parse_bytes};
use crate::time::Instant;
use crate::zone::{Zone, Zones};

/// What is wrong with a text as a whole; a malformed line hides no event, so it is not told here.
pub(super) fn no_calendar(text: &[u8], parsed: &Parsed<'_>) -> Option<Problem> {
    let has_calendar = parsed.calendars.iter().any(|c| c.is("VCALENDAR") || c.is("VEVENT"));
    (!has_calendar && !text.trim_ascii().is_empty()).then(Problem::no_calendar)
}

/// A calendar with its series and the zones that they name.
pub(super) struct Calendar<'c> {
    component: &'c Component<'c>,
    pub zones: Zones<'c>,
    pub series: Vec<Series<'c>>,
}

impl<'c> Calendar<'c> {
    pub fn of(calendar: &'c Component<'c>) -> Calendar<'c> {
        Calendar { component: calendar, zones: Zones::of(calendar), series: Series::all(calendar) }
    }
}

/// Every event of a text that can be used, one for each UID, and what is wrong with the rest.
pub(super) fn parse(text: &[u8], time_zone: &str) -> Result<Told, Failure> {
    let floating = zone(time_zone)?;
    let mut parsed = parse_bytes(text);
    let no_calendar = no_calendar(text, &parsed);
    let mut problems: Vec<Problem> = parsed.problems.drain(..).map(Problem::of_line).collect();
    problems.extend(no_calendar);
    let calendars: Vec<Calendar<'_>> = parsed.calendars.iter().map(Calendar::of).collect();
    let mut usable = Vec::new();
    for calendar in &calendars {
        for series in &calendar.series {
            match Times::of(series.main(), &calendar.zones, &floating) {
                Ok(times) => usable.push((series, times, calendar)),
                Err(error) => problems.push(Problem::of(series.uid(), error.into())),
            }
        }
    }
    let mut todos = Vec::new();
    for calendar in &calendars {
        for component in calendar.component.components("VTODO") {
            match Todo::of(component, &calendar.zones, &floating) {
                Ok(todo) => todos.push(todo),
                Err(error) => problems.push(Problem::of(&uid_or_made(component), error.into())),
            }
        }
    }
    let mut told = Told::with_capacity(text.len() / 2, 8 * usable.len());
    let mut clock = Clock::new(&floating);
    told.list(&usable, |told, (series, times, calendar)| event(series, times, calendar, told, &mut clock));
    told.list(&todos, |told, one| todo(one, told, &mut clock));
    told.list(&problems, |told, problem| problem.tell(told));
    Ok(told)
}

fn event(
    series: &Series<'_>,
    times: &Times,
    calendar: &Calendar<'_>,
    told: &mut Told,
    clock: &mut Clock<'_>,
) {
    let main = series.main();
    told.text(series.uid());
    told.flag(series.is_recurring());
    told.text(main.property("RRULE").map_or("", |p| p.value()));
    entry(main, times, told, clock);
    let overrides: Vec<_> = overrides(series, calendar, clock.zone()).collect();
    told.list(&overrides, |told, (id, replacement, times)| {
        told.written(|text| clock.push(text, id.0, id.1));
        entry(replacement, times, told, clock);
    });
}

/// Those of a series besides its main component, each with the occurrence that it replaces and whether that is a date.
fn overrides<'c>(
    series: &Series<'c>,
    calendar: &Calendar<'c>,
    floating: &Zone,
) -> impl Iterator<Item = ((Instant, bool), &'c Component<'c>, Times)> {
    let others = series.overrides().filter(|other| !std::ptr::eq(*other, series.main()));
    others.filter_map(|other| {
        let id = DateTime::of(other.property("RECURRENCE-ID")?).ok()?;
        let times = Times::of(other, &calendar.zones, floating).ok()?;
        Some(((calendar.zones.instant_of(&id, floating).ok()?, id.is_date()), other, times))
    })
}

fn entry(component: &Component, times: &Times, told: &mut Told, clock: &mut Clock<'_>) {
    let (span, all_day) = (times.span(), times.start.is_date());
    for at in [span.start(), span.end()] {
        told.written(|text| clock.push(text, at, all_day));
        told.number(at.millis() as f64);
    }
    told.flag(all_day);
    told.optional(times.zone_named());
    told.text(Status::of(component).as_str());
    told.flag(is_transparent(component));
    details::tell(&Details::of(component), told);
}

fn todo(todo: &Todo, told: &mut Told, clock: &mut Clock<'_>) {
    told.text(&todo.uid);
    told.flag(todo.recurring);
    told.flag(todo.all_day);
    for at in [todo.start, todo.due] {
        told.written(|text| at.into_iter().for_each(|at| clock.push(text, at, todo.all_day)));
        told.number(at.map_or(f64::NAN, |at| at.millis() as f64));
    }
    told.optional(todo.time_zone.as_deref());
    told.optional(todo.status.map(TodoStatus::as_str));
    told.optional(todo.completed.map(|at| at.to_string()).as_deref());
    told.number(todo.percent_complete.map_or(-1.0, |percent| percent.get().into()));
    details::tell(&todo.details, told);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_calendar_is_told_apart_from_an_empty_one() {
        let found = |text: &[u8]| no_calendar(text, &parse_bytes(text)).map(|problem| problem.code);
        assert_eq!(found(b"<html>"), Some("no_calendar"));
        assert_eq!(found(b" \n"), None);
        assert_eq!(found(b"BEGIN:VEVENT\nEND:VEVENT"), None);
    }
}
