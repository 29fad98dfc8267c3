// A day of CitaPlanner: appointments of an owner, and an iCloud calendar with an app-specific password.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Api } from "../end-to-end/api.ts";
import { startWorld, type World } from "../end-to-end/world.ts";
import { readDisk } from "../kills/disk.ts";
import { assertServed, assertShaped, curl, Examples } from "./application.ts";
import { event, inDays } from "./event.ts";

const document = new Examples("cita-planner");
const account = document.json("connect.json");
const userId = "xxx";
let world: World;
let api: Api;
let calendar: string;
let connectionId: string;

before(async () => {
  world = await startWorld({ icloud: true, user: account.appleId, password: account.appSpecificPassword });
  api = world.api;
  calendar = await world.phone.makeCalendar("Home");
  await world.phone.add(calendar, event("dentist", "Dentist", inDays(2, 9), inDays(2, 10)));
});
after(() => world?.stop());

const connect = (fields = {}) =>
  api.post("/api/calendar/icloud/connect", { ...account, calendarUrl: calendar, userId, ...fields });
const sync = async () =>
  api.post("/api/calendar/icloud/sync", { ...document.json("sync.json"), connectionId });
const status = async () => (await api.get(`/api/calendar/icloud/status?userId=${userId}`)).body;
const appointment = async (id: string) => (await api.get(`/api/appointments/${id}`)).body.appointment;

describe("connecting", () => {
  it("every address of the document is there", () => assertServed(api, document.endpoints("endpoints.md")));

  it("a wrong password is told in the document's words", async () => {
    const refused = await connect({ appSpecificPassword: "yyyy-yyyy-yyyy-yyyy" });
    assert.equal(refused.status, 502);
    assert.match(refused.body.error, /^Failed to connect to iCloud: 401 Unauthorized/);
  });

  it("the calendars of the account are there to choose from, and nothing is stored", async () => {
    const { appleId, appSpecificPassword } = account;
    const { body } = await api.post("/api/calendar/icloud/calendars", { appleId, appSpecificPassword });
    assert.deepEqual(
      body.calendars.map((one: { url: string }) => one.url),
      [calendar],
      body.error,
    );
    assertShaped(body.calendars[0], { name: "", url: "", writable: true });
    assert.deepEqual((await status()).connections, []);
  });

  it("the chosen one is connected with the document's request, and what is in it comes in", async () => {
    const connected = await connect();
    assert.deepEqual([connected.status, connected.body.success], [200, true], connected.text);
    assert.equal(connected.body.sync.eventsImported, 1);
    connectionId = connected.body.connectionId;
  });

  it("its state is told as the document shows it", async () => {
    const wanted = document.json("status.json");
    const body = await status();
    assertShaped(body, wanted);
    const [{ id, lastSyncAt, ...shown }] = wanted.connections;
    const [own] = body.connections;
    const same = Object.fromEntries(Object.keys(shown).map((name) => [name, own[name]]));
    assert.deepEqual([own.id, same], [connectionId, shown]);
  });

  it("without a calendarUrl it is the account's default calendar, the same connection again", async () => {
    const again = await connect({ calendarUrl: undefined });
    assert.equal(again.body.connectionId, connectionId, again.text);
    assert.equal((await status()).connections.length, 1);
  });

  it("neither the Apple ID nor the password stands in the database", () => {
    const tables = readDisk(world.folder, ({ rows }) =>
      rows("SELECT name FROM sqlite_schema WHERE type = 'table'").map(({ name }) =>
        JSON.stringify(rows(`SELECT * FROM "${name}"`)),
      ),
    );
    const said = tables.join("\n");
    assert.ok(said.includes(connectionId));
    assert.ok(!said.includes(account.appSpecificPassword) && !said.includes(account.appleId));
  });
});

