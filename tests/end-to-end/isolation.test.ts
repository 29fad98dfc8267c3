// Every route of the table, asked with the ids and names of another tenant and of another owner: nothing of theirs is
// told, and nothing of theirs changes. A route that is not covered here fails.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "./api.ts";
import { everyRow } from "./d1.ts";
import { routes } from "./routes.ts";
import { ed25519 } from "./tokens.ts";
import { startWorld, type World } from "./world.ts";

/** What belongs to ana of the tenant "studio". */
type Thing =
  | "appointment"
  | "task"
  | "connection"
  | "event"
  | "import"
  | "conflict"
  | "key"
  | "tenant"
  | "hold"
  | "webhook"
  | "owner";

interface Covered {
  /** Who may call it at all; anybody with a key, unless it says otherwise. */
  by?: "admin" | "operator" | "nobody in particular";
  /** Whose id stands in the path, or what stands there instead. */
  of?: Thing | { is: string };
  /** The field that holds somebody's id, and whose. */
  field?: [string, Thing];
  /** Whether it wants an owner to be named besides. */
  owned?: true;
  /** Whether what it wants names ana. */
  within?: true;
  /** What else the route wants before it looks for anything. */
  with?: object;
}

const canary = "Canary";
const day = { startTime: "2027-05-03T09:00:00Z", endTime: "2027-05-03T10:00:00Z" };
const when = { scheduledTime: "2027-05-03T12:00:00" };
const nowhere = "http://127.0.0.1:9/";
const apple = { appleId: "x", appSpecificPassword: "x", calendarUrl: nowhere };
const account = { username: "x", password: "x", calendarUrl: nowhere };

