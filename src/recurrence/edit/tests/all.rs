//! A whole series changed, and given another rule.

use super::*;

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
