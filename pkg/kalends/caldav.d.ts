import type { WasmSource } from "./index.js";

export { KalendsError } from "./index.js";

/**
 * Loads the WebAssembly, once. On Node and in edge runtimes it is loaded at import and this waits for nothing.
 * `source` is for those who place the file themselves.
 */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void>;

/** An absolute http or https URL. */
export type Address = string | URL;

/** An instant: a `Date`, or ISO text with an offset (`2026-11-21T09:00:00Z`). */
export type Moment = string | Date;

/** Headers as `fetch` takes and gives them. */
export type HeadersGiven = Headers | Record<string, string> | [string, string][];

/**
 * A request to send: `fetch(request.url, request)` with an `authorization` header of one's own. Redirects are best
 * followed by hand, since `fetch` turns a redirected PROPFIND or REPORT into what it likes.
 */
export interface DavRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | null;
}

/** A property that `readMultistatus` understands. */
export type PropertyName =
  | "resourcetype"
  | "displayname"
  | "getetag"
  | "current-user-principal"
  | "current-user-privilege-set"
  | "supported-report-set"
  | "sync-token"
  | "calendar-home-set"
  | "calendar-description"
  | "calendar-timezone"
  | "calendar-timezone-id"
  | "supported-calendar-component-set"
  | "max-resource-size"
  | "calendar-data"
  | "calendar-user-address-set"
  | "schedule-tag"
  | "calendar-color"
  | "calendar-order"
  | "getctag";

/** PROPFIND (RFC 4918 9.1): properties of a resource (`depth` 0) or also of its members (1). */
export function propfind(url: Address, ask: { depth?: 0 | 1; properties: PropertyName[] }): DavRequest;

/** What a calendar says of itself. */
export interface CalendarProps {
  displayName?: string;
  description?: string;
  /** `#rrggbb` or `#rrggbbaa`. */
  color?: string;
  /** Where it stands among the account's calendars: a whole number. */
  order?: number;
  /** A VCALENDAR with one VTIMEZONE. */
  timeZone?: string;
}

/** PROPPATCH (RFC 4918 9.2); what was refused is in `refused` of the answer's entry. */
export function proppatch(
  url: Address,
  change: { set?: CalendarProps; remove?: (keyof CalendarProps)[] },
): DavRequest;

/**
 * REPORT calendar-query (RFC 4791 7.8): objects with a component of that name, `VEVENT` unless told otherwise, and in
 * a window only those that overlap it; either end may be open. `data` brings the calendar data beside the etags. Servers
 * differ on the edges of a window: filter what comes, with `expand` or `busy` of `kalends`.
 */
export function calendarQuery(
  url: Address,
  query?: { component?: string; from?: Moment; to?: Moment; data?: boolean },
): DavRequest;

/**
 * REPORT calendar-multiget (RFC 4791 7.9): some objects, each with etag and calendar data. Some servers leave out what
 * is missing, and one answers 404 for all: ask for what did not come alone. 50 at once suit every server.
 */
export function calendarMultiget(url: Address, hrefs: string[]): DavRequest;

/**
 * REPORT sync-collection (RFC 6578): what has changed since a sync-token, or everything without one. It asks for no
 * limit, since one server loses events for good by it. An entry with status 507 for the calendar itself means that
 * there is more: ask again with the new token. `valid-sync-token` in `readConditions` of a 403, 409 or 412 means that
 * the token is too old: begin without one.
 */
export function syncCollection(url: Address, syncToken?: string | null): DavRequest;

/** REPORT free-busy-query (RFC 4791 7.10): the answer is a calendar for `busy` of `kalends`. Optional everywhere. */
export function freeBusyQuery(url: Address, window: { from: Moment; to: Moment }): DavRequest;

/** MKCALENDAR (RFC 4791 5.3.1), for these components; for all where none is named. */
export function mkcalendar(url: Address, calendar?: CalendarProps & { components?: string[] }): DavRequest;

/** Extended MKCOL (RFC 5689): the same, for servers without MKCALENDAR. */
export function mkcol(url: Address, calendar?: CalendarProps & { components?: string[] }): DavRequest;

/** GET of one object. */
export function getObject(url: Address): DavRequest;

/**
 * What a write is derived from; it is refused with 412 where something else is there. `ifMatch` is the etag: any change
 * counts. `ifScheduleTagMatch` is the schedule-tag (RFC 6638 3.2.10) of an event with guests, where the server gives
 * one: their replies do not count, and the server keeps them.
 */
