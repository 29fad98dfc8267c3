/**
 * A time: a `Date`, an ISO instant (`2026-11-21T09:00:00Z`), a wall time in the zone given beside it
 * (`2026-11-21T09:00`), or a date (`2026-11-21`) for what lasts whole days.
 */
export type Time = string | Date;

export type Status = "TENTATIVE" | "CONFIRMED" | "CANCELLED";

export type Weekday = "MO" | "TU" | "WE" | "TH" | "FR" | "SA" | "SU";

/** An event, or the series that it begins. */
export interface CalendarEvent {
  uid: string;
  summary: string;
  description?: string;
  location?: string;
  /** An ISO instant in UTC; of an all-day event its date. */
  start: string;
  /** The same for the end; of an all-day event the date after its last day. */
  end: string;
  allDay: boolean;
  /** The zone that the event is written in; null where it names none, as all-day and floating events do. */
  timeZone: string | null;
  status: Status;
  /** Whether it has, or may have, more than one occurrence: see `occurrences`. */
  recurring: boolean;
}

/** What is wrong with a line of a text, or with an event in it. */
export interface Problem {
  /** A stable word, such as `malformed_line`, `unknown_time_zone`, `no_start`, `invalid_rule`, `no_calendar`. */
  code: string;
  message: string;
  /** Counted from 1. */
  line?: number;
  /** The octet in the unfolded line, counted from 1. */
  column?: number;
  component?: string;
  uid?: string;
}

export interface NewEvent {
  /** A random one where there is none. */
  uid?: string;
  summary: string;
  description?: string | null;
  location?: string | null;
  start: Time;
  /** Of an all-day event the date after its last day; without an end it is one day, or a moment. */
  end?: Time;
  /** An IANA or Windows name; UTC where there is none. */
  timeZone?: string | null;
  status?: Status;
}

/** What is to change in an event; what is absent stays, null and the empty text take a field away. */
export interface Changes {
  summary?: string;
  description?: string | null;
  location?: string | null;
  /** Alone it moves the event and keeps its length. */
  start?: Time;
  end?: Time;
  status?: Status;
}

export interface ZoneOptions {
  /** The zone of times that have none; the one of this machine by default. */
  timeZone?: string;
}

export interface Window {
  from: Time;
  to: Time;
  /** The zone of all-day events and of times that have none. */
  timeZone: string;
  /** Gets what could not be read; without it, that is thrown as one error of code `unreadable`. */
  onProblem?: (problem: Problem) => void;
}

/** Time that is taken. */
export interface Busy {
  /** An ISO instant in UTC. */
  start: string;
  end: string;
  summary: string;
  uid: string;
  allDay: boolean;
  /** Whether it is not settled yet. */
  tentative: boolean;
}

/** One occurrence of an event; start and end as in `CalendarEvent`. */
export interface Occurrence {
  uid: string;
  summary: string;
  start: string;
  end: string;
  allDay: boolean;
  status: Status;
  /** When the series would have it; null where the event does not recur. */
  recurrenceId: string | null;
}

export interface SlotRequest {
  from: Time;
  to: Time;
  durationMinutes: number;
  /** How far apart slots start, counted from the beginning of the working hours. */
  stepMinutes: number;
  timeZone: string;
  /** On each weekday from when to when, in `timeZone`; a day left out has none. Always, where there are none. */
  workingHours?: { [day in Weekday]?: [from: string, to: string][] };
  busy: { start: Time; end: Time }[];
  bufferBeforeMinutes?: number;
  bufferAfterMinutes?: number;
}

/** What is thrown: an `Error` with a stable word. */
export interface KalendsError extends Error {
  code: string;
  /** Of code `unreadable`: what could not be read. */
  problems?: Problem[];
}

/**
 * Loads the WebAssembly, once. On Node it is loaded at import and this only waits for nothing.
 * `source` is for those who place the file themselves: a URL, a response, the bytes or a compiled module.
 */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void>;

export type WasmSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** Reads the text of an `.ics` file: every event that can be used, and what is wrong with the rest. */
export function parse(text: string, options?: ZoneOptions): { events: CalendarEvent[]; problems: Problem[] };

/** Writes an `.ics` text of new events. */
export function write(calendar: { name?: string; events: NewEvent[] }): string;

/** Changes fields of the one event in a calendar object; everything else in the text is kept. */
export function patch(text: string, changes: Changes, options?: ZoneOptions): string;

/** What takes time in a window: recurrence, TRANSP and STATUS are honoured. In order of start. */
export function busy(texts: string[], window: Window): Busy[];

/** Every occurrence that lies in or reaches into a window, cancelled and free ones too. In order of start. */
export function occurrences(texts: string[], window: Window): Occurrence[];

/** The slots that are free, in order. */
export function freeSlots(request: SlotRequest): { start: string; end: string }[];
