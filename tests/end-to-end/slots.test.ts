// Free slots, holds and buffers through the real Worker, for a booking form and its owner.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

const owner = "artist-1";
let world: World;
let api: Api;
let calendar: string;

const day = "2027-03-02"; // a Tuesday
const guest = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//The owner//EN",
  "BEGIN:VEVENT",
  "UID:guest",
  "DTSTAMP:20261101T000000Z",
  "DTSTART;TZID=Europe/Berlin:20270302T110000",
  "DTEND;TZID=Europe/Berlin:20270302T120000",
  "SUMMARY:Guest spot",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

const times = (slots: { startTime: string }[]) => slots.map(({ startTime }) => startTime.slice(11, 16));
const slots = async (query = "", artistId = owner) => {
  const answer = await api.get(
    `/api/availability/slots?artistId=${artistId}&date=${day}&duration=60${query}`,
  );
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};
const configure = async (fields: object, id = owner) => {
  const answer = await api.patch(`/api/owners/${id}`, fields);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.owner;
};
const book = (start: string, fields: object = {}, artistId = owner) =>
  api.post("/api/appointments", {
    artistId,
    startTime: `${day}T${start}:00`,
    endTime: `${day}T${String(Number(start.slice(0, 2)) + 1).padStart(2, "0")}${start.slice(2)}:00`,
    clientName: "Ana",
    ...fields,
  });
const hold = (start: string, end: string, fields: object = {}) =>
  api.post("/api/holds", {
    artistId: owner,
    startTime: `${day}T${start}`,
    endTime: `${day}T${end}`,
    ...fields,
  });

before(async () => {
  world = await startWorld();
  api = world.api;
  calendar = await world.phone.makeCalendar("Studio");
  await world.phone.add(calendar, guest);
  const { user: username, password } = world.account;
  const connected = await api.post("/api/calendar/icloud/connect", {
    userId: owner,
    appleId: username,
    appSpecificPassword: password,
    calendarUrl: calendar,
    timezone: "Europe/Berlin",
  });
  assert.equal(connected.status, 200, connected.text);
  await configure({ workingHours: { TU: [["09:00", "14:00"]] } });
});
after(() => world?.stop());

describe("free slots", () => {
  it("lie in the owner's hours, between what the calendar holds, as old as it says", async () => {
    const free = await slots();
    assert.deepEqual(times(free.slots), ["08:00", "09:00", "11:00", "12:00"]);
    assert.deepEqual([free.status, free.reason, free.timezone], ["known", null, "Europe/Berlin"]);
    assert.ok(Date.now() - Date.parse(free.asOf) < 300_000, free.asOf);
    const abroad = await slots("&timezone=America/New_York");
    assert.deepEqual(times(abroad.slots), times(free.slots), "the visitor's day has the same instants");
  });

  it("keep the buffers, and the maximum of a day", async () => {
    await configure({ bufferBefore: 30, bufferAfter: 30 });
    assert.deepEqual(times((await slots("&step=30")).slots), ["08:00", "08:30", "11:30", "12:00"]);
    const booked = await book("09:00");
    assert.equal(booked.status, 201, booked.text);
    const tight = await book("12:15");
    assert.deepEqual([tight.status, tight.body.code], [409, "slot_not_available"], tight.text);
    assert.deepEqual(tight.body.details.conflicts[0].title, "Guest spot");
    assert.equal(tight.body.details.alternatives.length, 3);
    for (const { startTime, endTime } of tight.body.details.alternatives)
      assert.equal(Date.parse(endTime) - Date.parse(startTime), 3_600_000);
    await configure({ maximumPerDay: 1 });
    assert.deepEqual((await slots()).slots, []);
    const full = await book("12:30");
    assert.equal(full.body.details?.conflicts[0]?.source, "maximumPerDay", full.text);
    await api.post(`/api/appointments/${booked.body.appointment.id}/cancel`);
    await configure({ bufferBefore: 0, bufferAfter: 0, maximumPerDay: null });
    assert.equal((await slots()).slots.length, 4);
  });

  it("are told for several owners: each, all, and any in turns", async () => {
    await configure({ timezone: "Europe/Berlin", workingHours: { TU: [["10:00", "13:00"]] } }, "artist-2");
    const ask = async (need?: string) => {
      const body = { owners: [owner, "artist-2"], date: day, duration: 60, need };
      return (await api.post("/api/availability/batch", body)).body;
    };
    const each = await ask();
    assert.deepEqual(
      each.owners.map((one: { slots: []; userId: string }) => [one.userId, times(one.slots)]),
      [
        [owner, ["08:00", "09:00", "11:00", "12:00"]],
        ["artist-2", ["09:00", "10:00", "11:00"]],
      ],
    );
    assert.deepEqual(times((await ask("all")).slots), ["09:00", "11:00"]);
    const any = (await ask("any")).slots;
    assert.deepEqual(times(any), ["08:00", "09:00", "10:00", "11:00", "12:00"]);
    assert.deepEqual([any[2].owners, any[2].turn], [["artist-2"], "artist-2"]);
  });

  it("are refused where the question makes no sense", async () => {
    for (const [query, field] of [
      ["date=soon", "date"],
      ["startDate=2027-03-02&endDate=2027-03-01", "endDate"],
      ["startDate=2027-03-02&endDate=2037-03-01", "endDate"],
      [`date=${day}&step=0`, "step"],
      [`date=${day}&duration=0`, "duration"],
      [`date=${day}&duration=soon`, "duration"],
      [`date=${day}&timezone=Nowhere`, "timezone"],
      ["", "date"],
    ]) {
      const answer = await api.get(`/api/availability/slots?artistId=${owner}&${query}`);
      assert.deepEqual([answer.status, answer.body.details?.field], [422, field], answer.text);
    }
    for (const [fields, field] of [
      [{ workingHours: { TU: [["9", "17:00"]] } }, "workingHours"],
      [{ workingHours: { Tuesday: [] } }, "workingHours"],
      [{ bufferBefore: 100_000 }, "bufferBefore"],
      [{ maximumPerDay: 0 }, "maximumPerDay"],
    ] as const) {
      const answer = await api.patch(`/api/owners/${owner}`, fields);
      assert.deepEqual([answer.status, answer.body.details?.field], [422, field], answer.text);
    }
  });
});

