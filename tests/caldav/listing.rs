//! What is in a calendar arrives: all of it at first, then what is new.

use crate::objects::{event, series, two_days, with_summary};
use crate::promise::{observe, on_each_server};
use crate::world::{bodies_asked_for, requests};
use kalends::port::{Method, Request};
use kalends::sync::Scope;

#[test]
fn the_first_sync_mirrors_everything_and_writes_nothing() {
    on_each_server(|world| {
        for (name, body) in [
            ("a.ics", event("a", "Dentist", 1)),
            ("b.ics", event("b", "Lunch", 2)),
            ("c.ics", series("c")),
            ("d.ics", two_days("d")),
        ] {
            world.phone.put(name, &body);
        }
        let report = world.run(&Scope::Initial).unwrap();
        assert_eq!((report.imported, &report.problems[..]), (4, &[][..]));
        world.mirrors_the_calendar();
        assert!(requests(&world.wire.take(), Method::Put).is_empty(), "nothing here asks for a write");
        let report = world.run(&Scope::Manual).unwrap();
        let counts = [report.imported, report.exported, report.updated, report.deleted, report.conflicts];
        assert_eq!(counts, [0; 5], "nothing is new: {report:?}");
        world.wire.take();
        world.phone.put("e.ics", &event("e", "Added", 5));
        world.sync();
        let reports = world.wire.take();
        let rung = |exchange: &&crate::wire::Exchange| {
            let asks = exchange.request.body.as_ref().is_some_and(|body| body.contains("sync-collection"));
            asks && exchange.answer.as_ref().is_ok_and(|answer| answer.status == 207)
        };
        let tells = requests(&reports, Method::Report).iter().any(rung);
        observe(
            world.server,
            "how changes are found",
            if tells { "sync-token" } else { "ctag, then all etags" },
        );
    });
}

#[test]
fn a_sync_without_news_is_one_request_and_no_commit() {
    on_each_server(|world| {
        world.phone.put("a.ics", &event("a", "Dentist", 1));
        world.comes_to_rest();
        let commits = world.store.commits.get();
        world.wire.take();
        world.sync();
        assert_eq!((world.wire.take().len(), world.store.commits.get()), (1, commits));
    });
}

#[test]
fn what_is_added_changed_and_deleted_there_arrives_and_nothing_else_is_read() {
    on_each_server(|world| {
        for (name, day) in [("a.ics", 1), ("b.ics", 2), ("c.ics", 3), ("d.ics", 4)] {
            world.phone.put(name, &event(&name[..1], "Old", day));
        }
        world.comes_to_rest();
        world.phone.put("e.ics", &event("e", "Added", 5));
        world.phone.edit("b.ics", |body| with_summary(body, "Changed"));
        world.phone.delete("c.ics");
        world.wire.take();
        let report = world.sync();
        assert_eq!((report.imported, report.updated, report.deleted), (1, 1, 1), "{report:?}");
        let mut asked = bodies_asked_for(&world.wire.take());
        asked.sort();
        let new: Vec<_> =
            ["b.ics", "e.ics"].map(|name| world.calendar.join(name).unwrap().path().to_owned()).into();
        assert_eq!(asked, new, "what did not change is not read");
        world.mirrors_the_calendar();
    });
}

#[test]
fn what_is_made_and_deleted_between_two_syncs_leaves_nothing() {
    on_each_server(|world| {
        world.phone.put("a.ics", &event("a", "Stays", 1));
        world.sync();
        world.phone.put("b.ics", &event("b", "Short", 2));
        world.phone.delete("b.ics");
        world.sync();
        world.mirrors_the_calendar();
    });
}

#[test]
fn what_was_deleted_long_ago_is_no_news_to_a_first_sync() {
    on_each_server(|world| {
        world.phone.put("a.ics", &event("a", "Gone", 1));
        world.phone.put("b.ics", &event("b", "Here", 2));
        world.phone.delete("a.ics");
        let report = world.run(&Scope::Initial).unwrap();
        assert_eq!((report.imported, report.deleted, &report.problems[..]), (1, 0, &[][..]));
        world.mirrors_the_calendar();
    });
}

