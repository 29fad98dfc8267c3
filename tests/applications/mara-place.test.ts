// A day of MaraPlace: an agent with several calendars, clients who book consultations.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "../end-to-end/api.ts";
import { startWorld, type World } from "../end-to-end/world.ts";
import { assertServed, assertShaped, Examples, javascript } from "./application.ts";
import { event } from "./event.ts";

const document = new Examples("mara-place");
const agentId = "agent_id";
/** The day of the document's examples, which is long past: calendars are read for it when somebody asks. */
const day = "2024-01-15";
let world: World;
let api: Api;
let own: string;
let work: string;
let ids: string[];

before(async () => {
  world = await startWorld({ icloud: true });
  api = world.api;
  own = await world.phone.makeCalendar("Own");
  work = await world.phone.makeCalendar("Work");
});
after(() => world?.stop());

const connect = (calendarId: string, fields: object = {}) => {
  const { user: username, password } = world.account;
  return api.post("/api/calendar/connections", {
    agentId,
    provider: "APPLE",
    username,
    password,
    calendarId,
    ...fields,
  });
};
const list = async () => (await api.get(`/api/calendar/connections?agentId=${agentId}`)).body;
const check = async () => (await javascript(api, document.text("check-availability.js"), ["result"])).result;
const add = async () => (await javascript(api, document.text("add-booking.js"), ["result"])).result;

describe("connecting", () => {
  it("every address of the document is there", () => assertServed(api, document.endpoints("endpoints.md")));

  it("of Google, Outlook and Office 365 is told not to be there yet, in every place", async () => {
    for (const service of ["google", "outlook", "office365"]) {
      const begun = await api.get(`/api/calendar/${service}/auth`);
      assert.deepEqual([begun.status, begun.body.code], [501, "provider_not_available"]);
      const called = await fetch(`${api.url}/api/calendar/${service}/callback?code=c&state=s`);
      assert.equal(called.status, 501);
      const stored = await connect("primary", { provider: service.toUpperCase() });
      assert.deepEqual([stored.status, stored.body.code], [501, "provider_not_available"]);
    }
    const apple = await api.get("/api/calendar/apple/auth");
    assert.deepEqual([apple.status, apple.body.calendar_type], [200, "apple"]);
  });

  it("of two Apple calendars shows both, the newest first, by page", async () => {
    const first = await connect(own, { name: "My calendar" });
    assert.equal(first.status, 201, first.text);
    assertShaped(first.body.connection, {
      id: "",
      agentId: "",
      provider: "APPLE",
      name: "",
      calendarId: "",
      isActive: true,
      syncEnabled: true,
      lastSyncAt: "",
      createdAt: "",
      updatedAt: "",
    });
    const { provider, name, isActive } = first.body.connection;
    assert.deepEqual([provider, name, isActive], ["APPLE", "My calendar", true]);
    await connect(work);
    const { connections } = await list();
    assert.deepEqual(
      connections.map((one: { name: string }) => one.name),
      ["Work", "My calendar"],
    );
    ids = connections.map((one: { id: string }) => one.id).reverse();
    const page = (await api.get(`/api/calendar/connections?agentId=${agentId}&limit=1`)).body;
    const rest = await api.get(
      `/api/calendar/connections?agentId=${agentId}&limit=1&cursor=${page.nextCursor}`,
    );
    assert.deepEqual([page.connections[0].id, rest.body.connections[0].id], [...ids].reverse());
    assert.equal(rest.body.nextCursor, null);
  });

  it("names the field that cannot be used", async () => {
    const fields: [object, string][] = [
      [{ provider: "FAX" }, "provider"],
      [{ provider: "CALDAV", calendarId: "" }, "calendarId"],
      [{ calendarId: "no address" }, "calendarId"],
      [{ password: "" }, "password"],
      [{ syncInterval: 1 }, "syncInterval"],
    ];
    for (const [wrong, field] of fields) {
      const refused = await connect(own, wrong);
      assert.deepEqual([refused.status, refused.body.details?.field], [422, field], refused.text);
    }
    const unknown = await connect(own, { accountColour: "red" });
    assert.deepEqual([unknown.status, unknown.body.error], [422, "Unknown field: accountColour"]);
  });
});

