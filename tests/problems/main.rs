//! Runs every pair `what-it-shows.ics` and `.json` of this folder; README.md says what the JSON may hold.

use kalends::check::{Strictness, problems};
use kalends::ics::{Component, Fault, Problem, parse_bytes};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/problems");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|e| e == "ics")).collect();
    files.sort();
    files
}

/// The text with CR LF at the ends of its lines, unless it is to be read as it is written.
fn text(path: &Path, answer: &Value) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    match answer["asWritten"].as_bool() {
        Some(true) => bytes,
        _ => bytes.split_inclusive(|b| *b == b'\n').flat_map(with_return).collect(),
    }
}

fn with_return(line: &[u8]) -> Vec<u8> {
    line.strip_suffix(b"\n").map_or(line.to_vec(), |line| [line, b"\r\n"].concat())
}

/// `line:column code component property uid`, with `-` for what is not known.
fn told(problem: &Problem) -> String {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    let uid = or_none(&problem.uid);
    let uid = if uid.starts_with("without-uid-") { "without-uid" } else { &uid };
    let [component, property] = [&problem.component, &problem.property].map(or_none);
    format!("{}:{} {} {component} {property} {uid}", problem.line, problem.column, problem.what.code())
}

fn expected(answer: &Value, list: &str) -> Vec<String> {
    let items = answer[list].as_array().into_iter().flatten();
    items.map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn answer(path: &Path) -> Value {
    let text = std::fs::read_to_string(path.with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_problem_is_told_with_its_place_in_the_mode_that_asks_for_it() {
    let mut wrong = Vec::new();
    for path in fixtures() {
        let answer = answer(&path);
        let text = text(&path, &answer);
        let parsed = parse_bytes(&text);
        let lenient = expected(&answer, "lenient");
        let mut strict = [lenient.clone(), expected(&answer, "strict")].concat();
        strict.sort();
        for (strictness, expected) in [(Strictness::Lenient, lenient), (Strictness::Strict, strict)] {
            let found = problems(&text, &parsed, strictness);
            let mut told: Vec<String> = found.iter().map(told).collect();
            assert!(found.is_sorted_by_key(|problem| (problem.line, problem.column)), "{}", path.display());
            if strictness == Strictness::Strict {
                told.sort();
            }
            if told != expected {
                let name = path.file_stem().unwrap().display();
                wrong.push(format!("{name}, {strictness:?}\n  told     {told:#?}\n  expected {expected:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_case_is_written_so_that_it_reads_the_same() {
    for path in fixtures() {
        let text = text(&path, &answer(&path));
        let parsed = parse_bytes(&text);
        let written: String = parsed.calendars.iter().map(Component::write).collect();
        let again = parse_bytes(written.as_bytes());
        assert_eq!((again.calendars, again.problems), (parsed.calendars, vec![]), "{}", path.display());
    }
}

#[test]
fn every_fault_has_a_case() {
    let shown: Vec<String> = fixtures()
        .iter()
        .flat_map(|path| [expected(&answer(path), "lenient"), expected(&answer(path), "strict")].concat())
        .map(|line| line.split(' ').nth(1).unwrap().to_owned())
        .collect();
    // The one needs a thousand others, the other a window to expand.
    let elsewhere = [Fault::More, Fault::Budget];
    let missing: Vec<&str> = Fault::ALL
        .iter()
        .filter(|fault| !elsewhere.contains(fault) && !shown.contains(&fault.code().to_owned()))
        .map(|fault| fault.code())
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn a_text_of_nothing_but_faults_ends_with_a_bounded_list() {
    let events = "BEGIN:VEVENT\nDTSTART:never\nDTEND:never\nnonsense\nEND:VEVENT\n".repeat(2_000);
    let text = format!("BEGIN:VCALENDAR\n{events}END:VCALENDAR\n");
    let parsed = parse_bytes(text.as_bytes());
    let found = problems(text.as_bytes(), &parsed, Strictness::Strict);
    assert_eq!((found.len(), found.last().map(|p| p.what)), (1001, Some(Fault::More)));
}

/// The words between backquotes in the first column of the table of codes.
fn documented(page: &str) -> Vec<[String; 4]> {
    let row = |line: &str| {
        let cells: Vec<&str> =
            line.split(" | ").flat_map(|c| c.split("| ")).map(|c| c.trim_matches([' ', '|'])).collect();
        let [_, code, severity, sentence, section, ..] = cells[..] else { return None };
        let code = code.strip_prefix('`')?.strip_suffix('`')?;
        Some([code, severity, sentence, section].map(str::to_owned))
    };
    page.lines().filter_map(row).collect()
}

#[test]
fn every_code_stands_in_the_documentation_of_the_package() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("pkg/kalends");
    let row = |fault: &Fault| {
        [fault.code(), fault.severity().as_str(), fault.sentence(), fault.section()].map(str::to_owned)
    };
    let known: Vec<_> = Fault::ALL.iter().map(row).collect();
    assert_eq!(documented(&std::fs::read_to_string(package.join("problems.md")).unwrap()), known);
    let types = std::fs::read_to_string(package.join("problems.d.ts")).unwrap();
    let union = types.split("export type ProblemCode =").nth(1).and_then(|rest| rest.split(';').next());
    let typed: Vec<&str> = union.unwrap().split('"').skip(1).step_by(2).collect();
    assert_eq!(typed, Fault::ALL.iter().map(|fault| fault.code()).collect::<Vec<_>>());
    assert!(
        Fault::ALL.is_sorted_by(|a, b| a.severity() >= b.severity()),
        "the table is in order of severity"
    );
}
