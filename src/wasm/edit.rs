//! A series changed or deleted for one occurrence, for it and those that follow, or for all; and rules in words.

use super::change::{Opened, change};
use super::failure::Failure;
use super::flat::{Asked, Told};
use super::given::{Given, zone};
use crate::event::Event;
use crate::recurrence::{Editor, NewSeries, Repeat, Split, rule_in_words};
use crate::rule::{Language, Rule};
use crate::time::Instant;

/// The text after the edit, empty where no event is left, and that of the series that follows, where there is one.
pub(super) fn edit(text: &[u8], asked: &mut Asked<'_>, now: f64) -> Result<Told, Failure> {
    let (uid, floating) = (asked.optional()?, zone(asked.text()?)?);
    let at = Given::parse(asked.text()?)?.instant(&floating);
    let (scope, is_deletion) = (asked.text()?, asked.flag()?);
    let (rule, is_once) = (asked.optional()?, asked.flag()?);
    let new = NewSeries { uid: asked.text()?, related: asked.flag()? };
    let rule = rule.map(|rule| Rule::parse(bare(rule))).transpose()?;
    let repeat = match &rule {
        _ if is_once => Repeat::Never,
        Some(rule) => Repeat::By(rule),
        None => Repeat::AsItIs,
    };
    let mut opened = Opened::of(text, uid)?;
    let event = opened.excerpt.event();
    let editor = Editor::of(event, &floating, Instant::from_millis(now as i64))?;
    let mut content = editor.content(at)?;
    change(&mut content, asked, event)?;
    let Split { series, following } = match (scope, is_deletion) {
        ("this", false) if repeat != Repeat::AsItIs => {
            let why = "one occurrence has no rule of its own; change it for \"following\" or \"all\"";
            return Err(Failure::new("invalid_argument", why));
        }
        ("this", false) => alone(editor.change_this(at, &content)?),
        ("following", false) => editor.change_following(at, &content, repeat, new)?,
        ("all", false) => alone(editor.change_all(at, &content, repeat)?),
        (_, true) => {
            let left = match scope {
                "this" => editor.delete_this(at)?,
                "following" => editor.delete_following(at)?,
                "all" => None,
                _ => return Err(no_scope(scope)),
            };
            opened.put_back(left);
            return Ok(told(&opened, None));
        }
        _ => return Err(no_scope(scope)),
    };
    opened.put_back(Some(series));
    Ok(told(&opened, following.as_ref()))
}

fn alone(series: Event) -> Split {
    Split { series, following: None }
}

fn told(opened: &Opened<'_>, following: Option<&Event>) -> Told {
    let mut told = Told::default();
    let has_events = opened.calendars.iter().any(|c| c.components("VEVENT").next().is_some());
    told.optional(has_events.then(|| opened.write()).as_deref());
    told.optional(following.map(Event::to_ics).as_deref());
    told
}

fn no_scope(scope: &str) -> Failure {
    Failure::new("invalid_argument", format!("\"{scope}\" is no scope; write this, following or all"))
}

/// A rule without the name of its property.
fn bare(rule: &str) -> &str {
    rule.split_once(':').map_or(rule, |(_, value)| value)
}

pub(super) fn describe(asked: &mut Asked<'_>) -> Result<String, Failure> {
    let (rule, start) = (asked.text()?, Given::parse(asked.text()?)?.date_time());
    let (zone, tag) = (zone(asked.text()?)?, asked.text()?);
    let language = Language::of_tag(tag).ok_or_else(|| {
        Failure::new("invalid_argument", format!("rules are not said in \"{tag}\"; give en or de"))
    })?;
    Ok(rule_in_words(bare(rule), &start, &zone, language)?)
}
