// Wall time of the owner's zone to instants and back, and how times are shown.

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function fields(zone: string, instant: number): Record<string, string> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(instant).map((part) => [part.type, part.value]));
}

/** `YYYY-MM-DD` of an instant in a zone. */
export function dateIn(zone: string, instant: Date | string | number): string {
  const at = fields(zone, new Date(instant).getTime());
  return `${at.year}-${at.month}-${at.day}`;
}

/** `HH:MM` of an instant in a zone. */
export function timeIn(zone: string, instant: Date | string | number): string {
  const at = fields(zone, new Date(instant).getTime());
  return `${at.hour}:${at.minute}`;
}

/** The instant at which a zone's clocks show this wall time; where clocks jump over it, the time after the jump. */
export function instantOf(date: string, time: string, zone: string): Date {
  const wall = Date.parse(`${date}T${time}:00Z`);
  const offset = (instant: number) =>
    Date.parse(`${dateIn(zone, instant)}T${timeIn(zone, instant)}:00Z`) - instant;
  const near = wall - offset(wall);
  return new Date(wall - offset(near));
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

export function addMinutes(instant: Date | string, minutes: number): Date {
  return new Date(new Date(instant).getTime() + minutes * 60_000);
}

/** Minutes since midnight of a `HH:MM`. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

export function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

export function dayLabel(date: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    weekday: "short",
    day: "numeric",
    month: "short",
  }).format(Date.parse(`${date}T00:00:00Z`));
}

/** "Mon 23 Nov, 10:00–11:00" in the owner's zone. */
export function span(zone: string, start: string, end: string): string {
  const last = dateIn(zone, start) === dateIn(zone, end) ? "" : `${dayLabel(dateIn(zone, end))} `;
  return `${dayLabel(dateIn(zone, start))}, ${timeIn(zone, start)}–${last}${timeIn(zone, end)}`;
}

/** A moment of today, to the second, in the reader's own zone. */
export function moment(instant: Date | string): string {
  return new Date(instant).toLocaleTimeString("en-GB");
}
