//! `npm run simulate -- [--from N] [--seeds M] [--trace | --first | --hashes]`: lives through so many histories on all
//! cores, and tells which of them broke what.

use kalends_simulation::histories::{Outcome, history};
use kalends_simulation::trace::Keep;
use std::io::{IsTerminal, Write, stderr};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What is told of each seed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tell {
    /// What it broke.
    Broken,
    /// What it broke, and nothing of later ones.
    FirstBroken,
    /// All that happened.
    Trace,
    /// The hash of all that happened.
    Hash,
}

struct Wanted {
    from: u64,
    seeds: u64,
    tell: Tell,
}

const USAGE: &str = "npm run simulate -- [--from N] [--seeds M] [--trace | --first | --hashes]
  --from N    the first seed (0)
  --seeds M   how many (10000)
  --trace     tell all that happens
  --first     end with the first seed that breaks something
  --hashes    tell the hash of all that happens";

fn wanted(mut words: impl Iterator<Item = String>) -> Option<Wanted> {
    let mut wanted = Wanted { from: 0, seeds: 10_000, tell: Tell::Broken };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--from" => wanted.from = words.next()?.parse().ok()?,
            "--seeds" => wanted.seeds = words.next()?.parse().ok()?,
            "--trace" => wanted.tell = Tell::Trace,
            "--first" => wanted.tell = Tell::FirstBroken,
            "--hashes" => wanted.tell = Tell::Hash,
            _ => return None,
        }
    }
    wanted.from.checked_add(wanted.seeds)?;
    Some(wanted)
}

/// A line that is written over while the seeds are lived through, where somebody looks.
fn show_progress(wanted: &Wanted, done: &AtomicU64, ended: &AtomicBool) {
    const WIDTH: u64 = 40;
    let begun = Instant::now();
    while !ended.load(Ordering::Relaxed) {
        let (done, all) = (done.load(Ordering::Relaxed), wanted.seeds.max(1));
        let filled = (done * WIDTH / all) as usize;
        let bar = format!("{}{}", "#".repeat(filled), ".".repeat(WIDTH as usize - filled));
        let seconds = begun.elapsed().as_secs();
        let left = (seconds * (all - done)).checked_div(done).unwrap_or(0);
        eprint!("\r[{bar}] {done} of {all} seeds, {seconds} s, about {left} s to go ");
        drop(stderr().flush());
        thread::sleep(Duration::from_millis(100));
    }
    eprint!("\r{:100}\r", "");
}

fn tell(seed: u64, outcome: &Outcome, tell: Tell) -> String {
    let mut told = String::new();
    match tell {
        Tell::Hash => return format!("{seed} {:016x}\n", outcome.hash),
        Tell::Trace => outcome.lines.iter().for_each(|line| told += &format!("{line}\n")),
        Tell::Broken | Tell::FirstBroken => {}
    }
    if !outcome.broken.0.is_empty() {
        told += &format!(
            "seed {seed} ({}) breaks {}\n{}\n",
            outcome.service,
            outcome.broken.names(),
            outcome.broken
        );
        if tell != Tell::Trace {
            told += &format!("  npm run simulate -- --from {seed} --seeds 1 --trace\n");
        }
    }
    told
}

fn main() -> ExitCode {
    let Some(wanted) = wanted(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let keep = match wanted.tell {
        Tell::Broken | Tell::FirstBroken => Keep::Nothing,
        Tell::Hash => Keep::Hash,
        Tell::Trace => Keep::Lines,
    };
    let (next, done, ended) = (AtomicU64::new(wanted.from), AtomicU64::new(0), AtomicBool::new(false));
    let last = AtomicU64::new(wanted.from + wanted.seeds);
    let failed = AtomicU64::new(0);
    let told: Mutex<Vec<(u64, String)>> = Mutex::default();
    let live = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= last.load(Ordering::Relaxed) {
                return;
            }
            let outcome = history(seed, keep);
            if !outcome.broken.0.is_empty() {
                failed.fetch_add(1, Ordering::Relaxed);
                if wanted.tell == Tell::FirstBroken {
                    // Smaller ones were begun before it, and are waited for.
                    last.fetch_min(seed, Ordering::Relaxed);
                }
            }
            let words = tell(seed, &outcome, wanted.tell);
            if !words.is_empty() {
                told.lock().expect("nothing panics while telling").push((seed, words));
            }
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(live)).collect();
        if stderr().is_terminal() {
            scope.spawn(|| show_progress(&wanted, &done, &ended));
        }
        for worker in workers {
            worker.join().expect("a history that panics is an outcome");
        }
        ended.store(true, Ordering::Relaxed);
    });
    let mut told = told.into_inner().expect("nothing panics while telling");
    told.sort();
    if wanted.tell == Tell::FirstBroken {
        told.truncate(1);
    }
    told.iter().for_each(|(_, words)| print!("{words}"));
    let failed = failed.into_inner();
    if wanted.tell != Tell::Hash {
        println!("{} seeds from {}: {failed} broke something", done.into_inner(), wanted.from);
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