describe("a hold", () => {
  it("keeps a time for whoever has it, until it is booked", async () => {
    const held = await hold("12:00", "13:00");
    assert.equal(held.status, 201, held.text);
    assert.deepEqual(times((await slots()).slots), ["08:00", "09:00", "12:00"]);
    const other = await book("12:00");
    assert.deepEqual([other.status, other.body.details.conflicts[0].source], [409, "hold"], other.text);
    assert.equal((await hold("12:30", "13:30")).status, 409);
    const { id: holdId } = held.body.hold;
    assert.equal((await api.get(`/api/holds/${holdId}?artistId=somebody`)).status, 404);
    const booked = await book("12:00", { holdId });
    assert.equal(booked.status, 201, booked.text);
    assert.equal((await api.get(`/api/holds/${holdId}`)).status, 404, "it is used up");
    assert.equal((await book("09:00", { holdId })).status, 404);
    await api.post(`/api/appointments/${booked.body.appointment.id}/cancel`);
  });

  it("ends by itself, or when it is given back", async () => {
    const { hold: given } = (await hold("12:00", "13:00")).body;
    assert.equal((await api.delete(`/api/holds/${given.id}`)).status, 200);
    const short = await hold("12:00", "13:00", { expiresIn: 10 });
    assert.equal(short.status, 201, short.text);
    const before = (await slots()).slots.length;
    const { expiresAt } = short.body.hold;
    await new Promise((resolve) => setTimeout(resolve, Date.parse(expiresAt) + 100 - Date.now()));
    assert.equal((await slots()).slots.length, before + 1);
    assert.equal((await api.get(`/api/holds/${short.body.hold.id}`)).status, 404);
    for (const [fields, field] of [
      [{ expiresIn: 5 }, "expiresIn"],
      [{ endTime: `${day}T11:00` }, "endTime"],
    ] as const) {
      const answer = await hold("12:00", "13:00", fields);
      assert.deepEqual([answer.status, answer.body.details?.field], [422, field], answer.text);
    }
  });

  it("wants notice where the owner does", async () => {
    await configure({ minimumNotice: 366 * 24 * 60 });
    assert.deepEqual((await slots()).slots, []);
    assert.equal((await hold("12:00", "13:00")).body.details?.field, "startTime");
    await configure({ minimumNotice: 0 });
  });
});

describe("a pending appointment", () => {
  it("expires when nobody confirms it in time, and its event goes", async () => {
    const expiresAt = new Date(Date.now() + 3_600_000);
    const pending = await book("12:00", { expiresAt: expiresAt.toISOString() });
    assert.equal(pending.status, 201, pending.text);
    const { id, externalEventUid: uid } = pending.body.appointment;
    const there = async () => (await world.phone.events(calendar)).some((event) => event.uid === uid);
    assert.ok(await there());
    await world.tick();
    assert.equal((await api.get(`/api/appointments/${id}`)).body.appointment.status, "PENDING", "not yet");
    await world.tick(expiresAt);
    assert.equal((await api.get(`/api/appointments/${id}`)).body.appointment.status, "EXPIRED");
    assert.ok(times((await slots()).slots).includes("11:00"), "its time is free");
    const synced = await api.post("/api/calendar/sync", { userId: owner });
    assert.equal(synced.status, 200, synced.text);
    assert.equal(await there(), false);
    const past = await book("12:00", { expiresAt: "2020-01-01T00:00:00Z" });
    assert.equal(past.body.details?.field, "expiresAt", past.text);
  });

  it("is confirmed only after the calendars were asked once more", async () => {
    const pending = await book("09:00");
    assert.equal(pending.status, 201, pending.text);
    const { id } = pending.body.appointment;
    const dentist = guest
      .replaceAll("guest", "dentist")
      .replace("T110000", "T093000")
      .replace("T120000", "T100000");
    await world.phone.add(calendar, dentist);
    const refused = await api.post(`/api/appointments/${id}/confirm`);
    assert.deepEqual([refused.status, refused.body.code], [409, "slot_not_available"], refused.text);
    assert.equal(refused.body.details.conflicts[0].source, "calendar");
    await world.phone.delete(calendar, "dentist");
    assert.equal((await api.post(`/api/appointments/${id}/confirm`)).body.appointment.status, "CONFIRMED");
  });
});

describe("one slot", () => {
  it("is given to one of two hundred who want it at once", async () => {
    const start = "10:00";
    await configure({ workingHours: null });
    const attempts = Array.from({ length: 200 }, (_, at) =>
      book(start, { clientName: `client ${at}` }, "artist-3"),
    );
    const answers = await Promise.all(attempts);
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 201).length, 1, statuses.join());
    for (const { status, body } of answers.filter(({ status }) => status !== 201)) {
      assert.equal(status, 409, JSON.stringify(body));
      assert.ok(["slot_not_available", "try_again"].includes(body.code), body.code);
    }
    const listed = await api.get("/api/appointments?artistId=artist-3");
    assert.equal(listed.body.appointments.length, 1);
  });
});
