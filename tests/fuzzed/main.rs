//! Repeats what fuzzing found: each input of fuzz/corpus, and other people's calendars where they are at hand.

#[path = "../../fuzz/promises/mod.rs"]
mod promises;

use std::path::{Path, PathBuf};

/// Every file below a folder, whatever its name; none where the folder is not there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: {} is not there", folder.display());
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = paths.flat_map(|p| if p.is_dir() { files(&p) } else { vec![p] }).collect();
    files.sort();
    files
}

fn corpus(target: &str) -> Vec<PathBuf> {
    let found = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target));
    assert!(!found.is_empty(), "fuzz/corpus/{target} has gone");
    found
}

/// Other people's calendars, and the cases of this house.
fn calendars() -> Vec<PathBuf> {
    let corpora =
        std::env::var_os("KALENDS_CORPORA").map_or_else(|| PathBuf::from("../shared/corpora"), PathBuf::from);
    let mut found = files(&corpora);
    found.extend(files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")));
    found.retain(|path| path.extension().is_some_and(|e| e == "ics"));
    found
}

fn replay(files: &[PathBuf], keeps: fn(&[u8])) {
    for path in files {
        let octets = std::fs::read(path).unwrap();
        if let Err(cause) = std::panic::catch_unwind(|| keeps(&octets)) {
            eprintln!("this was {}", path.display());
            std::panic::resume_unwind(cause);
        }
    }
    println!("{} inputs", files.len());
}

#[test]
fn what_once_broke_reading_does_so_no_more() {
    replay(&corpus("parse"), promises::parse::keeps);
}

#[test]
fn what_once_broke_a_rule_does_so_no_more() {
    replay(&corpus("rule"), promises::rule::keeps);
}

#[test]
fn what_once_broke_expansion_does_so_no_more() {
    replay(&corpus("expand"), promises::expand::keeps);
}

#[test]
fn what_once_broke_a_multistatus_does_so_no_more() {
    replay(&corpus("multistatus"), promises::multistatus::keeps);
}

#[test]
fn the_promises_hold_for_other_peoples_calendars() {
    let calendars = calendars();
    replay(&calendars, promises::parse::keeps);
    replay(&calendars, promises::expand::keeps);
}
