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

fn series(event: &Event) -> Series<'_> {
    Series::of(event, &berlin(), STAMP).unwrap()
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
fn all_move_as_the_one_that_was_moved() {
    let event = event(
        "DTSTART;TZID=Europe/Berlin:20261013T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20261103T080000Z\n\
         EXDATE;TZID=Europe/Berlin:20261020T090000--\
         RECURRENCE-ID;TZID=Europe/Berlin:20261027T090000\nDTSTART;TZID=Europe/Berlin:20261027T150000\nSUMMARY:x",
    );
    // By its third, from Tuesday at nine to Wednesday at ten.
    let id = "2026-11-03T08:00:00Z";
    let content = moved(&event, id, "2026-11-04T10:00:00", 90);
    let changed = series(&event).change_all(at(id), &content, Repeat::AsItIs).unwrap();
    assert_eq!(
        lines(&changed, &["RRULE", "EXDATE", "RECURRENCE-ID", "DTSTART"]),
        [
            "DTSTART;TZID=Europe/Berlin:20261014T100000",
            "RRULE:FREQ=WEEKLY;UNTIL=20261104T090000Z;BYDAY=WE",
            "EXDATE;TZID=Europe/Berlin:20261021T100000",
            "RECURRENCE-ID;TZID=Europe/Berlin:20261028T100000",
            "DTSTART;TZID=Europe/Berlin:20261027T150000",
        ]
    );
    assert_eq!(found(&changed), ["2026-10-14T08:00+90a", "2026-10-27T14:00+0x", "2026-11-04T09:00+90a"]);
    // By the one that had been moved: all are then where it is said to be, and it too.
    let id = "2026-10-27T08:00:00Z";
    let content = moved(&event, id, "2026-10-27T12:00:00", 60);
    let changed = series(&event).change_all(at(id), &content, Repeat::AsItIs).unwrap();
    assert_eq!(found(&changed), ["2026-10-13T10:00+60a", "2026-10-27T11:00+60x", "2026-11-03T11:00+60a"]);
}

#[test]
fn a_rule_of_several_weekdays_does_not_guess() {
    let event = event("DTSTART:20261012T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=6");
    let id = "2026-10-14T09:00:00Z";
    let later = moved(&event, id, "2026-10-14T12:00:00", 60);
    let changed = series(&event).change_all(at(id), &later, Repeat::AsItIs).unwrap();
    assert_eq!(found(&changed)[..2], ["2026-10-12T10:00+60a", "2026-10-14T10:00+60a"]);
    let thursday = moved(&event, id, "2026-10-15T11:00:00", 60);
    let error = series(&event).change_all(at(id), &thursday, Repeat::AsItIs).unwrap_err().to_string();
    assert!(error.contains("BYDAY") && error.contains("give the new rule"), "{error}");
    let rule = Rule::parse("FREQ=WEEKLY;BYDAY=MO,TH,FR;COUNT=6").unwrap();
    let changed = series(&event).change_all(at(id), &thursday, Repeat::By(&rule)).unwrap();
    // The start moved by a day too, to Tuesday, and from there to the rule's first day.
    assert_eq!(found(&changed)[..2], ["2026-10-15T09:00+60a", "2026-10-16T09:00+60a"]);
}

#[test]
fn an_occurrence_that_would_not_be_where_it_was_moved_is_an_error() {
    // The day after the second Tuesday is a second Wednesday in November, and a third in July.
    let event = event("DTSTART:20261110T090000Z\nRRULE:FREQ=MONTHLY;BYDAY=2TU");
    let changed = |id: &str, start: &str| {
        let content = moved(&event, id, start, 60);
        series(&event).change_all(at(id), &content, Repeat::AsItIs)
    };
    assert!(changed("2026-12-08T09:00:00Z", "2026-12-09T10:00:00").is_ok());
    let error = changed("2027-07-13T09:00:00Z", "2027-07-14T11:00:00");
    assert!(error.is_ok(), "{error:?}");
    let error = changed("2027-09-14T09:00:00Z", "2027-09-15T11:00:00").unwrap_err();
    assert_eq!(error, EditError::Unfollowed { uid: "u".into(), at: at("2027-09-15T09:00:00Z") });
}

