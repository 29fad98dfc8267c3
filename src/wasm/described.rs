//! What an event and each of its occurrences say of themselves.

use super::flat::Told;
use crate::event::is_transparent;
use crate::ics::{Component, DateTime};
use crate::zone::{Zone, Zones};

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

/// The same for a component whose zone is yet to be found.
pub(super) fn describe_in(component: &Component, zones: &Zones<'_>, floating: &Zone, told: &mut Told) {
    let start = component.property("DTSTART").and_then(|p| DateTime::of(p).ok());
    let zone = start.filter(names_zone).and_then(|start| zones.zone_of(&start, floating).ok());
    describe(component, zone.as_ref().map(Zone::name), told);
}

pub(super) fn has_zone(component: &Component) -> bool {
    component.property("DTSTART").and_then(|p| DateTime::of(p).ok()).is_some_and(|start| names_zone(&start))
}

fn names_zone(start: &DateTime) -> bool {
    matches!(start, DateTime::Utc(_) | DateTime::Zoned { .. })
}
