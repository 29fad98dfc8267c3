// The functions of the package over the WebAssembly core: fills in what the core cannot know, the time and random ids.
import * as core from "../wasm/kalends.js";

let ready = false;

/** Called by the entry that has loaded the core. */
export function setReady() {
  ready = true;
}

/** Whether the core is loaded. */
export const isReady = () => ready;

/** @param {string} code @param {string} message */
function failure(code, message) {
  return Object.assign(new Error(message), { code });
}

function loaded() {
  if (!ready) throw failure("not_initialised", "Kalends is not loaded yet: await init() first.");
  return core;
}

/** @param {unknown} time a Date becomes its ISO text, everything else stays */
function iso(time) {
  if (!(time instanceof Date)) return time;
  if (Number.isNaN(time.getTime())) throw failure("invalid_time", "The Date given is not a valid time.");
  return time.toISOString();
}

/** @param {object} options without what is undefined, and with times as text */
function plain(options) {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, iso(value)]));
}

/** @param {unknown} value @param {string} what */
function text(value, what) {
  if (typeof value !== "string") throw failure("invalid_argument", `${what} must be a string.`);
  return value;
}

/** @param {{ timeZone?: string } | undefined} options */
const zoneOf = (options) => options?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

/** @type {typeof import("./index.js").parse} */
export function parse(ics, options) {
  return loaded().parse(text(ics, "The calendar"), zoneOf(options));
}

/** @type {typeof import("./index.js").write} */
export function write({ name, events }) {
  const complete = events.map((event) => ({ uid: crypto.randomUUID(), ...plain(event) }));
  return loaded().write(plain({ name, events: complete }), Date.now());
}

/** @type {typeof import("./index.js").patch} */
export function patch(ics, changes, options) {
  const wanted = Object.entries(plain(changes)).map(([key, value]) => [key, value ?? ""]);
  return loaded().patch(text(ics, "The calendar"), Object.fromEntries(wanted), zoneOf(options), Date.now());
}

/** @type {typeof import("./index.js").busy} */
export function busy(texts, window) {
  return told(loaded().busy(texts, plain(window)), window);
}

/** @type {typeof import("./index.js").occurrences} */
export function occurrences(texts, window) {
  return told(loaded().occurrences(texts, plain(window)), window);
}

/**
 * What was found. What could not be read may hide time that is taken: it is told, never passed over.
 * @template T
 * @param {{ found: T[], problems: import("./index.js").Problem[] }} answer
 * @param {import("./index.js").Window} window
 */
function told({ found, problems }, { onProblem }) {
  if (onProblem) for (const problem of problems) onProblem(problem);
  else if (problems[0]) {
    const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    throw Object.assign(failure("unreadable", `${problems[0].message}${rest}`), { problems });
  }
  return found;
}

/** @type {typeof import("./index.js").freeSlots} */
export function freeSlots(request) {
  const taken = request.busy.map(({ start, end }) => ({ start: iso(start), end: iso(end) }));
  return loaded().freeSlots({ ...plain(request), busy: taken });
}
