// Every route, with the ids of another tenant and of another owner: to whom they do not belong, they are not there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { root } from "../../scripts/places.mjs";
import { Api } from "./api.ts";
import { hs256 } from "./tokens.ts";
import { startWorld, type World } from "./world.ts";

type Kind =
  | "connection"
  | "event"
  | "appointment"
  | "task"
  | "conflict"
  | "import"
  | "key"
  | "tenant"
  | "owner";

/** What `{id}` is in a path, by how the path begins; the longest beginning counts. */
const kinds: [string, Kind | "service"][] = [
  ["/api/admin/tenants/", "tenant"],
  ["/api/admin/keys/", "key"],
  ["/api/admin/connections/", "connection"],
  ["/api/appointments/", "appointment"],
  ["/api/calendar/connect/", "service"],
  ["/api/calendar/connection-status/", "owner"],
  ["/api/calendar/connections/", "connection"],
  ["/api/calendar/conflicts/", "conflict"],
  ["/api/calendar/disconnect/", "owner"],
  ["/api/calendar/events/", "event"],
  ["/api/calendar/imports/", "import"],
  ["/api/calendar/sync-history/", "owner"],
  ["/api/calendar/sync/", "connection"],
  ["/api/owners/", "owner"],
  ["/api/tasks/", "task"],
];

/** Routes that take an id elsewhere: in the query or the body. */
const others: [string, string, Kind, (id: string) => object][] = [
  ["PUT", "/api/admin/calendars", "connection", (id) => ({ id, calendarName: "Mine" })],
  ["DELETE", "/api/admin/calendars", "connection", (id) => ({ id })],
  ["POST", "/api/admin/calendars/test", "connection", (id) => ({ id })],
  ["POST", "/api/calendar/icloud/sync", "connection", (connectionId) => ({ connectionId })],
  ["GET", "/api/calendar/icloud/status", "connection", (connectionId) => ({ connectionId })],
  ["POST", "/api/calendar/sync", "connection", (connectionId) => ({ connectionId })],
  ["GET", "/api/calendar/sync/status", "connection", (connectionId) => ({ connectionId })],
  ["GET", "/api/calendar/events", "connection", (connectionId) => ({ connectionId })],
  [
    "POST",
    "/api/calendar/events",
    "connection",
    (connectionId) => ({ connectionId, title: "Mine", startTime: "2027-05-01T10:00:00Z" }),
  ],
];

/** What a call says beside the id, by how its path ends. */
const bodies: [RegExp, object][] = [
  [/\/reschedule$/, { startTime: "2027-06-01T10:00:00Z" }],
  [/\/resolve$/, { keep: "application" }],
  [/\/map$/, { clientId: "mine" }],
];

const routes = (() => {
  const source = readFileSync(join(root, "worker", "src", "routes", "mod.rs"), "utf8");
  const chunks = source.split(".route(").slice(1);
  return chunks.flatMap((chunk) => {
    const [, path] = /^\s*"([^"]+)"/.exec(chunk) ?? [];
    const methods = [...chunk.matchAll(/\b(?:on_)?(get|post|put|patch|delete)\(/g)];
    return path?.includes("{id}")
      ? [...new Set(methods.map(([, method = ""]) => method.toUpperCase()))].map((method) => ({
          method,
          path,
        }))
      : [];
  });
})();

let world: World;
let ids: Record<Kind, string>;
/** The owner's application, another owner's token, another tenant's server. */
let own: Api;
let neighbour: Api;
let stranger: Api;

