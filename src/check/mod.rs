//! What is wrong with calendars that can be read: what a reader has lost or guessed, and, in strict mode, every breach
//! of RFC 5545, 7953, 7986, 9073 and 9074.

mod cardinality;
mod explain;
mod series;
mod strict;
mod times;
mod values;

use crate::event::{Series, uid_of, uid_or_made};
use crate::ics::{Component, Fault, PROBLEMS, Parsed, Problem, Property, Severity, faults_of_form};
use crate::time::sort_by_time;
use crate::zone::{Doubts, Zone, ZoneError, Zones};
use cardinality::{Kind, Row, row};
pub use explain::explained;
pub(crate) use series::rivals;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;
use times::Said;

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// What was lost, and what was repaired or guessed.
    #[default]
    Lenient,
    /// Every breach of a rule.
    Strict,
}

/// What is wrong with a text, in its order: what the parser has told, and what is wrong with what it has read.
///
/// ```
/// # use kalends::{check, ics};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261121T090000Z\nDTEND:20261121T080000Z\n\
///     END:VEVENT\nEND:VCALENDAR\n";
/// let parsed = ics::parse(text);
/// let problems = check::problems(text.as_bytes(), &parsed, check::Strictness::Lenient);
/// assert_eq!((problems[0].what.code(), problems[0].line), ("end_before_start", 5));
/// assert_eq!(problems[0].uid.as_deref(), Some("1"));
/// assert!(check::problems(text.as_bytes(), &parsed, check::Strictness::Strict).len() > 1);
/// ```
pub fn problems(text: &[u8], parsed: &Parsed<'_>, strictness: Strictness) -> Vec<Problem> {
    let mut problems = of_text(text, parsed, strictness);
    for calendar in &parsed.calendars {
        let series = Series::all(calendar);
        of_calendar(calendar, &Zones::of(calendar), &series, &Zone::utc(), strictness, &mut problems);
    }
    in_order(&mut problems, parsed);
    problems
}

/// What of a text is missing altogether, so that there may be more than is told: it holds no calendar, or is cut off.
pub(crate) fn missing(text: &[u8], parsed: &Parsed<'_>) -> Vec<Problem> {
    let cut_off = parsed.problems.iter().filter(|problem| problem.what == Fault::CutOff).cloned();
    no_calendar(text, parsed).into_iter().chain(cut_off).collect()
}

/// What is wrong with the text itself.
pub(crate) fn of_text(text: &[u8], parsed: &Parsed<'_>, strictness: Strictness) -> Vec<Problem> {
    let mut problems = parsed.problems.clone();
    problems.extend(no_calendar(text, parsed));
    if strictness == Strictness::Strict {
        problems.extend(faults_of_form(text));
    }
    problems
}

/// Whether a text that says something holds no calendar.
fn no_calendar(text: &[u8], parsed: &Parsed<'_>) -> Option<Problem> {
    let has_calendar = parsed.calendars.iter().any(|c| c.is("VCALENDAR") || c.is("VEVENT"));
    (!has_calendar && !text.trim_ascii().is_empty()).then(|| Problem::at(Fault::NoCalendar, 1, 1))
}

/// What is wrong with one of the outermost components of a text; `series` are all that it has.
pub(crate) fn of_calendar<'c>(
    calendar: &'c Component<'c>,
    zones: &Zones<'c>,
    series: &[Series<'c>],
    floating: &Zone,
    strictness: Strictness,
    problems: &mut Vec<Problem>,
) {
    let mut checker = Checker {
        is_strict: strictness == Strictness::Strict,
        calendar,
        zones,
        floating,
        doubts: Doubts::new(zones),
        undefined: HashSet::new(),
        entry: Entry::default(),
        problems,
        // One more than is told, so that it shows that there are more.
        left: PROBLEMS + 1,
    };
    checker.calendar();
    series.iter().for_each(|series| checker.series(series));
}

/// Where a VTIMEZONE of a calendar contradicts its name, and whether its X-WR-TIMEZONE is unknown: what moves times
/// that are told all the same. A TZID that is unknown leaves no time to tell: that is an error where it is read.
pub fn zone_problems<'c>(calendar: &'c Component<'c>, zones: &Zones<'c>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = of_home(calendar, zones).into_iter().collect();
    let mut doubts = Doubts::new(zones);
    let mut open: Vec<(&Component, Option<&Component>)> = vec![(calendar, None)];
    while let Some((component, entry)) = open.pop() {
        for property in &component.properties {
            if let Some(error @ ZoneError::Contradiction { .. }) = doubts.of(property, component) {
                let uid = Entry::of(entry.or(Some(component))).uid();
                problems.push(Problem { uid, ..of_zone(error, property, component) });
            }
        }
        open.extend(component.components.iter().rev().map(|inner| (inner, entry.or(Some(inner)))));
    }
    problems
}

fn of_home(calendar: &Component, zones: &Zones<'_>) -> Option<Problem> {
    let error = zones.home_unknown(calendar)?;
    Some(of_zone(error, calendar.property("X-WR-TIMEZONE")?, calendar))
}

fn of_zone(error: ZoneError, property: &Property, component: &Component) -> Problem {
    let what = match error {
        ZoneError::Unknown(_) => Fault::Zone,
        ZoneError::Contradiction { .. } => Fault::Contradiction,
    };
    Problem::of_property(what, property, component).because(error.to_string())
}

