// A day of Get It Done!: a student's tasks, and the calendar on the phone.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Api } from "../end-to-end/api.ts";
import { startWorld, type World } from "../end-to-end/world.ts";
import { readDisk } from "../kills/disk.ts";
import { assertServed, assertShaped, curl, Examples, javascript } from "./application.ts";
import { event, inDays } from "./event.ts";

const document = new Examples("get-it-done");
const apple = document.json("apple-calendar-connection.request.json");
const assignment = document.json("sync-task-to-calendar.request.json");
const student = apple.user_id;
let world: World;
let api: Api;
/** The calendar that was connected, and another one of the same account. */
let calendar: string;
let other: string;
let eventId: string;

before(async () => {
  world = await startWorld({ icloud: true, user: apple.apple_id, password: apple.app_password });
  api = world.api;
  for (const name of ["Calendar", "Work", "Personal"]) await world.phone.makeCalendar(name);
});
after(() => world?.stop());

const path = (name: string) => `/api/calendar/${name}`;
const run = (name: string) => curl(api, document.text(name), { "http://localhost:5000": api.url });
const onPhone = async (uid: string, where = calendar) =>
  (await world.phone.events(where)).find((one) => one.uid === uid);
const connections = async () =>
  (await api.get(`${path("connections")}?user_id=${student}`)).body.connections as {
    id: string;
    calendar_id: string;
  }[];
const history = async () => (await api.get(path(`sync-history/${student}`))).body;
/** A time as the clocks of the owner, who is at home in UTC, show it. */
const wall = (time: string) => time.replace("Z", "");

describe("connecting", () => {
  it("every address of the document is there", () =>
    assertServed(api, document.endpoints("endpoints.md", "/api/calendar")));

  it("without a calendar every call says so in the document's words", async () => {
    const asked: [string, object][] = [
      ["task-to-calendar", assignment],
      ["tasks-to-calendar", { user_id: student, tasks: [assignment.task_data] }],
      ["calendar-to-tasks", { user_id: student }],
      [`disconnect/${student}`, {}],
    ];
    for (const [name, body] of asked) {
      const refused = await api.post(path(name), body);
      assert.deepEqual([refused.status, refused.body.error], [404, "No calendar connected"], name);
    }
    const status = await api.get(path(`connection-status/${student}`));
    assert.deepEqual(status.body, document.json("check-connection-status.response-not-connected.json"));
    assert.equal((await api.get(`/api/tasks/${assignment.task_data.id}`)).status, 404, "nothing is kept");
  });

  it("of Google and Outlook is told not to be there yet, by the document's command and code, too", async () => {
    const asked = document.json("initiate-calendar-connection.request.json");
    const outlook = await api.post(path("connect/outlook"), asked);
    const google = await run("connect-google.sh");
    for (const { status, body } of [outlook, google])
      assert.deepEqual([status, body.code], [501, "provider_not_available"]);
    const window = { location: { href: "the page" } };
    const given = { currentUser: { id: student }, window };
    const app = await javascript(api, document.text("app.js"), ["connectGoogleCalendar"], given);
    await app.connectGoogleCalendar();
    assert.equal(window.location.href, undefined);
    const callback = await fetch(`${api.url}${path("outlook/callback?code=c&state=user123")}`);
    assert.equal(callback.status, 501);
    assert.equal((await api.post(path("connect/fax"), asked)).status, 404);
  });

  it("of Apple shows how, refuses a wrong password, and answers the calendars' names", async () => {
    const asked = document.json("initiate-calendar-connection.request.json");
    const told = await api.post(path("connect/apple"), asked);
    assert.deepEqual(told.body, document.json("initiate-calendar-connection.response-apple.json"));
    const wrong = await api.post(path("apple/connect"), { ...apple, app_password: "wrong" });
    assert.deepEqual([wrong.status, wrong.body.error], [502, "Invalid authentication credentials"]);
    const wanted = document.json("apple-calendar-connection.response.json");
    const { body } = await api.post(path("apple/connect"), apple);
    assert.deepEqual(
      { ...body, calendars: body.calendars.sort(), connection_id: undefined },
      {
        ...wanted,
        calendars: wanted.calendars.sort(),
        connection_id: undefined,
      },
    );
    const [connected] = await connections();
    calendar = connected?.calendar_id ?? "";
  });

  it("is told as the document shows it", async () => {
    const { body } = await api.get(path(`connection-status/${student}`));
    assertShaped(body, document.json("check-connection-status.response-connected.json"));
    assert.deepEqual([body.connected, body.calendar_type], [true, "apple"]);
    assert.ok(Math.abs(Date.parse(`${body.connected_at}Z`) - Date.now()) < 600_000, body.connected_at);
    const command = await run("connection-status.sh");
    assert.deepEqual(command.body, { connected: false }, "the document's command asks for somebody else");
  });
});

