//! The answer of a case, as its JSON says it.

use super::edit::Edit;
use super::zone;
use kalends::{Instant, Span, Zone};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What a case shows and what is right; a field that is not given is not looked at, save `problems`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub shows: String,
    /// The section that decides, or who agrees where no RFC does.
    pub why: String,
    #[serde(default)]
    pub zone: Option<String>,
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub to: Option<String>,
    #[serde(default)]
    pub steps: Option<u64>,
    #[serde(default)]
    pub owner: Vec<String>,
    #[serde(default)]
    pub starts: Option<Vec<String>>,
    #[serde(default)]
    pub occurrences: Option<Vec<String>>,
    #[serde(default)]
    pub busy: Option<Vec<String>>,
    #[serde(default)]
    pub problems: Vec<String>,
    #[serde(default)]
    pub alarms: Option<Vec<String>>,
    #[serde(default)]
    pub written: Option<Vec<String>>,
    #[serde(default)]
    pub text: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub words: Option<Vec<String>>,
    #[serde(default)]
    pub edits: Option<Vec<Edit>>,
}

impl Answer {
    pub fn read(path: &Path) -> Answer {
        let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// UTC where none is given.
    pub fn zone(&self) -> Zone {
        self.zone.as_deref().map_or(Zone::utc(), zone)
    }

    /// The year 2026 where none is given.
    pub fn window(&self) -> Span {
        let at = |given: &Option<String>, default: &str| {
            instant(given.as_deref().unwrap_or(default), &self.zone())
        };
        Span::new(at(&self.from, "2026-01-01"), at(&self.to, "2027-01-01")).expect("`to` is before `from`")
    }

    /// A span in the form in which all are compared: `start/end word`, dates for all-day events, else UTC.
    pub fn told(&self, span: Span, all_day: bool, word: &str) -> String {
        let time = |instant: Instant| match all_day {
            true => self.zone().to_wall(instant).date().to_string(),
            false => instant.to_string(),
        };
        format!("{}/{} {word}", time(span.start()), time(span.end())).trim_end().to_owned()
    }

    /// The same answer with every time in that form.
    pub fn normal(mut self) -> Answer {
        let zone = self.zone();
        let time = |text: &str| match text.contains('T') {
            true => instant(text, &zone).to_string(),
            false => text.to_owned(),
        };
        let whole = |text: &String| {
            let (span, word) = text.split_once(' ').unwrap_or((text, ""));
            let (start, end) = span.split_once('/').unwrap_or_else(|| panic!("\"{text}\" is no start/end"));
            format!("{}/{} {word}", time(start), time(end)).trim_end().to_owned()
        };
        self.starts = self.starts.map(|starts| starts.iter().map(|start| time(start)).collect());
        self.alarms = self.alarms.map(|alarms| alarms.iter().map(|at| time(at)).collect());
        self.occurrences = self.occurrences.map(|all| all.iter().map(whole).collect());
        self.busy = self.busy.map(|all| all.iter().map(whole).collect());
        for edit in self.edits.iter_mut().flatten() {
            edit.leaves = edit.leaves.iter().map(whole).collect();
        }
        self
    }

    /// Expected and found, field by field, where they differ.
    pub fn difference(&self, found: &Answer) -> String {
        let fields = [
            (format!("{:?}", self.starts), format!("{:?}", found.starts)),
            (format!("{:?}", self.occurrences), format!("{:?}", found.occurrences)),
            (format!("{:?}", self.busy), format!("{:?}", found.busy)),
            (format!("{:?}", self.alarms), format!("{:?}", found.alarms)),
            (format!("{:?}", self.problems), format!("{:?}", found.problems)),
            (format!("{:?}", self.written), format!("{:?}", found.written)),
            (format!("{:?}", self.text), format!("{:?}", found.text)),
            (format!("{:?}", self.words), format!("{:?}", found.words)),
            (format!("{:#?}", self.edits), format!("{:#?}", found.edits)),
        ];
        let told = |(is, found): (String, String)| {
            (is != found).then(|| format!("  right: {is}\n  found: {found}\n"))
        };
        fields.into_iter().filter_map(told).collect()
    }
}

/// An RFC 3339 time with or without seconds, or a date, which is its midnight, or a wall time in `zone`.
pub fn instant(text: &str, zone: &Zone) -> Instant {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00"));
    let split = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, offset) = time.split_at(split);
    let clock = if clock.len() == 5 { format!("{clock}:00") } else { clock.to_owned() };
    let utc = Instant::parse(&format!("{date}T{clock}{}", if offset.is_empty() { "Z" } else { offset }));
    let utc = utc.unwrap_or_else(|error| panic!("{error}"));
    if offset.is_empty() { zone.to_instant(utc.to_utc()) } else { utc }
}
