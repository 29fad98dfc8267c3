//! Kalends: the calendar engine that applications embed. Pure: no I/O, no clock, no randomness of its own.
//!
//! Each module knows only those before it in this order: [`time`], [`ics`], [`rule`], [`zone`], [`event`],
//! [`recurrence`], [`availability`].

pub mod availability;
pub mod event;
pub mod ics;
pub mod recurrence;
pub mod rule;
pub mod time;
pub mod zone;

pub use event::{Content, Event, EventError, Field, Status};
pub use recurrence::{Budget, Occurrence, RecurrenceError, occurrences};
pub use time::{Instant, Span};
pub use zone::{Zone, ZoneError};
