mod all;
mod generated;
mod hostile;

use super::*;
use crate::event::Status;
use crate::time::Span;

const STAMP: Instant = Instant::from_millis(1_795_000_000_000);
const NEW: NewSeries<'static> = NewSeries { uid: "new", related: false };
const HOUR: i64 = 3_600_000;

fn berlin() -> Zone {
    Zone::iana("Europe/Berlin").unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn event(lines: &str) -> Event {
    let keep = "SUMMARY:a\nX-KEEP;P=\"q,r\":1\nATTENDEE;CN=B:mailto:b@example.org\n\
        BEGIN:VALARM\nTRIGGER:-PT5M\nX-KEEP:1\nEND:VALARM";
    Event::parse(&format!(
        "BEGIN:VCALENDAR\nX-CAL:1\nBEGIN:VEVENT\nUID:u\nSEQUENCE:3\n{}\n{keep}\nEND:VEVENT\n{}END:VCALENDAR\n",
        lines.split("--").next().unwrap().trim_end(),
        lines.split("--").skip(1).map(|o| format!("BEGIN:VEVENT\nUID:u\n{o}\nEND:VEVENT\n")).collect::<String>(),
    ))
    .unwrap()
}

fn series(event: &Event) -> Editor<'_> {
    Editor::of(event, &berlin(), STAMP).unwrap()
}

/// Its occurrences in the two years of the tests: start in UTC, minutes, summary.
fn found(event: &Event) -> Vec<String> {
    let window = Span::new(at("2026-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z")).unwrap();
    let found = crate::recurrence::occurrences(event, window, &berlin(), &mut Budget::default()).unwrap();
    let told = |o: &crate::recurrence::Occurrence| {
        let start = o.span.start().to_string().replace(":00Z", "");
        format!("{start}+{}{}", o.span.millis() / 60_000, o.summary())
    };
    found.iter().map(told).collect()
}

/// The lines of an event by name.
fn lines(event: &Event, names: &[&str]) -> Vec<String> {
    let text = event.to_ics();
    let named = |line: &&str| names.iter().any(|name| line.starts_with(name));
    text.lines().filter(named).map(str::to_owned).collect()
}

/// What the series says of an occurrence, with another start and length in Berlin.
fn moved(event: &Event, id: &str, start: &str, minutes: i64) -> Content {
    let content = series(event).content(at(id)).unwrap();
    let start = berlin().to_instant(at(&format!("{start}Z")).to_utc());
    Content { span: Span::lasting(start, minutes * 60_000), ..content }
}

const WEEKLY: &str = "DTSTART;TZID=Europe/Berlin:20261013T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4";

