//! Random histories: application, phone, faults and crashes in any order, and in the end everybody agrees.

use crate::calendar::{Character, Faults, Manners};
use crate::clock::step;
use crate::world::{LEASE_IS_OVER, Run, Setting, World};
use kalends::booking::Kind;
use kalends::port::Policy;
use kalends::sync::{Scope, SyncError};

fn setting(seed: u64) -> Setting {
    let policies = [Policy::ExternalWins, Policy::LastWriteWins, Policy::LocalWins, Policy::Manual];
    Setting {
        // One history in three is about tasks.
        kind: if seed / 81 % 3 == 2 { Kind::Todo } else { Kind::Event },
        policy: policies[seed as usize % 4],
        bidirectional: seed % 8 != 7,
        manners: Manners {
            page: [1, 3, 100][seed as usize / 3 % 3],
            tells_etag: [100, 0, 50][seed as usize / 9 % 3],
            reorders: (seed / 2).is_multiple_of(2),
            character: [Character::Sound, Character::Racy, Character::Careless][seed as usize / 27 % 3],
        },
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
            Some(Err(SyncError::MassDeletion { gone, of })) => panic!("the brake: {gone} of {of}"),
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

fn live_through(world: &World) {
    let mut hanging: Vec<Run<'_>> = Vec::new();
    let busy = world.dice.pick(&[0, 3, 15]).unwrap_or_default();
    for _ in 0..30 {
        world.calendar.faults.set(faults(world));
        world.steps.set(world.dice.pick(&[usize::MAX, usize::MAX, 5, 1]).unwrap_or_default());
        world.store.failing.set(world.dice.pick(&[0, 0, 10]).unwrap_or_default());
        match world.dice.below(20) {
            0..9 => act(world),
            9 => world.clock.pass(LEASE_IS_OVER),
            10 if world.dice.percent(20) => world.store.reconnect(),
            10 => world.calendar.forget_tokens(),
            11 if !hanging.is_empty() => {
                let mut run = hanging.swap_remove(world.dice.below(hanging.len()));
                carry_on(world, &mut run, busy, 1_000);
            }
            _ => {
                let mut run = world.run(scope(world));
                let calls = if world.dice.percent(30) { world.dice.below(40) } else { 1_000 };
                // What does not come to its end has crashed, or hangs and wakes up later.
                if !carry_on(world, &mut run, busy, calls) && world.dice.percent(30) {
                    hanging.push(run);
                }
            }
        }
    }
}

/// Lives through the history that a seed stands for; what is wrong in the end.
pub fn after(seed: u64) -> Result<(), String> {
    let world = World::new(seed, setting(seed));
    live_through(&world);
    world.comes_to_rest()
}

#[cfg(test)]
mod tests {
    /// Seeds of the ordinary test; `KALENDS_SIMULATION_SEEDS` asks for more, `KALENDS_SIMULATION_SEED` for one.
    const SEEDS: u64 = 300;

    #[test]
    fn after_any_history_everybody_agrees() {
        let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let seeds = match number("KALENDS_SIMULATION_SEED") {
            Some(seed) => seed..seed + 1,
            None => 0..number("KALENDS_SIMULATION_SEEDS").unwrap_or(SEEDS),
        };
        let wrong =
            |seed| super::after(seed).err().map(|wrong| format!("KALENDS_SIMULATION_SEED={seed}: {wrong}"));
        let failed: Vec<String> = seeds.filter_map(wrong).collect();
        let shown = failed.iter().take(12).cloned().collect::<Vec<_>>().join("\n\n");
        assert!(failed.is_empty(), "{} histories went wrong\n{shown}", failed.len());
    }
}
