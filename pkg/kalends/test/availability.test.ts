// Busy time, occurrences and free slots, as a booking form asks for them.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bestSlots,
  busy,
  conflicts,
  expand,
  freeSlots,
  nearestSlots,
  type Person,
  type Problem,
  type SlotRequest,
  slotsOfAll,
  slotsOfAny,
} from "../index.js";

const series = (lines: string) =>
  `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nSUMMARY:Class\r\n${lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
const weekly = series("DTSTART;TZID=Europe/Berlin:20260105T090000\r\nDURATION:PT1H\r\nRRULE:FREQ=WEEKLY");
const week = { from: "2026-11-23", to: "2026-11-30", timeZone: "Europe/Berlin" };

test("a series takes time where it has an occurrence", () => {
  assert.deepEqual(busy([weekly], week), [
    {
      start: "2026-11-23T08:00:00Z",
      end: "2026-11-23T09:00:00Z",
      summary: "Class",
      uid: "u",
      allDay: false,
      tentative: false,
      reason: "busy",
    },
  ]);
  const free = weekly.replace("SUMMARY", "TRANSP:TRANSPARENT\r\nSUMMARY");
  assert.deepEqual(busy([free], week), []);
  assert.equal(expand(free, week)[0]?.recurrenceId, "2026-11-23T09:00:00+01:00");
});

test("an all-day event takes the day of its owner", () => {
  const fair = series("DTSTART;VALUE=DATE:20261124");
  assert.equal(busy([fair], week)[0]?.start, "2026-11-23T23:00:00Z");
  assert.equal(busy([fair], { ...week, timeZone: "Asia/Tokyo" })[0]?.start, "2026-11-23T15:00:00Z");
  assert.equal(expand(fair, week)[0]?.start, "2026-11-24");
});

test("what cannot be read is never taken for free time", () => {
  const texts = [weekly, series("DTSTART;TZID=Nowhere:20261124T090000"), "<html>"];
  assert.throws(() => busy(texts, week), { code: "unreadable" });
  const problems: Problem[] = [];
  assert.equal(busy(texts, { ...week, onProblem: (problem) => problems.push(problem) }).length, 1);
  assert.deepEqual(problems.map((problem) => problem.code).sort(), ["no_calendar", "unknown_time_zone"]);
});

test("an endless rule ends with an error, not a hang", () => {
  const seconds = series("DTSTART:20260101T000000Z\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY");
  const century = { from: "2026-01-01", to: "2099-01-01", timeZone: "UTC" };
  const problems: Problem[] = [];
  busy([seconds], { ...century, onProblem: (problem) => problems.push(problem) });
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ["budget_exhausted"],
  );
});

const monday: SlotRequest = {
  from: "2026-11-23",
  to: "2026-11-24",
  timeZone: "Europe/Berlin",
  durationMinutes: 60,
  stepMinutes: 30,
  workingHours: { MO: [["09:00", "12:00"]] },
  busy: [],
};

test("slots are free of what is busy, with the buffers kept", () => {
  const starts = (request: SlotRequest) => freeSlots(request).map((slot) => slot.start.slice(11, 16));
  assert.deepEqual(starts(monday), ["08:00", "08:30", "09:00", "09:30", "10:00"]);
  const taken = { ...monday, busy: busy([weekly], week) };
  assert.deepEqual(starts(taken), ["09:00", "09:30", "10:00"]);
  assert.deepEqual(starts({ ...taken, bufferBeforeMinutes: 15 }), ["09:30", "10:00"]);
  assert.deepEqual(freeSlots({ ...monday, workingHours: {} }), []);
});

test("a request conflicts with what it overlaps, not with what it touches", () => {
  const taken = busy([weekly], week);
  const at = (start: string, end: string) =>
    conflicts({ start, end, timeZone: "Europe/Berlin" }, taken).map((block) => block.uid);
  assert.deepEqual(at("2026-11-23T09:30", "2026-11-23T11:00"), ["u"]);
  assert.deepEqual(at("2026-11-23T10:00", "2026-11-23T11:00"), []);
});

test("requests that make no sense are refused", () => {
  assert.throws(() => freeSlots({ ...monday, stepMinutes: 0 }), { code: "invalid_step" });
  assert.throws(() => freeSlots({ ...monday, durationMinutes: Number.NaN }), { code: "invalid_duration" });
  assert.throws(() => freeSlots({ ...monday, to: "2036-11-24" }), { code: "window_too_long" });
  assert.throws(() => freeSlots({ ...monday, workingHours: { MO: [["9", "12:00"]] } }), {
    code: "invalid_argument",
  });
});

const hours = (slots: { start: string }[]) => slots.map((slot) => slot.start.slice(11, 16));
const span = (start: string) => ({
  start: `2026-11-23T${start}:00Z`,
  end: `2026-11-23T${start.slice(0, 2)}:59Z`,
});

test("a date has hours of its own, notice is kept, and a full day has no slot", () => {
  const hourly = { ...monday, stepMinutes: 60 };
  assert.deepEqual(hours(freeSlots(hourly)), ["08:00", "09:00", "10:00"]);
  const workingHours: Person["workingHours"] = { ...monday.workingHours, "2026-11-23": [["14:00", "15:00"]] };
  assert.deepEqual(hours(freeSlots({ ...hourly, workingHours })), ["13:00"]);
  assert.deepEqual(hours(freeSlots({ ...hourly, notBefore: "2026-11-23T09:30" })), ["09:00", "10:00"]);
  const booked = { ...hourly, bookings: [span("08:00")] };
  assert.deepEqual(hours(freeSlots(booked)), ["09:00", "10:00"]);
  assert.deepEqual(freeSlots({ ...booked, maximumPerDay: 1 }), []);
});

test("slots of several people: when all are free, or any, in turns", () => {
  const { busy: _, workingHours, ...window } = { ...monday, stepMinutes: 60 };
  const people: Person[] = [
    { workingHours, bookings: [span("09:00")] },
    { timeZone: "America/New_York", workingHours: { MO: [["04:00", "06:00"]] } },
  ];
  assert.deepEqual(hours(slotsOfAll({ ...window, people })), ["10:00"]);
  const offers = slotsOfAny({ ...window, people });
  assert.deepEqual(
    offers.map(({ start, people, turn }) => [start.slice(11, 16), people, turn]),
    [
      ["08:00", [0], 0],
      ["09:00", [1], 1],
      ["10:00", [0, 1], 1],
    ],
  );
});

test("the best slots for a task come soon and break up little, the nearest are near", () => {
  const week = {
    ...monday,
    to: "2026-11-30",
    stepMinutes: 60,
    workingHours: { MO: [["09:00", "12:00"]], TU: [["09:00", "12:00"]] },
  } satisfies SlotRequest;
  const best = bestSlots(week, 3).map(({ start }) => start.slice(5, 16));
  assert.deepEqual(best, ["11-23T08:00", "11-24T08:00", "11-23T10:00"]);
  assert.deepEqual(hours(nearestSlots(freeSlots(monday), "2026-11-23T09:00:00Z")), [
    "09:00",
    "08:30",
    "09:30",
  ]);
});

test("why time is taken is told, and whether days and what is not settled count is asked", () => {
  const fair = series("DTSTART;VALUE=DATE:20261123");
  const perhaps = series("DTSTART:20261123T120000Z\r\nDURATION:PT1H\r\nSTATUS:TENTATIVE");
  const window = { from: "2026-11-23", to: "2026-11-24", timeZone: "UTC" };
  assert.deepEqual(
    busy([fair, perhaps], window).map(({ reason, tentative }) => [reason, tentative]),
    [
      ["busy", false],
      ["tentative", true],
    ],
  );
  assert.deepEqual(busy([fair, perhaps], { ...window, allDay: "free", tentative: "free" }), []);
  assert.throws(() => busy([fair], { ...window, allDay: "no" as "busy" }), { code: "invalid_argument" });
});
