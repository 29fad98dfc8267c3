import type { NewCalendar, NewEvent } from "./create.js";
import type { Problem } from "./problems.js";
import type { Calendar, Component } from "./tree.js";

export type * from "./create.js";
export type * from "./problems.js";
export type * from "./tree.js";

/**
 * A time: a `Date`, an ISO instant (`2026-11-21T09:00:00Z`), a wall time in the zone given beside it
 * (`2026-11-21T09:00`), or a date (`2026-11-21`) for what lasts whole days.
 */
export type Time = string | Date;

export type Status = "TENTATIVE" | "CONFIRMED" | "CANCELLED";

export type Transparency = "OPAQUE" | "TRANSPARENT";

export type Weekday = "MO" | "TU" | "WE" | "TH" | "FR" | "SA" | "SU";

/** Who somebody is: an organizer, an attendee, or who gets the mail of an alarm. */
export interface CalendarUser {
  /** A URI, nearly always `mailto:`. */
  address: string;
  name: string | null;
  /** Where mail reaches them. */
  email: string | null;
  /** The address of who acts for them. */
  sentBy: string | null;
}

export type Role = "CHAIR" | "REQ-PARTICIPANT" | "OPT-PARTICIPANT" | "NON-PARTICIPANT";

export type ParticipationStatus =
  | "NEEDS-ACTION"
  | "ACCEPTED"
  | "DECLINED"
  | "TENTATIVE"
  | "DELEGATED"
  | "COMPLETED"
  | "IN-PROCESS";

export type UserType = "INDIVIDUAL" | "GROUP" | "RESOURCE" | "ROOM" | "UNKNOWN";

export interface Attendee extends CalendarUser {
  role: Role;
  /** What they have answered. */
  status: ParticipationStatus;
  /** Whether an answer is asked for. */
  rsvp: boolean;
  userType: UserType;
  delegatedTo: string[];
  delegatedFrom: string[];
}

export type AlarmAction = "DISPLAY" | "EMAIL" | "AUDIO";

/** So long after the start or the end (`-PT15M` is before it), or at an instant. */
export type Trigger = { start: string } | { end: string } | { at: string };

export interface Alarm {
  action: AlarmAction;
  trigger: Trigger;
  /** So many times more, each so long (`PT5M`) after the one before. */
  repeat: { count: number; every: string } | null;
  description: string | null;
  summary: string | null;
  attendees: CalendarUser[];
  attachments: string[];
  /** When it was seen. */
  acknowledged: string | null;
}

/** A way into a meeting that is no place. */
export interface Conference {
  uri: string;
  features: ("AUDIO" | "CHAT" | "FEED" | "MODERATOR" | "PHONE" | "SCREEN" | "VIDEO")[];
  label: string | null;
}

/** Something that an event points at: an image, a document. */
export interface Link {
  uri: string;
  mediaType: string | null;
}

export type Class = "PUBLIC" | "PRIVATE" | "CONFIDENTIAL";

/** What events and tasks say of themselves besides their times. */
export interface Details {
  summary: string;
  description: string | null;
  /** The description as HTML (X-ALT-DESC). */
  html: string | null;
  location: string | null;
  url: string | null;
  geo: { latitude: number; longitude: number } | null;
  class: Class | null;
  /** From 1, the highest, to 9. */
  priority: number | null;
  sequence: number;
  categories: string[];
  /** A name of CSS, or `#rrggbb` where it has none. */
  color: string | null;
  organizer: CalendarUser | null;
  attendees: Attendee[];
  alarms: Alarm[];
  conferences: Conference[];
  images: Link[];
  /** Those that point somewhere; what is inside the text is in `calendar` only. */
  attachments: Link[];
  /** An ISO instant in UTC. */
  created: string | null;
  lastModified: string | null;
}

/** What takes place at some time. */
export interface Entry extends Details {
  /** ISO with the offset of the zone that was asked for; of an all-day event its date. */
  start: string;
  /** The same for the end; of an all-day event the date after its last day. */
  end: string;
  /** Milliseconds since 1970; a date is its midnight in the zone that was asked for. */
  startMs: number;
  endMs: number;
  allDay: boolean;
  /** The zone that the event is written in; null where it names none, as all-day and floating events do. */
  timeZone: string | null;
  status: Status;
  transparency: Transparency;
}

