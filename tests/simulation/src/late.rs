//! Requests that arrive when nobody waits for them any more.

use crate::clock::{crash_at, step};
use crate::world::{LEASE_IS_OVER, Run, Setting, World};
use kalends::booking::Status;
use kalends::port::Policy;
use kalends::sync::Scope;

const FIRST: &str = "apt_0001";

/// A run that has committed an intent other than `known` and not sent it yet.
fn about_to_write<'w>(world: &'w World, known: &[String]) -> Run<'w> {
    let mut run = world.run(Scope::Manual);
    let waiting = || world.store.rows.borrow().outbox.iter().any(|intent| !known.contains(&intent.id));
    while !waiting() {
        assert_eq!(step(&mut run), None, "it ended without an intent");
    }
    run
}

#[test]
fn a_create_that_comes_late_is_not_taken_for_the_one_that_was_sent_last() {
    for policy in [Policy::ExternalWins, Policy::LocalWins, Policy::LastWriteWins] {
        let world = World::new(1, Setting { policy, ..Setting::default() });
        world.book(Status::Confirmed);
        let slow = about_to_write(&world, &[]);
        let known =
            world.store.rows.borrow().outbox.iter().map(|intent| intent.id.clone()).collect::<Vec<_>>();
        world.clock.pass(LEASE_IS_OVER);
        world.change(FIRST, |appointment| appointment.location = Some("room 7".into()));
        drop(about_to_write(&world, &known));
        assert_eq!(crash_at(1, slow), None);
        let href = world.calendar.hrefs().remove(0);
        world.phone_edits(&href, |content| content.summary = "edited".into());
        world.comes_to_rest().unwrap();
        let kept = world.store.rows.borrow().conflicts.iter().any(|conflict| {
            conflict.application.as_ref().is_some_and(|ours| format!("{ours:?}").contains("room 7"))
        });
        assert!(kept || world.appointment(FIRST).location.as_deref() == Some("room 7"), "{policy:?}");
    }
}
