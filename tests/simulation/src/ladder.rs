//! The CalDAV client's sync ladder and its writes, against a server that says what real ones say.

use crate::bench::{Bench, event};
use crate::clock::step;
use crate::manner::{Manner, Multiget, Query, Tokens, UnknownToken};
use crate::multistatus::{answer, multistatus, status};
use crate::servers::SOUND;
use crate::world::World;
use kalends::port::{ConnectionState, Method};
use kalends::provider::ProviderError;
use kalends::sync::{Scope, SyncError};

const FACES: [UnknownToken; 6] = [
    UnknownToken::Refused(403),
    UnknownToken::Refused(409),
    UnknownToken::Refused(410),
    UnknownToken::Refused(412),
    UnknownToken::ListsAll,
    UnknownToken::TellsNothing,
];

#[test]
fn every_face_of_an_invalid_token_leads_to_what_is_really_there() {
    for unknown_token in FACES {
        for page in [1, 2, 1_000] {
            for gone in ["0.ics", "3.ics"] {
                let bench = Bench::with(Manner { unknown_token, page, ..SOUND }, 4);
                bench.delete(gone);
                bench.put("new.ics", &event("new", "After"));
                bench.calendar.forget_tokens();
                bench.agrees();
            }
        }
    }
}

#[test]
fn a_calendar_made_again_whose_token_fits_is_told_by_its_id_or_by_a_member() {
    for has_id in [true, false] {
        let bench = Bench::with(Manner { has_id, ..SOUND }, 3);
        bench.calendar.objects.borrow_mut().clear();
        bench.calendar.make_again();
        for number in 5..9 {
            bench.put(&format!("{number}.ics"), &event(&format!("{number}"), "After"));
        }
        bench.agrees();
    }
}

#[test]
fn a_refusal_without_a_reason_is_a_request_to_wait_and_proves_nothing() {
    for status in [403, 429, 503] {
        let bench = Bench::with(SOUND, 2);
        bench.put("new.ics", &event("new", "After"));
        let before = bench.store.rows.borrow().cursor.clone();
        let wait = answer(status, &[("retry-after", "1")], "");
        bench.dav().instead.borrow_mut().push((Method::Report, "sync-collection", wait));
        let told = bench.run(&Scope::Scheduled);
        assert_eq!(told, Err(SyncError::Provider(ProviderError::Throttled { after: Some(2) })), "{status}");
        assert_eq!(bench.store.rows.borrow().cursor, before);
        bench.agrees();
    }
}

#[test]
fn an_answer_in_pages_is_read_to_its_end_and_the_token_kept_last() {
    for page in 1..5 {
        let bench = Bench::with(Manner { page, ..SOUND }, 7);
        assert_eq!(bench.asked(Method::Report, "sync-collection"), 7_usize.div_ceil(page), "{page}");
        for number in 0..6 {
            bench.put(&format!("{number}.ics"), &event(&format!("{number}"), "After"));
        }
        bench.delete("6.ics");
        bench.agrees();
    }
}

#[test]
fn a_token_that_is_forgotten_between_two_pages_of_a_listing_ends_nothing() {
    for unknown_token in FACES {
        let bench = Bench::with(Manner { unknown_token, page: 2, ..SOUND }, 5);
        bench.calendar.forget_tokens();
        let pages = bench.asked(Method::Report, "sync-collection");
        let mut run = World::run(&bench, Scope::Manual);
        // The old token, and the first page of everything.
        while bench.asked(Method::Report, "sync-collection") < pages + 2 {
            assert_eq!(step(&mut run), None, "{unknown_token:?}");
        }
        bench.calendar.forget_tokens();
        while step(&mut run).is_none() {}
        drop(run);
        let deleted: u32 = bench.store.rows.borrow().logs.iter().map(|log| log.deleted).sum();
        assert_eq!(deleted, 0, "{unknown_token:?}");
        bench.agrees();
    }
}

#[test]
fn what_a_multiget_refuses_or_leaves_out_is_read_all_the_same() {
    for multiget in [Multiget::Tells, Multiget::LeavesOut, Multiget::RefusesAll, Multiget::TwoAtMost] {
        let bench = Bench::with(Manner { multiget, ..SOUND }, 9);
        assert_eq!(bench.store.rows.borrow().events.len(), 9, "{multiget:?}");
        let listed = bench.calendar.objects.borrow()["/cal/4.ics"].etag.clone();
        bench.delete("4.ics");
        for number in [1, 2, 3] {
            bench.put(&format!("{number}.ics"), &event(&format!("{number}"), "After"));
        }
        // Listed, and gone when it is asked for.
        let told = |href: &str, etag: &str| {
            format!(
                "<response><href>{href}</href><propstat><prop><getetag>{etag}</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>"
            )
        };
        let items: String =
            [4, 1, 2, 3].map(|number| told(&format!("/cal/{number}.ics"), &format!("{listed}x"))).concat();
        let body = format!(
            "<multistatus xmlns='DAV:'>{items}<sync-token>http://x.test/sync/13</sync-token></multistatus>"
        );
        bench.dav().instead.borrow_mut().push((Method::Report, "sync-collection", answer(207, &[], &body)));
        bench.agrees();
    }
}

#[test]
fn a_query_that_is_cut_off_leaves_nothing_unread() {
    let bench = Bench::with(Manner { query: Query::Filters, ..SOUND }, 0);
    let series = event("0", "Weekly").replace("SUMMARY", "RRULE:FREQ=WEEKLY\r\nSUMMARY");
    bench.put("0.ics", &series);
    bench.put("1.ics", &event("1", "Once"));
    bench.store.reconnect();
    // It names the collection alone, and says that this is not all (RFC 6578 3.6 and what servers make of it).
    let cut_off = multistatus(&status("/cal/", 507), None);
    bench.dav().instead.borrow_mut().push((Method::Report, "calendar-query", cut_off));
    bench.agrees();
}

