// Events, tasks, occurrences and problems, put together from what the core tells.
import { details } from "./details.js";

/** @typedef {import("./flat.js").Told} Told */

/** @param {Told} told */
function described(told) {
  return {
    timeZone: told.optional(),
    summary: told.text(),
    description: told.optional(),
    location: told.optional(),
    url: told.optional(),
    categories: told.list(category),
    status: /** @type {import("../index.js").Status} */ (told.text()),
    transparency: told.flag() ? /** @type {const} */ ("TRANSPARENT") : /** @type {const} */ ("OPAQUE"),
  };
}

const category = (/** @type {Told} */ told) => told.text();

/** Adds them to what is known already. @template T @param {Told} told @param {T} one @returns {T & import("../index.js").Entry} */
function entry(told, one) {
  const more = /** @type {T & import("../index.js").Entry} */ (one);
  more.start = told.text();
  more.startMs = told.number();
  more.end = told.text();
  more.endMs = told.number();
  more.allDay = told.flag();
  more.timeZone = told.optional();
  more.status = /** @type {import("../index.js").Status} */ (told.text());
  more.transparency = told.flag() ? "TRANSPARENT" : "OPAQUE";
  return details(told, more);
}

/** @param {Told} told @returns {import("../index.js").Override} */
const override = (told) => entry(told, { recurrenceId: told.text() });

/** @param {Told} told @returns {import("../index.js").CalendarEvent} */
export function event(told) {
  const [uid, recurring, recurrenceRule] = [told.text(), told.flag(), told.optional()];
  /** @type {import("../index.js").Override[]} */
  const overrides = [];
  const one = entry(told, { uid, recurring, recurrenceRule, overrides });
  one.overrides = told.list(override);
  return one;
}

/** @param {Told} told */
function milliseconds(told) {
  const number = told.number();
  return Number.isNaN(number) ? null : number;
}

/** @param {Told} told @returns {import("../index.js").Todo} */
export const todo = (told) =>
  details(told, {
    uid: told.text(),
    recurring: told.flag(),
    allDay: told.flag(),
    start: told.optional(),
    startMs: milliseconds(told),
    due: told.optional(),
    dueMs: milliseconds(told),
    timeZone: told.optional(),
    status: /** @type {import("../index.js").TodoStatus | null} */ (told.optional()),
    completed: told.optional(),
    percentComplete: told.numberOr(null),
  });

/** What occurrences share. @param {Told} told */
export const shared = (told) => ({ uid: told.text(), component: told.text(), ...described(told) });

/** @param {ReturnType<typeof shared>[]} all @returns {(told: Told) => import("../index.js").Occurrence} */
export const occurrence = (all) => (told) => {
  const of = /** @type {ReturnType<typeof shared>} */ (all[told.number()]);
  const start = told.text();
  return {
    uid: of.uid,
    component: of.component,
    start,
    end: told.text(),
    startMs: told.number(),
    endMs: told.number(),
    allDay: told.flag(),
    recurrenceId: told.flag() ? start : told.optional(),
    timeZone: of.timeZone,
    summary: of.summary,
    description: of.description,
    location: of.location,
    url: of.url,
    categories: of.categories,
    status: of.status,
    transparency: of.transparency,
  };
};

/** @param {Told} told @returns {import("../index.js").Problem} */
export function problem(told) {
  const [code, severity, message] = /** @type {[any, any, string]} */ ([
    told.text(),
    told.text(),
    told.text(),
  ]);
  /** @type {import("../index.js").Problem} */
  const found = { code, severity, message };
  const [line, column, component, uid, property] = [
    told.number(),
    told.number(),
    told.text(),
    told.text(),
    told.text(),
  ];
  if (line > 0) found.line = line;
  if (column > 0) found.column = column;
  if (component) found.component = component;
  if (uid) found.uid = uid;
  if (property) found.property = property;
  return found;
}

/** @param {Told} told @returns {import("../index.js").Busy} */
export const block = (told) => ({
  start: told.text(),
  end: told.text(),
  summary: told.text(),
  uid: told.text(),
  allDay: told.flag(),
  ...why(told.text()),
});

/** @param {string} reason */
const why = (reason) => ({
  tentative: reason === "tentative",
  reason: /** @type {import("../index.js").Busy["reason"]} */ (reason),
});

/** @param {Told} told */
export const slot = (told) => ({ start: told.text(), end: told.text() });

/** @param {Told} told */
export const offer = (told) => ({
  ...slot(told),
  people: told.list((told) => told.number()),
  turn: told.number(),
});
