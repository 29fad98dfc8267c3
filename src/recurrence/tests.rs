use super::*;
use crate::time::Instant;

fn event(lines: &str) -> Event {
    Event::parse(&format!("BEGIN:VCALENDAR\n{lines}\nEND:VCALENDAR")).unwrap()
}

fn found(event: &Event, from: &str, until: &str) -> Result<Vec<String>, RecurrenceError> {
    let at = |text: &str| Instant::parse(text).unwrap();
    let window = Span::new(at(from), at(until)).unwrap();
    let zone = Zone::iana("Europe/Berlin").unwrap();
    let found = occurrences(event, window, &zone, &mut Budget::new(100_000))?;
    Ok(found
        .iter()
        .map(|o| {
            let minutes = o.span.millis() / 60_000;
            let start = o.span.start().to_string().replace(":00Z", "Z");
            format!("{start}+{minutes}{}", o.summary())
        })
        .collect())
}

/// The occurrences of one VEVENT, as start and minutes.
fn of(lines: &str, from: &str, until: &str) -> Vec<String> {
    found(&event(&format!("BEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT")), from, until).unwrap()
}

fn in_2026(lines: &str) -> Vec<String> {
    of(lines, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")
}

#[test]
fn wall_time_is_kept_across_changes_of_the_clocks() {
    let lines = "DTSTART;TZID=Europe/Berlin:20260328T023000\nDTEND;TZID=Europe/Berlin:20260328T033000\n\
        RRULE:FREQ=DAILY;COUNT=3";
    assert_eq!(in_2026(lines), ["2026-03-28T01:30Z+60", "2026-03-29T01:30Z+60", "2026-03-30T00:30Z+60"]);
}

#[test]
fn no_instance_vanishes_where_midnight_is_skipped_or_comes_twice() {
    let lines = |zone, day| format!("DTSTART;TZID={zone}:{day}T000000\nRRULE:FREQ=DAILY;COUNT=3");
    let sao_paulo =
        of(&lines("America/Sao_Paulo", "20181103"), "2018-11-01T00:00:00Z", "2018-11-10T00:00:00Z");
    assert_eq!(sao_paulo, ["2018-11-03T03:00Z+0", "2018-11-04T03:00Z+0", "2018-11-05T02:00Z+0"]);
    let havana = of(&lines("America/Havana", "20241102"), "2024-11-01T00:00:00Z", "2024-11-10T00:00:00Z");
    assert_eq!(havana, ["2024-11-02T04:00Z+0", "2024-11-03T04:00Z+0", "2024-11-04T05:00Z+0"]);
}

#[test]
fn each_real_hour_comes_once() {
    let hourly = |day| format!("DTSTART;TZID=Europe/Berlin:{day}T000000\nRRULE:FREQ=HOURLY;COUNT=5");
    let hours = |day: &str, list: &[&str]| {
        let found = in_2026(&hourly(day.replace('-', "")));
        assert_eq!(found, list.iter().map(|hour| format!("{hour}:00Z+0")).collect::<Vec<_>>());
    };
    hours(
        "2026-03-29",
        &["2026-03-28T23", "2026-03-29T00", "2026-03-29T01", "2026-03-29T02", "2026-03-29T03"],
    );
    hours(
        "2026-10-25",
        &["2026-10-24T22", "2026-10-24T23", "2026-10-25T00", "2026-10-25T01", "2026-10-25T02"],
    );
    let limited = "DTSTART;TZID=Europe/Berlin:20261024T020000\nRRULE:FREQ=HOURLY;BYHOUR=2,3;COUNT=5";
    let expected = ["24T00:00", "24T01:00", "25T00:00", "25T01:00", "25T02:00"];
    assert_eq!(in_2026(limited), expected.map(|t| format!("2026-10-{t}Z+0")));
    let daily = "DTSTART;TZID=Europe/Berlin:20260329T020000\nRRULE:FREQ=DAILY;BYHOUR=2,3;COUNT=4";
    assert_eq!(in_2026(daily), ["2026-03-29T01:00Z+0", "2026-03-30T00:00Z+0", "2026-03-30T01:00Z+0"]);
}

#[test]
fn a_window_that_ends_in_what_is_skipped_shows_what_comes_before_its_end() {
    // 2:30 is skipped and read as 3:30, after 3:00.
    let lines =
        "DTSTART;TZID=Europe/Berlin:20260328T023000\nRRULE:FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30;BYSETPOS=2,3";
    let found = of(lines, "2026-03-29T00:00:00Z", "2026-03-29T01:15:00Z");
    assert_eq!(found, ["2026-03-29T01:00Z+0"]);
}

#[test]
fn a_start_that_is_skipped_is_an_occurrence_of_its_hour() {
    let lines = "DTSTART;TZID=Europe/Berlin:20260329T020000\nRRULE:FREQ=HOURLY;BYHOUR=2;COUNT=2";
    assert_eq!(in_2026(lines), ["2026-03-29T01:00Z+0", "2026-03-30T00:00Z+0"]);
}

#[test]
fn an_end_is_exact_and_a_duration_nominal() {
    let ended = "DTSTART;TZID=Europe/Berlin:20260328T120000\nDTEND;TZID=Europe/Berlin:20260329T120000\n\
        RRULE:FREQ=DAILY;COUNT=2";
    assert_eq!(in_2026(ended), ["2026-03-28T11:00Z+1380", "2026-03-29T10:00Z+1380"]);
    let lasting = "DTSTART;TZID=Europe/Berlin:20260328T120000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=2";
    assert_eq!(in_2026(lasting), ["2026-03-28T11:00Z+1380", "2026-03-29T10:00Z+1440"]);
}

#[test]
fn until_is_inclusive_in_each_of_its_forms() {
    let series =
        |until| format!("DTSTART;TZID=Europe/Berlin:20260601T230000\nRRULE:FREQ=DAILY;UNTIL={until}");
    for (until, count) in [
        ("20260603T210000Z", 3),
        ("20260603T205959Z", 2),
        ("20260603", 3),
        ("20260603T230000", 3),
        ("20260601", 1),
        ("20260531", 0),
    ] {
        assert_eq!(in_2026(&series(until)).len(), count, "{until}");
    }
    let days = |until| format!("DTSTART;VALUE=DATE:20260601\nRRULE:FREQ=DAILY;UNTIL={until}");
    for (until, count) in
        [("20260603", 3), ("20260603T000000Z", 3), ("20260603T215959Z", 3), ("20260602T215959Z", 2)]
    {
        assert_eq!(in_2026(&days(until)).len(), count, "{until}");
    }
}

#[test]
fn dates_are_added_once_and_taken_out_in_any_zone() {
    let lines = "DTSTART;TZID=Europe/Berlin:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\n\
        RRULE:FREQ=WEEKLY;COUNT=2\nRDATE:20260602T070000Z,20260620T070000Z\n\
        RDATE;VALUE=PERIOD:20260621T070000Z/PT30M,20260622T070000Z/20260622T090000Z\n\
        EXDATE:20260602T070000Z\nEXDATE;TZID=America/New_York:20260603T030000\nEXDATE;VALUE=DATE:20260604";
    let expected =
        ["01T07:00Z+60", "05T07:00Z+60", "08T07:00Z+60", "20T07:00Z+60", "21T07:00Z+30", "22T07:00Z+120"];
    assert_eq!(in_2026(lines), expected.map(|t| format!("2026-06-{t}")));
    let days = "DTSTART;VALUE=DATE:20260601\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260602T000000Z";
    assert_eq!(in_2026(days), ["2026-05-31T22:00Z+1440", "2026-06-02T22:00Z+1440"]);
}

#[test]
fn dtstart_counts_even_where_it_does_not_match() {
    let lines = "DTSTART:20260601T090000Z\nRRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3";
    assert_eq!(in_2026(lines), ["2026-06-01T09:00Z+0", "2026-06-02T09:00Z+0", "2026-06-09T09:00Z+0"]);
    assert_eq!(in_2026("DTSTART:20260601T090000Z\nEXDATE:20260601T090000Z"), [""; 0]);
}

const WEEKLY: &str = "BEGIN:VEVENT\nUID:u\nSUMMARY: a\nDTSTART;TZID=Europe/Berlin:20260601T090000\nDURATION:PT1H\n\
    RRULE:FREQ=WEEKLY;COUNT=4\nEND:VEVENT\n";

fn with(overrides: &str, from: &str, until: &str) -> Vec<String> {
    let text: String =
        overrides.split("--").map(|lines| format!("BEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT\n")).collect();
    found(&event(&format!("{WEEKLY}{text}")), from, until).unwrap()
}

#[test]
fn overrides_move_in_and_out_of_the_window() {
    let moved = "SUMMARY: b\nRECURRENCE-ID:20260608T070000Z\nDTSTART:20260701T070000Z\nDURATION:PT2H";
    let june = with(moved, "2026-06-08T00:00:00Z", "2026-06-20T00:00:00Z");
    assert_eq!(june, ["2026-06-15T07:00Z+60 a"]);
    assert_eq!(with(moved, "2026-07-01T08:00:00Z", "2026-07-02T00:00:00Z"), ["2026-07-01T07:00Z+120 b"]);
}

#[test]
fn the_newest_override_counts_however_it_names_its_occurrence() {
    let two = "SUMMARY: b\nSEQUENCE:2\nRECURRENCE-ID;VALUE=DATE:20260608\nDTSTART:20260608T100000Z--\
        SUMMARY: c\nSEQUENCE:1\nRECURRENCE-ID;TZID=America/New_York:20260608T030000\nDTSTART:20260608T110000Z";
    let found = with(two, "2026-06-08T00:00:00Z", "2026-06-09T00:00:00Z");
    assert_eq!(found, ["2026-06-08T10:00Z+0 b"]);
}

#[test]
fn a_change_of_this_and_all_later_ones_shifts_them() {
    let future = "SUMMARY: b\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260608T090000\n\
        DTSTART;TZID=Europe/Berlin:20260609T100000\nDURATION:PT3H--\
        SUMMARY: c\nRECURRENCE-ID:20260622T070000Z\nDTSTART:20260622T070000Z";
    let expected = ["01T07:00Z+60 a", "09T08:00Z+180 b", "16T08:00Z+180 b", "22T07:00Z+0 c"];
    let found = with(future, "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z");
    assert_eq!(found, expected.map(|t| format!("2026-06-{t}")));
    assert_eq!(with(future, "2026-06-16T10:00:00Z", "2026-06-16T10:01:00Z"), ["2026-06-16T08:00Z+180 b"]);
}

#[test]
fn overrides_without_their_series_are_occurrences() {
    let lines = "RECURRENCE-ID:20260608T070000Z\nDTSTART:20260608T070000Z\nDURATION:PT1H";
    assert_eq!(in_2026(lines), ["2026-06-08T07:00Z+60"]);
}

#[test]
fn what_began_before_the_window_reaches_into_it() {
    let lines = "DTSTART:20200101T220000Z\nDURATION:PT4H\nRRULE:FREQ=DAILY";
    let found = of(lines, "2026-06-02T01:00:00Z", "2026-06-02T22:00:00Z");
    assert_eq!(found, ["2026-06-01T22:00Z+240"]);
}

#[test]
fn rules_without_end_and_rules_without_match_cost_a_bounded_number_of_steps() {
    let steps = |lines: &str| {
        let event = event(&format!("BEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT"));
        let start = Instant::parse("2026-06-01T00:00:00Z").unwrap();
        let mut budget = Budget::new(1000);
        let found = occurrences(&event, Span::lasting(start, 86_400_000), &Zone::utc(), &mut budget);
        found.map(|found| (found.len(), 1000 - budget.left()))
    };
    let (count, spent) = steps("DTSTART:19700101T000000Z\nRRULE:FREQ=MINUTELY;INTERVAL=15").unwrap();
    assert_eq!(count, 96);
    assert!(spent < 400, "{spent}");
    assert_eq!(steps("DTSTART:19700101T000000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30").unwrap().0, 0);
    assert_eq!(steps("DTSTART:20260601T000000Z\nRRULE:FREQ=SECONDLY;COUNT=9").unwrap().0, 9);
    assert_eq!(steps("DTSTART:19700101T000000Z\nRRULE:FREQ=DAILY;COUNT=30000").unwrap().0, 1);
    let endless = steps("DTSTART:20260601T000000Z\nRRULE:FREQ=SECONDLY");
    assert_eq!(endless, Err(RecurrenceError::Budget("u".into())));
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let error = |lines: &str| {
        let event = event(&format!("BEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT"));
        found(&event, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z").unwrap_err().to_string()
    };
    assert!(error("DTSTART:20260601T000000Z\nRRULE:FREQ=NEVER").contains("FREQ=NEVER"));
    assert!(error("DTSTART:20260601T000000Z\nEXDATE:soon").contains("EXDATE"));
    assert!(error("DTSTART;TZID=Nowhere:20260601T000000").contains("Nowhere"));
}
