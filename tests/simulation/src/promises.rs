//! Single promises: the loser is kept, the brake holds, a stale fence writes nothing.

use crate::clock::{finish, step};
use crate::faults::Faults;
use crate::world::{LEASE_IS_OVER, Setting, World};
use kalends::Span;
use kalends::booking::Status;
use kalends::event::EntryContent;
use kalends::port::{Clock, Conflict, ConnectionState, Outcome, Policy, Retry};
use kalends::sync::{Scope, SyncError};

/// When the losing side of an appointment was.
fn span_of(conflict: &Conflict) -> Option<kalends::Span> {
    match conflict.lost()? {
        EntryContent::Event(content) => Some(content.span),
        EntryContent::Todo(_) => None,
    }
}

/// Both sides move the same appointment; what each said, application first.
fn both_move(world: &World) -> (String, [kalends::Span; 2]) {
    let id = world.book(Status::Confirmed);
    world.sync().unwrap();
    let [ours, theirs] = [world.some_time(), world.some_time()];
    let href = world.store.link_of(&id).unwrap().remote.0;
    world.phone_edits(&href, |content| content.span = theirs);
    world.change(&id, |appointment| appointment.span = ours);
    (id, [ours, theirs])
}

#[test]
fn the_losing_side_of_a_conflict_is_kept() {
    for (policy, outcome) in
        [(Policy::ExternalWins, Outcome::Calendar), (Policy::LocalWins, Outcome::Application)]
    {
        let world = World::new(1, Setting { policy, ..Setting::default() });
        let (id, [ours, theirs]) = both_move(&world);
        let report = world.sync().unwrap();
        let (won, lost) = if outcome == Outcome::Calendar { (theirs, ours) } else { (ours, theirs) };
        assert_eq!((world.appointment(&id).span, report.conflicts), (won, 1));
        let conflicts = world.store.rows.borrow().conflicts.clone();
        assert_eq!(conflicts.len(), 1);
        assert_eq!((&conflicts[0].entry, conflicts[0].outcome), (&id, outcome));
        assert_eq!(span_of(&conflicts[0]), Some(lost));
        world.comes_to_rest().unwrap();
        assert_eq!(world.store.rows.borrow().conflicts, conflicts, "a conflict is kept once");
    }
}

#[test]
fn the_losing_side_is_kept_when_the_conflict_shows_only_at_the_write() {
    for policy in [Policy::ExternalWins, Policy::LocalWins] {
        let world = World::new(1, Setting { policy, ..Setting::default() });
        let (id, [ours, theirs]) = both_move(&world);
        finish(world.run(Scope::Entry(id.clone()))).unwrap();
        let lost = if policy == Policy::ExternalWins { ours } else { theirs };
        let conflicts = world.store.rows.borrow().conflicts.clone();
        assert_eq!(conflicts.len(), 1);
        assert_eq!(span_of(&conflicts[0]), Some(lost));
        world.comes_to_rest().unwrap();
    }
}

#[test]
fn what_a_phone_says_in_a_calendar_that_is_only_written_to_is_kept_and_put_right() {
    let world = World::new(1, Setting { bidirectional: false, ..Setting::default() });
    let id = world.book(Status::Confirmed);
    world.sync().unwrap();
    let (ours, theirs) = (world.appointment(&id).span, world.some_time());
    world.phone_edits(&world.store.link_of(&id).unwrap().remote.0, |content| content.span = theirs);
    world.comes_to_rest().unwrap();
    assert_eq!(world.appointment(&id).span, ours);
    let conflicts = world.store.rows.borrow().conflicts.clone();
    assert_eq!((conflicts.len(), conflicts[0].outcome), (1, Outcome::Application));
    assert_eq!(span_of(&conflicts[0]), Some(theirs));
}

#[test]
fn an_edit_and_a_deletion_of_the_same_appointment_leave_the_loser_behind() {
    let conflicts_of = |policy| {
        let world = World::new(1, Setting { policy, ..Setting::default() });
        let id = world.book(Status::Confirmed);
        world.sync().unwrap();
        let span = world.some_time();
        world.calendar.remove(&world.store.link_of(&id).unwrap().remote.0);
        world.change(&id, |appointment| appointment.span = span);
        world.comes_to_rest().unwrap();
        let conflicts = world.store.rows.borrow().conflicts.clone();
        (world.appointment(&id).status, world.calendar.hrefs().len(), conflicts, span)
    };
    let (status, events, conflicts, _) = conflicts_of(Policy::LastWriteWins);
    assert_eq!((status, events, conflicts.len()), (Status::Confirmed, 1, 1));
    assert_eq!((&conflicts[0].calendar, conflicts[0].outcome), (&None, Outcome::Application));
    let (status, events, conflicts, span) = conflicts_of(Policy::ExternalWins);
    assert_eq!((status, events, conflicts.len()), (Status::Cancelled, 0, 1));
    assert_eq!(span_of(&conflicts[0]), Some(span));
}

