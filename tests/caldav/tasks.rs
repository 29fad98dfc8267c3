//! A task list is the home of tasks: created, changed, completed and deleted on either side.

use crate::objects::{calendar, with_summary};
use crate::promise::promise;
use crate::world::{World, requests};
use kalends::event::{CalendarObject, EntryContent, TodoStatus};
use kalends::port::{Clock, Method, Policy};
use kalends::provider::ProviderError;
use kalends::sync::{Scope, SyncError};
use kalends::{Instant, Zone};

fn on_each_task_list(test: impl Fn(&World) + Sync) {
    promise().of_tasks().holds(test);
}

/// One task in the list, at rest; its path.
fn added(world: &World) -> String {
    world.add_task("tsk_1", "Agreed", 1);
    world.comes_to_rest();
    world.wire.take();
    world.path_of("tsk_1")
}

/// What stands in the list says what the task says.
fn stands_there(world: &World, id: &str) {
    let (body, _) = world.phone.get(&world.path_of(id)).expect("it is there");
    let theirs = CalendarObject::parse(&body).and_then(|todo| todo.content(&Zone::utc()));
    let theirs = theirs.unwrap_or_else(|error| panic!("{error}: {body}"));
    let ours = EntryContent::from(world.task(id).content().unwrap());
    assert_eq!(ours.differences(&theirs), [], "{ours:?} and {body}");
}

/// The same task with a line more.
fn with_line(body: &str, line: &str) -> String {
    body.replacen("END:VTODO", &format!("{line}\r\nEND:VTODO"), 1)
}

/// A task of the phone's own.
fn todo(uid: &str, summary: &str, lines: &str) -> String {
    calendar(&format!(
        "BEGIN:VTODO\r\nUID:{uid}@here\r\nDTSTAMP:20270101T000000Z\r\n{lines}SUMMARY:{summary}\r\nEND:VTODO\r\n"
    ))
}

#[test]
fn a_task_becomes_one_vtodo_and_stays_one() {
    on_each_task_list(|world| {
        world.add_task("tsk_1", "Buy \u{1f409}, \u{e1}\u{65e5}", 1);
        world.change_task("tsk_1", |task| {
            task.description = Some("Two lines\nand a \\ backslash".into());
            task.category = Some("Home; far".into());
        });
        assert_eq!(world.sync().exported, 1);
        let exchanges = world.wire.take();
        let puts = requests(&exchanges, Method::Put);
        assert_eq!(puts.len(), 1);
        assert!(puts[0].request.headers.contains(&("if-none-match", "*".into())));
        stands_there(world, "tsk_1");
        world.comes_to_rest();
        assert!(requests(&world.wire.take(), Method::Put).is_empty(), "it is not written again");
        world.mirrors_the_tasks();
    });
}

#[test]
fn a_change_of_a_task_changes_its_vtodo_and_keeps_what_the_phone_added() {
    on_each_task_list(|world| {
        let path = added(world);
        let alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Soon\r\nEND:VALARM";
        world.phone.edit(&path, |body| with_line(&with_line(body, "X-STUDIO-ROOM:2"), alarm));
        world.sync();
        world.change_task("tsk_1", |task| {
            task.name = "Renamed".into();
            task.scheduled = Instant::parse("2027-03-09T09:00:00Z").ok();
        });
        assert_eq!(world.sync().updated, 1);
        stands_there(world, "tsk_1");
        let (_, body) = world.phone.only();
        for kept in ["X-STUDIO-ROOM:2", "BEGIN:VALARM", "TRIGGER:-PT15M"] {
            assert!(body.contains(kept), "{kept} is gone from {body}");
        }
        world.comes_to_rest();
        world.mirrors_the_tasks();
    });
}

#[test]
fn what_is_completed_on_either_side_is_completed_on_the_other_and_can_be_opened_again() {
    on_each_task_list(|world| {
        let path = added(world);
        world.phone.edit(&path, |body| {
            with_line(
                &body.replace("STATUS:NEEDS-ACTION\r\n", ""),
                "STATUS:COMPLETED\r\nCOMPLETED:20270201T080000Z\r\nPERCENT-COMPLETE:100",
            )
        });
        world.comes_to_rest();
        let (done, at) = (TodoStatus::Completed, Instant::parse("2027-02-01T08:00:00Z").ok());
        assert_eq!((world.task("tsk_1").status, world.task("tsk_1").completed), (done, at));
        world.change_task("tsk_1", |task| (task.status, task.completed) = (TodoStatus::NeedsAction, None));
        world.comes_to_rest();
        let (_, body) = world.phone.only();
        assert!(body.contains("STATUS:NEEDS-ACTION") && !body.contains("COMPLETED"), "{body}");
        let now = world.clock.now();
        world.change_task("tsk_1", |task| (task.status, task.completed) = (done, Some(now)));
        world.comes_to_rest();
        stands_there(world, "tsk_1");
        assert!(world.phone.only().1.contains("STATUS:COMPLETED"));
        world.mirrors_the_tasks();
    });
}

