//! The Worker's log: a line of JSON for each thing that happened, with the fields below and no others. What people and
//! servers wrote (titles, addresses, an error's own words) is no such field; words are told where the operator has set
//! `DEBUG_CALENDAR_SYNC`, and secrets nowhere.

use kalends::sync::Report;
use serde_json::{Map, Value, json};
use std::fmt::Display;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the operator wants to read more.
static MORE: AtomicBool = AtomicBool::new(false);

/// Says whether the operator wants to read more.
pub fn tell_more(more: bool) {
    MORE.store(more, Ordering::Relaxed);
}

#[derive(Clone, Copy)]
enum Level {
    More,
    Info,
    Warning,
    Error,
}

/// A line that is being made.
#[must_use]
pub struct Line {
    level: Level,
    fields: Map<String, Value>,
}

/// Something that only who wants to read more is told.
pub fn more(event: &'static str) -> Line {
    Line::new(Level::More, "debug", event)
}

/// Something that is as it should be.
pub fn info(event: &'static str) -> Line {
    Line::new(Level::Info, "info", event)
}

/// Something that did not work, and will be tried again or was told to the caller.
pub fn warning(event: &'static str) -> Line {
    Line::new(Level::Warning, "warning", event)
}

/// Something that the operator has to look at.
pub fn error(event: &'static str) -> Line {
    Line::new(Level::Error, "error", event)
}

impl Line {
    fn new(level: Level, word: &'static str, event: &'static str) -> Self {
        let line = Self { level, fields: Map::new() };
        line.with("level", word).with("event", event)
    }

    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// The connection that it is about.
    pub fn connection(self, id: &str) -> Self {
        self.with("connection", id)
    }

    /// The appointment or task that it is about.
    pub fn entry(self, id: &str) -> Self {
        self.with("entry", id)
    }

    /// The conflict that it is about.
    pub fn conflict(self, id: &str) -> Self {
        self.with("conflict", id)
    }

    /// The stable word of an error.
    pub fn code(self, code: &'static str) -> Self {
        self.with("code", code)
    }

    /// A request by its method and its route, as the route table has it.
    pub fn request(self, method: &str, route: &str) -> Self {
        self.with("method", method).with("route", route)
    }

    /// The status of an answer.
    pub fn status(self, status: u16) -> Self {
        self.with("status", status)
    }

    /// Who called: `operator`, `key` or `owner`, and its id.
    pub fn caller(self, tenant: &str, actor: &str) -> Self {
        self.with("tenant", tenant).with("caller", actor)
    }

    /// How many objects a run has read, written, changed and deleted.
    pub fn counts(self, report: &Report) -> Self {
        let Report { imported, exported, updated, deleted, .. } = report;
        let counts =
            json!({ "imported": imported, "exported": exported, "updated": updated, "deleted": deleted });
        self.with("counts", counts)
    }

    /// Names of settings, never what they are set to.
    pub fn settings(self, names: &[&'static str]) -> Self {
        self.with("settings", names)
    }

    /// What the database says of a failure: it names tables and constraints, and no values.
    pub fn database(self, error: &dyn Display) -> Self {
        self.with("database", error.to_string())
    }

    /// What is wrong with the Worker's settings, as its answers say, too.
    pub fn configuration(self, error: &dyn Display) -> Self {
        self.with("configuration", error.to_string())
    }

    /// A sentence of this program's own.
    pub fn says(self, sentence: &'static str) -> Self {
        self.with("says", sentence)
    }

    /// Words that others may have had a part in, for whoever wants to read more.
    pub fn words(self, words: &dyn Display) -> Self {
        if MORE.load(Ordering::Relaxed) { self.with("words", words.to_string()) } else { self }
    }

    /// Writes the line.
    #[allow(clippy::disallowed_macros)] // this is the one door
    pub fn write(self) {
        let line = Value::Object(self.fields);
        match self.level {
            Level::More if !MORE.load(Ordering::Relaxed) => {}
            Level::More | Level::Info => worker::console_log!("{line}"),
            Level::Warning => worker::console_warn!("{line}"),
            Level::Error => worker::console_error!("{line}"),
        }
    }
}
