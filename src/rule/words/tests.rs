use super::super::oracle::{Dice, Parts};
use super::*;
use crate::ics::{DateTime, parse_date_time};
use std::collections::HashMap;

/// A Tuesday, the first of its month, day 307 of its year.
const START: &str = "from 20261103T090000";
const BOTH: [Language; 2] = [Language::English, Language::German];

/// "from" a wall time or "on" a date.
fn start(text: &str) -> (Wall, bool) {
    match parse_date_time(text.split(' ').next_back().unwrap()) {
        Some(DateTime::Floating(wall)) => (wall, false),
        Some(DateTime::Date(date)) => (date.and_time(NaiveTime::MIN), true),
        other => panic!("{text}: {other:?}"),
    }
}

/// Each case: a rule with its start, where it matters, then the rule in English and in German.
#[test]
fn rules_are_said_as_people_say_them() {
    let cases: Vec<&str> = include_str!("said.txt").split("\n\n").collect();
    for case in &cases {
        let lines: Vec<&str> = case.lines().collect();
        let [rule, said @ ..] = &lines[..] else { panic!("{case}") };
        let (rule, start_text) = rule.split_once(' ').unwrap_or((rule, START));
        let (start, date_only) = start(start_text);
        let rule = Rule::parse(rule).unwrap();
        assert_eq!(
            BOTH.map(|language| rule.words(language, start, date_only, None)),
            said,
            "{rule} {start_text}"
        );
    }
    assert!(cases.len() >= 60);
}

#[test]
fn until_is_said_on_the_wall_of_the_series() {
    let rule = Rule::parse("FREQ=DAILY;UNTIL=20270503T230000Z").unwrap();
    let said = |last: &str| rule.words(Language::English, start(START).0, false, Some(start(last).0));
    assert_eq!(said("20270504T010000"), "every day until 3 May 2027");
    assert_eq!(said("20270504T090000"), "every day until 4 May 2027");
}

#[test]
fn a_tag_names_a_language_or_none() {
    let found = ["de-AT", "EN", "en_US", "fr", ""].map(Language::of_tag);
    assert_eq!(found, [Some(Language::German), Some(Language::English), Some(Language::English), None, None]);
}

/// A random rule of all the parts there are.
fn random(dice: &mut Dice) -> Rule {
    let mut text = Parts::random(dice).text();
    for (part, values) in [
        ("BYMINUTE", ["0", "30", "0,20,40", "10,11,12"]),
        ("BYSECOND", ["0", "15", "15,30", "1,2,3"]),
        ("BYWEEKNO", ["20", "1,-1", "10,11,12", "-2"]),
        ("SKIP", ["BACKWARD", "FORWARD", "BACKWARD", "OMIT"]),
        ("COUNT", ["1", "2", "10", "100"]),
        ("UNTIL", ["20301231", "20310606T120000", "20280101T090000Z", "20290229T235959"]),
    ] {
        if dice.below(5) == 0 {
            text += &format!(";{part}={}", values[dice.below(4) as usize]);
        }
    }
    let rule = Rule::parse(&text);
    rule.unwrap_or_else(|_| Rule::parse("FREQ=DAILY").unwrap())
}

#[test]
fn rules_that_say_the_same_mean_the_same() {
    let (start, _) = start(START);
    let mut dice = Dice(4);
    for language in BOTH {
        let mut meanings: HashMap<String, (Rule, Vec<Wall>)> = HashMap::new();
        let mut same = 0;
        for _ in 0..1200 {
            let rule = random(&mut dice);
            let walls: Vec<Wall> = rule.walls(start, false).steps(2000).take(40).collect();
            let words = rule.words(language, start, false, None);
            let (other, meant) =
                meanings.entry(words.clone()).or_insert_with(|| (rule.clone(), walls.clone()));
            same += u32::from(*other != rule);
            assert_eq!(*meant, walls, "{words}: {other} and {rule}");
        }
        assert!(same > 10, "nothing was compared");
        assert!(meanings.len() > 800, "the rules are too much alike: {}", meanings.len());
    }
}

#[test]
fn no_part_is_dropped() {
    let (start, _) = start(START);
    let mut dice = Dice(7);
    let mut compared = HashMap::new();
    for _ in 0..700 {
        let rule = random(&mut dice);
        let walls = |rule: &Rule| rule.walls(start, false).steps(2000).take(30).collect::<Vec<_>>();
        let before = walls(&rule);
        for (part, value) in [
            ("INTERVAL", "5"),
            ("COUNT", "7"),
            ("UNTIL", "20270504"),
            ("BYMONTH", "2,5"),
            ("BYWEEKNO", "19,44"),
            ("BYYEARDAY", "33,-40"),
            ("BYMONTHDAY", "11,-2"),
            ("BYDAY", "SU,WE"),
            ("BYDAY", "2WE,-1SU"),
            ("BYHOUR", "7,13"),
            ("BYMINUTE", "5,45"),
            ("BYSECOND", "10"),
            ("BYSETPOS", "2,-3"),
            ("WKST", "TH"),
            ("SKIP", "FORWARD"),
        ] {
            let changed = rule.with(part, value).unwrap();
            let meant = walls(&changed);
            if meant == before || meant.is_empty() || before.is_empty() {
                // It has no effect here: no promise is made.
                continue;
            }
            for language in BOTH {
                let said = [&rule, &changed].map(|rule| rule.words(language, start, false, None));
                assert_ne!(said[0], said[1], "{rule} and {changed}");
            }
            *compared.entry((part, value)).or_insert(0) += 1;
        }
    }
    assert!(compared.len() == 15 && compared.values().all(|n| *n >= 5), "{compared:?}");
}
