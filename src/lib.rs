//! Kalends: the calendar engine that applications embed. Pure: no I/O, no clock, no randomness of its own.
//!
//! Modules in the order in which they may import each other: each knows only those above it.

pub mod event;
pub mod ics;
pub mod time;
pub mod zone;

pub use event::{Content, Event, EventError, Field, Status};
pub use time::{Instant, Span};
pub use zone::{Zone, ZoneError};
