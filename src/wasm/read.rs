//! Texts to calendars whose series can be used, and the events of one as JavaScript gets them.

use super::clock::Clock;
use super::described::describe;
use super::failure::Failure;
use super::flat::Told;
use super::given::zone;
use super::problem::{problem, tell_unusable};
use crate::check::{self, Strictness};
use crate::event::{Series, Times, sequence_of};
use crate::ics::{Component, parse_bytes};
use crate::zone::Zones;

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
                Ok(times) => usable.push((series, times)),
                Err(error) => tell_unusable(component, series.uid(), &error.into(), &mut problems),
            }
        }
    }
    check::in_order(&mut problems, &parsed.calendars);
    let mut told = Told::with_capacity(text.len() / 2, 8 * usable.len());
    let mut clock = Clock::new(&floating);
    told.list(&usable, |told, (series, times)| event(series, times, told, &mut clock));
    told.list(&problems, problem);
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
