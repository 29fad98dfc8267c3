// An owner with several calendars: an appointment stands in each, and what is done in one reaches the others.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
const at = (hour: number) => `2027-04-05T${String(hour).padStart(2, "0")}:00:00Z`;
let world: World;
let api: Api;
let calendars: string[];
let connections: string[];

/** When each calendar has the appointment of that title; undefined where it has none. */
const hours = (title: string) =>
  Promise.all(
    calendars.map(async (calendar) => {
      const event = (await world.phone.events(calendar)).find((one) => one.summary === title);
      return event && new Date(event.start).getUTCHours();
    }),
  );

const sync = async (connectionId: string | undefined) => {
  const answer = await api.post("/api/calendar/icloud/sync", { connectionId });
  assert.equal(answer.status, 200, answer.text);
};

const uid = async (calendar: string, title: string) =>
  (await world.phone.events(calendar)).find((one) => one.summary === title)?.uid ?? "";

const book = async (title: string, hour: number) => {
  const body = { userId: owner, title, status: "CONFIRMED", startTime: at(hour), endTime: at(hour + 1) };
  const answer = await api.post("/api/appointments", body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.appointment.id;
};

before(async () => {
  world = await startWorld();
  api = world.api;
  calendars = [await world.phone.makeCalendar("Studio"), await world.phone.makeCalendar("Home")];
  const { user: appleId, password: appSpecificPassword } = world.account;
  connections = [];
  for (const calendarUrl of calendars) {
    const body = { userId: owner, appleId, appSpecificPassword, calendarUrl };
    const answer = await api.post("/api/calendar/icloud/connect", body);
    assert.equal(answer.status, 200, answer.text);
    connections.push(answer.body.connectionId);
  }
});
after(() => world?.stop());

describe("several calendars of one owner", () => {
  it("each get an appointment, and a move in one reaches the other", async () => {
    await book("Dragon", 8);
    assert.deepEqual(await hours("Dragon"), [8, 8]);
    const [studio = "", home = ""] = calendars;
    await world.phone.change(home, await uid(home, "Dragon"), { DTSTART: at(10), DTEND: at(11) });
    await sync(connections[1]);
    await sync(connections[0]);
    assert.deepEqual(await hours("Dragon"), [10, 10]);
    await world.phone.delete(studio, await uid(studio, "Dragon"));
    await sync(connections[0]);
    await sync(connections[1]);
    assert.deepEqual(await hours("Dragon"), [undefined, undefined]);
  });

  it("agree in the end where both were changed", async () => {
    const id = await book("Lion", 12);
    const [studio = "", home = ""] = calendars;
    await world.phone.change(studio, await uid(studio, "Lion"), { DTSTART: at(14), DTEND: at(15) });
    await world.phone.change(home, await uid(home, "Lion"), { DTSTART: at(16), DTEND: at(17) });
    for (const connection of [...connections, ...connections]) await sync(connection);
    const [one, other] = await hours("Lion");
    const { startTime } = (await api.get(`/api/appointments/${id}`)).body.appointment;
    assert.deepEqual([one, other], [new Date(startTime).getUTCHours(), one]);
    const { conflicts } = (await api.get(`/api/calendar/conflicts?userId=${owner}`)).body;
    assert.deepEqual(conflicts[0].fields, ["time"], "what gave way is kept");
  });

  it("are left alone one by one where their owner does not want them synced", async () => {
    const put = { id: connections[1], syncEnabled: false };
    const admin = await world.operator.post("/api/admin/keys", { tenant: "studio", scope: "admin" });
    const headers = { authorization: `Bearer ${admin.body.key}`, "content-type": "application/json" };
    const body = JSON.stringify(put);
    const answer = await fetch(`${api.url}/api/admin/calendars`, { method: "PUT", headers, body });
    assert.equal(answer.status, 200, await answer.text());
    await book("Tiger", 18);
    await world.tick();
    assert.deepEqual(await hours("Tiger"), [18, undefined]);
  });
});
