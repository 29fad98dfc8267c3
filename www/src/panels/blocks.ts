// Busy blocks: the calendar's mirrored events and the application's appointments as one list of times.

import type { Appointment, MirroredEvent } from "../api.ts";
import { addDays, instantOf } from "../time.ts";
import { title } from "./appointments.ts";

export interface Block {
  start: string;
  end: string;
  title: string;
  kind: "busy" | "pending" | "confirmed";
  allDay: boolean;
  color: string | null;
}

/** An appointment and its own event in the calendar are one block. */
export function blocks(events: MirroredEvent[], appointments: Appointment[], timeZone: string): Block[] {
  const own = new Set(appointments.flatMap((one) => [one.externalEventUid, one.externalEventUrl]));
  const ofEvents = events
    .filter((event) => !own.has(event.external_event_id))
    .map(
      (event): Block => ({
        ...eventTimes(event, timeZone),
        title: event.title,
        kind: "busy",
        allDay: event.all_day,
        color: event.color,
      }),
    );
  const ofAppointments = appointments.map(
    (one): Block => ({
      start: one.startTime,
      end: one.endTime,
      title: title(one),
      kind: one.status === "PENDING" ? "pending" : "confirmed",
      allDay: false,
      color: null,
    }),
  );
  return [...ofEvents, ...ofAppointments].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
}

/** A date stands for its whole day where the owner lives. */
function eventTimes(event: MirroredEvent, timeZone: string): { start: string; end: string } {
  if (event.start_time.length > 10) return { start: event.start_time, end: event.end_time };
  const end = event.end_time > event.start_time ? event.end_time : addDays(event.start_time, 1);
  const midnight = (date: string) => instantOf(date, "00:00", timeZone).toISOString();
  return { start: midnight(event.start_time), end: midnight(end) };
}
