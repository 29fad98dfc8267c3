// A day of Desktop Buddy: a dashboard that shows what a person's calendars hold, and writes into them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "../end-to-end/api.ts";
import { hs256 } from "../end-to-end/tokens.ts";
import { startWorld, type World } from "../end-to-end/world.ts";
import { assertServed, assertShaped, Examples } from "./application.ts";
import { event, inDays } from "./event.ts";

const document = new Examples("desktop-buddy");
const owner = "user_id=student";
let world: World;
let api: Api;
let calendar: string;
let second: string;
let id: string;

before(async () => {
  world = await startWorld({ icloud: true });
  api = world.api;
  [calendar, second] = [await world.phone.makeCalendar("Lectures"), await world.phone.makeCalendar("Home")];
  await world.phone.add(calendar, event("exam", "Exam", inDays(3, 9), inDays(3, 11), "LOCATION:Hall 1"));
  await world.phone.add(calendar, event("far", "Graduation", inDays(60, 9), inDays(60, 11)));
  await world.phone.add(calendar, event("past", "Welcome week", inDays(-20, 9), inDays(-20, 11)));
  const standup = event("standup", "Stand-up", inDays(1, 8), inDays(1, 9), "RRULE:FREQ=DAILY;COUNT=4");
  await world.phone.add(second, standup);
});
after(() => world?.stop());

const connect = (calendarId: string, fields: object = {}) => {
  const { user: username, password } = world.account;
  const account = { user_id: "student", provider: "apple", username, password, calendar_id: calendarId };
  return api.post("/api/calendar/connections/", { ...account, ...fields });
};
const upcoming = async (more = "") =>
  (await api.get(`/api/calendar/events/upcoming/?${owner}${more}`)).body.events;
const events = async (query: string) => (await api.get(`/api/calendar/events/?${owner}&${query}`)).body;
const titles = (list: { title: string }[]) => list.map((one) => one.title);
const onPhone = async (title: string, where = calendar) =>
  (await world.phone.events(where)).find(({ summary }) => summary === title);

describe("connecting", () => {
  it("every address of the document is there", () => assertServed(api, document.endpoints("endpoints.md")));

  it("of Google is told not to be there yet", async () => {
    const begun = await api.get("/api/calendar/google/authorize/");
    assert.deepEqual([begun.status, begun.body.code], [501, "provider_not_available"]);
    const called = await fetch(`${api.url}/api/calendar/google/callback/?code=c`);
    assert.deepEqual([called.status, (await called.json()).code], [501, "provider_not_available"]);
  });

  it("answers in the document's names, and reads 30 days back and 90 ahead", async () => {
    const connected = await connect(calendar, { sync_interval: 900, conflict_policy: "external_wins" });
    assert.equal(connected.status, 201, connected.text);
    const { connection, sync } = connected.body;
    assertShaped(connection, {
      id: "",
      user_id: "",
      provider: "",
      calendar_id: "",
      calendar_name: "",
      is_active: true,
      last_synced_at: "",
      sync_enabled: true,
      created_at: "",
      updated_at: "",
    });
    const { provider, calendar_name, sync_interval, conflict_policy } = connection;
    assert.deepEqual(
      [provider, calendar_name, sync_interval, conflict_policy, sync.events_imported],
      ["apple", "Lectures", 900, "external_wins", 3],
    );
    id = connection.id;
    await connect(second);
    const { connections } = (await api.get(`/api/calendar/connections/?${owner}`)).body;
    assert.deepEqual(
      connections.map((one: { calendar_name: string }) => one.calendar_name),
      ["Home", "Lectures"],
    );
  });
});