#[test]
fn what_cannot_be_used_of_an_event_is_told_and_so_is_a_zone_that_contradicts_its_name() {
    let world = World::new(1, Setting::default());
    // To a summer, when that zone is wrong.
    world.clock.pass(210 * 86_400_000);
    let zone = "BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:20200101T000000\nTZOFFSETFROM:+0100\n\
        TZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n";
    for (href, zone, start) in [
        ("/fine.ics", "", ":20270701T090000Z"),
        ("/moved.ics", zone, ";TZID=Europe/Berlin:20270701T090000"),
        ("/nowhere.ics", "", ";TZID=Nowhere:20270701T090000"),
    ] {
        let event = format!("BEGIN:VEVENT\nUID:{href}\nDTSTART{start}\nDURATION:PT1H\nEND:VEVENT\n");
        world.calendar.store(href, &format!("BEGIN:VCALENDAR\n{zone}{event}END:VCALENDAR\n"));
    }
    let mut told = world.sync().unwrap().problems;
    told.sort();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("/moved.ics: line 12") && told[0].contains("the name was followed"),
        "{told:?}"
    );
    assert!(told[1].starts_with("/nowhere.ics: line 4") && told[1].contains("Nowhere"), "{told:?}");
    assert_eq!(world.sync().unwrap().problems, [""; 0], "what did not change is not told again");
}

#[test]
fn a_listing_that_leaves_out_everything_pauses_and_deletes_nothing() {
    let world = World::new(1, Setting::default());
    (0..6).for_each(|_| drop(world.book(Status::Confirmed)));
    (0..6).for_each(|_| drop(world.phone_adds()));
    world.sync().unwrap();
    let before = world.store.rows.borrow().clone();
    world.calendar.forget_tokens();
    world.calendar.hidden.replace(world.calendar.hrefs());
    assert_eq!(world.sync(), Err(SyncError::MassDeletion { gone: 12, of: 12 }));
    {
        let after = world.store.rows.borrow();
        assert_eq!((&after.links, &after.events), (&before.links, &before.events));
        assert_eq!((&after.entries, &after.cursor), (&before.entries, &before.cursor));
        assert_eq!(after.state, ConnectionState::Paused);
        assert!(after.logs.last().is_some_and(|log| log.error.is_some()));
    }
    assert_eq!(world.calendar.hrefs().len(), 12);
    world.calendar.hidden.take();
    world.comes_to_rest().expect("once the listing is whole again, all is as it was");
}

#[test]
fn a_few_events_missing_from_a_whole_listing_are_deleted() {
    let world = World::new(1, Setting::default());
    let ids: Vec<String> = (0..12).map(|_| world.book(Status::Confirmed)).collect();
    world.sync().unwrap();
    let hrefs = ids.iter().map(|id| world.store.link_of(id).unwrap().remote.0);
    hrefs.take(9).for_each(|href| drop(world.calendar.remove(&href)));
    world.calendar.forget_tokens();
    world.comes_to_rest().unwrap();
    let live = ids.iter().filter(|id| world.appointment(id).status.is_live()).count();
    assert_eq!((live, world.calendar.hrefs().len()), (3, 3));
}

#[test]
fn a_run_whose_lease_was_taken_over_writes_nothing_more() {
    for call in 2.. {
        let world = World::new(1, Setting::default());
        let id = world.book(Status::Pending);
        world.phone_adds();
        world.sync().unwrap();
        world.phone_adds();
        world.change(&id, |appointment| appointment.status = Status::Confirmed);
        let mut slow = world.run(Scope::Manual);
        if (0..call).any(|_| step(&mut slow).is_some()) {
            assert!(call > 10);
            break;
        }
        world.clock.pass(LEASE_IS_OVER);
        let taken_over = finish(world.run(Scope::Manual)).is_ok();
        let (rows, writes) = (world.store.rows.borrow().clone(), world.calendar.writes.get());
        let outcome = (0..1_000).find_map(|_| step(&mut slow));
        // A run that had only the lease to give back ends well; any other is told that it came too late.
        assert!(taken_over && outcome.is_some(), "call {call}");
        let after = world.store.rows.borrow().clone();
        assert_eq!(format!("{after:?}"), format!("{rows:?}"), "call {call}");
        assert_eq!(world.calendar.writes.get(), writes, "call {call}");
        drop(slow);
        world.comes_to_rest().unwrap();
    }
}