describe("a task", () => {
  it("becomes an event with the document's request, at its own clocks' time", async () => {
    const { status, body } = await api.post(path("task-to-calendar"), assignment);
    assert.equal(status, 200, JSON.stringify(body));
    assertShaped(body, document.json("sync-task-to-calendar.response.json"));
    eventId = body.event_id;
    const event = await onPhone(eventId);
    assert.deepEqual(
      [event?.summary, event?.start, event?.end, event?.url],
      ["Complete assignment", "2025-10-17T14:00:00-04:00", "2025-10-17T15:00:00-04:00", body.event_link],
    );
  });

  it("is not made twice", async () => {
    const again = await api.post(path("task-to-calendar"), assignment);
    assert.equal(again.body.event_id, eventId);
    assert.equal((await world.phone.events(calendar)).length, 1);
  });

  it("is renamed and moved with the document's request", async () => {
    const asked = { ...document.json("update-calendar-event.request.json"), event_id: eventId };
    const { body } = await api.put(path("update-event"), asked);
    assert.deepEqual(body, document.json("update-calendar-event.response.json"));
    const event = await onPhone(eventId);
    assert.deepEqual(
      [event?.summary, event?.start],
      ["Updated assignment title", "2025-10-17T15:00:00-04:00"],
    );
  });

  it("follows its event on the phone", async () => {
    await world.phone.change(calendar, eventId, { SUMMARY: "Assignment, part two" });
    await api.post(path("sync"), { user_id: student });
    assert.equal((await api.get("/api/tasks/task456")).body.task.name, "Assignment, part two");
  });

  it("loses its event with the document's request, and stays", async () => {
    const asked = { ...document.json("delete-calendar-event.request.json"), event_id: eventId };
    const deleted = await fetch(api.url + path("delete-event"), {
      method: "DELETE",
      headers: { authorization: `Bearer ${api.key}`, "content-type": "application/json" },
      body: JSON.stringify(asked),
    });
    assert.deepEqual(await deleted.json(), document.json("delete-calendar-event.response.json"));
    assert.equal(await onPhone(eventId), undefined);
    assert.equal((await api.get("/api/tasks/task456")).body.task.on_calendar, false);
    const again = await api.put(path("update-event"), { ...asked, task_data: { name: "Gone" } });
    assert.equal(again.status, 404);
  });

  it("is created by the document's code, which keeps the id of its event", async () => {
    const kept: { calendarEventId?: string }[] = [];
    const given = {
      currentUser: { id: student },
      saveTask: async (data: object) => ({ id: "from-app", ...data }),
      updateTask: async (task: object) => kept.push(task),
    };
    const app = await javascript(api, document.text("app.js"), ["createTask"], given);
    await app.createTask({ name: "Read", scheduledTime: wall(inDays(2, 18)), category: "Homework" });
    const event = await onPhone(kept[0]?.calendarEventId ?? "");
    assert.equal(event?.summary, "Read");
    eventId = event?.uid ?? "";
  });

  it("of several at once has a result of its own; one recurs", async () => {
    const tasks = [
      { id: "t1", name: "Run", scheduled_time: wall(inDays(1, 6)), recurrence: "FREQ=DAILY;COUNT=3" },
      { id: "t2", name: "Without a time" },
      { id: "t3", name: "Swim", scheduled_time: wall(inDays(1, 12)), duration: 30 },
      { name: "Without an id", scheduled_time: wall(inDays(1, 12)) },
    ];
    const { body } = await api.post(path("tasks-to-calendar"), { user_id: student, tasks });
    const said = body.results.map((one: Record<string, unknown>) => [one.task_id, one.success, one.details]);
    assert.deepEqual(said, [
      ["t1", true, undefined],
      ["t2", false, { field: "scheduledTime" }],
      ["t3", true, undefined],
      [null, false, { field: "id" }],
    ]);
    assert.match((await onPhone(body.results[0].event_id))?.data ?? "", /RRULE:FREQ=DAILY;COUNT=3/);
    assert.equal((await api.get("/api/tasks/t2")).status, 404);
  });
});

