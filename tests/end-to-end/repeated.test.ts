// Calls that are repeated: a creating one under its Idempotency-Key, and a read whose answer is known already.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { openDatabase } from "./d1.ts";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
let world: World;
let calendar: string;

before(async () => {
  world = await startWorld();
  calendar = await world.phone.makeCalendar("Studio");
  const { user: appleId, password: appSpecificPassword } = world.account;
  const account = { appleId, appSpecificPassword, calendarUrl: calendar };
  const answer = await world.api.post("/api/calendar/icloud/connect", { userId: owner, ...account });
  assert.equal(answer.status, 200, answer.text);
});
after(() => world?.stop());

async function ask(method: string, path: string, headers: Record<string, string>, body?: object) {
  const answer = await fetch(world.api.url + path, {
    method,
    headers: {
      authorization: `Bearer ${world.api.key}`,
      "content-type": "application/json",
      ...headers,
    },
    body: body ? JSON.stringify(body) : null,
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: text === "" ? undefined : JSON.parse(text),
  };
}
const make = (path: string, key: string, body: object) =>
  ask("POST", path, { "idempotency-key": key }, { userId: owner, ...body });
const appointments = async () => (await world.api.get(`/api/appointments?userId=${owner}`)).body.appointments;
const at = (hour: number) => `2027-03-03T${String(hour).padStart(2, "0")}:00:00Z`;
const booking = (hour: number) => ({ startTime: at(hour), endTime: at(hour + 1), title: `Cut ${hour}` });

describe("a creating call under its Idempotency-Key", () => {
  for (const [path, body] of [
    ["/api/appointments", booking(8)],
    ["/api/tasks", { name: "Sweep" }],
    ["/api/calendar/events", { title: "Lunch", startTime: at(12), endTime: at(13) }],
  ] as const) {
    it(`to ${path} is answered the same again, and makes nothing anew`, async () => {
      const key = randomUUID();
      const first = await make(path, key, body);
      assert.equal(first.status, 201, first.text);
      const again = await make(path, key, body);
      assert.deepEqual([again.status, again.text], [first.status, first.text]);
      assert.equal(again.headers.get("idempotent-replayed"), "true");
      assert.equal(first.headers.get("idempotent-replayed"), null);
      const other = await make(path, key, { ...body, description: "another" });
      assert.deepEqual([other.status, other.body.details], [422, { field: "Idempotency-Key" }]);
    });
  }

  it("makes one thing, however many come at once", async () => {
    const key = randomUUID();
    const answers = await Promise.all([1, 2, 3, 4].map(() => make("/api/appointments", key, booking(14))));
    const ids = answers.filter(({ status }) => status === 201).map(({ body }) => body.appointment.id);
    assert.ok(ids.length >= 1);
    assert.equal(new Set(ids).size, 1);
    for (const { status, body, text } of answers)
      if (status !== 201) assert.deepEqual([status, body.code], [409, "try_again"], text);
    assert.equal(
      (await appointments()).filter(({ title }: { title: string }) => title === "Cut 14").length,
      1,
    );
  });

  it("finds what it made before it was cut off", async () => {
    const key = randomUUID();
    const first = await make("/api/appointments", key, booking(16));
    // As if the Worker had been killed between the booking and its answer, two minutes ago.
    await world.crash();
    const database = openDatabase(world);
    const sql =
      "UPDATE idempotency_keys SET status = NULL, body = NULL, begun_at = begun_at - 120000 WHERE key = ?";
    assert.equal(database.prepare(sql).run(key).changes, 1);
    database.close();
    await world.restart();
    const again = await make("/api/appointments", key, booking(16));
    assert.deepEqual([again.status, again.body.appointment.id], [201, first.body.appointment.id], again.text);
    assert.equal(
      (await appointments()).filter(({ title }: { title: string }) => title === "Cut 16").length,
      1,
    );
  });

  it("that failed made nothing, and may be tried again", async () => {
    const key = randomUUID();
    const taken = await make("/api/appointments", key, booking(8));
    assert.deepEqual([taken.status, taken.body.code], [409, "slot_not_available"], taken.text);
    const free = await make("/api/appointments", key, booking(18));
    assert.equal(free.status, 201, free.text);
  });

  it("is one call of one owner, with a key of visible characters", async () => {
    const key = randomUUID();
    const body = { ...booking(20), userId: "user-2" };
    assert.equal((await make("/api/appointments", key, booking(20))).status, 201);
    assert.equal((await make("/api/appointments", key, body)).status, 201);
    for (const bad of ["a b", "x".repeat(201)])
      assert.deepEqual((await make("/api/tasks", bad, { name: "x" })).body.details, {
        field: "Idempotency-Key",
      });
  });
});

describe("a read", () => {
  const path = `/api/appointments?userId=${owner}`;
  const read = (tag?: string) => ask("GET", path, tag === undefined ? {} : { "if-none-match": tag });

  it("whose answer the caller has is 304 without a body, until something changes", async () => {
    const first = await read();
    const tag = String(first.headers.get("etag"));
    assert.match(tag, /^"[0-9a-f]{32}"$/);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const same = await read(known);
      assert.deepEqual([same.status, same.text, same.headers.get("etag")], [304, "", tag], known);
    }
    assert.equal((await read('"other"')).status, 200);
    await make("/api/appointments", randomUUID(), booking(22));
    const changed = await read(tag);
    assert.equal(changed.status, 200);
    assert.notEqual(changed.headers.get("etag"), tag);
  });

  it("that failed has no tag", async () => {
    const missing = await ask("GET", "/api/appointments/apt_none", { "if-none-match": "*" });
    assert.deepEqual([missing.status, missing.headers.get("etag")], [404, null]);
  });
});