const covered: Record<string, Covered> = {
  "GET /openapi.json": { by: "nobody in particular" },
  "GET /health/live": { by: "nobody in particular" },
  "GET /health/ready": { by: "nobody in particular" },
  "GET /api/calendar/google/callback": { by: "nobody in particular" },
  "GET /api/calendar/outlook/callback": { by: "nobody in particular" },
  "GET /api/calendar/office365/callback": { by: "nobody in particular" },

  "GET /api/admin/tenants": { by: "operator" },
  "POST /api/admin/tenants": { by: "operator", with: { id: "studio" } },
  "POST /api/admin/vault/rotate": { by: "operator" },
  "POST /api/admin/vault/import": { by: "operator" },
  "GET /api/admin/tenants/{id}": { by: "admin", of: "tenant" },
  "PATCH /api/admin/tenants/{id}": { by: "admin", of: "tenant", with: { name: "x" } },
  "GET /api/admin/keys": { by: "admin", field: ["tenant", "tenant"] },
  "POST /api/admin/keys": { by: "admin", field: ["tenant", "tenant"], with: { scope: "user" } },
  "GET /api/admin/keys/{id}": { by: "admin", of: "key" },
  "DELETE /api/admin/keys/{id}": { by: "admin", of: "key" },
  "GET /api/admin/audit": { by: "admin", field: ["tenant", "tenant"] },
  "GET /api/admin/calendars": { by: "admin" },
  "POST /api/admin/calendars": { by: "admin", with: account },
  "PUT /api/admin/calendars": { by: "admin", field: ["id", "connection"] },
  "DELETE /api/admin/calendars": { by: "admin", field: ["id", "connection"] },
  "POST /api/admin/calendars/test": { by: "admin", field: ["id", "connection"] },
  "POST /api/admin/calendars/bulk": {
    by: "admin",
    with: { calendars: [{ artistId: "ana", ...account }] },
  },
  "POST /api/admin/connections/{id}/pause": { by: "admin", of: "connection" },
  "POST /api/admin/connections/{id}/resume": { by: "admin", of: "connection" },
  "POST /api/admin/connections/{id}/resync": { by: "admin", of: "connection" },
  "POST /api/caldav/sync": { by: "admin" },

  "POST /api/calendar/icloud/calendars": { with: apple },
  "POST /api/calendar/icloud/connect": { with: apple },
  "POST /api/calendar/icloud/sync": { field: ["connectionId", "connection"] },
  "GET /api/calendar/icloud/status": { field: ["connectionId", "connection"] },
  "GET /api/calendar/export": {},
  "POST /api/calendar/feed": {},
  "DELETE /api/calendar/feed": {},
  "GET /api/calendar/feed/{id}": { by: "nobody in particular" },
  "GET /api/webhooks": { by: "admin" },
  "POST /api/webhooks": { by: "admin", with: { url: nowhere } },
  "DELETE /api/webhooks/{id}": { by: "admin", of: "webhook" },
  "POST /api/webhooks/google": { by: "nobody in particular" },
  "POST /api/webhooks/microsoft": { by: "nobody in particular" },
  "GET /api/calendar/events": { with: { startDate: "2027-05-01", endDate: "2027-05-30" } },
  "POST /api/calendar/events": { with: { title: "x", ...day } },
  "GET /api/calendar/events/upcoming": {},
  "PATCH /api/calendar/events/{id}": { of: "event", with: { title: "x" } },
  "PUT /api/calendar/events/{id}": { of: "event", with: { title: "x" } },
  "DELETE /api/calendar/events/{id}": { of: "event" },
  "POST /api/calendar/availability": { with: day },
  "GET /api/calendar/connections": {},
  "POST /api/calendar/connections": {
    with: { provider: "CALDAV", username: "x", password: "x", calendarId: nowhere },
  },
  "PATCH /api/calendar/connections/{id}": { of: "connection", with: { name: "x" } },
  "DELETE /api/calendar/connections/{id}": { of: "connection" },
  "POST /api/calendar/connections/{id}/disconnect": { of: "connection" },
  "POST /api/calendar/sync": { field: ["connectionId", "connection"], owned: true },
  "GET /api/calendar/sync/status": { field: ["connectionId", "connection"], owned: true },
  "POST /api/calendar/sync/{id}": { of: "connection" },
  "POST /api/calendar/connect/{id}": { of: { is: "apple" } },
  "GET /api/calendar/google/auth": {},
  "GET /api/calendar/outlook/auth": {},
  "GET /api/calendar/office365/auth": {},
  "GET /api/calendar/apple/auth": {},
  "GET /api/calendar/google/authorize": {},
  "GET /api/calendar/status/stream": { with: { seconds: 1 } },
  "GET /api/calendar/history": {},
  "GET /api/calendar/analytics": {},
  "GET /api/calendar/conflicts": {},
  "GET /api/calendar/conflicts/{id}": { of: "conflict" },
  "POST /api/calendar/conflicts/{id}/resolve": { of: "conflict", with: { keep: "calendar" } },
  "POST /api/calendar/conflicts/{id}/undo": { of: "conflict" },
  "POST /api/calendar/import": { field: ["connectionId", "connection"], owned: true },
  "GET /api/calendar/imports": {},
  "POST /api/calendar/imports/{id}/map": { of: "import", with: { clientId: "x" } },
  "GET /api/owners": {},
  "GET /api/owners/{id}": { of: "owner" },
  "PATCH /api/owners/{id}": { of: "owner", with: { timezone: "Europe/Berlin" } },
  "POST /api/calendar/apple/connect": { with: { appleId: "x", appPassword: "x", calendarUrl: nowhere } },
  "GET /api/calendar/connection-status/{id}": { of: "owner" },
  "POST /api/calendar/disconnect/{id}": { of: "owner" },
  "GET /api/calendar/sync-history/{id}": { of: "owner" },
  "POST /api/calendar/task-to-calendar": { with: { taskData: { id: "x", name: "x", ...when } } },
  "POST /api/calendar/tasks-to-calendar": { with: { tasks: [{ id: "x", name: "x", ...when }] } },
  "PUT /api/calendar/update-event": { with: { eventId: "x", taskData: { name: "x" } } },
  "DELETE /api/calendar/delete-event": { with: { eventId: "x" } },
  "POST /api/calendar/calendar-to-tasks": {},
  "GET /api/tasks/{id}/suggested-times": { of: "task" },
  "GET /api/caldav/availability": { with: day },
  "GET /api/availability/slots": { with: { date: "2027-05-03" } },
  "POST /api/availability/batch": { with: { owners: ["ana"], date: "2027-05-03" }, within: true },
  "POST /api/holds": { with: { startTime: "2027-05-09T09:00:00Z", endTime: "2027-05-09T10:00:00Z" } },
  "GET /api/holds/{id}": { of: "hold" },
  "DELETE /api/holds/{id}": { of: "hold" },
  "GET /api/appointments": {},
  "POST /api/appointments": { with: { ...day, title: "x" } },
  "GET /api/appointments/{id}": { of: "appointment" },
  "PATCH /api/appointments/{id}": { of: "appointment", with: { title: "x" } },
  "PUT /api/appointments/{id}": { of: "appointment", with: { title: "x" } },
  "DELETE /api/appointments/{id}": { of: "appointment" },
  "POST /api/appointments/{id}/confirm": { of: "appointment" },
  "POST /api/appointments/{id}/cancel": { of: "appointment" },
  "POST /api/appointments/{id}/decline": { of: "appointment" },
  "POST /api/appointments/{id}/reschedule": { of: "appointment", with: day },
  "GET /api/tasks": {},
  "POST /api/tasks": { with: { name: "x" } },
  "GET /api/tasks/{id}": { of: "task" },
  "PATCH /api/tasks/{id}": { of: "task", with: { name: "x" } },
  "PUT /api/tasks/{id}": { of: "task", with: { name: "x" } },
  "DELETE /api/tasks/{id}": { of: "task" },
};

