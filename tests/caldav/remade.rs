//! Calendars that are deleted, and made again at the same path.

use crate::objects::event;
use crate::promise::on_each_server;
use crate::world::World;
use kalends::booking::Kind;
use kalends::port::ConnectionState;
use kalends::provider::ProviderError;
use kalends::sync::{Scope, SyncError};

/// Deletes the calendar and makes it again.
fn make_again(world: &World) {
    world.server.delete_calendar(&world.calendar);
    world.server.make_calendar(&world.calendar, Kind::Event);
}

#[test]
fn a_deleted_calendar_is_told_and_deletes_nothing_here() {
    on_each_server(|world| {
        world.phone.put("a.ics", &event("a", "Kept", 1));
        world.book("apt_1", "Kept, too", 2);
        world.comes_to_rest();
        let before = world.summaries();
        world.server.delete_calendar(&world.calendar);
        for scope in [Scope::Scheduled, Scope::Manual] {
            let told = world.run(&scope);
            assert!(matches!(told, Err(SyncError::Provider(ProviderError::NoCalendar(_)))), "{told:?}");
        }
        assert_eq!(world.store.rows.borrow().state, ConnectionState::Error);
        assert_eq!((world.summaries(), world.appointment("apt_1").status.is_live()), (before, true));
        world.server.make_calendar(&world.calendar, Kind::Event); // for the world to delete
    });
}

#[test]
fn a_calendar_made_again_at_its_path_is_read_in_full() {
    on_each_server(|world| {
        for day in 1..4 {
            world.phone.put(&format!("{day}.ics"), &event(&format!("{day}"), "Before", day));
        }
        world.comes_to_rest();
        make_again(world);
        world.phone.put("new.ics", &event("new", "After", 1));
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}

#[test]
fn a_calendar_made_again_with_as_much_in_it_is_read_in_full() {
    on_each_server(|world| {
        for day in 1..4 {
            world.phone.put(&format!("{day}.ics"), &event(&format!("{day}"), "Before", day));
        }
        world.comes_to_rest();
        make_again(world);
        for day in 4..7 {
            world.phone.put(&format!("{day}.ics"), &event(&format!("{day}"), "After", day));
        }
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}
