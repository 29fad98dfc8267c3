//! How a rule is said in English.

use super::{Frequency, Phrases, Run, Weekdays, clock, joined};
use crate::time::{Date, Weekday};
use chrono::{Datelike, NaiveTime};

pub(super) struct English;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const ORDINALS: [&str; 12] = [
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
];

fn month(number: u32) -> &'static str {
    MONTHS[(number as usize).clamp(1, 12) - 1]
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

fn unit(unit: Frequency) -> &'static str {
    match unit {
        Frequency::Secondly => "second",
        Frequency::Minutely => "minute",
        Frequency::Hourly => "hour",
        Frequency::Daily => "day",
        Frequency::Weekly => "week",
        Frequency::Monthly => "month",
        Frequency::Yearly => "year",
    }
}

/// "1st".
fn numbered(number: i64) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

/// "first", "last", "second to last".
fn ordinal(number: i64) -> String {
    match number {
        -1 => "last".to_owned(),
        number if number < 0 => format!("{} to last", ordinal(number.saturating_neg())),
        1..=12 => ORDINALS[number as usize - 1].to_owned(),
        number => numbered(number),
    }
}

/// The weekdays, or one word for them.
fn kind(days: Weekdays, and: &str) -> String {
    match days {
        Weekdays::WORKING => "weekday".to_owned(),
        Weekdays::ALL => "day".to_owned(),
        days => joined(days.list().map(weekday), and),
    }
}

fn ordinals(items: &[(Vec<i64>, Weekday)], and: &str, every: &str) -> String {
    let item = |(numbers, day): &(Vec<i64>, Weekday)| match numbers[..] {
        [0] => format!("{every} {}", weekday(*day)),
        _ => format!("the {} {}", joined(numbers.iter().map(|n| ordinal(*n)), and), weekday(*day)),
    };
    joined(items.iter().map(item), and)
}

/// "the 1st, the 8th to the 14th and the last day".
fn days(days: &[Run]) -> String {
    let one = |number: i64| match number {
        number if number > 0 => format!("the {}", numbered(number)),
        number => format!("the {} day", ordinal(number)),
    };
    let run = |(first, last): &Run| match first == last {
        true => one(*first),
        false => format!("{} to {}", one(*first), one(*last)),
    };
    joined(days.iter().map(run), "and")
}

fn numbers(runs: &[Run]) -> String {
    let run = |(first, last): &Run| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    };
    joined(runs.iter().map(run), "and")
}

impl Phrases for English {
    fn every(&self, frequency: Frequency, interval: u32) -> String {
        let unit = unit(frequency);
        match interval {
            1 => format!("every {unit}"),
            2 if frequency >= Frequency::Daily => format!("every second {unit}"),
            interval => format!("every {interval} {unit}s"),
        }
    }

    fn every_weekday(&self, days: Weekdays, interval: u32) -> String {
        let every = if interval == 2 { "every second" } else { "every" };
        format!("{every} {}", kind(days, "and"))
    }

    fn on_weekdays(&self, days: Weekdays) -> String {
        match days {
            Weekdays::WORKING => "from Monday to Friday".to_owned(),
            Weekdays::ALL => "on every day".to_owned(),
            days => format!("on {}", kind(days, "and")),
        }
    }

    fn on_every(&self, days: Weekdays) -> String {
        format!("on every {}", kind(days, "and"))
    }

    fn on_ordinals(&self, items: &[(Vec<i64>, Weekday)]) -> String {
        format!("on {}", ordinals(items, "and", "every"))
    }

    fn on_nth(&self, ordinals: &[i64], days: Weekdays) -> String {
        format!("on the {} {}", joined(ordinals.iter().map(|n| ordinal(*n)), "and"), kind(days, "or"))
    }

    fn on_month_days(&self, list: &[Run]) -> String {
        format!("on {}", days(list))
    }

    fn on_dates(&self, dates: &[(u32, i64)]) -> String {
        format!("on {}", joined(dates.iter().map(|(number, day)| format!("{day} {}", month(*number))), "and"))
    }

    fn on_year_days(&self, list: &[Run]) -> String {
        let said = days(list);
        let day = if said.ends_with("day") { "" } else { " day" };
        format!("on {said}{day} of the year")
    }

    fn in_months(&self, months: &[u32]) -> String {
        format!("in {}", joined(months.iter().map(|n| month(*n)), "and"))
    }

    fn in_weeks(&self, weeks: &[Run]) -> String {
        let item = |(first, last): &Run| match (*first, *last) {
            (first, _) if first < 0 => format!("in the {} week of the year", ordinal(first)),
            (first, last) if first == last => format!("in week {first}"),
            (first, last) => format!("in weeks {first} to {last}"),
        };
        joined(weeks.iter().map(item), "and")
    }

    fn of_months(&self, months: &[u32]) -> String {
        format!("of {}", joined(months.iter().map(|n| month(*n)), "and"))
    }

    fn of_every_month(&self) -> &'static str {
        "of every month"
    }

    fn of_the_month(&self) -> &'static str {
        "of the month"
    }

    fn of_the_year(&self) -> &'static str {
        "of the year"
    }

    fn only(&self, phrase: &str) -> String {
        format!("only {phrase}")
    }

    fn if_weekday(&self, days: Weekdays) -> String {
        format!("if that is a {}", kind(days, "or"))
    }

    fn if_ordinal(&self, items: &[(Vec<i64>, Weekday)]) -> String {
        format!("if that is {}", ordinals(items, "or", "a"))
    }

    fn only_positions(&self, positions: &[i64], frequency: Frequency) -> String {
        let positions = positions.iter().map(|n| format!("the {}", ordinal(*n)));
        format!("only {} of each {}", joined(positions, "and"), unit(frequency))
    }

    fn at(&self, times: &[NaiveTime]) -> String {
        format!("at {}", joined(times.iter().copied().map(clock), "and"))
    }

    fn in_hours(&self, hours: &[Run]) -> String {
        joined(hours.iter().map(|(first, last)| format!("from {first:02}:00 to {last:02}:59")), "and")
    }

    fn at_parts(&self, frequency: Frequency, parts: &[Run]) -> String {
        let unit = unit(frequency);
        match parts {
            [(first, last)] if first == last => format!("at {unit} {first}"),
            parts => format!("at {unit}s {}", numbers(parts)),
        }
    }

    fn skip(&self, forward: bool) -> &'static str {
        match forward {
            true => "or the first day after it where there is no such day",
            false => "or the last day before it where there is no such day",
        }
    }

    fn until(&self, date: Date, time: Option<NaiveTime>) -> String {
        let until = format!("until {} {} {}", date.day(), month(date.month()), date.year());
        time.map_or(until.clone(), |time| format!("{until} at {}", clock(time)))
    }

    fn parts_until(&self, _: &str) -> bool {
        false
    }

    fn times(&self, count: u64, at_most: bool) -> String {
        let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
        if at_most { format!("at most {times}") } else { times }
    }

    fn week_start(&self, day: Weekday) -> String {
        format!("with weeks that begin on {}", weekday(day))
    }
}
