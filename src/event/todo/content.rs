//! What Kalends models of a task, and how two versions of it are compared.

use super::{NewTodo, Todo, TodoStatus};
use crate::event::content::{Field, same_rule, same_text};
use crate::event::{Details, End, EventError, FieldError, Percent, Repetition, rules_of, shown_by};
use crate::ics::{Component, DateTime, Duration};
use crate::time::Instant;
use crate::zone::{Zone, Zones};
use serde::{Deserialize, Serialize};

/// The fields of a task that applications see and change; [`crate::Content`] is that of an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TodoContent {
    /// SUMMARY in plain text.
    pub summary: String,
    /// DESCRIPTION in plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The first of CATEGORIES.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// DTSTART; of a date the midnight at which the day begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Instant>,
    /// DUE, or the end of DURATION; of a date the midnight at which the day begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// Whether `due` is given as a DURATION after the start.
    #[serde(default)]
    pub by_duration: bool,
    /// Whether the times are given in dates.
    #[serde(default)]
    pub all_day: bool,
    /// The zone in which the times are written, or, of dates and floating times, the one in which they were resolved.
    /// None is UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// The first RRULE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<String>,
    /// STATUS; of a VTODO that has none, whether it was completed.
    pub status: TodoStatus,
    /// COMPLETED.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<Instant>,
    /// PERCENT-COMPLETE; 0 where it does not say.
    #[serde(default)]
    pub percent: u8,
}

impl TodoContent {
    /// The content of one VTODO, whose TZIDs `zones` resolves.
    pub fn of(todo: &Component, zones: &Zones, floating: &Zone) -> Result<TodoContent, EventError> {
        let said = Todo::of(todo, zones, floating)?;
        let done = if said.is_done() { TodoStatus::Completed } else { TodoStatus::NeedsAction };
        Ok(TodoContent {
            status: said.status.unwrap_or(done),
            completed: said.completed,
            percent: said.percent_complete.map_or(0, Percent::get),
            by_duration: said.due.is_some() && todo.property("DUE").is_none(),
            recurrence: rules_of(todo, "RRULE").next().map(|rule| rule.value().trim().to_owned()),
            category: said.details.categories.into_iter().next(),
            summary: said.details.summary,
            description: said.details.description.filter(|text| !text.is_empty()),
            start: said.start,
            due: said.due,
            all_day: said.all_day,
            time_zone: said.time_zone,
        })
    }

    /// In which fields the two differ in meaning. Of what is done it makes no difference when that was.
    pub fn differences(&self, other: &TodoContent) -> Vec<Field> {
        let second = |at: Option<Instant>| at.map(|at| at.millis().div_euclid(1000));
        let time = |c: &TodoContent| (second(c.start), second(c.due), c.all_day);
        let progress = |c: &TodoContent| (c.status, if c.status.is_done() { 0 } else { c.percent });
        let optional = |a: &Option<String>, b: &Option<String>| {
            !same_text(a.as_deref().unwrap_or_default(), b.as_deref().unwrap_or_default())
        };
        let differs = [
            (Field::Summary, !same_text(&self.summary, &other.summary)),
            (Field::Description, optional(&self.description, &other.description)),
            (Field::Categories, optional(&self.category, &other.category)),
            (Field::Time, time(self) != time(other)),
            (Field::Recurrence, !same_rule(self.recurrence.as_deref(), other.recurrence.as_deref())),
            (Field::Status, progress(self) != progress(other)),
        ];
        differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
    }

    /// Takes one field over from another version.
    pub fn take(&mut self, from: &TodoContent, field: Field) {
        match field {
            Field::Summary => self.summary.clone_from(&from.summary),
            Field::Description => self.description.clone_from(&from.description),
            Field::Categories => self.category.clone_from(&from.category),
            Field::Time => {
                (self.start, self.due, self.by_duration) = (from.start, from.due, from.by_duration);
                self.all_day = from.all_day;
                self.time_zone.clone_from(&from.time_zone);
            }
            Field::Recurrence => self.recurrence.clone_from(&from.recurrence),
            Field::Status => {
                (self.status, self.completed, self.percent) = (from.status, from.completed, from.percent)
            }
            Field::Location | Field::Occurrence(_) => {}
        }
    }