before(async () => {
  world = await startWorld();
  const issue = async (fields: object) => (await world.operator.post("/api/admin/keys", fields)).body;
  await world.operator.post("/api/admin/tenants", { id: "elsewhere" });
  const admin = await issue({ tenant: "studio", scope: "admin" });
  const signing = await issue({ tenant: "studio", scope: "owner", algorithm: "HS256" });
  own = new Api(world.api.url, admin.key);
  neighbour = new Api(world.api.url, hs256(signing.secret, { sub: "ben" }, { kid: signing.id }));
  stranger = new Api(world.api.url, (await issue({ tenant: "elsewhere", scope: "admin" })).key);

  const userId = "ana";
  const calendar = await world.phone.makeCalendar("Own");
  const lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//The owner//EN", "BEGIN:VEVENT", "UID:own"];
  const times = ["DTSTAMP:20261101T000000Z", "DTSTART:20270302T140000Z", "DTEND:20270302T150000Z"];
  await world.phone.add(
    calendar,
    [...lines, ...times, "SUMMARY:Own", "END:VEVENT", "END:VCALENDAR", ""].join("\r\n"),
  );
  const { user: appleId, password: appSpecificPassword } = world.account;
  const account = { userId, appleId, appSpecificPassword, calendarUrl: calendar, conflictPolicy: "manual" };
  const connection = (await own.post("/api/calendar/icloud/connect", account)).body.connectionId;
  await own.get(`/api/calendar/events?userId=${userId}&startDate=2027-03-01&endDate=2027-03-03`);
  const [imported] = (await own.get(`/api/calendar/imports?userId=${userId}`)).body.imports;
  const task = { userId, id: "task", name: "Task", scheduledTime: "2027-03-04T10:00:00", onCalendar: true };
  assert.equal((await own.post("/api/tasks", task)).status, 201);
  const slot = { userId, startTime: "2027-03-05T09:00:00Z", endTime: "2027-03-05T10:00:00Z", title: "Cut" };
  const { appointment } = (await own.post("/api/appointments", slot)).body;
  await world.phone.change(calendar, appointment.externalEventUid, { SUMMARY: "Theirs" });
  await own.patch(`/api/appointments/${appointment.id}`, { title: "Ours" });
  const [conflict] = (await own.get(`/api/calendar/conflicts?userId=${userId}`)).body.conflicts;
  ids = {
    connection,
    event: imported.id,
    import: imported.id,
    task: "task",
    appointment: appointment.id,
    conflict: conflict.id,
    key: admin.id,
    tenant: "studio",
    owner: userId,
  };
});
after(() => world?.stop());

const ask = async (api: Api, method: string, path: string, said: object): Promise<number> => {
  const query =
    method === "GET" || method === "DELETE" ? `?${new URLSearchParams(Object.entries(said))}` : "";
  const body = query === "" ? { body: JSON.stringify(said) } : {};
  const headers = { authorization: `Bearer ${api.key}`, "content-type": "application/json" };
  const answer = await fetch(api.url + path + query, { method, headers, ...body });
  await answer.body?.cancel();
  return answer.status;
};

/** Every call that names a thing of Ana's. */
const calls = () => {
  const byPath = routes.flatMap(({ method, path }) => {
    const [, kind] = kinds.filter(([start]) => path.startsWith(start)).at(-1) ?? [];
    assert.ok(kind, `what is {id} in ${path}?`);
    if (kind === "service") return [];
    const said = bodies.find(([end]) => end.test(path))?.[1] ?? {};
    return [{ method, path: path.replace("{id}", ids[kind]), kind, said }];
  });
  return [
    ...byPath,
    ...others.map(([method, path, kind, said]) => ({ method, path, kind, said: said(ids[kind]) })),
  ];
};
const isAdmins = (path: string) => path.startsWith("/api/admin/");

it("another tenant's server finds nothing of an owner's", async () => {
  assert.ok(calls().length > 40, `only ${calls().length} routes were found`);
  for (const { method, path, kind, said } of calls()) {
    // To a key the owners of its own tenant are whoever it names: an unknown one has nothing.
    if (kind === "owner") continue;
    const named = isAdmins(path) ? said : { ...said, userId: "ana" };
    assert.equal(await ask(stranger, method, path, named), 404, `${method} ${path}`);
  }
  const status = await stranger.get(`/api/calendar/connection-status/${ids.owner}`);
  assert.deepEqual(status.body, { connected: false });
});

it("another owner's token finds nothing of an owner's", async () => {
  for (const { method, path, said } of calls()) {
    const expected = isAdmins(path) ? 403 : 404;
    assert.equal(await ask(neighbour, method, path, said), expected, `${method} ${path}`);
  }
});

it("a key that names another owner finds nothing of this one's", async () => {
  for (const { method, path, said } of calls().filter(({ path }) => !isAdmins(path))) {
    assert.equal(await ask(own, method, path, { ...said, userId: "ben" }), 404, `${method} ${path}`);
  }
});

it("whose it is finds all of it", async () => {
  const removes = ({ method, path }: { method: string; path: string }) =>
    method === "DELETE" || /disconnect|\/cancel$|\/decline$/.test(path);
  for (const { method, path, said } of calls().filter((call) => !removes(call))) {
    const named = isAdmins(path) ? said : { ...said, userId: "ana" };
    assert.notEqual(await ask(own, method, path, named), 404, `${method} ${path}`);
  }
});
