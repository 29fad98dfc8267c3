//! A window shows what the whole series shows of it, and the whole is what a plain reading of the rule says.

use super::config;
use super::zones::summer_zone;
use chrono::{Datelike, TimeDelta, Timelike};
use kalends::ics::DateTime;
use kalends::recurrence::rule_instants;
use kalends::rule::Rule;
use kalends::time::Wall;
use kalends::{Budget, Event, Instant, Span, Zone, occurrences};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

const DAY: i64 = 86_400_000;
const WEEKDAYS: &[&str] = &["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn wall() -> impl Strategy<Value = Wall> {
    let changes =
        ["20260328T230000", "20261024T230000", "20260403T130000", "20181103T230000", "20240229T120000"];
    let near = select(changes.to_vec()).prop_map(|text| Wall::parse_from_str(text, "%Y%m%dT%H%M%S").unwrap());
    let any = (0_i64..400_000).prop_map(|hours| Wall::default() + TimeDelta::hours(hours));
    (prop_oneof![near, any], 0_i64..20).prop_map(|(wall, quarters)| wall + TimeDelta::minutes(15 * quarters))
}

fn list<T: ToString>(name: &'static str, items: impl Strategy<Value = T> + 'static) -> BoxedStrategy<String> {
    let items = vec(items.prop_map(|item| item.to_string()), 1..4);
    let part = items.prop_map(move |items| format!(";{name}={}", items.join(",")));
    prop_oneof![2 => Just(String::new()), 1 => part].boxed()
}

fn signed(limit: i32) -> impl Strategy<Value = i32> {
    prop_oneof![1..=limit, -limit..=-1]
}

/// The parts of a rule of that frequency, as the table of RFC 5545 §3.3.10 allows them; no end.
fn rule(frequency: &'static str) -> impl Strategy<Value = String> {
    let yearly = frequency == "YEARLY";
    let only =
        |wanted: bool, part: BoxedStrategy<String>| if wanted { part } else { Just(String::new()).boxed() };
    let day = (prop::option::of(signed(5)), select(WEEKDAYS)).prop_map(move |(ordinal, day)| match ordinal {
        Some(ordinal) if matches!(frequency, "YEARLY" | "MONTHLY") => format!("{ordinal}{day}"),
        _ => day.to_owned(),
    });
    let plain = select(WEEKDAYS).prop_map(str::to_owned);
    let days = prop_oneof![list("BYDAY", day), list("BYDAY", plain)];
    let parts = (
        list("BYMONTH", 1..=12),
        only(yearly, list("BYWEEKNO", signed(53))),
        only(frequency != "WEEKLY", list("BYMONTHDAY", signed(31))),
        days,
        list("BYHOUR", 0..=23),
        list("BYMINUTE", select(vec![0, 15, 30])),
        list("BYSETPOS", signed(3)),
        select(WEEKDAYS),
    );
    (1..5, parts).prop_map(move |(interval, (months, weeks, dates, days, hours, minutes, positions, first))| {
        // With week numbers an ordinal means nothing.
        let days = if weeks.is_empty() { days } else { days.replace(|c: char| c.is_ascii_digit() || c == '-', "") };
        format!(
            "FREQ={frequency};INTERVAL={interval};WKST={first}{months}{weeks}{dates}{days}{hours}{minutes}{positions}"
        )
    })
}

fn end() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        1 => (1..60).prop_map(|count| format!(";COUNT={count}")),
        1 => (20_000_i64..20_900).prop_map(|days| {
            format!(";UNTIL={}T120000Z", (Wall::default() + TimeDelta::days(days)).format("%Y%m%d"))
        }),
    ]
}

const COARSE: &[&str] = &["YEARLY", "MONTHLY", "WEEKLY", "DAILY"];

#[derive(Clone, Debug)]
struct Series {
    event: Event,
    begin: Instant,
    /// How far it is looked at, in days: the finer the rule, the less far.
    horizon: i64,
}

