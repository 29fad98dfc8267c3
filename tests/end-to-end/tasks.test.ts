// Tasks through the real Worker and a real CalDAV server's task list, python-caldav as the phone.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "./api.ts";
import type { PhoneTask } from "./phone.ts";
import { startWorld, type World } from "./world.ts";

const owner = "student-1";
let world: World;
let api: Api;
let list: string;
let calendar: string;
let connectionId: string;

const milk = [
  "BEGIN:VCALENDAR",
  "VERSION:2.0",
  "PRODID:-//The owner//EN",
  "BEGIN:VTODO",
  "UID:milk",
  "DTSTAMP:20261101T000000Z",
  "DUE;VALUE=DATE:20270302",
  "SUMMARY:Buy milk",
  "CATEGORIES:Home,Shop",
  "END:VTODO",
  "END:VCALENDAR",
  "",
].join("\r\n");

const sync = async () => {
  const answer = await api.post("/api/calendar/icloud/sync", { connectionId });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body.problems, []);
  return answer.body;
};

const add = async (fields: object) => {
  const timezone = "America/New_York";
  const answer = await api.post("/api/tasks", { user_id: owner, timezone, ...fields });
  assert.equal(answer.status, 201, answer.text);
  return answer.body.task;
};

const change = async (id: string, fields: object) => {
  const answer = await api.patch(`/api/tasks/${id}`, fields);
  assert.equal(answer.status, 200, answer.text);
  return answer.body.task;
};

const task = async (id: string) => (await api.get(`/api/tasks/${id}`)).body.task;
const listed = async (query = "") => (await api.get(`/api/tasks?user_id=${owner}${query}`)).body;

/** The phone's VTODO of a task; undefined once it is gone. */
const onPhone = async (uid: string): Promise<PhoneTask | undefined> =>
  (await world.phone.tasks(list)).find((todo) => todo.uid === uid);

const connect = (calendarUrl: string) => {
  const { user: appleId, password: appSpecificPassword } = world.account;
  return api.post("/api/calendar/icloud/connect", {
    userId: owner,
    appleId,
    appSpecificPassword,
    calendarUrl,
  });
};

before(async () => {
  world = await startWorld();
  api = world.api;
  list = await world.phone.makeTaskList("School");
  calendar = await world.phone.makeCalendar("Studio");
  await world.phone.add(list, milk);
});
after(() => world?.stop());

describe("a task without a task list", () => {
  it("stays in the application", async () => {
    const added = await add({
      id: "task456",
      name: "Complete assignment",
      scheduled_time: "2027-03-01T14:00:00",
    });
    assert.deepEqual(
      [added.id, added.user_id, added.scheduled_time, added.timezone, added.duration, added.status],
      ["task456", owner, "2027-03-01T14:00:00", "America/New_York", 60, "NEEDS-ACTION"],
    );
    assert.deepEqual([added.calendar_event_id, added.calendar_link], [null, null]);
    assert.equal((await connect(calendar)).status, 200);
    assert.deepEqual(await world.phone.tasks(calendar), [], "a calendar is no home of tasks");
    assert.deepEqual(await world.phone.events(calendar), []);
  });

  it("is refused under an id that is taken, and where no task list could hold it", async () => {
    const body = { user_id: owner, name: "Again" };
    const again = await api.post("/api/tasks", { ...body, id: "task456" });
    assert.deepEqual([again.status, again.body.code], [409, "not_allowed"]);
    for (const [fields, field] of [
      [{ recurrence: "daily", scheduled_time: "2027-03-01T14:00:00" }, "recurrence"],
      [{ recurrence: "FREQ=DAILY" }, "scheduledTime"],
      [{ scheduled_time: "2027-03-01T14:00:00", due: "2027-02-01T14:00:00" }, "due"],
      [{ due: "soon" }, "due"],
      [{ timezone: "Nowhere" }, "timezone"],
      [{ percent_complete: 101 }, "percentComplete"],
    ] as const) {
      const answer = await api.post("/api/tasks", { ...body, ...fields });
      assert.deepEqual([answer.status, answer.body.details?.field], [422, field], answer.text);
    }
    assert.equal((await api.post("/api/tasks", { user_id: owner, name: " " })).status, 422);
    assert.equal(
      (await api.post("/api/tasks", { ...body, colour: "red" })).body.error,
      "Unknown field: colour",
    );
  });
});

