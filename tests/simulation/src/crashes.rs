//! Wherever a run crashes, the runs after it finish its work once.

use crate::calendar::{Character, Manners};
use crate::clock::{crash_at, finish};
use crate::faults::Faults;
use crate::service::Service;
use crate::world::{Setting, World};
use kalends::booking::Status;
use kalends::port::Policy;
use kalends::sync::{Scope, SyncError};

const FIRST: &str = "apt_0001";

/// One appointment that is in the calendar, and one event of the phone's own that is mirrored.
fn in_sync(world: &World) {
    world.book(Status::Pending);
    world.phone_adds();
    world.sync().expect("nothing disturbs the first run");
    assert_eq!(world.disagreements(), []);
}

fn settings() -> Vec<Setting> {
    let mut settings = Vec::new();
    for (policy, page, tells_etag, reorders) in [
        (Policy::ExternalWins, 100, 100, false),
        (Policy::LastWriteWins, 2, 50, true),
        (Policy::LocalWins, 1, 0, true),
        (Policy::Manual, 100, 50, false),
    ] {
        let manners = Manners { page, tells_etag, reorders, character: Character::Sound };
        settings.push(Setting { policy, service: Service::Plain(manners), ..Setting::default() });
    }
    settings
}

/// Crashes a run of `scope` at every port call that it makes, and once more `again` calls into the run after it;
/// then looks whether all comes to rest, and asks `check`.
fn at_every_port_call(scope: &Scope, prepare: impl Fn(&World), check: impl Fn(&World)) {
    let lossy = Faults { lost_after: 100, ..Faults::default() };
    for setting in settings() {
        for faults in [Faults::default(), lossy] {
            for again in [0, 4, 9] {
                let mut call = 1;
                loop {
                    let world = World::new(1, setting);
                    prepare(&world);
                    world.calendar.faults.set(faults);
                    let ended = crash_at(call, world.run(scope.clone())).is_some();
                    if again > 0 {
                        world.clock.pass(crate::world::LEASE_IS_OVER);
                        crash_at(again, world.run(Scope::Scheduled));
                    }
                    let place = format!("{setting:?}, {faults:?}, crash at call {call}, again at {again}");
                    world.comes_to_rest().unwrap_or_else(|wrong| panic!("{place}: {wrong}"));
                    check(&world);
                    if ended {
                        assert!(call > 5, "a run makes more calls than that");
                        break;
                    }
                    call += 1;
                }
            }
        }
    }
}

fn events(world: &World, of: &str) -> usize {
    let bodies = world.calendar.hrefs().into_iter().filter_map(|href| world.calendar.body(&href));
    bodies.filter(|body| body.contains(of)).count()
}

#[test]
fn an_appointment_reaches_the_calendar_once() {
    for scope in [Scope::Manual, Scope::Entry("apt_0005".into())] {
        let prepare = |world: &World| {
            in_sync(world);
            world.book(Status::Confirmed);
            let all = world.store.rows.borrow().entries.keys().cloned().collect::<Vec<_>>();
            assert!(all.len() == 2 && all[1].starts_with("apt_"), "{all:?}");
        };
        at_every_port_call(&scope, prepare, |world| assert_eq!(world.calendar.hrefs().len(), 3));
    }
}

#[test]
fn a_change_reaches_the_calendar_once() {
    for scope in [Scope::Manual, Scope::Entry(FIRST.into())] {
        let prepare = |world: &World| {
            in_sync(world);
            world.change(FIRST, |appointment| {
                appointment.status = Status::Confirmed;
                appointment.location = Some("room 7".into());
            });
        };
        at_every_port_call(&scope, prepare, |world| {
            assert_eq!((world.calendar.hrefs().len(), events(world, "LOCATION:room 7")), (2, 1));
        });
    }
}

#[test]
fn a_cancelled_appointment_leaves_the_calendar_and_nothing_else_does() {
    for scope in [Scope::Manual, Scope::Entry(FIRST.into())] {
        let prepare = |world: &World| {
            in_sync(world);
            world.change(FIRST, |appointment| appointment.status = Status::Cancelled);
        };
        at_every_port_call(&scope, prepare, |world| {
            assert_eq!((world.calendar.hrefs().len(), events(world, "UID:phone")), (1, 1));
        });
    }
}

#[test]
fn events_are_imported_once_and_never_touched() {
    let prepare = |world: &World| {
        in_sync(world);
        let own = world.phone_adds();
        world.phone_adds();
        world.phone_edits(&own, |content| content.summary = "edited".into());
    };
    at_every_port_call(&Scope::Manual, prepare, |world| {
        assert_eq!((world.calendar.hrefs().len(), world.store.rows.borrow().links.len()), (4, 4));
        assert_eq!(events(world, "SUMMARY:edited"), 1);
    });
}

#[test]
fn changes_on_both_sides_are_merged_once() {
    let prepare = |world: &World| {
        in_sync(world);
        let href = world.store.link_of(FIRST).unwrap().remote.0;
        world.phone_edits(&href, |content| content.location = Some("street 9".into()));
        world.change(FIRST, |appointment| appointment.description = Some("wish 9".into()));
    };
    at_every_port_call(&Scope::Manual, prepare, |world| {
        let appointment = world.appointment(FIRST);
        assert_eq!(appointment.location.as_deref(), Some("street 9"));
        assert_eq!(appointment.description.as_deref(), Some("wish 9"));
        assert_eq!(world.store.rows.borrow().conflicts, []);
    });
}

#[test]
fn an_event_deleted_on_the_phone_cancels_its_appointment_and_stays_deleted() {
    let prepare = |world: &World| {
        in_sync(world);
        world.calendar.remove(&world.store.link_of(FIRST).unwrap().remote.0);
    };
    at_every_port_call(&Scope::Manual, prepare, |world| {
        assert_eq!(world.appointment(FIRST).status, Status::Cancelled);
        assert_eq!(world.calendar.hrefs().len(), 1);
    });
}

#[test]
fn a_crashed_run_keeps_others_away_until_its_lease_is_over() {
    let world = World::new(1, Setting::default());
    world.book(Status::Confirmed);
    assert_eq!(crash_at(4, world.run(Scope::Manual)), None);
    assert_eq!(finish(world.run(Scope::Manual)), Err(SyncError::Busy));
    world.clock.pass(crate::world::LEASE_IS_OVER);
    finish(world.run(Scope::Manual)).expect("the lease is over");
    assert_eq!(world.calendar.hrefs().len(), 1);
}
