//! New events and tasks: what they say, and in which zones it is written.

mod entry;
mod event;
mod repetition;
mod settle;

pub use entry::End;
pub(super) use entry::{EntryWriter, Length, write_other};
pub(crate) use event::shown_by;
#[cfg(test)]
pub(super) use event::tests;
pub use event::{NewEvent, Transparency};
pub use repetition::Repetition;