#[test]
fn one_occurrence_is_changed_in_an_override_of_its_own() {
    let event = event(WEEKLY);
    let id = "2026-10-27T08:00:00Z";
    let content = Content { summary: "b".into(), ..moved(&event, id, "2026-10-28T10:00:00", 30) };
    let changed = series(&event).change_this(at(id), &content).unwrap();
    let expected =
        ["2026-10-13T07:00+60a", "2026-10-20T07:00+60a", "2026-10-28T09:00+30b", "2026-11-03T08:00+60a"];
    assert_eq!(found(&changed), expected);
    let own = changed.overrides().next().unwrap();
    assert_eq!(
        own.to_string(),
        "BEGIN:VEVENT\r\nUID:u\r\nSEQUENCE:4\r\nRECURRENCE-ID;TZID=Europe/Berlin:20261027T090000\r\n\
         DTSTART;TZID=Europe/Berlin:20261028T100000\r\nDURATION:PT30M\r\nSUMMARY:b\r\nX-KEEP;P=\"q,r\":1\r\n\
         ATTENDEE;CN=B:mailto:b@example.org\r\nDTSTAMP:20261118T110640Z\r\nLAST-MODIFIED:20261118T110640Z\r\n\
         BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nX-KEEP:1\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    );
    assert_eq!(changed.master(), event.master());
    // Changed again it is the same override, patched.
    let again = Content { summary: "c".into(), ..series(&changed).content(at(id)).unwrap() };
    let again = series(&changed).change_this(at(id), &again).unwrap();
    assert_eq!((again.overrides().count(), found(&again)[2].as_str()), (1, "2026-10-28T09:00+30c"));
}

#[test]
fn an_override_is_written_in_the_kind_and_zone_of_the_start() {
    for (start, id, named) in [
        (
            "DTSTART;TZID=Europe/Berlin:20261013T090000",
            "2026-10-20T07:00:00Z",
            ";TZID=Europe/Berlin:20261020T090000",
        ),
        ("DTSTART:20261013T090000Z", "2026-10-20T09:00:00Z", ":20261020T090000Z"),
        ("DTSTART:20261013T090000", "2026-10-20T07:00:00Z", ":20261020T090000"),
        ("DTSTART;VALUE=DATE:20261013", "2026-10-19T22:00:00Z", ";VALUE=DATE:20261020"),
    ] {
        let event = event(&format!("{start}\nRRULE:FREQ=WEEKLY\nEXDATE;X-A=1:20261103T080000Z"));
        let content = Content { summary: "b".into(), ..series(&event).content(at(id)).unwrap() };
        let changed = series(&event).change_this(at(id), &content).unwrap();
        assert_eq!(lines(&changed, &["RECURRENCE-ID"]), [format!("RECURRENCE-ID{named}")]);
        let own = changed.overrides().next().unwrap();
        assert_eq!(own.property("DTSTART").unwrap().to_string(), format!("DTSTART{named}"));
        let deleted = series(&changed).delete_this(at(id)).unwrap().unwrap();
        assert_eq!(
            lines(&deleted, &["EXDATE", "RECURRENCE-ID", "SEQUENCE"])[1..],
            ["EXDATE;X-A=1:20261103T080000Z".to_owned(), format!("EXDATE{named}")]
        );
    }
}

#[test]
fn the_second_of_an_hour_that_comes_twice_is_named_in_utc() {
    let event =
        event("DTSTART;TZID=Europe/Berlin:20261025T003000\nDURATION:PT10M\nRRULE:FREQ=HOURLY;COUNT=5");
    let second = at("2026-10-25T01:30:00Z");
    let content = Content { summary: "b".into(), ..series(&event).content(second).unwrap() };
    let changed = series(&event).change_this(second, &content).unwrap();
    assert_eq!(found(&changed)[3], "2026-10-25T01:30+10b");
    assert_eq!(found(&changed).len(), 5);
    assert_eq!(lines(&changed, &["RECURRENCE-ID"]), ["RECURRENCE-ID:20261025T013000Z"]);
    assert_eq!(found(&series(&event).delete_this(second).unwrap().unwrap()).len(), 4);
}

#[test]
fn what_is_no_occurrence_is_an_error() {
    let event = event(&format!("{WEEKLY}\nEXDATE:20261020T070000Z"));
    let content = event.content(&berlin()).unwrap();
    for id in ["2026-10-20T07:00:00Z", "2026-10-13T07:00:01Z", "2026-12-01T08:00:00Z"] {
        let (series, id) = (series(&event), at(id));
        let errors = [
            series.content(id).unwrap_err(),
            series.change_this(id, &content).unwrap_err(),
            series.delete_this(id).unwrap_err(),
            series.change_following(id, &content, Repeat::AsItIs, NEW).unwrap_err(),
            series.delete_following(id).unwrap_err(),
            series.change_all(id, &content, Repeat::AsItIs).unwrap_err(),
        ];
        assert!(errors.iter().all(|error| *error == EditError::NoOccurrence { uid: "u".into(), at: id }));
    }
}

#[test]
fn an_event_that_does_not_recur_is_changed_and_deleted_whole() {
    let event = event("DTSTART:20261013T090000Z");
    let id = at("2026-10-13T09:00:00Z");
    let content = Content { summary: "b".into(), ..series(&event).content(id).unwrap() };
    let patched = event.patched(&content, STAMP).unwrap();
    assert_eq!(series(&event).change_this(id, &content).unwrap(), patched);
    assert_eq!(series(&event).change_all(id, &content, Repeat::AsItIs).unwrap(), patched);
    let split = series(&event).change_following(id, &content, Repeat::AsItIs, NEW).unwrap();
    assert_eq!(split, Split { series: patched, following: None });
    assert_eq!(series(&event).delete_this(id), Ok(None));
    assert_eq!(series(&event).delete_following(id), Ok(None));
}

#[test]
fn the_last_occurrence_that_goes_takes_the_event_along() {
    let event = event("DTSTART:20261013T090000Z\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE:20261013T090000Z");
    assert_eq!(series(&event).delete_this(at("2026-10-14T09:00:00Z")), Ok(None));
    assert_eq!(series(&event).delete_following(at("2026-10-14T09:00:00Z")), Ok(None));
}

#[test]
fn a_series_is_split_in_the_form_that_its_start_has() {
    for (start, rule, id, ends, goes_on) in [
        (
            "DTSTART;TZID=Europe/Berlin:20261013T090000",
            "",
            "2026-10-27T08:00:00Z",
            "UNTIL=20261020T070000Z",
            "",
        ),
        ("DTSTART:20261013T090000Z", "", "2026-10-27T09:00:00Z", "UNTIL=20261020T090000Z", ""),
        ("DTSTART:20261013T090000", "", "2026-10-27T08:00:00Z", "UNTIL=20261020T090000", ""),
        ("DTSTART;VALUE=DATE:20261013", "", "2026-10-26T23:00:00Z", "UNTIL=20261020", ""),
        (
            "DTSTART:20261013T090000Z",
            ";COUNT=5;X-A=1",
            "2026-10-27T09:00:00Z",
            "COUNT=2;X-A=1",
            ";COUNT=3;X-A=1",
        ),
        (
            "DTSTART:20261013T090000Z",
            ";UNTIL=20261201",
            "2026-10-27T09:00:00Z",
            "UNTIL=20261020T090000Z",
            ";UNTIL=20261201",
        ),
    ] {
        let event = event(&format!("{start}\nRRULE:FREQ=WEEKLY{rule}"));
        let content = Content { summary: "b".into(), ..series(&event).content(at(id)).unwrap() };
        let split = series(&event).change_following(at(id), &content, Repeat::AsItIs, NEW).unwrap();
        assert_eq!(lines(&split.series, &["RRULE"]), [format!("RRULE:FREQ=WEEKLY;{ends}")]);
        assert_eq!(series(&event).delete_following(at(id)).unwrap().unwrap(), split.series);
        let following = split.following.unwrap();
        assert_eq!(lines(&following, &["RRULE"]), [format!("RRULE:FREQ=WEEKLY{goes_on}")]);
        assert_eq!(following.uid(), "new");
        let (old, mut both) = (found(&event), found(&split.series));
        both.extend(found(&following).iter().map(|told| told.replace('b', "a")));
        assert_eq!(both, old);
        assert_eq!(lines(&following, &["SEQUENCE", "X-", "DTSTAMP"]).len(), 5);
    }
}

#[test]
fn dates_and_overrides_go_to_their_side_and_move_along() {
    let event = event(&format!(
        "{WEEKLY}\nRDATE;TZID=Europe/Berlin:20261015T090000,20261029T090000\n\
         EXDATE:20261020T070000Z,20261103T080000Z--\
         RECURRENCE-ID:20261013T070000Z\nDTSTART:20261013T100000Z\nSUMMARY:x--\
         RECURRENCE-ID;VALUE=DATE:20261029\nDTSTART:20261029T120000Z\nSUMMARY:y"
    ));
    let id = "2026-10-27T08:00:00Z";
    let content = moved(&event, id, "2026-10-27T10:30:00", 60);
    let related = NewSeries { uid: "new", related: true };
    let split = series(&event).change_following(at(id), &content, Repeat::AsItIs, related).unwrap();
    let names = ["RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "RELATED-TO", "DTSTART"];
    assert_eq!(
        lines(&split.series, &names),
        [
            "DTSTART;TZID=Europe/Berlin:20261013T090000",
            "RRULE:FREQ=WEEKLY;COUNT=2",
            "RDATE;TZID=Europe/Berlin:20261015T090000",
            "EXDATE:20261020T070000Z",
            "RELATED-TO;RELTYPE=NEXT:new",
            "RECURRENCE-ID:20261013T070000Z",
            "DTSTART:20261013T100000Z",
        ]
    );
    assert_eq!(
        lines(&split.following.unwrap(), &names),
        [
            "DTSTART;TZID=Europe/Berlin:20261027T103000",
            "RRULE:FREQ=WEEKLY;COUNT=2",
            "RDATE;TZID=Europe/Berlin:20261029T103000",
            "EXDATE:20261103T093000Z",
            "RELATED-TO;RELTYPE=FIRST:u",
            "RECURRENCE-ID;VALUE=DATE:20261029",
            "DTSTART:20261029T120000Z",
        ]
    );
}

#[test]
fn a_split_that_would_change_what_is_not_asked_for_is_refused() {
    let why = |lines: &str, id: &str, uid: &str| {
        let event = event(lines);
        let content = Content { summary: "b".into(), ..series(&event).content(at(id)).unwrap() };
        let new = NewSeries { uid, related: false };
        let split = series(&event).change_following(at(id), &content, Repeat::AsItIs, new);
        split.map(|_| ()).map_err(|error| error.to_string())
    };
    let two = format!("{WEEKLY}\nRRULE:FREQ=DAILY;COUNT=3");
    let dated = "DTSTART:20261013T090000Z\nRRULE:FREQ=WEEKLY;INTERVAL=2\nRDATE:20261021T090000Z";
    let ranged =
        format!("{WEEKLY}--RECURRENCE-ID;RANGE=THISANDFUTURE:20261020T070000Z\nDTSTART:20261020T080000Z");
    for (lines, id, uid, part) in [
        (&two[..], "2026-10-20T07:00:00Z", "new", "several rules"),
        (dated, "2026-10-21T09:00:00Z", "new", "does not give the same times"),
        (&ranged, "2026-10-27T08:00:00Z", "new", "THISANDFUTURE"),
        (WEEKLY, "2026-10-20T07:00:00Z", " ", "UID"),
        (WEEKLY, "2026-10-20T07:00:00Z", "u", "UID"),
    ] {
        let error = why(lines, id, uid).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(why(dated, "2026-10-27T09:00:00Z", "new"), Ok(()));
    // To end them is always possible.
    for lines in [&two[..], dated, &ranged] {
        let event = event(lines);
        let before: Vec<String> =
            found(&event).into_iter().filter(|told| told.as_str() < "2026-10-26").collect();
        let id = if lines == dated { "2026-10-27T09:00:00Z" } else { "2026-10-27T08:00:00Z" };
        assert_eq!(found(&series(&event).delete_following(at(id)).unwrap().unwrap()), before);
    }
}

#[test]
fn an_override_for_all_later_ones_is_not_changed_for_one() {
    let event = event(&format!(
        "{WEEKLY}--RECURRENCE-ID;RANGE=THISANDFUTURE:20261020T070000Z\n\
         DTSTART;TZID=Europe/Berlin:20261020T100000\nSUMMARY:b"
    ));
    let first = at("2026-10-20T07:00:00Z");
    let content = Content { summary: "c".into(), ..series(&event).content(first).unwrap() };
    assert!(matches!(series(&event).change_this(first, &content), Err(EditError::Range { .. })));
    assert!(matches!(series(&event).delete_this(first), Err(EditError::Range { .. })));
    let later = at("2026-10-27T08:00:00Z");
    let content = Content { summary: "c".into(), ..series(&event).content(later).unwrap() };
    let changed = series(&event).change_this(later, &content).unwrap();
    let expected =
        ["2026-10-13T07:00+60a", "2026-10-20T08:00+0b", "2026-10-27T09:00+0c", "2026-11-03T09:00+0b"];
    assert_eq!(found(&changed), expected);
    let all = series(&event).change_all(later, &content, Repeat::AsItIs).unwrap();
    let expected =
        ["2026-10-13T07:00+60c", "2026-10-20T08:00+0c", "2026-10-27T09:00+0c", "2026-11-03T09:00+0c"];
    assert_eq!(found(&all), expected);
}

#[test]
fn single_occurrences_without_their_series_are_changed_one_by_one() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20261020T070000Z\nDTSTART:20261020T080000Z\nEND:VEVENT\n\
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20261027T070000Z\nDTSTART:20261027T080000Z\nEND:VEVENT\nEND:VCALENDAR";
    let event = Event::parse(text).unwrap();
    let id = at("2026-10-27T07:00:00Z");
    let content = Content { summary: "c".into(), ..series(&event).content(id).unwrap() };
    let changed = series(&event).change_this(id, &content).unwrap();
    assert_eq!(found(&changed), ["2026-10-20T08:00+0", "2026-10-27T08:00+0c"]);
    assert_eq!(found(&series(&event).delete_this(id).unwrap().unwrap()), ["2026-10-20T08:00+0"]);
    assert_eq!(found(&series(&event).delete_following(id).unwrap().unwrap()), ["2026-10-20T08:00+0"]);
    let no_series = EditError::NoSeries("u".into());
    assert_eq!(series(&event).change_all(id, &content, Repeat::AsItIs), Err(no_series.clone()));
    assert_eq!(series(&event).change_following(id, &content, Repeat::AsItIs, NEW), Err(no_series));
}

#[test]
fn a_status_is_significant_and_a_text_is_not() {
    let event = event(WEEKLY);
    let id = at("2026-10-27T08:00:00Z");
    let content = series(&event).content(id).unwrap();
    let text = Content { location: Some("Hall".into()), ..content.clone() };
    let status = Content { status: Status::Cancelled, ..content.clone() };
    let sequence = |content: &Content| {
        let changed = series(&event).change_this(id, content).unwrap();
        lines(&changed, &["SEQUENCE"])
    };
    assert_eq!(sequence(&text), ["SEQUENCE:3", "SEQUENCE:3"]);
    assert_eq!(sequence(&status), ["SEQUENCE:3", "SEQUENCE:4"]);
    assert_eq!(series(&event).change_this(id, &content).unwrap(), event);
    assert_eq!(series(&event).change_all(id, &content, Repeat::AsItIs).unwrap(), event);
}
