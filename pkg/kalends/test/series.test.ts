// Series edited, and rules in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createIcs, describeRule, editSeries, expand, type SeriesEdit } from "../editor.js";

const timeZone = "Europe/Berlin";
const weekly = createIcs([
  {
    uid: "u",
    summary: "Class",
    start: "2026-11-03T10:00",
    duration: "PT1H",
    timeZone,
    recurrenceRule: "FREQ=WEEKLY;COUNT=4",
    alarms: [{ trigger: { start: "-PT15M" } }],
  },
]);
const occurring = (ics: string | null) =>
  ics ? expand(ics, { limit: 20, timeZone }).map((one) => `${one.start.slice(5, 16)} ${one.summary}`) : [];
const edited = (edit: SeriesEdit) => editSeries(weekly, edit, { timeZone });
const second = "2026-11-10T10:00";

test("one occurrence is changed or deleted, and no other", () => {
  const { ics, following } = edited({
    recurrenceId: second,
    scope: "this",
    changes: { summary: "Exam", start: "2026-11-11T09:00" },
  });
  assert.equal(following, null);
  assert.deepEqual(occurring(ics), [
    "11-03T10:00 Class",
    "11-11T09:00 Exam",
    "11-17T10:00 Class",
    "11-24T10:00 Class",
  ]);
  assert.equal(ics?.match(/BEGIN:VALARM/g)?.length, 2);
  const deleted = edited({ recurrenceId: second, scope: "this", delete: true });
  assert.deepEqual(occurring(deleted.ics), ["11-03T10:00 Class", "11-17T10:00 Class", "11-24T10:00 Class"]);
});

test("from one occurrence on, a series becomes two", () => {
  const { ics, following } = edited({
    recurrenceId: second,
    scope: "following",
    changes: { start: "2026-11-10T12:00" },
    newUid: "v",
  });
  assert.deepEqual(occurring(ics), ["11-03T10:00 Class"]);
  assert.deepEqual(occurring(following), ["11-10T12:00 Class", "11-17T12:00 Class", "11-24T12:00 Class"]);
  assert.match(following ?? "", /\r\nUID:v\r\n/);
  assert.deepEqual(occurring(edited({ recurrenceId: second, scope: "following", delete: true }).ics), [
    "11-03T10:00 Class",
  ]);
});

test("all are changed, given another rule, or deleted", () => {
  const all = (more: Partial<SeriesEdit>) =>
    occurring(edited({ recurrenceId: second, scope: "all", ...more }).ics);
  assert.deepEqual(
    all({ changes: { start: "2026-11-11T10:00" } }).map((one) => one.slice(0, 5)),
    ["11-04", "11-11", "11-18", "11-25"],
  );
  assert.deepEqual(all({ recurrenceRule: "FREQ=DAILY;COUNT=2" }), ["11-03T10:00 Class", "11-04T10:00 Class"]);
  assert.deepEqual(all({ recurrenceRule: null }), ["11-03T10:00 Class"]);
  assert.deepEqual(edited({ recurrenceId: second, scope: "all", delete: true }), {
    ics: null,
    following: null,
  });
});

test("in a file of several events only the one that is named is edited", () => {
  const two = createIcs([
    { uid: "a", summary: "A", start: "2026-11-03", recurrenceRule: "FREQ=DAILY;COUNT=2" },
    { uid: "b", summary: "B", start: "2026-11-03" },
  ]);
  const options = { timeZone, uid: "a" };
  const gone = editSeries(two, { recurrenceId: "2026-11-04", scope: "this", delete: true }, options);
  assert.deepEqual(occurring(gone.ics).sort(), ["11-03 A", "11-03 B"]);
  assert.deepEqual(
    occurring(editSeries(two, { recurrenceId: "2026-11-04", scope: "all", delete: true }, options).ics),
    ["11-03 B"],
  );
});

test("what cannot be done says why", () => {
  const fails = (edit: Partial<SeriesEdit>, code: string) =>
    assert.throws(() => edited({ recurrenceId: second, scope: "all", ...edit }), {
      name: "KalendsError",
      code,
    });
  fails({ recurrenceId: "2026-11-11T10:00" }, "no_occurrence");
  fails({ scope: "this", recurrenceRule: "FREQ=DAILY" }, "invalid_argument");
  fails({ scope: "some" as "this" }, "invalid_argument");
  fails({ recurrenceRule: "FREQ=NEVER" }, "invalid_rule");
  fails({ scope: "following", newUid: "u", changes: { summary: "x" } }, "invalid_uid");
});

test("a rule is said in words", () => {
  const said = (rule: string, language?: string) =>
    describeRule(rule, "2026-11-03T10:00", { timeZone, language });
  assert.equal(said("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270503"), "every second Tuesday until 3 May 2027");
  assert.equal(
    said("RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20270503", "de-AT"),
    "jeden zweiten Dienstag bis 3. Mai 2027",
  );
  assert.throws(() => said("FREQ=DAILY", "fr"), { code: "invalid_argument" });
  assert.throws(() => said("FREQ=NEVER"), { code: "invalid_rule" });
});
