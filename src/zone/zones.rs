//! The zones that one calendar object speaks of.

use super::custom::Custom;
use super::{Rules, Zone, ZoneError, names};
use crate::ics::{Component, DateTime};
use crate::time::{Instant, Wall};
use chrono::NaiveTime;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Resolves the TZIDs of a calendar object.
///
/// A name that is known, IANA's or Windows', alone or at the end of a path, means that zone even where the
/// calendar brings a definition: its rules are kept up to date, a definition ages. Other names mean the VTIMEZONE
/// that came with them; without one, what a display name says.
#[derive(Debug, Default)]
pub struct Zones<'c> {
    definitions: Vec<Definition<'c>>,
    /// X-WR-TIMEZONE, where floating times of this calendar are at home.
    home: Option<Zone>,
    /// The names resolved so far: a calendar repeats a few of them by the thousand.
    resolved: Mutex<Vec<(String, Zone)>>,
}

/// So many names are remembered; no calendar of people names more.
const REMEMBERED: usize = 16;

/// So many definitions are read: the world has fewer zones.
const DEFINITIONS: usize = 500;

#[derive(Debug)]
struct Definition<'c> {
    tzid: String,
    component: &'c Component<'c>,
    zone: OnceLock<Option<Zone>>,
}

impl<'c> Zones<'c> {
    /// The zones of a VCALENDAR.
    pub fn of(calendar: &'c Component<'c>) -> Zones<'c> {
        let definition = |component: &'c Component<'c>| {
            let tzid = component.property("TZID")?.unescaped().trim().to_owned();
            Some(Definition { tzid, component, zone: OnceLock::new() })
        };
        let mut zones = Zones {
            definitions: calendar.components("VTIMEZONE").filter_map(definition).take(DEFINITIONS).collect(),
            home: None,
            resolved: Mutex::default(),
        };
        let home = calendar.property("X-WR-TIMEZONE").map(|p| p.unescaped());
        zones.home = home.and_then(|name| zones.resolve(&name).ok());
        zones
    }

    /// The zone that a TZID means; an unknown one is an error, never quietly UTC.
    pub fn resolve(&self, tzid: &str) -> Result<Zone, ZoneError> {
        let tzid = tzid.trim();
        let mut resolved = self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, zone)) = resolved.iter().find(|(name, _)| name == tzid) {
            return Ok(zone.clone());
        }
        let found = names::known(tzid)
            .or_else(|| names::at_end_of_path(tzid))
            .or_else(|| self.defined(tzid))
            .or_else(|| names::displayed(tzid));
        let zone = found.ok_or_else(|| ZoneError::Unknown(tzid.chars().take(80).collect()))?;
        if resolved.len() < REMEMBERED {
            resolved.push((tzid.to_owned(), zone.clone()));
        }
        Ok(zone)
    }

    fn find(&self, tzid: &str) -> Option<&Definition<'c>> {
        self.definitions.iter().find(|d| d.tzid.eq_ignore_ascii_case(tzid.trim()))
    }

    /// The VTIMEZONE of that name.
    pub(crate) fn definition(&self, tzid: &str) -> Option<&'c Component<'c>> {
        self.find(tzid).map(|definition| definition.component)
    }

    fn defined(&self, tzid: &str) -> Option<Zone> {
        let definition = self.find(tzid)?;
        let read = || {
            // What libical and Lightning call the zone when its name is not a name.
            let known =
                definition.component.property("X-LIC-LOCATION").and_then(|p| names::known(&p.unescaped()));
            let custom = || Custom::read(definition.component).map(|custom| Rules::Custom(Arc::new(custom)));
            known.or_else(|| Some(Zone { name: definition.tzid.as_str().into(), rules: custom()? }))
        };
        definition.zone.get_or_init(read).clone()
    }

    /// The zone in which a value is to be read; `floating` serves dates, and times without a zone in a calendar
    /// that has no X-WR-TIMEZONE.
    pub fn zone_of(&self, value: &DateTime, floating: &Zone) -> Result<Zone, ZoneError> {
        match value {
            DateTime::Utc(_) => Ok(Zone::utc()),
            DateTime::Zoned { tzid, .. } => self.resolve(tzid),
            DateTime::Date(_) => Ok(floating.clone()),
            DateTime::Floating(_) => Ok(self.home.as_ref().unwrap_or(floating).clone()),
        }
    }

    /// The instant that a value means; a date is its midnight in `floating`.
    pub fn instant_of(&self, value: &DateTime, floating: &Zone) -> Result<Instant, ZoneError> {
        Ok(self.zone_of(value, floating)?.to_instant(wall_of(value)))
    }
}

