//! What in a rule that can be expanded is not as RFC 5545 §3.3.10 wants it.

use super::{Frequency, Rule};
use crate::time::Wall;
use chrono::Datelike;

/// Every part that is known, RFC 7529's included.
const PARTS: &[&str] = &[
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "RSCALE",
    "SKIP",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYMONTH",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYSETPOS",
];

impl Rule {
    /// Whether it gives the wall time at which it begins, where that can be seen at once: without parts that pick
    /// times, or with weekdays alone.
    pub(crate) fn gives_at_once(&self, start: Wall) -> Option<bool> {
        let parts = [self.seconds, self.minutes, self.hours, self.months];
        let lists = [&self.month_days, &self.year_days, &self.weeks];
        let is_simple = parts == [0; 4]
            && lists.iter().all(|list| list.is_empty())
            && self.positions.is_empty()
            && (self.weekdays.is_empty() || self.frequency <= Frequency::Weekly);
        let fits = || self.weekdays.iter().any(|(_, weekday)| *weekday == start.weekday());
        is_simple.then(|| self.weekdays.is_empty() || fits())
    }

    /// Whether BYSETPOS names only what no interval has: then the rule gives nothing, however far it is followed.
    pub(super) fn reaches_no_position(&self, frequency: Frequency) -> bool {
        // SKIP may bring a few days from the neighbours.
        let days = match frequency {
            Frequency::Yearly => 400,
            Frequency::Monthly => 40,
            Frequency::Weekly => 7,
            _ => 1,
        };
        let times = [
            (Frequency::Daily, self.hours),
            (Frequency::Hourly, self.minutes),
            (Frequency::Minutely, self.seconds),
        ];
        let picked = times.into_iter().filter(|(finest, _)| frequency >= *finest);
        let most = picked.fold(days, |most, (_, bits)| most * u64::from(bits.count_ones().max(1)));
        !self.positions.is_empty() && self.positions.iter().all(|position| position.unsigned_abs() > most)
    }

    /// A part that must not stand beside the others, or in a rule that begins on a date.
    pub(crate) fn misplaced_part(&self, date_only: bool) -> Option<&'static str> {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let has_ordinal = self.weekdays.iter().any(|(ordinal, _)| *ordinal != 0);
        let takes_ordinal = self.frequency == Monthly || (self.frequency == Yearly && self.weeks.is_empty());
        let times = (self.hours, self.minutes, self.seconds);
        let days = [&self.month_days, &self.year_days, &self.weeks];
        let alone = times == (0, 0, 0)
            && self.months == 0
            && self.weekdays.is_empty()
            && days.iter().all(|list| list.is_empty());
        let doubts = [
            ("BYDAY", has_ordinal && !takes_ordinal),
            ("BYWEEKNO", !self.weeks.is_empty() && self.frequency != Yearly),
            ("BYYEARDAY", !self.year_days.is_empty() && (Daily..=Monthly).contains(&self.frequency)),
            ("BYMONTHDAY", !self.month_days.is_empty() && self.frequency == Weekly),
            ("BYSETPOS", !self.positions.is_empty() && alone),
            ("BYHOUR", date_only && self.hours != 0),
            ("BYMINUTE", date_only && self.minutes != 0),
            ("BYSECOND", date_only && self.seconds != 0),
        ];
        doubts.into_iter().find(|(_, is_misplaced)| *is_misplaced).map(|(part, _)| part)
    }
}

/// A part of a rule that is passed over: it is unknown, says nothing, or is given again later. X- parts are meant
/// for others.
pub(crate) fn ignored_part(text: &str) -> Option<&str> {
    let mut seen = 0_u32;
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).find(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let (name, value) = (name.trim(), value.trim());
        let Some(place) = PARTS.iter().position(|known| known.eq_ignore_ascii_case(name)) else {
            return !name.get(..2).is_some_and(|x| x.eq_ignore_ascii_case("X-"));
        };
        let again = seen >> place & 1 == 1;
        seen |= 1 << place;
        let void = [("INTERVAL", "0"), ("COUNT", "-1")].contains(&(PARTS[place], value));
        again || value.is_empty() || void
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_at_once_is_what_the_rule_gives() {
        let day = |day| crate::time::Date::from_ymd_opt(2026, 6, day).unwrap().and_hms_opt(9, 0, 0).unwrap();
        for text in
            ["DAILY", "HOURLY;INTERVAL=5", "WEEKLY;BYDAY=MO,2TU", "DAILY;BYDAY=WE", "MONTHLY", "YEARLY"]
        {
            let rule = Rule::parse(&format!("FREQ={text}")).unwrap();
            for start in (1..=7).map(day) {
                let gives = rule.walls(start, false).next() == Some(start);
                assert_eq!(rule.gives_at_once(start), Some(gives), "{text} {start}");
            }
        }
        for text in ["MONTHLY;BYDAY=1MO", "DAILY;BYHOUR=9", "YEARLY;BYMONTH=6", "WEEKLY;BYDAY=MO;BYSETPOS=1"]
        {
            assert_eq!(Rule::parse(&format!("FREQ={text}")).unwrap().gives_at_once(day(1)), None, "{text}");
        }
    }

    #[test]
    fn a_part_that_may_not_stand_there_is_named() {
        for (text, date_only, part) in [
            ("FREQ=WEEKLY;BYDAY=1MO", false, Some("BYDAY")),
            ("FREQ=YEARLY;BYDAY=1MO;BYWEEKNO=20", false, Some("BYDAY")),
            ("FREQ=YEARLY;BYDAY=20MO", false, None),
            ("FREQ=MONTHLY;BYDAY=-1FR", false, None),
            ("FREQ=MONTHLY;BYWEEKNO=20", false, Some("BYWEEKNO")),
            ("FREQ=MONTHLY;BYYEARDAY=20", false, Some("BYYEARDAY")),
            ("FREQ=HOURLY;BYYEARDAY=20", false, None),
            ("FREQ=WEEKLY;BYMONTHDAY=20", false, Some("BYMONTHDAY")),
            ("FREQ=MONTHLY;BYSETPOS=1", false, Some("BYSETPOS")),
            ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1", false, None),
            ("FREQ=DAILY;BYHOUR=9", false, None),
            ("FREQ=DAILY;BYHOUR=9", true, Some("BYHOUR")),
        ] {
            assert_eq!(Rule::parse(text).unwrap().misplaced_part(date_only), part, "{text}");
        }
    }

    #[test]
    fn what_is_passed_over_is_named() {
        for (text, part) in [
            ("FREQ=DAILY;INTERVAL=2;", None),
            ("freq=daily;X-Mine=1", None),
            ("FREQ=DAILY;COUNT", Some("COUNT")),
            ("FREQ=DAILY;BYDAY=", Some("BYDAY=")),
            ("FREQ=DAILY;INTERVAL=0", Some("INTERVAL=0")),
            ("FREQ=DAILY;COUNT=-1", Some("COUNT=-1")),
            ("FREQ=DAILY;EVERY=2", Some("EVERY=2")),
            ("FREQ=DAILY;COUNT=1;COUNT=2", Some("COUNT=2")),
        ] {
            assert_eq!(ignored_part(text), part, "{text}");
        }
    }
}
