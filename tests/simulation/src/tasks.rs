//! Tasks and their task list: what holds for appointments holds for them, through the same engine.

use crate::calendar::{Character, Manners};
use crate::clock::{crash_at, finish, step};
use crate::faults::Faults;
use crate::service::Service;
use crate::world::{LEASE_IS_OVER, Setting, World};
use kalends::booking::{Kind, Source};
use kalends::event::{EntryContent, TodoStatus};
use kalends::port::{Clock, Outcome, Policy};
use kalends::sync::{Scope, SyncError};

type Act = (&'static str, fn(&World, &str));

fn world(policy: Policy) -> World {
    World::new(1, Setting { kind: Kind::Todo, policy, ..Setting::default() })
}

fn href(world: &World, id: &str) -> Option<String> {
    Some(world.store.link_of(id)?.remote.0)
}

fn there(world: &World, id: &str, edit: impl FnOnce(&mut kalends::event::TodoContent)) {
    if let Some(href) = href(world, id) {
        world.phone_edits_task(&href, edit);
    }
}

const ACTS: [Act; 8] = [
    ("nothing happens", |_, _| {}),
    ("the application reschedules", |world, id| {
        let start = world.some_time().start();
        world.change_task(id, |task| (task.scheduled, task.due) = (Some(start), None));
    }),
    ("the application completes", |world, id| {
        let now = world.clock.now();
        world.change_task(id, |task| (task.status, task.completed) = (TodoStatus::Completed, Some(now)));
    }),
    ("the application says the same again", |world, id| world.change_task(id, |_| {})),
    ("the application deletes", |world, id| world.change_task(id, |task| task.deleted = true)),
    ("the phone completes", |world, id| {
        let now = world.clock.now();
        there(world, id, |todo| (todo.status, todo.completed) = (TodoStatus::Completed, Some(now)));
    }),
    ("the phone edits", |world, id| {
        let (due, number) = (world.some_time().end(), world.edit());
        there(world, id, |todo| {
            (todo.due, todo.by_duration, todo.description) =
                (Some(due), false, Some(format!("note {number}")));
        });
    }),
    ("the phone deletes", |world, id| {
        drop(href(world, id).and_then(|href| world.calendar.remove(&href)));
    }),
];

#[test]
fn whatever_happens_during_a_run_is_kept() {
    for policy in [Policy::ExternalWins, Policy::LastWriteWins, Policy::LocalWins] {
        for (page, tells_etag, reorders, known) in
            [(100, 100, false, true), (1, 0, true, true), (1, 50, true, false)]
        {
            let manners = Manners { page, tells_etag, reorders, character: Character::Sound };
            let setting =
                Setting { kind: Kind::Todo, policy, service: Service::Plain(manners), ..Setting::default() };
            for (before, first) in ACTS {
                for (during, second) in ACTS {
                    for call in 1.. {
                        let world = World::new(1, setting);
                        let id = world.add_task();
                        if known {
                            world.sync().expect("nothing disturbs the first run");
                        }
                        world.clock.pass(5_000);
                        first(&world, &id);
                        world.clock.pass(5_000);
                        let mut run = world.run(Scope::Manual);
                        if (0..call).any(|_| step(&mut run).is_some()) {
                            break;
                        }
                        second(&world, &id);
                        while step(&mut run).is_none() {}
                        drop(run);
                        let place = format!("{setting:?}, {before}, then at call {call} {during}");
                        world.comes_to_rest().unwrap_or_else(|wrong| panic!("{place}: {wrong}"));
                    }
                }
            }
        }
    }
}

#[test]
fn wherever_a_run_crashes_a_task_is_there_once() {
    let lossy = Faults { lost_after: 100, ..Faults::default() };
    for faults in [Faults::default(), lossy] {
        for call in 1.. {
            let world = world(Policy::ExternalWins);
            let (stays, goes) = (world.add_task(), world.add_task());
            world.phone_adds();
            world.sync().unwrap();
            world.change_task(&stays, |task| task.name = "Renamed".into());
            world.change_task(&goes, |task| task.deleted = true);
            let new = world.add_task();
            world.calendar.faults.set(faults);
            let ended = crash_at(call, world.run(Scope::Manual)).is_some();
            world.comes_to_rest().unwrap_or_else(|wrong| panic!("{faults:?}, call {call}: {wrong}"));
            assert_eq!(world.calendar.hrefs().len(), 3, "call {call}");
            assert!(world.store.link_of(&new).is_some() && world.store.link_of(&goes).is_none());
            if ended {
                assert!(call > 5, "a run makes more calls than that");
                break;
            }
        }
    }
}

#[test]
fn what_a_phone_does_with_a_task_comes_back_and_what_nobody_here_knows_survives() {
    let world = world(Policy::LastWriteWins);
    let id = world.add_task();
    world.sync().unwrap();
    let href = href(&world, &id).unwrap();
    let done = world.clock.now();
    world.phone_edits_task(&href, |todo| (todo.status, todo.completed) = (TodoStatus::Completed, Some(done)));
    world.sync().unwrap();
    let task = world.task(&id);
    assert_eq!(
        (task.status, task.completed, task.source),
        (TodoStatus::Completed, Some(done), Source::Calendar)
    );
    world.change_task(&id, |task| (task.status, task.completed) = (TodoStatus::NeedsAction, None));
    world.comes_to_rest().unwrap();
    let body = world.calendar.body(&href).unwrap();
    assert!(body.contains("X-PHONE") && !body.contains("COMPLETED"), "{body}");
    world.calendar.remove(&href);
    world.comes_to_rest().unwrap();
    assert!(world.task(&id).deleted);
}

#[test]
fn a_task_called_off_there_is_called_off_here_and_stays_in_its_list() {
    let world = world(Policy::ExternalWins);
    let id = world.add_task();
    world.sync().unwrap();
    let href = href(&world, &id).unwrap();
    world.phone_edits_task(&href, |todo| todo.status = TodoStatus::Cancelled);
    world.comes_to_rest().unwrap();
    assert_eq!(world.task(&id).status, TodoStatus::Cancelled);
    assert_eq!(world.store.link_of(&id).map(|link| link.remote.0), Some(href));
}

#[test]
fn the_losing_side_of_a_conflict_is_kept_and_other_fields_are_merged() {
    for (policy, outcome) in
        [(Policy::ExternalWins, Outcome::Calendar), (Policy::LocalWins, Outcome::Application)]
    {
        let world = world(policy);
        let id = world.add_task();
        world.sync().unwrap();
        let href = href(&world, &id).unwrap();
        world.phone_edits_task(&href, |todo| {
            (todo.summary, todo.status) = ("theirs".into(), TodoStatus::InProcess);
        });
        world.change_task(&id, |task| (task.name, task.category) = ("ours".into(), Some("Home".into())));
        world.comes_to_rest().unwrap();
        let (task, conflicts) = (world.task(&id), world.store.rows.borrow().conflicts.clone());
        let (won, lost) = if outcome == Outcome::Calendar { ("theirs", "ours") } else { ("ours", "theirs") };
        assert_eq!((task.name.as_str(), conflicts.len(), conflicts[0].outcome), (won, 1, outcome));
        assert_eq!(conflicts[0].lost().map(EntryContent::summary), Some(lost));
        assert_eq!((task.status, task.category.as_deref()), (TodoStatus::InProcess, Some("Home")));
    }
}

#[test]
fn a_task_list_that_leaves_out_everything_pauses_and_deletes_nothing() {
    let world = world(Policy::ExternalWins);
    let ids: Vec<String> = (0..12).map(|_| world.add_task()).collect();
    world.sync().unwrap();
    world.calendar.forget_tokens();
    world.calendar.hidden.replace(world.calendar.hrefs());
    assert_eq!(world.sync(), Err(SyncError::MassDeletion { gone: 12, of: 12 }));
    assert!(ids.iter().all(|id| !world.task(id).deleted));
    world.calendar.hidden.take();
    world.comes_to_rest().unwrap();
}

#[test]
fn an_event_in_the_place_of_a_task_changes_nothing_here() {
    let world = world(Policy::ExternalWins);
    let id = world.add_task();
    world.sync().unwrap();
    let (href, before) = (href(&world, &id).unwrap(), world.task(&id));
    let body = world.calendar.body(&href).unwrap();
    let event =
        body.replace("VTODO", "VEVENT").replace("END:VEVENT", "DTSTART:20261121T090000Z\r\nEND:VEVENT");
    world.calendar.store(&href, &event);
    world.sync().unwrap();
    assert_eq!(world.task(&id), before);
}

#[test]
fn tasks_of_any_time_are_read_and_done_ones_of_long_ago_are_not_exported() {
    let world = world(Policy::ExternalWins);
    let old = world.add_task();
    world.change_task(&old, |task| task.status = TodoStatus::Completed);
    world.clock.pass(40 * 86_400_000);
    for (name, due) in
        [("past", "DUE:20200101T090000Z\r\n"), ("far", "DUE:20400101T090000Z\r\n"), ("none", "")]
    {
        let body = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:phone-{name}\r\n{due}SUMMARY:own\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
        );
        world.calendar.store(&format!("/cal/phone-{name}.ics"), &body);
    }
    world.sync().unwrap();
    let rows = world.store.rows.borrow();
    assert_eq!((rows.links.len(), rows.events.len()), (3, 3));
    assert!(rows.events.values().all(|todo| todo.bounds.start.is_none()));
    drop(rows);
    world.clock.pass(2 * LEASE_IS_OVER);
    finish(world.run(Scope::Scheduled)).unwrap();
    assert_eq!(world.store.link_of(&old), None);
}

#[test]
fn the_event_of_a_task_moves_it_and_goes_without_it() {
    let world = World::new(1, Setting::default());
    let id = world.add_task();
    world.change_task(&id, |task| {
        (task.scheduled, task.minutes) = (Some(world.some_time().start()), Some(30))
    });
    world.comes_to_rest().unwrap();
    let there = href(&world, &id).unwrap();
    let later = world.some_time();
    world.phone_edits(&there, |event| event.span = later);
    world.comes_to_rest().unwrap();
    let task = world.task(&id);
    assert_eq!((task.scheduled, task.minutes), (Some(later.start()), Some(60)));
    world.calendar.remove(&there).unwrap();
    world.comes_to_rest().unwrap();
    let task = world.task(&id);
    assert_eq!((task.deleted, task.on_calendar, task.scheduled), (false, false, Some(later.start())));
    world.change_task(&id, |task| task.on_calendar = true);
    world.comes_to_rest().unwrap();
    assert_eq!(world.calendar.hrefs().len(), 1);
    world.change_task(&id, |task| task.scheduled = None);
    world.comes_to_rest().unwrap();
    assert!(world.calendar.hrefs().is_empty());
}
