// What is wrong with a calendar: told as data, and never in the way of the rest.
import assert from "node:assert/strict";
import { test } from "node:test";
import { busy, expand, KalendsError, type Problem, parse } from "../index.js";

const calendar = (...lines: string[]) =>
  ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", ...lines, "END:VCALENDAR", ""].join("\r\n");
const event = (uid: string, ...lines: string[]) => [
  "BEGIN:VEVENT",
  `UID:${uid}`,
  "DTSTAMP:20260101T000000Z",
  ...lines,
  "END:VEVENT",
];
const good = event("good", "DTSTART:20260601T090000Z", "DURATION:PT1H");
const june = { from: "2026-06-01", to: "2026-07-01", timeZone: "UTC" };

test("a problem says what, where, of which event, and how much it matters", () => {
  const backward = event("4", "DTSTART:20260601T090000Z", "DTEND:20260601T080000Z");
  const { events, problems } = parse(calendar(...good, ...backward, "BEGIN:X-A", "END:X-A"));
  assert.deepEqual(
    events.map(({ uid }) => uid),
    ["good", "4"],
  );
  assert.deepEqual(problems, [
    {
      code: "end_before_start",
      severity: "mended",
      message: "DTEND: the end is before the start; it counts as none",
      line: 14,
      column: 7,
      component: "VEVENT",
      uid: "4",
      property: "DTEND",
    },
  ]);
});

test("strict mode tells what no reader minds, too", () => {
  const text = calendar(...good).replace("VERSION:2.0\r\n", "");
  assert.deepEqual(parse(text).problems, []);
  assert.deepEqual(parse(calendar(...good), { strict: true }).problems, []);
  const strictly = (text: string) => {
    try {
      parse(text, { strict: true });
    } catch (error) {
      assert.ok(error instanceof KalendsError && error.code === "unreadable");
      return error.problems?.map(({ code, severity, line }) => [code, severity, line]);
    }
    return undefined;
  };
  assert.deepEqual(strictly(text), [["missing_property", "formal", 1]]);
  assert.deepEqual(strictly(calendar(...good).replace("DTSTART:2026", "DTSTART:x")), [
    ["invalid_value", "lost", 7],
  ]);
});

test("an event that is not among the events is told, whatever the reason", () => {
  for (const lines of [
    ["DTSTART:soon"],
    ["SUMMARY:never"],
    ["DTSTART;TZID=Nowhere:20260601T090000"],
    ["DTSTART:20260601T090000Z", "DTEND:later"],
    ["DTSTART:20260601T090000Z", "DURATION:long"],
    ["DTSTART:20260601T090000Z", "DTEND;TZID=Nowhere:20260601T100000"],
  ]) {
    const { events, problems } = parse(calendar(...good, ...event("bad", ...lines)));
    assert.equal(events.length, 1);
    assert.deepEqual(
      problems.map(({ uid, severity }) => [uid, severity]),
      [["bad", "lost"]],
    );
  }
});

const contradicting = calendar(
  "BEGIN:VTIMEZONE",
  "TZID:Europe/Berlin",
  "BEGIN:STANDARD",
  "DTSTART:20200101T000000",
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0100",
  "END:STANDARD",
  "END:VTIMEZONE",
  ...event("a", "DTSTART;TZID=Europe/Berlin:20260601T090000", "DURATION:PT1H"),
);
const codes = (problems: Problem[]) => problems.map(({ code }) => code);

test("a zone that contradicts its name is told, and keeps no one's time from being told", () => {
  assert.deepEqual(codes(parse(contradicting).problems), ["time_zone_contradiction"]);
  const found = expand(contradicting, june);
  assert.deepEqual(codes(found.problems), ["time_zone_contradiction"]);
  assert.equal(found[0]?.start, "2026-06-01T07:00:00Z");
  assert.equal(busy(contradicting, june).length, 1);
  const told: Problem[] = [];
  busy(contradicting, { ...june, onProblem: (problem) => told.push(problem) });
  assert.deepEqual(
    told.map(({ line, uid }) => [line, uid]),
    [[15, "a"]],
  );
});

test("what may hide time that is taken is never passed over", () => {
  const whole = calendar(...good, ...event("b", "DTSTART:20260602T090000Z", "DURATION:PT1H"));
  const rival = event("good", "DTSTART:20260603T090000Z", "DURATION:PT1H");
  for (const [text, code] of [
    [whole.slice(0, -40), "cut_off"],
    [calendar(...good, ...rival), "duplicate_uid"],
    [calendar(...good, ...event("c", "DTSTART:20260603T090000Z", "RRULE:FREQ=NEVER")), "invalid_rule"],
    ["<html>", "no_calendar"],
  ] as const) {
    assert.throws(() => busy(text, june), { code: "unreadable" });
    assert.ok(codes(expand(text, june).problems).includes(code), code);
  }
  // Of no consequence for the time that is taken.
  const careless = whole.replace("END:VCALENDAR\r\n", "").replace("DURATION", "nonsense\r\nDURATION");
  assert.equal(busy(careless, june).length, 2);
});
