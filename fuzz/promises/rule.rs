//! One recurrence rule: wall times in order and within its bounds, the same wherever one begins to look, and never
//! more work than allowed.

use kalends::ics::{DateTime, Property};
use kalends::rule::{Rule, Until};
use kalends::time::Wall;

const STEPS: u64 = 3000;

/// The promises for a rule in the first line, its DTSTART in the second, and where to begin in the third.
pub fn keeps(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    let mut lines = text.lines();
    let Ok(rule) = Rule::parse(lines.next().unwrap_or_default()) else { return };
    let (start, is_date) = lines.next().and_then(time).unwrap_or_default();
    let from = lines.next().and_then(time).unwrap_or_default().0;

    let mut walls = rule.walls(start, is_date).steps(STEPS);
    let all: Vec<Wall> = walls.by_ref().collect();
    assert!(all.len() as u64 + walls.steps_left() <= STEPS, "more wall times than steps");
    assert!(all.is_sorted_by(|a, b| a < b), "out of order: {all:?}");
    assert!(all.first().is_none_or(|first| *first >= earliest(start, is_date)), "before DTSTART");
    assert!(rule.count().is_none_or(|count| all.len() as u64 <= count), "more than COUNT");
    if let (Some(Until::Wall(until)), Some(last)) = (rule.until(), all.last()) {
        assert!(*last <= until, "after UNTIL");
    }

    let mut later = rule.walls(start, is_date).steps(STEPS);
    later.skip_to(from);
    let found: Vec<Wall> = later.by_ref().collect();
    let expected: Vec<Wall> = all.into_iter().filter(|wall| *wall >= from).collect();
    // Where the steps ran out, one saw further than the other.
    let both = found.len().min(expected.len());
    assert_eq!(found[..both], expected[..both], "from {from} it goes on otherwise");
    assert!(walls.ran_out() || found.len() <= expected.len(), "from {from} there are more");
    assert!(later.ran_out() || found.len() >= expected.len(), "from {from} some are missing");
}

/// In a series of dates the time of day is nothing.
fn earliest(start: Wall, is_date: bool) -> Wall {
    if is_date { start.date().into() } else { start }
}

fn time(text: &str) -> Option<(Wall, bool)> {
    let value = DateTime::of(&Property::raw("D", text).ok()?).ok()?;
    Some(match value {
        DateTime::Date(date) => (date.into(), true),
        DateTime::Floating(wall) | DateTime::Zoned { wall, .. } => (wall, false),
        DateTime::Utc(instant) => (instant.to_utc(), false),
    })
}