/** An event, or the series that it begins. */
export interface CalendarEvent extends Entry {
  uid: string;
  /** Whether it has, or may have, more than one occurrence: see `expand`. */
  recurring: boolean;
  /** The value of its first RRULE. */
  recurrenceRule: string | null;
  /** What replaces single occurrences of the series. */
  overrides: Override[];
}

export interface Override extends Entry {
  /** When the series would have the occurrence. */
  recurrenceId: string;
}

export type TodoStatus = "NEEDS-ACTION" | "IN-PROCESS" | "COMPLETED" | "CANCELLED";

/** A task; times as in `Entry`. */
export interface Todo extends Details {
  uid: string;
  recurring: boolean;
  /** Whether start and due are dates. */
  allDay: boolean;
  start: string | null;
  startMs: number | null;
  due: string | null;
  dueMs: number | null;
  timeZone: string | null;
  status: TodoStatus | null;
  /** An ISO instant in UTC. */
  completed: string | null;
  percentComplete: number | null;
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
  /** The zone of dates and of times that have none; the one of this machine by default. */
  timeZone?: string;
}

export interface ParseOptions extends ZoneOptions {
  /** Throws (`unreadable`, with the `problems`) where anything is wrong, also what no reader minds. */
  strict?: boolean;
}

export interface PatchOptions extends ZoneOptions {
  /** Which event is meant, where the text has several. */
  uid?: string;
}

export interface Parsed {
  /** Every event that can be used, one for each UID. */
  events: CalendarEvent[];
  /** Every task that can be used. */
  todos: Todo[];
  /** What was lost, repaired or guessed, in the order of the text. */
  problems: Problem[];
  /** Everything that the text holds; made when it is first asked for. */
  readonly calendar: Calendar;
}

/** The text of an `.ics` file, its octets, or a calendar from `parse`. */
export type CalendarSource = string | Uint8Array | Component;

/** A half-open window: what overlaps it belongs to it. */
export interface Window extends ZoneOptions {
  from: Time;
  to: Time;
}

export interface BusyWindow extends Window {
  /** The owner's mail addresses: what the owner has declined takes no time. */
  addresses?: string[];
  /** Whether events that are given in dates take time; `busy` where it is left out. */
  allDay?: "busy" | "free";
  /** Whether what is not settled yet takes time; `busy` where it is left out. */
  tentative?: "busy" | "free";
  /**
   * Gets every problem. Without it, what was `lost`, and so may have taken time, is thrown as one error of code
   * `unreadable`, and the rest is not told.
   */
  onProblem?: (problem: Problem) => void;
}

/** A window in which `from`, or `to` where there is a limit, may be left open. */
export interface LimitedWindow extends ZoneOptions {
  from?: Time;
  to?: Time;
  /** The first so many. */
  limit?: number;
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
  /** Why it is taken: `unavailable` where its owner has said to take nothing then. */
  reason: "busy" | "tentative" | "out-of-office" | "unavailable";
}

/** One occurrence of an event; times as in `CalendarEvent`. */
export interface Occurrence {
  uid: string;
  /** When the series would have it; null where the event does not recur. */
  recurrenceId: string | null;
  /** The kind of component that describes it: `VEVENT`. */
  component: string;
  start: string;
  end: string;
  startMs: number;
  endMs: number;
  allDay: boolean;
  timeZone: string | null;
  summary: string;
  description: string | null;
  location: string | null;
  url: string | null;
  categories: string[];
  status: Status;
  transparency: Transparency;
}

/** Which slots are wanted. */
export interface SlotWindow extends Window {
  durationMinutes: number;
  /** How far apart slots start, counted from the beginning of the working hours. */
  stepMinutes: number;
}

