// Two-way sync through the real Worker with a real CalDAV server, a phone on the other side.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "./api.ts";
import type { PhoneEvent } from "./phone.ts";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
let world: World;
let api: Api;
let calendar: string;
let connectionId: string;

const dentist = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//The owner//EN",
  "BEGIN:VEVENT",
  "UID:dentist",
  "DTSTAMP:20261101T000000Z",
  "DTSTART;TZID=Europe/Berlin:20270302T140000",
  "DTEND;TZID=Europe/Berlin:20270302T150000",
  "RRULE:FREQ=WEEKLY;COUNT=3",
  "SUMMARY:Dentist",
  "END:VEVENT",
  "END:VCALENDAR",
  "",
].join("\r\n");

const sync = async () => {
  const answer = await api.post("/api/calendar/icloud/sync", { connectionId });
  assert.equal(answer.status, 200, answer.text);
  return answer.body;
};

const book = async (startTime: string, fields: object = {}) => {
  const endTime = new Date(Date.parse(startTime) + 3_600_000).toISOString();
  const body = { userId: owner, startTime, endTime, timezone: "Europe/Berlin", ...fields };
  const answer = await api.post("/api/appointments", body);
  assert.equal(answer.status, 201, answer.text);
  return answer.body.appointment;
};

const appointment = async (id: string) => (await api.get(`/api/appointments/${id}`)).body.appointment;

/** The phone's event of an appointment; undefined once it is gone. */
const onPhone = async (uid: string): Promise<PhoneEvent | undefined> =>
  (await world.phone.events(calendar)).find((event) => event.uid === uid);

const available = async (startTime: string, endTime: string) =>
  (await api.get(`/api/caldav/availability?artistId=${owner}&startTime=${startTime}&endTime=${endTime}`))
    .body;

before(async () => {
  world = await startWorld();
  api = world.api;
  calendar = await world.phone.makeCalendar("Studio");
  await world.phone.add(calendar, dentist);
});
after(() => world?.stop());

describe("a CalDAV account", () => {
  it("shows its calendars before anything is stored", async () => {
    const { user: appleId, password: appSpecificPassword, url: calendarUrl } = world.account;
    const body = { appleId, appSpecificPassword, calendarUrl };
    const answer = await api.post("/api/calendar/icloud/calendars", body);
    assert.deepEqual(
      answer.body.calendars.map((one: { name: string; url: string; writable: boolean }) => [
        one.name,
        one.url,
        one.writable,
      ]),
      [["Studio", calendar, true]],
    );
    const status = await api.get(`/api/calendar/icloud/status?userId=${owner}`);
    assert.deepEqual(status.body, { success: true, connections: [], history: [] });
  });

  it("is connected with its calendar, whose events are mirrored", async () => {
    const { user: appleId, password: appSpecificPassword } = world.account;
    const body = {
      userId: owner,
      appleId,
      appSpecificPassword,
      calendarUrl: calendar,
      timezone: "Europe/Berlin",
    };
    const answer = await api.post("/api/calendar/icloud/connect", body);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.sync.eventsImported, 1);
    connectionId = answer.body.connectionId;

    const status = (await api.get(`/api/calendar/icloud/status?userId=${owner}`)).body;
    const { provider, calendarName, syncStatus, syncInterval, bidirectionalSync, autoExport } =
      status.connections[0];
    assert.deepEqual(
      { provider, calendarName, syncStatus, syncInterval, bidirectionalSync, autoExport },
      {
        provider: "CALDAV",
        calendarName: "Studio",
        syncStatus: "ACTIVE",
        syncInterval: 300,
        bidirectionalSync: true,
        autoExport: true,
      },
    );
    assert.equal(status.history[0].syncType, "initial");
  });

  it("is renewed, not doubled, by connecting again, twice at once", async () => {
    const { user: appleId, password: appSpecificPassword } = world.account;
    const body = { userId: owner, appleId, appSpecificPassword, calendarUrl: calendar };
    const connect = () => api.post("/api/calendar/icloud/connect", body);
    for (const again of await Promise.all([connect(), connect()])) {
      assert.equal(again.body.connectionId, connectionId, again.text);
    }
    const status = await api.get(`/api/calendar/icloud/status?userId=${owner}`);
    assert.equal(status.body.connections.length, 1);
  });
});

