//! What an event and each of its occurrences say of themselves.

use super::flat::Told;
use crate::event::is_transparent;
use crate::ics::Component;

/// `time_zone`: the zone that it is written in; none of dates and floating times.
pub(super) fn describe(component: &Component, time_zone: Option<&str>, told: &mut Told) {
    told.text(time_zone.unwrap_or_default());
    for name in ["SUMMARY", "DESCRIPTION", "LOCATION"] {
        told.text(&component.property(name).map(|p| p.unescaped()).unwrap_or_default());
    }
    told.text(component.property("URL").map_or("", |p| p.value()));
    let categories: Vec<String> = component.properties("CATEGORIES").flat_map(|p| p.texts()).collect();
    told.list(&categories, |told, category| told.text(category));
    told.text(crate::Status::of(component).as_str());
    told.flag(is_transparent(component));
}