/// Puts problems into the order of the text, and adds to those of lines the component and the UID that they concern.
pub(crate) fn in_order(problems: &mut Vec<Problem>, parsed: &Parsed<'_>) {
    sort_by_time(problems, |problem| [problem.line.into(), problem.column.into(), 0]);
    if problems.len() > PROBLEMS {
        let line = problems[PROBLEMS].line;
        problems.truncate(PROBLEMS);
        problems.push(Problem::at(Fault::More, line, 1));
    }
    let is_of_line = |problem: &Problem| match &problem.component {
        Some(component) => problem.uid.is_none() && problem.property.is_none() && component != "VCALENDAR",
        None => problem.what.severity() == Severity::Formal,
    };
    if !problems.iter().any(is_of_line) {
        return;
    }
    let lines = lines(parsed);
    let mut entry = Entry::default();
    for problem in problems.iter_mut().filter(|problem| is_of_line(problem)) {
        let next = lines.partition_point(|(line, ..)| *line <= problem.line);
        let Some((_, component, around)) = next.checked_sub(1).map(|last| lines[last]) else { continue };
        problem.component.get_or_insert_with(|| component.name().to_owned());
        if !around.is_some_and(|around| entry.is(around)) {
            entry = Entry::of(around);
        }
        problem.uid = entry.uid();
    }
}

/// On which lines components and properties begin, with the component and the entry of its calendar around it.
fn lines<'p>(parsed: &'p Parsed<'p>) -> Vec<(u32, &'p Component<'p>, Option<&'p Component<'p>>)> {
    let mut lines = Vec::new();
    let mut open: Vec<(&Component, Option<&Component>)> = Vec::new();
    for calendar in &parsed.calendars {
        open.push((calendar, (!calendar.is("VCALENDAR")).then_some(calendar)));
        while let Some((component, entry)) = open.pop() {
            let properties = component.properties.iter().filter_map(Property::line);
            lines.extend(component.line().into_iter().chain(properties).map(|line| (line, component, entry)));
            open.extend(component.components.iter().map(|inner| (inner, entry.or(Some(inner)))));
        }
    }
    sort_by_time(&mut lines, |(line, ..)| [(*line).into(), 0, 0]);
    lines
}

/// What stands in a calendar by itself, such as a VEVENT; its UID is read when it is asked for, once.
#[derive(Default)]
struct Entry<'c> {
    component: Option<&'c Component<'c>>,
    uid: OnceCell<Option<String>>,
}

impl<'c> Entry<'c> {
    fn of(component: Option<&'c Component<'c>>) -> Entry<'c> {
        Entry { component, uid: OnceCell::new() }
    }

    fn is(&self, component: &Component) -> bool {
        self.component.is_some_and(|own| std::ptr::eq(own, component))
    }

    /// Of an event without UID the one that it is given.
    fn uid(&self) -> Option<String> {
        let read = |c: &Component| match c.is("VEVENT") {
            true => Some(uid_or_made(c).into_owned()),
            false => uid_of(c).map(Cow::into_owned),
        };
        self.uid.get_or_init(|| self.component.and_then(read)).clone()
    }
}

struct Checker<'c, 'z> {
    is_strict: bool,
    calendar: &'c Component<'c>,
    zones: &'z Zones<'c>,
    floating: &'z Zone,
    doubts: Doubts<'z, 'c>,
    /// The TZIDs told so far to have no VTIMEZONE.
    undefined: HashSet<&'c str>,
    entry: Entry<'c>,
    problems: &'z mut Vec<Problem>,
    /// How many more are told.
    left: usize,
}

impl<'c> Checker<'c, '_> {
    fn tell(&mut self, problem: Problem) {
        if self.left > 0 {
            self.left -= 1;
            let uid = problem.uid.or_else(|| self.entry.uid());
            self.problems.push(Problem { uid, ..problem });
        }
    }

    fn calendar(&mut self) {
        let calendar = self.calendar;
        if calendar.is("VCALENDAR") {
            self.properties(calendar, Kind::Calendar);
            if let Some(problem) = of_home(calendar, self.zones) {
                self.tell(problem);
            }
            for entry in &calendar.components {
                self.entry = Entry::of(Some(entry));
                self.component(entry);
            }
            self.entry = Entry::default();
        } else {
            self.entry = Entry::of(Some(calendar));
            if Kind::of(calendar.name()).is_some() {
                self.tell(Problem::of(Fault::OutsideCalendar, calendar));
            }
            self.component(calendar);
        }
    }

    /// No deeper than the parser lets components be nested.
    fn component(&mut self, component: &'c Component<'c>) {
        if let Some(kind) = Kind::of(component.name()) {
            self.properties(component, kind);
        }
        for inner in &component.components {
            self.component(inner);
        }
    }

    fn properties(&mut self, component: &'c Component<'c>, kind: Kind) {
        let cardinality = kind.cardinality();
        let mut seen = 0;
        let mut said = Said::default();
        for property in &component.properties {
            let Some(row) = row(property.name()) else { continue };
            if row.bit & seen & cardinality.once != 0 {
                self.tell(Problem::of_property(Fault::Repeated, property, component));
            }
            seen |= row.bit;
            if row.value.is_read() {
                self.value(row, property, component, &mut said);
            }
            if self.is_strict {
                self.strict_property(row, property, component, kind);
            }
        }
        self.times(&said, seen, component, kind);
        if self.is_strict {
            self.strict_component(&said, seen, component, kind);
        }
    }

    /// A value that decides when something is: it must be readable, and its zone known.
    fn value(
        &mut self,
        row: &'static Row,
        property: &'c Property<'c>,
        component: &'c Component<'c>,
        said: &mut Said<'c>,
    ) {
        let mut read = match values::read(row.value, property) {
            Ok(read) => read,
            Err((what, why)) => {
                return self.tell(Problem::of_property(what, property, component).because(why));
            }
        };
        if !property.parameters().is_empty() {
            self.zone(property, component, said);
            if let Some(date) = read.cut_to_date(property) {
                self.tell(Problem::of_property(Fault::MixedTimes, property, component));
                read = date;
            }
        }
        said.take(row, property, read);
    }
}
