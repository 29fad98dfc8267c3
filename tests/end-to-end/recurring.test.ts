// Appointments that take place again and again, both ways: the series, and those of its times that are not as the others.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
let world: World;
let api: Api;
let calendar: string;
let connectionId: string;
let id: string;

const sync = async () => {
  const answer = await api.post("/api/calendar/icloud/sync", { connectionId });
  assert.deepEqual([answer.status, answer.body.problems], [200, []], answer.text);
};

const appointment = async () => (await api.get(`/api/appointments/${id}`)).body.appointment;

const change = async (fields: object) => {
  const answer = await api.patch(`/api/appointments/${id}`, fields);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.appointment;
};

/** The calendar object of the appointment. */
const there = async () => {
  const { externalEventUid: uid } = await appointment();
  return (await world.phone.events(calendar)).find((event) => event.uid === uid)?.data ?? "";
};

const isFree = async (startTime: string, endTime: string) =>
  (await api.get(`/api/caldav/availability?artistId=${owner}&startTime=${startTime}&endTime=${endTime}`)).body
    .available;

before(async () => {
  world = await startWorld();
  api = world.api;
  calendar = await world.phone.makeCalendar("Studio");
  const { user: appleId, password: appSpecificPassword } = world.account;
  const body = {
    userId: owner,
    appleId,
    appSpecificPassword,
    calendarUrl: calendar,
    timezone: "Europe/Berlin",
  };
  connectionId = (await api.post("/api/calendar/icloud/connect", body)).body.connectionId;
});
after(() => world?.stop());

describe("an appointment that recurs", () => {
  it("is a series in the calendar, on the clocks of its zone", async () => {
    const answer = await api.post("/api/appointments", {
      userId: owner,
      title: "Training",
      status: "CONFIRMED",
      timezone: "Europe/Berlin",
      startTime: "2027-03-16T09:00:00",
      endTime: "2027-03-16T10:00:00",
      recurrence: "FREQ=WEEKLY;BYDAY=TU",
    });
    assert.equal(answer.status, 201, answer.text);
    id = answer.body.appointment.id;
    const text = await there();
    assert.match(text, /DTSTART;TZID=Europe\/Berlin:20270316T090000/);
    assert.match(text, /RRULE:FREQ=WEEKLY;BYDAY=TU/);
  });

  it("takes its time each week, whatever the clocks do", async () => {
    assert.equal(await isFree("2027-03-23T08:00:00Z", "2027-03-23T09:00:00Z"), false);
    assert.equal(await isFree("2027-04-06T07:00:00Z", "2027-04-06T08:00:00Z"), false, "summer time");
    assert.equal(await isFree("2027-04-06T08:00:00Z", "2027-04-06T09:00:00Z"), true);
    const taken = { userId: owner, startTime: "2027-04-06T07:30:00Z", endTime: "2027-04-06T08:30:00Z" };
    assert.equal((await api.post("/api/appointments", taken)).body.code, "slot_not_available");
    const series = { ...taken, startTime: "2027-02-22T08:00:00Z", endTime: "2027-02-22T08:30:00Z" };
    const daily = await api.post("/api/appointments", { ...series, recurrence: "FREQ=DAILY" });
    assert.equal(daily.body.code, "slot_not_available", "some day it runs into the other");
  });

  it("is changed for one time: moved, called off, and that arrives", async () => {
    await change({
      occurrence: "2027-03-23T09:00:00",
      startTime: "2027-03-23T15:00:00",
      endTime: "2027-03-23T16:00:00",
      title: "Late training",
    });
    await change({ occurrence: "2027-03-30T09:00:00", status: "CANCELLED" });
    const text = await there();
    assert.match(text, /RECURRENCE-ID;TZID=Europe\/Berlin:20270323T090000/);
    assert.match(text, /DTSTART;TZID=Europe\/Berlin:20270323T150000/);
    assert.match(text, /SUMMARY:Late training/);
    assert.match(text, /EXDATE;TZID=Europe\/Berlin:20270330T090000/);
    assert.equal(await isFree("2027-03-23T08:00:00Z", "2027-03-23T09:00:00Z"), true);
    assert.equal(await isFree("2027-03-23T14:00:00Z", "2027-03-23T15:00:00Z"), false);
    assert.equal(await isFree("2027-03-30T07:00:00Z", "2027-03-30T08:00:00Z"), true);
  });

  it("takes over what the phone does to one time, and merges it with what was done here", async () => {
    const { externalEventUrl: url } = await appointment();
    const text = await there();
    const override =
      text.match(/BEGIN:VEVENT(?:(?!END:VEVENT)[\s\S])*RECURRENCE-ID[\s\S]*?END:VEVENT\r?\n/)?.[0] ?? "";
    const other = override
      .replace(/RECURRENCE-ID([^:]*):\d+T/, "RECURRENCE-ID$1:20270406T")
      .replace(/DTSTART([^:]*):\d+T\d+/, "DTSTART$1:20270406T120000")
      .replace(/DTEND([^:]*):\d+T\d+/, "DTEND$1:20270406T130000")
      .replace("Late training", "Noon training");
    await world.unplug();
    await change({ occurrence: "2027-04-13T09:00:00", status: "CANCELLED" });
    await world.plug();
    const { user, password } = world.account;
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const body = text.replace("END:VCALENDAR", `${other}END:VCALENDAR`);
    const put = await fetch(url, {
      method: "PUT",
      headers: { authorization, "content-type": "text/calendar" },
      body,
    });
    assert.ok(put.ok, `${put.status}`);
    await sync();
    const { exceptions } = await appointment();
    const said = exceptions.map((one: { occurrence: string; title?: string; status?: string }) => [
      one.occurrence.slice(0, 10),
      one.title ?? one.status,
    ]);
    assert.deepEqual(said, [
      ["2027-03-23", "Late training"],
      ["2027-03-30", "CANCELLED"],
      ["2027-04-06", "Noon training"],
      ["2027-04-13", "CANCELLED"],
    ]);
    assert.match(await there(), /EXDATE;TZID=Europe\/Berlin:20270413T090000/);
    const { conflicts } = (await api.get(`/api/calendar/conflicts?userId=${owner}`)).body;
    assert.deepEqual(conflicts, []);
  });

  it("is moved as a whole with what is not as the others, and ends being one", async () => {
    const moved = await change({ startTime: "2027-03-17T10:00:00" });
    assert.equal(moved.recurrence, "FREQ=WEEKLY;BYDAY=WE");
    assert.equal(moved.exceptions[1].occurrence, "2027-03-31T08:00:00Z");
    assert.match(await there(), /EXDATE;TZID=Europe\/Berlin:20270331T100000/);
    await change({ recurrence: null });
    const text = await there();
    assert.ok(
      !/RRULE|EXDATE|RECURRENCE-ID/.test(text.replace(/BEGIN:VTIMEZONE[\s\S]*END:VTIMEZONE/, "")),
      text,
    );
    await sync();
    assert.deepEqual((await appointment()).exceptions, []);
  });

  it("refuses what is no rule and what is no time of it", async () => {
    for (const [fields, field] of [
      [{ recurrence: "FREQ=SOMETIMES" }, "recurrence"],
      [{ occurrence: "2027-03-17T11:00:00", status: "CANCELLED" }, "occurrence"],
    ] as const) {
      const answer = await api.patch(`/api/appointments/${id}`, fields);
      assert.deepEqual([answer.status, answer.body.details?.field], [422, field], answer.text);
    }
  });
});
