// The CalDAV server goes away and comes back; and what the database holds of the credentials.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
let world: World;
let calendar: string;
let connectionId: string;

before(async () => {
  world = await startWorld();
  calendar = await world.phone.makeCalendar("Studio");
  const { user: appleId, password: appSpecificPassword } = world.account;
  const body = { userId: owner, appleId, appSpecificPassword, calendarUrl: calendar };
  const answer = await world.api.post("/api/calendar/icloud/connect", body);
  connectionId = answer.body.connectionId;
});
after(() => world?.stop());

const at = (hour: number) => `2027-03-03T${String(hour).padStart(2, "0")}:00:00Z`;
const status = async () =>
  (await world.api.get(`/api/calendar/icloud/status?userId=${owner}`)).body.connections[0];

it("a booking made while the calendar is away stands, and reaches the calendar with the next sync", async () => {
  await world.unplug();
  const fields = { userId: owner, startTime: at(9), endTime: at(10), title: "Cut" };
  const booked = await world.api.post("/api/appointments", fields);
  assert.equal(booked.status, 201, booked.text);
  assert.equal(booked.body.appointment.externalEtag, null);

  const failed = await world.api.post("/api/calendar/icloud/sync", { connectionId });
  assert.deepEqual([failed.status, failed.body.code], [502, "calendar_unreachable"]);
  const { syncStatus, lastSyncError } = await status();
  assert.equal(syncStatus, "ERROR");
  assert.match(lastSyncError, /cannot be reached/);

  await world.plug();
  const healed = await world.api.post("/api/calendar/icloud/sync", { connectionId });
  assert.equal(healed.body.eventsExported, 1, healed.text);
  const events = await world.phone.events(calendar);
  assert.deepEqual(
    events.map((event) => event.summary),
    ["REQUEST: Cut"],
  );
  assert.equal((await status()).syncStatus, "ACTIVE");
});

it("what cannot be read is unknown, with the reason and its age", async () => {
  await world.unplug();
  await world.api.post("/api/calendar/icloud/sync", { connectionId });
  const path = `/api/caldav/availability?artistId=${owner}&startTime=${at(12)}&endTime=${at(13)}`;
  const { body } = await world.api.get(path);
  assert.deepEqual([body.available, body.status], [false, "unknown"]);
  assert.match(body.reason, /"Studio" could not be read/);
  assert.ok(Date.parse(body.asOf) > 0);
  await world.plug();
  await world.api.post("/api/calendar/icloud/sync", { connectionId });
  assert.equal((await world.api.get(path)).body.status, "free");
});

it("credentials lie in the database encrypted only", () => {
  const files = readdirSync(join(world.folder, "worker", "storage"), {
    recursive: true,
    withFileTypes: true,
  });
  const bytes = Buffer.concat(
    files.filter((file) => file.isFile()).map((file) => readFileSync(join(file.parentPath, file.name))),
  );
  assert.ok(bytes.includes("calendar_connections"), "this is the database");
  const { user, password } = world.account;
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  for (const secret of [
    password,
    basic,
    Buffer.from(password).toString("base64"),
    encodeURIComponent(password),
  ]) {
    assert.ok(!bytes.includes(secret), "a credential stands in the database as it is");
  }
});

it("credentials stand in no log", () => {
  const log = readFileSync(join(world.folder, "worker", "worker.log"), "utf8");
  assert.match(log, /"event":"delivery_waits"/, "this is the Worker's log");
  assert.ok(!log.includes(world.account.password) && !log.includes(world.api.key ?? "none"));
});
