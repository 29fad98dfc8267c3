import type { Changes, ParticipationStatus, PatchOptions, Time, ZoneOptions } from "./index.js";

export * from "./index.js";

/**
 * Changes or deletes one occurrence of a series (`this`), it and all that follow, or all. Everything else in the text
 * is kept; a series that is changed from one occurrence on becomes two.
 */
export function editSeries(ics: string | Uint8Array, edit: SeriesEdit, options?: PatchOptions): EditedSeries;

/** A rule in words: `every second Tuesday until 3 May 2027`. `dtstart` says what the rule leaves open. */
export function describeRule(rule: string, dtstart: Time, options?: WordsOptions): string;

/** The text to send by mail about the event or task in a calendar, checked for what its method requires. */
export function message(ics: string | Uint8Array, message: Message): string;

/** What to do to a series. */
export interface SeriesEdit {
  /** Which occurrence: as `expand` tells it, or the start of an event that does not recur. */
  recurrenceId: Time;
  /** That one, it and all that follow, or all. */
  scope: "this" | "following" | "all";
  /** What the occurrence is to say; what it does not name stays. */
  changes?: Changes;
  /** Takes them out instead. */
  delete?: boolean;
  /** Another rule from there on, or null for none: the event then takes place once. */
  recurrenceRule?: string | null;
  /** The UID of the series that begins there; a random one where there is none. */
  newUid?: string;
  /** Whether the two series name each other (RELATED-TO); they do unless this is false. */
  related?: boolean;
}

export interface EditedSeries {
  /** The text after the edit; null where no event is left. */
  ics: string | null;
  /** The calendar object of the series that begins at the occurrence, where one does. */
  following: string | null;
}

export interface WordsOptions extends ZoneOptions {
  /** A tag such as `en` or `de-AT`; English where there is none. English and German are spoken. */
  language?: string;
}

/** A message of RFC 5546. */
export interface Message {
  method: "PUBLISH" | "REQUEST" | "CANCEL" | "REPLY";
  /** Of a REPLY: who answers, and what. */
  attendee?: string;
  answer?: ParticipationStatus;
  comment?: string;
}
