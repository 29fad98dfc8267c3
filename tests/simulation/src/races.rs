//! What happens between any two effects of a run is neither lost nor undone.

use crate::calendar::{Character, Manners};
use crate::clock::{crash_at, finish, step};
use crate::service::Service;
use crate::world::{LEASE_IS_OVER, Setting, World};
use kalends::booking::{Status, Transition};
use kalends::port::Policy;
use kalends::sync::Scope;

type Act = (&'static str, fn(&World));

const FIRST: &str = "apt_0001";

fn href(world: &World) -> Option<String> {
    Some(world.store.link_of(FIRST)?.remote.0)
}

fn move_here(world: &World) {
    let span = world.some_time();
    world.change(FIRST, |appointment| appointment.span = span);
}

fn takes(world: &World, step: Transition) {
    if let Some(status) = step.from(world.appointment(FIRST).status) {
        world.change(FIRST, |appointment| appointment.status = status);
    }
}

fn edit_there(world: &World) {
    let (span, number) = (world.some_time(), world.edit());
    if let Some(href) = href(world) {
        world.phone_edits(&href, |content| {
            (content.span, content.location) = (span, Some(format!("street {number}")));
        });
    }
}

const ACTS: [Act; 7] = [
    ("nothing happens", |_| {}),
    ("the application moves", move_here),
    ("the application confirms", |world| takes(world, Transition::Confirm)),
    ("the application says the same again", |world| world.change(FIRST, |_| {})),
    ("the application cancels", |world| takes(world, Transition::Cancel)),
    ("the phone edits", edit_there),
    ("the phone deletes", |world| drop(href(world).and_then(|href| world.calendar.remove(&href)))),
];

/// Every pair of acts, the first before a run, the second at each of its port calls; `booked` tells whether the
/// appointment was in the calendar before.
fn every_act_at_every_port_call(booked: bool, policy: Policy, check: impl Fn(&World, &str, &str)) {
    for (page, tells_etag, reorders) in [(100, 100, false), (1, 0, true)] {
        let manners = Manners { page, tells_etag, reorders, character: Character::Sound };
        let setting = Setting { policy, service: Service::Plain(manners), ..Setting::default() };
        for (before, first) in ACTS {
            for (during, second) in ACTS {
                for call in 1.. {
                    let world = World::new(1, setting);
                    world.book(Status::Pending);
                    if booked {
                        world.sync().expect("nothing disturbs the first run");
                    }
                    world.clock.pass(5_000);
                    first(&world);
                    world.clock.pass(5_000);
                    let mut run = world.run(Scope::Manual);
                    let ended = (0..call).any(|_| step(&mut run).is_some());
                    if ended {
                        break;
                    }
                    second(&world);
                    while step(&mut run).is_none() {}
                    drop(run);
                    let place = format!("{setting:?}, {before}, then at call {call} {during}");
                    world.comes_to_rest().unwrap_or_else(|wrong| panic!("{place}: {wrong}"));
                    check(&world, before, during);
                }
            }
        }
    }
}

#[test]
fn whatever_happens_during_a_create_is_kept() {
    for policy in [Policy::ExternalWins, Policy::LastWriteWins, Policy::LocalWins] {
        every_act_at_every_port_call(false, policy, |_, _, _| {});
    }
}

#[test]
fn whatever_happens_during_an_update_is_kept() {
    for policy in [Policy::ExternalWins, Policy::LastWriteWins, Policy::LocalWins] {
        every_act_at_every_port_call(true, policy, |_, _, _| {});
    }
}

#[test]
fn a_phone_edit_wins_over_what_the_application_did_not_touch_whenever_it_comes() {
    every_act_at_every_port_call(true, Policy::LocalWins, |world, before, during| {
        let touched = |act: &str| ["moves", "cancels", "deletes"].iter().any(|word| act.ends_with(word));
        if [before, during].contains(&"the phone edits") && !touched(before) && !touched(during) {
            let appointment = world.appointment(FIRST);
            assert!(appointment.location.is_some(), "{before}, then {during}: {appointment:?}");
        }
    });
}

#[test]
fn a_cancelled_appointment_is_revived_only_by_an_edit() {
    every_act_at_every_port_call(true, Policy::ExternalWins, |world, before, during| {
        let acts = [before, during];
        if acts.contains(&"the application cancels") && !acts.contains(&"the phone edits") {
            assert!(!world.appointment(FIRST).status.is_live(), "{before}, then {during}");
        }
    });
}

#[test]
fn a_phone_edit_is_read_again_where_the_application_kept_changing_the_appointment_meanwhile() {
    for deleted in [false, true] {
        let world = World::new(1, Setting::default());
        world.book(Status::Confirmed);
        world.sync().unwrap();
        if deleted {
            drop(href(&world).and_then(|href| world.calendar.remove(&href)));
        } else {
            edit_there(&world);
        }
        let mut run = world.run(Scope::Manual);
        while step(&mut run).is_none() {
            world.change(FIRST, |_| {});
        }
        drop(run);
        world.comes_to_rest().unwrap();
        let appointment = world.appointment(FIRST);
        assert_eq!((appointment.location.is_some(), appointment.status.is_live()), (!deleted, !deleted));
    }
}

#[test]
fn what_was_created_edited_and_deleted_before_anybody_looked_is_gone() {
    for call in 1.. {
        let world = World::new(1, Setting::default());
        world.book(Status::Confirmed);
        assert_eq!(crash_at(call, world.run(Scope::Manual)), None, "no crash left the write behind");
        if world.calendar.writes.get() == 0 {
            continue;
        }
        edit_there(&world);
        world.clock.pass(LEASE_IS_OVER);
        finish(world.run(Scope::Entry(FIRST.into()))).unwrap();
        drop(href(&world).and_then(|href| world.calendar.remove(&href)));
        world.calendar.forget_tokens();
        world.comes_to_rest().unwrap();
        assert_eq!(world.appointment(FIRST).status, Status::Cancelled);
        break;
    }
}

#[test]
fn an_event_marked_as_cancelled_cancels_its_appointment_and_stays_where_it_is() {
    let world = World::new(1, Setting::default());
    world.book(Status::Confirmed);
    world.sync().unwrap();
    let href = href(&world).unwrap();
    world.phone_edits(&href, |content| content.status = kalends::Status::Cancelled);
    world.comes_to_rest().unwrap();
    assert_eq!(world.appointment(FIRST).status, Status::Cancelled);
    assert_eq!(world.calendar.hrefs(), [href]);
}

#[test]
fn the_second_event_that_a_late_create_left_goes_with_its_appointment() {
    for ends_first in [false, true] {
        let world = World::new(1, Setting::default());
        world.book(Status::Confirmed);
        world.sync().unwrap();
        let link = world.store.link_of(FIRST).unwrap();
        let late = format!("{}00000000", &link.uid[..link.uid.len() - 8]);
        let body = world.calendar.body(&link.remote.0).unwrap().replace(&link.uid, &late);
        world.calendar.store(&format!("/cal/{late}.ics"), &body.replace("wish 1", "wish of a moment"));
        if ends_first {
            takes(&world, Transition::Cancel);
        }
        world.comes_to_rest().unwrap();
        takes(&world, Transition::Cancel);
        world.comes_to_rest().unwrap();
        assert_eq!(world.calendar.hrefs(), [""; 0], "ends first: {ends_first}");
    }
}