describe("availability", () => {
  it("sees every occurrence of the owner's series, and the free time between", async () => {
    for (const day of ["2027-03-02", "2027-03-09", "2027-03-16"]) {
      const answer = await available(`${day}T13:30:00Z`, `${day}T14:30:00Z`);
      assert.deepEqual(
        [answer.available, answer.status, answer.reason],
        [false, "busy", "Time slot not available"],
      );
      assert.equal(answer.conflicts[0].title, "Dentist");
    }
    const free = await available("2027-03-23T13:30:00Z", "2027-03-23T14:30:00Z");
    assert.deepEqual([free.available, free.status, free.reason], [true, "free", null]);
  });

  it("ends exactly where an event begins", async () => {
    assert.equal((await available("2027-03-02T12:00:00Z", "2027-03-02T13:00:00Z")).available, true);
    assert.equal((await available("2027-03-02T12:00:00Z", "2027-03-02T13:00:01Z")).available, false);
  });

  it("refuses a booking where the calendar is busy, and says with what", async () => {
    const body = { userId: owner, startTime: "2027-03-09T13:30:00Z", endTime: "2027-03-09T14:00:00Z" };
    const answer = await api.post("/api/appointments", body);
    assert.equal(answer.status, 409);
    assert.deepEqual(
      [answer.body.error, answer.body.code],
      ["Time slot not available", "slot_not_available"],
    );
    assert.equal(answer.body.details.conflicts[0].title, "Dentist");
  });
});

describe("a booking", () => {
  it("reaches the calendar as a request, is renamed when confirmed, and goes when cancelled", async () => {
    const fields = { clientName: "Ana Pop", description: "Dragon, left arm", location: "Room 2" };
    const booked = await book("2027-03-03T09:00:00Z", fields);
    assert.equal(booked.status, "PENDING");
    const uid = booked.externalEventUid;
    const request = await onPhone(uid);
    assert.equal(request?.summary, "REQUEST: Ana Pop - Dragon, left arm");
    assert.equal(request?.location, "Room 2");
    assert.equal(request?.start, "2027-03-03T10:00:00+01:00", "in the zone that it was booked in");

    const confirmed = await api.post(`/api/appointments/${booked.id}/confirm`);
    assert.equal(confirmed.body.appointment.status, "CONFIRMED");
    assert.equal((await onPhone(uid))?.summary, "Ana Pop - Dragon, left arm");

    await api.post(`/api/appointments/${booked.id}/cancel`);
    assert.equal(await onPhone(uid), undefined);
    assert.equal((await available("2027-03-03T09:00:00Z", "2027-03-03T10:00:00Z")).available, true);
  });

  it("is moved by an update, and its time is busy for everyone else", async () => {
    const booked = await book("2027-03-04T09:00:00Z", { title: "Cut" });
    const moved = await api.patch(`/api/appointments/${booked.id}`, { startTime: "2027-03-04T11:00:00Z" });
    assert.equal(moved.body.appointment.endTime, "2027-03-04T12:00:00Z", "its length stays");
    assert.equal((await onPhone(booked.externalEventUid))?.start, "2027-03-04T12:00:00+01:00");
    assert.equal((await available("2027-03-04T09:00:00Z", "2027-03-04T10:00:00Z")).available, true);
    const busy = await available("2027-03-04T11:30:00Z", "2027-03-04T11:45:00Z");
    assert.deepEqual([busy.available, busy.conflicts[0].source], [false, "appointment"]);
  });

  it("cannot collide with another one that is made at the same moment", async () => {
    const body = { userId: owner, startTime: "2027-03-05T09:00:00Z", endTime: "2027-03-05T10:00:00Z" };
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.post("/api/appointments", body)));
    const made = answers.filter((answer) => answer.status === 201);
    assert.equal(made.length, 1, answers.map((answer) => answer.text).join("\n"));
    assert.ok(answers.every((answer) => [201, 409].includes(answer.status)));
    const events = await world.phone.events(calendar);
    assert.equal(events.filter((event) => event.start.startsWith("2027-03-05")).length, 1);
  });
});

