// New events, tasks and calendars, as `createIcs` takes them.
import type {
  AlarmAction,
  Attendee,
  Class,
  Conference,
  Status,
  Time,
  TodoStatus,
  Transparency,
} from "./index.js";

/** Somebody by e-mail address or URI, alone or with a name. */
export type NewUser =
  | string
  | {
      address?: string;
      name?: string | null;
      /** Serves as address where there is none. */
      email?: string | null;
      sentBy?: string | null;
    };

export type NewAttendee =
  | string
  | (Exclude<NewUser, string> &
      Partial<Pick<Attendee, "role" | "status" | "rsvp" | "userType">> & {
        delegatedTo?: string[];
        delegatedFrom?: string[];
      });

export interface NewAlarm {
  /** DISPLAY where there is none. */
  action?: AlarmAction;
  trigger: { start: string } | { end: string } | { at: Time };
  repeat?: { count: number; every: string } | null;
  /** What the event is called where it is not given. */
  description?: string | null;
  summary?: string | null;
  attendees?: NewUser[];
  attachments?: string[];
  acknowledged?: Time | null;
}

export type NewLink = string | { uri: string; mediaType?: string | null };

export interface NewDetails {
  summary: string;
  description?: string | null;
  html?: string | null;
  location?: string | null;
  url?: string | null;
  geo?: { latitude: number; longitude: number } | null;
  class?: Class | null;
  priority?: number | null;
  sequence?: number;
  categories?: string[];
  /** A name of CSS, or `#rrggbb`, of which the nearest name is written. */
  color?: string | null;
  organizer?: NewUser | null;
  attendees?: NewAttendee[];
  alarms?: NewAlarm[];
  conferences?: { uri: string; features?: Conference["features"]; label?: string | null }[];
  images?: NewLink[];
  attachments?: NewLink[];
  created?: Time | null;
  lastModified?: Time | null;
}

/** How something new recurs: by rules and dates, or as an override of one occurrence. */
export interface Repetition {
  /** Such as `FREQ=WEEKLY;BYDAY=MO`; of several their occurrences are joined. */
  recurrenceRule?: string | string[] | null;
  recurrenceDates?: Time[];
  exceptionDates?: Time[];
  /** The occurrence that this replaces. */
  recurrenceId?: Time | null;
}

interface New extends NewDetails, Repetition {
  /** A random one where there is none. */
  uid?: string;
  /** An IANA or Windows name; UTC where there is none. Instants are written on its clocks. */
  timeZone?: string | null;
  /** How long it lasts, such as `PT1H`, instead of the end. */
  duration?: string;
  /** X- properties, their values in plain text. */
  other?: { name: string; value: string }[];
}

export interface NewEvent extends New {
  start: Time;
  /** Of an all-day event the date after its last day; without an end it is one day, or a moment. */
  end?: Time;
  status?: Status;
  transparency?: Transparency;
}

export interface NewTodo extends New {
  start?: Time | null;
  due?: Time | null;
  status?: TodoStatus | null;
  completed?: Time | null;
  percentComplete?: number | null;
}

/** What a new calendar says of itself. */
export interface NewCalendar {
  name?: string | null;
  description?: string | null;
  /** Where its floating times are at home. */
  timeZone?: string | null;
  /** Which program writes it, such as `-//Studio//Bookings//EN`. */
  productId?: string | null;
  color?: string | null;
  /** How often who subscribes to it should look again, such as `PT1H`. */
  refreshInterval?: string | null;
  /** Where it can be fetched again. */
  source?: string | null;
  url?: string | null;
  todos?: NewTodo[];
}
