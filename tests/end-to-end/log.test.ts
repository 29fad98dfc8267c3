// The Worker's log: lines of JSON made of fields that are allowed, and more of them where the operator asks for more.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startWorld, type World } from "./world.ts";

type Line = { level: string; event: string; [field: string]: unknown };

const fields = [
  ["level", "event", "connection", "entry", "conflict", "code", "method", "route", "status"],
  ["tenant", "caller", "counts", "settings", "database", "configuration", "says"],
].flat();
const secret = "what the client said";

/** The lines so far; wrangler puts colours around those that warn. */
const lines = (world: World): Line[] =>
  readFileSync(join(world.folder, "worker", "worker.log"), "utf8")
    .split("\n")
    .map((line) => /\{"level".*\}/.exec(line)?.[0])
    .filter((line) => line !== undefined)
    .map((line) => JSON.parse(line));

/** The first line about an event, which may be a moment on its way. */
async function told(world: World, event: string, fits: (line: Line) => boolean = () => true): Promise<Line> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(50)) {
    const line = lines(world).find((line) => line.event === event && fits(line));
    if (line) return line;
  }
  throw new Error(`the log tells nothing of ${event}: ${JSON.stringify(lines(world))}`);
}

/** A booking that is renamed while its calendar cannot be reached. */
async function booked(world: World) {
  const calendarUrl = await world.phone.makeCalendar("Studio");
  const { user: appleId, password: appSpecificPassword } = world.account;
  const account = { userId: "ana", appleId, appSpecificPassword, calendarUrl };
  const { body } = await world.api.post("/api/calendar/icloud/connect", account);
  const slot = { startTime: "2027-03-03T09:00:00Z", endTime: "2027-03-03T10:00:00Z" };
  const answer = await world.api.post("/api/appointments", { userId: "ana", ...slot, title: "Cut" });
  const entry = answer.body.appointment.id;
  await world.unplug();
  const renamed = await world.api.patch(`/api/appointments/${entry}`, { title: secret });
  assert.equal(renamed.status, 200, renamed.text);
  return { connection: body.connectionId, entry };
}

describe("the log", () => {
  let world: World;
  before(async () => {
    const names = {
      ENCRYPTION_KEY: "not read",
      DATABASE_URL: "postgres://x",
      SECRET_KEY: "s3cret-of-another",
    };
    world = await startWorld({ variables: names });
  });
  after(() => world?.stop());

  it("begins with the settings that were taken, by name, and says which mean nothing here", async () => {
    const { settings } = await told(world, "started");
    assert.deepEqual([settings].flat().sort(), [
      "CALENDAR_ENCRYPTION_KEY",
      "KALENDS_ADMIN_KEY",
      "KALENDS_ALLOW_LOOPBACK",
    ]);
    const ignored = await told(world, "settings_ignored");
    assert.deepEqual(ignored.settings, ["DATABASE_URL", "SECRET_KEY"]);
  });

  it("tells what happened by ids and codes, in nobody's words", async () => {
    const { connection, entry } = await booked(world);
    const waits = await told(world, "delivery_waits");
    const expected = { level: "warning", event: "delivery_waits", entry, connection };
    assert.deepEqual(waits, { ...expected, code: "calendar_unreachable" });
    for (const line of lines(world)) {
      for (const field of Object.keys(line)) assert.ok(fields.includes(field), `${field} is no field`);
    }
    const all = JSON.stringify(lines(world));
    for (const word of [secret, world.account.url, world.account.password, "s3cret-of-another"])
      assert.ok(!all.includes(word), word);
    assert.ok(!all.includes('"event":"request"'));
  });
});

describe("with DEBUG_CALENDAR_SYNC the log", () => {
  let world: World;
  before(async () => {
    world = await startWorld({ variables: { DEBUG_CALENDAR_SYNC: "true" } });
  });
  after(() => world?.stop());

  it("tells requests, syncs, and errors in their own words, and no secret", async () => {
    const { connection } = await booked(world);
    const posted = await told(world, "request", ({ route }) => route === "/api/appointments");
    assert.deepEqual([posted.method, posted.status, posted.tenant], ["POST", 201, "studio"]);
    assert.match(String(posted.caller), /^key key_[0-9a-f]{32}$/);
    const synced = await told(world, "synced");
    assert.equal(synced.connection, connection);
    assert.deepEqual(Object.keys(synced.counts ?? {}), ["imported", "exported", "updated", "deleted"]);
    assert.match(String((await told(world, "delivery_waits")).words), /cannot be reached/);
    const all = JSON.stringify(lines(world));
    for (const word of [secret, world.account.password, String(world.api.key), String(world.operator.key)])
      assert.ok(!all.includes(word), word);
  });
});
