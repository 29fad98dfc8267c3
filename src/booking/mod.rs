//! The life of an appointment, and how it reads as an event in a calendar.

mod appointment;
mod lifecycle;

pub use appointment::{Appointment, Source, Status};
pub use lifecycle::Transition;