describe("availability", () => {
  it("is free with the document's code where all calendars are", async () => {
    const { asOf, ...answer } = await check();
    assert.ok(Date.parse(asOf) > Date.now() - 300_000, asOf);
    assert.deepEqual(answer, {
      agentId,
      startTime: "2024-01-15T09:00:00Z",
      endTime: "2024-01-15T10:00:00Z",
      available: true,
      conflicts: [],
      status: "free",
      reason: null,
    });
  });

  it("names what stands in the way in any of them", async () => {
    const busy = event("court", "Court", `${day}T09:30:00Z`, `${day}T11:00:00Z`);
    await world.phone.add(work, busy);
    const synced = await api.post(`/api/calendar/sync/${ids[1]}`);
    assert.deepEqual([synced.body.success, synced.body.eventsImported], [true, 1], synced.text);
    const { available, conflicts } = await check();
    assert.deepEqual([available, conflicts.map((one: { title: string }) => one.title)], [false, ["Court"]]);
    const refused = await add();
    assert.deepEqual([refused.success, refused.error], [false, "Time slot not available"]);
    await world.phone.delete(work, "court");
    await api.post("/api/calendar/sync", { agentId });
    assert.equal((await check()).available, true);
  });

  it("reads hours in the zone that is told, and wants a day for them", async () => {
    const asked = { agentId, date: day, startTime: "09:00", endTime: "10:00", timezone: "Europe/Berlin" };
    const berlin = await api.post("/api/calendar/availability", asked);
    assert.equal(berlin.body.startTime, "2024-01-15T08:00:00Z");
    const { date: _, ...dayless } = asked;
    const refused = await api.post("/api/calendar/availability", dayless);
    assert.deepEqual([refused.status, refused.body.details], [422, { field: "date" }]);
    const backwards = await api.post("/api/calendar/availability", { ...asked, endTime: "08:00" });
    assert.deepEqual([backwards.status, backwards.body.details], [422, { field: "endTime" }]);
  });
});

describe("a booking", () => {
  let appointmentId: string;

  it("is written into every calendar with the document's code, one result each", async () => {
    const booked = await add();
    assert.equal(booked.success, true, JSON.stringify(booked));
    const said = booked.results.map((one: Record<string, unknown>) => [one.connectionId, one.success]);
    assert.deepEqual(
      said,
      ids.map((id) => [id, true]),
    );
    appointmentId = booked.appointmentId;
    for (const [at, calendar] of [own, work].entries()) {
      const [event, ...others] = await world.phone.events(calendar);
      assert.equal(others.length, 0);
      assert.deepEqual([event?.uid, event?.url], [booked.results[at].eventId, booked.results[at].eventUrl]);
      assert.deepEqual([event?.summary, event?.location], ["Consultation with John Doe", "Online"]);
      assert.match(event?.description ?? "", /Immigration consultation\s+John Doe <john@example.com>/);
      assert.equal(event?.data.match(/BEGIN:VALARM/g)?.length, 2, "with reminders");
    }
  });

  it("is not made twice by its bookingId, and takes the time for everybody else", async () => {
    const again = await add();
    assert.deepEqual([again.success, again.appointmentId], [true, appointmentId]);
    assert.equal((await world.phone.events(own)).length, 1);
    const { available, conflicts } = await check();
    assert.deepEqual([available, conflicts[0].title], [false, "Consultation with John Doe"]);
    const other = { agentId, bookingId: "other", date: day, startTime: "09:30", endTime: "10:30" };
    const refused = await api.post("/api/calendar/events", other);
    assert.deepEqual([refused.status, refused.body.code], [409, "slot_not_available"]);
  });

  it("is changed and called off in every calendar", async () => {
    await api.patch(`/api/appointments/${appointmentId}`, { title: "Second consultation" });
    for (const calendar of [own, work])
      assert.equal((await world.phone.events(calendar))[0]?.summary, "Second consultation");
    await api.delete(`/api/appointments/${appointmentId}`);
    for (const calendar of [own, work]) assert.deepEqual(await world.phone.events(calendar), []);
    const late = await add();
    assert.deepEqual([late.success, late.code], [false, "not_allowed"], "it is not brought back to life");
  });

  it("of several at once has its own result", async () => {
    const booking = (bookingId: string, startTime: string, endTime: string) => ({
      bookingId,
      title: bookingId,
      date: day,
      startTime,
      endTime,
    });
    const events = [
      booking("b1", "12:00", "13:00"),
      booking("b2", "12:30", "13:30"),
      { ...booking("b3", "15:00", "16:00"), reminders: [] },
      { bookingId: "b4" },
    ];
    const { body } = await api.post("/api/calendar/events", { agentId, events });
    const said = body.events.map((one: Record<string, unknown>) => [one.success, one.bookingId ?? one.code]);
    assert.deepEqual(said, [
      [true, "b1"],
      [false, "slot_not_available"],
      [true, "b3"],
      [false, "invalid_field"],
    ]);
    const b3 = (await world.phone.events(own)).find(({ summary }) => summary === "b3");
    assert.doesNotMatch(b3?.data ?? "", /VALARM/);
  });

  it("skips a calendar whose sync is turned off, and tells which is not reached", async () => {
    const [, second] = ids;
    const off = await api.patch(`/api/calendar/connections/${second}`, {
      syncEnabled: false,
      name: "Office",
    });
    assert.deepEqual(
      [off.body.connection.syncEnabled, off.body.connection.name],
      [false, "Office"],
      off.text,
    );
    const booking = { agentId, bookingId: "b5", date: day, startTime: "18:00", endTime: "19:00" };
    const one = await api.post("/api/calendar/events", booking);
    assert.deepEqual([one.status, one.body.results.length], [201, 1], one.text);
    await api.patch(`/api/calendar/connections/${second}`, { syncEnabled: true });
    const brought = await api.post("/api/calendar/events", booking);
    assert.deepEqual([brought.status, brought.body.results.length], [200, 2], brought.text);
    assert.equal(brought.body.success, true);
  });
});

