//! The first thousand occurrences of a rule; the answer is the sum of their seconds.

use calcard::common::timezone::Tz;
use calcard::{Entry, Parser};
use kalends::ics::{DateTime, Property};
use kalends::recurrence::rule_instants;
use kalends::{Budget, Instant, Span, Zone};

const COUNT: usize = 1000;

/// A rule and its start, made ready to be expanded.
type Ready = fn(&str, &str) -> Work;
type Work = Box<dyn FnMut() -> i64>;

pub const LIBRARIES: &[(&str, Ready)] = &[("kalends", kalends), ("calcard", calcard), ("rrule", rrule)];

fn kalends(rule: &str, start: &str) -> Work {
    let property = Property::raw("DTSTART", start).expect("a line");
    let start = DateTime::of(&property).expect("a time");
    let (rule, always) = (rule.to_owned(), Span::new(Instant::MIN, Instant::MAX).expect("a span"));
    Box::new(move || {
        let found = rule_instants(&rule, &start, &Zone::utc(), always, COUNT, &mut Budget::default());
        found.expect("a rule").iter().map(|at| at.millis() / 1000).sum()
    })
}

fn calcard(rule: &str, start: &str) -> Work {
    let text = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:{start}\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let Entry::ICalendar(calendar) = Parser::new(&text).entry() else { return Box::new(|| 0) };
    Box::new(move || {
        let found = calendar.expand_dates(Tz::UTC, COUNT);
        found.events.iter().map(|event| event.start.timestamp()).sum()
    })
}

fn rrule(rule: &str, start: &str) -> Work {
    let text = format!("DTSTART:{start}\nRRULE:{rule};COUNT={COUNT}");
    Box::new(move || {
        let set: Result<rrule::RRuleSet, _> = text.parse();
        set.map_or(0, |set| set.all_unchecked().iter().map(|date| date.timestamp()).sum())
    })
}
