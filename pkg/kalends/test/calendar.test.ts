// Reading, writing and changing calendars, as an application does it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type NewEvent, parse, patch, write } from "../src/node.js";

const berlin: NewEvent = {
  uid: "a-1",
  summary: "Fitting; 2 persons",
  description: "first line\nsecond line",
  location: "Hall 3",
  start: "2026-11-23T10:00",
  end: "2026-11-23T11:00",
  timeZone: "Europe/Berlin",
  status: "TENTATIVE",
};

test("what is written reads back the same", () => {
  const text = write({ name: "Studio", events: [berlin] });
  assert.match(text, /^BEGIN:VCALENDAR\r\n/);
  assert.match(text, /BEGIN:VTIMEZONE\r\nTZID:Europe\/Berlin\r\n/);
  assert.ok(text.split("\r\n").every((line) => new TextEncoder().encode(line).length <= 75));
  const { events, problems } = parse(text);
  assert.deepEqual(problems, []);
  assert.deepEqual(events, [
    {
      ...berlin,
      start: "2026-11-23T09:00:00Z",
      end: "2026-11-23T10:00:00Z",
      allDay: false,
      recurring: false,
    },
  ]);
});

test("a uid is made up and a Date is understood", () => {
  const events = ["a", "b"].map((summary) => ({ summary, start: new Date("2026-11-23T09:00:00.500Z") }));
  const read = parse(write({ events })).events;
  assert.equal(new Set(read.map((event) => event.uid)).size, 2);
  assert.equal(read[0]?.start, "2026-11-23T09:00:00Z");
  assert.equal(read[0]?.timeZone, "UTC");
});

test("an all-day event is a date wherever it is read", () => {
  const text = write({ events: [{ summary: "Fair", start: "2026-11-23", end: "2026-11-25" }] });
  for (const timeZone of ["America/Los_Angeles", "Asia/Tokyo"]) {
    const [event] = parse(text, { timeZone }).events;
    assert.deepEqual(
      [event?.start, event?.end, event?.allDay, event?.timeZone],
      ["2026-11-23", "2026-11-25", true, null],
    );
  }
});

test("a patch changes what it names and loses nothing", () => {
  const text = write({ events: [berlin] }).replace(
    "END:VEVENT",
    "X-MINE;P=1:kept\r\nBEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT",
  );
  const moved = patch(text, { start: "2026-12-01T09:00:00Z", summary: undefined });
  assert.match(
    moved,
    /DTSTART;TZID=Europe\/Berlin:20261201T100000\r\nDTEND;TZID=Europe\/Berlin:20261201T110000/,
  );
  assert.match(moved, /X-MINE;P=1:kept\r\n/);
  assert.match(moved, /TRIGGER:-PT5M\r\n/);
  assert.match(moved, /SEQUENCE:1\r\n/);
  assert.match(moved, /SUMMARY:Fitting\\; 2 persons\r\n/);
  const bare = parse(patch(moved, { description: null, location: "", summary: "New" })).events[0];
  assert.deepEqual([bare?.summary, bare?.description, bare?.location], ["New", undefined, undefined]);
});

test("a bad line or a bad event is told, and the rest is there", () => {
  const text = write({ events: [berlin] }).replace("SUMMARY", "nonsense\r\nSUMMARY");
  const bad =
    "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART;TZID=Nowhere:20260101T000000\r\nEND:VEVENT\r\nEND:VCALENDAR";
  const { events, problems } = parse(text.replace("END:VCALENDAR", bad));
  assert.equal(events[0]?.uid, "a-1");
  assert.deepEqual(
    problems.map(({ code, uid, component }) => [code, uid ?? component]),
    [
      ["malformed_line", "VEVENT"],
      ["unknown_time_zone", "bad"],
    ],
  );
});

test("errors have a code", () => {
  const code = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      assert.ok(error instanceof Error && "code" in error);
      return error.code;
    }
    return "nothing was thrown";
  };
  assert.equal(
    code(() => patch("", {})),
    "no_event",
  );
  assert.equal(
    code(() => write({ events: [{ summary: "x", start: "soon" }] })),
    "invalid_time",
  );
  assert.equal(
    code(() => write({ events: [{ ...berlin, timeZone: "Mars/Base" }] })),
    "unknown_time_zone",
  );
  assert.equal(
    code(() => write({ events: [{ summary: "x", start: new Date(Number.NaN) }] })),
    "invalid_time",
  );
  // What the types forbid is an error, not a crash.
  assert.equal(
    code(() => parse(undefined as never)),
    "invalid_argument",
  );
  assert.equal(
    code(() => write({ events: [{ start: "2026-11-23" } as never] })),
    "invalid_argument",
  );
});
