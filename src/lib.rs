//! Kalends: the calendar engine that applications embed. Pure: no I/O, no clock, no randomness of its own.
//!
//! Modules in the order in which they may import each other: each knows only those above it.

pub mod time;

pub mod ics;

pub mod zone;

pub mod event;

pub mod booking;

pub mod vault;

pub mod port;

pub mod outbound;

pub mod provider;

pub mod caldav;

pub mod sync;

pub use event::{Content, Event, EventError, Field, Status};
pub use time::{Instant, Span};
pub use zone::{Zone, ZoneError};