/** Somebody who takes bookings. */
export interface Person extends ZoneOptions {
  /**
   * On each weekday, and instead on single dates (`"2026-12-24": []`), from when to when, in `timeZone`; a day left out
   * has none. Always, where there are none.
   */
  workingHours?: { [day in Weekday | `${number}-${number}-${number}`]?: [from: string, to: string][] };
  busy?: { start: Time; end: Time }[];
  /** What is booked already: it is busy, too, and counts towards `maximumPerDay`. */
  bookings?: { start: Time; end: Time }[];
  bufferBeforeMinutes?: number;
  bufferAfterMinutes?: number;
  /** No booking begins earlier. */
  notBefore?: Time;
  /** No more bookings than these begin on one day. */
  maximumPerDay?: number;
}

export interface SlotRequest extends SlotWindow, Person {}

/** Slots of several people, each in a zone of their own or in that of the window. */
export interface PeopleRequest extends SlotWindow {
  people: Person[];
}

/** A slot that some of several people could take. */
export interface Offer {
  start: string;
  end: string;
  /** Their places in `people`. */
  people: number[];
  /** The place of the one who has the fewest bookings, and of those the one whose last begins earliest. */
  turn: number;
}

/** What is thrown: an `Error` with a stable word. */
export class KalendsError extends Error {
  constructor(code: string, message: string, problems?: Problem[]);
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

/** Reads an `.ics` file: everything in it, every event that can be used, and what is wrong with the rest. */
export function parse(ics: string | Uint8Array, options?: ParseOptions): Parsed;

/** Writes a calendar, from `parse` or made by hand, as `.ics` text; nothing in it is lost. */
export function serialize(calendar: Component | Calendar): string;

/**
 * Every occurrence that overlaps a window, cancelled and free ones too, in order of start. Which events are missing,
 * which times are a guess and which zones contradict their names is told in `problems` of the list.
 */
export function expand(
  calendar: CalendarSource | CalendarSource[],
  window: LimitedWindow,
): Occurrence[] & { readonly problems: Problem[] };

/**
 * When a rule (`FREQ=WEEKLY;BYDAY=MO`) has its occurrences, in milliseconds since 1970. It runs on the clocks of
 * `timeZone`: by default UTC where `dtstart` is an instant, else the zone of this machine. `dtstart` itself is one
 * only where it matches.
 */
export function occurrences(rule: string, dtstart: Time, options?: LimitedWindow): Float64Array;

/** Writes an `.ics` text of new events and tasks, with the time zones that they name. */
export function createIcs(events: NewEvent[], calendar?: NewCalendar): string;

/** Changes fields of the one event in a text, or of the one named by `uid`; everything else in the text is kept. */
export function patch(ics: string | Uint8Array, changes: Changes, options?: PatchOptions): string;

/** What takes time in a window: recurrence, TRANSP and STATUS are honoured. In order of start. */
export function busy(calendars: CalendarSource | CalendarSource[], window: BusyWindow): Busy[];

/** What of the times that are taken a request overlaps; touching is no overlap. */
export function conflicts<T extends { start: Time; end: Time }>(
  request: { start: Time; end: Time; timeZone?: string },
  busy: T[],
): T[];

/** The slots that are free, in order. */
export function freeSlots(request: SlotRequest): { start: string; end: string }[];

/**
 * Up to so many free slots for a task, the best first: of each day, the earlier days before the later, the one that breaks
 * up the least free time; then the second of each day, and so on. `to` is when the task is due.
 */
export function bestSlots(request: SlotRequest, count?: number): { start: string; end: string }[];

/** The slots at which everybody is free, in order, counted from when their common hours begin. */
export function slotsOfAll(request: PeopleRequest): { start: string; end: string }[];

/** The slots at which somebody is free, in order, with who is and whose turn it is. */
export function slotsOfAny(request: PeopleRequest): Offer[];

/** Up to so many of the slots, the nearest to a wanted instant first. */
export function nearestSlots<T extends { start: string }>(
  slots: T[],
  wanted: string | Date,
  count?: number,
): T[];

/** The IANA name of the zone that a TZID means: IANA's and Windows' names, prefixed paths, display names. */
export function zoneOf(tzid: string): string;
