//! Random histories: application, phone, faults and crashes in any order, and in the end everybody agrees.

use crate::calendar::{Character, Manners};
use crate::clock::step;
use crate::dice::Dice;
use crate::faults::Faults;
use crate::invariant::{AllBroken, Broken, Invariant};
use crate::servers::SERVERS;
use crate::service::{EVENT_APIS, Service};
use crate::trace::Keep;
use crate::world::{LEASE_IS_OVER, Run, Setting, Skew, World};
use kalends::booking::Kind;
use kalends::port::Policy;
use kalends::sync::{Scope, SyncError};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a history is about: in turn the engine's own words, a CalDAV server, another one, and an event API.
fn setting(seed: u64) -> Setting {
    match seed % 4 {
        0 => plain(seed / 4),
        3 => with(seed, |dice| {
            let (name, dialect) = dice.pick(&EVENT_APIS).unwrap_or(EVENT_APIS[0]);
            Service::Events(name, dialect)
        }),
        _ => with(seed, |dice| {
            let (name, manner) = dice.pick(&SERVERS).unwrap_or(SERVERS[0]);
            Service::Dav(name, manner)
        }),
    }
}

const POLICIES: [Policy; 4] =
    [Policy::ExternalWins, Policy::LastWriteWins, Policy::LocalWins, Policy::Manual];

/// Where owners live: before, at and behind the midnight of UTC.
const ZONES: [&str; 3] = ["UTC", "Europe/Berlin", "America/New_York"];

fn plain(number: u64) -> Setting {
    Setting {
        // One history in three is about tasks.
        kind: if number / 81 % 3 == 2 { Kind::Todo } else { Kind::Event },
        policy: POLICIES[number as usize % 4],
        bidirectional: number % 8 != 7,
        service: Service::Plain(Manners {
            page: [1, 3, 100][number as usize / 3 % 3],
            tells_etag: [100, 0, 50][number as usize / 9 % 3],
            reorders: (number / 2).is_multiple_of(2),
            character: [Character::Sound, Character::Racy, Character::Careless][number as usize / 27 % 3],
        }),
        skew: Skew::default(),
        zone: ZONES[number as usize / 5 % 3],
    }
}

fn with(seed: u64, service: impl FnOnce(&Dice) -> Service) -> Setting {
    let dice = Dice::new(seed.rotate_left(32));
    let service = service(&dice);
    let clock = || dice.pick(&[0, 0, -7_000, 7_000, -3_600_000, 3_600_000]).unwrap_or_default();
    Setting {
        kind: if service.holds_tasks() && dice.percent(30) { Kind::Todo } else { Kind::Event },
        policy: dice.pick(&POLICIES).unwrap_or(Policy::ExternalWins),
        bidirectional: dice.percent(88),
        service,
        skew: Skew { service: clock(), phone: clock() },
        zone: dice.pick(&ZONES).unwrap_or("UTC"),
    }
}

fn faults(world: &World) -> Faults {
    let rate = world.dice.pick(&[0, 5, 20]).unwrap_or_default();
    Faults {
        lost_after: rate,
        lost_before: rate,
        conflict: rate,
        retry: rate / 2,
        unreachable: rate / 2,
        races: rate,
        late: rate / 2,
        twice: rate / 2,
        broken: rate / 4,
        missing: rate / 4,
        cut: rate / 2,
    }
}

fn scope(world: &World) -> Scope {
    let ids: Vec<String> = world.store.rows.borrow().entries.keys().cloned().collect();
    match (world.dice.below(4), world.dice.pick(&ids)) {
        (0, Some(id)) => Scope::Entry(id),
        (1, _) => Scope::Manual,
        _ => Scope::Scheduled,
    }
}

/// Carries a run on while the world goes on around it, to its end or until it is left hanging.
fn carry_on(world: &World, run: &mut Run<'_>, busy: usize, calls: usize) -> bool {
    for _ in 0..calls {
        match step(run) {
            Some(Err(SyncError::MassDeletion { gone, of })) if !world.calendar.unsteady.get() => {
                world.ledger.broke(Invariant::Brake, format!("{gone} of {of}"));
                return true;
            }
            Some(_) => return true,
            None => {}
        }
        if world.dice.percent(busy) {
            act(world);
        }
        world.clock.pass(world.dice.below(1_500) as i64);
    }
    false
}

fn act(world: &World) {
    if world.setting.policy == Policy::Manual && world.dice.percent(10) {
        world.person_decides();
    }
    if world.dice.percent(50) { world.application_acts() } else { world.phone_acts() }
}

/// Whether so many events are known that the brake holds should a listing leave them all out.
fn is_crowded(world: &World) -> bool {
    let rows = world.store.rows.borrow();
    let known = rows.links.values().filter(|link| link.version.is_some()).count();
    known >= 10 + rows.outbox.len()
}