let world: World;
/** An administrator of another tenant. */
let rival: Api;
/** Another owner of the same tenant, by a token. */
let ben: Api;
let ids: Record<Thing, string>;

before(async () => {
  world = await startWorld();
  const { api, operator, phone } = world;
  const ok = async (asked: Promise<{ status: number; text: string; body: { [name: string]: never } }>) => {
    const { status, text, body } = await asked;
    assert.ok(status < 300, text);
    // biome-ignore lint/suspicious/noExplicitAny: whatever the API answers
    return body as any;
  };
  await ok(operator.post("/api/admin/tenants", { id: "rival", rateLimit: 1_000_000 }));
  const admin = await ok(operator.post("/api/admin/keys", { tenant: "rival", scope: "admin" }));
  rival = new Api(api.url, admin.key);
  const signer = ed25519();
  const key = { tenant: "studio", scope: "owner", algorithm: "EdDSA", publicKey: signer.jwk };
  const { id: kid } = await ok(operator.post("/api/admin/keys", key));
  ben = new Api(api.url, signer.token({ sub: "ben" }, { kid }));

  const calendar = await phone.makeCalendar(`${canary} calendar`);
  const own = ["UID:own", "DTSTAMP:20261101T000000Z", "DTSTART:20270505T090000Z", "DTEND:20270505T100000Z"];
  const event = ["BEGIN:VEVENT", ...own, `SUMMARY:${canary} event`, "END:VEVENT"];
  const object = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//The owner//EN", ...event, "END:VCALENDAR", ""];
  await phone.add(calendar, object.join("\r\n"));
  const { user: appleId, password: appSpecificPassword } = world.account;
  const connect = { appleId, appSpecificPassword, calendarUrl: calendar, conflictPolicy: "manual" };
  const ana = { userId: "ana" };
  const { connectionId } = await ok(api.post("/api/calendar/icloud/connect", { ...ana, ...connect }));
  const booking = { ...ana, ...day, title: `${canary} appointment` };
  const { appointment } = await ok(api.post("/api/appointments", booking));
  const { task } = await ok(api.post("/api/tasks", { ...ana, name: `${canary} task` }));
  const later = { startTime: "2027-05-07T09:00:00Z", endTime: "2027-05-07T10:00:00Z", expiresIn: 3600 };
  const { hold } = await ok(api.post("/api/holds", { ...ana, ...later }));
  const studio = await ok(operator.post("/api/admin/keys", { tenant: "studio", scope: "admin" }));
  const { webhook } = await ok(new Api(api.url, studio.key).post("/api/webhooks", { url: nowhere }));
  // Both sides change its place: a conflict for its owner to decide.
  await world.unplug();
  await ok(api.patch(`/api/appointments/${appointment.id}`, { location: `${canary} here` }));
  await world.plug();
  await phone.change(calendar, appointment.externalEventUid, { LOCATION: `${canary} there` });
  await ok(api.post("/api/calendar/icloud/sync", { connectionId }));
  const { conflicts } = await ok(api.get("/api/calendar/conflicts?userId=ana"));
  // That time is read as soon as somebody asks about it.
  const span = "startDate=2027-05-05&endDate=2027-05-05";
  const { events } = await ok(api.get(`/api/calendar/events?userId=ana&${span}`));
  const { imports } = await ok(api.get("/api/calendar/imports?userId=ana"));
  ids = {
    appointment: appointment.id,
    task: task.id,
    connection: connectionId,
    event: events[0].id,
    import: imports[0].id,
    conflict: conflicts[0].id,
    key: kid,
    tenant: "studio",
    hold: hold.id,
    webhook: webhook.id,
    owner: "ana",
  };
});
after(() => world?.stop());

