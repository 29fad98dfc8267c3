//! A calendar of many events: `KALENDS_CALDAV_EVENTS` says how many.

use crate::objects::{event, with_summary};
use crate::promise::on_each_server;
use crate::world::{World, bodies_asked_for};
use kalends::sync::Scope;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many there are unless told.
const A_FEW: usize = 250;
/// How many the phone sends at once.
const HANDS: usize = 4;
/// How many bytes of bodies are held at a time.
const A_PAGE: usize = 4 << 20;

#[test]
fn a_large_calendar_is_read_page_by_page_once() {
    let wished = std::env::var("KALENDS_CALDAV_EVENTS").ok().and_then(|text| text.parse().ok());
    let count = wished.unwrap_or(A_FEW);
    on_each_server(|own| {
        let laid = own.server.large.as_ref().map(|url| World::on(own.server, url.clone()));
        let world = laid.as_ref().unwrap_or(own);
        if laid.is_none() {
            fill(world, count);
        }
        let report = world.run(&Scope::Initial).unwrap();
        assert_eq!((report.imported as usize, &report.problems[..]), (count, &[][..]));
        let exchanges = world.wire.take();
        let answers = exchanges.iter().filter_map(|one| one.answer.as_ref().ok());
        let pages: Vec<_> = answers.filter(|answer| answer.body.contains("BEGIN:VCALENDAR")).collect();
        let read: usize = pages.iter().map(|page| page.body.matches("BEGIN:VCALENDAR").count()).sum();
        assert_eq!(read, count, "each body is read once");
        assert!(pages.iter().all(|page| page.body.len() <= A_PAGE), "one page is held at a time");
        world.comes_to_rest();
        world.phone.edit("e7.ics", |body| with_summary(body, "Changed"));
        world.wire.take();
        assert_eq!(world.sync().updated, 1);
        assert_eq!(bodies_asked_for(&world.wire.take()).len(), 1, "only what changed is read again");
    });
}

/// Events e0.ics, e1.ics and so on, sent one by one.
fn fill(world: &World, count: usize) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..HANDS {
            let (phone, next) = (world.phone.clone(), &next);
            scope.spawn(move || {
                while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < count) {
                    phone.put(
                        &format!("e{at}.ics"),
                        &event(&format!("e{at}"), "One of many", 1 + at as u32 % 28),
                    );
                }
            });
        }
    });
}