export type Base =
  | { ifMatch: string; ifScheduleTagMatch?: undefined }
  | { ifScheduleTagMatch: string; ifMatch?: undefined };

/** PUT over what is given as `base`; without it, of a new object, which must not exist (`If-None-Match: *`). */
export function putObject(url: Address, ics: string, base?: Base | { ifMatch?: undefined }): DavRequest;

/** DELETE of what is given as `base`. */
export function deleteObject(url: Address, base: Base): DavRequest;

/** OPTIONS: `readService` of the answer's headers tells what the server can do. Ask a calendar, not the root. */
export function options(url: Address): DavRequest;

/** What a server says of a resource; null or empty where it said nothing. */
export interface Props {
  isCalendar: boolean;
  isCollection: boolean;
  /** It lies in a bin (Nextcloud). */
  isDeleted: boolean;
  /** The server says that nobody is logged in. */
  isUnauthenticated: boolean;
  displayName: string | null;
  description: string | null;
  color: string | null;
  order: number | null;
  /** Empty means all. */
  components: string[];
  /** `freeBusy`: only free-busy-query is allowed. */
  privilege: "write" | "read" | "freeBusy" | null;
  timeZone: string | null;
  timeZoneId: string | null;
  /** The names of the reports that it knows. */
  reports: string[];
  maxResourceSize: number | null;
  etag: string | null;
  scheduleTag: string | null;
  ctag: string | null;
  syncToken: string | null;
  calendarData: string | null;
  principal: string | null;
  homes: string[];
  addresses: string[];
}

/** One resource of a multistatus. */
export interface Entry {
  /** As the server wrote it: that is what later requests and comparisons take. */
  href: string;
  /** What it means, resolved by RFC 3986, its percent-encoding kept; null where it means nothing. */
  url: string | null;
  /** The status of the response itself. Only 404 here says that a resource is gone; missing properties do not. */
  status: number | null;
  props: Props;
  /** Properties that were refused, with their status. */
  refused: [name: string, status: number][];
  /** The names in its `error`. */
  conditions: string[];
}

export interface Multistatus {
  entries: Entry[];
  syncToken: string | null;
}

/**
 * Reads a multistatus (RFC 4918 13); `url` is where it came from, after redirects. Throws `malformed_xml` for an answer
 * that was cut off, `not_multistatus`, `doctype`, or `too_large`: 64 MB, depth 32, 64 attributes, 100,000 responses.
 */
export function readMultistatus(body: string, url: Address): Multistatus;

/** A calendar to choose from. */
export interface CalendarInfo {
  url: string;
  /** Its display name, or the last part of its address. */
  name: string;
  description: string | null;
  color: string | null;
  order: number | null;
  /** Empty means all. A list of tasks has `VTODO` and no `VEVENT`. */
  components: string[];
  /** A server that does not tell is believed to allow it. */
  writable: boolean;
  /**
   * The IANA name of its zone, for dates and times without one; null where the server names none, or none that the
   * runtime's `Intl` knows, such as Windows'.
   */
  timeZone: string | null;
  ctag: string | null;
  syncToken: string | null;
  /** Whether it is the very address that was asked. */
  askedFor: boolean;
}

/**
 * The calendars in the answer to a PROPFIND of depth 1 in a home, without boxes and bins. `headers` of the answer let
 * names be read that one server escapes twice.
 */
export function readCalendars(body: string, url: Address, headers?: HeadersGiven): CalendarInfo[];

/** The names in an `error` body (RFC 4918 16), such as `valid-sync-token` or `no-uid-conflict`. */
export function readConditions(body: string): string[];

/** What a server can do, and what it is called where it says so. */
export function readService(headers: HeadersGiven): {
  dav: string[];
  allow: string[];
  product: string | null;
};

/** What the answer to a PUT tells. An etag is no proof that the text was kept as it was sent. */
export function readStored(headers: HeadersGiven): {
  etag: string | null;
  scheduleTag: string | null;
  location: string | null;
};

/** The URL that an href of an answer means. Ask whether it is on a server that your credentials may go to. */
export function resolveHref(url: Address, href: string): string | null;

/** Whether two hrefs name one resource: servers disagree on what they percent-encode. */
export function sameResource(one: string, other: string): boolean;
