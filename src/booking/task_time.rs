//! A task by the event that keeps its time free: how that reads, and what changes of it mean for the task.

use super::{Source, Task};
use crate::event::{self, Content, Field, TodoStatus};
use crate::time::{Instant, Span};
use crate::zone::Zone;

/// A minute and a day in milliseconds.
const MINUTE: i64 = 60_000;
const DAY_IN_MINUTES: u32 = 24 * 60;

impl Task {
    /// The event that keeps its time free; none where none shall, or while it has no time.
    pub fn time_content(&self) -> Option<Content> {
        let stands = self.on_calendar && !self.deleted && self.status != TodoStatus::Cancelled;
        let span = self.scheduled.filter(|_| stands).map(|start| self.time_span(start))?;
        Some(Content {
            description: self.description.clone(),
            location: self.location.clone(),
            all_day: self.all_day,
            time_zone: Some(self.time_zone.clone()),
            status: event::Status::Confirmed,
            recurrence: self.recurrence.clone(),
            exceptions: self.exceptions.clone(),
            ..Content::new(&self.name, span)
        })
    }

    /// Takes over what its event says. A length is rounded up to whole minutes. What was due before it begins is due when
    /// it ends.
    pub fn accept_time(&mut self, content: &Content) {
        let moved = self.time_content().is_none_or(|own| own.differences(content).contains(&Field::Time));
        self.name.clone_from(&content.summary);
        self.description.clone_from(&content.description);
        self.location.clone_from(&content.location);
        self.recurrence.clone_from(&content.recurrence);
        self.exceptions.clone_from(&content.exceptions);
        if moved {
            (self.scheduled, self.all_day) = (Some(content.span.start()), content.all_day);
            if let (true, Some(zone)) = (content.all_day, &content.time_zone) {
                self.time_zone.clone_from(zone);
            }
            if self.time_span(content.span.start()) != content.span {
                self.minutes = Some(minutes(content, &self.zone()));
            }
            self.due = self.due.map(|due| if due < content.span.start() { content.span.end() } else { due });
        }
        self.source = Source::Calendar;
    }

    /// Names what is not as its rule says anew, where it began at another time before.
    pub fn take_exceptions_along(&mut self, from: Option<Instant>) {
        let Some((from, to)) = from.zip(self.scheduled).filter(|(from, to)| from != to) else { return };
        let zone = self.zone();
        let moved = zone.to_wall(to) - zone.to_wall(from);
        let named = |at: Instant| zone.to_instant(zone.to_wall(at) + moved);
        let exceptions = std::mem::take(&mut self.exceptions);
        self.exceptions = exceptions.into_iter().map(|(at, other)| (named(at), other)).collect();
    }

    /// When it takes place if it begins then: whole days, where its times are dates.
    fn time_span(&self, start: Instant) -> Span {
        if !self.all_day {
            return Span::lasting(start, i64::from(self.length()) * MINUTE);
        }
        let (zone, days) = (self.zone(), self.length().div_ceil(DAY_IN_MINUTES).max(1));
        let first = zone.to_wall(start).date();
        let next = first.iter_days().nth(days as usize).unwrap_or(first);
        Span::lasting(start, zone.to_instant(next.and_time(Default::default())).millis() - start.millis())
    }

    fn zone(&self) -> Zone {
        Zone::named(&self.time_zone).unwrap_or_else(|_| Zone::utc())
    }
}

/// How many minutes an event takes: a whole day has as many in every season.
fn minutes(content: &Content, zone: &Zone) -> u32 {
    let minutes = match content.all_day {
        false => content.span.millis().unsigned_abs().div_ceil(MINUTE.unsigned_abs()),
        true => {
            let [first, next] = [content.span.start(), content.span.end()].map(|at| zone.to_wall(at).date());
            (next - first).num_days().unsigned_abs() * u64::from(DAY_IN_MINUTES)
        }
    };
    u32::try_from(minutes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::task::tests::task;
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    fn on_calendar() -> Task {
        Task { on_calendar: true, ..task() }
    }

    /// What the calendar makes of the event; the task then says the same.
    fn told(mut task: Task, change: impl FnOnce(&mut Content)) -> Task {
        let mut content = task.time_content().unwrap();
        change(&mut content);
        task.accept_time(&content);
        assert_eq!(task.time_content().unwrap().differences(&content), [], "{task:?}");
        task
    }

    #[test]
    fn its_event_takes_the_time_that_it_takes() {
        let content = on_calendar().time_content().unwrap();
        assert_eq!((content.summary.as_str(), content.span), ("Homework", task().span().unwrap()));
        let none = [
            task(),
            Task { scheduled: None, ..on_calendar() },
            Task { deleted: true, ..on_calendar() },
            Task { status: TodoStatus::Cancelled, ..on_calendar() },
        ];
        assert!(none.iter().all(|task| task.time_content().is_none()));
    }

    #[test]
    fn what_its_event_says_is_taken_over() {
        let three = at("2026-11-21T15:00:00Z");
        let moved = told(on_calendar(), |event| event.span = Span::lasting(three, 3_600_000));
        assert_eq!((moved.scheduled, moved.minutes, moved.source), (Some(three), None, Source::Calendar));
        let longer = told(on_calendar(), |event| event.span = Span::lasting(three, 45 * MINUTE));
        assert_eq!(longer.minutes, Some(45));
        let said = told(on_calendar(), |event| {
            (event.summary, event.location) = ("Maths".into(), Some("Library".into()))
        });
        assert_eq!((said.name.as_str(), said.location.as_deref()), ("Maths", Some("Library")));
        let due = Task { due: Some(three), ..on_calendar() };
        let late = told(due, |event| event.span = Span::lasting(three.plus_millis(1), 60 * MINUTE));
        assert_eq!(late.due, Some(three.plus_millis(1 + 60 * MINUTE)));
    }

    #[test]
    fn whole_days_are_as_long_in_every_season() {
        // New York's clocks go back on the first of November.
        let days = Span::new(at("2026-10-31T04:00:00Z"), at("2026-11-02T05:00:00Z")).unwrap();
        let all_day = told(on_calendar(), |event| (event.span, event.all_day) = (days, true));
        assert_eq!((all_day.minutes, all_day.all_day), (Some(2 * DAY_IN_MINUTES), true));
        let june = Task { scheduled: Some(at("2026-06-01T04:00:00Z")), ..all_day };
        let until = june.time_content().unwrap().span.end();
        assert_eq!(until, at("2026-06-03T04:00:00Z"));
    }

    #[test]
    fn a_length_that_no_task_has_is_rounded_up() {
        let mut task = on_calendar();
        let mut event = task.time_content().unwrap();
        event.span = Span::lasting(event.span.start(), 90_000);
        task.accept_time(&event);
        assert_eq!(task.minutes, Some(2));
    }

    #[test]
    fn what_is_off_is_so_when_a_series_has_moved() {
        // Fourteen o'clock in UTC is nine in New York, and after the clocks went forward thirteen is.
        let off = [(at("2027-03-20T13:00:00Z"), None)].into();
        let mut weekly = Task { recurrence: Some("FREQ=WEEKLY".into()), exceptions: off, ..on_calendar() };
        let before = weekly.scheduled.replace(at("2026-11-21T16:00:00Z"));
        weekly.take_exceptions_along(before);
        assert_eq!(weekly.exceptions.into_keys().collect::<Vec<_>>(), [at("2027-03-20T15:00:00Z")]);
    }
}
