//! What is wrong with calendars that can be read: what a reader has lost or guessed, and, in strict mode, every breach
//! of RFC 5545, 7953, 7986, 9073 and 9074.

mod cardinality;
mod series;
mod strict;
mod times;
mod values;

use crate::event::{Series, uid_of, uid_or_made};
use crate::ics::{Component, Fault, PROBLEMS, Parsed, Problem, Property, Severity, faults_of_form};
use crate::time::sort_by_time;
use crate::zone::{Doubts, Zone, ZoneError, Zones};
use cardinality::{Kind, Row, Type, row};
use std::cell::OnceCell;
use times::Said;
use values::Time;

/// Longer than any program makes them: a problem holds no more of it.
const LONGEST_UID: usize = 1000;

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
    let mut problems = parsed.problems.clone();
    of_text(text, parsed, strictness, &mut problems);
    for calendar in &parsed.calendars {
        let series = Series::all(calendar);
        of_calendar(calendar, &Zones::of(calendar), &series, &Zone::utc(), strictness, &mut problems);
    }
    in_order(&mut problems, &parsed.calendars);
    problems
}

/// What is wrong with the text itself, beyond what the parser has told.
pub(crate) fn of_text(text: &[u8], parsed: &Parsed<'_>, strictness: Strictness, problems: &mut Vec<Problem>) {
    let has_calendar = parsed.calendars.iter().any(|c| c.is("VCALENDAR") || c.is("VEVENT"));
    if !has_calendar && !text.trim_ascii().is_empty() {
        problems.push(Problem::at(Fault::NoCalendar, 1, 1));
    }
    if strictness == Strictness::Strict {
        faults_of_form(text, problems);
    }
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
        method: calendar.property("METHOD"),
        zones,
        floating,
        doubts: Doubts::new(zones),
        undefined: Vec::new(),
        entry: Entry::default(),
        problems,
        // One more than is told shows that there are more.
        left: PROBLEMS + 1,
        has_overrides: false,
    };
    checker.calendar();
    series.iter().for_each(|series| checker.series(series));
}

/// Whether a problem bears on when something is: it may hide time that is taken, or stands for a guess at it.
pub fn bears_on_time(problem: &Problem) -> bool {
    use Fault::*;
    let kind = problem.component.as_ref().and_then(|name| Kind::of(name));
    match problem.what {
        NoCalendar | CutOff | TooDeep | More | Contradiction | Zone | Budget => true,
        NoStart | Value | Rule | Scale | SameUid | EndBeforeStart | EndAndDuration | MixedTimes
        | UntilBeforeStart | StartOutsideRule | MisplacedPart | IgnoredPart => {
            matches!(kind, Some(Kind::Event | Kind::FreeBusy | Kind::Availability | Kind::Available))
        }
        // A malformed line hides no event; the rest is a matter of form.
        _ => false,
    }
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
pub(crate) fn in_order(problems: &mut Vec<Problem>, calendars: &[Component<'_>]) {
    sort_by_time(problems, |problem| [problem.line.into(), problem.column.into(), 0]);
    if problems.len() > PROBLEMS {
        let line = problems[PROBLEMS].line;
        problems.truncate(PROBLEMS);
        problems.push(Problem::at(Fault::More, line, 1));
    }
    let mut entries: Vec<&Component> = Vec::new();
    let mut last = Entry::default();
    for problem in problems {
        let is_of_line = match &problem.component {
            Some(component) => {
                problem.uid.is_none() && problem.property.is_none() && component != "VCALENDAR"
            }
            None => problem.what.severity() == Severity::Formal,
        };
        if !is_of_line {
            continue;
        }
        if entries.is_empty() {
            for calendar in calendars {
                entries.push(calendar);
                entries.extend(&calendar.components);
            }
        }
        // A missing END is told where the next component begins.
        let line = problem.line - u32::from(problem.what == Fault::MissingEnd);
        let next = entries.partition_point(|entry| entry.line() <= Some(line));
        let Some(entry) = next.checked_sub(1).map(|last| entries[last]) else { continue };
        if !last.is(entry) {
            last = Entry::of(entry);
        }
        problem
            .component
            .get_or_insert_with(|| innermost(entry, problem.line).name().chars().take(80).collect());
        problem.uid = last.uid();
    }
}

/// The component in an entry of a calendar that a line belongs to.
fn innermost<'c>(entry: &'c Component<'c>, line: u32) -> &'c Component<'c> {
    let has_it =
        |c: &&Component| c.line() <= Some(line) && c.properties.iter().any(|p| p.line() == Some(line));
    match entry.is("VCALENDAR") {
        true => entry,
        false => entry.components.iter().find(has_it).map_or(entry, |inner| innermost(inner, line)),
    }
}

/// What stands in a calendar by itself, such as a VEVENT; its UID is read when it is asked for, once.
#[derive(Default)]
struct Entry<'c> {
    component: Option<&'c Component<'c>>,
    uid: OnceCell<Option<String>>,
}

