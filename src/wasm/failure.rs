//! Errors on their way to JavaScript: a stable code and a sentence, which `pkg/kalends` makes a `KalendsError` of.

use crate::availability::{HoursError, SlotError};
use crate::event::{EventError, FieldError, MessageError};
use crate::ics::PropertyError;
use crate::recurrence::RecurrenceError;
use crate::rule::RuleError;
use crate::zone::ZoneError;
use wasm_bindgen::JsValue;

/// What went wrong: a stable word, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub code: &'static str,
    pub message: String,
}

impl Failure {
    pub fn new(code: &'static str, message: impl Into<String>) -> Failure {
        Failure { code, message: message.into() }
    }

    /// The same, and in which part of what was given it is.
    pub fn within(self, part: &str) -> Failure {
        Failure { message: format!("{part}: {}", self.message), ..self }
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> JsValue {
        format!("{} {}", failure.code, failure.message).into()
    }
}

impl From<PropertyError> for Failure {
    fn from(error: PropertyError) -> Failure {
        Failure::new("invalid_property", error.to_string())
    }
}

impl From<ZoneError> for Failure {
    fn from(error: ZoneError) -> Failure {
        Failure::new("unknown_time_zone", error.to_string())
    }
}

impl From<EventError> for Failure {
    fn from(error: EventError) -> Failure {
        let code = match &error {
            EventError::NoEvent => "no_event",
            EventError::NoUid => "no_uid",
            EventError::SeveralUids(..) => "several_uids",
            EventError::NoStart(_) => "no_start",
            EventError::Value(_) => "invalid_value",
            EventError::Zone(_) => "unknown_time_zone",
        };
        Failure::new(code, error.to_string())
    }
}

impl From<RecurrenceError> for Failure {
    fn from(error: RecurrenceError) -> Failure {
        let code = match &error {
            RecurrenceError::Rule(RuleError::Scale(_)) => "unsupported_rule",
            RecurrenceError::Rule(_) => "invalid_rule",
            RecurrenceError::Event(error) => return error.clone().into(),
            RecurrenceError::Budget(_) => "budget_exhausted",
        };
        Failure::new(code, error.to_string())
    }
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Failure {
        Failure::new(error.code(), error.to_string())
    }
}

impl From<MessageError> for Failure {
    fn from(error: MessageError) -> Failure {
        Failure::new(error.code(), error.to_string())
    }
}

impl From<HoursError> for Failure {
    fn from(error: HoursError) -> Failure {
        Failure::new("invalid_argument", error.to_string())
    }
}

impl From<SlotError> for Failure {
    fn from(error: SlotError) -> Failure {
        let code = match error {
            SlotError::Duration => "invalid_duration",
            SlotError::Step => "invalid_step",
            SlotError::Buffer => "invalid_buffer",
            SlotError::Window => "window_too_long",
        };
        Failure::new(code, error.to_string())
    }
}
