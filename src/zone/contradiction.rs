//! What is wrong with the zones that a calendar names: unknown, or defined otherwise than IANA has them.

use super::custom::Custom;
use super::{Rules, Zone, ZoneError, Zones, names, wall_of};
use crate::ics::{Component, DateTime};
use crate::rule::Rule;
use crate::time::Instant;
use std::collections::HashMap;
use std::sync::Arc;

/// So many months after its start a series is compared: every yearly rule has shown itself by then.
const MONTHS: i64 = 12;
const MONTH: i64 = 30 * 86_400;

impl Zones<'_> {
    /// Each TZID of the calendar that cannot be resolved, and each whose VTIMEZONE gives another time than the zone
    /// that its name means, at a time that the calendar speaks of. What is computed follows the name.
    pub fn problems(&self, calendar: &Component) -> Vec<ZoneError> {
        let (mut seen, mut problems) = (HashMap::new(), Vec::new());
        let home = calendar.property("X-WR-TIMEZONE").map(|p| p.unescaped().into_owned());
        if let Some(error) = home.and_then(|home| self.resolve(&home).err()) {
            problems.push(error);
        }
        for component in calendar.components.iter().filter(|c| !c.is("VTIMEZONE")) {
            let months = months_of(component);
            for property in component.properties.iter().filter(|p| p.parameter("TZID").is_some()) {
                for value in DateTime::list(property).flatten() {
                    let DateTime::Zoned { tzid, .. } = &value else { continue };
                    if !seen.contains_key(tzid) {
                        seen.insert(
                            tzid.clone(),
                            self.pair(tzid).map_err(|error| problems.push(error)).ok().flatten(),
                        );
                    }
                    let Some(slot) = seen.get_mut(tzid) else { continue };
                    if let Some(error) =
                        slot.as_ref().and_then(|pair| pair.contradiction(tzid, &value, months))
                    {
                        // Once is enough.
                        *slot = None;
                        problems.push(error);
                    }
                }
            }
        }
        problems
    }

    /// What a name means, and how the calendar defines it; nothing where the two cannot contradict each other.
    fn pair(&self, tzid: &str) -> Result<Option<Pair>, ZoneError> {
        let meant = self.resolve(tzid)?;
        let by_name = names::known(tzid).or_else(|| names::at_end_of_path(tzid)).is_some();
        let custom = self.definition(tzid).filter(|_| by_name).and_then(Custom::read);
        Ok(custom.map(|custom| {
            let first = custom.first();
            let defined = Zone { name: meant.name().into(), rules: Rules::Custom(Arc::new(custom)) };
            Pair { meant, defined, first }
        }))
    }
}

struct Pair {
    meant: Zone,
    defined: Zone,
    /// The first change that is defined; before it a definition says nothing.
    first: i64,
}

impl Pair {
    fn contradiction(&self, tzid: &str, value: &DateTime, months: i64) -> Option<ZoneError> {
        let offset = |zone: &Zone, at: i64| zone.period_at(at).offset;
        let start = self.defined.to_instant(wall_of(value)).millis().div_euclid(1000);
        let differs = |at: &i64| *at >= self.first && offset(&self.defined, *at) != offset(&self.meant, *at);
        let at = (0..=months).map(|month| start + month * MONTH).find(differs)?;
        Some(ZoneError::Contradiction {
            tzid: tzid.chars().take(80).collect(),
            zone: self.meant.name().to_owned(),
            at: Instant::from_millis(at * 1000),
            defined: offset(&self.defined, at) / 60,
            known: offset(&self.meant, at) / 60,
        })
    }
}

/// For how long after its start a component speaks of times, as far as that can be seen without expanding it.
fn months_of(component: &Component) -> i64 {
    let rule = component.property("RRULE").and_then(|p| Rule::parse(p.value()).ok());
    if rule.is_some_and(|rule| !rule.is_bounded()) { MONTHS } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;

    /// A VTIMEZONE that is always at this offset, and an event that names it.
    fn told(tzid: &str, offset: &str, event: &str) -> Vec<String> {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:{tzid}\nBEGIN:STANDARD\nDTSTART:20200101T000000\n\
             TZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\n\
             DTSTART;TZID={tzid}:{event}\nEND:VEVENT\nEND:VCALENDAR"
        );
        let calendar = parse(&text).calendars.remove(0);
        Zones::of(&calendar).problems(&calendar).iter().map(ToString::to_string).collect()
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
    fn names_without_definition_are_told_once() {
        let text = "BEGIN:VCALENDAR\nX-WR-TIMEZONE:Atlantis\nBEGIN:VEVENT\nDTSTART;TZID=Nowhere:20260101T000000\n\
            DTEND;TZID=Nowhere:20260101T010000\nEND:VEVENT\nEND:VCALENDAR";
        let calendar = parse(text).calendars.remove(0);
        let unknown = |name: &str| ZoneError::Unknown(name.into());
        assert_eq!(Zones::of(&calendar).problems(&calendar), [unknown("Atlantis"), unknown("Nowhere")]);
    }
}
