//! The life of an appointment, and how it and a task read in a calendar.

mod appointment;
mod entry;
mod invitation;
mod lifecycle;
mod recurring;
mod task;

pub use appointment::{Appointment, Source, Status};
pub use entry::{Entry, Kind};
pub use lifecycle::Transition;
pub use task::Task;
