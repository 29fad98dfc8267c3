//! What is wrong with the zones that a calendar names: unknown, or defined otherwise than IANA has them.

use super::custom::Custom;
use super::{Rules, Zone, ZoneError, Zones, names, wall_of};
use crate::ics::{Component, DateTime, Property};
use crate::rule::Rule;
use crate::time::Instant;
use std::collections::HashMap;
use std::sync::Arc;

/// For so long after its start a series without end is compared: every yearly rule has shown itself by then.
const YEAR: i64 = 360 * 86_400;
/// 2100, up to which definitions are laid out.
const LAST: i64 = 4_102_444_800;

impl Zones<'_> {
    /// X-WR-TIMEZONE where it names no zone: floating times are then those of the viewer.
    pub(crate) fn home_unknown(&self, calendar: &Component) -> Option<ZoneError> {
        self.resolve(&calendar.property("X-WR-TIMEZONE")?.unescaped()).err()
    }
}

/// What has been found out about the zones that a calendar names.
pub(crate) struct Doubts<'z, 'c> {
    zones: &'z Zones<'c>,
    standings: HashMap<String, Standing>,
    /// The last name that is in order: most often it comes again.
    fine: String,
}

enum Standing {
    Unknown(ZoneError),
    Differs(Difference),
    /// It means one zone, or its contradiction is told already: once is enough.
    Fine,
}

impl<'z, 'c> Doubts<'z, 'c> {
    pub fn new(zones: &'z Zones<'c>) -> Doubts<'z, 'c> {
        Doubts { zones, standings: HashMap::new(), fine: String::new() }
    }

    /// What is wrong with the zone that a property of a component names: unknown ones are told each time.
    pub fn of(&mut self, property: &Property, component: &Component) -> Option<ZoneError> {
        let tzid = property.parameter("TZID").filter(|tzid| *tzid != self.fine)?;
        if !self.standings.contains_key(tzid) {
            let standing = match self.zones.difference(tzid) {
                Err(error) => Standing::Unknown(error),
                Ok(Some(difference)) => Standing::Differs(difference),
                Ok(None) => Standing::Fine,
            };
            self.standings.insert(tzid.to_owned(), standing);
        }
        let standing = self.standings.get_mut(tzid)?;
        let mut zoned = DateTime::list(property).flatten().filter(|v| matches!(v, DateTime::Zoned { .. }));
        let found = match standing {
            Standing::Unknown(error) => return zoned.next().map(|_| error.clone()),
            Standing::Differs(difference) => {
                let lasting = lasting(component);
                zoned.find_map(|value| difference.at(tzid, &value, lasting))
            }
            Standing::Fine => None,
        };
        if found.is_some() {
            *standing = Standing::Fine;
        }
        if let Standing::Fine = standing {
            tzid.clone_into(&mut self.fine);
        }
        found
    }
}

impl Zones<'_> {
    /// How the definition of a name differs from what the name means; nothing where the two cannot contradict each
    /// other.
    fn difference(&self, tzid: &str) -> Result<Option<Difference>, ZoneError> {
        let meant = self.resolve(tzid)?;
        let by_name = names::known(tzid).or_else(|| names::at_end_of_path(tzid)).is_some();
        let custom = self.definition(tzid).filter(|_| by_name).and_then(Custom::read);
        Ok(custom.map(|custom| Difference::between(meant, custom)).filter(|d| !d.stretches.is_empty()))
    }
}

/// When a definition gives another offset than the zone that its name means.
struct Difference {
    meant: Zone,
    defined: Zone,
    /// From and until, in order.
    stretches: Vec<(i64, i64)>,
}

impl Difference {
    /// Compared from the first change that is defined: before it a definition says nothing.
    fn between(meant: Zone, custom: Custom) -> Difference {
        let mut at = custom.first();
        let defined = Zone { name: meant.name().into(), rules: Rules::Custom(Arc::new(custom)) };
        let mut stretches = Vec::new();
        while at < LAST {
            let (one, other) = (defined.period_at(at), meant.period_at(at));
            let until = one.until.min(other.until);
            if one.offset != other.offset {
                stretches.push((at, until));
            }
            at = until;
        }
        Difference { meant, defined, stretches }
    }

    fn at(&self, tzid: &str, value: &DateTime, lasting: i64) -> Option<ZoneError> {
        let start = self.defined.to_instant(wall_of(value)).millis().div_euclid(1000);
        let next = self.stretches.partition_point(|(_, until)| *until <= start);
        let at = self.stretches.get(next).filter(|(from, _)| *from <= start + lasting)?.0.max(start);
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

/// For how long after its start a component speaks of times, as far as that can be seen without expanding it.
fn lasting(component: &Component) -> i64 {
    let rule = component.property("RRULE").and_then(|p| Rule::parse(p.value()).ok());
    if rule.is_some_and(|rule| !rule.is_bounded()) { YEAR } else { 0 }
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
    fn a_series_without_end_is_compared_for_a_year() {
        assert!(told("Europe/Berlin", "+0200", "20260701T120000\nRRULE:FREQ=DAILY;COUNT=3").is_empty());
        assert_eq!(told("Europe/Berlin", "+0200", "20260701T120000\nRRULE:FREQ=DAILY").len(), 1);
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
