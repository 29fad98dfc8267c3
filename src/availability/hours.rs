//! Working hours: on each weekday, from when to when.

use crate::time::Weekday;
use serde::{Deserialize, Deserializer, de};
use std::collections::BTreeMap;

/// Working hours for each weekday, in minutes after midnight on the wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// Monday first; from, and to, which may lie on the next day.
    days: [Vec<(u16, u16)>; 7],
}

/// Working hours that make no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// A key that is no weekday.
    #[error("\"{0}\" is no weekday; write MO, TU, WE, TH, FR, SA or SU")]
    Weekday(String),
    /// A time that is no time.
    #[error("\"{0}\" is no time of day; write one as 09:00, or 24:00 for the end of the day")]
    Time(String),
    /// A stretch that is empty.
    #[error("working hours from {0} to {0} are empty; leave the day out instead")]
    Empty(String),
}

impl WorkingHours {
    /// No hours on any day.
    pub fn none() -> WorkingHours {
        WorkingHours { days: std::array::from_fn(|_| Vec::new()) }
    }

    /// The same hours with these added, each as `HH:MM`. An end before its start is on the next day.
    pub fn with(mut self, weekday: Weekday, from: &str, to: &str) -> Result<WorkingHours, HoursError> {
        let (start, mut end) = (minutes(from)?, minutes(to)?);
        if start == end {
            return Err(HoursError::Empty(from.to_owned()));
        }
        if end < start {
            end += 24 * 60;
        }
        self.days[weekday.num_days_from_monday() as usize].push((start, end));
        Ok(self)
    }

    /// The hours of a weekday, in minutes after its midnight.
    pub(super) fn of(&self, weekday: Weekday) -> &[(u16, u16)] {
        &self.days[weekday.num_days_from_monday() as usize]
    }
}

impl<'de> Deserialize<'de> for WorkingHours {
    /// From `{"MO": [["09:00", "17:00"]]}`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let days = BTreeMap::<String, Vec<(String, String)>>::deserialize(deserializer)?;
        let mut hours = WorkingHours::none();
        for (day, stretches) in days {
            let weekday = weekday(&day).map_err(de::Error::custom)?;
            for (from, to) in stretches {
                hours = hours.with(weekday, &from, &to).map_err(de::Error::custom)?;
            }
        }
        Ok(hours)
    }
}

/// The weekday of that name in iCalendar, such as `MO`.
pub fn weekday(name: &str) -> Result<Weekday, HoursError> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let place = names.iter().position(|known| known.eq_ignore_ascii_case(name));
    let weekday = place.and_then(|place| Weekday::try_from(place as u8).ok());
    weekday.ok_or_else(|| HoursError::Weekday(name.chars().take(40).collect()))
}

fn minutes(text: &str) -> Result<u16, HoursError> {
    let number =
        |text: &str| text.parse::<u16>().ok().filter(|_| text.len() == 2 && text.as_bytes()[0] != b'+');
    let parts = text.split_once(':').and_then(|(hours, minutes)| Some((number(hours)?, number(minutes)?)));
    match parts {
        Some((hours, minutes)) if minutes < 60 && (hours < 24 || (hours, minutes) == (24, 0)) => {
            Ok(hours * 60 + minutes)
        }
        _ => Err(HoursError::Time(text.chars().take(40).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_that_make_no_sense_are_refused() {
        let hours =
            |from, to| WorkingHours::none().with(Weekday::Mon, from, to).map(|h| h.of(Weekday::Mon).to_vec());
        assert_eq!(hours("09:00", "17:30"), Ok(vec![(540, 1050)]));
        assert_eq!(hours("00:00", "24:00"), Ok(vec![(0, 1440)]));
        assert_eq!(hours("22:00", "02:00"), Ok(vec![(1320, 1560)]));
        for (from, to) in [
            ("9:00", "17:00"),
            ("09:00", "24:01"),
            ("09:60", "17:00"),
            ("", ""),
            ("+9:00", "10:00"),
            ("09:00", "09:00"),
        ] {
            assert!(hours(from, to).is_err(), "{from} {to}");
        }
        assert!(weekday("XX").is_err());
        assert_eq!(weekday("su"), Ok(Weekday::Sun));
    }
}
