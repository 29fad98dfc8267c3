//! iCalendar text to components and back, losing nothing (RFC 5545 §3.1 to §3.3, RFC 6868).

mod component;
mod control;
mod form;
mod line;
mod name;
mod parse;
mod place;
mod problem;
mod property;
mod value;
mod write;
mod writer;

pub use component::Component;
pub(crate) use form::faults_of_form;
pub(crate) use parse::PROBLEMS;
pub use parse::{Parsed, parse, parse_bytes};
pub use problem::{Fault, Problem, Severity};
pub use property::{Parameter, Property, PropertyError};
pub(crate) use value::parse_date_time;
pub use value::{DateTime, Duration, ValueError};
pub use writer::Writer;
