//! How a rule is said in German.

use super::{Frequency, Phrases, Run, Weekdays, clock, joined};
use crate::time::{Date, Weekday};
use chrono::{Datelike, NaiveTime};

pub(super) struct German;

const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

const STEMS: [&str; 12] = [
    "erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt", "acht", "neunt", "zehnt", "elft", "zwölft",
];

/// A Werktag alone may be a Saturday.
const WORKING: &str = "Werktag (Montag bis Freitag)";

fn month(number: u32) -> &'static str {
    MONTHS[(number as usize).clamp(1, 12) - 1]
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Montag",
        Weekday::Tue => "Dienstag",
        Weekday::Wed => "Mittwoch",
        Weekday::Thu => "Donnerstag",
        Weekday::Fri => "Freitag",
        Weekday::Sat => "Samstag",
        Weekday::Sun => "Sonntag",
    }
}

/// "jeder" and "jeder zweite" in the gender of the unit, as an object; the unit, one and many.
fn unit(unit: Frequency) -> (&'static str, &'static str, &'static str, &'static str) {
    match unit {
        Frequency::Secondly => ("jede", "jede zweite", "Sekunde", "Sekunden"),
        Frequency::Minutely => ("jede", "jede zweite", "Minute", "Minuten"),
        Frequency::Hourly => ("jede", "jede zweite", "Stunde", "Stunden"),
        Frequency::Daily => ("jeden", "jeden zweiten", "Tag", "Tage"),
        Frequency::Weekly => ("jede", "jede zweite", "Woche", "Wochen"),
        Frequency::Monthly => ("jeden", "jeden zweiten", "Monat", "Monate"),
        Frequency::Yearly => ("jedes", "jedes zweite", "Jahr", "Jahre"),
    }
}

/// "erst", "letzt", "vorletzt", "drittletzt".
fn stem(number: i64) -> String {
    match number {
        -1 => "letzt".to_owned(),
        -2 => "vorletzt".to_owned(),
        -12..=-3 => format!("{}letzt", stem(-number)),
        number if number < 0 => format!("{}.-letzt", number.saturating_neg()),
        1..=12 => STEMS[number as usize - 1].to_owned(),
        number => format!("{number}."),
    }
}

/// The same with the ending that the case asks for; a number with a dot has none.
fn ordinal(number: i64, ending: &str) -> String {
    format!("{}{}", stem(number), if number > 12 { "" } else { ending })
}

fn ordinals(numbers: &[i64], ending: &str, and: &str) -> String {
    joined(numbers.iter().map(|n| ordinal(*n, ending)), and)
}

fn list(days: Weekdays, and: &str) -> String {
    joined(days.list().map(weekday), and)
}

/// The weekdays, or one word for them.
fn kind(days: Weekdays, and: &str) -> String {
    match days {
        Weekdays::WORKING => WORKING.to_owned(),
        Weekdays::ALL => "Tag".to_owned(),
        days => list(days, and),
    }
}

/// "am 1., vom 8. bis zum 14. und am letzten Tag".
fn days(days: &[Run]) -> String {
    let one = |number: i64| match number {
        number if number > 0 => format!("{number}."),
        number => format!("{} Tag", ordinal(number, "en")),
    };
    let run = |(first, last): &Run| match first == last {
        true => format!("am {}", one(*first)),
        false => format!("vom {} bis zum {}", one(*first), one(*last)),
    };
    joined(days.iter().map(run), "und")
}

fn numbers(runs: &[Run]) -> String {
    let run = |(first, last): &Run| match first == last {
        true => first.to_string(),
        false => format!("{first} bis {last}"),
    };
    joined(runs.iter().map(run), "und")
}

impl Phrases for German {
    fn every(&self, frequency: Frequency, interval: u32) -> String {
        let (every, every_second, one, many) = unit(frequency);
        match interval {
            1 => format!("{every} {one}"),
            2 if frequency >= Frequency::Daily => format!("{every_second} {one}"),
            interval => format!("alle {interval} {many}"),
        }
    }

    fn every_weekday(&self, days: Weekdays, interval: u32) -> String {
        let every = if interval == 2 { "jeden zweiten" } else { "jeden" };
        format!("{every} {}", kind(days, "und"))
    }

    fn on_weekdays(&self, days: Weekdays) -> String {
        match days {
            Weekdays::WORKING => "von Montag bis Freitag".to_owned(),
            Weekdays::ALL => "an jedem Tag".to_owned(),
            days => format!("am {}", list(days, "und")),
        }
    }

    fn on_every(&self, days: Weekdays) -> String {
        format!("an jedem {}", kind(days, "und"))
    }

    fn on_ordinals(&self, items: &[(Vec<i64>, Weekday)]) -> String {
        let item = |(numbers, day): &(Vec<i64>, Weekday)| match numbers[..] {
            [0] => format!("an jedem {}", weekday(*day)),
            _ => format!("am {} {}", ordinals(numbers, "en", "und"), weekday(*day)),
        };
        joined(items.iter().map(item), "und")
    }

