//! Working hours: on each weekday, and on dates that are not like their weekday, from when to when.

use crate::time::{Date, Weekday};
use chrono::Datelike;
use serde::{Deserialize, Deserializer, de};
use std::collections::BTreeMap;

/// Working hours for each weekday and for single dates, in minutes after midnight on the wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingHours {
    /// Monday first.
    days: [Vec<Stretch>; 7],
    /// What holds on a date instead; nothing where it is a day off.
    dates: BTreeMap<Date, Vec<Stretch>>,
}

/// From, and to, which may lie on the next day.
type Stretch = (u16, u16);

/// Working hours that make no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// A key that is neither a weekday nor a date.
    #[error("\"{0}\" is no weekday or date; write MO, TU, WE, TH, FR, SA or SU, or a date as 2026-12-24")]
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
        WorkingHours { days: std::array::from_fn(|_| Vec::new()), dates: BTreeMap::new() }
    }

    /// The same hours with these added, each as `HH:MM`. An end before its start is on the next day.
    pub fn with(mut self, weekday: Weekday, from: &str, to: &str) -> Result<WorkingHours, HoursError> {
        self.days[weekday.num_days_from_monday() as usize].push(stretch(from, to)?);
        Ok(self)
    }

    /// The same hours, but for a date, on which these hold instead: none on a day off.
    ///
    /// ```
    /// # use kalends::availability::WorkingHours;
    /// # use kalends::time::{Date, Weekday};
    /// let hours = WorkingHours::none().with(Weekday::Thu, "09:00", "17:00")?;
    /// let holiday = Date::from_ymd_opt(2026, 12, 24).unwrap();
    /// let hours = hours.on(holiday, &[("09:00", "12:00")])?;
    /// assert_ne!(hours, hours.clone().on(holiday, &[])?);
    /// # Ok::<_, kalends::availability::HoursError>(())
    /// ```
    pub fn on(mut self, date: Date, hours: &[(&str, &str)]) -> Result<WorkingHours, HoursError> {
        let hours = hours.iter().map(|(from, to)| stretch(from, to)).collect::<Result<_, _>>()?;
        self.dates.insert(date, hours);
        Ok(self)
    }

    /// The same hours with those of a day that is named by its weekday, such as `MO`, or as a date, such as `2026-12-24`.
    pub fn named(self, day: &str, hours: &[(&str, &str)]) -> Result<WorkingHours, HoursError> {
        if let Ok(date) = Date::parse_from_str(day, "%Y-%m-%d") {
            return self.on(date, hours);
        }
        let weekday = weekday(day)?;
        hours.iter().try_fold(self, |all, (from, to)| all.with(weekday, from, to))
    }

    /// The hours of a date, in minutes after its midnight.
    pub(super) fn of(&self, date: Date) -> &[Stretch] {
        let usual = &self.days[date.weekday().num_days_from_monday() as usize];
        self.dates.get(&date).unwrap_or(usual)
    }
}

impl<'de> Deserialize<'de> for WorkingHours {
    /// From `{"MO": [["09:00", "17:00"]], "2026-12-24": []}`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let days = BTreeMap::<String, Vec<(String, String)>>::deserialize(deserializer)?;
        days.iter().try_fold(WorkingHours::none(), |all, (day, hours)| {
            let hours: Vec<(&str, &str)> =
                hours.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
            all.named(day, &hours).map_err(de::Error::custom)
        })
    }
}

/// The weekday of that name in iCalendar, such as `MO`.
pub fn weekday(name: &str) -> Result<Weekday, HoursError> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let place = names.iter().position(|known| known.eq_ignore_ascii_case(name));
    let weekday = place.and_then(|place| Weekday::try_from(place as u8).ok());
    weekday.ok_or_else(|| HoursError::Weekday(name.chars().take(40).collect()))
}

fn stretch(from: &str, to: &str) -> Result<Stretch, HoursError> {
    let (start, end) = (minutes(from)?, minutes(to)?);
    if start == end {
        return Err(HoursError::Empty(from.to_owned()));
    }
    Ok((start, if end < start { end + 24 * 60 } else { end }))
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
        let monday = Date::from_ymd_opt(2026, 11, 23).unwrap();
        let hours =
            |from, to| WorkingHours::none().with(Weekday::Mon, from, to).map(|h| h.of(monday).to_vec());
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

    #[test]
    fn a_date_may_have_hours_of_its_own_or_none() {
        let json = r#"{"TH": [["09:00", "17:00"]], "2026-12-24": [["09:00", "12:00"]], "2026-12-31": []}"#;
        let hours: WorkingHours = serde_json::from_str(json).unwrap();
        let of = |day| hours.of(Date::from_ymd_opt(2026, 12, day).unwrap());
        assert_eq!((of(17), of(24), of(31)), (&[(540, 1020)][..], &[(540, 720)][..], &[][..]));
        assert!(WorkingHours::none().named("2026-13-01", &[]).is_err());
    }
}
