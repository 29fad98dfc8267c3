use super::*;
use crate::event::Status;
use crate::time::Span;

const STAMP: Instant = Instant::from_millis(1_795_000_000_000);

fn event(times: &str) -> Event {
    let text = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:PUBLISH\nX-A:1\nBEGIN:VEVENT\nUID:u\n{times}\nSEQUENCE:3\n\
         SUMMARY;LANGUAGE=de:Alt\nX-B;P=q:keep\nX-B:too\nATTENDEE;CN=\"A;B\":mailto:a@b.c\n\
         BEGIN:VALARM\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR"
    );
    Event::parse(&text).unwrap()
}

/// The lines that came or went.
fn diff(before: &Event, after: &Event) -> (Vec<String>, Vec<String>) {
    let lines = |event: &Event| event.to_ics().lines().map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (lines(before), lines(after));
    let gone = old.iter().filter(|l| !new.contains(l)).cloned().collect();
    (gone, new.iter().filter(|l| !old.contains(l)).cloned().collect())
}

fn moved(times: &str, start: &str, minutes: i64) -> Vec<String> {
    let zone = Zone::iana("Europe/Berlin").unwrap();
    let event = event(times);
    let mut content = event.content(&zone).unwrap();
    content.span = Span::lasting(Instant::parse(start).unwrap(), minutes * 60_000);
    let patched = event.patched(&content, STAMP).unwrap();
    assert_eq!(patched.content(&zone).unwrap().differences(&content), []);
    let stamps = ["DTSTAMP:20261118T", "LAST-MODIFIED:20261118T", "SEQUENCE:4"];
    let mut came = diff(&event, &patched).1;
    came.retain(|line| !stamps.iter().any(|s| line.starts_with(s)));
    came
}

#[test]
fn only_what_changed_changes() {
    let event = event("DTSTART:20261121T090000Z\nDTEND:20261121T100000Z");
    let mut content = event.content(&Zone::utc()).unwrap();
    assert_eq!(event.patched(&content, STAMP).unwrap(), event);
    content.summary = "Neu".into();
    let (gone, came) = diff(&event, &event.patched(&content, STAMP).unwrap());
    assert_eq!(gone, ["SUMMARY;LANGUAGE=de:Alt"]);
    assert_eq!(came.len(), 3, "{came:?}");
    assert_eq!(came[0], "SUMMARY;LANGUAGE=de:Neu");
    content.status = Status::Cancelled;
    let came = diff(&event, &event.patched(&content, STAMP).unwrap()).1;
    assert!(came.contains(&"STATUS:CANCELLED".into()) && came.contains(&"SEQUENCE:4".into()));
}

#[test]
fn times_are_written_in_the_way_they_came() {
    let start = "2026-12-01T09:00:00Z";
    for (times, came) in [
        (
            "DTSTART:20261121T090000Z\nDTEND:20261121T100000Z",
            &["DTSTART:20261201T090000Z", "DTEND:20261201T093000Z"][..],
        ),
        ("DTSTART:20261121T090000\nDURATION:PT1H", &["DTSTART:20261201T100000", "DURATION:PT30M"]),
        ("DTSTART:20261121T090000Z", &["DTSTART:20261201T090000Z", "DTEND:20261201T093000Z"]),
        (
            "DTSTART;TZID=Asia/Tokyo;X-Q=1:20261121T090000\nDTEND;TZID=America/New_York:20261121T100000",
            &["DTSTART;TZID=Asia/Tokyo;X-Q=1:20261201T180000", "DTEND;TZID=America/New_York:20261201T043000"],
        ),
    ] {
        assert_eq!(moved(times, start, 30), came, "{times}");
    }
}

#[test]
fn all_day_events_stay_dates() {
    let times = "DTSTART;VALUE=DATE:20261121\nDTEND;VALUE=DATE:20261122";
    let came = moved(times, "2026-11-30T23:00:00Z", 2 * 24 * 60);
    assert_eq!(came, ["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261203"]);
    let came = moved("DTSTART;VALUE=DATE:20261121\nDURATION:P1D", "2026-11-30T23:00:00Z", 2 * 24 * 60);
    assert_eq!(came, ["DTSTART;VALUE=DATE:20261201", "DURATION:P2D"]);
}

#[test]
fn an_event_can_become_all_day_and_timed_again() {
    let event = event("DTSTART;TZID=Europe/Berlin:20261121T090000\nDTEND;TZID=Europe/Berlin:20261121T100000");
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let timed = event.content(&berlin).unwrap();
    let midnight = Instant::parse("2026-11-20T23:00:00Z").unwrap();
    let all_day = Content { all_day: true, span: Span::lasting(midnight, 86_400_000), ..timed.clone() };
    let dates = event.patched(&all_day, STAMP).unwrap();
    assert!(dates.to_ics().contains("DTSTART;VALUE=DATE:20261121\r\nDTEND;VALUE=DATE:20261122\r\n"));
    let back = dates.patched(&timed, STAMP).unwrap();
    assert!(back.to_ics().contains("DTSTART;TZID=Europe/Berlin:20261121T090000\r\n"));
    assert!(back.to_ics().contains("TZID:Europe/Berlin\r\n"));
    assert_eq!(back.content(&berlin).unwrap(), timed);
}

#[test]
fn a_method_that_came_stays_and_none_is_added() {
    let event = event("DTSTART:20261121T090000Z");
    let mut content = event.content(&Zone::utc()).unwrap();
    content.location = Some("Hall 3".into());
    let ics = event.patched(&content, STAMP).unwrap().to_ics();
    assert_eq!(ics.matches("METHOD:").count(), 1);
    assert!(!Event::new("u", &content, STAMP).unwrap().to_ics().contains("METHOD"));
}