#[test]
fn a_calendar_without_tokens_is_listed_and_folders_in_it_are_none_of_its_events() {
    let bench = Bench::with(Manner { tokens: Tokens::None, ..SOUND }, 3);
    bench.put("1.ics", &event("1", "After"));
    bench.delete("2.ics");
    bench.agrees();
    assert_eq!(bench.asked(Method::Report, "sync-collection"), 0);
    let (commits, asked) = (bench.store.commits.get(), bench.dav().asked.borrow().len());
    bench.agrees();
    assert_eq!(
        (bench.store.commits.get(), bench.dav().asked.borrow().len()),
        (commits, asked + 1),
        "nothing is new"
    );
}

#[test]
fn a_calendar_that_moved_or_is_gone_is_told_and_deletes_nothing() {
    let bench = Bench::with(SOUND, 3);
    let moved = answer(301, &[("location", "/elsewhere/")], "");
    bench.dav().instead.borrow_mut().push((Method::Propfind, "", moved));
    let told = bench.run(&Scope::Scheduled);
    assert!(matches!(told, Err(SyncError::Provider(ProviderError::Moved(_)))), "{told:?}");
    bench.dav().instead.borrow_mut().push((Method::Propfind, "", answer(404, &[], "")));
    let told = bench.run(&Scope::Scheduled);
    assert!(matches!(told, Err(SyncError::Provider(ProviderError::NoCalendar(_)))), "{told:?}");
    {
        let rows = bench.store.rows.borrow();
        assert_eq!((rows.links.len(), rows.state, &rows.cursor), (3, ConnectionState::Error, &None));
    }
    bench.agrees();
}

#[test]
fn an_unknown_server_is_asked_what_it_is_once() {
    let bench = Bench::with(SOUND, 1);
    bench.put("1.ics", &event("1", "After"));
    bench.agrees();
    assert_eq!(bench.asked(Method::Options, ""), 1);
}

#[test]
fn what_a_server_answers_to_a_create_is_understood() {
    let objection = "<error xmlns='DAV:'><no-uid-conflict xmlns='urn:ietf:params:xml:ns:caldav'/></error>";
    for (status, body, problem) in [
        (403, objection, Some("UID")),
        (413, "", Some("too large")),
        (403, "<error xmlns='DAV:'><need-privileges/></error>", Some("read-only")),
    ] {
        let bench = Bench::with(SOUND, 1);
        bench.book("Dragon");
        bench.dav().instead.borrow_mut().push((Method::Put, "", answer(status, &[], body)));
        let report = bench.run(&Scope::Manual).unwrap();
        let says = |word: &str| report.problems.iter().any(|told| told.contains(word));
        assert!(problem.is_some_and(says), "{status}: {:?}", report.problems);
        bench.run(&Scope::Manual).unwrap();
        assert_eq!(bench.asked(Method::Put, ""), 1, "it is not sent again until it changes");
    }
    for (status, error) in [
        (423, ProviderError::Throttled { after: Some(9) }),
        (429, ProviderError::Throttled { after: Some(9) }),
        (503, ProviderError::Throttled { after: Some(9) }),
        (507, ProviderError::Full),
    ] {
        let bench = Bench::with(SOUND, 1);
        bench.book("Dragon");
        let refused = answer(status, &[("retry-after", "9")], "");
        bench.dav().instead.borrow_mut().push((Method::Put, "", refused));
        assert_eq!(bench.run(&Scope::Manual), Err(SyncError::Provider(error)));
        assert_eq!(bench.run(&Scope::Manual).unwrap().exported, 1, "{status}: it is sent again later");
    }
}

#[test]
fn an_event_that_the_server_stores_elsewhere_is_followed() {
    for (is_read_there, stored) in [(false, "stored-1.ics"), (true, "stored-2.ics")] {
        let bench = Bench::with(Manner { renames: true, ..SOUND }, 1);
        if is_read_there {
            bench.put(stored, &event("stored", "Before"));
            bench.agrees();
        }
        bench.book("Dragon");
        bench.run(&Scope::Scheduled).unwrap();
        assert_eq!(bench.store.link_of("apt_1").unwrap().remote.0, format!("/cal/{stored}"));
        bench.agrees();
        assert_eq!(bench.calendar.objects.borrow().len(), 2);
    }
}

#[test]
fn an_answer_without_end_ends_the_run_and_proves_nothing() {
    let bench = Bench::with(SOUND, 3);
    bench.delete("1.ics");
    let told = |bench: &Bench| match bench.run(&Scope::Scheduled) {
        Err(SyncError::Provider(ProviderError::Protocol(told))) => told,
        other => panic!("{other:?}"),
    };
    let before = bench.store.rows.borrow().cursor.clone();
    let long = answer(207, &[], &" ".repeat(17 << 20));
    bench.dav().instead.borrow_mut().push((Method::Report, "sync-collection", long));
    assert!(told(&bench).contains("longer than 16777216 bytes"));
    bench.dav().manner.set(Manner { page: 0, ..SOUND });
    assert!(told(&bench).contains("more than 1000 pages"));
    assert_eq!((bench.store.rows.borrow().links.len(), &bench.store.rows.borrow().cursor), (3, &before));
    bench.dav().manner.set(SOUND);
    bench.agrees();
}
