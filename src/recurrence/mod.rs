//! A series to its occurrences in a window: RRULE, RDATE, EXDATE and overrides (RFC 5545 §3.8.5, §3.8.4.4).

mod alarms;
mod alone;
mod overrides;
mod set;
mod starts;

use crate::event::{Event, EventError, Series, Status, is_transparent};
use crate::ics::{Component, ValueError};
use crate::rule::RuleError;
use crate::time::{Instant, Span};
use crate::zone::{Zone, ZoneError, Zones};
pub use alone::rule_instants;
#[cfg(feature = "interop")]
pub(crate) use starts::last_instant;
pub(crate) use starts::{gives_start, is_over};

/// One occurrence of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence<'e> {
    /// When it is.
    pub span: Span,
    /// Whether it is given in dates.
    pub all_day: bool,
    /// When the series would have it: what RECURRENCE-ID names. None where the event does not recur.
    pub recurrence_id: Option<Instant>,
    /// The VEVENT that describes it, the series' or an override.
    pub event: &'e Component<'e>,
}

impl Occurrence<'_> {
    /// Its SUMMARY in plain text.
    pub fn summary(&self) -> String {
        self.event.property("SUMMARY").map(|p| p.unescaped().into_owned()).unwrap_or_default()
    }

    /// Its STATUS; a cancelled override is how some servers take an occurrence out of a series.
    pub fn status(&self) -> Status {
        Status::of(self.event)
    }

    /// Whether it takes no time in a free-busy search.
    pub fn is_transparent(&self) -> bool {
        is_transparent(self.event)
    }
}

/// Why a series cannot be expanded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceError {
    /// A rule cannot be read.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A property of the event cannot be read.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The steps ran out; the occurrences that were found are not given, since more may follow.
    #[error(
        "expanding event {0} took more steps than allowed; ask for a shorter window or give a larger budget"
    )]
    Budget(String),
}

impl From<ValueError> for RecurrenceError {
    fn from(error: ValueError) -> RecurrenceError {
        EventError::from(error).into()
    }
}

impl From<ZoneError> for RecurrenceError {
    fn from(error: ZoneError) -> RecurrenceError {
        EventError::from(error).into()
    }
}

/// How many steps an expansion may take: an interval looked at and an occurrence found are one each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    steps: u64,
}

impl Budget {
    /// So many steps, to be shared by all calls that it is given to.
    pub fn new(steps: u64) -> Budget {
        Budget { steps }
    }

    /// How many are left.
    pub fn left(&self) -> u64 {
        self.steps
    }

    fn spend(&mut self) -> bool {
        self.steps = self.steps.saturating_sub(1);
        self.steps > 0
    }
}

impl Default for Budget {
    /// A million steps: some tens of milliseconds, a century of meetings.
    fn default() -> Budget {
        Budget::new(1_000_000)
    }
}

/// The occurrences that lie in or reach into the window, in order; one without length counts where it starts in
/// the window. `floating` is the zone of dates and of times without a zone.
///
/// What the RFC leaves open is settled so: DTSTART is an occurrence even where it does not match the rule, and
/// counts in COUNT; a rule whose UNTIL lies before DTSTART has no occurrence at all; a rule finer than DAILY runs
/// in real time, so that each hour of a day on which the clocks change comes once; an override counts even where
/// EXDATE names its occurrence. Cancelled occurrences are listed, see [`Occurrence::status`].
///
/// ```
/// # use kalends::{Budget, Event, Instant, Span, Zone, occurrences};
/// let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Europe/Berlin:20261023T090000\n\
///     DURATION:PT1H\nRRULE:FREQ=DAILY\nEXDATE;TZID=Europe/Berlin:20261024T090000\nEND:VEVENT\nEND:VCALENDAR\n";
/// let event = Event::parse(text).unwrap();
/// let at = |text| Instant::parse(text).unwrap();
/// let window = Span::new(at("2026-10-23T00:00:00Z"), at("2026-10-26T00:00:00Z")).unwrap();
/// let found = occurrences(&event, window, &Zone::utc(), &mut Budget::default()).unwrap();
/// let starts: Vec<_> = found.iter().map(|o| o.span.start().to_string()).collect();
/// assert_eq!(starts, ["2026-10-23T07:00:00Z", "2026-10-25T08:00:00Z"]);
/// ```
pub fn occurrences<'e>(
    event: &'e Event,
    window: Span,
    floating: &Zone,
    budget: &mut Budget,
) -> Result<Vec<Occurrence<'e>>, RecurrenceError> {
    expand(&event.series(), &Zones::of(event.calendar()), window, floating, budget)
}

/// The same for one of the series of a calendar, whose time zones are `zones`.
pub fn expand<'c>(
    series: &Series<'c>,
    zones: &Zones<'_>,
    window: Span,
    floating: &Zone,
    budget: &mut Budget,
) -> Result<Vec<Occurrence<'c>>, RecurrenceError> {
    set::expand(series, zones, window, floating, budget)
}

#[cfg(test)]
mod tests;