fn event(zone: &Zone, start: Wall, lines: &str) -> Event {
    let text = format!(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID={}:{}\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n",
        zone.name(),
        start.format("%Y%m%dT%H%M%S")
    );
    Event::parse(&text).unwrap()
}

/// A series with all that can stand in one.
fn series() -> impl Strategy<Value = (Zone, Series)> {
    let frequency = select(vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"]);
    let rule = frequency.prop_flat_map(|frequency| {
        (
            rule(frequency),
            Just(match frequency {
                "YEARLY" | "MONTHLY" => 12_000,
                "WEEKLY" => 4000,
                "DAILY" => 1500,
                _ => 9,
            }),
        )
    });
    let length =
        select(vec!["", "DURATION:PT45M", "DURATION:P1D", "DURATION:P2DT1H", "DURATION:P40D", "DTEND"]);
    let moved = (0_i64..40, -3_i64..4, prop::bool::weighted(0.3), prop::bool::weighted(0.3));
    let dates = (vec(0_i64..60, 0..3), vec(0_i64..60, 0..3));
    (summer_zone(), wall(), rule, end(), length, dates, moved, prop::bool::weighted(0.2)).prop_map(
        |(
            zone,
            start,
            (rule, horizon),
            end,
            length,
            (added, excluded),
            (of, by, replaced, future),
            whole_days,
        )| {
            let time = |days: i64| (start + TimeDelta::days(days)).format("%Y%m%dT%H%M%S").to_string();
            let name = zone.name();
            let length = length.replace("DTEND", &format!("DTEND;TZID={name}:{}", time(1)));
            let mut lines = vec![format!("RRULE:{rule}{end}"), length];
            lines.extend(added.iter().map(|days| format!("RDATE;TZID={name}:{}", time(*days))));
            lines.extend(excluded.iter().map(|days| format!("EXDATE;TZID={name}:{}", time(*days))));
            if replaced {
                let range = if future { ";RANGE=THISANDFUTURE" } else { "" };
                lines.push(format!(
                    "END:VEVENT\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID{range};TZID={name}:{}\n\
                     DTSTART;TZID={name}:{}\nDURATION:PT5H",
                    time(of),
                    time(of + by)
                ));
            }
            lines.retain(|line| !line.is_empty());
            let mut event = event(&zone, start, &lines.join("\n"));
            if whole_days {
                let text = event.to_ics().replace(&format!("DTSTART;TZID={name}"), "DTSTART;VALUE=DATE");
                event = Event::parse(&text).unwrap();
            }
            let begin = zone.to_instant(start);
            (zone, Series { event, begin, horizon })
        },
    )
}

fn found<'e>(event: &'e Event, window: Span, zone: &Zone) -> Vec<kalends::Occurrence<'e>> {
    occurrences(event, window, zone, &mut Budget::default()).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_window_shows_what_the_whole_shows_of_it(
        (zone, series) in series(), edges in any::<[Index; 2]>(), at_edge in any::<[bool; 2]>(),
        from in 0.0..1.0, length in 0_i64..60 * 24 * 60,
    ) {
        let whole = Span::lasting(series.begin.plus_millis(-3 * DAY), (series.horizon + 80) * DAY);
        let all = found(&series.event, whole, &zone);
        let from = series.begin.plus_millis((from * (series.horizon * DAY) as f64) as i64);
        let (mut from, mut until) = (from, from.plus_millis(length * 60_000));
        // Windows are half-open: the edges of occurrences are where that shows.
        if !all.is_empty() {
            let spans = edges.map(|index| index.get(&all).span);
            let inside = |at: Instant| at > whole.start() && at < whole.end();
            if at_edge[0] && inside(spans[0].start()) && inside(spans[0].end()) {
                (from, until) = (spans[0].end(), until.max(spans[0].end()));
            }
            if at_edge[1] && spans[1].start() >= from && inside(spans[1].start()) {
                until = spans[1].start();
            }
        }
        let window = Span::new(from, until).unwrap();
        let expected: Vec<_> = all.into_iter().filter(|o| o.span.touches(window)).collect();
        prop_assert_eq!(found(&series.event, window, &zone), expected, "{:?} of {}", window, series.event.to_ics());
    }

    #[test]
    fn a_rule_of_days_means_its_wall_times_in_their_zone(
        zone in summer_zone(), start in wall(), rule in select(COARSE).prop_flat_map(rule),
        count in prop::option::of(1_usize..40), limit in 0_usize..60,
    ) {
        let text = count.map_or(rule.clone(), |count| format!("{rule};COUNT={count}"));
        let event = event(&zone, start, &format!("RRULE:{text}"));
        let begin = zone.to_instant(start);
        let end = begin.plus_millis(800 * DAY);
        let window = Span::new(begin.plus_millis(-DAY), end).unwrap();
        let starts: Vec<Instant> = found(&event, window, &zone).iter().map(|o| o.span.start()).collect();

        let rule = Rule::parse(&rule).unwrap();
        let mut walls: Vec<Wall> =
            rule.walls(start, false).until(Some(zone.to_wall(end) + TimeDelta::days(2))).collect();
        let instants = |walls: Vec<Wall>| {
            let mut instants: Vec<Instant> = walls.into_iter().map(|wall| zone.to_instant(wall)).collect();
            instants.retain(|at| *at < end);
            instants.sort();
            instants.dedup();
            instants
        };
        // Where the start is skipped, a later wall time can be an earlier instant: nothing takes place before the start.
        walls.retain(|wall| zone.to_instant(*wall) >= begin);
        let mut alone = instants(walls.clone());
        alone.truncate(limit);
        let found = rule_instants(&text, &DateTime::Floating(start), &zone, window, limit, &mut Budget::default());
        if count.is_none() {
            prop_assert_eq!(found, Ok(alone), "{} from {} in {:?}", text, start, zone);
        }
        if walls.first() != Some(&start) {
            walls.insert(0, start);
        }
        walls.truncate(count.unwrap_or(usize::MAX));
        let expected = instants(walls);
        prop_assert_eq!(starts, expected, "{}", event.to_ics());
    }

    #[test]
    fn a_rule_of_hours_means_each_real_hour_that_it_allows(
        zone in summer_zone(), start in wall(), interval in 1_i64..30, minutely: bool,
        days in prop::option::of(subsequence(WEEKDAYS, 1..4)),
        hours in prop::option::of(subsequence((0..24).collect::<Vec<u32>>(), 1..9)),
        month in prop::option::of(1_u32..=12),
    ) {
        let mut rule = format!("FREQ={};INTERVAL={interval}", if minutely { "MINUTELY" } else { "HOURLY" });
        if let Some(days) = &days {
            rule += &format!(";BYDAY={}", days.join(","));
        }
        if let Some(hours) = &hours {
            rule += &format!(";BYHOUR={}", hours.iter().map(u32::to_string).collect::<Vec<_>>().join(","));
        }
        if let Some(month) = month {
            rule += &format!(";BYMONTH={month}");
        }
        let event = event(&zone, start, &format!("RRULE:{rule}"));
        let begin = zone.to_instant(start);
        let window = Span::lasting(begin, 3 * DAY);
        let starts: Vec<Instant> = found(&event, window, &zone).iter().map(|o| o.span.start()).collect();

        let step = interval * if minutely { 60_000 } else { 3_600_000 };
        let allowed = |at: &Instant| {
            let wall = zone.to_wall(*at);
            let weekday = WEEKDAYS[wall.weekday().num_days_from_monday() as usize];
            days.as_ref().is_none_or(|days| days.contains(&weekday))
                && hours.as_ref().is_none_or(|hours| hours.contains(&wall.hour()))
                && month.is_none_or(|month| wall.month() == month)
        };
        // DTSTART is an occurrence even where it does not match.
        let expected: Vec<Instant> = (0..3 * DAY / step + 1).map(|n| begin.plus_millis(n * step))
            .filter(|at| *at < window.end() && (*at == begin || allowed(at))).collect();
        prop_assert_eq!(starts, expected, "{}", event.to_ics());
    }
}
