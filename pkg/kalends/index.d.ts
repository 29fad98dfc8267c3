/**
 * A time: a `Date`, an ISO instant (`2026-11-21T09:00:00Z`), a wall time in the zone given beside it
 * (`2026-11-21T09:00`), or a date (`2026-11-21`) for what lasts whole days.
 */
export type Time = string | Date;

export type Status = "TENTATIVE" | "CONFIRMED" | "CANCELLED";

export type Transparency = "OPAQUE" | "TRANSPARENT";

export type Weekday = "MO" | "TU" | "WE" | "TH" | "FR" | "SA" | "SU";

/** A parameter of a property, its values in plain text (RFC 6868 undone); no values where it came without `=`. */
export interface Parameter {
  name: string;
  values?: string[];
}

/** One content line; `value` is as it is written, with its escapes. */
export interface Property {
  name: string;
  parameters?: Parameter[];
  value: string;
}

/** A component with everything in it, known or not, in order. `parse` gives both lists, also where they are empty. */
export interface Component {
  name: string;
  properties?: Property[];
  components?: Component[];
}

/** The outermost component of a text, usually its VCALENDAR. */
export interface Calendar extends Component {
  properties: ParsedProperty[];
  components: ParsedComponent[];
  /** Where the text has several outermost components: the others. */
  more?: ParsedComponent[];
}

export interface ParsedComponent extends Component {
  properties: ParsedProperty[];
  components: ParsedComponent[];
}

export interface ParsedProperty extends Property {
  parameters: { name: string; values: string[] }[];
}

/** An event, or the series that it begins. */
export interface CalendarEvent {
  uid: string;
  /** ISO with the offset of the zone that was asked for; of an all-day event its date. */
  start: string;
  /** The same for the end; of an all-day event the date after its last day. */
  end: string;
  /** Milliseconds since 1970; a date is its midnight in the zone that was asked for. */
  startMs: number;
  endMs: number;
  allDay: boolean;
  /** Whether it has, or may have, more than one occurrence: see `expand`. */
  recurring: boolean;
  /** The value of its first RRULE. */
  recurrenceRule: string | null;
  sequence: number;
  /** The zone that the event is written in; null where it names none, as all-day and floating events do. */
  timeZone: string | null;
  summary: string;
  description: string | null;
  location: string | null;
  url: string | null;
  categories: string[];
  status: Status;
  transparency: Transparency;
}

/** What is wrong with a text: with a line of it, a property, a component or the whole. */
export interface Problem {
  /** A stable word; `Problems` in the README says what each means. */
  code: ProblemCode;
  /**
   * `lost`: something could not be used. `mended`: it was read by a guess or a repair that may be wrong. `formal`: it
   * breaks a rule and no reader minds; these are told with `strict` only.
   */
  severity: "lost" | "mended" | "formal";
  /** What is wrong and what was done about it, in English; it may change. */
  message: string;
  /** Counted from 1. */
  line?: number;
  /** The octet in the unfolded line, counted from 1: of a property the one at which its value begins. */
  column?: number;
  /** The component that it stands in. */
  component?: string;
  /** Of the event or other entry that it concerns, as `events` have it. */
  uid?: string;
  /** The property that it concerns, also one that is missing. */
  property?: string;
}

export type ProblemCode =
  | "no_calendar"
  | "cut_off"
  | "malformed_line"
  | "outside_component"
  | "nested_too_deeply"
  | "more_problems"
  | "no_start"
  | "invalid_value"
  | "invalid_rule"
  | "unsupported_rule"
  | "unknown_time_zone"
  | "duplicate_uid"
  | "budget_exhausted"
  | "unexpected_end"
  | "missing_end"
  | "not_utf8"
  | "control_character"
  | "unclosed_quote"
  | "outside_calendar"
  | "time_zone_contradiction"
  | "end_before_start"
  | "end_and_duration"
  | "mixed_dates_and_times"
  | "until_before_start"
  | "start_outside_rule"
  | "misplaced_rule_part"
  | "ignored_rule_part"
  | "override_without_master"
  | "repeated_property"
  | "missing_property"
  | "missing_component"
  | "misplaced_property"
  | "value_not_allowed"
  | "other_value_type"
  | "until_and_count"
  | "misplaced_tzid"
  | "missing_time_zone"
  | "unescaped_text"
  | "long_line"
  | "line_end"
  | "parameter_quoting"
  | "invalid_name";

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

export interface SlotRequest extends Window {
  durationMinutes: number;
  /** How far apart slots start, counted from the beginning of the working hours. */
  stepMinutes: number;
  /** On each weekday from when to when, in `timeZone`; a day left out has none. Always, where there are none. */
  workingHours?: { [day in Weekday]?: [from: string, to: string][] };
  busy: { start: Time; end: Time }[];
  bufferBeforeMinutes?: number;
  bufferAfterMinutes?: number;
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
 * Every occurrence that overlaps a window, cancelled and free ones too, in order of start. Events that could not be
 * read, and zones that contradict their names, are told in `problems` of the list.
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

/** Writes an `.ics` text of new events. */
export function createIcs(events: NewEvent[], calendar?: { name?: string }): string;

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

/** The IANA name of the zone that a TZID means: IANA's and Windows' names, prefixed paths, display names. */
export function zoneOf(tzid: string): string;
