// What is measured: calendars as people have them, and rules as they write them.

const berlin = `BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE`;

/** @param {string[]} events */
const calendar = (events) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:bench", berlin, ...events, "END:VCALENDAR", ""]
    .join("\n")
    .replaceAll("\n", "\r\n");

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/** @param {number} n @param {string[]} lines */
const event = (n, ...lines) => `BEGIN:VEVENT
UID:${n}-bench@example.org
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:202601${two(1 + (n % 28))}T${two(8 + (n % 9))}0000
DTEND;TZID=Europe/Berlin:202601${two(1 + (n % 28))}T${two(9 + (n % 9))}0000
SUMMARY:Meeting number ${n} about something\\, long
LOCATION:Room ${n % 50}
DESCRIPTION:Some text that goes on for a while\\nand has several lines\\, and is
  folded here as most programs fold what they write
STATUS:CONFIRMED
ORGANIZER;CN="Doe, Jane":mailto:jane@example.org
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=John:mailto:john@example.org
SEQUENCE:0
${[...lines, "END:VEVENT"].join("\n")}`;

/** @param {number} count */
const meetings = (count) => calendar(Array.from({ length: count }, (_, n) => event(n)));

/** 5,000 meetings. */
export const many = meetings(5000);

/** 20,000 of them: some ten megabytes. */
export const tenMegabytes = () => meetings(20_000);

/** Fifty series, daily and weekly, with some 18,000 occurrences in two years. */
export const series = calendar(
  Array.from({ length: 50 }, (_, n) => {
    const weekdays = "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR";
    return event(n, n % 10 === 0 ? weekdays : n % 2 ? "RRULE:FREQ=DAILY" : "RRULE:FREQ=WEEKLY;BYDAY=TU,SA");
  }),
);

export const window = { from: "2026-02-01T00:00:00Z", to: "2028-02-01T00:00:00Z", timeZone: "Europe/Berlin" };

/** Rules of every kind; each asked for its first occurrences, from a start that matches. */
export const rules = [
  { rule: "FREQ=DAILY", start: "2026-01-01" },
  { rule: "FREQ=DAILY;INTERVAL=3", start: "2026-01-01" },
  { rule: "FREQ=WEEKLY;BYDAY=MO,WE,FR", start: "2026-01-02" },
  { rule: "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU", start: "2026-01-06" },
  { rule: "FREQ=MONTHLY;BYMONTHDAY=15", start: "2026-01-15" },
  { rule: "FREQ=MONTHLY;BYMONTHDAY=-1", start: "2026-01-31" },
  { rule: "FREQ=MONTHLY;BYDAY=-1FR", start: "2026-01-30" },
  { rule: "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", start: "2026-01-30" },
  { rule: "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", start: "2026-02-13" },
  { rule: "FREQ=YEARLY", start: "2026-01-01" },
  { rule: "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", start: "2026-11-26" },
  { rule: "FREQ=YEARLY;BYYEARDAY=100,200,-1", start: "2026-04-10" },
  { rule: "FREQ=HOURLY;INTERVAL=6", start: "2026-01-01" },
  { rule: "FREQ=MINUTELY;INTERVAL=15", start: "2026-01-01" },
];