/// The wall time of a value in its own zone.
pub(crate) fn wall_of(value: &DateTime) -> Wall {
    match value {
        DateTime::Date(date) => date.and_time(NaiveTime::MIN),
        DateTime::Floating(wall) | DateTime::Zoned { wall, .. } => *wall,
        DateTime::Utc(instant) => instant.to_utc(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::{parse, parse_date_time};

    const OUTLOOK: &str = "BEGIN:VTIMEZONE\nTZID:Customized Time Zone\nBEGIN:STANDARD\nDTSTART:16010101T030000\n\
        TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n\
        BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n\
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT\nEND:VTIMEZONE\n";
    const ODD: &str = "BEGIN:VTIMEZONE\nTZID:Odd\nBEGIN:STANDARD\nDTSTART:20200101T000000\nTZOFFSETFROM:-0000\n\
        TZOFFSETTO:+001530\nRDATE:20210101T000000\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20200601T000000\n\
        TZOFFSETFROM:+001530\nTZOFFSETTO:+0200\nEND:DAYLIGHT\nEND:VTIMEZONE\n\
        BEGIN:VTIMEZONE\nTZID:Empty\nEND:VTIMEZONE\n";

    fn calendar() -> Component<'static> {
        let text = format!("BEGIN:VCALENDAR\nX-WR-TIMEZONE:Asia/Tokyo\n{OUTLOOK}{ODD}END:VCALENDAR\n");
        parse(&text).calendars.remove(0).into_owned()
    }

    fn instant(tzid: &str, local: &str) -> String {
        let calendar = calendar();
        let zones = Zones::of(&calendar);
        let wall = wall_of(&parse_date_time(local).unwrap());
        let value = DateTime::Zoned { wall, tzid: tzid.into() };
        zones.instant_of(&value, &Zone::utc()).map_or_else(|e| e.to_string(), |i| i.to_string())
    }

    #[test]
    fn a_definition_that_came_with_the_calendar_is_followed() {
        for (tzid, local, meant) in [
            ("Customized Time Zone", "20260329T023000", "2026-03-29T01:30:00Z"),
            ("Customized Time Zone", "20260701T120000", "2026-07-01T10:00:00Z"),
            ("Customized Time Zone", "20261025T023000", "2026-10-25T00:30:00Z"),
            ("Customized Time Zone", "20261225T120000", "2026-12-25T11:00:00Z"),
            ("Odd", "20190101T000000", "2019-01-01T00:00:00Z"),
            ("odd", "20200301T001530", "2020-03-01T00:00:00Z"),
            ("Odd", "20200701T020000", "2020-07-01T00:00:00Z"),
            ("Odd", "20210301T001530", "2021-03-01T00:00:00Z"),
            ("Europe/Berlin", "20260701T120000", "2026-07-01T10:00:00Z"),
        ] {
            assert_eq!(instant(tzid, local), meant, "{tzid} {local}");
        }
        assert!(instant("Empty", "20260101T000000").contains("\"Empty\" is unknown"));
    }

    #[test]
    fn floating_times_are_at_home_where_the_calendar_says() {
        let calendar = calendar();
        let value = parse_date_time("20260101T090000").unwrap();
        let instant = Zones::of(&calendar).instant_of(&value, &Zone::utc()).unwrap();
        assert_eq!(instant.to_string(), "2026-01-01T00:00:00Z");
    }
}
