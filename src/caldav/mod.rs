//! CalDAV (RFC 4791, 6578, 6764): pure request builders and response parsers, and the operations made of them.

mod answer;
mod calendar;
mod collection;
mod discover;
mod dns;
mod etag;
mod given;
mod href;
mod info;
mod ladder;
mod multistatus;
mod props;
mod query;
mod quirks;
pub mod request;
mod service;
mod stored;
mod write;
mod xml;

pub use calendar::CalDavCalendar;
pub use collection::{CalendarProps, Removable};
pub use discover::{calendars, discover};
pub use given::Given;
pub use href::{resolve, same_resource};
pub use info::CalendarInfo;
pub use multistatus::{Entry, Multistatus, conditions};
pub use props::{Privilege, Property, Props};
pub use query::Bring;
pub use service::{PutReply, Service};
pub use xml::MultistatusError;
