//! A rule said in words: `sentence` says what and in which order, one file for each language says how.

mod english;
mod german;
mod runs;
mod sentence;
#[cfg(test)]
mod tests;

use super::{Frequency, Rule};
use crate::time::{Date, Wall, Weekday};
use chrono::{NaiveTime, Timelike};
use english::English;
use german::German;
use runs::Run;
use sentence::Said;

/// A language in which a rule can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, as in "every second Tuesday until 3 May 2027".
    English,
    /// German, as in "jeden zweiten Dienstag bis 3. Mai 2027".
    German,
}

impl Language {
    /// The language that a tag such as `de-AT` (RFC 5646) begins with, if rules can be said in it.
    pub fn of_tag(tag: &str) -> Option<Language> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Language::English),
            "de" => Some(Language::German),
            _ => None,
        }
    }

    fn phrases(self) -> &'static dyn Phrases {
        match self {
            Language::English => &English,
            Language::German => &German,
        }
    }
}

/// Phrases of which a rule's sentence is made; numbers from the end are negative, as in RFC 5545. Lists are never
/// empty.
trait Phrases {
    /// "every month", "every second month", "every 3 months".
    fn every(&self, unit: Frequency, interval: u32) -> String;
    /// "every Monday and Friday", "every weekday"; the interval is 2 for one weekday only: "every second Tuesday".
    fn every_weekday(&self, days: Weekdays, interval: u32) -> String;
    /// "on Monday and Friday", in a week that was spoken of.
    fn on_weekdays(&self, days: Weekdays) -> String;
    /// "on every Friday and the first Monday": ordinals (0 for each) with their weekdays.
    fn on_ordinals(&self, items: &[(Vec<i64>, Weekday)]) -> String;
    /// "on every weekday", in a stretch that was spoken of.
    fn on_every(&self, days: Weekdays) -> String;
    /// "on the last weekday", "on the first Saturday or Sunday".
    fn on_nth(&self, ordinals: &[i64], days: Weekdays) -> String;
    /// "on the 1st and the last day".
    fn on_month_days(&self, days: &[Run]) -> String;
    /// "on 29 February": months with their days.
    fn on_dates(&self, dates: &[(u32, i64)]) -> String;
    /// "on the 100th day of the year".
    fn on_year_days(&self, days: &[Run]) -> String;
    /// "in June and July".
    fn in_months(&self, months: &[u32]) -> String;
    /// "in week 20".
    fn in_weeks(&self, weeks: &[Run]) -> String;
    /// "of June and July", behind days.
    fn of_months(&self, months: &[u32]) -> String;
    /// "of every month".
    fn of_every_month(&self) -> &'static str;
    /// "of the month".
    fn of_the_month(&self) -> &'static str;
    /// "of the year".
    fn of_the_year(&self) -> &'static str;
    /// "only on Monday".
    fn only(&self, phrase: &str) -> String;
    /// "if that is a Friday".
    fn if_weekday(&self, days: Weekdays) -> String;
    /// "if that is the second Friday".
    fn if_ordinal(&self, items: &[(Vec<i64>, Weekday)]) -> String;
    /// "only the first and the last of each month".
    fn only_positions(&self, positions: &[i64], unit: Frequency) -> String;
    /// "at 09:00 and 15:30".
    fn at(&self, times: &[NaiveTime]) -> String;
    /// "from 09:00 to 16:59", for the hours 9 to 16.
    fn in_hours(&self, hours: &[Run]) -> String;
    /// "at minutes 0 and 30", or seconds.
    fn at_parts(&self, unit: Frequency, parts: &[Run]) -> String;
    /// What SKIP does, where it does something.
    fn skip(&self, forward: bool) -> &'static str;
    /// "until 3 May 2027", "until 3 May 2027 at 18:00".
    fn until(&self, date: Date, time: Option<NaiveTime>) -> String;
    /// Whether "until" would be misread behind this without a comma.
    fn parts_until(&self, said: &str) -> bool;
    /// "10 times", "at most 10 times".
    fn times(&self, count: u64, at_most: bool) -> String;
    /// "weeks begin on Sunday".
    fn week_start(&self, day: Weekday) -> String;
}

/// A set of weekdays, bit 0 being Monday.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Weekdays(u8);

impl Weekdays {
    const ALL: Weekdays = Weekdays(0b111_1111);
    /// Monday to Friday.
    const WORKING: Weekdays = Weekdays(0b001_1111);

    fn of(days: impl IntoIterator<Item = Weekday>) -> Weekdays {
        Weekdays(days.into_iter().fold(0, |bits, day| bits | 1 << day.num_days_from_monday()))
    }

    fn list(self) -> impl Iterator<Item = Weekday> {
        use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
        let days = [Mon, Tue, Wed, Thu, Fri, Sat, Sun];
        days.into_iter().filter(move |day| self.0 >> day.num_days_from_monday() & 1 == 1)
    }

    fn is_one(self) -> bool {
        self.0.count_ones() == 1
    }
}

impl Rule {
    /// The rule in words. `start` is DTSTART on its wall, which says what the rule leaves open; `date_only` is for a
    /// start that is a date. `last` is UNTIL on the same wall; without it an UNTIL in UTC is said as it stands.
    ///
    /// What has no effect by RFC 5545, such as WKST of a plain weekly rule or BYHOUR of dates, is not said, nor are
    /// X- parts.
    ///
    /// ```
    /// # use kalends::{rule::{Language, Rule}, time::Date};
    /// let rule = Rule::parse("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270503").unwrap();
    /// let start = Date::from_ymd_opt(2026, 11, 3).unwrap().and_hms_opt(9, 0, 0).unwrap();
    /// let said = |language| rule.words(language, start, false, None);
    /// assert_eq!(said(Language::English), "every second Tuesday until 3 May 2027");
    /// assert_eq!(said(Language::German), "jeden zweiten Dienstag bis 3. Mai 2027");
    /// ```
    pub fn words(&self, language: Language, start: Wall, date_only: bool, last: Option<Wall>) -> String {
        Said::of(self, language.phrases(), start, date_only).end(last)
    }
}

/// "a, b and c", with the language's word for "and".
fn joined<T: AsRef<str>>(items: impl Iterator<Item = T>, and: &str) -> String {
    let items: Vec<T> = items.collect();
    let mut text = String::new();
    for (i, item) in items.iter().enumerate() {
        match i {
            0 => {}
            i if i + 1 == items.len() => text.extend([" ", and, " "]),
            _ => text.push_str(", "),
        }
        text.push_str(item.as_ref());
    }
    text
}

/// "09:00", with seconds where there are any.
fn clock(time: NaiveTime) -> String {
    match time.second() {
        0 => format!("{:02}:{:02}", time.hour(), time.minute()),
        second => format!("{:02}:{:02}:{second:02}", time.hour(), time.minute()),
    }
}
