//! Both sides at once: no version that Kalends read or wrote is lost.

use crate::objects::{HERE, event, with_summary};
use crate::promise::{observe, on_each_server};
use crate::servers::Server;
use crate::world::{World, requests};
use kalends::booking::Status;
use kalends::port::{Method, Policy};
use kalends::sync::Scope;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Barrier;

/// One appointment in the calendar, at rest; the path of its event.
fn booked(world: &World) -> String {
    world.book("apt_1", "Agreed", 1);
    world.comes_to_rest();
    world.wire.take();
    world.path_of("apt_1")
}

#[test]
fn an_edit_there_since_the_last_sync_is_merged_with_one_here() {
    on_each_server(|world| {
        let path = booked(world);
        world.phone.edit(&path, |body| body.replacen("END:VEVENT", "LOCATION:Room 2\r\nEND:VEVENT", 1));
        world.change("apt_1", |apt| apt.title = Some("Ours".into()));
        world.push("apt_1");
        world.comes_to_rest();
        let appointment = world.appointment("apt_1");
        assert_eq!(
            (appointment.title.as_deref(), appointment.location.as_deref()),
            (Some("Ours"), Some("Room 2"))
        );
        let (_, body) = world.phone.only();
        assert!(body.contains("SUMMARY:Ours") && body.contains("LOCATION:Room 2"), "{body}");
    });
}

#[test]
fn an_edit_there_between_our_reading_and_our_writing_is_not_overwritten() {
    on_each_server(|world| {
        let path = booked(world);
        let (phone, there) = (world.phone.clone(), path.clone());
        world.wire.just_before(Method::Put, move || {
            phone.edit(&there, |body| with_summary(body, "Theirs"));
        });
        world.change("apt_1", |apt| apt.title = Some("Ours".into()));
        world.push("apt_1");
        let exchanges = world.wire.take();
        let status = requests(&exchanges, Method::Put)[0].answer.as_ref().unwrap().status;
        observe(world.server, "a PUT with a stale If-Match", format!("{status}"));
        world.comes_to_rest();
        assert_eq!(world.appointment("apt_1").title.as_deref(), Some("Theirs"), "the calendar wins");
        assert_eq!(world.kept(), ["Ours"], "the loser is kept");
        world.mirrors_the_calendar();
    });
}

#[test]
fn an_edit_there_that_was_not_read_is_kept_when_its_appointment_is_cancelled() {
    on_each_server(|world| {
        let path = booked(world);
        world.phone.edit(&path, |body| with_summary(body, "Theirs"));
        world.change("apt_1", |apt| apt.status = Status::Cancelled);
        world.push("apt_1");
        world.phone.put("other.ics", &event("other", "Other", 2));
        let status = world.phone.try_precondition("DELETE", "other.ics", ("if-match", "\"stale\""), None);
        if status == 412 {
            world.phone.delete("other.ics");
        }
        let manner = if status == 412 { "412".into() } else { format!("{status}, deleted all the same") };
        observe(world.server, "a DELETE with a stale If-Match", manner);
        world.comes_to_rest();
        assert_eq!(world.phone.paths(), [""; 0]);
        assert_eq!(world.kept(), ["Theirs"]);
    });
}

#[test]
fn an_event_deleted_there_just_before_our_update_is_not_made_again() {
    on_each_server(|world| {
        let path = booked(world);
        let (phone, there) = (world.phone.clone(), path.clone());
        world.wire.just_before(Method::Put, move || phone.delete(&there));
        world.change("apt_1", |apt| apt.title = Some("Ours".into()));
        world.push("apt_1");
        let exchanges = world.wire.take();
        let status = requests(&exchanges, Method::Put)[0].answer.as_ref().unwrap().status;
        observe(world.server, "a PUT with If-Match where nothing is", format!("{status}"));
        world.comes_to_rest();
        assert!(!world.appointment("apt_1").status.is_live(), "a deletion there wins");
        assert_eq!((world.phone.paths().len(), world.kept()), (0, vec!["Ours".to_owned()]));
    });
}

#[test]
fn an_event_deleted_there_is_made_again_where_our_edit_wins() {
    on_each_server(|world| {
        world.policy.set(Policy::LastWriteWins);
        let path = booked(world);
        world.phone.delete(&path);
        world.change("apt_1", |apt| apt.title = Some("Ours".into()));
        world.comes_to_rest();
        assert!(world.phone.only().1.contains("SUMMARY:Ours"));
        assert!(world.appointment("apt_1").status.is_live());
        world.mirrors_the_calendar();
    });
}

#[test]
fn a_create_that_is_tried_again_does_not_overwrite_what_became_of_it() {
    on_each_server(|world| {
        world.book("apt_1", "Ours", 1);
        world.wire.fall_silent_after(Method::Put);
        world.run(&Scope::Manual).expect_err("the server fell silent");
        world.wire.listen_again();
        world.clock.pass(31_000);
        let (path, _) = world.phone.only();
        world.phone.edit(&path, |body| with_summary(body, "Theirs"));
        world.comes_to_rest();
        assert_eq!(world.phone.summaries().into_values().collect::<Vec<_>>(), ["Theirs"]);
        assert_eq!(world.appointment("apt_1").title.as_deref(), Some("Theirs"));
        world.mirrors_the_calendar();
    });
}