#[test]
fn sync_collection_is_asked_without_a_limit_and_without_bodies() {
    on_each_server(|world| {
        for day in 1..9 {
            world.phone.put(&format!("{day}.ics"), &event(&format!("{day}"), "Emoji \u{1f4c5}", day));
        }
        world.sync();
        world.phone.edit("1.ics", |body| with_summary(body, "Changed \u{1f4c5}"));
        world.sync();
        let exchanges = world.wire.take();
        let reports = requests(&exchanges, Method::Report);
        let bodies = reports.iter().filter_map(|report| report.request.body.as_deref());
        for body in bodies.filter(|body| body.contains("sync-collection")) {
            assert!(!body.contains("limit") && !body.contains("calendar-data"), "{body}");
        }
        world.mirrors_the_calendar();
    });
}

/// Whether a request is a multiget for bodies.
fn asks_for_bodies(request: &Request) -> bool {
    let body = request.body.as_deref().unwrap_or_default();
    body.contains("calendar-multiget") && body.contains("calendar-data")
}

#[test]
fn what_vanishes_between_a_listing_and_its_multiget_is_no_error() {
    on_each_server(|world| {
        for day in 1..4 {
            world.phone.put(&format!("{day}.ics"), &event(&format!("{day}"), "Event", day));
        }
        world.comes_to_rest();
        for day in 1..4 {
            world.phone.edit(&format!("{day}.ics"), |body| with_summary(body, "Changed"));
        }
        world.wire.take();
        let phone = world.phone.clone();
        let mut listed = false;
        world.wire.between(move |request, _| {
            if asks_for_bodies(request) && !std::mem::replace(&mut listed, true) {
                phone.delete("2.ics");
            }
            None
        });
        world.comes_to_rest();
        let exchanges = world.wire.take();
        let multiget = exchanges.iter().find(|exchange| asks_for_bodies(&exchange.request));
        let answer = multiget.and_then(|exchange| exchange.answer.as_ref().ok());
        let (status, body) = answer.map(|answer| (answer.status, answer.body.as_str())).expect("a multiget");
        let manner = match status {
            207 if body.contains("2.ics") => "404 for that one",
            207 => "leaves it out",
            _ => "404 for the whole request",
        };
        observe(world.server, "a multiget that names what is not there", manner);
        assert_eq!(world.phone.paths().len(), 2);
        world.mirrors_the_calendar();
    });
}

#[test]
fn what_a_cut_off_multiget_leaves_out_is_asked_for_alone_and_not_deleted() {
    on_each_server(|world| {
        for day in 1..4 {
            world.phone.put(&format!("{day}.ics"), &event(&format!("{day}"), "Event", day));
        }
        world.comes_to_rest();
        for day in 1..4 {
            world.phone.edit(&format!("{day}.ics"), |body| with_summary(body, "Changed"));
        }
        world.wire.between(|request, send| {
            asks_for_bodies(request).then(|| {
                let mut answer = send(request.clone())?;
                answer.body = without_the_last_response(&answer.body);
                Ok(answer)
            })
        });
        let report = world.sync();
        assert_eq!((report.updated, report.deleted), (3, 0), "{report:?}");
        world.mirrors_the_calendar();
    });
}

/// A multistatus whose last `response` did not come.
fn without_the_last_response(body: &str) -> String {
    let end = body.rfind("response>").expect("a response") + "response>".len();
    let open = ["<response>", "<D:response>", "<d:response>", "<ns0:response>", "<ns1:response>"];
    let begins = open.iter().filter_map(|tag| body.rfind(tag)).max();
    let begin = begins.unwrap_or_else(|| panic!("no response in {body}"));
    format!("{}{}", &body[..begin], &body[end..])
}

#[test]
fn a_first_sync_reads_only_bodies_that_touch_its_window_and_series() {
    on_each_server(|world| {
        let far = |uid: &str, year: u32| event(uid, "Far", 1).replace("2027", &year.to_string());
        world.phone.put("long-ago.ics", &far("long-ago", 2025));
        world.phone.put("far-ahead.ics", &far("far-ahead", 2029));
        world.phone.put("soon.ics", &event("soon", "Soon", 1));
        world.phone.put("series.ics", &series("series").replace("2027", "2025").replace(";COUNT=10", ""));
        world.run(&Scope::Initial).unwrap();
        let exchanges = world.wire.take();
        let read: String = exchanges
            .iter()
            .filter_map(|exchange| Some(exchange.answer.as_ref().ok()?.body.as_str()))
            .collect();
        assert!(
            !read.contains("UID:long-ago") && !read.contains("UID:far-ahead"),
            "bodies outside of the window"
        );
        assert!(read.contains("UID:soon") && read.contains("UID:series"), "bodies inside of it");
        assert_eq!(world.store.rows.borrow().links.len(), 4, "everything is listed");
    });
}