    /// An instant as this task writes it.
    pub(super) fn shown(&self, instant: Instant, zone: &Zone) -> DateTime {
        if self.all_day { DateTime::Date(zone.to_wall(instant).date()) } else { shown_by(zone, instant) }
    }
}

impl TodoStatus {
    /// Whether there is nothing left to do.
    pub fn is_done(self) -> bool {
        matches!(self, TodoStatus::Completed | TodoStatus::Cancelled)
    }
}

impl<'de> Deserialize<'de> for TodoStatus {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<TodoStatus, D::Error> {
        TodoStatus::parse(&String::deserialize(input)?).map_err(serde::de::Error::custom)
    }
}

impl NewTodo {
    /// The task of a content. Times are written in its zone, in UTC where it has none.
    pub fn of(uid: &str, content: &TodoContent) -> Result<NewTodo, FieldError> {
        let zone = content.time_zone.as_deref().map_or(Ok(Zone::utc()), Zone::named);
        let zone = zone.map_err(|error| FieldError::new("timeZone", error))?;
        let due = content.due.map(|due| match content.start.filter(|_| content.by_duration) {
            Some(start) => End::After(Duration::new(0, (due.millis() - start.millis()).div_euclid(1000))),
            None => End::At(content.shown(due, &zone)),
        });
        let percent = Percent::new(content.percent).ok().filter(|percent| percent.get() > 0);
        Ok(NewTodo {
            start: content.start.map(|start| content.shown(start, &zone)),
            due,
            repetition: content.recurrence.as_deref().map_or(Repetition::Once, Repetition::by_rule),
            status: Some(content.status),
            completed: content.completed.filter(|_| content.status == TodoStatus::Completed),
            percent_complete: percent.filter(|_| !content.status.is_done()),
            details: Details {
                summary: content.summary.clone(),
                description: content.description.clone(),
                categories: content.category.iter().cloned().collect(),
                ..Details::default()
            },
            ..NewTodo::new(uid)
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::event::new::tests::at;

    pub fn content() -> TodoContent {
        TodoContent {
            summary: "Pay".into(),
            description: None,
            category: Some("Home".into()),
            start: Some(at("2026-11-21T08:00:00Z")),
            due: Some(at("2026-11-21T09:00:00Z")),
            by_duration: true,
            all_day: false,
            time_zone: Some("Europe/Berlin".into()),
            recurrence: None,
            status: TodoStatus::NeedsAction,
            completed: None,
            percent: 0,
        }
    }

    #[test]
    fn every_field_that_differs_is_named_and_taken() {
        let mut other = content();
        (other.summary, other.description) = ("Buy".into(), Some("x".into()));
        (other.category, other.all_day) = (None, true);
        (other.recurrence, other.percent) = (Some("FREQ=DAILY".into()), 40);
        let all = [
            Field::Summary,
            Field::Description,
            Field::Categories,
            Field::Time,
            Field::Recurrence,
            Field::Status,
        ];
        assert_eq!(content().differences(&other), all);
        let mut merged = content();
        all.into_iter().for_each(|field| merged.take(&other, field));
        assert_eq!(merged, other);
    }

    #[test]
    fn how_a_program_writes_the_same_is_no_difference() {
        let ours = TodoContent {
            recurrence: Some("FREQ=WEEKLY;BYDAY=MO".into()),
            status: TodoStatus::Completed,
            ..content()
        };
        let theirs = TodoContent {
            recurrence: Some("BYDAY=MO;FREQ=WEEKLY".into()),
            completed: Some(at("2026-11-21T08:30:00Z")),
            percent: 100,
            by_duration: false,
            ..ours.clone()
        };
        assert_eq!(ours.differences(&theirs), []);
    }

    #[test]
    fn what_is_kept_in_a_database_reads_back() {
        let full = TodoContent { completed: Some(at("2026-11-21T08:30:00Z")), percent: 7, ..content() };
        let json = serde_json::to_string(&full).unwrap();
        assert_eq!(serde_json::from_str::<TodoContent>(&json).unwrap(), full);
    }
}
