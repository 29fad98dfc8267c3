//! Texts to calendars whose series can be used, and the events of one as JavaScript gets them.

use super::clock::Clock;
use super::details;
use super::failure::Failure;
use super::flat::Told;
use super::given::zone;
use super::problem::{problem, tell_unusable};
use crate::check::{self, Strictness};
use crate::event::{Details, Series, Status, Times, Todo, TodoStatus, is_transparent, rules_of, uid_or_made};
use crate::ics::{Component, DateTime, parse_bytes};
use crate::time::Instant;
use crate::zone::{Zone, Zones};

/// A calendar with its series and the zones that they name.
pub(super) struct Calendar<'c> {
    pub component: &'c Component<'c>,
    pub zones: Zones<'c>,
    pub series: Vec<Series<'c>>,
}

impl<'c> Calendar<'c> {
    pub fn of(calendar: &'c Component<'c>) -> Calendar<'c> {
        Calendar { component: calendar, zones: Zones::of(calendar), series: Series::all(calendar) }
    }
}

/// Every event of a text that can be used, one for each UID, and what is wrong with the text.
pub(super) fn parse(text: &[u8], time_zone: &str, is_strict: bool) -> Result<Told, Failure> {
    let floating = zone(time_zone)?;
    let strictness = if is_strict { Strictness::Strict } else { Strictness::Lenient };
    let mut parsed = parse_bytes(text);
    let mut problems = std::mem::take(&mut parsed.problems);
    check::of_text(text, &parsed, strictness, &mut problems);
    let calendars: Vec<Calendar<'_>> = parsed.calendars.iter().map(Calendar::of).collect();
    let mut usable = Vec::new();
    for calendar in &calendars {
        let Calendar { component, zones, series } = calendar;
        check::of_calendar(component, zones, series, &floating, strictness, &mut problems);
        for series in series {
            match Times::of(series.main(), zones, &floating) {
                Ok(times) => usable.push((series, times, calendar)),
                Err(error) => tell_unusable(Some(series.main()), series.uid(), &error.into(), &mut problems),
            }
        }
    }
    let mut todos = Vec::new();
    for Calendar { component, zones, .. } in &calendars {
        for entry in component.components("VTODO") {
            match Todo::of(entry, zones, &floating) {
                Ok(todo) => todos.push(todo),
                Err(error) => {
                    tell_unusable(Some(entry), &uid_or_made(entry), &error.into(), &mut problems);
                }
            }
        }
    }
    check::in_order(&mut problems, &parsed.calendars);
    let mut told = Told::with_capacity(text.len() / 5 * 4, 20 * usable.len());
    let mut clock = Clock::new(&floating);
    told.list(&usable, |told, (series, times, calendar)| event(series, times, calendar, told, &mut clock));
    told.list(&todos, |told, one| todo(one, told, &mut clock));
    told.list(&problems, problem);
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
    told.text(rules_of(main, "RRULE").next().map_or("", |p| p.value()));
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
