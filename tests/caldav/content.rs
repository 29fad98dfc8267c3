//! What an event says survives the way there and back.

use crate::objects::{calendar, event, series, two_days, with_summary};
use crate::promise::on_each_server;
use crate::world::World;
use kalends::{Budget, Event, Instant, Span, Zone, occurrences};

/// The times of an event's occurrences in 2027, and what each is called.
fn times(event: &Event) -> Vec<(String, String)> {
    let year = Span::new(
        Instant::parse("2027-01-01T00:00:00Z").unwrap(),
        Instant::parse("2028-01-01T00:00:00Z").unwrap(),
    );
    let found =
        occurrences(event, year.unwrap(), &Zone::utc(), &mut Budget::default()).expect("a series that ends");
    let told = found.iter().map(|one| (format!("{:?}", one.span), one.summary()));
    told.collect()
}

/// The mirrored event with this UID.
fn mirrored(world: &World, uid: &str) -> Event {
    let found = world.mirrored().into_iter().find(|event| world.phone.uid(event) == uid);
    found.unwrap_or_else(|| panic!("{uid} is not mirrored"))
}

#[test]
fn a_series_with_an_exception_and_a_moved_instance_takes_place_when_its_owner_meant() {
    on_each_server(|world| {
        world.phone.put("series.ics", &series("series"));
        world.sync();
        let (here, meant) = (mirrored(world, "series"), Event::parse(&series("series")).unwrap());
        assert_eq!(times(&here), times(&meant));
        assert_eq!(times(&here).len(), 9);
        assert!(here.to_ics().contains("X-STUDIO-ROOM:2"));
    });
}

#[test]
fn an_override_that_is_added_later_arrives() {
    on_each_server(|world| {
        world.phone.put("series.ics", &series("series"));
        world.sync();
        let moved = "BEGIN:VEVENT\r\nUID:series@here\r\nDTSTAMP:20270101T000000Z\r\n\
             RECURRENCE-ID;TZID=Europe/Madrid:20270405T090000\r\nDTSTART;TZID=Europe/Madrid:20270406T100000\r\n\
             DURATION:PT2H\r\nSUMMARY:Class at ten\r\nEND:VEVENT\r\nEND:VCALENDAR";
        world.phone.edit("series.ics", |body| body.replacen("END:VCALENDAR", moved, 1));
        world.sync();
        let meant = series("series").replacen("END:VCALENDAR", moved, 1);
        assert_eq!(times(&mirrored(world, "series")), times(&Event::parse(&meant).unwrap()));
    });
}

#[test]
fn an_all_day_event_keeps_its_days() {
    on_each_server(|world| {
        world.phone.put("fair.ics", &two_days("fair"));
        world.sync();
        for zone in ["Pacific/Auckland", "America/Los_Angeles"] {
            let zone = Zone::iana(zone).unwrap();
            let content = mirrored(world, "fair").content(&zone).unwrap();
            let meant = Event::parse(&two_days("fair")).unwrap().content(&zone).unwrap();
            assert!(content.all_day && content.span == meant.span, "{content:?}");
        }
    });
}

#[test]
fn texts_in_any_script_and_emoji_arrive_and_go_back_unchanged() {
    on_each_server(|world| {
        let name =
            "Caf\u{e9} \u{65e5}\u{672c} \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f469}\u{200d}\u{1f3a8} \u{1f4c5}";
        world.phone.put("text.ics", &event("text", name, 1));
        world.sync();
        assert_eq!(world.summaries()["text"], name);
        world.book("apt_1", name, 2);
        world.sync();
        let path = world.path_of("apt_1");
        let there = Event::parse(&world.phone.get(&path).expect("it was booked").0).unwrap();
        assert_eq!(there.content(&Zone::utc()).unwrap().summary, name);
        world.phone.edit(&path, |body| with_summary(body, "\u{1f409}\u{1f42f}"));
        world.comes_to_rest();
        assert_eq!(world.appointment("apt_1").title.as_deref(), Some("\u{1f409}\u{1f42f}"));
    });
}