impl<'c> Entry<'c> {
    fn of(component: &'c Component<'c>) -> Entry<'c> {
        Entry { component: Some(component), uid: OnceCell::new() }
    }

    fn is(&self, component: &Component) -> bool {
        self.component.is_some_and(|own| std::ptr::eq(own, component))
    }

    /// Of an event or task without UID the one that it is given; of a long one the beginning.
    fn uid(&self) -> Option<String> {
        let read = |c: &Component| {
            let made = c.is("VEVENT") || c.is("VTODO");
            let uid = if made { Some(uid_or_made(c)) } else { uid_of(c) };
            uid.map(|uid| uid.chars().take(LONGEST_UID).collect())
        };
        self.uid.get_or_init(|| self.component.and_then(read)).clone()
    }
}

struct Checker<'c, 'z> {
    is_strict: bool,
    calendar: &'c Component<'c>,
    /// What makes it a message (RFC 5546).
    method: Option<&'c Property<'c>>,
    zones: &'z Zones<'c>,
    floating: &'z Zone,
    doubts: Doubts<'z, 'c>,
    /// The first TZIDs told to have no VTIMEZONE.
    undefined: Vec<&'c str>,
    entry: Entry<'c>,
    problems: &'z mut Vec<Problem>,
    /// How many more are told.
    left: usize,
    /// Whether any entry replaces an occurrence of a series.
    has_overrides: bool,
}

impl<'c> Checker<'c, '_> {
    /// Of a property, or of a component as a whole. By itself, since it is called from so many places.
    #[inline(never)]
    fn tell_of(&mut self, what: Fault, property: Option<&Property>, component: &Component) {
        self.tell(match property {
            Some(property) => Problem::of_property(what, property, component),
            None => Problem::of(what, component),
        });
    }

    #[inline(never)]
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
                self.entry = Entry::of(entry);
                self.component(entry);
            }
            self.entry = Entry::default();
        } else {
            self.entry = Entry::of(calendar);
            if Kind::of(calendar.name()).is_some() {
                self.tell_of(Fault::OutsideCalendar, None, calendar);
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
                self.tell_of(Fault::Repeated, Some(property), component);
            }
            seen |= row.bit;
            let is_read = !row.value.is_read() || self.value(row, property, component, &mut said);
            if self.is_strict && is_read {
                self.strict_property(row, property, component, kind);
            }
        }
        self.times(&said, seen, component, kind);
        if self.is_strict {
            self.strict_component(&said, seen, component, kind);
        }
    }

    /// A value that decides when something is: it must be readable, which is the answer, and its zone known.
    fn value(
        &mut self,
        row: &Row,
        property: &'c Property<'c>,
        component: &'c Component<'c>,
        said: &mut Said<'c>,
    ) -> bool {
        let time = if row.value == Type::Time { Time::read(property.value()) } else { None };
        if time.is_none()
            && let Some(why) = values::unreadable(row.value, property)
        {
            self.tell(Problem::of_property(Fault::Value, property, component).because(why));
            return false;
        }
        if !property.parameters().is_empty() {
            self.zone(property, component, said);
        }
        self.said(row, time, property, component, said);
        true
    }
}
