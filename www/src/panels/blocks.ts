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
  /** Whether nothing else fits there: a market day in the calendar leaves its hours free. */
  blocks: boolean;
}

/** An appointment and its own event in the calendar are one block. */
export function blocks(events: MirroredEvent[], appointments: Appointment[], timeZone: string): Block[] {
  const ofEvents = events
    .filter((event) => !appointments.some((one) => isEventOf(one, event)))
    .map(
      (event): Block => ({
        ...eventTimes(event, timeZone),
        title: event.title,
        kind: "busy",
        allDay: event.all_day,
        blocks: event.busy ?? !event.all_day,
      }),
    );
  const ofAppointments = appointments.map(
    (one): Block => ({
      start: one.startTime,
      end: one.endTime,
      title: title(one),
      kind: one.status === "PENDING" ? "pending" : "confirmed",
      allDay: false,
      blocks: true,
    }),
  );
  return [...ofEvents, ...ofAppointments].sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
}

/** The mirror names an event by its UID or by where it lies. */
function isEventOf(one: Appointment, { external_event_id: id }: MirroredEvent): boolean {
  return id !== "" && (id === one.externalEventUid || (one.externalEventUrl ?? "").endsWith(id));
}

/** A date stands for its whole day where the owner lives. */
function eventTimes(event: MirroredEvent, timeZone: string): { start: string; end: string } {
  if (event.start_time.length > 10) return { start: event.start_time, end: event.end_time };
  const end = event.end_time > event.start_time ? event.end_time : addDays(event.start_time, 1);
  const midnight = (date: string) => instantOf(date, "00:00", timeZone).toISOString();
  return { start: midnight(event.start_time), end: midnight(end) };
}