describe("a task list", () => {
  it("is told from a calendar, and is connected by its address", async () => {
    const { user: appleId, password: appSpecificPassword, url: calendarUrl } = world.account;
    const found = await api.post("/api/calendar/icloud/calendars", {
      appleId,
      appSpecificPassword,
      calendarUrl,
    });
    const kinds = found.body.calendars.map((one: { url: string; components: string[] }) => [
      one.url,
      one.components,
    ]);
    assert.deepEqual(Object.fromEntries(kinds)[list], ["VTODO"]);
    const answer = await connect(list);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([answer.body.sync.eventsImported, answer.body.sync.eventsExported], [1, 1]);
    connectionId = answer.body.connectionId;
    const status = (await api.get(`/api/calendar/icloud/status?connectionId=${connectionId}`)).body;
    assert.equal(status.connections[0].component, "VTODO");
  });

  it("becomes the home of what was there before, and its own tasks are listed beside them", async () => {
    const { calendar_event_id: uid, calendar_link: link } = await task("task456");
    assert.equal((await onPhone(uid))?.summary, "Complete assignment");
    assert.ok(link.startsWith(list), link);
    const { tasks, imported } = await listed();
    assert.deepEqual(
      tasks.map(({ id }: { id: string }) => id),
      ["task456"],
    );
    const [{ name, due, category, scheduled_time, calendar_source }] = imported;
    assert.deepEqual(
      [name, due, category, scheduled_time, calendar_source],
      ["Buy milk", "2027-03-02", "Home", null, "School"],
    );
  });

  it("takes no time", async () => {
    const query = `artistId=${owner}&startTime=2027-03-01T00:00:00Z&endTime=2027-03-03T00:00:00Z`;
    const answer = await api.get(`/api/caldav/availability?${query}`);
    assert.equal(answer.body.status, "free", answer.text);
    const events = await api.get(
      `/api/calendar/events?userId=${owner}&startDate=2027-03-01&endDate=2027-03-03`,
    );
    assert.deepEqual(events.body.events, []);
  });
});

