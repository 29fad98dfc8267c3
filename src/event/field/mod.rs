//! What single fields of an event or task say: who, where, in which colour, when to be reminded.

mod address;
mod alarm;
mod color;
mod error;
mod geo;
mod link;
mod people;
mod plain;
mod word;

pub use address::{CalAddress, Email, Uri};
pub(super) use alarm::as_text;
pub use alarm::{Action, Alarm, Repeat, Trigger};
pub use color::Color;
pub(super) use error::shown;
pub use error::{FieldError, FieldFault};
pub use geo::Geo;
pub use link::{Attachment, Conference, Feature};
pub use people::{Attendee, CalendarUser, ParticipationStatus, Role, UserType};
pub(super) use plain::{instant_of, text_of, write_text};
pub(super) use word::words;