describe("appointments", () => {
  it("reach the phone, and what is changed there comes back; the last write wins", async () => {
    const booked = await api.post("/api/appointments", {
      userId,
      startTime: inDays(3, 9),
      endTime: inDays(3, 10),
      title: "Haircut",
      clientId: "client-7",
      serviceId: "service-1",
      status: "CONFIRMED",
      reminders: [30],
    });
    assert.equal(booked.status, 201, booked.text);
    const { id, externalEventUid: uid, clientId, serviceId, reminders } = booked.body.appointment;
    assert.deepEqual([clientId, serviceId, reminders], ["client-7", "service-1", [30]]);
    const onPhone = (await world.phone.events(calendar)).find((one) => one.uid === uid);
    assert.equal(onPhone?.summary, "Haircut");
    assert.match(onPhone?.data ?? "", /BEGIN:VALARM[\s\S]*TRIGGER:-PT30M/);
    await world.phone.change(calendar, uid, { SUMMARY: "Haircut and wash" });
    assert.equal((await sync()).body.eventsUpdated, 1);
    const changed = await appointment(id);
    assert.deepEqual([changed.title, changed.lastModifiedSource], ["Haircut and wash", "calendar"]);
    assert.equal(changed.externalConnectionId, connectionId);
    await world.phone.delete(calendar, uid);
    await sync();
    assert.equal((await appointment(id)).status, "CANCELLED");
  });

  it("stay here where iCloudSyncEnabled says so", async () => {
    const before = (await world.phone.events(calendar)).length;
    const fields = { userId, startTime: inDays(4, 9), endTime: inDays(4, 10), iCloudSyncEnabled: false };
    const { appointment } = (await api.post("/api/appointments", fields)).body;
    assert.deepEqual([appointment.iCloudSyncEnabled, appointment.externalEventUid], [false, null]);
    assert.equal((await world.phone.events(calendar)).length, before);
  });

  it("are exported with the document's command", async () => {
    const startTime = "2025-06-02T09:00:00Z";
    const endTime = "2025-06-02T10:00:00Z";
    const fields = { userId, startTime, endTime, title: "In that year", iCloudSyncEnabled: false };
    assert.equal((await api.post("/api/appointments", fields)).status, 201);
    const file = await curl(api, document.text("export.sh"), { "https://your-domain.com": api.url });
    assert.equal(file.status, 200);
    assert.match(file.text, /^BEGIN:VCALENDAR\r?\n/);
    assert.deepEqual(file.text.match(/(?<=SUMMARY:).*\S/g), ["REQUEST: In that year"]);
  });
});

describe("events of the owner's own", () => {
  it("wait to be mapped to a client and a service", async () => {
    const list = async () =>
      (await api.get(`/api/calendar/imports?userId=${userId}&mapped=false`)).body.imports;
    const [dentist] = await list();
    assert.equal(dentist.title, "Dentist");
    const mapping = { clientId: "client-9", serviceId: "service-2" };
    const { body } = await api.post(`/api/calendar/imports/${dentist.id}/map`, mapping);
    assert.deepEqual([body.import.clientId, body.import.mappedBy], ["client-9", "hand"]);
    assert.deepEqual(await list(), []);
  });
});