#[test]
fn a_task_that_is_deleted_on_either_side_is_gone_and_nothing_else_is() {
    on_each_task_list(|world| {
        for (id, day) in [("tsk_1", 1), ("tsk_2", 2), ("tsk_3", 3)] {
            world.add_task(id, id, day);
        }
        world.comes_to_rest();
        world.change_task("tsk_1", |task| task.deleted = true);
        world.phone.delete(&world.path_of("tsk_2"));
        world.comes_to_rest();
        assert_eq!(world.phone.paths(), [world.path_of("tsk_3")]);
        assert!(world.task("tsk_2").deleted && !world.task("tsk_3").deleted);
        stands_there(world, "tsk_3");
        world.mirrors_the_tasks();
    });
}

#[test]
fn an_edit_there_between_our_reading_and_our_writing_is_not_overwritten() {
    on_each_task_list(|world| {
        let path = added(world);
        let (phone, there) = (world.phone.clone(), path.clone());
        world.wire.just_before(Method::Put, move || {
            phone.edit(&there, |body| with_line(&with_summary(body, "Theirs"), "X-STUDIO-ROOM:2"));
        });
        world.change_task("tsk_1", |task| {
            (task.name, task.category) = ("Ours".into(), Some("Home".into()));
        });
        world.push("tsk_1");
        world.comes_to_rest();
        assert_eq!(world.task("tsk_1").name, "Theirs", "the calendar wins");
        assert_eq!(world.kept(), ["Ours"], "the loser is kept");
        let (_, body) = world.phone.only();
        assert!(body.contains("CATEGORIES:Home") && body.contains("X-STUDIO-ROOM:2"), "{body}");
        world.mirrors_the_tasks();
    });
}

#[test]
fn a_task_deleted_there_is_made_again_where_our_edit_wins() {
    on_each_task_list(|world| {
        world.policy.set(Policy::LastWriteWins);
        let path = added(world);
        world.phone.delete(&path);
        world.change_task("tsk_1", |task| task.name = "Ours".into());
        world.comes_to_rest();
        assert!(world.phone.only().1.contains("SUMMARY:Ours") && !world.task("tsk_1").deleted);
        world.mirrors_the_tasks();
    });
}

#[test]
fn a_lost_reply_or_a_lost_request_makes_no_second_vtodo() {
    on_each_task_list(|world| {
        for lost in 0..2 {
            let id = format!("tsk_{lost}");
            world.add_task(&id, &format!("Lost {lost}"), 1);
            match lost {
                0 => world.wire.lose_the_reply(Method::Put),
                _ => world.wire.lose_the_request(Method::Put),
            }
            match world.run(&Scope::Manual) {
                Ok(_) | Err(SyncError::Provider(ProviderError::Unreachable(_))) => world.clock.pass(31_000),
                Err(error) => panic!("{error}"),
            }
            world.comes_to_rest();
            stands_there(world, &id);
            assert_eq!(world.phone.paths().len(), lost + 1);
        }
        world.mirrors_the_tasks();
    });
}

#[test]
fn tasks_of_the_phones_own_are_mirrored_whenever_they_are() {
    on_each_task_list(|world| {
        world.phone.put("now.ics", &todo("now", "Now", "DUE:20270305T090000Z\r\n"));
        world.phone.put("past.ics", &todo("past", "Past", "DUE;VALUE=DATE:20200305\r\n"));
        world
            .phone
            .put("far.ics", &todo("far", "Far", "DTSTART:20400305T090000Z\r\nDUE:20400306T090000Z\r\n"));
        world.phone.put("some-day.ics", &todo("some-day", "Some day", ""));
        assert_eq!(world.sync().imported, 4);
        world.comes_to_rest();
        world.mirrors_the_tasks();
        world.phone.edit("some-day.ics", |body| with_summary(body, "Another day"));
        world.phone.delete("past.ics");
        world.comes_to_rest();
        world.mirrors_the_tasks();
    });
}

#[test]
fn a_day_without_a_time_and_a_rule_come_back_as_they_were_written() {
    on_each_task_list(|world| {
        world.add_task("tsk_1", "Due on a day", 1);
        world.change_task("tsk_1", |task| {
            (task.scheduled, task.due) = (None, Instant::parse("2027-03-05T00:00:00Z").ok());
            (task.all_day, task.time_zone) = (true, "UTC".into());
        });
        world.add_task("tsk_2", "Every week", 2);
        world.change_task("tsk_2", |task| task.recurrence = Some("FREQ=WEEKLY;BYDAY=TU;COUNT=4".into()));
        let tasks = ["tsk_1", "tsk_2"].map(|id| world.task(id));
        world.comes_to_rest();
        let (body, _) = world.phone.get(&world.path_of("tsk_1")).unwrap();
        assert!(body.contains("DUE;VALUE=DATE:20270305"), "{body}");
        for before in &tasks {
            let path = world.path_of(&before.id);
            world.phone.edit(&path, |body| with_line(body, "X-STUDIO-ROOM:2"));
            world.comes_to_rest();
            stands_there(world, &before.id);
            let now = world.task(&before.id);
            assert_eq!(
                (&now.due, &now.recurrence, now.all_day),
                (&before.due, &before.recurrence, before.all_day)
            );
        }
    });
}
