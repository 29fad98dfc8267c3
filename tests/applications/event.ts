// Events as owners make them on their phones.

/** The text of an event; `lines` are properties beside its UID, times and title. */
export const event = (uid: string, title: string, start: string, end: string, ...lines: string[]): string => {
  const stamp = (time: string) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//The owner//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20261101T000000Z",
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(end)}`,
    `SUMMARY:${title}`,
    ...lines,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
};

/** A time so many days from now, at that hour in UTC. */
export const inDays = (days: number, hour: number): string => {
  const at = new Date(Date.now() + days * 86_400_000);
  at.setUTCHours(hour, 0, 0, 0);
  return at.toISOString().replace(".000Z", "Z");
};