#[test]
fn an_event_whose_appointment_is_no_longer_there_is_the_owners() {
    let world = World::new(1, Setting::default());
    let id = world.book(Status::Confirmed);
    world.sync().unwrap();
    let href = world.store.link_of(&id).unwrap().remote.0;
    world.store.rows.borrow_mut().entries.remove(&id);
    world.phone_edits(&href, |content| content.summary = "edited".into());
    world.sync().unwrap();
    let writes = world.calendar.writes.get();
    world.sync().unwrap();
    let rows = world.store.rows.borrow();
    assert!(rows.links.values().all(|link| link.entry.is_none()) && rows.links.len() == 1);
    assert!(rows.events.values().all(|event| event.source.contains("SUMMARY:edited")));
    assert_eq!((world.calendar.hrefs().len(), world.calendar.writes.get()), (1, writes));
}

#[test]
fn a_run_that_may_not_do_everything_leaves_the_rest_to_the_next_ones() {
    let world = World::new(1, Setting::default());
    for _ in 0..3 {
        world.book(Status::Confirmed);
        world.phone_adds();
    }
    world.steps.set(1);
    let mut runs = 0;
    while finish(world.run(Scope::Scheduled)).unwrap().unfinished {
        let rows = world.store.rows.borrow();
        assert_eq!((rows.state, rows.retry.at), (ConnectionState::Active, Some(world.clock.now())));
        drop(rows);
        runs += 1;
        assert!(runs < 20, "each run brings it further");
    }
    assert!(runs > 3, "{runs}");
    assert_eq!(world.store.rows.borrow().retry, Retry::default());
    assert_eq!(world.disagreements(), []);
}

#[test]
fn a_connection_that_keeps_failing_pauses_with_the_reason_and_goes_on_by_itself() {
    let world = World::new(1, Setting::default());
    world.book(Status::Confirmed);
    world.calendar.faults.set(Faults { unreachable: 100, ..Faults::default() });
    let mut waited = Vec::new();
    while world.store.rows.borrow().state != ConnectionState::Paused {
        finish(world.run(Scope::Scheduled)).unwrap_err();
        let at = world.store.rows.borrow().retry.at.expect("it is tried again");
        waited.push(at.millis() - world.clock.now().millis());
        world.clock.pass(at.millis() - world.clock.now().millis());
    }
    assert_eq!(waited.len(), 12);
    assert!(waited[0] <= 60_000 && waited[11] >= 43_200_000, "{waited:?}");
    let told = world.store.rows.borrow().error.clone().unwrap_or_default();
    assert!(told.contains("paused after 12 failures in a row"), "{told}");
    world.calendar.faults.set(Faults::default());
    finish(world.run(Scope::Scheduled)).unwrap();
    let rows = world.store.rows.borrow();
    assert_eq!((rows.state, rows.retry, &rows.error), (ConnectionState::Active, Retry::default(), &None));
}

#[test]
fn a_calendar_that_is_connected_again_doubles_nothing_and_takes_up_what_happened_meanwhile() {
    for policy in [Policy::ExternalWins, Policy::LastWriteWins, Policy::LocalWins, Policy::Manual] {
        let world = World::new(1, Setting { policy, ..Setting::default() });
        let ids: Vec<String> = (0..5).map(|_| world.book(Status::Confirmed)).collect();
        let later = Span::lasting(world.clock.now().plus_millis(300 * 86_400_000), 3_600_000);
        world.change(&ids[4], |appointment| appointment.span = later);
        world.sync().unwrap();
        let href = |id: &String| world.store.link_of(id).unwrap().remote.0;
        let hrefs: Vec<String> = ids.iter().map(href).collect();
        world.store.reconnect();
        let theirs = world.some_time();
        world.phone_edits(&hrefs[1], |content| content.span = theirs);
        world.change(&ids[2], |appointment| appointment.status = Status::Cancelled);
        world.calendar.remove(&hrefs[3]);
        world.sync().unwrap();
        world.comes_to_rest().unwrap();
        assert_eq!(world.calendar.hrefs().len(), 4, "{policy:?}");
        assert_eq!(href(&ids[0]), hrefs[0]);
        assert_eq!(href(&ids[4]), hrefs[4], "what lies beyond the window is known by its address");
        let moved = world.appointment(&ids[1]).span == theirs;
        let seen = world.store.rows.borrow().conflicts.iter().any(|conflict| conflict.entry == ids[1]);
        assert!(moved || seen, "{policy:?}: what the phone said is the result or a conflict");
    }
}
