// The Worker is killed in the middle of its syncs, at the points that matter; the next syncs put everything right.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Wire } from "../../scripts/local/wire.mjs";
import { startWorld, type World } from "./world.ts";

/** A lease that nobody renews ends after 30 seconds. */
const LEASE = 30_000;

let world: World;
let wire: Wire;

interface Owner {
  id: string;
  calendar: string;
  connectionId: string;
}

async function connected(id: string): Promise<Owner> {
  const calendar = await world.phone.makeCalendar(id);
  const { user: appleId, password: appSpecificPassword } = world.account;
  const body = { userId: id, appleId, appSpecificPassword, calendarUrl: wire.through(calendar) };
  const answer = await world.api.post("/api/calendar/icloud/connect", body);
  assert.equal(answer.status, 200, answer.text);
  return { id, calendar, connectionId: answer.body.connectionId };
}

const booking = (owner: Owner) =>
  world.api.post("/api/appointments", {
    userId: owner.id,
    startTime: "2027-03-03T09:00:00Z",
    endTime: "2027-03-03T10:00:00Z",
    title: "Cut",
  });

const appointments = async (owner: Owner) =>
  (await world.api.get(`/api/appointments?userId=${owner.id}`)).body.appointments;

/** Syncs until the crashed run's lease is over; the first answer that is not "in progress". */
async function sync(owner: Owner) {
  for (const deadline = Date.now() + LEASE + 10_000; ; await sleep(500)) {
    const answer = await world.api.post("/api/calendar/icloud/sync", { connectionId: owner.connectionId });
    if (answer.status !== 409 || Date.now() > deadline) {
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    }
    assert.equal(answer.body.code, "sync_in_progress");
  }
}

before(async () => {
  world = await startWorld();
  wire = await Wire.to(world.account.url);
});
after(async () => {
  wire?.stop();
  await world?.stop();
});

it("nothing is lost and nothing doubled when the Worker dies at any point of a sync", async () => {
  const notYetSent = await connected("not-yet-sent");
  const replyLost = await connected("reply-lost");
  const renamed = await connected("renamed");
  const removed = await connected("removed");
  const reading = await connected("reading");

  // Some begin with an appointment that both sides know.
  const [toRename] = [await booking(renamed)].map(({ body }) => body.appointment);
  const [toRemove] = [await booking(removed)].map(({ body }) => body.appointment);
  const [toRead] = [await booking(reading)].map(({ body }) => body.appointment);
  await world.phone.change(reading.calendar, toRead.externalEventUid, { LOCATION: "Room 2" });

  const held = Promise.all([
    wire.hold("PUT", notYetSent.calendar, "request"),
    wire.hold("PUT", replyLost.calendar, "reply"),
    wire.hold("PUT", renamed.calendar, "reply"),
    wire.hold("DELETE", removed.calendar, "reply"),
    wire.hold("REPORT", reading.calendar, "reply"),
  ]);
  const calls = Promise.allSettled([
    booking(notYetSent),
    booking(replyLost),
    world.api.post(`/api/appointments/${toRename.id}/confirm`),
    world.api.post(`/api/appointments/${toRemove.id}/cancel`),
    world.api.post("/api/calendar/icloud/sync", { connectionId: reading.connectionId }),
  ]);
  await held;
  await world.crash();
  const outcomes = await calls;
  assert.ok(
    outcomes.every(({ status }) => status === "rejected"),
    "every caller was cut off",
  );
  await world.restart();

  for (const owner of [notYetSent, replyLost, renamed, removed, reading]) await sync(owner);

  for (const owner of [notYetSent, replyLost]) {
    const [events, kept] = [await world.phone.events(owner.calendar), await appointments(owner)];
    assert.deepEqual(
      events.map(({ summary }) => summary),
      ["REQUEST: Cut"],
      owner.id,
    );
    assert.deepEqual(
      kept.map((one: { externalEventUid: string }) => one.externalEventUid),
      [events[0]?.uid],
    );
  }
  const [confirmed] = await world.phone.events(renamed.calendar);
  assert.equal(confirmed?.summary, "Cut");
  assert.equal((await appointments(renamed))[0].status, "CONFIRMED");
  assert.deepEqual(await world.phone.events(removed.calendar), []);
  assert.equal((await appointments(removed))[0].status, "CANCELLED");
  assert.equal((await appointments(reading))[0].location, "Room 2");

  for (const owner of [notYetSent, replyLost, renamed, removed, reading]) {
    const { eventsImported, eventsExported, eventsUpdated, eventsDeleted } = await sync(owner);
    const quiet = [eventsImported, eventsExported, eventsUpdated, eventsDeleted];
    assert.deepEqual(quiet, [0, 0, 0, 0], `${owner.id} is at rest`);
  }
});
