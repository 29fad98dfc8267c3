//! Edits of a series that a case asks for, and what they leave.

use super::answer::{Answer, instant};
use kalends::recurrence::{EditError, Editor, NewSeries, Repeat};
use kalends::rule::Rule;
use kalends::{Budget, Event, Instant, Span, occurrences};
use serde::Deserialize;

/// One edit of the only event of a case, each made of the event as it came.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// `change` or `delete`, then `this`, `following` or `all`.
    pub edit: String,
    /// The name of the occurrence.
    pub at: String,
    #[serde(default)]
    pub start: Option<String>,
    #[serde(default)]
    pub summary: Option<String>,
    /// The new rule, empty for none.
    #[serde(default)]
    pub rule: Option<String>,
    /// The occurrences in the window afterwards, of both series where it was split.
    #[serde(default)]
    pub leaves: Vec<String>,
    /// Content lines of them, in order.
    #[serde(default)]
    pub written: Option<Vec<String>>,
    /// A part of the error.
    #[serde(default)]
    pub refused: Option<String>,
}

impl Edit {
    /// The same edit with what it really leaves.
    pub fn made(&self, events: &[Event], case: &Answer) -> Edit {
        let [event] = events else { panic!("edits are for a case of one event") };
        let (leaves, written, refused) = match self.apply(event, case) {
            Err(error) => {
                let error = error.to_string();
                let expected = self.refused.clone().filter(|part| error.contains(part));
                (Vec::new(), None, Some(expected.unwrap_or(error)))
            }
            Ok(left) => {
                let mut told: Vec<(Span, String)> = Vec::new();
                for event in &left {
                    let found =
                        occurrences(event, case.window(), &case.zone(), &mut Budget::default()).unwrap();
                    told.extend(found.iter().map(|o| (o.span, case.told(o.span, o.all_day, &o.summary()))));
                }
                told.sort();
                let lines = self.written.as_ref().map(|asked| lines(&left, asked));
                (told.into_iter().map(|(_, told)| told).collect(), lines, None)
            }
        };
        Edit { leaves, written, refused, ..self.clone() }
    }

    fn apply(&self, event: &Event, case: &Answer) -> Result<Vec<Event>, EditError> {
        let zone = case.zone();
        let at = instant(&self.at, &zone);
        let series = Editor::of(event, &zone, Instant::parse("2026-01-02T00:00:00Z").unwrap())?;
        let mut content = series.content(at)?;
        if let Some(summary) = &self.summary {
            content.summary.clone_from(summary);
        }
        if let Some(start) = &self.start {
            content.span = Span::lasting(instant(start, &zone), content.span.millis());
        }
        let rule = self.rule.as_ref().filter(|rule| !rule.is_empty()).map(|rule| Rule::parse(rule).unwrap());
        let repeat = match (&self.rule, &rule) {
            (None, _) => Repeat::AsItIs,
            (_, Some(rule)) => Repeat::By(rule),
            (_, None) => Repeat::Never,
        };
        let new = NewSeries { uid: "new", related: false };
        Ok(match self.edit.as_str() {
            "change this" => vec![series.change_this(at, &content)?],
            "change following" => {
                let split = series.change_following(at, &content, repeat, new)?;
                std::iter::once(split.series).chain(split.following).collect()
            }
            "change all" => vec![series.change_all(at, &content, repeat)?],
            "delete this" => series.delete_this(at)?.into_iter().collect(),
            "delete following" => series.delete_following(at)?.into_iter().collect(),
            other => panic!("\"{other}\" is no edit"),
        })
    }
}

/// The lines of the events that begin as the lines asked for do, up to the colon or semicolon.
fn lines(events: &[Event], asked: &[String]) -> Vec<String> {
    let name = |line: &str| line.split([':', ';']).next().unwrap_or_default().to_owned();
    let names: Vec<String> = asked.iter().map(|line| name(line)).collect();
    let text: String = events.iter().map(Event::to_ics).collect();
    text.split_terminator("\r\n").filter(|line| names.contains(&name(line))).map(str::to_owned).collect()
}
