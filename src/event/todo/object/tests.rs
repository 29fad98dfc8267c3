use super::*;
use crate::event::new::tests::at;
use crate::event::todo::content::tests::content;
use crate::ics::parse;

fn object(lines: &str) -> TodoObject {
    let text = format!("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:1\n{lines}\nEND:VTODO\nEND:VCALENDAR");
    TodoObject::of(parse(&text).calendars.remove(0).into_owned()).unwrap()
}

/// The lines of the task after a change, in one line.
fn after(lines: &str, change: impl FnOnce(&mut TodoContent)) -> String {
    let before = object(lines);
    let mut wanted = before.content(&Zone::utc()).unwrap();
    change(&mut wanted);
    let patched = before.patched(&wanted, at("2026-11-20T00:00:00Z")).unwrap();
    let read = patched.content(&Zone::utc()).unwrap();
    assert_eq!(read.differences(&wanted), [], "{read:?} {wanted:?}");
    let text = patched.calendar().write();
    let todo = text.find("BEGIN:VTODO").map_or("", |at| &text[at..]);
    let is_told = |line: &&str| {
        !["DTSTAMP", "LAST-M", "SEQ", "BEGIN:VTODO", "END:VTODO", "UID", "END:VCAL"]
            .iter()
            .any(|name| line.starts_with(name))
    };
    todo.lines().filter(is_told).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_new_task_reads_back_as_it_was_described() {
    let due = TodoContent { by_duration: false, start: None, all_day: true, ..content() };
    let due = TodoContent { due: Some(at("2026-11-29T23:00:00Z")), ..due };
    let done = TodoContent {
        status: TodoStatus::Completed,
        completed: Some(at("2026-11-21T08:30:00Z")),
        percent: 100,
        ..content()
    };
    let daily = TodoContent { recurrence: Some("FREQ=DAILY;COUNT=3".into()), percent: 10, ..content() };
    let nowhen = TodoContent { start: None, due: None, by_duration: false, time_zone: None, ..content() };
    for said in [content(), due, done, daily, nowhen] {
        let new = TodoObject::new("t", &said, at("2026-11-01T00:00:00Z")).unwrap();
        let text = new.calendar().write();
        let read = TodoObject::of(parse(&text).calendars.remove(0).into_owned()).unwrap();
        assert_eq!((&read, read.uid()), (&new, "t"));
        assert_eq!(read.content(&Zone::iana("Europe/Berlin").unwrap()).unwrap(), said, "{text}");
    }
    let wrong = TodoContent { start: None, recurrence: Some("FREQ=DAILY".into()), ..content() };
    assert!(TodoObject::new("t", &TodoContent { by_duration: false, ..wrong }, Instant::MIN).is_err());
}

#[test]
fn only_what_changed_is_written() {
    let lines = "SUMMARY;LANGUAGE=en:Pay\nX-MINE:1\nDUE;TZID=Europe/Berlin:20261121T090000\nCATEGORIES:Home,Late\n\
        BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM";
    let alarm = "BEGIN:VALARM ACTION:DISPLAY TRIGGER:-PT5M END:VALARM";
    let before = object(lines);
    let same = before.patched(&before.content(&Zone::utc()).unwrap(), Instant::MIN).unwrap();
    assert_eq!(same, before);
    assert_eq!(
        after(lines, |todo| todo.summary = "Buy".into()),
        format!(
            "SUMMARY;LANGUAGE=en:Buy X-MINE:1 DUE;TZID=Europe/Berlin:20261121T090000 CATEGORIES:Home,Late {alarm}"
        )
    );
    assert_eq!(
        after(lines, |todo| todo.category = Some("Work, hard".into())),
        format!(
            "SUMMARY;LANGUAGE=en:Pay X-MINE:1 DUE;TZID=Europe/Berlin:20261121T090000 \
             CATEGORIES:Work\\, hard,Late {alarm}"
        )
    );
    assert_eq!(
        after(lines, |todo| todo.due = Some(at("2026-07-01T10:00:00Z"))),
        format!(
            "SUMMARY;LANGUAGE=en:Pay X-MINE:1 DUE;TZID=Europe/Berlin:20260701T120000 CATEGORIES:Home,Late {alarm}"
        )
    );
    assert_eq!(after("CATEGORIES:Home", |todo| todo.category = None), "");
    assert_eq!(after("X-A:1", |todo| todo.category = Some("Home".into())), "X-A:1 CATEGORIES:Home");
}

#[test]
fn a_status_brings_what_belongs_to_it() {
    let done = |todo: &mut TodoContent| {
        (todo.status, todo.completed) = (TodoStatus::Completed, Some(at("2026-11-21T09:00:00Z")))
    };
    let completed = "STATUS:COMPLETED COMPLETED:20261121T090000Z PERCENT-COMPLETE:100";
    assert_eq!(after("PERCENT-COMPLETE:40\nSTATUS:IN-PROCESS", done), completed);
    assert_eq!(after("X-A:1", done), format!("X-A:1 {completed}"));
    let open = |todo: &mut TodoContent| {
        (todo.status, todo.completed, todo.percent) = (TodoStatus::NeedsAction, None, 0)
    };
    // One that says nothing but that it was completed is completed.
    for lines in [&*completed.replace(' ', "\n"), "COMPLETED:20261121T090000Z", "PERCENT-COMPLETE:100"] {
        assert_eq!(after(lines, open), "STATUS:NEEDS-ACTION");
    }
    let cancelled = |todo: &mut TodoContent| todo.status = TodoStatus::Cancelled;
    assert_eq!(after("STATUS:NEEDS-ACTION", cancelled), "STATUS:CANCELLED");
}

#[test]
fn times_stay_as_they_were_written() {
    let start = "DTSTART;TZID=Europe/Berlin:20261121T090000";
    let later = |todo: &mut TodoContent| {
        todo.start = Some(at("2026-11-22T08:00:00Z"));
        todo.due = Some(at("2026-11-22T10:00:00Z"));
    };
    assert_eq!(
        after(&format!("{start}\nDURATION:PT1H"), later),
        "DTSTART;TZID=Europe/Berlin:20261122T090000 DURATION:PT2H"
    );
    assert_eq!(
        after(&format!("{start}\nDUE:20261121T100000Z"), later),
        "DTSTART;TZID=Europe/Berlin:20261122T090000 DUE:20261122T100000Z"
    );
    assert_eq!(
        after(start, |todo| todo.due = Some(at("2026-11-21T10:00:00Z"))),
        format!("{start} DUE;TZID=Europe/Berlin:20261121T110000")
    );
    let undated = |todo: &mut TodoContent| (todo.start, todo.due) = (None, None);
    assert_eq!(after(&format!("{start}\nDURATION:PT1H"), undated), "");
    let days = |todo: &mut TodoContent| {
        (todo.start, todo.due) = (Some(at("2026-11-23T00:00:00Z")), Some(at("2026-11-25T00:00:00Z")))
    };
    assert_eq!(
        after("DTSTART;VALUE=DATE:20261121\nDUE;VALUE=DATE:20261122", days),
        "DTSTART;VALUE=DATE:20261123 DUE;VALUE=DATE:20261125"
    );
}

#[test]
fn a_zone_that_is_new_there_is_defined() {
    let mut wanted = object("SUMMARY:Pay").content(&Zone::utc()).unwrap();
    (wanted.due, wanted.time_zone) = (Some(at("2026-11-21T08:00:00Z")), Some("Europe/Berlin".into()));
    let patched = object("SUMMARY:Pay").patched(&wanted, at("2026-11-20T00:00:00Z")).unwrap();
    assert_eq!(patched.calendar().components("VTIMEZONE").count(), 1);
    assert_eq!(patched.main().property("DUE").unwrap().value(), "20261121T090000");
}

#[test]
fn a_series_that_moves_takes_its_exceptions_with_it_and_keeps_the_rule_that_is_said() {
    let lines = "DTSTART:20261121T090000Z\nRRULE:FREQ=DAILY\nEXDATE:20261122T090000Z";
    let moved = |todo: &mut TodoContent| todo.start = Some(at("2026-11-21T10:00:00Z"));
    assert_eq!(after(lines, moved), "DTSTART:20261121T100000Z RRULE:FREQ=DAILY EXDATE:20261122T100000Z");
    let weekly = |todo: &mut TodoContent| todo.recurrence = Some("FREQ=WEEKLY".into());
    assert_eq!(
        after("DTSTART:20261121T090000Z\nRRULE:FREQ=DAILY", weekly),
        "DTSTART:20261121T090000Z RRULE:FREQ=WEEKLY"
    );
    assert_eq!(
        after("DTSTART:20261121T090000Z\nRRULE:FREQ=DAILY", |todo| todo.recurrence = None),
        "DTSTART:20261121T090000Z"
    );
}

#[test]
fn times_that_cannot_be_read_are_replaced() {
    let broken = object("SUMMARY:Pay\nDUE;TZID=Nowhere:20261121T090000");
    assert!(broken.content(&Zone::utc()).is_err());
    let wanted = TodoContent { category: None, start: None, by_duration: false, ..content() };
    let patched = broken.patched(&wanted, Instant::MIN).unwrap();
    assert_eq!(patched.content(&Zone::utc()).unwrap().differences(&wanted), []);
}
