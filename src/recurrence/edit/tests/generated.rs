//! Generated series, expanded before and after an edit: only what was asked for is another.

use super::super::*;
use crate::recurrence::occurrences;
use crate::rule::Frequency;
use crate::time::Span;
use crate::zone::{Zones, wall_of};
use chrono::TimeDelta;
use std::collections::BTreeMap;

pub(super) struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    pub fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len() as u64) as usize]
    }
}

const STAMP: Instant = Instant::from_millis(1_795_000_000_000);
const NEW: NewSeries<'static> = NewSeries { uid: "new", related: true };
const MINUTE: i64 = 60_000;

/// What an occurrence is, by its name.
type Told = BTreeMap<Instant, (Span, String)>;

fn berlin() -> Zone {
    Zone::iana("Europe/Berlin").unwrap()
}

/// The occurrences that are named in the first 500 days.
fn told(event: &Event) -> Told {
    let start = event.content(&berlin()).unwrap().span.start();
    let until = start.plus_millis(500 * 1440 * MINUTE);
    let window =
        Span::new(start.plus_millis(-30 * 1440 * MINUTE), until.plus_millis(60 * 1440 * MINUTE)).unwrap();
    let found = occurrences(event, window, &berlin(), &mut Budget::default()).unwrap();
    let named = found.iter().map(|o| (o.recurrence_id.unwrap_or(o.span.start()), (o.span, o.summary())));
    named.filter(|(id, _)| *id <= until).collect()
}

