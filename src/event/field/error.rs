//! Why something that was given cannot be written: in which field it stands, and what is wrong with it.

use crate::rule::RuleError;
use crate::zone::ZoneError;
use std::fmt::Display;

/// A field of something to be written, and what is wrong with it.
///
/// ```
/// # use kalends::event::Email;
/// let error = Email::parse("ana at example.org").unwrap_err();
/// assert_eq!((error.field(), error.code()), ("email", "invalid_email"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {fault}")]
pub struct FieldError {
    field: String,
    /// What is wrong with it.
    pub fault: FieldFault,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldFault {
    /// It is needed and was not given.
    #[error("this is missing; {0}")]
    Missing(&'static str),
    /// No e-mail address.
    #[error("\"{0}\" is no e-mail address; write one as ana@example.org")]
    Email(String),
    /// No URI.
    #[error("\"{0}\" is no URI; write one as https://example.org/")]
    Uri(String),
    /// No colour.
    #[error("\"{0}\" is no colour; write a CSS name such as tomato, or #ff6347")]
    Color(String),
    /// None of the words that RFC 5545 has here.
    #[error("\"{value}\" is not known here; write {}", .words.join(", "))]
    Word {
        /// What was given.
        value: String,
        /// What may be.
        words: &'static [&'static str],
    },
    /// A number or length outside of what may be.
    #[error("it must be {0}")]
    Range(&'static str),
    /// A name that a property must not have.
    #[error("\"{0}\" must not be set here; give a property whose name begins with X-")]
    Name(String),
    /// A recurrence rule.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A time that does not go with another one, or cannot be written.
    #[error("{0}")]
    Time(&'static str),
    /// A time zone.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

impl FieldError {
    pub(crate) fn new(field: &str, fault: impl Into<FieldFault>) -> FieldError {
        FieldError { field: field.to_owned(), fault: fault.into() }
    }

    /// The same, one level further in: `email` within `attendees[2]` is `attendees[2].email`.
    pub fn within(mut self, outer: impl Display) -> FieldError {
        self.field = format!("{outer}.{}", self.field);
        self
    }

    /// The same of another field, which this one was made of.
    pub fn at(mut self, field: &str) -> FieldError {
        field.clone_into(&mut self.field);
        self
    }

    /// The path of the field, such as `attendees[2].email`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// A word for what is wrong that stays the same over all versions.
    pub fn code(&self) -> &'static str {
        match &self.fault {
            FieldFault::Missing(_) => "missing_field",
            FieldFault::Email(_) => "invalid_email",
            FieldFault::Uri(_) => "invalid_uri",
            FieldFault::Color(_) => "invalid_color",
            FieldFault::Word { .. } => "invalid_word",
            FieldFault::Range(_) => "out_of_range",
            FieldFault::Name(_) => "invalid_property",
            FieldFault::Rule(RuleError::Scale(_)) => "unsupported_rule",
            FieldFault::Rule(_) => "invalid_rule",
            FieldFault::Time(_) => "invalid_time",
            FieldFault::Zone(_) => "unknown_time_zone",
        }
    }
}

/// So much of what was given as an error shows.
pub(in crate::event) fn shown(value: &str) -> String {
    value.chars().take(80).collect()
}
