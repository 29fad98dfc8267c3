//! The life of an appointment, how it and a task read in a calendar, and what an owner's own event is about.

mod appointment;
mod entry;
mod invitation;
mod lifecycle;
mod mapping;
mod recurring;
mod task;
mod task_time;

pub use appointment::{Appointment, Source, Status};
pub use entry::{Entry, Kind};
pub use lifecycle::Transition;
pub use mapping::{Mapping, MappingRule, MappingRules};
pub use task::Task;
