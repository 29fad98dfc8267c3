//! What is wrong with the zones that a calendar names: unknown, or defined otherwise than IANA has them.

use super::custom::Custom;
use super::{Rules, Zone, ZoneError, Zones, names};
use crate::ics::{Component, DateTime, Property};
use crate::rule::Rule;
use crate::time::{Instant, Wall};
use chrono::Datelike;
use std::ops::Range;
use std::sync::Arc;

/// The years in which a definition and the zone that its name means are compared.
const YEARS: Range<i32> = 1900..2100;
/// So many names are compared with their definitions; no calendar of people has more.
const NAMES: usize = 64;

impl Zones<'_> {
    /// X-WR-TIMEZONE where it names no zone: floating times are then those of the viewer.
    pub(crate) fn home_unknown(&self, calendar: &Component) -> Option<ZoneError> {
        self.resolve(&calendar.property("X-WR-TIMEZONE")?.unescaped()).err()
    }
}

/// What has been found out about the zones that a calendar names.
pub(crate) struct Doubts<'z, 'c> {
    zones: &'z Zones<'c>,
    standings: Vec<(String, Standing)>,
    /// The last name, and the year from which on it is in order: most often it comes again.
    fine: (String, i32),
    /// The last component, and for how long after its start it speaks of times.
    lasting: Option<(&'c Component<'c>, i64)>,
}

enum Standing {
    Unknown(ZoneError),
    Compared(Comparison),
    /// It means one zone, or its contradiction is told already: once is enough.
    Fine,
}

impl<'z, 'c> Doubts<'z, 'c> {
    pub fn new(zones: &'z Zones<'c>) -> Doubts<'z, 'c> {
        Doubts { zones, standings: Vec::new(), fine: (String::new(), i32::MAX), lasting: None }
    }

    /// What is wrong with the zone that a property of a component names: unknown ones are told each time.
    pub fn of(&mut self, property: &Property, component: &'c Component<'c>) -> Option<ZoneError> {
        let tzid = property.parameter("TZID")?;
        let (name, since) = &self.fine;
        if name == tzid && year_of(property.value()).is_some_and(|year| year >= *since) {
            return None;
        }
        let place = self.standings.iter().position(|(name, _)| name == tzid);
        let place = match place {
            Some(place) => place,
            None if self.standings.len() == NAMES => return self.zones.resolve(tzid).err(),
            None => {
                self.standings.push((tzid.to_owned(), self.zones.standing(tzid)));
                self.standings.len() - 1
            }
        };
        let standing = &mut self.standings[place].1;
        if let Standing::Fine = standing {
            self.fine = (tzid.to_owned(), 0);
            return None;
        }
        let lasting = match self.lasting {
            Some((last, lasting)) if std::ptr::eq(last, component) => lasting,
            _ => self.lasting.insert((component, lasting(component))).1,
        };
        let mut found = None;
        for value in DateTime::list(property) {
            let Ok(DateTime::Zoned { wall, .. }) = value else { continue };
            found = match standing {
                Standing::Unknown(error) => Some(error.clone()),
                Standing::Compared(comparison) => comparison.differs_at(tzid, wall, lasting),
                Standing::Fine => None,
            };
            if found.is_some() {
                break;
            }
        }
        if let Standing::Compared(comparison) = standing {
            self.fine = (tzid.to_owned(), comparison.agree_since());
            if found.is_some() {
                *standing = Standing::Fine;
            }
        }
        found
    }
}

/// The year of a property of one value.
fn year_of(value: &str) -> Option<i32> {
    let digit = |year: i32, byte: &u8| byte.is_ascii_digit().then(|| year * 10 + i32::from(byte - b'0'));
    let year = value.as_bytes().get(..4)?.iter().try_fold(0, digit)?;
    (value.len() <= 16).then_some(year)
}

impl<'c> Zones<'c> {
    fn standing(&self, tzid: &str) -> Standing {
        let meant = match self.resolve(tzid) {
            Ok(meant) => meant,
            Err(error) => return Standing::Unknown(error),
        };
        let by_name = names::known(tzid).or_else(|| names::at_end_of_path(tzid)).is_some();
        match self.definition(tzid).filter(|_| by_name) {
            Some(definition) => Standing::Compared(Comparison::new(meant, definition)),
            None => Standing::Fine,
        }
    }
}

/// A definition beside the zone that its name means.
struct Comparison {
    meant: Zone,
    defined: Zone,
    /// From and until when the two differ, in order.
    stretches: Vec<(i64, i64)>,
}

impl Comparison {
    fn new(meant: Zone, definition: &Component) -> Comparison {
        let Some(custom) = Custom::in_years(definition, YEARS.start, YEARS.end) else {
            return Comparison { defined: meant.clone(), meant, stretches: Vec::new() };
        };
        // Before the first change a definition says nothing.
        let (mut at, end) = (custom.first().max(beginning(YEARS.start)), beginning(YEARS.end));
        let defined = Zone { name: meant.name.clone(), rules: Rules::Custom(Arc::new(custom)) };
        let mut stretches = Vec::new();
        while at < end {
            let (one, other) = (defined.period_at(at), meant.period_at(at));
            let until = one.until.min(other.until);
            if one.offset != other.offset {
                stretches.push((at, until));
            }
            at = until;
        }
        Comparison { meant, defined, stretches }
    }

