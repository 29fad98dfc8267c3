// CalDAV for those who bring their own fetch: requests to send, and what the answers mean. Values cross as JSON.
import { withCaldav } from "../core.js";
import { KalendsError } from "../failure.js";

export { KalendsError };

/** @param {string} kind @param {object} values @returns {import("../../caldav.js").DavRequest} */
function ask(kind, values) {
  const asked = JSON.stringify({ [kind]: values });
  return JSON.parse(withCaldav((core) => core.ask(asked)));
}

/** @param {unknown} url */
const text = (url) => (url instanceof URL ? url.href : url);

/** @param {import("../../caldav.js").Moment | undefined} time */
const instant = (time) => {
  if (!(time instanceof Date)) return time;
  if (Number.isNaN(time.getTime()))
    throw new KalendsError("invalid_time", "A Date that is no valid time was given.");
  return time.toISOString();
};

/** @param {import("../../caldav.js").HeadersGiven | undefined} headers as the core takes them */
const pairs = (headers) =>
  JSON.stringify([...new Headers(headers ?? {})].map(([name, value]) => [name.toLowerCase(), value]));

/** @type {typeof import("../../caldav.js").propfind} */
export const propfind = (url, { depth = 0, properties }) =>
  ask("propfind", { url: text(url), depth, properties });

/** @type {typeof import("../../caldav.js").proppatch} */
export const proppatch = (url, { set = {}, remove = [] }) =>
  ask("proppatch", { url: text(url), set, remove });

/** @type {typeof import("../../caldav.js").calendarQuery} */
export function calendarQuery(url, { component = "VEVENT", from, to, data = true } = {}) {
  return ask("calendarQuery", { url: text(url), component, from: instant(from), to: instant(to), data });
}

/** @type {typeof import("../../caldav.js").calendarMultiget} */
export const calendarMultiget = (url, hrefs) => ask("calendarMultiget", { url: text(url), hrefs });

/** @type {typeof import("../../caldav.js").syncCollection} */
export const syncCollection = (url, syncToken) => ask("syncCollection", { url: text(url), syncToken });

/** @type {typeof import("../../caldav.js").freeBusyQuery} */
export const freeBusyQuery = (url, { from, to }) =>
  ask("freeBusyQuery", { url: text(url), from: instant(from), to: instant(to) });

/** @type {typeof import("../../caldav.js").mkcalendar} */
export const mkcalendar = (url, { components = [], ...props } = {}) =>
  ask("mkcalendar", { url: text(url), props, components });

/** @type {typeof import("../../caldav.js").mkcol} */
export const mkcol = (url, { components = [], ...props } = {}) =>
  ask("mkcol", { url: text(url), props, components });

/** @type {typeof import("../../caldav.js").getObject} */
export const getObject = (url) => ask("get", { url: text(url) });

/** @type {typeof import("../../caldav.js").putObject} */
export const putObject = (url, ics, { ifMatch, ifScheduleTagMatch } = {}) =>
  ask("put", { url: text(url), ics, ifMatch, ifScheduleTagMatch });

/** @type {typeof import("../../caldav.js").deleteObject} */
export const deleteObject = (url, { ifMatch, ifScheduleTagMatch }) =>
  ask("delete", { url: text(url), ifMatch, ifScheduleTagMatch });

/** @type {typeof import("../../caldav.js").options} */
export const options = (url) => ask("options", { url: text(url) });

/** @type {typeof import("../../caldav.js").readMultistatus} */
export const readMultistatus = (body, url) =>
  JSON.parse(withCaldav((core) => core.readMultistatus(body, String(url))));

/** @param {string | null} name @returns {string | null} it, if it is a zone that the runtime knows */
function zoneKnown(name) {
  try {
    return name && new Intl.DateTimeFormat("en", { timeZone: name }) && name;
  } catch {
    return null;
  }
}

/** @type {typeof import("../../caldav.js").readCalendars} */
export function readCalendars(body, url, headers) {
  /** @type {import("../../caldav.js").CalendarInfo[]} */
  const calendars = JSON.parse(withCaldav((core) => core.readCalendars(body, String(url), pairs(headers))));
  for (const calendar of calendars) calendar.timeZone = zoneKnown(calendar.timeZone);
  return calendars;
}

/** @type {typeof import("../../caldav.js").readConditions} */
export const readConditions = (body) => withCaldav((core) => core.readConditions(body));

/** @type {typeof import("../../caldav.js").readService} */
export const readService = (headers) => JSON.parse(withCaldav((core) => core.readService(pairs(headers))));

/** @type {typeof import("../../caldav.js").readStored} */
export const readStored = (headers) => JSON.parse(withCaldav((core) => core.readStored(pairs(headers))));

/** @type {typeof import("../../caldav.js").resolveHref} */
export const resolveHref = (url, href) => withCaldav((core) => core.resolveHref(String(url), href)) ?? null;

/** @type {typeof import("../../caldav.js").sameResource} */
export const sameResource = (one, other) => withCaldav((core) => core.sameResource(one, other));