#[test]
fn an_event_begins_to_recur_and_stops() {
    let event = event("DTSTART;TZID=Europe/Berlin:20261012T090000\nDURATION:PT1H");
    let id = at("2026-10-12T07:00:00Z");
    let content = series(&event).content(id).unwrap();
    let rule = Rule::parse("FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261020;X-A=1").unwrap();
    let weekly = series(&event).change_all(id, &content, Repeat::By(&rule)).unwrap();
    assert_eq!(lines(&weekly, &["RRULE"]), ["RRULE:FREQ=WEEKLY;UNTIL=20261020T215959Z;BYDAY=TU,TH;X-A=1"]);
    assert_eq!(lines(&weekly, &["SEQUENCE"]), ["SEQUENCE:4"]);
    assert_eq!(found(&weekly), ["2026-10-13T07:00+60a", "2026-10-15T07:00+60a", "2026-10-20T07:00+60a"]);
    let second = at("2026-10-15T07:00:00Z");
    let content = series(&weekly).content(second).unwrap();
    let split = series(&weekly).change_following(second, &content, Repeat::Never, NEW).unwrap();
    assert_eq!(found(&split.series), ["2026-10-13T07:00+60a"]);
    assert_eq!(found(&split.following.unwrap()), ["2026-10-15T07:00+60a"]);
    let once = series(&weekly).change_all(second, &content, Repeat::Never).unwrap();
    assert_eq!(found(&once), ["2026-10-13T07:00+60a"]);
    assert!(!once.is_recurring());
    let never = Rule::parse("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30").unwrap();
    let error = series(&weekly).change_all(second, &content, Repeat::By(&never));
    assert!(matches!(error, Err(EditError::Never(_))), "{error:?}");
    let wrong = Rule::parse("FREQ=WEEKLY;BYMONTHDAY=1").unwrap();
    assert!(series(&weekly).change_all(second, &content, Repeat::By(&wrong)).is_err());
}

#[test]
fn a_new_rule_keeps_the_exceptions_that_it_still_has_occurrences_for() {
    let event = event(&format!(
        "{WEEKLY}\nEXDATE;TZID=Europe/Berlin:20261020T090000\nEXDATE;VALUE=DATE:20261027--\
         RECURRENCE-ID:20261103T080000Z\nDTSTART:20261103T100000Z\nSUMMARY:x--\
         RECURRENCE-ID:20261013T070000Z\nDTSTART:20261013T120000Z\nSUMMARY:y"
    ));
    let id = at("2026-10-13T07:00:00Z");
    let content = series(&event).content(id).unwrap();
    let rule = Rule::parse("FREQ=WEEKLY;INTERVAL=2;COUNT=3").unwrap();
    let changed = series(&event).change_all(id, &content, Repeat::By(&rule)).unwrap();
    assert_eq!(
        lines(&changed, &["EXDATE", "RECURRENCE-ID"]),
        ["EXDATE;VALUE=DATE:20261027", "RECURRENCE-ID:20261013T070000Z"]
    );
    assert_eq!(found(&changed), ["2026-10-13T12:00+0y", "2026-11-10T08:00+60a"]);
}

#[test]
fn a_series_becomes_one_of_days() {
    let event =
        event(&format!("{WEEKLY}\nEXDATE:20261020T070000Z--RECURRENCE-ID:20261103T080000Z\nSUMMARY:x"));
    let id = at("2026-10-27T08:00:00Z");
    let content = series(&event).content(id).unwrap();
    let midnight = berlin().to_instant(at("2026-10-28T00:00:00Z").to_utc());
    let content = Content { all_day: true, span: Span::lasting(midnight, 48 * HOUR), ..content };
    let changed = series(&event).change_all(id, &content, Repeat::AsItIs).unwrap();
    assert_eq!(
        lines(&changed, &["DTSTART", "DTEND", "DURATION", "EXDATE", "RECURRENCE-ID"]),
        [
            "DTSTART;VALUE=DATE:20261014",
            "DURATION:P2D",
            "EXDATE;VALUE=DATE:20261021",
            "RECURRENCE-ID;VALUE=DATE:20261104"
        ]
    );
    assert_eq!(found(&changed).len(), 3);
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

#[test]
fn exceptions_of_a_day_that_stays_stay_where_another_day_is_moved() {
    let event = event(
        "DTSTART;TZID=Europe/Berlin:20261012T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=9\n\
         EXDATE:20261016T070000Z,20261021T070000Z\nEXDATE;VALUE=DATE:20261023--\
         RECURRENCE-ID:20261019T070000Z\nDTSTART:20261019T120000Z\nSUMMARY:x--\
         RECURRENCE-ID:20261028T080000Z\nDTSTART:20261028T120000Z\nSUMMARY:y",
    );
    // Wednesday at nine becomes Thursday at ten; the other days stay, and begin at ten.
    let id = "2026-10-14T07:00:00Z";
    let content = moved(&event, id, "2026-10-15T10:00:00", 60);
    let rule = Rule::parse("FREQ=WEEKLY;BYDAY=MO,TH,FR;COUNT=9").unwrap();
    let changed = series(&event).change_all(at(id), &content, Repeat::By(&rule)).unwrap();
    assert_eq!(
        lines(&changed, &["EXDATE", "RECURRENCE-ID"]),
        [
            "EXDATE:20261022T080000Z",
            "EXDATE;TZID=Europe/Berlin:20261016T100000",
            "EXDATE;VALUE=DATE:20261023",
            "RECURRENCE-ID;TZID=Europe/Berlin:20261019T100000",
            "RECURRENCE-ID:20261029T090000Z",
        ]
    );
}
