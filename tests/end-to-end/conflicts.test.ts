// A calendar whose owner decides: conflicts wait, are shown side by side, resolved by choice, and undone.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
let world: World;
let api: Api;
let calendar: string;
let connectionId: string;

const at = (hour: number) => `2027-04-05T${String(hour).padStart(2, "0")}:00:00Z`;

const sync = async () => {
  const answer = await api.post("/api/calendar/icloud/sync", { connectionId });
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};

const appointment = async (id: string) => (await api.get(`/api/appointments/${id}`)).body.appointment;

const conflicts = async (query = "") =>
  (await api.get(`/api/calendar/conflicts?userId=${owner}${query}`)).body.conflicts;

/** When the phone's event begins. */
const there = async (uid: string) =>
  (await world.phone.events(calendar)).find((event) => event.uid === uid)?.start;

/** Books at an hour; then the phone moves it to one hour, and the application, out of reach, to another. */
async function movedTwice(booked: number, ours: number, theirs: number) {
  const made = await api.post("/api/appointments", {
    userId: owner,
    title: `Cut at ${booked}`,
    startTime: at(booked),
    endTime: at(booked + 1),
    status: "CONFIRMED",
  });
  assert.equal(made.status, 201, made.text);
  const { id, externalEventUid: uid } = made.body.appointment;
  await world.unplug();
  const moved = await api.patch(`/api/appointments/${id}`, { startTime: at(ours), endTime: at(ours + 1) });
  assert.equal(moved.status, 200, moved.text);
  await world.plug();
  await world.phone.change(calendar, uid, { DTSTART: at(theirs), DTEND: at(theirs + 1) });
  return { id, uid };
}

before(async () => {
  world = await startWorld();
  api = world.api;
  calendar = await world.phone.makeCalendar("Studio");
  const { user: appleId, password: appSpecificPassword } = world.account;
  const body = {
    userId: owner,
    appleId,
    appSpecificPassword,
    calendarUrl: calendar,
    conflictPolicy: "manual",
  };
  const answer = await api.post("/api/calendar/icloud/connect", body);
  assert.equal(answer.status, 200, answer.text);
  connectionId = answer.body.connectionId;
});
after(() => world?.stop());

describe("a conflict", () => {
  let one: { id: string; uid: string };

  it("leaves both sides as they are and shows them side by side", async () => {
    one = await movedTwice(8, 10, 12);
    const { problems, conflictsResolved } = await sync();
    assert.deepEqual([problems.length, conflictsResolved], [1, 0], problems.join());
    await sync();
    const [conflict, ...others] = await conflicts("&outcome=open");
    assert.deepEqual([others, conflict.entryId, conflict.fields], [[], one.id, ["time"]]);
    const times = [conflict.application.startTime, conflict.calendar.startTime];
    assert.deepEqual(times.map(Date.parse), [at(10), at(12)].map(Date.parse));
    assert.equal(Date.parse((await appointment(one.id)).startTime), Date.parse(at(10)));
    assert.equal(Date.parse((await there(one.uid)) ?? ""), Date.parse(at(12)));
  });

  it("is resolved by choice, undone, and undone once more", async () => {
    const [{ id }] = await conflicts("&outcome=open");
    const open = await api.post(`/api/calendar/conflicts/${id}/undo`);
    assert.deepEqual([open.status, open.body.code], [409, "not_allowed"]);
    for (const [step, outcome, hour] of [
      ["resolve", "calendar", 12],
      ["undo", "application", 10],
      ["undo", "calendar", 12],
    ] as const) {
      const keep = step === "resolve" ? { keep: "calendar" } : {};
      const answer = await api.post(`/api/calendar/conflicts/${id}/${step}`, keep);
      assert.deepEqual([answer.status, answer.body.conflict?.outcome], [200, outcome], answer.text);
      assert.equal(Date.parse((await appointment(one.id)).startTime), Date.parse(at(hour)));
      assert.equal(Date.parse((await there(one.uid)) ?? ""), Date.parse(at(hour)));
    }
    const other = await api.post(`/api/calendar/conflicts/${id}/resolve`, { keep: "application" });
    assert.deepEqual([other.status, other.body.code], [409, "not_allowed"]);
  });

  it("is chosen while the calendar is away, and carried out when it is back", async () => {
    const two = await movedTwice(14, 16, 18);
    await sync();
    const [{ id }] = await conflicts("&outcome=open");
    await world.unplug();
    const chosen = await api.post(`/api/calendar/conflicts/${id}/resolve`, { keep: "application" });
    assert.deepEqual([chosen.status, chosen.body.conflict.choice], [200, "application"], chosen.text);
    await world.plug();
    await sync();
    assert.equal(Date.parse((await there(two.uid)) ?? ""), Date.parse(at(16)));
    assert.deepEqual(await conflicts("&outcome=open"), []);
  });

  it("is not undone into time that is taken since", async () => {
    const [conflict] = await conflicts();
    const taken = { userId: owner, startTime: at(18), endTime: at(19), title: "Somebody else" };
    assert.equal((await api.post("/api/appointments", taken)).status, 201);
    const answer = await api.post(`/api/calendar/conflicts/${conflict.id}/undo`);
    assert.deepEqual([answer.status, answer.body.code], [409, "slot_not_available"]);
  });

  it("is listed by page, and is nobody else's", async () => {
    const first = (await api.get(`/api/calendar/conflicts?userId=${owner}&limit=1`)).body;
    const second = (
      await api.get(`/api/calendar/conflicts?userId=${owner}&limit=1&cursor=${first.nextCursor}`)
    ).body;
    assert.deepEqual([first.conflicts.length, second.conflicts.length, second.nextCursor], [1, 1, null]);
    assert.notEqual(first.conflicts[0].id, second.conflicts[0].id);
    const path = `/api/calendar/conflicts/${first.conflicts[0].id}`;
    assert.equal((await api.get(path)).body.conflict.id, first.conflicts[0].id);
    assert.equal((await api.get(`${path}?userId=user-2`)).status, 404);
    assert.equal((await world.operator.get(path)).status, 404);
    for (const query of ["limit=0", "limit=many", "cursor=x", "outcome=maybe"])
      assert.equal((await api.get(`/api/calendar/conflicts?userId=${owner}&${query}`)).status, 422, query);
  });
});

describe("the history", () => {
  it("tells each run that somebody asked for or that changed something, the newest first", async () => {
    await sync();
    const { history, nextCursor } = (await api.get(`/api/calendar/history?userId=${owner}&limit=5`)).body;
    assert.deepEqual([history.length, history[0].syncType, history[0].status], [5, "manual", "success"]);
    const older = (await api.get(`/api/calendar/history?userId=${owner}&cursor=${nextCursor}&limit=100`)).body
      .history;
    assert.equal(older.at(-1).syncType, "initial");
    const told = [...history, ...older].find((run) => run.status === "partial");
    assert.match(told.errorDetails[0], /was changed here and in the calendar/);
  });
});
