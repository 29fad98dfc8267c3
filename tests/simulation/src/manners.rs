//! Servers with manners of their own: how they tell etags, what they make of what they store, what they do not guard.

use crate::bench::{Bench, event};
use crate::manner::{Etags, Manner, Tokens};
use crate::multistatus::answer;
use crate::rewriting::Rewriting;
use crate::servers::{CYRUS, SOGO, SOUND};
use kalends::port::Method;
use kalends::sync::Scope;

#[test]
fn a_calendar_is_synced_however_its_server_tells_etags() {
    for etags in [Etags::WeakenedByAProxy, Etags::Weak, Etags::Unlisted, Etags::None] {
        for tokens in [SOUND.tokens, Tokens::None] {
            let bench = Bench::with(Manner { etags, tokens, ..SOUND }, 3);
            bench.put("1.ics", &event("1", "After"));
            bench.delete("2.ics");
            bench.agrees();
            let commits = bench.store.commits.get();
            bench.agrees();
            assert_eq!(bench.store.commits.get(), commits, "{etags:?}: nothing is new");
        }
    }
}

#[test]
fn a_weak_etag_is_a_condition_that_holds() {
    for etags in [Etags::WeakenedByAProxy, Etags::Weak, Etags::Unlisted] {
        let bench = Bench::with(Manner { etags, ..SOUND }, 1);
        for title in ["Dragon", "Lion"] {
            bench.book(title);
            let report = bench.run(&Scope::Manual).unwrap();
            assert_eq!(report.problems, [""; 0], "{etags:?}");
            bench.agrees();
        }
        let link = bench.store.link_of("apt_1").unwrap();
        assert!(bench.calendar.objects.borrow()[&link.remote.0].body.contains("Lion"), "{etags:?}");
        bench.put(link.remote.0.trim_start_matches("/cal/"), &event(&link.uid, "Theirs"));
        bench.book("Ours");
        bench.run(&Scope::Manual).unwrap();
        assert!(bench.calendar.objects.borrow()[&link.remote.0].body.contains("Theirs"), "{etags:?}");
        bench.cancel();
        bench.run(&Scope::Manual).unwrap();
        assert_eq!(bench.calendar.objects.borrow().len(), 1, "{etags:?}: it is deleted");
    }
}

#[test]
fn what_has_no_etag_at_all_is_read_and_not_written_over() {
    let bench = Bench::with(Manner { etags: Etags::None, ..SOUND }, 1);
    bench.book("Dragon");
    assert_eq!(bench.run(&Scope::Manual).unwrap().exported, 1);
    bench.book("Lion");
    let report = bench.run(&Scope::Manual).unwrap();
    assert!(report.problems.iter().any(|told| told.contains("tells no version")), "{:?}", report.problems);
    assert_eq!(bench.asked(Method::Put, ""), 1);
}

#[test]
fn what_cannot_be_removed_is_told_once_and_then_left_in_peace() {
    let bench = Bench::with(Manner { etags: Etags::None, ..SOUND }, 0);
    bench.book("Dragon");
    bench.run(&Scope::Manual).unwrap();
    bench.cancel();
    let told = bench.run(&Scope::Scheduled).unwrap().problems;
    assert!(told.iter().any(|told| told.contains("refuses")), "{told:?}");
    bench.run(&Scope::Scheduled).unwrap();
    let commits = bench.store.commits.get();
    bench.run(&Scope::Scheduled).unwrap();
    assert_eq!((bench.store.commits.get(), bench.asked(Method::Delete, "")), (commits, 0));
}

#[test]
fn what_a_server_makes_of_an_event_is_mirrored_and_not_written_again() {
    for tells_etag in [true, false] {
        let bench = Bench::with(Manner { rewriting: Some(Rewriting::Remarked), tells_etag, ..SOUND }, 1);
        bench.book("Dragon");
        bench.run(&Scope::Manual).unwrap();
        bench.agrees();
        bench.run(&Scope::Manual).unwrap();
        assert_eq!(bench.asked(Method::Put, ""), 1, "{tells_etag}");
        bench.book("Lion");
        bench.run(&Scope::Manual).unwrap();
        bench.agrees();
        let link = bench.store.link_of("apt_1").unwrap();
        let body = bench.calendar.objects.borrow()[&link.remote.0].body.clone();
        assert!(body.contains("Lion") && body.contains("X-SERVER"), "{body}");
    }
}

#[test]
fn what_comes_in_the_second_of_a_token_arrives_within_a_day() {
    let bench = Bench::with(SOGO, 3);
    let mut told = Vec::new();
    for number in 3..9 {
        bench.put(&format!("{number}.ics"), &event(&format!("{number}"), "After"));
        bench.run(&Scope::Scheduled).unwrap();
        told.push(bench.store.rows.borrow().events.len());
    }
    assert!(told.iter().zip(4..).any(|(mirrored, there)| *mirrored < there), "{told:?}: something came late");
    bench.clock.pass(86_400_000);
    bench.agrees();
}

#[test]
fn a_server_without_guards_loses_nothing_that_was_read() {
    let bench = Bench::with(SOGO, 1);
    bench.book("Dragon");
    bench.run(&Scope::Manual).unwrap();
    let link = bench.store.link_of("apt_1").unwrap();
    let name = link.remote.0.trim_start_matches("/cal/");
    // Deleted there just before our update, which makes it again: it is taken back.
    let get = answer(
        200,
        &[("etag", &link.version.unwrap().0)],
        &bench.calendar.objects.borrow()[&link.remote.0].body,
    );
    bench.delete(name);
    bench.dav().instead.borrow_mut().push((Method::Get, "", get));
    bench.book("Lion");
    bench.run(&Scope::Entry("apt_1".into())).unwrap();
    assert!(!bench.calendar.objects.borrow().contains_key(&link.remote.0), "what was deleted stays so");
    // Edited there just before our DELETE, which asks for no version: it is read before.
    let bench = Bench::with(SOGO, 1);
    bench.book("Dragon");
    bench.run(&Scope::Manual).unwrap();
    let link = bench.store.link_of("apt_1").unwrap();
    bench.put(link.remote.0.trim_start_matches("/cal/"), &event(&link.uid, "Theirs"));
    bench.cancel();
    bench.run(&Scope::Entry("apt_1".into())).unwrap();
    let kept = bench
        .store
        .rows
        .borrow()
        .conflicts
        .iter()
        .any(|conflict| conflict.lost().is_some_and(|lost| lost.summary() == "Theirs"));
    assert!(kept || bench.calendar.objects.borrow().contains_key(&link.remote.0), "an edit is not lost");
}

#[test]
fn no_listing_is_asked_for_in_parts() {
    let bench = Bench::with(SOUND, 30);
    bench.put("new.ics", &event("new", "After"));
    bench.agrees();
    assert_eq!(
        bench.asked(Method::Report, "nresults"),
        0,
        "a server that cuts off without a word loses events"
    );
}

#[test]
fn what_waits_is_read_with_one_request_unless_versions_are_used_again() {
    for (says, is_read_apart) in [(CYRUS.says, false), (SOGO.says, true)] {
        let bench = Bench::with(Manner { says, ..SOUND }, 1);
        for title in ["Dragon", "Lion"] {
            bench.dav().asked.borrow_mut().clear();
            ["apt_1", "apt_2", "apt_3"].iter().for_each(|id| bench.book_as(id, title));
            bench.run(&Scope::Manual).unwrap();
            assert_eq!(bench.asked(Method::Put, title), 3);
        }
        assert_eq!(bench.asked(Method::Get, "") >= 3, is_read_apart, "{says:?}");
        bench.agrees();
    }
}