/** A call of a route with what is ana's in it; `more` is said besides. */
function ask(by: Api, route: string, more: object) {
  const [method = "", path = ""] = route.split(" ");
  const { of, field, with: fields } = covered[route] ?? {};
  const id = of === undefined ? "" : typeof of === "object" ? of.is : ids[of];
  const said: Record<string, unknown> = { ...fields, ...(field && { [field[0]]: ids[field[1]] }), ...more };
  const at = path.replace("{id}", encodeURIComponent(id));
  const query = new URLSearchParams(said as Record<string, string>);
  if (method === "GET") return by.get(`${at}?${query}`);
  if (method === "DELETE") return by.delete(`${at}?${query}`);
  return (method === "POST" ? by.post : method === "PUT" ? by.put : by.patch)(at, said);
}

/** All that the tables hold of the tenant, and what no tenant has by itself, but for what counts and tells of calls. */
function kept(): string {
  const tables = [...everyRow(world)].filter(([name]) => !/^(request_counts|audit_log|sqlite_)/.test(name));
  const own = (row: Record<string, unknown>) => !("tenant" in row) || row.tenant === "studio";
  return JSON.stringify(tables.map(([name, rows]) => [name, rows.filter(own)]));
}

const isAnybodys = (route: string) => covered[route]?.by === "nobody in particular";
/** Whether it is about one thing, and not about what an owner has. */
const names = ({ of, field }: Covered) => typeof of === "string" || field !== undefined;
const tableOfRoutes = routes();

it("every route of the table is covered, and nothing that is none", () => {
  assert.ok(tableOfRoutes.length > 60, `only ${tableOfRoutes.length} routes were read`);
  assert.deepEqual([...tableOfRoutes].sort(), Object.keys(covered).sort());
});

describe("to another tenant's administrator there is nothing of it:", () => {
  for (const route of tableOfRoutes.filter((route) => !isAnybodys(route))) {
    it(route, async () => {
      const before = kept();
      const spec = covered[route] ?? {};
      const unnamed = spec.owned ? [] : [{}];
      for (const more of spec.of === "owner" ? unnamed : [...unnamed, { userId: "ana" }]) {
        const { status, text } = await ask(rival, route, more);
        // By an owner's name alone it asks for its own ana, who is another.
        const expected = spec.by === "operator" ? 403 : names(spec) && spec.of !== "owner" ? 404 : undefined;
        if (expected !== undefined) assert.equal(status, expected, text);
        assert.ok(!text.includes(canary), text);
      }
      assert.equal(kept(), before);
    });
  }
});

describe("to another owner there is nothing of it:", () => {
  for (const route of tableOfRoutes.filter((route) => !isAnybodys(route))) {
    it(route, async () => {
      const before = kept();
      const spec = covered[route] ?? {};
      const named = await ask(ben, route, { userId: "ana" });
      assert.equal(named.status, 404, named.text);
      // What is not for owners is so whatever it is asked for.
      const expected = spec.by === undefined ? 404 : 403;
      const isAnas = names(spec) || spec.by !== undefined;
      if (isAnas || spec.within) {
        const { status, text } = await ask(ben, route, {});
        assert.equal(status, expected, text);
      }
      if (isAnas) {
        const server = await ask(world.api, route, { userId: "ben" });
        assert.equal(server.status, expected, server.text);
      }
      assert.equal(kept(), before);
    });
  }
});
