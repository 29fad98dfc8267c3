//! Measures each library at the same work and prints `work <tab> library <tab> microseconds <tab> answer` for each.
//! Arguments: a calendar, and a file of rules with their starts (`rule <tab> 20260101T090000Z`).

mod expand;
mod read;

use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut text = || {
        let path = arguments.next().expect("two files: a calendar and a list of rules");
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let (calendar, rules) = (text(), text());
    for (library, work) in read::LIBRARIES {
        tell("read", library, || work(&calendar));
    }
    for line in rules.lines() {
        let (rule, start) = line.split_once('\t').expect("a rule and its start");
        for (library, make) in expand::LIBRARIES {
            let mut work = make(rule, start);
            tell(rule, library, &mut work);
        }
    }
}

/// The median of many runs; the answer tells whether two libraries did the same.
fn tell(what: &str, library: &str, mut work: impl FnMut() -> i64) {
    let answer = work();
    let (begun, mut runs) = (Instant::now(), Vec::new());
    while begun.elapsed() < Duration::from_millis(500) || runs.len() < 3 {
        let start = Instant::now();
        black_box(work());
        runs.push(start.elapsed());
    }
    runs.sort_unstable();
    let micros = runs[runs.len() / 2].as_nanos() as f64 / 1000.0;
    println!("{what}\t{library}\t{micros:.1}\t{answer}");
}