describe("a task in its list", () => {
  it("is there at once, as it was said, and is rescheduled from here", async () => {
    const added = await add({
      name: "Read",
      description: "Chapter 2\nand 3",
      category: "Homework",
      scheduledTime: "2027-03-04T14:00:00",
      duration: 25,
      recurrence: "FREQ=WEEKLY;COUNT=3",
    });
    const lines = (await onPhone(added.calendar_event_id))?.data.replaceAll("\r", "") ?? "";
    for (const line of [
      "SUMMARY:Read",
      "DESCRIPTION:Chapter 2\\nand 3",
      "CATEGORIES:Homework",
      "DTSTART;TZID=America/New_York:20270304T140000",
      "DURATION:PT25M",
      "RRULE:FREQ=WEEKLY;COUNT=3",
      "STATUS:NEEDS-ACTION",
    ]) {
      assert.ok(lines.includes(`${line}\n`), `${line} is not in ${lines}`);
    }
    const moved = await change(added.id, { scheduled_time: "2027-03-05T15:00:00", duration: null });
    assert.deepEqual([moved.scheduled_time, moved.duration], ["2027-03-05T15:00:00", 60]);
    const later = (await onPhone(added.calendar_event_id))?.data ?? "";
    assert.match(later, /DTSTART;TZID=America\/New_York:20270305T150000/);
    assert.match(later, /DURATION:PT1H/);
    assert.deepEqual((await sync()).eventsUpdated, 0, "nothing is left to do");
  });

  it("keeps what the phone added when it is changed here", async () => {
    const added = await add({ name: "Paint", due: "2027-03-06" });
    const alarm =
      "X-PHONE-MOOD:fine\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Soon\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VTODO";
    const before = (await onPhone(added.calendar_event_id))?.data ?? "";
    assert.match(before, /DUE;VALUE=DATE:20270306/);
    await world.phone.add(list, before.replace(/\r?\n/g, "\r\n").replace("END:VTODO", alarm));
    await sync();
    await change(added.id, { name: "Paint it", due: "2027-03-07" });
    const data = (await onPhone(added.calendar_event_id))?.data ?? "";
    for (const kept of [
      /X-PHONE-MOOD:fine/,
      /TRIGGER:-PT15M/,
      /SUMMARY:Paint it/,
      /DUE;VALUE=DATE:20270307/,
    ]) {
      assert.match(data, kept);
    }
    const abroad = await change(added.id, { timezone: "Asia/Tokyo" });
    assert.deepEqual(
      [abroad.due, abroad.timezone],
      ["2027-03-07", "Asia/Tokyo"],
      "a day is a day everywhere",
    );
  });

  it("is completed on the phone, and opened again here", async () => {
    const added = await add({ name: "Call", scheduled_time: "2027-03-08T09:00:00" });
    await world.phone.completeTask(list, added.calendar_event_id);
    assert.equal((await sync()).eventsUpdated, 1);
    const done = await task(added.id);
    assert.deepEqual(
      [done.status, done.percent_complete, done.last_modified_source],
      ["COMPLETED", 100, "calendar"],
    );
    assert.ok(Math.abs(Date.parse(done.completed_at) - Date.now()) < 600_000, done.completed_at);
    const completed = await listed("&status=COMPLETED");
    assert.deepEqual(
      completed.tasks.map(({ id }: { id: string }) => id),
      [added.id],
    );
    await change(added.id, { status: "NEEDS-ACTION" });
    const open = (await onPhone(added.calendar_event_id))?.data ?? "";
    assert.doesNotMatch(open, /COMPLETED/);
    await change(added.id, { status: "COMPLETED" });
    assert.equal((await onPhone(added.calendar_event_id))?.status, "COMPLETED");
  });

  it("is due when the phone says so, merged with a change made here", async () => {
    const added = await add({ name: "Write", scheduled_time: "2027-03-09T09:00:00" });
    await world.phone.rescheduleTask(list, added.calendar_event_id, "2027-03-12T20:00:00+00:00");
    await change(added.id, { category: "Thesis" });
    await sync();
    const merged = await task(added.id);
    assert.deepEqual(
      [merged.scheduled_time, merged.due, merged.category],
      ["2027-03-09T09:00:00", "2027-03-12T15:00:00", "Thesis"],
    );
    assert.match((await onPhone(added.calendar_event_id))?.data ?? "", /CATEGORIES:Thesis/);
  });

  it("is gone here when it is deleted there, and there when it is deleted here", async () => {
    const [theirs, ours] = [await add({ name: "Theirs" }), await add({ id: "mine", name: "Ours" })];
    await world.phone.delete(list, theirs.calendar_event_id);
    assert.equal((await sync()).eventsDeleted, 1);
    assert.equal((await api.get(`/api/tasks/${theirs.id}`)).status, 404);
    assert.equal((await api.delete("/api/tasks/mine")).status, 200);
    assert.equal(await onPhone(ours.calendar_event_id), undefined);
    assert.equal((await api.get("/api/tasks/mine")).status, 404);
    assert.equal((await add({ id: "mine", name: "Ours again" })).id, "mine", "its id is free again");
  });

  it("waits while the server is away, and reaches it once", async () => {
    await world.unplug();
    const added = await add({ name: "Offline" });
    assert.equal(
      added.calendar_event_id === null || added.calendar_etag === null,
      true,
      JSON.stringify(added),
    );
    await world.plug();
    await sync();
    const there = (await world.phone.tasks(list)).filter(({ summary }) => summary === "Offline");
    assert.equal(there.length, 1);
    assert.equal((await task(added.id)).calendar_event_id, there[0]?.uid);
  });

  it("is nobody else's", async () => {
    assert.equal((await world.operator.get("/api/tasks/task456")).status, 404);
    assert.equal((await api.get("/api/tasks/task456?user_id=student-2")).status, 404);
    const other = await api.get("/api/tasks?user_id=student-2");
    assert.deepEqual([other.body.tasks, other.body.imported], [[], []]);
  });
});