describe("a change made on the phone", () => {
  it("comes back into the appointment", async () => {
    const booked = await book("2027-03-10T09:00:00Z", { clientName: "Ben", description: "Cut" });
    await world.phone.change(calendar, booked.externalEventUid, {
      DTSTART: "2027-03-10T15:00:00+00:00",
      DTEND: "2027-03-10T16:30:00+00:00",
      LOCATION: "At home",
    });
    assert.equal((await sync()).eventsUpdated, 1);
    const changed = await appointment(booked.id);
    assert.deepEqual(
      [changed.startTime, changed.endTime, changed.location, changed.lastModifiedSource, changed.status],
      ["2027-03-10T15:00:00Z", "2027-03-10T16:30:00Z", "At home", "calendar", "PENDING"],
    );
    assert.equal((await available("2027-03-10T09:00:00Z", "2027-03-10T10:00:00Z")).available, true);
    assert.equal((await available("2027-03-10T16:00:00Z", "2027-03-10T16:15:00Z")).available, false);
  });

  it("that leaves the event no length keeps the appointment's time", async () => {
    const booked = await book("2027-03-19T09:00:00Z", { title: "Cut" });
    await world.phone.change(calendar, booked.externalEventUid, {
      DTEND: "2027-03-19T09:00:00+00:00",
      LOCATION: "Room 3",
    });
    await sync();
    const { startTime, endTime, location } = await appointment(booked.id);
    assert.deepEqual(
      [startTime, endTime, location],
      ["2027-03-19T09:00:00Z", "2027-03-19T10:00:00Z", "Room 3"],
    );
  });

  it("cancels the appointment when the event is deleted", async () => {
    const booked = await book("2027-03-11T09:00:00Z");
    await world.phone.delete(calendar, booked.externalEventUid);
    assert.equal((await sync()).eventsDeleted, 1);
    const cancelled = await appointment(booked.id);
    assert.deepEqual([cancelled.status, cancelled.lastModifiedSource], ["CANCELLED", "calendar"]);
    assert.equal((await available("2027-03-11T09:00:00Z", "2027-03-11T10:00:00Z")).available, true);
  });

  it("is merged with a change made in the application to another field", async () => {
    const booked = await book("2027-03-12T09:00:00Z", { title: "Colour" });
    await world.phone.change(calendar, booked.externalEventUid, { LOCATION: "Salon" });
    const answer = await api.patch(`/api/appointments/${booked.id}`, { description: "Copper" });
    assert.equal(answer.status, 200, answer.text);
    await sync();
    const merged = await appointment(booked.id);
    assert.deepEqual([merged.description, merged.location], ["Copper", "Salon"]);
    const event = await onPhone(booked.externalEventUid);
    assert.deepEqual([event?.description, event?.location], ["Copper", "Salon"]);
  });

  it("keeps what Kalends does not know when the application changes the event later", async () => {
    const booked = await book("2027-03-15T09:00:00Z", { title: "Cut" });
    const event = await onPhone(booked.externalEventUid);
    const alarm =
      "X-PHONE-MOOD:fine\nBEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Soon\nTRIGGER:-PT15M\nEND:VALARM\nEND:VEVENT";
    await world.phone.add(calendar, event?.data.replace("END:VEVENT", alarm) ?? "");
    await sync();
    await api.patch(`/api/appointments/${booked.id}`, { startTime: "2027-03-15T10:00:00Z" });
    const data = (await onPhone(booked.externalEventUid))?.data ?? "";
    assert.match(data, /X-PHONE-MOOD:fine/);
    assert.match(data, /TRIGGER:-PT15M/);
    assert.match(data, /DTSTART;TZID=Europe\/Berlin:20270315T110000/);
  });

  it("blocks its time once it is an event of the owner's own", async () => {
    const own = dentist
      .replaceAll("UID:dentist", "UID:own")
      .replaceAll("20270302", "20270325")
      .replace("Dentist", "Own");
    await world.phone.add(calendar, own);
    assert.equal((await sync()).eventsImported, 1);
    assert.equal((await available("2027-03-25T13:00:00Z", "2027-03-25T13:30:00Z")).available, false);
    await world.phone.delete(calendar, "own");
    await sync();
    assert.equal((await available("2027-03-25T13:00:00Z", "2027-03-25T13:30:00Z")).available, true);
  });
});

