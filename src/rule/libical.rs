//! Runs libical's recurrence cases, where the corpora are at hand.

use super::Rule;
use crate::ics::{DateTime, parse_date_time};
use crate::time::Wall;
use chrono::NaiveTime;
use std::path::PathBuf;

struct Case {
    rule: String,
    start: String,
    start_at: Option<String>,
    instances: String,
}

/// The cases of a file; nothing where the corpora are not there.
fn cases(file: &str) -> Vec<Case> {
    let folder =
        std::env::var_os("KALENDS_CORPORA").map_or_else(|| PathBuf::from("../shared/corpora"), PathBuf::from);
    let path = folder.join("libical").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there; set KALENDS_CORPORA", path.display());
        return Vec::new();
    };
    let block = |block: &str| {
        let value = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Some(Case {
            rule: value("RRULE")?.to_owned(),
            start: value("DTSTART")?.to_owned(),
            start_at: value("START-AT").map(str::to_owned),
            instances: value("INSTANCES")?.trim().to_owned(),
        })
    };
    text.split("\n\n").filter_map(block).collect()
}

fn wall(text: &str) -> Wall {
    match parse_date_time(text) {
        Some(DateTime::Date(date)) => date.and_time(NaiveTime::MIN),
        Some(DateTime::Floating(wall)) => wall,
        Some(DateTime::Utc(instant)) => instant.to_utc(),
        _ => panic!("{text} is no time"),
    }
}

/// Runs the cases and returns how many there were and what went wrong.
fn run(file: &str) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    let cases = cases(file);
    for case in &cases {
        let expected: Vec<_> = case.instances.split(',').map(str::trim).collect();
        let unimplemented = case.instances.starts_with("***");
        let date_only = !case.start.contains('T');
        let rule = match Rule::parse(&case.rule) {
            Err(_) if unimplemented => continue,
            Err(error) => {
                wrong.push(format!("{}: {error}", case.rule));
                continue;
            }
            // libical gives up where we need not.
            Ok(_) if unimplemented => continue,
            Ok(rule) => rule,
        };
        let expected: Vec<Wall> = expected.into_iter().map(wall).collect();
        let found: Vec<Wall> = rule.walls(wall(&case.start), date_only).take(expected.len() + 1).collect();
        let more = rule.is_bounded() || found.len() == expected.len();
        if found[..found.len().min(expected.len())] != expected || (more && found.len() > expected.len()) {
            wrong.push(format!("{} {}\n  want {expected:?}\n  got  {found:?}", case.rule, case.start));
        }
        // Wherever the window begins, what is in it must be the same.
        let windows = expected.iter().copied().chain(case.start_at.as_deref().map(wall));
        for from in windows {
            let mut walls = rule.walls(wall(&case.start), date_only);
            walls.skip_to(from);
            let found: Vec<Wall> = walls.take(expected.len()).collect();
            let rest: Vec<Wall> = expected.iter().copied().filter(|wall| *wall >= from).collect();
            if found[..found.len().min(rest.len())] != rest {
                wrong.push(format!(
                    "{} {} from {from}\n  want {rest:?}\n  got  {found:?}",
                    case.rule, case.start
                ));
                break;
            }
        }
    }
    (cases.len(), wrong)
}

#[test]
fn libicals_cases_come_out_as_libical_has_them() {
    for file in ["icalrecur_test.txt", "icalrecur_test_rscale.txt"] {
        let (count, wrong) = run(file);
        println!("{file}: {} of {count} right", count - wrong.len());
        assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn rules_in_other_calendar_systems_are_refused_and_say_so() {
    for case in cases("icalrecur_test_rscale_withicu.txt") {
        let Err(error) = Rule::parse(&case.rule) else { continue };
        assert!(error.to_string().contains("RSCALE"), "{}: {error}", case.rule);
    }
}
