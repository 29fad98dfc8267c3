// New events and tasks, and what of them is read back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createIcs, type NewEvent, parse } from "../index.js";

const full: NewEvent = {
  uid: "u",
  summary: "Fitting; second",
  description: "one\ntwo",
  html: "<p>one</p>",
  location: "Room, 1",
  url: "https://example.org/?a=b;c",
  start: "2026-11-23T10:00",
  duration: "PT1H",
  timeZone: "Europe/Berlin",
  status: "TENTATIVE",
  transparency: "TRANSPARENT",
  class: "PRIVATE",
  priority: 5,
  sequence: 2,
  categories: ["a,b", "c"],
  color: "tomato",
  geo: { latitude: 52.5, longitude: -13.4 },
  organizer: { address: "ben@example.org", name: "Ben" },
  attendees: ["ana@example.org", { email: "eva@example.org", status: "ACCEPTED", rsvp: true, role: "CHAIR" }],
  alarms: [
    { trigger: { start: "-PT15M" }, repeat: { count: 2, every: "PT5M" } },
    { action: "EMAIL", trigger: { at: "2026-11-22T08:00:00Z" }, attendees: ["ana@example.org"] },
  ],
  conferences: [{ uri: "https://meet.example.org/1", features: ["VIDEO"], label: "Join" }],
  images: ["https://example.org/a.png"],
  attachments: [{ uri: "https://example.org/a.pdf", mediaType: "application/pdf" }],
  recurrenceRule: "FREQ=WEEKLY;COUNT=4",
  exceptionDates: ["2026-11-30T10:00"],
  other: [{ name: "X-MINE", value: "kept" }],
};

test("everything that is said of an event reads back", () => {
  const text = createIcs([full], { name: "Studio", color: "#ff6347", refreshInterval: "PT1H" });
  const [event] = parse(text, { timeZone: "Europe/Berlin" }).events;
  assert.ok(event);
  const { attendees, alarms, organizer, ...rest } = event;
  assert.deepEqual(rest, {
    uid: "u",
    recurring: true,
    recurrenceRule: "FREQ=WEEKLY;COUNT=4",
    start: "2026-11-23T10:00:00+01:00",
    startMs: Date.UTC(2026, 10, 23, 9),
    end: "2026-11-23T11:00:00+01:00",
    endMs: Date.UTC(2026, 10, 23, 10),
    allDay: false,
    timeZone: "Europe/Berlin",
    status: "TENTATIVE",
    transparency: "TRANSPARENT",
    summary: full.summary,
    description: full.description,
    html: full.html,
    location: full.location,
    url: full.url,
    geo: full.geo,
    class: "PRIVATE",
    priority: 5,
    sequence: 2,
    categories: full.categories,
    color: "tomato",
    conferences: full.conferences,
    images: [{ uri: "https://example.org/a.png", mediaType: null }],
    attachments: full.attachments,
    created: null,
    lastModified: null,
    overrides: [],
  });
  assert.deepEqual(organizer, {
    address: "mailto:ben@example.org",
    name: "Ben",
    email: "ben@example.org",
    sentBy: null,
  });
  assert.deepEqual(
    attendees.map((one) => [one.email, one.role, one.status, one.rsvp]),
    [
      ["ana@example.org", "REQ-PARTICIPANT", "NEEDS-ACTION", false],
      ["eva@example.org", "CHAIR", "ACCEPTED", true],
    ],
  );
  assert.deepEqual(
    alarms.map((one) => [one.action, one.trigger, one.repeat, one.description]),
    [
      ["DISPLAY", { start: "-PT15M" }, { count: 2, every: "PT5M" }, full.summary],
      ["EMAIL", { at: "2026-11-22T08:00:00Z" }, null, full.summary],
    ],
  );
  for (const line of ["X-MINE:kept", "X-WR-CALNAME:Studio", "X-PUBLISHED-TTL:PT1H", "TZID:Europe/Berlin"])
    assert.ok(text.includes(`\r\n${line}\r\n`), line);
  const { calendar } = parse(text);
  assert.equal(calendar.components.filter((one) => one.name === "VTIMEZONE").length, 1);
});

