// The whole of a calendar as data, and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Component, parse, serialize } from "../index.js";

const text = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  'X-MINE;A=1;A="2,3",4;FLAG;Q=^n^^^\':a\\,b',
  "BEGIN:VEVENT",
  "UID:u",
  "DTSTART:20261121T090000Z",
  "BEGIN:X-Part",
  "x_odd.name:kept",
  "END:X-Part",
  "END:VEVENT",
  "END:VCALENDAR",
  "BEGIN:VCALENDAR",
  "END:VCALENDAR",
  "",
].join("\r\n");

test("a calendar is read whole and written as it was", () => {
  const { calendar } = parse(text);
  assert.equal(calendar.name, "VCALENDAR");
  assert.deepEqual(calendar.properties[1], {
    name: "X-MINE",
    parameters: [
      { name: "A", values: ["1"] },
      { name: "A", values: ["2,3", "4"] },
      { name: "FLAG", values: [] },
      { name: "Q", values: ['\n^"'] },
    ],
    value: "a\\,b",
  });
  assert.equal(calendar.components[0]?.components[0]?.properties[0]?.name, "x_odd.name");
  assert.equal(serialize(calendar), text);
  assert.equal(serialize(JSON.parse(JSON.stringify(parse(text))).calendar), text);
});

test("octets are read where a fold has split a character", () => {
  const octets = Uint8Array.from([
    ...new TextEncoder().encode("BEGIN:VCALENDAR\r\nX-A:\u00e4").subarray(0, -1),
    ...new TextEncoder().encode("\r\n "),
    0xa4,
    ...new TextEncoder().encode("\r\nEND:VCALENDAR\r\n"),
  ]);
  assert.equal(parse(octets).calendar.properties[0]?.value, "\u00e4");
});

test("a calendar made by hand is folded, and nothing breaks out of its line", () => {
  const made = (value: string): Component => ({ name: "VCALENDAR", properties: [{ name: "X-A", value }] });
  const folded = serialize(made("\u20ac".repeat(60)));
  assert.ok(folded.split("\r\n").every((line) => new TextEncoder().encode(line).length <= 75));
  assert.equal(parse(folded).calendar.properties[0]?.value, "\u20ac".repeat(60));
  for (const value of ["a\r\nEND:VCALENDAR", "a\n", "a\0", "a\r"]) {
    assert.throws(() => serialize(made(value)), { name: "KalendsError", code: "invalid_property" });
  }
  assert.throws(() => serialize({ name: "A\r\nB" }), { code: "invalid_property" });
  assert.throws(() => serialize({ name: "A", properties: [{ name: "B:C", value: "" }] }), {
    code: "invalid_property",
  });
  assert.throws(() => serialize({} as Component), { code: "invalid_argument" });
});
