//! What lies outside of the window is listed and not read; what comes into it, or is asked about, is.

use crate::clock::{crash_at, finish};
use crate::world::{LEASE_IS_OVER, Setting, World};
use kalends::booking::Status;
use kalends::port::Clock;
use kalends::sync::Scope;
use kalends::{Instant, Span};

const DAY: i64 = 86_400_000;

/// Puts an event of the owner's own into the calendar, so many days from now; its href.
fn in_days(world: &World, days: i64, rule: &str) -> String {
    let start = world.clock.now().plus_millis(days * DAY).to_utc().format("%Y%m%dT%H%M%SZ");
    let href = format!("/cal/phone-{days}.ics");
    let body = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:phone{days}\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART:{start}\r\nDURATION:PT30M\r\n{rule}SUMMARY:own\r\nEND:VEVENT\r\n\
         END:VCALENDAR\r\n"
    );
    world.calendar.store(&href, &body);
    href
}

/// The hrefs of what is mirrored.
fn mirrored(world: &World) -> Vec<String> {
    let rows = world.store.rows.borrow();
    let read = rows.links.values().filter(|link| rows.events.contains_key(&link.id));
    let mut hrefs: Vec<String> = read.map(|link| link.remote.0.clone()).collect();
    hrefs.sort();
    hrefs
}

/// A calendar with something before, in and after the window, and a series from long ago; the hrefs that lie in it.
fn calendar(world: &World) -> Vec<String> {
    in_days(world, -200, "");
    in_days(world, 95, "");
    in_days(world, 300, "");
    let mut inside =
        vec![in_days(world, -400, "RRULE:FREQ=WEEKLY\r\n"), in_days(world, -20, ""), in_days(world, 10, "")];
    inside.sort();
    inside
}

#[test]
fn what_lies_outside_is_listed_and_read_when_its_day_comes() {
    let world = World::new(1, Setting::default());
    let mut inside = calendar(&world);
    world.sync().unwrap();
    assert_eq!((mirrored(&world), world.store.rows.borrow().links.len()), (inside.clone(), 6));
    let commits = world.store.commits.get();
    finish(world.run(Scope::Scheduled)).unwrap();
    assert_eq!(world.store.commits.get(), commits, "nothing is new");
    world.clock.pass(6 * DAY);
    finish(world.run(Scope::Scheduled)).unwrap();
    inside.push("/cal/phone-95.ics".into());
    assert_eq!(mirrored(&world), inside);
    world.calendar.forget_tokens();
    world.sync().unwrap();
    assert_eq!(mirrored(&world), inside, "a listing reads no more than that");
}

#[test]
fn time_that_is_asked_about_is_read_at_once_and_from_then_on() {
    let world = World::new(1, Setting::default());
    let mut inside = calendar(&world);
    world.sync().unwrap();
    let asked = Span::lasting(world.clock.now().plus_millis(299 * DAY), 2 * DAY);
    finish(world.run(Scope::Covering(asked))).unwrap();
    inside.extend(["/cal/phone-300.ics".into(), "/cal/phone-95.ics".into()]);
    inside.sort();
    assert_eq!(mirrored(&world), inside);
    let window = world.store.rows.borrow().window.unwrap();
    assert!(window.end() >= asked.end() && window.start() < world.clock.now());
    let commits = world.store.commits.get();
    finish(world.run(Scope::Covering(asked))).unwrap();
    assert_eq!(world.store.commits.get(), commits, "it is mirrored by now");
}

#[test]
fn a_change_is_read_wherever_it_lies() {
    let world = World::new(1, Setting::default());
    let mut inside = calendar(&world);
    world.sync().unwrap();
    inside.push(in_days(&world, 301, ""));
    inside.push(in_days(&world, 300, ""));
    inside.sort();
    world.sync().unwrap();
    assert_eq!(mirrored(&world), inside);
}

#[test]
fn an_own_event_that_moved_out_of_the_window_to_another_address_keeps_its_appointment() {
    let world = World::new(1, Setting::default());
    let id = world.book(Status::Confirmed);
    calendar(&world);
    world.sync().unwrap();
    let from = world.store.link_of(&id).unwrap().remote.0;
    let later =
        Span::lasting(Instant::from_millis(world.clock.now().millis() / 1_000 * 1_000 + 200 * DAY), DAY);
    world.phone_edits(&from, |content| content.span = later);
    let body = world.calendar.remove(&from).unwrap();
    world.calendar.store("/cal/phone-moved.ics", &body);
    world.calendar.forget_tokens();
    world.sync().unwrap();
    assert_eq!(world.store.link_of(&id).unwrap().remote.0, "/cal/phone-moved.ics");
    assert_eq!((world.appointment(&id).span, world.appointment(&id).status), (later, Status::Confirmed));
}

#[test]
fn a_first_sync_that_died_leaves_nothing_in_the_window_unread() {
    for call in 1.. {
        let world = World::new(1, Setting::default());
        let inside = calendar(&world);
        let ended = crash_at(call, world.run(Scope::Initial)).is_some();
        world.clock.pass(LEASE_IS_OVER);
        finish(world.run(Scope::Scheduled)).unwrap();
        assert_eq!((mirrored(&world), world.store.rows.borrow().links.len()), (inside, 6), "at call {call}");
        if ended {
            break;
        }
    }
}
