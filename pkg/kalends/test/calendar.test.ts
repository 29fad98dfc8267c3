// Reading, writing and changing calendars, as an application does it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createIcs, KalendsError, type NewEvent, parse, patch, zoneOf } from "../index.js";

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
  const text = createIcs([berlin], { name: "Studio" });
  assert.match(text, /^BEGIN:VCALENDAR\r\n/);
  assert.match(text, /BEGIN:VTIMEZONE\r\nTZID:Europe\/Berlin\r\n/);
  assert.ok(text.split("\r\n").every((line) => new TextEncoder().encode(line).length <= 75));
  const { events, problems } = parse(text, { timeZone: "UTC" });
  assert.deepEqual(problems, []);
  const expected = {
    ...berlin,
    start: "2026-11-23T09:00:00Z",
    end: "2026-11-23T10:00:00Z",
    startMs: Date.UTC(2026, 10, 23, 9),
    endMs: Date.UTC(2026, 10, 23, 10),
    allDay: false,
    recurring: false,
    recurrenceRule: null,
    sequence: 0,
    url: null,
    categories: [],
    transparency: "OPAQUE",
  };
  assert.equal(events.length, 1);
  assert.deepEqual({ ...events[0], ...expected }, events[0]);
});

test("a uid is made up and a Date is understood", () => {
  const events = ["a", "b"].map((summary) => ({ summary, start: new Date("2026-11-23T09:00:00.500Z") }));
  const read = parse(createIcs(events), { timeZone: "UTC" }).events;
  assert.equal(new Set(read.map((event) => event.uid)).size, 2);
  assert.equal(read[0]?.start, "2026-11-23T09:00:00Z");
  assert.equal(read[0]?.timeZone, "UTC");
});

test("an all-day event is a date wherever it is read", () => {
  const text = createIcs([{ summary: "Fair", start: "2026-11-23", end: "2026-11-25" }]);
  for (const timeZone of ["America/Los_Angeles", "Asia/Tokyo"]) {
    const [event] = parse(text, { timeZone }).events;
    assert.deepEqual(
      [event?.start, event?.end, event?.allDay, event?.timeZone],
      ["2026-11-23", "2026-11-25", true, null],
    );
  }
});

test("a patch changes what it names and loses nothing", () => {
  const text = createIcs([berlin]).replace(
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
  assert.deepEqual([bare?.summary, bare?.description, bare?.location], ["New", null, null]);
});

test("of several events the one is changed that is named, and the rest of the text is kept", () => {
  const text = createIcs([berlin, { ...berlin, uid: "a-2" }]).replace(
    "END:VCALENDAR",
    "BEGIN:X-LAST\r\nEND:X-LAST\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR\r\nX-SECOND:1\r\nEND:VCALENDAR",
  );
  assert.throws(() => patch(text, { summary: "New" }), { code: "several_uids" });
  assert.throws(() => patch(text, { summary: "New" }, { uid: "a-3" }), { code: "no_event" });
  const patched = patch(text, { summary: "New" }, { uid: "a-2" });
  assert.deepEqual(
    parse(patched).events.map(({ uid, summary }) => [uid, summary]),
    [
      ["a-1", "Fitting; 2 persons"],
      ["a-2", "New"],
    ],
  );
  const kept = (text: string) => text.replace(/^(DTSTAMP|LAST-MODIFIED|SUMMARY|SEQUENCE):.*\r\n/gm, "");
  assert.equal(kept(patched), kept(text));
});

test("a bad line or a bad event is told, and the rest is there", () => {
  const text = createIcs([berlin]).replace("SUMMARY", "nonsense\r\nSUMMARY");
  const bad =
    "BEGIN:VEVENT\r\nUID:bad\r\nDTSTART;TZID=Nowhere:20260101T000000\r\nEND:VEVENT\r\nEND:VCALENDAR";
  const { events, problems } = parse(text.replace("END:VCALENDAR", bad));
  assert.equal(events[0]?.uid, "a-1");
  assert.deepEqual(
    problems.map(({ code, uid }) => [code, uid]),
    [
      ["malformed_line", "a-1"],
      ["unknown_time_zone", "bad"],
    ],
  );
});

test("errors have a code", () => {
  const code = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      assert.ok(error instanceof KalendsError && error instanceof Error);
      return error.code;
    }
    return "nothing was thrown";
  };
  assert.equal(
    code(() => patch("", {})),
    "no_event",
  );
  assert.equal(
    code(() => createIcs([{ summary: "x", start: "soon" }])),
    "invalid_time",
  );
  assert.equal(
    code(() => createIcs([{ ...berlin, timeZone: "Mars/Base" }])),
    "unknown_time_zone",
  );
  assert.equal(
    code(() => createIcs([{ summary: "x", start: new Date(Number.NaN) }])),
    "invalid_time",
  );
  // What the types forbid is an error, not a crash.
  assert.equal(
    code(() => parse(undefined as never)),
    "invalid_argument",
  );
  assert.equal(
    code(() => parse("nonsense", { strict: true })),
    "unreadable",
  );
  assert.equal(
    code(() => zoneOf("Customized Time Zone")),
    "unknown_time_zone",
  );
  assert.equal(
    code(() => createIcs([{ start: "2026-11-23" } as never])),
    "invalid_argument",
  );
});

test("a zone is known by the names that programs give it", () => {
  assert.equal(zoneOf("W. Europe Standard Time"), "Europe/Berlin");
  assert.equal(zoneOf("/mozilla.org/20050126_1/Asia/Tokyo"), "Asia/Tokyo");
});