describe("events of the calendar", () => {
  const [meeting, dentist] = [inDays(3, 10), inDays(4, 15)];

  it("become tasks with the document's request, but for those that stand for tasks", async () => {
    await world.phone.add(calendar, event("meeting", "Team meeting", meeting, inDays(3, 11)));
    const mind = event("dentist", "Dentist appointment", dentist, inDays(4, 16), "CATEGORIES:Health");
    await world.phone.add(calendar, mind);
    const stand = event("standup", "Stand-up", inDays(5, 8), inDays(5, 9), "RRULE:FREQ=DAILY;COUNT=2");
    await world.phone.add(calendar, stand);
    await world.phone.add(calendar, event("later", "Next month", inDays(30, 8), inDays(30, 9)));
    await api.post(path("sync"), { user_id: student });
    const asked = document.json("sync-calendar-to-tasks.request.json");
    const { body } = await api.post(path("calendar-to-tasks"), asked);
    assertShaped(body, document.json("sync-calendar-to-tasks.response.json"));
    const said = body.tasks.map((task: Record<string, unknown>) => [
      task.name,
      task.scheduled_time,
      task.category,
    ]);
    assert.deepEqual(said, [
      ["Team meeting", wall(meeting), "General"],
      ["Dentist appointment", wall(dentist), "Health"],
      ["Stand-up", wall(inDays(5, 8)), "General"],
      ["Stand-up", wall(inDays(6, 8)), "General"],
    ]);
    assert.equal(body.count, 4);
    assert.deepEqual([body.tasks[0].calendar_event_id, body.tasks[0].calendar_source], ["meeting", "apple"]);
  });

  it("are taken in by the document's code", async () => {
    const taken: { name: string }[] = [];
    const given = {
      currentUser: { id: student },
      createTaskFromCalendar: async (task: { name: string }) => taken.push(task),
    };
    const app = await javascript(api, document.text("app.js"), ["syncCalendarToTasks"], given);
    await app.syncCalendarToTasks();
    assert.deepEqual(
      taken.map(({ name }) => name),
      ["Team meeting", "Dentist appointment", "Stand-up", "Stand-up"],
    );
  });

  it("are changed and deleted by their ids, single occurrences too", async () => {
    const change = (event_id: string, task_data: object) =>
      api.put(path("update-event"), { user_id: student, event_id, task_data });
    const renamed = await change("meeting", { name: "Meeting", scheduled_time: wall(inDays(3, 13)) });
    assert.equal(renamed.status, 200, renamed.text);
    const event = await onPhone("meeting");
    assert.deepEqual([event?.summary, Date.parse(event?.end ?? "")], ["Meeting", Date.parse(inDays(3, 14))]);
    const { tasks } = (await api.post(path("calendar-to-tasks"), { user_id: student })).body;
    const second = tasks.at(-1).calendar_event_id;
    assert.equal((await change(second, { name: "Last stand-up" })).status, 200);
    assert.match((await onPhone("standup"))?.data ?? "", /SUMMARY:Last stand-up/);
    const deleted = await api.delete(
      `${path("delete-event")}?user_id=${student}&event_id=${encodeURIComponent(second)}`,
    );
    assert.equal(deleted.status, 200, deleted.text);
    const left = (await api.post(path("calendar-to-tasks"), { user_id: student })).body.tasks;
    assert.equal(left.length, 3);
    await api.delete(`${path("delete-event")}?user_id=${student}&event_id=dentist`);
    assert.equal(await onPhone("dentist"), undefined);
  });
});

