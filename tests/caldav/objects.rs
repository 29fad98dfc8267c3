//! Calendar objects as other programs write them.

/// What a UID ends with; the phone puts the calendar's own name in its place.
pub const HERE: &str = "@here";

const MADRID: &str = "BEGIN:VTIMEZONE\r\nTZID:Europe/Madrid\r\n\
    BEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nDTSTART:19700329T020000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n\
    BEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nDTSTART:19701025T030000\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

/// A calendar with these lines in it.
pub fn calendar(components: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\n{components}END:VCALENDAR\r\n")
}

/// An hour on the day of March 2027 that is given.
pub fn event(uid: &str, summary: &str, day: u32) -> String {
    calendar(&format!(
        "BEGIN:VEVENT\r\nUID:{uid}{HERE}\r\nDTSTAMP:20270101T000000Z\r\nDTSTART:202703{day:02}T090000Z\r\n\
         DTEND:202703{day:02}T100000Z\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\n"
    ))
}

/// Ten Mondays from 1 March 2027, 9:00 in Madrid: the second one is excluded, the fourth moved to Tuesday at 11:00.
pub fn series(uid: &str) -> String {
    calendar(&format!(
        "{MADRID}BEGIN:VEVENT\r\nUID:{uid}{HERE}\r\nDTSTAMP:20270101T000000Z\r\n\
         DTSTART;TZID=Europe/Madrid:20270301T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=10\r\n\
         EXDATE;TZID=Europe/Madrid:20270308T090000\r\nSUMMARY:Class\r\nX-STUDIO-ROOM:2\r\nEND:VEVENT\r\n\
         BEGIN:VEVENT\r\nUID:{uid}{HERE}\r\nDTSTAMP:20270101T000000Z\r\n\
         RECURRENCE-ID;TZID=Europe/Madrid:20270322T090000\r\nDTSTART;TZID=Europe/Madrid:20270323T110000\r\n\
         DURATION:PT1H\r\nSUMMARY:Class on Tuesday\r\nEND:VEVENT\r\n"
    ))
}

/// 5 and 6 March 2027.
pub fn two_days(uid: &str) -> String {
    calendar(&format!(
        "BEGIN:VEVENT\r\nUID:{uid}{HERE}\r\nDTSTAMP:20270101T000000Z\r\nDTSTART;VALUE=DATE:20270305\r\n\
         DTEND;VALUE=DATE:20270307\r\nSUMMARY:Fair\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\n"
    ))
}

/// The same object with a line more in its first event.
pub fn with_line(body: &str, line: &str) -> String {
    body.replacen("END:VEVENT", &format!("{line}\r\nEND:VEVENT"), 1)
}

/// The same object with another SUMMARY in its first event. Long lines are folded nowhere in these tests.
pub fn with_summary(body: &str, summary: &str) -> String {
    let (before, after) = body.split_once("SUMMARY").expect("a SUMMARY");
    let (_, rest) = after.split_once("\r\n").expect("a line's end");
    format!("{before}SUMMARY:{summary}\r\n{rest}")
}
