//! Kalends: the calendar engine that applications embed. Pure: no I/O, no clock, no randomness of its own.
//!
//! Each module knows only those above it in this list.

pub mod time;

pub mod ics;

pub mod rule;

pub mod zone;

pub mod event;

pub mod recurrence;

pub mod check;

pub mod availability;

pub mod booking;

pub mod vault;

pub mod port;

pub mod outbound;

pub mod oauth;

pub mod provider;

pub mod caldav;

pub mod google;

pub mod microsoft;

pub mod sync;

#[cfg(feature = "interop")]
pub mod interop;

#[cfg(feature = "wasm")]
pub mod wasm;

#[cfg(feature = "wasm-caldav")]
pub mod wasm_caldav;

pub use event::{Content, Event, EventError, Field, Status};
pub use recurrence::{Budget, Occurrence, RecurrenceError, occurrences};
pub use time::{Instant, Span};
pub use zone::{Zone, ZoneError};