describe("the time of a task", () => {
  const rehearsal = { id: "rehearsal", name: "Rehearse", location: "Hall", duration: 90 };
  const span = "startTime=2027-03-20T19:15:00Z&endTime=2027-03-20T19:30:00Z";
  const free = async () => (await api.get(`/api/caldav/availability?artistId=${owner}&${span}`)).body.status;
  const syncCalendar = async () => {
    const status = (await api.get(`/api/calendar/icloud/status?userId=${owner}`)).body;
    const [{ id }] = status.connections.filter((one: { component: string }) => one.component === "VEVENT");
    const answer = await api.post("/api/calendar/icloud/sync", { connectionId: id });
    assert.deepEqual([answer.status, answer.body.problems], [200, []], answer.text);
  };

  it("is kept free by an event in the calendar, beside its place in the task list", async () => {
    const added = await add({ ...rehearsal, scheduled_time: "2027-03-20T15:00:00", on_calendar: true });
    const [event] = await world.phone.events(calendar);
    assert.deepEqual(
      [event?.uid, event?.summary, event?.location, event?.start, event?.end],
      [added.calendar_event_id, "Rehearse", "Hall", "2027-03-20T15:00:00-04:00", "2027-03-20T16:30:00-04:00"],
    );
    assert.equal((await world.phone.tasks(list)).filter(({ summary }) => summary === "Rehearse").length, 1);
    assert.equal(await free(), "busy");
    const events = await api.get(
      `/api/calendar/events?userId=${owner}&startDate=2027-03-20&endDate=2027-03-20`,
    );
    assert.equal(events.body.events[0]?.task_id, "rehearsal");
  });

  it("is what the phone says when the event is moved, in the task list, too", async () => {
    const { calendar_event_id: uid } = await task("rehearsal");
    const [DTSTART, DTEND] = ["2027-03-20T22:00:00+00:00", "2027-03-20T22:45:00+00:00"];
    await world.phone.change(calendar, uid, { DTSTART, DTEND });
    await syncCalendar();
    const moved = await task("rehearsal");
    assert.deepEqual([moved.scheduled_time, moved.duration], ["2027-03-20T18:00:00", 45]);
    assert.equal(await free(), "free");
    await sync();
    const todo = (await world.phone.tasks(list)).find(({ summary }) => summary === "Rehearse");
    assert.match(todo?.data ?? "", /DTSTART;TZID=America\/New_York:20270320T180000/);
  });

  it("is free again when the event is deleted, and the task stays", async () => {
    const { calendar_event_id: uid } = await task("rehearsal");
    await world.phone.delete(calendar, uid);
    await syncCalendar();
    assert.equal((await task("rehearsal")).on_calendar, false);
    await change("rehearsal", { on_calendar: true });
    assert.equal((await world.phone.events(calendar)).length, 1);
    await change("rehearsal", { status: "CANCELLED" });
    assert.deepEqual(await world.phone.events(calendar), []);
  });
});

it("a list of tasks goes on from its cursor", async () => {
  const path = `/api/tasks?user_id=${owner}`;
  const all = (await api.get(path)).body.tasks.map((task: { id: string }) => task.id);
  const found: string[] = [];
  let cursor = "";
  do {
    const page = (await api.get(`${path}&limit=2${cursor}`)).body;
    found.push(...page.tasks.map((task: { id: string }) => task.id));
    cursor = page.next_cursor === null ? "" : `&cursor=${page.next_cursor}`;
  } while (cursor);
  assert.deepEqual(found, all);
  assert.ok(all.length > 5, `${all.length}`);
});