/// A listing says that it is whole, and leaves out everything.
fn nothing_is_listed(world: &World, busy: usize, calls: usize) {
    world.calendar.forget_tokens();
    world.calendar.hidden.replace(world.calendar.hrefs());
    world.calendar.unsteady.set(true);
    carry_on(world, &mut world.run(scope(world)), busy, calls);
    world.calendar.hidden.take();
}

fn live_through(world: &World) {
    if world.dice.percent(20) {
        (0..12).for_each(|_| drop(world.phone_adds()));
    }
    let mut hanging: Vec<Run<'_>> = Vec::new();
    let mut backup = world.calendar.back_up();
    let busy = world.dice.pick(&[0, 3, 15]).unwrap_or_default();
    for _ in 0..30 {
        world.calendar.faults.set(faults(world));
        world.steps.set(world.dice.pick(&[usize::MAX, usize::MAX, 5, 1]).unwrap_or_default());
        world.store.failing.set(world.dice.pick(&[0, 0, 10]).unwrap_or_default());
        let calls = if world.dice.percent(30) { world.dice.below(40) } else { 1_000 };
        match world.dice.below(20) {
            0..9 => act(world),
            9 => world.clock.pass(LEASE_IS_OVER),
            10 if world.dice.percent(20) => world.store.reconnect(),
            10 => match (world.setting.service, world.dice.below(6)) {
                (Service::Plain(_) | Service::Events(..), _) | (_, 0..3) => world.calendar.forget_tokens(),
                (_, 3) => world.calendar.make_again(),
                (_, 4) => backup = world.calendar.back_up(),
                _ => world.calendar.restore(&backup),
            },
            11 if !hanging.is_empty() => {
                let mut run = hanging.swap_remove(world.dice.below(hanging.len()));
                world.calendar.given_up.set(true);
                carry_on(world, &mut run, busy, 1_000);
                world.calendar.given_up.set(false);
            }
            12 if is_crowded(world) => nothing_is_listed(world, busy, calls),
            _ => {
                let mut run = world.run(scope(world));
                // What does not come to its end has crashed, or hangs and wakes up later.
                if !carry_on(world, &mut run, busy, calls) && world.dice.percent(30) {
                    hanging.push(run);
                }
            }
        }
    }
}

/// What came of a history.
pub struct Outcome {
    /// The service that it was about.
    pub service: &'static str,
    /// What was broken.
    pub broken: AllBroken,
    /// The hash of all that happened; the same on every machine.
    pub hash: u64,
    /// What happened, if that was to be kept.
    pub lines: Vec<String>,
}

/// Lives through the history that a seed stands for.
pub fn history(seed: u64, keep: Keep) -> Outcome {
    let world = World::traced(seed, setting(seed), keep);
    world.ledger.trace.note(format_args!("{:?}", world.setting));
    let lived = catch_unwind(AssertUnwindSafe(|| {
        live_through(&world);
        world.comes_to_rest()
    }));
    let broken = match lived {
        Ok(ended) => ended.err().unwrap_or(AllBroken(Vec::new())),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let how = said.or(panic.downcast_ref::<&str>().copied()).unwrap_or("it does not say how");
            AllBroken(vec![Broken::new(Invariant::Panic, how)])
        }
    };
    let service = world.setting.service.name();
    Outcome { service, broken, hash: world.ledger.trace.hash(), lines: world.ledger.trace.lines() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many are lived through in every test; `npm run simulate` takes any others.
    const SEEDS: u64 = 300;

    #[test]
    fn after_any_history_everybody_agrees() {
        let went_wrong = |seed| {
            let broken = history(seed, Keep::Nothing).broken;
            let repeat = format!("npm run simulate -- --from {seed} --seeds 1 --trace");
            (!broken.0.is_empty()).then(|| format!("{repeat}\n{broken}"))
        };
        let wrong: Vec<String> = (0..SEEDS).filter_map(went_wrong).collect();
        let shown = wrong.iter().take(3).cloned().collect::<Vec<_>>().join("\n\n");
        assert!(wrong.is_empty(), "{} histories went wrong\n{shown}", wrong.len());
    }

    #[test]
    fn a_seed_stands_for_one_history() {
        let hash = |seed| history(seed, Keep::Hash).hash;
        assert_ne!(hash(0), hash(1));
        for seed in SEEDS..SEEDS + 100 {
            if hash(seed) != hash(seed) {
                let [one, other] = [history(seed, Keep::Lines), history(seed, Keep::Lines)];
                let differing = one.lines.iter().zip(&other.lines).find(|(one, other)| one != other);
                panic!("seed {seed}: {differing:?}");
            }
        }
    }
}
