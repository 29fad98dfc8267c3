//! What each method lets through, adds, and asks for.

use super::*;
use crate::event::new::tests::{HARMLESS, HOSTILE, at};
use crate::ics::parse;

const STAMP: &str = "2026-11-01T00:00:00Z";

fn calendar(entry: &str, lines: &str) -> Component<'static> {
    let text = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:mine\nMETHOD:X\nX-WR-CALNAME:Mine\nBEGIN:{entry}\nUID:1\n\
         DTSTART;TZID=Europe/Berlin:20261121T120000\nSEQUENCE:2\nREQUEST-STATUS:2.0;Success\n{lines}\n\
         BEGIN:VALARM\nEND:VALARM\nEND:{entry}\nEND:VCALENDAR\n"
    );
    parse(&text).calendars.remove(0).into_owned()
}

const BEN: &str = "ORGANIZER:mailto:ben@example.org";
const ANA: &str = "ATTENDEE;CN=Ana;RSVP=TRUE;PARTSTAT=NEEDS-ACTION:MAILTO:Ana@example.org";
const EVA: &str = "ATTENDEE:mailto:eva@example.org";

fn carried(message: Message<'_>, entry: &str, lines: &[&str]) -> Result<String, MessageError> {
    let carried = message.carrying(calendar(entry, &lines.join("\n")), at(STAMP))?;
    assert_eq!(parse(&carried.write()).problems, []);
    let zone = carried.components("VTIMEZONE").count();
    assert_eq!(zone, 1, "the zone is defined");
    let head: Vec<String> = carried.properties.iter().map(ToString::to_string).collect();
    let inner = carried.components(entry).map(|entry| {
        let mut lines: Vec<String> = entry.properties.iter().map(ToString::to_string).collect();
        lines.retain(|line| !line.starts_with("DTSTART;") && line != "UID:1");
        lines.extend(entry.components.iter().map(|c| c.name().to_owned()));
        lines.join(" ")
    });
    let head = head.join(" ").replace("VERSION:2.0 PRODID:mine CALSCALE:GREGORIAN METHOD:", "");
    Ok(format!("{head} | {}", inner.collect::<Vec<_>>().join(" / ")))
}

#[test]
fn each_method_carries_what_rfc_5546_lets_it() {
    let ana = CalAddress::parse("ana@example.org").unwrap();
    let reply = |answer| Message::Reply { attendee: &ana, answer, comment: Some("With; pleasure") };
    let stamp = "DTSTAMP:20261101T000000Z";
    for (message, entry, written) in [
        (
            Message::Publish,
            "VEVENT",
            format!("PUBLISH X-WR-CALNAME:Mine | SEQUENCE:2 {BEN} {stamp} SUMMARY: VALARM"),
        ),
        (
            Message::Request,
            "VEVENT",
            format!("REQUEST | SEQUENCE:2 {BEN} {ANA} {EVA} {stamp} SUMMARY: VALARM"),
        ),
        (
            Message::Request,
            "VTODO",
            format!("REQUEST | SEQUENCE:2 {BEN} {ANA} {EVA} {stamp} SUMMARY: PRIORITY:0 VALARM"),
        ),
        (
            Message::Cancel,
            "VEVENT",
            format!("CANCEL | SEQUENCE:3 {BEN} {ANA} {EVA} {stamp} STATUS:CANCELLED"),
        ),
        (
            reply(ParticipationStatus::Accepted),
            "VEVENT",
            format!(
                "REPLY | SEQUENCE:2 {BEN} ATTENDEE;CN=Ana;PARTSTAT=ACCEPTED:MAILTO:Ana@example.org {stamp} \
                 COMMENT:With\\; pleasure"
            ),
        ),
        (
            reply(ParticipationStatus::Completed),
            "VTODO",
            format!(
                "REPLY | SEQUENCE:2 {BEN} ATTENDEE;CN=Ana;PARTSTAT=COMPLETED:MAILTO:Ana@example.org {stamp} \
                 COMMENT:With\\; pleasure"
            ),
        ),
    ] {
        assert_eq!(carried(message, entry, &[BEN, ANA, EVA]).unwrap(), written);
    }
}