test("an override is told with its series", () => {
  const { start, summary, timeZone } = full;
  const moved = { start: "2026-12-08T11:00", recurrenceId: "2026-12-07T10:00" };
  const text = createIcs([full, { uid: "u", summary, timeZone, ...moved }]);
  const { events } = parse(text, { timeZone: "Europe/Berlin" });
  assert.equal(events.length, 1);
  assert.deepEqual(
    events[0]?.overrides.map((one) => [one.recurrenceId, one.start]),
    [["2026-12-07T10:00:00+01:00", "2026-12-08T11:00:00+01:00"]],
  );
  assert.equal(events[0]?.start.slice(0, 16), start);
});

test("tasks are written and read", () => {
  const due = { uid: "t", summary: "Pay", due: "2026-11-24", percentComplete: 50, priority: 1 };
  const text = createIcs([], { todos: [due, { summary: "Anytime" }] });
  const [first, second] = parse(text, { timeZone: "Europe/Berlin" }).todos;
  assert.deepEqual(
    [first?.uid, first?.due, first?.dueMs, first?.allDay, first?.percentComplete, first?.start],
    ["t", "2026-11-24", Date.UTC(2026, 10, 23, 23), true, 50, null],
  );
  assert.deepEqual([second?.summary, second?.dueMs, second?.percentComplete], ["Anytime", null, null]);
});

test("a wrong field is named", () => {
  const fails = (more: object, code: string, field: RegExp) =>
    assert.throws(
      () => createIcs([{ summary: "x", start: "2026-11-23", ...more }]),
      (error: unknown) => {
        const { code: told, message: says } = error as { code: string; message: string };
        assert.equal(told, code, says);
        assert.match(says, field);
        return true;
      },
    );
  fails({ attendees: ["a@example.org", "nobody"] }, "invalid_email", /events\[0\].*attendees\[1\]/);
  fails({ color: "reddish" }, "invalid_color", /color/);
  fails({ geo: { latitude: 100, longitude: 0 } }, "out_of_range", /latitude/);
  fails({ url: "not a url" }, "invalid_uri", /url/);
  fails({ recurrenceRule: "FREQ=SOMETIMES" }, "invalid_rule", /FREQ/);
  fails({ end: "2026-11-22" }, "invalid_time", /end/);
  fails({ summary: 5 }, "invalid_argument", /summary must be a string, not number/);
  fails({ timeZone: "Nowhere" }, "unknown_time_zone", /Nowhere/);
  fails({ alarms: [{ trigger: {} }] }, "invalid_argument", /trigger/);
});

test("nothing that is given breaks out of its line", () => {
  const hostile = "a\r\nEND:VEVENT\r\nX-EVIL:1";
  const evil = (text: string) => parse(text).calendar.components.length !== 1 || /^X-EVIL/m.test(text);
  for (const name of ["summary", "description", "html", "location"])
    assert.ok(!evil(createIcs([{ summary: "x", start: "2026-11-23", [name]: hostile }])), name);
  for (const more of [
    { url: `https://example.org/${hostile}` },
    { organizer: { address: "a@example.org", name: hostile } },
    { attendees: [{ address: `mailto:${hostile}` }] },
    { categories: [hostile] },
    { color: hostile },
    { recurrenceRule: `FREQ=DAILY;X=${hostile}` },
    { conferences: [{ uri: "https://example.org", label: hostile }] },
    { images: [{ uri: "https://example.org", mediaType: hostile }] },
    { other: [{ name: `X-A:${hostile}`, value: hostile }] },
    { uid: hostile },
  ]) {
    let text = "";
    try {
      text = createIcs([{ summary: "x", start: "2026-11-23", ...more }]);
    } catch (error) {
      assert.equal((error as Error).name, "KalendsError");
      continue;
    }
    assert.ok(!evil(text), JSON.stringify(more));
  }
});