#[test]
fn an_event_that_moves_there_moves_its_appointment_in_its_own_zone() {
    on_each_server(|world| {
        world.book("apt_1", "Booked", 1);
        world.sync();
        let path = world.path_of("apt_1");
        world.phone.edit(&path, |body| {
            body.replace("20270301T100000", "20270329T100000").replace("20270301T110000", "20270329T110000")
        });
        world.sync();
        // The clocks went forward in between: ten in Madrid is eight in UTC now, not nine.
        assert_eq!(world.appointment("apt_1").span.start(), Instant::parse("2027-03-29T08:00:00Z").unwrap());
        world.comes_to_rest();
        world.mirrors_the_calendar();
    });
}

#[test]
fn an_appointment_that_the_phone_made_a_series_stays_one_when_it_is_changed_here() {
    on_each_server(|world| {
        world.book("apt_1", "Booked", 1);
        world.sync();
        let path = world.path_of("apt_1");
        world.phone.edit(&path, |body| {
            let (head, rest) = body.split_once("BEGIN:VEVENT").expect("an event");
            let uid = rest.split("UID:").nth(1).and_then(|rest| rest.split("\r\n").next()).expect("a UID");
            let moved = format!(
                "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20270101T000000Z\r\nSUMMARY:Moved\r\n\
                 RECURRENCE-ID;TZID=Europe/Madrid:20270308T100000\r\n\
                 DTSTART;TZID=Europe/Madrid:20270309T120000\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR"
            );
            let event = rest.replacen("END:VEVENT", "RRULE:FREQ=WEEKLY;COUNT=3\r\nEND:VEVENT", 1);
            format!("{head}BEGIN:VEVENT{}", event.replacen("END:VCALENDAR", &moved, 1))
        });
        world.sync();
        world.change("apt_1", |apt| apt.title = Some("Renamed".into()));
        world.comes_to_rest();
        world.mirrors_the_calendar();
        let (_, body) = world.phone.only();
        let there = times(&Event::parse(&body).unwrap());
        let starts: Vec<_> = there.iter().map(|(_, summary)| summary.as_str()).collect();
        assert_eq!(starts, ["Renamed", "Moved", "Renamed"], "{body}");
    });
}

#[test]
fn an_appointment_that_becomes_all_day_there_stays_so() {
    on_each_server(|world| {
        world.book("apt_1", "Booked", 1);
        world.sync();
        let path = world.path_of("apt_1");
        world.phone.edit(&path, |body| {
            body.replace("DTSTART;TZID=Europe/Madrid:20270301T100000", "DTSTART;VALUE=DATE:20270301")
                .replace("DTEND;TZID=Europe/Madrid:20270301T110000", "DTEND;VALUE=DATE:20270302")
        });
        world.comes_to_rest();
        let (_, body) = world.phone.only();
        assert!(body.contains("VALUE=DATE:20270301"), "{body}");
        world.mirrors_the_calendar();
    });
}

#[test]
fn one_bad_event_does_not_keep_the_others_away() {
    on_each_server(|world| {
        world.phone.put("good.ics", &event("good", "Good", 1));
        let zone = "DTSTART;TZID=Nowhere/Land:20270302T090000\r\nDURATION:PT1H";
        let bad = format!(
            "BEGIN:VEVENT\r\nUID:bad@here\r\nDTSTAMP:20270101T000000Z\r\n{zone}\r\nSUMMARY:Bad\r\nEND:VEVENT\r\n"
        );
        let taken = world.phone.try_put("bad.ics", &calendar(&bad));
        world.comes_to_rest();
        assert_eq!(world.summaries().get("good").map(String::as_str), Some("Good"));
        assert_eq!(world.summaries().contains_key("bad"), taken);
    });
}
