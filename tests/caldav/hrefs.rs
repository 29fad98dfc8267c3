//! Names that each server writes in its own way are still one name.

use crate::objects::{event, with_summary};
use crate::promise::on_each_server;

/// Names as a client may choose them, percent-encoded as little as possible.
const NAMES: [&str; 7] = [
    "plain.ics",
    "with%20space.ics",
    "a@b.ics",
    "%C3%A1%E6%97%A5.ics",
    "plus+and&.ics",
    "no-suffix",
    "tilde~.ics",
];

#[test]
fn an_object_keeps_its_identity_however_its_name_is_written() {
    on_each_server(|world| {
        for (at, name) in NAMES.into_iter().enumerate() {
            world.phone.put(name, &event(&format!("uid-{at}"), "Old", 1 + at as u32));
        }
        assert_eq!(world.sync().imported, NAMES.len() as u32);
        for name in NAMES {
            world.phone.edit(name, |body| with_summary(body, "New"));
        }
        let report = world.sync();
        assert_eq!(
            (report.imported, report.updated, report.deleted),
            (0, NAMES.len() as u32, 0),
            "{report:?}"
        );
        world.mirrors_the_calendar();
        for name in NAMES {
            world.phone.delete(name);
        }
        assert_eq!(world.sync().deleted, NAMES.len() as u32);
        world.mirrors_the_calendar();
    });
}

#[test]
fn a_colon_in_a_name_is_no_scheme() {
    on_each_server(|world| {
        world.phone.put("plain.ics", &event("plain", "Plain", 1));
        if !world.phone.try_put("a:b.ics", &event("colon", "Colon", 2)) {
            return world.does_not_apply("it takes no such name");
        }
        world.comes_to_rest();
        world.mirrors_the_calendar();
        world.phone.edit("a:b.ics", |body| with_summary(body, "Changed"));
        world.sync();
        assert_eq!(world.summaries()["colon"], "Changed");
    });
}
