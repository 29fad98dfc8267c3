//! Runs every pair `NN-what-it-shows.ics` and `.json` of this folder; README.md says what the JSON may hold.

mod answer;
mod edit;

use answer::Answer;
use kalends::availability::{Owner, Reason, blocks_in};
use kalends::ics::{Component, Fault, Problem, parse_bytes};
use kalends::recurrence::rules_in_words;
use kalends::rule::Language;
use kalends::{Budget, Event, Zone, check, occurrences};
use std::path::{Path, PathBuf};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "ics")).collect();
    files.sort();
    files
}

/// What the file holds, written in the words of the answer, so that the two can be compared.
fn found(bytes: &[u8], expected: &Answer) -> Answer {
    let parsed = parse_bytes(bytes);
    let mut problems: Vec<String> = parsed.problems.iter().map(ToString::to_string).collect();
    // The zones alone: tests/problems has the rest.
    let doubts = check::problems(bytes, &parsed, check::Strictness::Lenient).into_iter().filter(is_doubt);
    problems.extend(doubts.map(|problem| problem.to_string()));
    let zone = expected.zone();
    let mut budget = Budget::new(expected.steps.unwrap_or(100_000));
    let text = String::from_utf8_lossy(bytes);
    let (events, _) = Event::all(&text);
    let (mut spans, mut alarms) = (Vec::new(), Vec::new());
    for event in &events {
        match occurrences(event, expected.window(), &zone, &mut budget) {
            Ok(found) => spans.extend(found.iter().map(|o| {
                alarms.extend(o.alarms(&zone).iter().map(|(at, _)| at.to_string()));
                let cancelled = o.status() == kalends::Status::Cancelled;
                let word = if cancelled { "cancelled".to_owned() } else { o.summary() };
                (o.span, expected.told(o.span, o.all_day, &word))
            })),
            Err(error) => problems.push(error.to_string()),
        }
    }
    spans.sort();
    let occurrences: Vec<String> = spans.into_iter().map(|(_, told)| told).collect();
    let starts = occurrences.iter().map(|o| o.split(['/', ' ']).next().unwrap_or_default().to_owned());
    let owner = Owner { addresses: expected.owner.clone(), ..Owner::new(zone.clone()) };
    let busy = expected.busy.as_ref().map(|_| busy(&owner, &parsed.calendars, expected));
    Answer {
        starts: expected.starts.as_ref().map(|_| starts.collect()),
        occurrences: expected.occurrences.as_ref().map(|_| occurrences.clone()),
        busy,
        alarms: expected.alarms.as_ref().map(|_| alarms),
        written: expected.written.as_ref().map(|_| lines(&written(&parsed.calendars))),
        text: expected.text.as_ref().map(|_| texts(&parsed.calendars, expected)),
        words: expected.words.as_ref().map(|_| words(&events, &zone)),
        edits: expected.edits.as_ref().map(|edits| edits.iter().map(|e| e.made(&events, expected)).collect()),
        problems,
        ..expected.clone()
    }
}

/// Whether it moves times that are told all the same.
fn is_doubt(problem: &Problem) -> bool {
    problem.what == Fault::Contradiction || problem.property.as_deref() == Some("X-WR-TIMEZONE")
}

fn busy(owner: &Owner, calendars: &[Component], expected: &Answer) -> Vec<String> {
    let mut budget = Budget::default();
    let blocks = calendars.iter().flat_map(|c| blocks_in(owner, c, expected.window(), &mut budget).0);
    let blocks: Vec<kalends::availability::Block> = blocks.collect();
    let told = |block: &kalends::availability::Block| {
        let word = if block.reason == Reason::Tentative { "tentative" } else { "" };
        expected.told(block.span, block.all_day, word)
    };
    blocks.iter().map(told).collect()
}

/// The rules of each event in each language.
fn words(events: &[Event], zone: &Zone) -> Vec<String> {
    let languages = [Language::English, Language::German];
    let said = |event| languages.map(|language| rules_in_words(event, language, zone).unwrap());
    events.iter().flat_map(said).flatten().collect()
}

fn written(calendars: &[Component]) -> String {
    calendars.iter().map(Component::write).collect()
}

fn lines(text: &str) -> Vec<String> {
    text.split_terminator("\r\n").map(str::to_owned).collect()
}

/// The values that the answer asks for, in plain text: a property's by its name, a parameter's by `NAME;PARAMETER`.
fn texts(calendars: &[Component], expected: &Answer) -> std::collections::BTreeMap<String, String> {
    let asked = expected.text.iter().flat_map(|text| text.keys());
    let value = |key: &String| -> Option<String> {
        let (name, parameter) = key.split_once(';').map_or((key.as_str(), None), |(n, p)| (n, Some(p)));
        let components = calendars.iter().flat_map(|c| &c.components);
        let property = components.filter_map(|c| c.property(name)).next()?;
        parameter
            .map_or(Some(property.unescaped().into_owned()), |p| property.parameter(p).map(str::to_owned))
    };
    asked.filter_map(|key| Some((key.clone(), value(key)?))).collect()
}

#[test]
fn every_case_has_the_answer_that_its_rfc_gives() {
    let mut wrong = Vec::new();
    let files = fixtures();
    for path in &files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(path).unwrap();
        let expected = Answer::read(&path.with_extension("json")).normal();
        let mut found = found(&bytes, &expected);
        // An expected problem is a part of its text.
        if found.problems.len() == expected.problems.len()
            && found.problems.iter().zip(&expected.problems).all(|(is, part)| is.contains(part.as_str()))
        {
            found.problems.clone_from(&expected.problems);
        }
        if found != expected {
            wrong.push(format!("{name}: {}\n{}", expected.shows, expected.difference(&found)));
        }
    }
    println!("{} cases", files.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_case_is_written_so_that_it_reads_the_same() {
    for path in fixtures() {
        let bytes = std::fs::read(&path).unwrap();
        let parsed = parse_bytes(&bytes);
        let text = written(&parsed.calendars);
        let again = parse_bytes(text.as_bytes());
        assert_eq!((again.calendars, again.problems), (parsed.calendars, vec![]), "{}", path.display());
    }
}

#[test]
fn every_case_of_the_list_has_a_fixture() {
    let mut numbers: Vec<u32> = Vec::new();
    for path in fixtures() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let ids = name.split('-').next().unwrap().split('+');
        numbers.extend(
            ids.map(|id| id.parse::<u32>().unwrap_or_else(|_| panic!("{name} begins with no number"))),
        );
        assert!(path.with_extension("json").exists(), "{name} has no answer");
    }
    let missing: Vec<u32> = (1..=73).filter(|number| !numbers.contains(number)).collect();
    assert_eq!(missing, [0; 0], "cases without a fixture");
}

/// The zone of a viewer, by its name.
fn zone(name: &str) -> Zone {
    Zone::iana(name).unwrap_or_else(|error| panic!("{error}"))
}