describe("a list", () => {
  it("of appointments goes on from its cursor", async () => {
    const path = `/api/appointments?agentId=${agentId}&status=CONFIRMED`;
    const all = (await api.get(path)).body;
    const titles: string[] = [];
    let cursor = "";
    do {
      const page = (await api.get(`${path}&limit=1${cursor}`)).body;
      titles.push(...page.appointments.map((one: { id: string }) => one.id));
      cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
    } while (cursor);
    assert.deepEqual([titles.length, all.nextCursor], [3, null]);
    assert.deepEqual(
      titles,
      all.appointments.map((one: { id: string }) => one.id),
    );
  });

  it("of owners shows the agents", async () => {
    const { owners } = (await api.get("/api/owners")).body;
    assert.deepEqual(
      owners.map((one: { id: string }) => one.id),
      [agentId],
    );
  });
});

describe("a connection", () => {
  it("is nobody else's: another agent and another tenant get 404 everywhere", async () => {
    const [first] = ids;
    const path = `/api/calendar/connections/${first}`;
    const other = { agentId: "other" };
    const asked: [Api, string, object][] = [
      [api, "stranger", other],
      [world.operator, "tenant", {}],
    ];
    for (const [caller, who, body] of asked) {
      for (const answer of [
        await caller.patch(path, { ...body, name: "mine" }),
        await caller.post(`${path}/disconnect`, body),
        await caller.post(`/api/calendar/sync/${first}`, body),
        await caller.delete(`${path}?agentId=${"agentId" in body ? "other" : agentId}`),
      ])
        assert.equal(answer.status, 404, `${who}: ${answer.text}`);
    }
    const foreign = await api.post("/api/calendar/sync", { ...other, connectionId: first });
    assert.deepEqual([foreign.status, foreign.body.error], [404, "No calendar connected"]);
  });

  it("that is disconnected keeps its history, and one that is deleted does not", async () => {
    const history = async (id: string | undefined) =>
      (await api.get(`/api/calendar/history?agentId=${agentId}&connectionId=${id}`)).body.history.length;
    const [first, second] = ids;
    const gone = await api.post(`/api/calendar/connections/${first}/disconnect`);
    assert.deepEqual(gone.body, { success: true, message: "Calendar disconnected" });
    assert.ok((await history(first)) > 0);
    assert.equal((await api.delete(`/api/calendar/connections/${second}`)).status, 200);
    assert.equal(await history(second), 0);
    assert.deepEqual((await list()).connections, []);
    assert.ok((await world.phone.events(own)).length > 0, "what stands in the calendar stays there");
  });
});