    /// The year from which on they never differ.
    fn agree_since(&self) -> i32 {
        let Some((_, until)) = self.stretches.last() else { return YEARS.start };
        // An offset may move a time over a year's end.
        chrono::DateTime::from_timestamp(*until, 0).map_or(i32::MAX, |last| last.year() + 2)
    }

    fn differs_at(&self, tzid: &str, wall: Wall, lasting: i64) -> Option<ZoneError> {
        let start = self.defined.to_instant(wall).millis().div_euclid(1000);
        let next = self.stretches.partition_point(|(_, until)| *until <= start);
        let end = start.saturating_add(lasting);
        let at = self.stretches.get(next).filter(|(from, _)| *from <= end)?.0.max(start);
        let offset = |zone: &Zone| zone.period_at(at).offset / 60;
        Some(ZoneError::Contradiction {
            tzid: tzid.chars().take(80).collect(),
            zone: self.meant.name().to_owned(),
            at: Instant::from_millis(at * 1000),
            defined: offset(&self.defined),
            known: offset(&self.meant),
        })
    }
}

/// The first second of a year, in UTC.
fn beginning(year: i32) -> i64 {
    let date = crate::time::Date::from_ymd_opt(year, 1, 1).unwrap_or_default();
    date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp()
}

/// For how long after its start a component speaks of times, as far as that can be seen without expanding it.
fn lasting(component: &Component) -> i64 {
    let rule = component.property("RRULE").and_then(|p| Rule::parse(p.value()).ok());
    if rule.is_some_and(|rule| !rule.is_bounded()) { i64::MAX } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;

    fn doubts(text: &str) -> Vec<ZoneError> {
        let calendar = parse(text).calendars.remove(0);
        let zones = Zones::of(&calendar);
        let mut doubts = Doubts::new(&zones);
        let all = calendar.components.iter().flat_map(|c| c.properties.iter().map(move |p| (p, c)));
        zones.home_unknown(&calendar).into_iter().chain(all.filter_map(|(p, c)| doubts.of(p, c))).collect()
    }

    /// A VTIMEZONE that is always at this offset, and an event that names it.
    fn told(tzid: &str, offset: &str, event: &str) -> Vec<String> {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:{tzid}\nBEGIN:STANDARD\nDTSTART:20200101T000000\n\
             TZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\n\
             DTSTART;TZID={tzid}:{event}\nEND:VEVENT\nEND:VCALENDAR"
        );
        doubts(&text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_definition_counts_as_a_contradiction_where_it_moves_an_event() {
        let summer = "20260701T120000";
        assert!(told("Europe/Berlin", "+0200", summer).is_empty());
        let wrong = told("Europe/Berlin", "+0100", summer);
        assert_eq!(wrong.len(), 1);
        assert!(wrong[0].contains("UTC+01:00") && wrong[0].contains("UTC+02:00"), "{}", wrong[0]);
        assert_eq!(told("W. Europe Standard Time", "+0100", summer).len(), 1);
        assert!(told("Europe/Berlin", "+0100", "20190701T120000").is_empty(), "before the definition begins");
        assert!(told("My own", "+0100", summer).is_empty(), "nothing to contradict");
    }

    #[test]
    fn a_series_without_end_is_compared_as_long_as_it_lasts() {
        assert!(told("Europe/Berlin", "+0200", "20260701T120000\nRRULE:FREQ=DAILY;COUNT=3").is_empty());
        assert_eq!(told("Europe/Berlin", "+0200", "20260701T120000\nRRULE:FREQ=DAILY").len(), 1);
        // Rules as they were before Mexico gave up its summer time in 2022.
        let zone = "BEGIN:VTIMEZONE\nTZID:America/Mexico_City\nBEGIN:STANDARD\nDTSTART:20021027T020000\n\
            RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0600\nEND:STANDARD\n\
            BEGIN:DAYLIGHT\nDTSTART:20020407T020000\nRRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU\n\
            TZOFFSETFROM:-0600\nTZOFFSETTO:-0500\nEND:DAYLIGHT\nEND:VTIMEZONE";
        let event = |lines: &str| {
            let start =
                format!("BEGIN:VEVENT\nDTSTART;TZID=America/Mexico_City:20100601T090000{lines}\nEND:VEVENT");
            doubts(&format!("BEGIN:VCALENDAR\n{zone}\n{start}\nEND:VCALENDAR")).len()
        };
        assert_eq!(
            (event(""), event("\nRRULE:FREQ=WEEKLY;COUNT=9"), event("\nRRULE:FREQ=WEEKLY")),
            (0, 0, 1)
        );
    }

    #[test]
    fn a_contradiction_is_told_once_and_an_unknown_name_each_time() {
        let twice = "20260701T120000\nDTEND;TZID=Europe/Berlin:20260701T130000";
        assert_eq!(told("Europe/Berlin", "+0100", twice).len(), 1);
        let text = "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Atlantis\nBEGIN:VEVENT\nDTSTART;TZID=Nowhere:20260101T000000\n\
            DTEND;TZID=Nowhere:20260101T010000\nRDATE;TZID=Nowhere:20260101T010000Z\nEND:VEVENT\nEND:VCALENDAR";
        let unknown = |name: &str| ZoneError::Unknown(name.into());
        assert_eq!(doubts(text), [unknown("Atlantis"), unknown("Nowhere"), unknown("Nowhere")]);
    }
}