/// Servers on which a create overwrites: there only what was at the address when Kalends looked is safe.
const OVERWRITES: &str = "sogo";

#[test]
fn what_is_already_at_the_address_of_a_create_is_not_overwritten() {
    on_each_server(|world| {
        let calendar = world.calendar.clone();
        let phone = world.phone.clone();
        let before = if world.server.name == OVERWRITES { Method::Get } else { Method::Put };
        let mut put = false;
        world.wire.between(move |request, _| {
            if request.method == before && !std::mem::replace(&mut put, true) {
                let name = request.url.path().strip_prefix(calendar.path()).unwrap_or_default();
                let theirs = event(name.trim_end_matches(".ics"), "Theirs", 1).replace(HERE, "");
                phone.put(name, &theirs);
            }
            None
        });
        world.book("apt_1", "Ours", 1);
        world.push("apt_1");
        world.phone.put("other.ics", &event("other", "Other", 2));
        let (body, _) = world.phone.get("other.ics").expect("it was put");
        let status = world.phone.try_precondition("PUT", "other.ics", ("if-none-match", "*"), Some(&body));
        observe(world.server, "a PUT with If-None-Match where something is", format!("{status}"));
        world.comes_to_rest();
        let found: BTreeSet<String> = world.phone.summaries().into_values().chain(world.kept()).collect();
        assert!(found.contains("Theirs") && found.contains("Ours"), "{found:?}");
        world.mirrors_the_calendar();
    });
}

#[test]
fn two_applications_that_book_into_one_calendar_at_once_both_do() {
    on_each_server(|world| {
        let summaries = at_once(world.server, world, |one, mine| {
            one.book(&format!("apt_{mine}"), &format!("Booked by {mine}"), 1 + mine as i64);
            one.comes_to_rest();
        });
        assert_eq!(summaries, BTreeSet::from(["Booked by 0".to_owned(), "Booked by 1".to_owned()]));
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}

/// Two applications connected to the world's calendar act at the same time; the summaries that stand there at the end.
fn at_once(server: &'static Server, world: &World, act: impl Fn(&World, usize) + Sync) -> BTreeSet<String> {
    let barrier = Barrier::new(2);
    std::thread::scope(|scope| {
        for mine in 0..2 {
            let (act, barrier, calendar) = (&act, &barrier, world.calendar.clone());
            scope.spawn(move || {
                let one = World::on(server, calendar);
                barrier.wait();
                act(&one, mine);
            });
        }
    });
    world.phone.summaries().into_values().collect()
}

/// Servers that may tell several writers with one If-Match that each of them has won.
const RACY: [&str; 4] = ["xandikos", "sabredav", "davical", "sogo"];

#[test]
fn two_clients_that_write_one_event_at_once_lose_nothing_that_kalends_wrote() {
    on_each_server(|world| {
        let path = booked(world);
        for round in 0..4 {
            let (ours, theirs) = (format!("Ours {round}"), format!("Theirs {round}"));
            let won = Rc::new(Cell::new((false, false)));
            let (phone, there, edit, told) = (world.phone.clone(), path.clone(), theirs.clone(), won.clone());
            world.wire.between(move |request, send| {
                if request.method != Method::Put {
                    return None;
                }
                let (body, etag) = phone.get(&there).expect("it is there");
                let (phone, there, body) = (&phone, &there, with_summary(&body, &edit));
                Some(std::thread::scope(|scope| {
                    let other = scope.spawn(move || phone.put_over(there, &etag, &body));
                    let answer = send(request.clone());
                    let here = answer.as_ref().is_ok_and(|answer| matches!(answer.status, 200..300));
                    told.set((here, matches!(other.join().expect("a reply"), 200..300)));
                    answer
                }))
            });
            world.change("apt_1", |apt| apt.title = Some(ours.clone()));
            world.push_in_a_crowd("apt_1");
            world.wire.listen_again();
            world.comes_to_rest();
            let stands: Vec<String> = world.phone.summaries().into_values().chain(world.kept()).collect();
            assert!(stands.contains(&ours), "{ours} is not in {stands:?}; told to have won: {:?}", won.get());
            match won.get() {
                (true, true) => {
                    assert!(RACY.contains(&world.server.name.as_str()), "both were told to have won")
                }
                (_, there) => assert!(!there || stands.contains(&theirs), "{theirs} is not in {stands:?}"),
            }
            world.mirrors_the_calendar();
        }
    });
}

#[test]
fn what_another_writer_who_was_told_the_same_puts_over_ours_leaves_ours_in_history() {
    on_each_server(|world| {
        if !RACY.contains(&world.server.name.as_str()) {
            return world.does_not_apply("who writes over ours has read it");
        }
        let path = booked(world);
        let (phone, there) = (world.phone.clone(), path.clone());
        world.wire.between(move |request, send| {
            (request.method == Method::Put).then(|| {
                let (body, _) = phone.get(&there).expect("it is there");
                let answer = send(request.clone());
                phone.put(&there, &with_summary(&body, "Theirs"));
                answer
            })
        });
        world.change("apt_1", |apt| apt.title = Some("Ours".into()));
        world.push("apt_1");
        world.wire.listen_again();
        world.comes_to_rest();
        let stands: Vec<String> = world.phone.summaries().into_values().chain(world.kept()).collect();
        assert!(stands.contains(&"Theirs".into()) && stands.contains(&"Ours".into()), "{stands:?}");
    });
}
