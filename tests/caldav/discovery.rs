//! From what a person types to the account's calendars.

use crate::objects::event;
use crate::phone::Phone;
use crate::promise::{observe, promise};
use crate::world::{World, requests};
use kalends::caldav::{CalendarInfo, same_resource};
use kalends::port::Method;
use kalends::provider::ProviderError;
use url::Url;

fn found(world: &World, url: &Url) -> Vec<CalendarInfo> {
    let found = world.calendars_from(url, &world.server.password);
    found.unwrap_or_else(|error| panic!("nothing is found from {url}: {error}"))
}

fn ours(world: &World, found: &[CalendarInfo]) -> CalendarInfo {
    let ours = found.iter().find(|calendar| same_resource(calendar.url.path(), world.calendar.path()));
    ours.unwrap_or_else(|| panic!("{} is not among {found:?}", world.calendar)).clone()
}

#[test]
fn an_account_is_found_from_its_given_address_its_principal_its_home_and_each_calendar() {
    promise().alone().holds(|world| {
        let server = world.server;
        for url in [server.url.clone(), server.principal(), server.home()] {
            assert!(!ours(world, &found(world, &url)).asked_for, "{url} is not the calendar itself");
        }
        assert!(ours(world, &found(world, &world.calendar)).asked_for);
        let mut without_slash = world.calendar.clone();
        without_slash.set_path(world.calendar.path().trim_end_matches('/'));
        assert!(ours(world, &found(world, &without_slash)).asked_for, "the slash at the end is left out");
    });
}

#[test]
fn an_account_is_found_from_the_host_alone_where_the_well_known_address_leads_to_it() {
    promise().alone().holds(|world| {
        let well_known = world.server.url.join("/.well-known/caldav").unwrap();
        let told = world.server.ask("PROPFIND", &well_known, &[("depth", "0")], None).status;
        let leads = matches!(told, 300..400);
        observe(
            world.server,
            "the well-known address",
            if leads { "leads to the account" } else { "does not lead anywhere" },
        );
        if !leads {
            return world.does_not_apply("the web server that stands before it elsewhere leads there");
        }
        for path in ["/", "/.well-known/caldav", "/nothing/is/here/"] {
            ours(world, &found(world, &world.server.url.join(path).unwrap()));
        }
    });
}

#[test]
fn a_wrong_password_is_told_as_such() {
    promise().alone().holds(|world| {
        let open = world.server.status_for_strangers() == 207;
        observe(world.server, "without credentials", if open { "lets everybody in" } else { "401" });
        if open {
            return world.does_not_apply("it lets everybody in");
        }
        let told = world.calendars_from(&world.server.url, "wrong");
        assert_eq!(told, Err(ProviderError::Unauthorized));
    });
}

#[test]
fn every_calendar_that_is_offered_takes_an_event() {
    promise().alone().holds(|world| {
        let offered = found(world, &world.server.url);
        for calendar in offered.iter().filter(|calendar| calendar.writable && calendar.holds_events()) {
            let phone = Phone::new(world.server, calendar.url.clone());
            phone.put("offered.ics", &event("offered", "Offered", 1));
            phone.delete("offered.ics");
        }
    });
}

#[test]
fn a_calendar_tells_its_colour_and_that_it_may_be_written() {
    promise().alone().holds(|world| {
        let url = world.server.fresh();
        let made = world.server.mkcalendar(&url, "<A:calendar-color>#3b7dd8</A:calendar-color>");
        assert_eq!(made.status, 201, "{made:?}");
        let info =
            found(world, &url).into_iter().find(|calendar| calendar.asked_for).expect("it was just made");
        world.server.delete_calendar(&url);
        let colour = info.color.unwrap_or_default().to_lowercase();
        let manner = match colour.as_str() {
            "" => "dropped",
            kept if kept.starts_with("#3b7dd8") => "kept",
            _ => "replaced by the server's own",
        };
        observe(world.server, "a colour given when a calendar is made", manner);
        assert!(colour.is_empty() || colour.starts_with('#'), "{colour}");
        assert!(info.writable);
    });
}

#[test]
fn a_calendar_is_called_what_its_owner_called_it() {
    promise().alone().holds(|world| {
        let url = world.server.fresh();
        let made =
            world.server.mkcalendar(&url, "<displayname>Caf\u{e9} &amp; Z\u{fc}rich \u{1f4c5}</displayname>");
        assert_eq!(made.status, 201, "{made:?}");
        let name =
            found(world, &url).into_iter().find(|calendar| calendar.asked_for).map(|calendar| calendar.name);
        world.server.delete_calendar(&url);
        assert_eq!(name.as_deref(), Some("Caf\u{e9} & Z\u{fc}rich \u{1f4c5}"));
    });
}

#[test]
fn a_task_list_is_not_taken_for_a_calendar_of_events() {
    promise().alone().holds(|world| {
        let url = world.server.fresh();
        let tasks =
            "<C:supported-calendar-component-set><C:comp name='VTODO'/></C:supported-calendar-component-set>";
        let made = world.server.mkcalendar(&url, tasks);
        assert_eq!(made.status, 201, "{made:?}");
        let asked = "<supported-calendar-component-set xmlns='urn:ietf:params:xml:ns:caldav'/>";
        let told = world.server.propfind(&url, "0", asked).entries[0].props.components.clone();
        let found = found(world, &url);
        world.server.delete_calendar(&url);
        let list = found.into_iter().find(|calendar| calendar.asked_for).expect("it was just made");
        let kept = told == ["VTODO"];
        observe(
            world.server,
            "a list made for tasks alone",
            if kept { "holds tasks alone" } else { "holds events too" },
        );
        assert_eq!(list.holds_events(), !kept, "{told:?}");
    });
}

#[test]
fn a_calendar_that_may_not_be_written_is_known_as_such_and_refuses_in_peace() {
    promise().alone().holds(|own| {
        let Some(url) = &own.server.read_only else {
            return own.does_not_apply("there is no such calendar");
        };
        let world = World::on(own.server, url.clone());
        let offered = found(&world, &own.server.url);
        let there = offered.iter().find(|calendar| calendar.url.path() == url.path()).expect("it is listed");
        assert!(!there.writable, "{there:?}");
        world.book("apt_1", "Booked", 2);
        let report = world.sync();
        assert_eq!((report.imported, report.exported, report.problems.len()), (1, 0, 1), "{report:?}");
        world.wire.take();
        world.comes_to_rest();
        assert!(requests(&world.wire.take(), Method::Put).is_empty(), "what was refused is not tried again");
        assert!(world.appointment("apt_1").status.is_live());
    });
}
