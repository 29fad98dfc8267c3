//! Conversions to and from the crates `icalendar` and `rrule`, for programs that use them (feature `interop`).
//!
//! Neither can hold everything. What gets lost stands at each function.

mod calendar;
mod series;

use crate::event::EventError;
use crate::rule::RuleError;
pub use calendar::{from_icalendar, to_icalendar};
use rrule::RRuleError;
pub use series::{from_rrule_set, to_rrule_set};

/// Why something cannot be converted.
#[derive(Debug, thiserror::Error)]
pub enum InteropError {
    /// A value with line breaks, which would become other properties.
    #[error(
        "{0} would become more than one content line; take the line breaks out of its value and parameters"
    )]
    Lines(String),
    /// The event has no times that can be read.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A rule cannot be read.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A time zone that only its calendar defines.
    #[error("time zone \"{0}\" is none of IANA's; the crate rrule knows no other")]
    Zone(String),
    /// Rules that take occurrences out.
    #[error("the event has an EXRULE, which the crate rrule does not read")]
    Exrule,
    /// What the crate rrule refuses.
    #[error("the crate rrule refuses this series: {0}")]
    Rrule(#[from] RRuleError),
}

#[cfg(test)]
mod tests;
