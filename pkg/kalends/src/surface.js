// The functions of the package: fill in what the core cannot know, the time, the zone of the machine and random ids.
import { withCore } from "./core.js";
import { KalendsError, unreadable } from "./failure.js";
import { isInstant, json, octets, plain, zoneIn } from "./given.js";
import { occurrencesOf } from "./occurrences.js";

export { KalendsError };

/** @type {typeof import("../index.js").parse} */
export function parse(ics, options) {
  const text = octets(ics);
  const { events, problems } = JSON.parse(withCore((core) => core.parse(text, zoneIn(options))));
  if (options?.strict && problems.length > 0) throw unreadable(problems);
  /** @type {import("../index.js").Calendar | undefined} */
  let calendar;
  return {
    events,
    problems,
    // Most callers want the events alone: the tree is made when it is asked for.
    get calendar() {
      calendar ??= /** @type {import("../index.js").Calendar} */ (
        JSON.parse(withCore((core) => core.tree(text)))
      );
      return calendar;
    },
  };
}

/** @type {typeof import("../index.js").serialize} */
export function serialize(calendar) {
  return withCore((core) => core.serialize(json(calendar)));
}

/** @param {import("../index.js").CalendarSource | import("../index.js").CalendarSource[]} sources */
function texts(sources) {
  const list = Array.isArray(sources) ? sources : [sources];
  return list.map((one) =>
    typeof one === "object" && one !== null && "components" in one ? octets(serialize(one)) : octets(one),
  );
}

/** @type {typeof import("../index.js").expand} */
export function expand(sources, window) {
  const asked = json({ ...plain(window), timeZone: zoneIn(window) });
  const given = texts(sources);
  const [times, numbers, shared] = withCore((core) => core.expand(given, asked));
  const { components, problems } = JSON.parse(shared);
  const found = occurrencesOf(times, numbers, components);
  return Object.defineProperty(found, "problems", { value: problems });
}

/** @type {typeof import("../index.js").occurrences} */
export function occurrences(rule, dtstart, options) {
  const timeZone = options?.timeZone ?? (isInstant(dtstart) ? "UTC" : zoneIn(options));
  const request = json({ ...plain({ ...options, start: dtstart }), rule, timeZone });
  return withCore((core) => core.occurrences(request));
}

/** @type {typeof import("../index.js").createIcs} */
export function createIcs(events, calendar) {
  const complete = events.map((event) => ({ uid: crypto.randomUUID(), ...plain(event) }));
  const wanted = json({ ...calendar, events: complete });
  return withCore((core) => core.createIcs(wanted, Date.now()));
}

/** @type {typeof import("../index.js").patch} */
export function patch(ics, changes, options) {
  const wanted = Object.entries(plain(changes)).map(([key, value]) => [key, value ?? ""]);
  const text = octets(ics);
  return withCore((core) => core.patch(text, json(Object.fromEntries(wanted)), zoneIn(options), Date.now()));
}

/** @type {typeof import("../index.js").busy} */
export function busy(sources, { onProblem, ...window }) {
  const asked = json({ ...plain(window), timeZone: zoneIn(window) });
  const given = texts(sources);
  const { found, problems } = JSON.parse(withCore((core) => core.busy(given, asked)));
  // What could not be read may hide time that is taken: it is told, never passed over.
  if (onProblem) for (const problem of problems) onProblem(problem);
  else if (problems.length > 0) throw unreadable(problems);
  return found;
}

/** @param {{ start: import("../index.js").Time, end: import("../index.js").Time }[]} busy */
const spans = (busy) => busy.map(({ start, end }) => plain({ start, end }));

/** @type {typeof import("../index.js").conflicts} */
export function conflicts({ start, end, timeZone }, busy) {
  const request = json({ ...plain({ start, end }), timeZone: zoneIn({ timeZone }), busy: spans(busy) });
  const places = new Set(withCore((core) => core.conflicts(request)));
  return busy.filter((_, place) => places.has(place));
}

/** @type {typeof import("../index.js").freeSlots} */
export function freeSlots(request) {
  const asked = json({ ...plain(request), timeZone: zoneIn(request), busy: spans(request.busy) });
  return JSON.parse(withCore((core) => core.freeSlots(asked)));
}

/** @type {typeof import("../index.js").zoneOf} */
export function zoneOf(tzid) {
  if (typeof tzid !== "string") throw new KalendsError("invalid_argument", "The TZID must be a string.");
  return withCore((core) => core.zoneOf(tzid));
}
