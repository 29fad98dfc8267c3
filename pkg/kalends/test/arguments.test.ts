// Whatever JavaScript gives in the place of an argument: an answer, or a KalendsError that says what was wanted.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as kalends from "../editor.js";

// biome-ignore lint/suspicious/noExplicitAny: these are the calls that TypeScript would not let pass
type Any = any;
const all: Any = kalends;
const odd: Any[] = [undefined, null, 0, Number.NaN, "", "x", Symbol("s"), {}, [], [null], () => 1, 1n, true];
odd.push(new Date(Number.NaN));

const day = { from: "2026-01-01", to: "2026-01-02" };
const span = { start: "2026-01-01", end: "2026-01-02" };
const one = { summary: "x", start: "2026-01-01" };
const ics = kalends.createIcs([one]);
const slots = { ...day, durationMinutes: 60, stepMinutes: 30, busy: [] };
const fields = [
  ..."uid summary start end duration timeZone attendees alarms geo organizer conferences images categories".split(
    " ",
  ),
  ..."attachments other recurrenceRule recurrenceDates exceptionDates recurrenceId priority color status".split(
    " ",
  ),
];

/** A function, and its arguments with the odd one in each place. */
const calls: Record<string, (odd: Any) => Any[][]> = {
  parse: (odd) => [[odd], [ics, odd], [ics, { timeZone: odd }]],
  serialize: (odd) => [
    [odd],
    [{ name: odd }],
    ...["properties", "components", "more"].flatMap((list) => [
      [{ name: "X", [list]: odd }],
      [{ name: "X", [list]: [odd] }],
    ]),
    [{ name: "X", properties: [{ name: "A", value: odd }] }],
    [{ name: "X", properties: [{ name: "A", value: "", parameters: [odd] }] }],
  ],
  expand: (odd) => [
    [odd],
    [ics, odd],
    [[odd], day],
    [ics, { ...day, from: odd }],
    [ics, { ...day, limit: odd }],
  ],
  occurrences: (odd) => [[odd], ["FREQ=DAILY", odd, { limit: 1 }], ["FREQ=DAILY", "2026-01-01", odd]],
  createIcs: (odd) => [
    [odd],
    [[odd]],
    [[], odd],
    [[], { todos: [odd] }],
    ...fields.flatMap((field) => [[[{ ...one, [field]: odd }]], [[{ ...one, [field]: [odd] }]]]),
  ],
  patch: (odd) => [[odd], [ics, odd], [ics, {}, odd], [ics, { summary: odd }], [ics, { start: odd }]],
  busy: (odd) => [[odd], [ics, odd], [ics, { ...day, to: odd }], [ics, { ...day, addresses: odd }]],
  conflicts: (odd) => [
    [odd, []],
    [span, odd],
    [span, [odd]],
  ],
  freeSlots: (odd) => [
    [odd],
    ...[
      "from",
      "durationMinutes",
      "busy",
      "bookings",
      "workingHours",
      "timeZone",
      "notBefore",
      "maximumPerDay",
    ].flatMap((field) =>
      [odd, [odd], { MO: odd }, { MO: [odd] }].map((value) => [{ ...slots, [field]: value }]),
    ),
  ],
  bestSlots: (odd) => [[odd], [slots, odd]],
  slotsOfAll: (odd) => [[odd], [{ ...slots, people: odd }], [{ ...slots, people: [odd] }]],
  slotsOfAny: (odd) => [[odd], [{ ...slots, people: [{ busy: odd }] }]],
  nearestSlots: (odd) => [
    [odd, "2026-01-01"],
    [[odd], "2026-01-01"],
    [[], odd],
    [[], "2026-01-01", odd],
  ],
  zoneOf: (odd) => [[odd]],
  editSeries: (odd) => [
    [odd],
    [ics, odd],
    ...["recurrenceId", "scope", "changes", "recurrenceRule"].map((field) => [
      ics,
      { recurrenceId: "2026-01-01", scope: "this", [field]: odd },
    ]),
  ],
  describeRule: (odd) => [[odd], ["FREQ=DAILY", odd], ["FREQ=DAILY", "2026-01-01", odd]],
  message: (odd) => [[odd], [ics, odd], [ics, { method: odd }]],
};

test("what is no argument is an error of ours", () => {
  for (const [name, given] of Object.entries(calls)) {
    for (const [place, args] of odd.flatMap((value) => given(value)).entries()) {
      try {
        all[name](...args);
      } catch (error) {
        const { code, message } = error as kalends.KalendsError;
        assert.ok(error instanceof kalends.KalendsError, `${name}, call ${place}: ${error}`);
        assert.ok(code !== "internal" && code !== "not_initialised", `${name}, call ${place}: ${message}`);
      }
    }
  }
});

test("a limit is a number from 0", () => {
  for (const limit of [-1, Number.NaN])
    assert.throws(() => kalends.expand(ics, { ...day, limit }), { code: "invalid_argument" });
  assert.deepEqual([...kalends.expand(ics, { ...day, limit: 0 })], []);
});
