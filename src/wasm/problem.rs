//! What is wrong with a text, a line of it or an event in it: data, not an error.

use super::failure::Failure;
use super::flat::Told;
use crate::ics;

/// What is wrong, with a stable word for it.
#[derive(Debug, Default)]
pub(super) struct Problem {
    pub code: &'static str,
    pub message: String,
    /// Counted from 1; 0 where it is not known.
    pub line: u32,
    pub column: u32,
    pub component: Option<String>,
    pub uid: Option<String>,
}

impl Problem {
    pub fn of(uid: &str, failure: Failure) -> Problem {
        let uid = Some(uid.to_owned());
        Problem { code: failure.code, message: failure.message, uid, ..Problem::default() }
    }

    pub fn of_line(problem: ics::Problem) -> Problem {
        Problem {
            code: "malformed_line",
            message: problem.what.to_string(),
            line: problem.line,
            column: problem.column,
            component: problem.component,
            uid: None,
        }
    }

    pub fn no_calendar() -> Problem {
        let message = "the text holds no VCALENDAR; give the text of an .ics file".to_owned();
        Problem { code: "no_calendar", message, ..Problem::default() }
    }

    pub fn tell(&self, told: &mut Told) {
        told.text(self.code);
        told.text(&self.message);
        told.number(self.line.into());
        told.number(self.column.into());
        told.text(self.component.as_deref().unwrap_or_default());
        told.text(self.uid.as_deref().unwrap_or_default());
    }
}