#[test]
fn what_a_method_requires_and_is_missing_is_named() {
    let missing = |message: Message<'_>, entry: &str, lines: &[&str]| match carried(message, entry, lines)
        .unwrap_err()
    {
        MessageError::Missing { property, section, .. } => (property, section),
        other => panic!("{other}"),
    };
    assert_eq!(missing(Message::Publish, "VEVENT", &[ANA]), ("ORGANIZER", "3.2.1"));
    assert_eq!(missing(Message::Request, "VEVENT", &[BEN]), ("ATTENDEE", "3.2.2"));
    assert_eq!(missing(Message::Cancel, "VTODO", &[BEN]), ("ATTENDEE", "3.4.5"));
    let ana = CalAddress::parse("ana@example.org").unwrap();
    let reply = |attendee, answer| Message::Reply { attendee, answer, comment: None };
    assert_eq!(missing(reply(&ana, ParticipationStatus::Declined), "VEVENT", &[ANA]), ("ORGANIZER", "3.2.3"));
    let code = |message: Message<'_>, lines: &[&str]| carried(message, "VEVENT", lines).unwrap_err().code();
    assert_eq!(code(reply(&ana, ParticipationStatus::Accepted), &[BEN, EVA]), "not_invited");
    for answer in
        [ParticipationStatus::NeedsAction, ParticipationStatus::Completed, ParticipationStatus::Delegated]
    {
        assert_eq!(code(reply(&ana, answer), &[BEN, ANA]), "invalid_answer");
    }
    assert_eq!(code(Message::Request, &[BEN, ANA, "STATUS:CANCELLED"]), "cancelled_event");
    let text = "BEGIN:VCALENDAR\nBEGIN:VTODO\nDUE:20261121T120000Z\nUID:1\nORGANIZER:mailto:a@b.c\n\
        ATTENDEE:mailto:a@b.c\nEND:VTODO\nEND:VCALENDAR";
    let error = Message::Request.carrying(parse(text).calendars.remove(0), Instant::MIN).unwrap_err();
    let expected = "METHOD:REQUEST requires DTSTART, which VTODO 1 does not have (RFC 5546 §3.4.2)";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_message_is_about_one_event_or_one_task() {
    let carry = |message: Message<'_>, inner: &str| {
        let text = format!("BEGIN:VCALENDAR\n{inner}\nEND:VCALENDAR");
        message
            .carrying(parse(&text).calendars.remove(0), Instant::MIN)
            .map(|c| c.write())
            .map_err(|e| e.code())
    };
    let event =
        |uid| format!("BEGIN:VEVENT\nUID:{uid}\nDTSTART:20261121T120000Z\n{BEN}\n{ANA}\nEND:VEVENT\n");
    let two = event("1") + &event("2");
    assert_eq!(carry(Message::Request, &two), Err("several_uids"));
    assert_eq!(carry(Message::Publish, &two).unwrap().matches("BEGIN:VEVENT").count(), 2);
    let mixed = event("1") + "BEGIN:VTODO\nUID:1\nEND:VTODO";
    assert_eq!(carry(Message::Publish, &mixed), Err("mixed_components"));
    assert_eq!(carry(Message::Publish, "BEGIN:VJOURNAL\nEND:VJOURNAL"), Err("no_event"));
    assert_eq!(carry(Message::Cancel, "BEGIN:VEVENT\nEND:VEVENT"), Err("missing_property"));
    let nowhere = event("1").replace("DTSTART:20261121T120000Z", "DTSTART;TZID=Mars/Base:20261121T120000");
    assert_eq!(carry(Message::Request, &nowhere), Err("unknown_time_zone"));
}

#[test]
fn a_series_is_cancelled_as_a_whole_and_its_occurrences_where_they_came_alone() {
    let entry = |line: &str| format!("BEGIN:VEVENT\nUID:1\n{line}\n{BEN}\n{ANA}\nEND:VEVENT\n");
    let (master, one) =
        (entry("RRULE:FREQ=DAILY"), entry("RECURRENCE-ID:20261121T120000Z\nSTATUS:CANCELLED"));
    let cancel = |inner: &str| {
        let text = format!("BEGIN:VCALENDAR\n{inner}END:VCALENDAR");
        Message::Cancel.carrying(parse(&text).calendars.remove(0), Instant::MIN).unwrap().into_owned()
    };
    let whole = cancel(&(one.clone() + &master));
    assert_eq!(whole.components.len(), 1);
    assert!(whole.components[0].property("RECURRENCE-ID").is_none());
    let part = cancel(&one);
    assert!(part.components[0].property("RECURRENCE-ID").is_some());
    // It was cancelled before: SEQUENCE was raised then.
    assert_eq!(part.components[0].property("SEQUENCE").unwrap().value(), "0");
    assert_eq!(whole.components[0].property("SEQUENCE").unwrap().value(), "1");
}

#[test]
fn a_comment_cannot_break_out_of_its_line() {
    let ana = CalAddress::parse("ana@example.org").unwrap();
    let reply =
        Message::Reply { attendee: &ana, answer: ParticipationStatus::Declined, comment: Some(HOSTILE) };
    let carried = reply.carrying(calendar("VEVENT", &format!("{BEN}\n{ANA}")), at(STAMP)).unwrap().write();
    let parsed = parse(&carried);
    let event = parsed.calendars[0].components("VEVENT").next().unwrap();
    assert_eq!((parsed.problems.len(), event.properties("ATTENDEE").count()), (0, 1));
    assert_eq!(event.property("COMMENT").unwrap().unescaped(), HARMLESS);
}
