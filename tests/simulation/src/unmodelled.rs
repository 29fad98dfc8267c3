//! What a calendar object says beyond what Kalends models (RFC 5545 alarms, guests, attachments, X- properties): it has
//! to survive an update.

use kalends::ics::{Component, Property, parse};

/// The properties by which an update says what it is about.
const MODELLED: [&str; 13] = [
    "SUMMARY",
    "DESCRIPTION",
    "LOCATION",
    "DTSTART",
    "DTEND",
    "DURATION",
    "DUE",
    "STATUS",
    "COMPLETED",
    "PERCENT-COMPLETE",
    "CATEGORIES",
    "RRULE",
    "SEQUENCE",
];

/// The properties that tell when it was written.
const STAMPS: [&str; 2] = ["DTSTAMP", "LAST-MODIFIED"];

/// What of an object is not in another that was made of it.
pub fn lost(old: &str, new: &str) -> Vec<String> {
    let (old, new) = (entries(old), entries(new));
    let mut lost = Vec::new();
    let named = |entry: &Component<'_>| entry.property("RECURRENCE-ID").map(|id| id.value().to_owned());
    for entry in &old {
        let Some(kept) = new.iter().find(|kept| named(kept) == named(entry)) else {
            // One occurrence may be as its series says again.
            lost.extend(named(entry).is_none().then(|| format!("the {}", entry.name())));
            continue;
        };
        let of_series = |property: &Property<'_>| entry.is("VEVENT") && property.is("EXDATE");
        for property in entry.properties.iter().filter(|one| !is_modelled(one) && !of_series(one)) {
            if !kept.properties.contains(property) {
                lost.push(format!("{}:{}", property.name(), property.value()));
            }
        }
        for inner in entry.components.iter().filter(|inner| !kept.components.contains(inner)) {
            lost.push(format!("a {}", inner.name()));
        }
    }
    lost
}

fn entries(body: &str) -> Vec<Component<'_>> {
    let calendars = parse(body).calendars.into_iter();
    let components = calendars.flat_map(|calendar| calendar.components);
    components.filter(|component| component.is("VEVENT") || component.is("VTODO")).collect()
}

fn is_modelled(property: &Property<'_>) -> bool {
    MODELLED.iter().chain(&STAMPS).any(|name| property.is(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_update_leaves_out_is_told_and_what_it_is_about_is_not() {
        let event =
            |says: &str| format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:e\n{says}END:VEVENT\nEND:VCALENDAR\n");
        let alarm = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT10M\nEND:VALARM\n";
        let old = event(&format!("SUMMARY:Cut\nX-A;X-B=1:c\nATTENDEE:mailto:a@b.c\n{alarm}"));
        assert_eq!(lost(&old, &old.replace("Cut", "Colour")), [""; 0]);
        assert_eq!(lost(&old, &old.replace("X-B=1", "X-B=2")), ["X-A:c"]);
        assert_eq!(lost(&old, &event("")), ["X-A:c", "ATTENDEE:mailto:a@b.c", "a VALARM"]);
        assert_eq!(lost(&old, ""), ["the VEVENT"]);
    }
}
