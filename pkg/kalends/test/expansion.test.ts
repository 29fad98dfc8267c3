// Occurrences of calendars and of rules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { expand, occurrences, parse } from "../index.js";

const event = (lines: string) =>
  `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\n${lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
const weekly = event(
  "SUMMARY:Class\r\nCATEGORIES:a,b\r\nDTSTART;TZID=Europe/Berlin:20261019T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY",
);

test("an occurrence has all that its event says, and its own times", () => {
  const window = { from: "2026-10-26", to: "2026-10-27", timeZone: "America/New_York" };
  assert.deepEqual(
    [...expand(weekly, window)],
    [
      {
        uid: "u",
        recurrenceId: "2026-10-26T04:00:00-04:00",
        component: "VEVENT",
        start: "2026-10-26T04:00:00-04:00",
        end: "2026-10-26T05:00:00-04:00",
        startMs: Date.UTC(2026, 9, 26, 8),
        endMs: Date.UTC(2026, 9, 26, 9),
        allDay: false,
        timeZone: "Europe/Berlin",
        summary: "Class",
        description: null,
        location: null,
        url: null,
        categories: ["a", "b"],
        status: "CONFIRMED",
        transparency: "OPAQUE",
      },
    ],
  );
});

test("a text, its octets and its calendar have the same occurrences", () => {
  const window = { from: "2026-10-01", limit: 3, timeZone: "Europe/Berlin" };
  const found = expand(weekly, window);
  assert.deepEqual(
    found.map((one) => one.start),
    ["2026-10-19T09:00:00+02:00", "2026-10-26T09:00:00+01:00", "2026-11-02T09:00:00+01:00"],
  );
  assert.deepEqual(expand(new TextEncoder().encode(weekly), window), found);
  assert.deepEqual(expand(parse(weekly).calendar, window), found);
  assert.equal(expand([weekly, weekly], { ...window, limit: 4 }).length, 4);
});

test("the window is half-open and takes what overlaps it", () => {
  const starts = (from: string, to: string) =>
    expand(weekly, { from, to, timeZone: "Europe/Berlin" }).map((one) => one.start.slice(0, 10));
  assert.deepEqual(starts("2026-10-19T10:00", "2026-10-26T09:00"), []);
  assert.deepEqual(starts("2026-10-19T09:59", "2026-10-26T09:01"), ["2026-10-19", "2026-10-26"]);
});

test("an event that cannot be read is a problem, and the others have their occurrences", () => {
  const bad = event("DTSTART;TZID=Nowhere:20261026T090000");
  const found = expand([bad, weekly], { from: "2026-10-26", to: "2026-10-27", timeZone: "UTC" });
  assert.equal(found.length, 1);
  assert.deepEqual(
    found.problems.map((problem) => problem.code),
    ["unknown_time_zone"],
  );
});

test("what would not end is an error", () => {
  const seconds = event("DTSTART:20260101T000000Z\r\nRRULE:FREQ=SECONDLY");
  assert.throws(() => expand(seconds, { from: "2026-01-01", to: "2099-01-01", timeZone: "UTC" }), {
    name: "KalendsError",
    code: "budget_exhausted",
  });
  assert.throws(() => expand(seconds, { from: "2026-01-01", timeZone: "UTC" }), { code: "invalid_argument" });
  assert.throws(() => occurrences("FREQ=SECONDLY", "2026-01-01T00:00:00Z"), { code: "budget_exhausted" });
  assert.throws(() => occurrences("FREQ=SOMETIMES", "2026-01-01T00:00:00Z"), { code: "invalid_rule" });
});

test("a rule alone gives instants, on the clocks of its zone", () => {
  const daily = (dtstart: string | Date, timeZone?: string) =>
    occurrences("RRULE:FREQ=DAILY", dtstart, { timeZone, limit: 2 });
  const saturday = Date.UTC(2026, 9, 24, 7);
  assert.ok(daily("2026-10-24T09:00", "Europe/Berlin") instanceof Float64Array);
  assert.deepEqual([...daily("2026-10-24T09:00", "Europe/Berlin")], [saturday, saturday + 25 * 3_600_000]);
  assert.deepEqual([...daily(new Date(saturday))], [saturday, saturday + 24 * 3_600_000]);
  const window = { from: "2026-10-25", to: "2026-10-27", timeZone: "UTC" };
  assert.equal(occurrences("FREQ=HOURLY", "1990-01-01T00:00:00Z", window).length, 48);
});
