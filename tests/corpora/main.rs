//! Reads other people's calendars, where the corpora are at hand: nothing may be lost, nothing may panic.

mod jcal;

use kalends::availability::{Owner, blocks_in};
use kalends::check::{Strictness, problems};
use kalends::ics::{Component, Fault, Problem, Severity, parse_bytes};
use kalends::{Budget, Event, Instant, Span, Zone, occurrences};
use std::path::{Path, PathBuf};

/// Every `.ics` below a folder of the corpora; none where they are not there.
fn files(folder: &str) -> Vec<PathBuf> {
    let root =
        std::env::var_os("KALENDS_CORPORA").map_or_else(|| PathBuf::from("../shared/corpora"), PathBuf::from);
    let mut folders = vec![root.join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            println!("skipped: {} is not there; set KALENDS_CORPORA", folder.display());
            continue;
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|e| e == "ics") => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

fn written(calendars: &[Component]) -> String {
    calendars.iter().map(Component::write).collect()
}

fn count(components: &[Component], name: &str) -> usize {
    components.iter().map(|c| usize::from(c.is(name)) + count(&c.components, name)).sum()
}

#[test]
fn what_is_read_is_written_so_that_it_reads_the_same() {
    for folder in ["calcard", "ical.js"] {
        let files = files(folder);
        for path in &files {
            let bytes = read(path);
            let parsed = parse_bytes(&bytes);
            let text = written(&parsed.calendars);
            let again = parse_bytes(text.as_bytes());
            assert_eq!(again.calendars, parsed.calendars, "{}", path.display());
            assert_eq!(again.problems, [], "{}", path.display());
            assert!(text.split("\r\n").all(|line| line.len() <= 75), "{}", path.display());
        }
        println!("{folder}: {} files round trip", files.len());
    }
}

#[test]
fn no_event_of_a_file_is_lost() {
    for path in files("calcard").iter().chain(&files("ical.js")) {
        let bytes = read(path);
        let parsed = parse_bytes(&bytes);
        let text = String::from_utf8_lossy(&bytes).to_ascii_uppercase();
        let begun = text.split(['\r', '\n']).filter(|line| line.trim_end() == "BEGIN:VEVENT").count();
        assert_eq!(count(&parsed.calendars, "VEVENT"), begun, "{}", path.display());
    }
}

#[test]
fn every_event_can_be_expanded_or_says_why_not() {
    let at = |text| Instant::parse(text).unwrap();
    let window = Span::new(at("1990-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z")).unwrap();
    let (mut events, mut found, mut failed) = (0, 0, 0);
    for path in files("calcard").iter().chain(&files("ical.js")) {
        let bytes = read(path);
        for event in Event::all(&String::from_utf8_lossy(&bytes)).0 {
            events += 1;
            match occurrences(&event, window, &Zone::utc(), &mut Budget::default()) {
                Ok(occurrences) => found += occurrences.len(),
                Err(error) => {
                    failed += 1;
                    println!("{}: {error}", path.display());
                }
            }
        }
    }
    println!("{events} events, {found} occurrences, {failed} events that cannot be expanded");
    assert!(failed * 10 <= events, "{failed} of {events} events cannot be expanded");
}

/// An event whose times cannot be read has a problem that says so.
fn what_is_left_out_is_told(bytes: &[u8], file: &str) {
    let parsed = parse_bytes(bytes);
    let told = problems(bytes, &parsed, Strictness::Lenient);
    let is_lost = |uid: &str| {
        let of = |p: &Problem| p.what.severity() == Severity::Lost && p.uid.as_deref() == Some(uid);
        told.iter().any(of) || told.last().is_some_and(|p| p.what == Fault::More)
    };
    for event in Event::all(&String::from_utf8_lossy(bytes)).0 {
        if let Err(error) = event.content(&Zone::utc()) {
            assert!(is_lost(event.uid()), "{file}: {error} of {} is not told in {told:#?}", event.uid());
        }
    }
}

#[test]
fn every_event_that_cannot_be_used_is_told() {
    for path in files("calcard").iter().chain(&files("ical.js")) {
        what_is_left_out_is_told(&read(path), &path.display().to_string());
    }
}

#[test]
fn calendars_in_good_order_have_no_problem() {
    for path in files("ical.js/samples") {
        let bytes = read(&path);
        let told = problems(&bytes, &parse_bytes(&bytes), Strictness::Lenient);
        // Google gives each birthday as an occurrence of a series that it does not give.
        let expected = path.ends_with("google_birthday.ics").then_some(Fault::NoMaster);
        assert_eq!(
            told.iter().map(|p| p.what).collect::<Vec<_>>(),
            Vec::from_iter(expected),
            "{}",
            path.display()
        );
    }
}

#[test]
fn nothing_that_is_done_to_a_file_makes_it_panic_or_hang() {
    let mut dice = 1_u64;
    let mut below = |limit: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % limit.max(1)
    };
    let at = |text| Instant::parse(text).unwrap();
    let window = Span::new(at("2000-01-01T00:00:00Z"), at("2030-01-01T00:00:00Z")).unwrap();
    let owner = Owner::new(Zone::utc());
    for path in files("calcard").iter().chain(&files("ical.js")) {
        let original = read(path);
        for _ in 0..4 {
            let mut bytes = original.clone();
            for _ in 0..1 + below(12) {
                let place = below(bytes.len());
                match below(4) {
                    0 => bytes.truncate(place.max(1)),
                    1 => bytes[place] = below(256) as u8,
                    2 => bytes[place] = b"\r\n:;=,-0129TZ\"\\"[below(15)],
                    _ => bytes.insert(place, b"\r\n:;=,-0129TZ\"\\"[below(15)]),
                }
            }
            let parsed = parse_bytes(&bytes);
            assert_eq!(parse_bytes(written(&parsed.calendars).as_bytes()).calendars, parsed.calendars);
            what_is_left_out_is_told(&bytes, &path.display().to_string());
            problems(&bytes, &parsed, Strictness::Strict);
            for calendar in &parsed.calendars {
                blocks_in(&owner, calendar, window, &mut Budget::new(2000));
            }
            for event in Event::all(&String::from_utf8_lossy(&bytes)).0 {
                let found = occurrences(&event, window, &Zone::utc(), &mut Budget::new(2000));
                found.iter().flatten().take(10).for_each(|o| drop(o.alarms(&Zone::utc())));
                if let Ok(mut content) = event.content(&Zone::utc()) {
                    content.summary.push('!');
                    content.span = Span::lasting(content.span.start().plus_millis(3_600_000), 60_000);
                    let patched = event.patched(&content, Instant::MIN).unwrap();
                    assert_eq!(Event::parse(&patched.to_ics()).unwrap(), patched, "{}", path.display());
                }
            }
        }
    }
}