describe("a calendar file", () => {
  const send = async (text: string, query = "") => {
    const answer = await fetch(`${api.url}/api/calendar/import?userId=${userId}${query}`, {
      method: "POST",
      headers: { authorization: `Bearer ${api.key}`, "content-type": "text/calendar; charset=utf-8" },
      body: text,
    });
    return { status: answer.status, body: await answer.json() };
  };
  const outcomes = (body: { results: { uid: string; success: boolean; code?: string }[] }) =>
    body.results.map(({ uid, success, code }) => [uid, success, code]);
  const file = [
    event("walk-in", "Walk-in", inDays(8, 9), inDays(8, 10)),
    event("clash", "Clash", inDays(8, 9), inDays(8, 11)),
    event("weekly", "Training", inDays(-9, 7), inDays(-9, 8), "RRULE:FREQ=WEEKLY;COUNT=3"),
    event("off", "Off", inDays(9, 9), inDays(9, 10), "STATUS:CANCELLED"),
  ].join("");

  it("that was exported is known again, all of it", async () => {
    const { text } = await api.get(`/api/calendar/export?userId=${userId}`);
    const { status, body } = await send(text);
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body.known > 0);
    assert.deepEqual([body.imported, body.failed], [0, 0], JSON.stringify(body.results));
  });

  it("of another program becomes appointments, each with what became of it, and nothing twice", async () => {
    const before = (await world.phone.events(calendar)).length;
    const { body } = await send(file);
    assert.deepEqual(outcomes(body), [
      ["walk-in", true, undefined],
      ["clash", false, "slot_not_available"],
      ["weekly", true, undefined],
      ["off", false, "not_allowed"],
    ]);
    const { title, status, recurrence } = await appointment(body.results[2].appointmentId);
    assert.deepEqual([title, status, recurrence], ["Training", "CONFIRMED", "FREQ=WEEKLY;COUNT=3"]);
    const again = (await send(file)).body;
    assert.deepEqual([again.imported, again.known], [0, 2]);
    assert.equal((await world.phone.events(calendar)).length, before, "they stay out of calendars");
  });

  it("is put into a calendar as it is, where that is named", async () => {
    const lines = ["X-COLOUR:red", "LOCATION:Hall"];
    const fair = event("fair@example.org", "Fair", inDays(10, 9), inDays(10, 10), ...lines);
    const { body } = await send(fair, `&connectionId=${connectionId}`);
    assert.deepEqual(outcomes(body), [["fair@example.org", true, undefined]]);
    const onPhone = (await world.phone.events(calendar)).find(({ uid }) => uid === "fair@example.org");
    assert.match(onPhone?.data ?? "", /X-COLOUR:red/);
    assert.equal((await send(fair, `&connectionId=${connectionId}`)).body.known, 1);
    assert.equal((await send(fair, "&connectionId=con_1")).status, 404);
  });

  it("without an event, or too long, is refused", async () => {
    const empty = await send("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
    assert.deepEqual([empty.status, empty.body.details], [422, { field: "calendar" }]);
    const json = await api.post("/api/calendar/import", { userId });
    assert.deepEqual([json.status, json.body.details], [422, { field: "calendar" }]);
    const long = await send(" ".repeat((10 << 20) + 1));
    assert.deepEqual([long.status, long.body.code], [413, "body_too_large"]);
  });
});

describe("a password that was revoked", () => {
  const renew = (password: string) =>
    writeFileSync(join(world.folder, "radicale", "users"), `${account.appleId}:${password}\n`);

  it("is told as 401 Unauthorized, in the state and in the log", async () => {
    renew("zzzz-zzzz-zzzz-zzzz");
    const failed = await sync();
    assert.equal(failed.status, 502);
    assert.match(failed.body.error, /401 Unauthorized/);
    const { connections, history } = await status();
    assert.equal(connections[0].syncStatus, "NEEDS_REAUTH");
    assert.deepEqual([history[0].status, /401/.test(history[0].errorMessage)], ["failed", true]);
  });

  it("is renewed by connecting again with a new one, and all goes on", async () => {
    const renewed = await connect({ appSpecificPassword: "zzzz-zzzz-zzzz-zzzz", syncInterval: 600 });
    assert.equal(renewed.body.connectionId, connectionId, renewed.text);
    const [own] = (await status()).connections;
    assert.deepEqual([own.syncStatus, own.syncInterval], ["ACTIVE", 600]);
    assert.equal((await sync()).status, 200);
  });

  it("is nobody else's: another user and another tenant see no connection", async () => {
    const other = await api.get("/api/calendar/icloud/status?userId=somebody-else");
    assert.deepEqual(other.body.connections, []);
    const mine = `/api/calendar/icloud/status?connectionId=${connectionId}`;
    assert.equal((await api.get(`${mine}&userId=somebody-else`)).status, 404);
    assert.equal((await world.operator.get(mine)).status, 404);
  });
});
