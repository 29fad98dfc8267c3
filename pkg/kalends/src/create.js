// New events and tasks as the core is asked to write them; `src/wasm/create.rs` is the other side.
import { askDetails } from "./details.js";
import { Asked, object } from "./flat.js";

/** @param {import("../index.js").NewEvent[]} events @param {import("../index.js").NewCalendar} [calendar] */
export function askCalendar(events, calendar = {}) {
  const asked = new Asked();
  object(calendar, "the calendar");
  for (const name of /** @type {const} */ ([
    "name",
    "description",
    "timeZone",
    "productId",
    "color",
    "refreshInterval",
    "source",
    "url",
  ]))
    asked.optional(calendar[name], name);
  asked.objects(events, "events", (one) => {
    asked.text(one.uid ?? crypto.randomUUID(), "uid").optional(one.timeZone, "timeZone");
    asked.time(one.start, "start").optionalTime(one.duration ?? one.end, "end");
    askRepetition(asked, one);
    asked.optional(one.status, "status").optional(one.transparency, "transparency");
    askDetails(asked, one);
    askOther(asked, one);
  });
  asked.objects(calendar.todos, "todos", (one) => {
    asked.text(one.uid ?? crypto.randomUUID(), "uid").optional(one.timeZone, "timeZone");
    asked.optionalTime(one.start, "start").optionalTime(one.duration ?? one.due, "due");
    askRepetition(asked, one);
    asked.optional(one.status, "status").optionalTime(one.completed, "completed");
    asked.number(one.percentComplete ?? -1, "percentComplete");
    askDetails(asked, one);
    askOther(asked, one);
  });
  return asked.parts();
}

/** @param {Asked} asked @param {import("../index.js").Repetition} one */
function askRepetition(asked, { recurrenceId, recurrenceRule, recurrenceDates, exceptionDates }) {
  asked.optionalTime(recurrenceId, "recurrenceId");
  if (recurrenceId != null && recurrenceId !== "") return;
  asked.texts(typeof recurrenceRule === "string" ? [recurrenceRule] : recurrenceRule, "recurrenceRule");
  asked.list(recurrenceDates, "recurrenceDates", (date) => asked.time(date, "recurrenceDates"));
  asked.list(exceptionDates, "exceptionDates", (date) => asked.time(date, "exceptionDates"));
}

/** @param {Asked} asked @param {{ other?: { name: string, value: string }[] }} one */
function askOther(asked, { other }) {
  asked.objects(other, "other", ({ name, value }) => asked.text(name, "name").text(value, "value"));
}