describe("suggested times", () => {
  it("keep clear of everything in the calendar, within the day, and before the task is due", async () => {
    const task = { user_id: student, id: "essay", name: "Essay", duration: 120, due: wall(inDays(3, 12)) };
    assert.equal((await api.post("/api/tasks", task)).status, 201);
    const { body } = await api.get("/api/tasks/essay/suggested-times?limit=20");
    assert.ok(body.suggestions.length > 3, JSON.stringify(body));
    const [read, swim] = [inDays(2, 18), inDays(1, 12)].map((time) => Date.parse(time));
    for (const { scheduled_time, end_time } of body.suggestions) {
      const [start, end] = [Date.parse(`${scheduled_time}Z`), Date.parse(`${end_time}Z`)];
      assert.equal(end - start, 7_200_000);
      assert.ok(end <= Date.parse(inDays(3, 12)), scheduled_time);
      assert.ok(new Date(start).getUTCHours() >= 8 && new Date(start).getUTCHours() <= 18, scheduled_time);
      for (const [from = 0, length] of [
        [read, 3_600_000],
        [swim, 1_800_000],
      ] as const)
        assert.ok(end <= from || start >= from + length, scheduled_time);
    }
    const refused = await api.get("/api/tasks/essay/suggested-times?limit=0");
    assert.deepEqual([refused.status, refused.body.details], [422, { field: "limit" }]);
    assert.equal((await api.get("/api/tasks/essay/suggested-times?user_id=other")).status, 404);
  });
});

describe("a calendar for each category", () => {
  it("takes the tasks of its category alone, also when one changes to it", async () => {
    const { user: username, password } = world.account;
    const found = await api.post("/api/calendar/icloud/calendars", {
      appleId: username,
      appSpecificPassword: password,
    });
    const urls = found.body.calendars.map((one: { url: string }) => one.url);
    other = urls.find((url: string) => url !== calendar);
    const account = { user_id: student, provider: "apple", username, password, calendar_id: other };
    await api.post(path("connections"), account);
    const [work, home] = await connections();
    const categoryCalendars = { Work: work?.id, Homework: home?.id };
    const chosen = await api.patch(`/api/owners/${student}`, { categoryCalendars });
    assert.deepEqual(chosen.body.owner?.categoryCalendars, categoryCalendars, chosen.text);
    const report = { id: "report", name: "Report", category: "Work", scheduled_time: wall(inDays(5, 12)) };
    const added = await api.post(path("task-to-calendar"), { user_id: student, task_data: report });
    assert.equal((await onPhone(added.body.event_id, other))?.summary, "Report", added.text);
    assert.ok((await world.phone.events(calendar)).every(({ summary }) => summary !== "Report"));
    const moved = { user_id: student, task_data: { id: "report", category: "Homework" } };
    const there = await api.post(path("task-to-calendar"), moved);
    assert.equal((await onPhone(there.body.event_id))?.summary, "Report", there.text);
    assert.ok((await world.phone.events(other)).every(({ summary }) => summary !== "Report"));
    const foreign = await api.patch(`/api/owners/${student}`, { categoryCalendars: { Work: "con_1" } });
    assert.deepEqual([foreign.status, foreign.body.details], [422, { field: "categoryCalendars" }]);
  });
});

