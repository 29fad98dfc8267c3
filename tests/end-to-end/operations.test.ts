// What an administrator does with a connection that needs a hand.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

const many = 20;
let world: World;
let api: Api;
let calendar: string;
let id: string;

const event = (uid: string) =>
  [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//The owner//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20261101T000000Z",
    "DTSTART:20270302T140000Z",
    "DTEND:20270302T150000Z",
    "SUMMARY:Busy",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");

before(async () => {
  world = await startWorld();
  api = world.operator;
  calendar = await world.phone.makeCalendar("Studio");
  for (let at = 0; at < many; at += 1) await world.phone.add(calendar, event(`e${at}`));
  const { user: appleId, password: appSpecificPassword } = world.account;
  const account = { appleId, appSpecificPassword, calendarUrl: calendar };
  const connected = await api.post("/api/calendar/icloud/connect", { userId: "ana", ...account });
  id = connected.body.connectionId;
});
after(() => world?.stop());

const asked = (what: string, body = {}) => api.post(`/api/admin/connections/${id}/${what}`, body);
const state = async () => {
  const { body } = await api.get(`/api/calendar/icloud/status?connectionId=${id}`);
  const [{ syncStatus, lastSyncError }] = body.connections;
  return { syncStatus, lastSyncError };
};
const isFree = async () => {
  const span = "startTime=2027-03-02T14:00:00Z&endTime=2027-03-02T15:00:00Z";
  return (await api.get(`/api/caldav/availability?artistId=ana&${span}`)).body.status;
};

describe("an administrator", () => {
  it("pauses a connection, which is then unknown, and lets it go on", async () => {
    assert.equal(await isFree(), "busy");
    const paused = await asked("pause", { reason: "the studio moves" });
    assert.equal(paused.body.connection.syncStatus, "PAUSED");
    await world.phone.add(calendar, event("late"));
    await world.tick();
    assert.deepEqual(await state(), { syncStatus: "PAUSED", lastSyncError: "the studio moves" });
    const resumed = await asked("resume");
    assert.deepEqual([resumed.status, resumed.body.eventsImported], [200, 1], resumed.text);
    assert.deepEqual(await state(), { syncStatus: "ACTIVE", lastSyncError: null });
  });

  it("has everything read anew, and decides what a calendar that is suddenly empty means", async () => {
    for (const { uid } of await world.phone.events(calendar)) await world.phone.delete(calendar, uid);
    const held = await asked("resync");
    assert.deepEqual([held.status, held.body.code], [409, "mass_deletion"], held.text);
    assert.equal((await state()).syncStatus, "PAUSED");
    assert.notEqual(await isFree(), "free");
    assert.equal((await asked("resume")).status, 409, "the brake holds until somebody says so");
    const accepted = await asked("resume", { acceptDeletions: true });
    assert.deepEqual([accepted.status, accepted.body.eventsDeleted], [200, many + 1], accepted.text);
    assert.equal(await isFree(), "free");
  });

  it("is somebody with an admin key of the tenant", async () => {
    const answer = await world.api.post(`/api/admin/connections/${id}/pause`);
    assert.deepEqual([answer.status, answer.body.code], [403, "admin_only"]);
    assert.equal((await api.post("/api/admin/connections/con_none/resync")).status, 404);
  });
});
