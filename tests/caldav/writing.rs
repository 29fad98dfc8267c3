//! Appointments reach the calendar once, whatever becomes of the replies.

use crate::objects::with_line;
use crate::promise::{observe, on_each_server};
use crate::world::{World, requests};
use kalends::booking::Status;
use kalends::port::Method;
use kalends::provider::ProviderError;
use kalends::sync::{Scope, SyncError};
use kalends::{Event, Zone};

/// The only event in the calendar says what the appointment says.
fn stands_there(world: &World, id: &str) {
    let (_, body) = world.phone.only();
    let event = Event::parse(&body).unwrap_or_else(|error| panic!("{error}: {body}"));
    let (theirs, ours) = (event.content(&Zone::utc()).unwrap(), world.appointment(id).content().unwrap());
    assert_eq!(ours.differences(&theirs), [], "{ours:?} and {body}");
}

#[test]
fn an_appointment_becomes_one_event_and_stays_one() {
    on_each_server(|world| {
        world.book("apt_1", "Dragon, left arm; \u{1f409} \u{e1}\u{65e5}", 1);
        world.change("apt_1", |apt| apt.description = Some("Two lines\nand a \\ backslash".into()));
        assert_eq!(world.sync().exported, 1);
        let exchanges = world.wire.take();
        let puts = requests(&exchanges, Method::Put);
        assert_eq!(puts.len(), 1);
        assert!(puts[0].request.headers.contains(&("if-none-match", "*".into())));
        let answer = puts[0].answer.as_ref().unwrap();
        let told = answer.header("etag").is_some();
        observe(world.server, "the reply to a PUT", if told { "tells the etag" } else { "tells no etag" });
        let sent = puts[0].request.body.clone().unwrap();
        let kept = world.phone.only().1 == sent;
        observe(world.server, "a plain event is stored", if kept { "as it was sent" } else { "rewritten" });
        stands_there(world, "apt_1");
        world.comes_to_rest();
        assert!(
            requests(&world.wire.take(), Method::Put).is_empty(),
            "what was written is not written again"
        );
        world.mirrors_the_calendar();
    });
}

#[test]
fn a_change_of_an_appointment_changes_its_event_and_keeps_what_the_phone_added() {
    on_each_server(|world| {
        world.book("apt_1", "Dragon", 1);
        world.sync();
        let path = world.path_of("apt_1");
        let alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nDESCRIPTION:Soon\r\nEND:VALARM";
        world.phone.edit(&path, |body| with_line(&with_line(body, "X-STUDIO-ROOM:2"), alarm));
        world.sync();
        world.change("apt_1", |apt| {
            apt.title = Some("Dragon and tiger".into());
            apt.location = Some("Room 2".into());
        });
        assert_eq!(world.sync().updated, 1);
        stands_there(world, "apt_1");
        let (_, body) = world.phone.only();
        for kept in ["X-STUDIO-ROOM:2", "BEGIN:VALARM", "TRIGGER:-PT15M"] {
            assert!(body.contains(kept), "{kept} is gone from {body}");
        }
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}

#[test]
fn a_cancelled_appointment_loses_its_event_and_nothing_else() {
    on_each_server(|world| {
        world.book("apt_1", "Stays", 1);
        world.book("apt_2", "Goes", 2);
        world.sync();
        let path = world.path_of("apt_2");
        world.change("apt_2", |apt| apt.status = Status::Cancelled);
        world.sync();
        assert_eq!(world.phone.get(&path), None);
        stands_there(world, "apt_1");
        world.comes_to_rest();
        world.mirrors_the_calendar();
        assert!(!world.appointment("apt_2").status.is_live());
    });
}

#[test]
fn a_lost_reply_or_a_lost_request_makes_no_second_event_and_loses_none() {
    on_each_server(|world| {
        let after = |scope: Scope| match world.run(&scope) {
            Ok(_) | Err(SyncError::Provider(ProviderError::Unreachable(_))) => world.clock.pass(31_000),
            Err(error) => panic!("{error}"),
        };
        world.book("apt_1", "Dragon", 1);
        world.wire.lose_the_reply(Method::Put);
        after(Scope::Manual);
        world.comes_to_rest();
        stands_there(world, "apt_1");
        for lost in 0..2 {
            world.change("apt_1", |apt| apt.title = Some(format!("Tiger {lost}")));
            match lost {
                0 => world.wire.lose_the_reply(Method::Put),
                _ => world.wire.lose_the_request(Method::Put),
            }
            after(Scope::Manual);
            world.comes_to_rest();
            stands_there(world, "apt_1");
        }
        world.change("apt_1", |apt| apt.status = Status::Cancelled);
        world.wire.lose_the_reply(Method::Delete);
        after(Scope::Manual);
        world.comes_to_rest();
        assert_eq!(world.phone.paths(), [""; 0]);
        world.mirrors_the_calendar();
    });
}

#[test]
fn a_write_that_the_server_rewrites_is_read_back_and_not_repeated() {
    on_each_server(|world| {
        world.book("apt_1", "Meeting", 1);
        world.sync();
        let path = world.path_of("apt_1");
        let user = &world.server.user;
        world.phone.edit(&path, |body| {
            let organiser = format!("ORGANIZER:mailto:{user}@example.test\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{user}@example.test");
            with_line(body, &format!("{organiser}\r\nATTENDEE;RSVP=TRUE:mailto:guest@elsewhere.test"))
        });
        world.sync();
        world.change("apt_1", |apt| apt.title = Some("Meeting about tigers".into()));
        world.wire.take();
        world.sync();
        let exchanges = world.wire.take();
        let puts = requests(&exchanges, Method::Put);
        assert_eq!(puts.len(), 1);
        let told = puts[0].answer.as_ref().unwrap().header("etag").is_some();
        observe(
            world.server,
            "the reply to a PUT with guests",
            if told { "tells the etag" } else { "tells no etag" },
        );
        stands_there(world, "apt_1");
        assert!(world.phone.only().1.contains("guest@elsewhere.test"), "the guest stays");
        world.comes_to_rest();
        assert!(requests(&world.wire.take(), Method::Put).is_empty());
        world.mirrors_the_calendar();
    });
}

#[test]
fn a_large_event_is_sent_whole() {
    on_each_server(|world| {
        world.book("apt_1", "Large", 1);
        world.change("apt_1", |apt| apt.description = Some("0123456789 \u{e1}\n".repeat(8_000)));
        world.sync();
        stands_there(world, "apt_1");
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}

#[test]
fn an_emoji_where_a_line_is_folded_arrives_or_its_loss_is_told() {
    on_each_server(|world| {
        world.book("apt_1", "Booked", 1);
        let text = format!("{}\u{1f4c5} and so on, until the line is longer than 75", "x".repeat(62));
        world.change("apt_1", |apt| apt.description = Some(text));
        let report = world.run(&Scope::Manual).unwrap();
        let (_, body) = world.phone.only();
        match Event::parse(&body) {
            Ok(_) => stands_there(world, "apt_1"),
            Err(error) => assert!(!report.problems.is_empty(), "nobody is told of: {error}: {body}"),
        }
    });
}

#[test]
fn the_addresses_of_our_own_are_plain() {
    on_each_server(|world| {
        world.book("apt_1", "Booked", 1);
        world.sync();
        let path = world.path_of("apt_1");
        let name = path.strip_prefix(world.calendar.path()).expect("in the calendar");
        let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        assert!(name.strip_suffix(".ics").is_some_and(|name| name.chars().all(plain)), "{path}");
        assert_eq!(world.phone.paths(), [path]);
    });
}
