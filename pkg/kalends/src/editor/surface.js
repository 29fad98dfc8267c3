// What a calendar's editor needs beside the rest: series edited, rules in words, messages to guests.
import { changed } from "../changes.js";
import { withEditor } from "../core.js";
import { Asked, object, Told } from "../flat.js";
import { isInstant, octets, zoneIn } from "../given.js";

export * from "../surface.js";

/** @type {typeof import("../../editor.js").editSeries} */
export function editSeries(ics, edit, options) {
  object(edit, "the edit");
  const asked = new Asked().optional(options?.uid, "uid").text(zoneIn(options), "timeZone");
  asked
    .time(edit.recurrenceId, "recurrenceId")
    .text(edit.scope, "scope")
    .flag(edit.delete ?? false);
  asked.optional(edit.recurrenceRule, "recurrenceRule").flag(edit.recurrenceRule === null);
  asked.text(edit.newUid ?? crypto.randomUUID(), "newUid").flag(edit.related ?? true);
  const [text, parts] = [octets(ics), changed(asked, edit.changes ?? {}).parts()];
  const told = new Told(withEditor((core) => core.editSeries(text, ...parts, Date.now())));
  return { ics: told.optional(), following: told.optional() };
}

/** @type {typeof import("../../editor.js").describeRule} */
export function describeRule(rule, dtstart, options = {}) {
  object(options, "options");
  const timeZone = options.timeZone ?? (isInstant(dtstart) ? "UTC" : zoneIn(options));
  const asked = new Asked().text(rule, "rule").time(dtstart, "dtstart").text(timeZone, "timeZone");
  const parts = asked.text(options.language ?? "en", "language").parts();
  return withEditor((core) => core.describeRule(...parts));
}

/** @type {typeof import("../../editor.js").message} */
export function message(ics, message) {
  const { method, attendee, answer, comment } = object(message, "the message");
  const asked = new Asked().text(method, "method").optional(attendee, "attendee");
  const parts = asked.optional(answer, "answer").optional(comment, "comment").parts();
  const text = octets(ics);
  return withEditor((core) => core.message(text, ...parts, Date.now()));
}