describe("an event with an attachment of two megabytes", () => {
  it("stops no sync, and blocks its time", async () => {
    const attachment = `ATTACH;ENCODING=BASE64;VALUE=BINARY:${"A".repeat(2_200_000)}\r\nEND:VEVENT`;
    const large = dentist
      .replace("UID:dentist", "UID:large")
      .replaceAll("20270302", "20270401")
      .replace("END:VEVENT", attachment);
    await world.phone.add(calendar, large);
    assert.deepEqual((await sync()).problems, []);
    assert.equal((await available("2027-04-01T12:00:00Z", "2027-04-01T12:30:00Z")).available, false);
    await world.phone.delete(calendar, "large");
    assert.equal((await sync()).eventsImported, 0);
  });
});

describe("an appointment that is to reach no calendar", () => {
  it("stays out of it until it is told otherwise", async () => {
    const booked = await book("2027-03-22T09:00:00Z", { title: "Quiet", iCloudSyncEnabled: false });
    await sync();
    assert.equal(booked.externalEventUid, null);
    assert.equal(
      (await world.phone.events(calendar)).filter(({ summary }) => /Quiet/.test(summary)).length,
      0,
    );
    const told = await api.patch(`/api/appointments/${booked.id}`, { iCloudSyncEnabled: true });
    assert.equal(told.body.appointment.iCloudSyncEnabled, true, told.text);
    assert.equal((await onPhone(told.body.appointment.externalEventUid))?.summary, "REQUEST: Quiet");
  });
});

describe("the clock", () => {
  it("brings a change of the phone by itself, and writes no log row where nothing was new", async () => {
    const settings = { syncInterval: 60, calendarUrl: calendar, userId: owner };
    const { user: appleId, password: appSpecificPassword } = world.account;
    await api.post("/api/calendar/icloud/connect", { ...settings, appleId, appSpecificPassword });
    const history = async () => (await api.get(`/api/calendar/icloud/status?userId=${owner}`)).body.history;
    const booked = await book("2027-03-17T09:00:00Z");
    await world.phone.change(calendar, booked.externalEventUid, { LOCATION: "Elsewhere" });
    await world.tick();
    assert.equal((await appointment(booked.id)).location, "Elsewhere");
    const [newest] = await history();
    assert.deepEqual([newest.syncType, newest.eventsUpdated], ["scheduled", 1]);
    await world.tick();
    assert.equal((await history())[0].id, newest.id);
  });
});

describe("the export", () => {
  it("holds the live appointments of the range, in their zone", async () => {
    const answer = await api.get(
      `/api/calendar/export?userId=${owner}&startDate=2027-03-04&endDate=2027-03-04`,
    );
    assert.equal(answer.headers.get("content-type"), "text/calendar; charset=utf-8");
    assert.match(answer.headers.get("content-disposition") ?? "", /attachment; filename="appointments.ics"/);
    assert.equal(answer.text.match(/BEGIN:VEVENT/g)?.length, 1);
    assert.match(answer.text, /SUMMARY:REQUEST: Cut\r\n/);
    assert.match(answer.text, /DTSTART;TZID=Europe\/Berlin:20270304T120000\r\n/);
    assert.match(answer.text, /BEGIN:VTIMEZONE\r\nTZID:Europe\/Berlin\r\n/);
  });
});

describe("another owner or tenant", () => {
  it("sees nothing of it", async () => {
    const booked = await book("2027-03-18T09:00:00Z");
    const other = await world.operator.get(`/api/appointments/${booked.id}`);
    assert.deepEqual([other.status, other.body.code], [404, "not_found"]);
    const stranger = await api.get(`/api/appointments/${booked.id}?userId=user-2`);
    assert.equal(stranger.status, 404);
    const foreign = await world.operator.post("/api/calendar/icloud/sync", { connectionId });
    assert.deepEqual([foreign.status, foreign.body.error], [404, "No calendar connected"]);
    assert.deepEqual((await api.get("/api/appointments?userId=user-2")).body.appointments, []);
  });
});
