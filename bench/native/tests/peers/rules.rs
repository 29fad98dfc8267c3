//! Rules expanded by `rrule` and by `calcard`.

use super::Dice;
use calcard::common::timezone::Tz;
use calcard::{Entry, Parser};
use kalends::interop::to_rrule_set;
use kalends::{Budget, Event, Instant, Span, Zone, occurrences};
use std::collections::BTreeMap;

const DAY: i64 = 86_400;
/// Of so many occurrences the peers are asked for.
const MOST: usize = 3000;

struct Asked {
    rule: String,
    start: Instant,
    zone: Zone,
    event: Event,
    window: Span,
}

impl Asked {
    /// A rule as the table of RFC 5545 §3.3.10 allows it.
    fn random(dice: &mut Dice) -> Asked {
        let frequency = dice.pick(&["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]);
        let mut rule = format!(
            "FREQ={frequency};INTERVAL={};WKST={}",
            1 + dice.below(4),
            dice.pick(&["MO", "SU", "TH"])
        );
        let yearly = frequency == "YEARLY";
        let mut part = |dice: &mut Dice, allowed: bool, chance, name, low, high| {
            let there = dice.one_in(chance) && allowed;
            if there {
                rule += &format!(";{name}={}", dice.numbers(low, high));
            }
            there
        };
        part(dice, true, 3, "BYMONTH", 1, 12);
        let weeks = part(dice, yearly, 4, "BYWEEKNO", -53, 53);
        part(dice, frequency != "WEEKLY", 3, "BYMONTHDAY", -31, 31);
        part(dice, yearly, 5, "BYYEARDAY", -366, 366);
        part(dice, true, 4, "BYHOUR", 0, 23);
        part(dice, true, 4, "BYSETPOS", -3, 3);
        if dice.one_in(2) {
            let ordinals = matches!(frequency, "YEARLY" | "MONTHLY") && !weeks && dice.one_in(2);
            let ordinals: &[&str] = if ordinals { &["1", "-1", "2", "5"] } else { &[""] };
            let mut days: Vec<String> = (0..=dice.below(3))
                .map(|_| {
                    dice.pick(ordinals).to_owned() + dice.pick(&["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
                })
                .collect();
            days.sort_unstable();
            days.dedup();
            rule += &format!(";BYDAY={}", days.join(","));
        }
        let zone = Zone::iana(dice.pick(&["UTC", "Europe/Berlin", "America/New_York"])).unwrap();
        let wall =
            format!("2024{:02}{:02}T{:02}3000", 1 + dice.below(12), 1 + dice.below(28), dice.below(24));
        let asked = Asked::of(rule, zone, &wall);
        // Mostly a start that matches its rule: of others it is known that the peers leave them out.
        match asked.ours().get(1) {
            Some(second) if !dice.one_in(4) => {
                let wall = asked.zone.to_wall(Instant::from_millis(second * 1000));
                let wall = wall.format("%Y%m%dT%H%M%S").to_string();
                Asked::of(asked.rule, asked.zone, &wall)
            }
            _ => asked,
        }
    }

    fn of(rule: String, zone: Zone, wall: &str) -> Asked {
        let start = match zone.name() {
            "UTC" => format!("DTSTART:{wall}Z"),
            name => format!("DTSTART;TZID={name}:{wall}"),
        };
        let text = format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n{start}\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        let event = Event::parse(&text).unwrap();
        let start = event.content(&zone).unwrap().span.start();
        let days = if rule.contains("HOURLY") { 100 } else { 1500 };
        let window = Span::lasting(start, days * DAY * 1000);
        Asked { rule, start, zone, event, window }
    }

    fn has(&self, part: &str) -> bool {
        self.rule.contains(&format!("{part}="))
    }

    fn ours(&self) -> Vec<i64> {
        let found = occurrences(&self.event, self.window, &self.zone, &mut Budget::default()).unwrap();
        found.iter().map(|o| o.span.start().millis() / 1000).collect()
    }

    fn rrule(&self) -> Vec<i64> {
        // It refuses a start that the clocks skip or show twice, and nothing else of these.
        let set = to_rrule_set(&self.event, &self.zone);
        set.map_or(Vec::new(), |set| self.within(set.into_iter().map(|date| date.timestamp())))
    }

    fn calcard(&self) -> Vec<i64> {
        let text = self.event.to_ics();
        let Entry::ICalendar(calendar) = Parser::new(&text).entry() else { panic!("no calendar: {text}") };
        let events = calendar.expand_dates(Tz::UTC, MOST).events;
        self.within(events.iter().map(|event| event.start.timestamp()))
    }

    fn within(&self, times: impl Iterator<Item = i64>) -> Vec<i64> {
        let end = self.window.end().millis() / 1000;
        // Where clocks are changed some come out of order.
        let mut times: Vec<i64> = times.take_while(|time| *time < end + DAY).take(MOST).collect();
        times.retain(|time| *time < end);
        times.sort_unstable();
        times
    }

    /// Whether the week of a time may belong to another year than its day.
    fn at_new_year(&self, time: i64) -> bool {
        let wall = self.zone.to_wall(Instant::from_millis(time * 1000)).format("%m%d").to_string();
        wall.as_str() < "0107" || wall.as_str() > "1225"
    }

    /// By which of the known kinds an answer differs; nothing where it does not, or by none of them.
    fn difference(&self, ours: &[i64], theirs: &[i64]) -> Option<&'static str> {
        let start = self.start.millis() / 1000;
        let changed = |time: &i64| {
            let offset = |time: i64| {
                let at = Instant::from_millis(time * 1000);
                self.zone.to_wall(at) - at.to_utc()
            };
            offset(time - DAY) != offset(time + DAY)
        };
        let mut differing: Vec<i64> =
            ours.iter().filter(|t| theirs.binary_search(t).is_err()).copied().collect();
        differing.extend(theirs.iter().filter(|t| ours.binary_search(t).is_err()));
        differing.retain(|time| *time != start);
        let days = self.has("BYDAY") || self.has("BYYEARDAY");
        let interval = if self.rule.contains("WEEKLY") { 7 } else { 366 };
        Some(match () {
            _ if changed(&start) && theirs.is_empty() => "gaps and overlaps",
            _ if differing.is_empty() => "the start",
            _ if self.rule.contains("HOURLY") => "real hours",
            _ if differing.iter().all(changed) => "gaps and overlaps",
            _ if self.has("BYWEEKNO") && differing.iter().all(|t| self.at_new_year(*t)) => {
                "the year of a week"
            }
            _ if self.has("BYWEEKNO") && !days && !self.has("BYMONTHDAY") => "the weekday of the start",
            _ if self.has("BYMONTHDAY") && !days && !self.has("BYMONTH") => "the month of the start",
            _ if self.has("BYSETPOS") && differing.iter().all(|t| *t < start + interval * DAY) => "positions",
            _ => return None,
        })
    }
}

#[test]
fn a_rule_that_others_expand_otherwise_is_one_of_a_known_kind() {
    let mut dice = Dice(5545);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut unknown = Vec::new();
    for _ in 0..1500 {
        let asked = Asked::random(&mut dice);
        let ours: Vec<i64> = asked.ours().into_iter().take(MOST / 2).collect();
        if ours.len() < 2 {
            // Peers look very long for what never comes.
            continue;
        }
        for (peer, theirs) in [("rrule", asked.rrule()), ("calcard", asked.calcard())] {
            let until = ours.last().copied().filter(|_| ours.len() == MOST / 2).unwrap_or(i64::MAX);
            let theirs: Vec<i64> = theirs.into_iter().filter(|time| *time <= until).collect();
            let kind = if theirs == ours { Some("the same") } else { asked.difference(&ours, &theirs) };
            match kind {
                Some(kind) => *kinds.entry(format!("{peer}: {kind}")).or_default() += 1,
                None => unknown.push(format!("{peer}: {}", asked.event.to_ics())),
            }
        }
    }
    println!("{kinds:#?}");
    assert!(
        unknown.is_empty(),
        "{} differ in a way that is not known:\n{}",
        unknown.len(),
        unknown.join("\n")
    );
    assert!(kinds["rrule: the same"] > 700, "too few agree to prove anything");
}