#[test]
fn a_series_that_is_moved_takes_along_what_names_its_occurrences() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Berlin:20261023T090000\nDURATION:PT1H\n\
        RRULE:FREQ=DAILY;UNTIL=20261027T080000Z;X-A=1\nEXDATE;TZID=Europe/Berlin:20261024T090000\n\
        EXDATE:20261026T080000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20261025T080000Z\n\
        DTSTART:20261025T160000Z\nEND:VEVENT\nEND:VCALENDAR";
    let event = Event::parse(text).unwrap();
    let mut content = event.content(&Zone::utc()).unwrap();
    content.span = Span::lasting(Instant::parse("2026-10-23T09:30:00Z").unwrap(), 3_600_000);
    let moved = event.patched(&content, STAMP).unwrap().to_ics();
    for line in [
        "DTSTART;TZID=Europe/Berlin:20261023T113000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;UNTIL=20261027T103000Z;X-A=1",
        "EXDATE;TZID=Europe/Berlin:20261024T113000",
        "EXDATE:20261026T103000Z",
        "RECURRENCE-ID:20261025T103000Z",
        "DTSTART:20261025T160000Z",
    ] {
        assert!(moved.contains(&format!("{line}\r\n")), "{line}\n{moved}");
    }
}

/// The lines that come when a series starts at another wall time in Berlin, save the stamps.
fn series_moved(lines: &str, start: &str, all_day: bool) -> Vec<String> {
    let berlin = Zone::iana("Europe/Berlin").unwrap();
    let event = event(lines);
    let mut content = event.content(&berlin).unwrap();
    let start = format!("{start}Z");
    let start = berlin.to_instant(Instant::parse(&start).unwrap().to_utc());
    (content.span, content.all_day) =
        (Span::lasting(start, if all_day { 86_400_000 } else { 3_600_000 }), all_day);
    let mut came = diff(&event, &event.patched(&content, STAMP).unwrap()).1;
    // A time zone's definition has rules of its own.
    came.retain(|line| {
        ["RRULE", "EXDATE", "RDATE"].iter().any(|name| line.starts_with(name)) && !line.contains("-1SU")
    });
    came
}

#[test]
fn the_rule_of_a_series_follows_its_start() {
    let tuesday = "DTSTART;TZID=Europe/Berlin:20261103T090000\nDURATION:PT1H\n";
    for (rule, start, came) in [
        (
            "RRULE:FREQ=WEEKLY;BYDAY=TU;X-A=1",
            "2026-11-04T09:00:00",
            &["RRULE:FREQ=WEEKLY;BYDAY=WE;X-A=1"][..],
        ),
        // What is not clear stays as it came.
        ("RRULE:WKST=MO;FREQ=WEEKLY;BYDAY=TU,TH", "2026-11-04T09:00:00", &[]),
        ("RRULE:FREQ=OFTEN", "2026-11-04T09:00:00", &[]),
        // The second Wednesday is not always the day after the second Tuesday.
        (
            "RRULE:FREQ=MONTHLY;BYDAY=2TU;UNTIL=20270413T070000Z\nEXDATE;TZID=Europe/Berlin:20261208T090000\n\
             EXDATE;VALUE=DATE:20270112",
            "2026-11-11T10:00:00",
            &[
                "RRULE:FREQ=MONTHLY;UNTIL=20270414T080000Z;BYDAY=2WE",
                "EXDATE;TZID=Europe/Berlin:20261209T100000",
                "EXDATE;VALUE=DATE:20270113",
            ],
        ),
        (
            "RRULE:FREQ=MONTHLY;BYMONTHDAY=10;UNTIL=20270510\nEXDATE:20270310T080000Z",
            "2026-11-30T09:00:00",
            &["RRULE:FREQ=MONTHLY;UNTIL=20270530;BYMONTHDAY=30", "EXDATE:20270330T070000Z"],
        ),
        (
            "RRULE:FREQ=DAILY\nRDATE;VALUE=PERIOD:20261210T080000Z/PT2H,20261211T080000Z/20261211T090000Z",
            "2026-11-03T10:00:00",
            &["RDATE;VALUE=PERIOD:20261210T090000Z/PT2H,20261211T090000Z/20261211T100000Z"],
        ),
    ] {
        let start_of = if rule.contains("2TU") || rule.contains("=10;") { 10 } else { 3 };
        let lines = format!("{}{rule}", tuesday.replace("1103", &format!("11{start_of:02}")));
        assert_eq!(series_moved(&lines, start, false), came, "{rule}");
    }
}

#[test]
fn a_series_of_times_can_become_one_of_days_and_back() {
    let times = "DTSTART;TZID=Europe/Berlin:20261103T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20261110T080000Z\n\
        EXDATE;TZID=Europe/Berlin:20261104T090000,20261105T090000\nEXDATE:20261106T080000Z";
    let came = series_moved(times, "2026-11-03T00:00:00", true);
    let dates = [
        "RRULE:FREQ=DAILY;UNTIL=20261110",
        "EXDATE;VALUE=DATE:20261104,20261105",
        "EXDATE;VALUE=DATE:20261106",
    ];
    assert_eq!(came, dates);
    let days = format!("DTSTART;VALUE=DATE:20261103\n{}", dates.join("\n"));
    let came = series_moved(&days, "2026-11-03T09:00:00", false);
    let times = [
        "RRULE:FREQ=DAILY;UNTIL=20261110T080000Z",
        "EXDATE;TZID=Europe/Berlin:20261104T090000,20261105T090000",
        "EXDATE;TZID=Europe/Berlin:20261106T090000",
    ];
    assert_eq!(came, times);
}
