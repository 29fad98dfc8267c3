//! Texts to calendars whose series can be used, and the events of one as JavaScript gets them.

use super::clock::Clock;
use super::described::describe;
use super::failure::Failure;
use super::flat::Told;
use super::given::zone;
use super::problem::Problem;
use crate::event::{Series, Times, sequence_of};
use crate::ics::{Component, Parsed, parse_bytes};
use crate::zone::Zones;

/// What is wrong with a text as a whole; a malformed line hides no event, so it is not told here.
pub(super) fn no_calendar(text: &[u8], parsed: &Parsed<'_>) -> Option<Problem> {
    let has_calendar = parsed.calendars.iter().any(|c| c.is("VCALENDAR") || c.is("VEVENT"));
    (!has_calendar && !text.trim_ascii().is_empty()).then(Problem::no_calendar)
}

/// A calendar with its series and the zones that they name.
pub(super) struct Calendar<'c> {
    pub zones: Zones<'c>,
    pub series: Vec<Series<'c>>,
}

impl<'c> Calendar<'c> {
    pub fn of(calendar: &'c Component<'c>) -> Calendar<'c> {
        Calendar { zones: Zones::of(calendar), series: Series::all(calendar) }
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
                Ok(times) => usable.push((series, times)),
                Err(error) => problems.push(Problem::of(series.uid(), error.into())),
            }
        }
    }
    let mut told = Told::with_capacity(text.len() / 2, 8 * usable.len());
    let mut clock = Clock::new(&floating);
    told.list(&usable, |told, (series, times)| event(series, times, told, &mut clock));
    told.list(&problems, |told, problem| problem.tell(told));
    Ok(told)
}

fn event(series: &Series<'_>, times: &Times, told: &mut Told, clock: &mut Clock<'_>) {
    let (span, all_day, main) = (times.span(), times.start.is_date(), series.main());
    let (start, end) = (span.start(), span.end());
    told.text(series.uid());
    told.written(|text| clock.push(text, start, all_day));
    told.written(|text| clock.push(text, end, all_day));
    told.number(start.millis() as f64);
    told.number(end.millis() as f64);
    told.flag(all_day);
    told.flag(series.is_recurring());
    told.text(main.property("RRULE").map_or("", |p| p.value()));
    told.number(sequence_of(main) as f64);
    describe(main, times.zone_named(), told);
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