    fn on_nth(&self, numbers: &[i64], days: Weekdays) -> String {
        format!("am {} {}", ordinals(numbers, "en", "und"), kind(days, "oder"))
    }

    fn on_month_days(&self, list: &[Run]) -> String {
        days(list)
    }

    fn on_dates(&self, dates: &[(u32, i64)]) -> String {
        joined(dates.iter().map(|(number, day)| format!("am {day}. {}", month(*number))), "und")
    }

    fn on_year_days(&self, list: &[Run]) -> String {
        let said = days(list);
        let day = if said.ends_with("Tag") { "" } else { " Tag" };
        format!("{said}{day} des Jahres")
    }

    fn in_months(&self, months: &[u32]) -> String {
        format!("im {}", joined(months.iter().map(|n| month(*n)), "und"))
    }

    fn in_weeks(&self, weeks: &[Run]) -> String {
        let item = |(first, last): &Run| match (*first, *last) {
            (first, _) if first < 0 => format!("in der {} Woche des Jahres", ordinal(first, "en")),
            (first, last) if first == last => format!("in Woche {first}"),
            (first, last) => format!("in den Wochen {first} bis {last}"),
        };
        joined(weeks.iter().map(item), "und")
    }

    fn of_months(&self, months: &[u32]) -> String {
        self.in_months(months)
    }

    fn of_every_month(&self) -> &'static str {
        "jedes Monats"
    }

    fn of_the_month(&self) -> &'static str {
        "des Monats"
    }

    fn of_the_year(&self) -> &'static str {
        "des Jahres"
    }

    fn only(&self, phrase: &str) -> String {
        format!("nur {phrase}")
    }

    fn if_weekday(&self, days: Weekdays) -> String {
        format!("wenn das ein {} ist", kind(days, "oder"))
    }

    fn if_ordinal(&self, items: &[(Vec<i64>, Weekday)]) -> String {
        let item = |(numbers, day): &(Vec<i64>, Weekday)| match numbers[..] {
            [0] => format!("ein {}", weekday(*day)),
            _ => format!("der {} {}", ordinals(numbers, "e", "oder"), weekday(*day)),
        };
        format!("wenn das {} ist", joined(items.iter().map(item), "oder"))
    }

    fn only_positions(&self, positions: &[i64], frequency: Frequency) -> String {
        let of_each = match frequency {
            Frequency::Secondly => "jeder Sekunde",
            Frequency::Minutely => "jeder Minute",
            Frequency::Hourly => "jeder Stunde",
            Frequency::Daily => "jedes Tages",
            Frequency::Weekly => "jeder Woche",
            Frequency::Monthly => "jedes Monats",
            Frequency::Yearly => "jedes Jahres",
        };
        let positions = positions.iter().map(|n| format!("der {}", ordinal(*n, "e")));
        format!("davon nur {} Termin {of_each}", joined(positions, "und"))
    }

    fn at(&self, times: &[NaiveTime]) -> String {
        format!("um {} Uhr", joined(times.iter().copied().map(clock), "und"))
    }

    fn in_hours(&self, hours: &[Run]) -> String {
        let hours = hours.iter().map(|(first, last)| format!("von {first:02}:00 bis {last:02}:59"));
        format!("{} Uhr", joined(hours, "und"))
    }

    fn at_parts(&self, frequency: Frequency, parts: &[Run]) -> String {
        let (_, _, one, many) = unit(frequency);
        match parts {
            [(first, last)] if first == last => format!("zur {one} {first}"),
            parts => format!("zu den {many} {}", numbers(parts)),
        }
    }

    fn skip(&self, forward: bool) -> &'static str {
        match forward {
            true => "ersatzweise am ersten Tag danach, wo es den Tag nicht gibt",
            false => "ersatzweise am letzten Tag davor, wo es den Tag nicht gibt",
        }
    }

    fn until(&self, date: Date, time: Option<NaiveTime>) -> String {
        let until = format!("bis {}. {} {}", date.day(), month(date.month()), date.year());
        time.map_or(until.clone(), |time| format!("{until} um {} Uhr", clock(time)))
    }

    fn parts_until(&self, said: &str) -> bool {
        // "am 3. bis 10. Mai" would be a stretch of days.
        said.ends_with('.') || said.contains(" bis ") || MONTHS.iter().any(|month| said.ends_with(month))
    }

    fn times(&self, count: u64, at_most: bool) -> String {
        let times = if count == 1 { "einmal".to_owned() } else { format!("{count}-mal") };
        if at_most { format!("höchstens {times}") } else { times }
    }

    fn week_start(&self, day: Weekday) -> String {
        format!("mit Wochenbeginn am {}", weekday(day))
    }
}
