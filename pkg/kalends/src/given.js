// What callers give: calendars as octets, and the zone that is meant where they name none.
import { KalendsError } from "./failure.js";

const encoder = new TextEncoder();

/** @param {unknown} ics @returns {Uint8Array} */
export function octets(ics) {
  if (typeof ics === "string") return encoder.encode(ics);
  if (ics instanceof Uint8Array) return ics;
  throw new KalendsError("invalid_argument", "The calendar must be a string or a Uint8Array.");
}

/** @param {{ timeZone?: string | null } | undefined} options by default the zone of this machine */
export function zoneIn(options) {
  const zone = options?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  // The core would take what is no text for a place in its memory.
  if (typeof zone !== "string") throw new KalendsError("invalid_argument", "timeZone must be a string.");
  return zone;
}

/** @param {unknown} time whether it says by itself which moment it is */
export const isInstant = (time) =>
  time instanceof Date || (typeof time === "string" && /[T ].*(?:Z|[+-]\d\d:?\d\d)$/i.test(time.trim()));
