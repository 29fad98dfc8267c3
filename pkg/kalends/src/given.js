// What callers give, as the core takes it: texts as octets, times as text, everything else as JSON.
import { KalendsError } from "./failure.js";

const encoder = new TextEncoder();

/** @param {unknown} ics @returns {Uint8Array} */
export function octets(ics) {
  if (typeof ics === "string") return encoder.encode(ics);
  if (ics instanceof Uint8Array) return ics;
  throw new KalendsError("invalid_argument", "The calendar must be a string or a Uint8Array.");
}

/** @param {unknown} time a Date becomes its ISO text, everything else stays */
function iso(time) {
  if (!(time instanceof Date)) return time;
  if (Number.isNaN(time.getTime()))
    throw new KalendsError("invalid_time", "The Date given is not a valid time.");
  return time.toISOString();
}

/** @param {object} options without what is undefined, and with times as text */
export function plain(options) {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, iso(value)]));
}

/** @param {object} value */
export function json(value) {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new KalendsError("invalid_argument", `What was given is no plain data: ${error}`);
  }
}

/** @param {{ timeZone?: string | null } | undefined} options by default the zone of this machine */
export const zoneIn = (options) => options?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

/** @param {unknown} time whether it says by itself which moment it is */
export const isInstant = (time) =>
  time instanceof Date || (typeof time === "string" && /[T ].*(?:Z|[+-]\d\d:?\d\d)$/i.test(time.trim()));