describe("the history", () => {
  it("has a record for each task, as the document shows it and in its table", async () => {
    const body = await history();
    assertShaped(body, document.json("get-sync-history.response.json"));
    const [newest] = body.syncs;
    assert.deepEqual(
      [newest.task_id, newest.sync_direction, newest.sync_status],
      ["report", "to_calendar", "success"],
    );
    const meetings = body.syncs.filter(
      (sync: Record<string, unknown>) => sync.calendar_event_id === "meeting" && sync.task_id === null,
    );
    assert.deepEqual(
      meetings.map((sync: { sync_direction: string }) => sync.sync_direction),
      ["from_calendar"],
    );
    const page = (await api.get(path(`sync-history/${student}?limit=2`))).body;
    assert.deepEqual([page.count, typeof page.next_cursor], [2, "string"]);
    const rows = readDisk(world.folder, (disk) =>
      disk.rows(
        "SELECT user_id, task_id, calendar_type, sync_status FROM calendar_syncs WHERE task_id = 't3'",
      ),
    );
    assert.deepEqual(
      { ...rows[0] },
      {
        user_id: student,
        task_id: "t3",
        calendar_type: "apple",
        sync_status: "success",
      },
    );
  });

  it("tells a failure in the document's words", async () => {
    const users = join(world.folder, "radicale", "users");
    writeFileSync(users, `${apple.apple_id}:another\n`);
    const late = { id: "late", name: "Late", scheduled_time: wall(inDays(2, 9)) };
    const failed = await api.post(path("task-to-calendar"), { user_id: student, task_data: late });
    assert.deepEqual([failed.status, failed.body.error], [502, "Invalid authentication credentials"]);
    const [{ task_id, sync_status, error_message }] = (await history()).syncs;
    assert.deepEqual(
      [task_id, sync_status, error_message],
      ["late", "failed", "Invalid authentication credentials"],
    );
    const status = await api.get(path(`connection-status/${student}`));
    assert.deepEqual(status.body, { connected: false });
    writeFileSync(users, `${apple.apple_id}:${apple.app_password}\n`);
    await api.post(path("apple/connect"), apple);
    const again = await api.post(path("task-to-calendar"), { user_id: student, task_data: late });
    assert.equal(again.body.success, true, again.text);
  });
});

describe("the document's commands", () => {
  it("run for its test user", async () => {
    await api.post(path("apple/connect"), { ...apple, user_id: "test_user_123" });
    assert.equal((await run("connection-status.sh")).body.connected, true);
    const task = await run("task-to-calendar.sh");
    assert.equal(task.body.success, true, task.text);
    assert.equal((await onPhone(task.body.event_id))?.summary, "Test homework assignment");
    const tasks = await run("calendar-to-tasks.sh");
    assert.equal(tasks.body.success, true, tasks.text);
    assert.ok(tasks.body.tasks.every(({ name }: { name: string }) => name !== "Test homework assignment"));
  });
});

describe("a student's calendar", () => {
  it("is nobody else's", async () => {
    const mine = { user_id: "other", event_id: eventId };
    assert.equal((await api.put(path("update-event"), { ...mine, task_data: { name: "x" } })).status, 404);
    const taken = { user_id: "test_user_123", task_data: { ...assignment.task_data, name: "Mine" } };
    assert.equal((await api.post(path("task-to-calendar"), taken)).status, 404);
    assert.equal((await api.get(path(`sync-history/${student}?user_id=other`))).status, 404);
    const strangers = await world.operator.get(path(`sync-history/${student}`));
    assert.deepEqual(strangers.body.syncs, []);
  });

  it("is disconnected with its credentials, and its history stays", async () => {
    const gone = await api.post(path(`disconnect/${student}`));
    assert.deepEqual(gone.body, document.json("disconnect-calendar.response.json"));
    assert.deepEqual((await api.get(path(`connection-status/${student}`))).body, { connected: false });
    assert.ok((await history()).count > 0);
  });
});
