// The calendar "Studio" with a week of sample events around today, as a phone would have put them there.

/** @typedef {{ url: string, user: string, password: string }} Account */

const zone = "Europe/Berlin";
const vtimezone = [
  "BEGIN:VTIMEZONE",
  `TZID:${zone}`,
  "BEGIN:DAYLIGHT",
  "DTSTART:19810329T020000",
  "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0200",
  "TZNAME:CEST",
  "END:DAYLIGHT",
  "BEGIN:STANDARD",
  "DTSTART:19961027T030000",
  "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
  "TZOFFSETFROM:+0200",
  "TZOFFSETTO:+0100",
  "TZNAME:CET",
  "END:STANDARD",
  "END:VTIMEZONE",
];

/** Today's date where the calendar lives, as YYYYMMDD. */
export const today = () =>
  new Intl.DateTimeFormat("sv", { timeZone: zone }).format(new Date()).replaceAll("-", "");

/** @param {string} date YYYYMMDD @param {number} days */
function daysAfter(date, days) {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(date) ?? [];
  const moved = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day) + days));
  return moved.toISOString().slice(0, 10).replaceAll("-", "");
}

/** Monday is 0. @param {string} date YYYYMMDD */
const weekday = (date) =>
  (new Date(`${date.replace(/(....)(..)(..)/, "$1-$2-$3")}T00:00:00Z`).getUTCDay() + 6) % 7;

/** @param {string} date @param {string} from HHMM @param {string} to HHMM */
const span = (date, from, to) => [
  `DTSTART;TZID=${zone}:${date}T${from}00`,
  `DTEND;TZID=${zone}:${date}T${to}00`,
];

/** The sample events, relative to a day. @param {string} day YYYYMMDD @returns {{ uid: string, lines: string[] }[]} */
function events(day) {
  const lastMonday = daysAfter(day, -weekday(day) - 7);
  return [
    {
      uid: "sample-team-meeting",
      lines: [
        "SUMMARY:Team meeting",
        ...span(lastMonday, "1000", "1100"),
        "RRULE:FREQ=WEEKLY;BYDAY=MO",
        "LOCATION:Studio\\, back room",
        "X-STUDIO-ROOM:2",
        ...["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Team meeting", "TRIGGER:-PT15M", "END:VALARM"],
      ],
    },
    { uid: "sample-lunch", lines: ["SUMMARY:Lunch with Ana", ...span(daysAfter(day, 2), "1230", "1330")] },
    { uid: "sample-dentist", lines: ["SUMMARY:Dentist", ...span(daysAfter(day, 1), "1400", "1500")] },
    {
      uid: "sample-market",
      lines: [
        "SUMMARY:Christmas market",
        `DTSTART;VALUE=DATE:${daysAfter(day, 3)}`,
        `DTEND;VALUE=DATE:${daysAfter(day, 4)}`,
        "TRANSP:TRANSPARENT",
      ],
    },
    {
      uid: "sample-opening",
      lines: ["SUMMARY:Vernissage 🎨 bei Zoë", ...span(daysAfter(day, 4), "1800", "2000")],
    },
  ];
}

/** @param {{ uid: string, lines: string[] }} event @param {string} stamp */
function calendarObject({ uid, lines }, stamp) {
  const event = ["BEGIN:VEVENT", `UID:${uid}`, `DTSTAMP:${stamp}`, ...lines, "END:VEVENT"];
  const zones = lines.some((line) => line.includes("TZID=")) ? vtimezone : [];
  const all = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Studio//Phone//EN",
    ...zones,
    ...event,
    "END:VCALENDAR",
  ];
  return `${all.join("\r\n")}\r\n`;
}

const makeCalendar = `<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:A="http://apple.com/ns/ical/">
  <D:set><D:prop>
    <D:displayname>Studio</D:displayname>
    <A:calendar-color>#3b7dd8</A:calendar-color>
    <C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
  </D:prop></D:set>
</C:mkcalendar>`;

/**
 * Makes the calendar if it is not there, and puts the sample events into it, as of the given day.
 * @param {Account} account @param {string} [day] YYYYMMDD
 * @returns {Promise<string>} the calendar's URL
 */
export async function laySampleCalendar({ url, user, password }, day = today()) {
  const home = new URL(`${encodeURIComponent(user)}/studio/`, url).href;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  /** @param {string} method @param {string} target @param {string} type @param {string} [body] */
  const send = async (method, target, type, body) => {
    const response = await fetch(target, {
      method,
      body,
      headers: { authorization, "content-type": type, depth: "0" },
    });
    await response.arrayBuffer();
    return response.status;
  };
  const exists = (await send("PROPFIND", home, "application/xml")) === 207;
  if (!exists) {
    const made = await send("MKCALENDAR", home, "application/xml; charset=utf-8", makeCalendar);
    if (made !== 201) throw new Error(`The CalDAV server answered ${made} to MKCALENDAR ${home}`);
  }
  const stamp = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  for (const event of events(day)) {
    const target = new URL(`${event.uid}.ics`, home).href;
    const status = await send("PUT", target, "text/calendar; charset=utf-8", calendarObject(event, stamp));
    if (status !== 201 && status !== 204)
      throw new Error(`The CalDAV server answered ${status} to PUT ${target}`);
  }
  return home;
}