describe("the dashboard", () => {
  it("shows the next seven days, each occurrence, in the columns of the document's table", async () => {
    const list = await upcoming();
    assert.deepEqual(titles(list), ["Stand-up", "Stand-up", "Stand-up", "Exam", "Stand-up"]);
    assertShaped(list[3], {
      id: "",
      user_id: "student",
      calendar_connection_id: "",
      external_event_id: "exam",
      title: "Exam",
      description: null,
      start_time: "",
      end_time: "",
      location: "Hall 1",
      all_day: false,
      recurrence_rule: null,
      last_modified: null,
      created_at: "",
      updated_at: "",
      calendar_source: "Lectures",
      color: null,
    });
    assert.equal(list[3].location, "Hall 1");
    assert.equal(list[3].calendar_source, "Lectures");
    assert.deepEqual(titles(await upcoming("&limit=2")), ["Stand-up", "Stand-up"]);
  });

  it("shows nothing where there is nothing", async () => {
    const empty = await api.get("/api/calendar/events/upcoming/?user_id=nobody");
    assert.deepEqual([empty.status, empty.body.events], [200, []]);
  });

  it("lists by date, by word, by calendar and by page", async () => {
    const range = `startDate=${inDays(-30, 0)}&endDate=${inDays(90, 0)}`;
    const all = await events(range);
    assert.equal(all.events.length, 7);
    assert.deepEqual(titles((await events(`${range}&q=GRAD`)).events), ["Graduation"]);
    assert.deepEqual(titles((await events(`${range}&q=hall`)).events), ["Exam"]);
    const own = (await events(`${range}&connectionId=${id}`)).events;
    assert.deepEqual(titles(own), ["Welcome week", "Exam", "Graduation"]);
    const pages: string[] = [];
    let cursor = "";
    do {
      const page = await events(`${range}&limit=3${cursor}`);
      pages.push(...page.events.map((one: { id: string }) => one.id));
      cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
    } while (cursor);
    assert.deepEqual(
      pages,
      all.events.map((one: { id: string }) => one.id),
    );
    for (const [query, field] of [
      ["limit=0", "limit"],
      ["cursor=x", "cursor"],
      ["startDate=soon", "startDate"],
    ]) {
      const refused = await api.get(`/api/calendar/events?${owner}&${query}`);
      assert.deepEqual([refused.status, refused.body.details], [422, { field }]);
    }
  });

  it("shows what changed after a manual sync, and when that was", async () => {
    await world.phone.change(calendar, "exam", { SUMMARY: "Oral exam" });
    const synced = await api.post("/api/calendar/sync/", { user_id: "student" });
    assert.deepEqual([synced.body.success, synced.body.results.length], [true, 2], synced.text);
    assert.ok(titles(await upcoming()).includes("Oral exam"));
    const one = await api.post("/api/calendar/sync", { user_id: "student", connectionId: id });
    assert.deepEqual(
      one.body.results.map((r: { connection_id: string }) => r.connection_id),
      [id],
    );
    const { body } = await api.get(`/api/calendar/sync/status/?${owner}`);
    assert.deepEqual([body.is_syncing, body.connections.length], [false, 2]);
    assert.ok(Date.now() - Date.parse(body.last_synced_at) < 60_000, body.last_synced_at);
  });
});