/// A series with exceptions, and where it starts.
pub(super) fn random(dice: &mut Dice) -> Event {
    let start = ["20260106", "20260227", "20260328", "20261023", "20241101"][dice.below(5) as usize];
    let time = dice.pick(&["090000", "090000", "023000", "003000", "233000"]);
    let zone = dice.pick(&["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]);
    let end = format!("DTEND;TZID={zone}:{start}T235900\n");
    let (start, length) = match dice.below(6) {
        0 => (format!("DTSTART;VALUE=DATE:{start}"), dice.pick(&["", "DURATION:P2D\n"])),
        1 => (format!("DTSTART:{start}T{time}Z"), dice.pick(&["", "DURATION:PT45M\n"])),
        2 => (format!("DTSTART:{start}T{time}"), "DURATION:PT1H\n"),
        _ => (
            format!("DTSTART;TZID={zone}:{start}T{time}"),
            dice.pick(&["DURATION:P1D\n", "DURATION:PT2H\n", &end]),
        ),
    };
    let rule = dice.pick(&[
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,SU",
        "FREQ=WEEKLY;BYDAY=TU,WE,TH,FR,SA",
        "FREQ=MONTHLY",
        "FREQ=MONTHLY;BYMONTHDAY=1,15,-1",
        "FREQ=MONTHLY;BYDAY=-1FR,2TU",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=1,3,10,11;BYDAY=1SU",
        "FREQ=DAILY;BYHOUR=2,9;BYMINUTE=30",
        "FREQ=HOURLY;INTERVAL=7",
        "FREQ=MONTHLY;BYMONTHDAY=31;RSCALE=GREGORIAN;SKIP=FORWARD",
        "FREQ=YEARLY;BYWEEKNO=1,10,53;BYDAY=MO,SU;WKST=SU",
    ]);
    let end = match dice.below(3) {
        0 => format!(";COUNT={}", 3 + dice.below(25)),
        1 => format!(";UNTIL=2026{:02}15", 1 + dice.below(12)),
        _ => String::new(),
    };
    let text = |more: &str, overrides: &str| {
        format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n{start}\n{length}SUMMARY:a\nX-KEEP:1\n{more}RRULE:{rule}{end}\n\
             BEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\n{overrides}END:VCALENDAR\n"
        )
    };
    let plain = Event::parse(&text("", "")).unwrap();
    let ids: Vec<Instant> = told(&plain).into_keys().take(30).collect();
    let (mut more, mut overrides) = (String::new(), String::new());
    let zones = Zones::of(plain.calendar());
    let set = Set::of(&plain.series(), &zones, &berlin()).unwrap();
    let times = set.times.unwrap();
    for id in ids {
        let named = |name: &str| written(&times, times.zone.to_wall(id), id).property(name);
        match dice.below(12) {
            0 => more += &format!("{}\n", named("EXDATE")),
            1 => {
                let (next, wall) =
                    (id.plus_millis(1440 * MINUTE), times.zone.to_wall(id) + TimeDelta::days(1));
                // Not one that the clocks skip: it has two names.
                if times.zone.to_wall(next) == wall {
                    more += &format!("{}\n", written(&times, wall, next).property("RDATE"));
                }
            }
            2 => {
                let moved = DateTime::Utc(id.plus_millis((dice.below(4000) as i64 - 2000) * MINUTE))
                    .property("DTSTART");
                overrides += &format!(
                    "BEGIN:VEVENT\nUID:u\nX-KEEP:1\n{}\n{moved}\nSUMMARY:own\nEND:VEVENT\n",
                    named("RECURRENCE-ID")
                );
            }
            _ => {}
        }
    }
    Event::parse(&text(&more, &overrides)).unwrap()
}

/// Runs a check on many series, each with one of its occurrences, and tells how many allowed it.
fn each(seed: u64, mut check: impl FnMut(&Event, &Editor, Instant, Told, &mut Dice) -> bool) {
    let (mut dice, mut tried, mut held) = (Dice(seed), 0, 0);
    while tried < 120 {
        let event = random(&mut dice);
        let before = told(&event);
        let ids: Vec<&Instant> = before.keys().take(40).collect();
        if ids.is_empty() {
            continue;
        }
        let at = *ids[dice.below(ids.len() as u64) as usize];
        let series = Editor::of(&event, &berlin(), STAMP).unwrap();
        tried += 1;
        held += u32::from(check(&event, &series, at, before, &mut dice));
    }
    println!("{held} of {tried}");
    assert!(held * 10 >= tried * 7, "only {held} of {tried} could be edited");
}

fn assert_kept(event: &Event) {
    assert_eq!(Event::parse(&event.to_ics()).as_ref(), Ok(event));
    for component in event.calendar().components("VEVENT") {
        assert_eq!(component.property("X-KEEP").map(|p| p.value()), Some("1"), "{}", event.to_ics());
    }
}

#[test]
fn this_one_changes_only_this_one() {
    each(1, |event, series, at, mut expected, dice| {
        let mut content = series.content(at).unwrap();
        content.summary = "b".into();
        if dice.below(2) == 0 {
            let by = if content.all_day { TimeDelta::days(1) } else { TimeDelta::minutes(45) };
            let later = |at: Instant| berlin().to_instant(berlin().to_wall(at) + by);
            let (start, end) = (later(content.span.start()), later(content.span.end()));
            content.span = Span::new(start, end).unwrap_or(content.span);
        }
        let changed = series.change_this(at, &content).unwrap();
        assert_kept(&changed);
        let written = Editor::of(&changed, &berlin(), STAMP).unwrap().content(at).unwrap();
        assert_eq!(written.differences(&content), [], "{}", changed.to_ics());
        expected.insert(at, (content.span, "b".into()));
        assert_eq!(told(&changed), expected, "{at}\n{}\n{}", event.to_ics(), changed.to_ics());
        true
    });
}

#[test]
fn deleting_this_one_takes_out_exactly_one() {
    each(2, |event, series, at, mut expected, _| {
        expected.remove(&at);
        match series.delete_this(at).unwrap() {
            Some(deleted) => {
                assert_kept(&deleted);
                assert_eq!(told(&deleted), expected, "{at}\n{}\n{}", event.to_ics(), deleted.to_ics());
            }
            None => assert!(expected.is_empty()),
        }
        true
    });
}

#[test]
fn deleting_this_and_following_keeps_what_lies_before() {
    each(3, |event, series, at, expected, _| {
        let expected: Told = expected.into_iter().filter(|(id, _)| *id < at).collect();
        match series.delete_following(at).unwrap() {
            Some(ended) => {
                assert_kept(&ended);
                assert_eq!(told(&ended), expected, "{at}\n{}\n{}", event.to_ics(), ended.to_ics());
            }
            None => assert!(expected.is_empty()),
        }
        true
    });
}

#[test]
fn a_split_keeps_every_occurrence_and_renames_those_that_follow() {
    each(4, |event, series, at, expected, _| {
        let content = Content { summary: "b".into(), ..series.content(at).unwrap() };
        let split = match series.change_following(at, &content, Repeat::AsItIs, NEW) {
            Ok(split) => split,
            // Of a date that the rule does not have.
            Err(EditError::Unsplittable { .. }) => return false,
            Err(error) => panic!("{error}"),
        };
        assert_kept(&split.series);
        let mut both = told(&split.series);
        if let Some(following) = &split.following {
            assert_kept(following);
            assert!(both.keys().all(|id| *id < at), "{at}\n{}", split.series.to_ics());
            both.extend(told(following));
        }
        let renamed = expected.into_iter().map(|(id, (span, own))| {
            let summary = if id >= at && (own == "a" || id == at) { "b".to_owned() } else { own };
            (id, (span, summary))
        });
        let mut expected: Told = renamed.collect();
        // The two are looked at for as long as the first was.
        let end = event.content(&berlin()).unwrap().span.start().plus_millis(500 * 1440 * MINUTE);
        both.retain(|id, _| *id <= end);
        if split.following.is_none() {
            // All were changed, the first being this one.
            expected
                .values_mut()
                .filter(|(_, summary)| summary == "a")
                .for_each(|(_, summary)| *summary = "b".into());
        }
        let told = |event: Option<&Event>| event.map(Event::to_ics).unwrap_or_default();
        assert_eq!(
            both,
            expected,
            "{at}\n{}\n{}\n{}",
            event.to_ics(),
            split.series.to_ics(),
            told(split.following.as_ref())
        );
        true
    });
}

/// The occurrences as they are when the series moved by so much on its wall.
fn moved(event: &Event, before: &Told, by: TimeDelta, at: Instant, to: Span) -> Told {
    let rule = Rule::parse(event.recurrence_rule().unwrap()).unwrap();
    let zones = Zones::of(event.calendar());
    let set = Set::of(&event.series(), &zones, &berlin()).unwrap();
    let times = set.times.as_ref().unwrap();
    let given = set.given(
        &zones,
        Range { from: Instant::MIN, until: *before.keys().last().unwrap(), limit: usize::MAX },
        &mut Budget::default(),
    );
    let walls: BTreeMap<Instant, i64> = given.unwrap().iter().map(|start| (start.at, start.wall)).collect();
    let first = wall_of(&times.start);
    let millis = times.zone.to_instant(first + by).millis() - times.zone.to_instant(first).millis();
    let later = |(id, (span, summary)): (&Instant, &(Span, String))| {
        let wall = walls.get(id).map_or(times.zone.to_wall(*id), |wall| crate::rule::wall_at(*wall));
        // A time that the clocks skip may be named by the one that they show.
        let own = wall.date().and_time(first.time());
        let wall = if times.zone.to_instant(own) == *id { own } else { wall } + by;
        // A rule of hours runs in real time.
        let real = rule.frequency() < Frequency::Daily && !times.start.is_date();
        let later = id.plus_millis(if real { millis } else { by.num_milliseconds() });
        // So does the second of two equal times.
        let real = real || times.zone.to_wall(later) == wall;
        let (start, wall) =
            if real { (later, times.zone.to_wall(later)) } else { (times.zone.to_instant(wall), wall) };
        let span = match set.overrides.replaces(*id) {
            true if *id == at => to,
            true => *span,
            false => times.length.span(wall, start, &times.zone),
        };
        (start, (span, summary.clone()))
    };
    before.iter().map(later).collect()
}

#[test]
fn all_move_by_as_much_on_the_wall() {
    each(5, |event, series, at, before, dice| {
        let content = series.content(at).unwrap();
        let zones = Zones::of(event.calendar());
        let set = Set::of(&event.series(), &zones, &berlin()).unwrap();
        let times = set.times.as_ref().unwrap();
        let found = series.found(at).unwrap();
        // Within the day, which every rule follows that names no hours, or by days, which months do not allow.
        let rule = Rule::parse(event.recurrence_rule().unwrap()).unwrap();
        let months = rule.frequency() >= Frequency::Monthly;
        let minutes = match dice.below(3) {
            0 if !months => 2 * 1440 + 30,
            _ => 10 + dice.below(15) as i64,
        };
        let minutes = if content.all_day { minutes % 5 * 1440 } else { minutes };
        let leaves = found.wall.date() != (found.wall + TimeDelta::minutes(minutes)).date();
        if (months && (leaves || content.all_day)) || minutes == 0 {
            return true;
        }
        if times.zone.to_instant(found.wall) != at || times.zone.to_wall(at) != found.wall {
            // Skipped by the clocks, or shown twice.
            return true;
        }
        let start = times.zone.to_instant(found.wall + TimeDelta::minutes(minutes));
        let alone = matches!(found.described, Described::Override { .. });
        let length = if alone {
            content.span.millis()
        } else {
            times.length.span(found.wall + TimeDelta::minutes(minutes), start, &times.zone).millis()
        };
        let all_day = times.start.is_date();
        if alone && all_day != content.all_day {
            return true;
        }
        let content = Content { span: Span::lasting(start, length), ..content };
        let changed = match series.change_all(at, &content, Repeat::AsItIs) {
            Ok(changed) => changed,
            Err(EditError::Recurrence(RecurrenceError::Rule(RuleError::Follow { .. }))) => return false,
            Err(EditError::Unfollowed { .. }) => return false,
            Err(error) => panic!("{error}"),
        };
        assert_kept(&changed);
        if alone {
            // Its length becomes that of all: told elsewhere.
            return true;
        }
        let by = TimeDelta::minutes(minutes);
        let expected = moved(event, &before, by, at, content.span);
        let mut found = told(&changed);
        let (mut expected, last) = (expected, wall_of(&times.start) + TimeDelta::days(490));
        let last = times.zone.to_instant(last);
        found.retain(|id, _| *id < last);
        expected.retain(|id, _| *id < last);
        assert_eq!(found, expected, "{at} {minutes}\n{}\n{}", event.to_ics(), changed.to_ics());
        true
    });
}

#[test]
fn a_new_rule_leaves_no_exception_without_its_occurrence() {
    each(6, |event, series, at, _, dice| {
        let rule =
            dice.pick(&["FREQ=WEEKLY;COUNT=20", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=DAILY;UNTIL=20270301"]);
        let rule = Rule::parse(rule).unwrap();
        let content = series.content(at).unwrap();
        let changed = match series.change_all(at, &content, Repeat::By(&rule)) {
            Ok(changed) => changed,
            Err(error) => panic!("{error}\n{}", event.to_ics()),
        };
        assert_kept(&changed);
        let mut plain = changed.calendar().clone();
        plain.components.retain(|c| c.property("RECURRENCE-ID").is_none());
        plain.components[changed.main_place()].remove("EXDATE");
        let plain = told(&Event::of(plain).unwrap());
        let zones = Zones::of(changed.calendar());
        let set = Set::of(&changed.series(), &zones, &berlin()).unwrap();
        assert!(set.overrides.all().all(|own| plain.contains_key(&own.id)), "{}", changed.to_ics());
        let excluded: usize = changed.main().properties("EXDATE").map(|p| DateTime::list(p).count()).sum();
        let by_override = set.overrides.all().filter(|own| !told(&changed).contains_key(&own.id)).count();
        assert_eq!(plain.len() - excluded, told(&changed).len() + by_override, "{}", changed.to_ics());
        true
    });
}
