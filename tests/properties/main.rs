//! What holds for every calendar, rule and zone, asked of many that are made up.
//!
//! Always the same ones, so that a change is blamed for what it did. PROPTEST_CASES=20000 asks of so many others.

mod calendars;
mod creation;
mod expansion;
mod injection;
mod patch;
#[path = "../../fuzz/promises/parse.rs"]
mod reading;
mod round_trip;
mod zones;

use proptest::test_runner::{Config, RngSeed};

/// How many are made up, and from which seed.
fn config() -> Config {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        (config.cases, config.rng_seed) = (128, RngSeed::Fixed(5545));
    }
    config
}
