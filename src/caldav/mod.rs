//! CalDAV (RFC 4791, 6578, 6764): pure request builders and response parsers, and the operations made of them.

mod calendar;
mod discover;
mod href;
mod ladder;
mod multistatus;
mod quirks;
mod request;
mod stored;
mod write;

pub use calendar::CalDavCalendar;
pub use discover::{CalendarInfo, calendars};
pub use href::same_resource;
pub use multistatus::{Entry, Multistatus, MultistatusError, Privilege, Props};
