// What happens is told to the application's own address, signed, until it has taken it; and a feed is read by its address.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

interface Told {
  id: string;
  type: string;
  createdAt: string;
  data: { userId: string; [name: string]: unknown };
}

let world: World;
let admin: Api;
let application: Server;
let url: string;
/** What the application does with what it is told. */
let answers = 200;
const told: { event: Told; signature: string; text: string }[] = [];

before(async () => {
  world = await startWorld();
  application = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const signature = String(request.headers["kalends-signature"]);
      if (answers === 200) told.push({ event: JSON.parse(text), signature, text });
      response.writeHead(answers).end();
    });
  });
  await new Promise<void>((resolve) => application.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(application.address() as AddressInfo).port}/kalends`;
  const key = await world.operator.post("/api/admin/keys", { tenant: "studio", scope: "admin" });
  admin = new Api(world.api.url, key.body.key);
});
after(async () => {
  application?.close();
  await world?.stop();
});

const book = async (fields: object = {}) => {
  const day = { startTime: "2027-05-03T09:00:00Z", endTime: "2027-05-03T10:00:00Z" };
  const answer = await admin.post("/api/appointments", { userId: "ana", ...day, ...fields });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.appointment;
};
/** What is told at the clock's tick, so many minutes from now. */
const since = async (minutes = 0) => {
  const before = told.length;
  await world.tick(new Date(Date.now() + minutes * 60_000));
  return told.slice(before);
};

describe("a webhook", () => {
  let secret: string;
  let id: string;

  it("is added by an administrator, and its secret is shown once", async () => {
    const added = await admin.post("/api/webhooks", { url });
    assert.equal(added.status, 201, added.text);
    ({ secret } = added.body);
    ({ id } = added.body.webhook);
    const listed = await admin.get("/api/webhooks");
    assert.deepEqual(
      listed.body.webhooks.map((one: { url: string; events: string[] }) => [one.url, one.events.length]),
      [[url, 4]],
    );
    assert.ok(!listed.text.includes(secret));
    const user = await world.operator.post("/api/admin/keys", { tenant: "studio", scope: "user" });
    assert.equal((await new Api(world.api.url, user.body.key).post("/api/webhooks", { url })).status, 403);
    for (const [fields, field] of [
      [{ url: "ftp://example.org/" }, "url"],
      [{ url, events: ["everything"] }, "events[0]"],
      [{ url, events: [] }, "events"],
    ] as const) {
      const answer = await admin.post("/api/webhooks", fields);
      assert.deepEqual([answer.status, answer.body.details?.field], [422, field], answer.text);
    }
  });

  it("is told of a booking and of each change, in the words of who made it, signed with the secret", async () => {
    const appointment = await book({ clientName: "Ben" });
    await admin.post(`/api/appointments/${appointment.id}/confirm`);
    const events = await since();
    assert.deepEqual(
      events.map(({ event: { type, data } }) => [type, data.userId, data.appointmentId, data.status]),
      [
        ["booking.changed", "ana", appointment.id, "PENDING"],
        ["booking.changed", "ana", appointment.id, "CONFIRMED"],
      ],
    );
    for (const { signature, text } of events) {
      assert.ok(!text.includes("Ben"), "who is booked is asked for by id");
      const [, at, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      assert.equal(createHmac("sha256", secret).update(`${at}.${text}`).digest("hex"), mac);
      assert.ok(Math.abs(Number(at) * 1000 - Date.now()) < 60_000);
    }
    assert.deepEqual(await since(), [], "nothing is told twice");
  });

  it("is told again what it did not take", async () => {
    answers = 500;
    const appointment = await book({ startTime: "2027-05-04T09:00:00Z", endTime: "2027-05-04T10:00:00Z" });
    assert.deepEqual(await since(), []);
    answers = 200;
    assert.deepEqual(await since(), [], "not at once");
    const events = await since(3);
    assert.deepEqual(
      events.map(({ event }) => event.data.appointmentId),
      [appointment.id],
    );
  });

  it("is told of reminders when they become due, once", async () => {
    const [start, end] = [60, 70].map((minutes) => new Date(Date.now() + minutes * 60_000).toISOString());
    const appointment = await book({ startTime: start, endTime: end, reminders: [10, 20] });
    const reminders = async (minutes: number) =>
      (await since(minutes))
        .filter(({ event }) => event.type === "reminder.due")
        .map(({ event: { data } }) => [data.appointmentId, data.minutes]);
    assert.deepEqual(await reminders(39), []);
    assert.deepEqual(await reminders(41), [[appointment.id, 20]]);
    assert.deepEqual(await reminders(42), []);
    assert.deepEqual(await reminders(51), [[appointment.id, 10]]);
  });

  it("is told of a calendar that cannot be synced", async () => {
    const calendarUrl = await world.phone.makeCalendar("Studio");
    const { user: appleId, password: appSpecificPassword } = world.account;
    const account = { userId: "ana", appleId, appSpecificPassword, calendarUrl };
    const { connectionId } = (await admin.post("/api/calendar/icloud/connect", account)).body;
    await since(60);
    await world.unplug();
    await admin.post("/api/calendar/icloud/sync", { connectionId });
    const [only, ...more] = await since(61);
    await world.plug();
    assert.equal(more.length, 0);
    const { type, data } = only?.event ?? {};
    assert.deepEqual([type, data?.connectionId, data?.syncStatus], ["sync.failed", connectionId, "ERROR"]);
    assert.match(String(data?.error), /cannot be reached/);
  });

  it("is told nothing more once it is deleted, and is another tenant's to nobody", async () => {
    await world.operator.post("/api/admin/tenants", { id: "rival" });
    const rival = await world.operator.post("/api/admin/keys", { tenant: "rival", scope: "admin" });
    assert.equal((await new Api(world.api.url, rival.body.key).delete(`/api/webhooks/${id}`)).status, 404);
    assert.equal((await admin.delete(`/api/webhooks/${id}`)).status, 200);
    await book({ startTime: "2027-05-05T09:00:00Z", endTime: "2027-05-05T10:00:00Z" });
    assert.deepEqual(await since(), []);
  });
});

describe("a feed", () => {
  it("shows the owner's appointments to whoever has its address, until it is withdrawn", async () => {
    const made = await admin.post("/api/calendar/feed", { userId: "ana" });
    assert.equal(made.status, 201, made.text);
    const { path, webcal } = made.body;
    assert.match(webcal, /^webcal:\/\/127\.0\.0\.1:\d+\/api\/calendar\/feed\//);
    const read = async (at: string) => fetch(world.api.url + at);
    const calendar = await read(path);
    assert.equal(calendar.headers.get("content-type"), "text/calendar; charset=utf-8");
    assert.match(await calendar.text(), /SUMMARY:Ben/);
    const again = (await admin.post("/api/calendar/feed", { userId: "ana" })).body.path;
    assert.equal((await read(path)).status, 404, "another one ends it");
    assert.equal((await admin.delete("/api/calendar/feed?userId=ana")).status, 200);
    assert.equal((await read(again)).status, 404);
    assert.equal((await admin.delete("/api/calendar/feed?userId=ana")).status, 404);
  });
});