describe("an event from the dashboard", () => {
  let made: string;

  it("is made in the calendar that is named, else in the first", async () => {
    const created = await api.post("/api/calendar/events/", {
      user_id: "student",
      title: "Study group",
      start_time: inDays(2, 15),
      end_time: inDays(2, 17),
      location: "Library",
    });
    assert.equal(created.status, 201, created.text);
    const { event } = created.body;
    assert.deepEqual([event.title, event.calendar_connection_id], ["Study group", id]);
    made = event.id;
    assert.equal((await onPhone("Study group"))?.location, "Library");
    const { connections } = (await api.get(`/api/calendar/connections/?${owner}`)).body;
    const far = await api.post("/api/calendar/events", {
      user_id: "student",
      connection_id: connections[0].id,
      title: "Holiday",
      start_time: "2029-07-02",
      end_time: "2029-07-06",
      all_day: true,
    });
    assert.deepEqual([far.status, far.body.event?.all_day], [201, true], far.text);
    const holiday = await onPhone("Holiday", second);
    assert.deepEqual([holiday?.start, holiday?.end], ["2029-07-02", "2029-07-07"]);
    assert.ok(titles(await upcoming()).includes("Study group"));
  });

  it("is changed there, with what its owner changed meanwhile kept", async () => {
    const { uid = "" } = (await onPhone("Study group")) ?? {};
    await world.phone.change(calendar, uid, { DESCRIPTION: "Bring notes" });
    const changed = await api.patch(`/api/calendar/events/${made}`, {
      title: "Study group 2",
      start_time: inDays(2, 16),
    });
    assert.equal(changed.status, 200, changed.text);
    const { title, description, start_time, end_time } = changed.body.event;
    assert.deepEqual(
      [title, description, start_time, end_time],
      ["Study group 2", "Bring notes", inDays(2, 16), inDays(2, 18)],
    );
    assert.equal((await onPhone("Study group 2"))?.location, "Library");
  });

  it("of a series is changed and deleted alone by the id of its occurrence", async () => {
    const [, , third] = (await upcoming()).filter(({ title }: { title: string }) => title === "Stand-up");
    const later = await api.patch(`/api/calendar/events/${third.id}`, { title: "Retrospective" });
    assert.equal(later.status, 200, later.text);
    assert.deepEqual([later.body.event.title, later.body.event.id], ["Retrospective", third.id]);
    const [first] = await upcoming();
    assert.equal((await api.delete(`/api/calendar/events/${first.id}`)).status, 200);
    const left = titles(await upcoming()).filter((title) => /Stand-up|Retro/.test(title));
    assert.deepEqual(left, ["Stand-up", "Retrospective", "Stand-up"]);
    const { data = "" } = (await onPhone("Stand-up", second)) ?? {};
    assert.match(data, /SUMMARY:Retrospective/);
  });

  it("is deleted there", async () => {
    assert.equal((await api.delete(`/api/calendar/events/${made}`)).status, 200);
    assert.equal(await onPhone("Study group 2"), undefined);
    assert.ok(!titles(await upcoming()).includes("Study group 2"));
    assert.equal((await api.delete(`/api/calendar/events/${made}`)).status, 404);
  });

  it("names the field that cannot be used, and belongs to nobody else", async () => {
    const good = { user_id: "student", title: "T", start_time: inDays(2, 1), end_time: inDays(2, 2) };
    const fields: [object, string][] = [
      [{ title: "" }, "title"],
      [{ start_time: undefined }, "startTime"],
      [{ end_time: inDays(1, 1) }, "endTime"],
      [{ recurrence_rule: "FREQ=SOMETIMES" }, "recurrenceRule"],
      [{ all_day: true }, "allDay"],
      [{ timezone: "Nowhere" }, "timezone"],
    ];
    for (const [wrong, field] of fields) {
      const refused = await api.post("/api/calendar/events", { ...good, ...wrong });
      assert.deepEqual([refused.status, refused.body.details?.field], [422, field], refused.text);
    }
    const [one] = await upcoming();
    for (const answer of [
      await api.patch(`/api/calendar/events/${one.id}`, { user_id: "other", title: "Mine" }),
      await world.operator.patch(`/api/calendar/events/${one.id}`, { title: "Mine" }),
      await api.delete(`/api/calendar/events/${one.id}?user_id=other`),
      await api.post("/api/calendar/events", { ...good, user_id: "other", connection_id: id }),
      await api.get(`/api/calendar/events?user_id=other&connection_id=${id}`),
    ])
      assert.equal(answer.status, 404, answer.text);
  });
});

describe("what the application has chosen", () => {
  it("is how its names are written and what its connections have, where a call does not say", async () => {
    const chosen = { names: "snake_case", syncInterval: 900, conflictPolicy: "external_wins" };
    const set = await world.operator.patch("/api/admin/tenants/studio", chosen);
    assert.equal(set.status, 200, set.text);
    const { names, syncInterval, conflictPolicy } = set.body.tenant;
    assert.deepEqual({ names, syncInterval, conflictPolicy }, chosen);
    const signing = { tenant: "studio", scope: "owner", algorithm: "HS256" };
    const key = (await world.operator.post("/api/admin/keys", signing)).body;
    // Signed in, so that nobody is named.
    const session = new Api(api.url, hs256(key.secret, { sub: "roommate" }, { kid: key.id }));
    const { user: username, password } = world.account;
    const account = { provider: "apple", username, password, calendar_id: second };
    const { status, body } = await session.post("/api/calendar/connections/", account);
    assert.equal(status, 201, JSON.stringify(body));
    const { user_id, provider, sync_interval, conflict_policy } = body.connection;
    assert.deepEqual(
      [user_id, provider, sync_interval, conflict_policy],
      ["roommate", "apple", 900, "external_wins"],
    );
    const listed = (await session.get("/api/calendar/sync/status/")).body;
    assert.deepEqual([listed.is_syncing, listed.connections.length], [false, 1]);
    const wrong = await world.operator.patch("/api/admin/tenants/studio", { names: "kebab-case" });
    assert.deepEqual([wrong.status, wrong.body.details], [422, { field: "names" }]);
  });
});

describe("disconnecting", () => {
  it("removes the mirrored events and leaves the calendar as it is", async () => {
    const gone = await api.post(`/api/calendar/connections/${id}/disconnect/`, { user_id: "student" });
    assert.deepEqual(gone.body, { success: true, message: "Calendar disconnected" });
    assert.ok(!titles(await upcoming()).includes("Oral exam"));
    assert.ok(await onPhone("Oral exam"));
    const { body } = await api.get(`/api/calendar/history?${owner}&connectionId=${id}`);
    assert.ok(body.history.length > 0, "its history stays");
  });
});
