//! Sync-tokens and ctags: what is told since one, and what is not.

use crate::objects::{event, with_summary};
use crate::promise::{observe, on_each_server};
use crate::wire::Exchange;
use crate::world::World;
use kalends::caldav::Multistatus;
use kalends::port::{Cursor, Response};
use kalends::sync::Scope;

/// The answers to sync-collection among these.
fn sync_answers(exchanges: &[Exchange]) -> Vec<&Response> {
    let asks = |exchange: &&Exchange| {
        exchange.request.body.as_ref().is_some_and(|body| body.contains("sync-collection"))
    };
    exchanges.iter().filter(asks).filter_map(|exchange| exchange.answer.as_ref().ok()).collect()
}

/// Puts another token in the place of the one that Kalends keeps; false where the server gives none.
fn exchange_token(world: &World, other: impl FnOnce(&str) -> String) -> bool {
    let exchanges = world.wire.take();
    let given = sync_answers(&exchanges).into_iter().filter(|answer| answer.status == 207);
    let mut tokens = given.filter_map(|answer| Multistatus::parse(&answer.body).ok()?.sync_token);
    let Some(token) = tokens.next_back() else { return false };
    let mut rows = world.store.rows.borrow_mut();
    let Cursor(kept) = rows.cursor.take().expect("a cursor");
    assert!(kept.contains(&token), "{kept} holds the token {token}");
    rows.cursor = Some(Cursor(kept.replace(&token, &other(&token))));
    true
}

/// Two events and a sync; then one of them is deleted and a third made, and the token is exchanged.
fn with_another_token(world: &World, other: impl FnOnce(&str) -> String) -> bool {
    world.phone.put("a.ics", &event("a", "Stays", 1));
    world.phone.put("b.ics", &event("b", "Goes", 2));
    world.sync();
    let exchanged = exchange_token(world, other);
    world.phone.delete("b.ics");
    world.phone.put("c.ics", &event("c", "Comes", 3));
    exchanged
}

/// How a server takes a token that it does not know.
fn manner(answer: &Response) -> String {
    if answer.status != 207 {
        return format!("{}", answer.status);
    }
    let named = Multistatus::parse(&answer.body).map_or(0, |told| told.entries.len());
    if named == 0 { "tells nothing".into() } else { "lists everything as if it were news".into() }
}

#[test]
fn an_invalid_token_leads_to_what_is_really_there() {
    on_each_server(|world| {
        if !with_another_token(world, |_| "nonsense".into()) {
            return world.does_not_apply("it has no tokens");
        }
        world.sync();
        let exchanges = world.wire.take();
        let first = sync_answers(&exchanges)[0];
        observe(world.server, "the sync-token \"nonsense\"", manner(first));
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}

#[test]
fn a_token_from_the_future_as_after_a_restored_backup_hides_nothing() {
    on_each_server(|world| {
        if !with_another_token(world, later) {
            return world.does_not_apply("it has no tokens");
        }
        world.sync();
        let exchanges = world.wire.take();
        let first = sync_answers(&exchanges)[0];
        observe(world.server, "a sync-token from the future", manner(first));
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}

/// A token in the form of this one that was not given yet.
fn later(token: &str) -> String {
    let digits = token.len() - token.trim_end_matches(|char: char| char.is_ascii_digit()).len();
    let (before, number) = token.split_at(token.len() - digits);
    match number.parse::<u64>() {
        Ok(number) => format!("{before}{}", number + 1_000_000),
        Err(_) => token.chars().map(|char| if char == 'a' { 'b' } else { char }).rev().collect(),
    }
}

#[test]
fn a_change_in_the_second_of_a_token_arrives_in_the_end() {
    on_each_server(|world| {
        world.phone.put("a.ics", &event("a", "Before", 1));
        world.sync();
        for name in ["b", "c", "d"] {
            world.phone.edit("a.ics", |body| with_summary(body, &format!("Before {name}")));
            world.run(&Scope::Scheduled).unwrap();
            world.phone.put(&format!("{name}.ics"), &event(name, "At once", 2));
            world.run(&Scope::Scheduled).unwrap();
        }
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}

#[test]
fn an_event_made_again_at_a_deleted_ones_address_is_read() {
    on_each_server(|world| {
        world.phone.put("a.ics", &event("a", "First", 1));
        world.sync();
        let (_, before) = world.phone.get("a.ics").expect("it was put");
        world.phone.delete("a.ics");
        world.phone.put("a.ics", &event("a", "Second", 2));
        let (_, after) = world.phone.get("a.ics").expect("it was put again");
        let same = if before == after { "the same as before" } else { "another" };
        observe(world.server, "the etag of an event made again at its address", same);
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}

#[test]
fn an_event_deleted_and_made_again_between_two_syncs_with_another_uid_is_read() {
    on_each_server(|world| {
        world.phone.put("a.ics", &event("first", "First", 1));
        world.sync();
        world.phone.delete("a.ics");
        world.phone.put("a.ics", &event("second", "Second", 2));
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}
