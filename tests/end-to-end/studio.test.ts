// A studio with one Nextcloud account and a calendar in it for each artist.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let api: Api;
let ana: string;
let ben: string;
let id: string;

before(async () => {
  world = await startWorld({ serviceAccount: true });
  api = world.operator; // the service account is the tenant default's
  ana = await world.phone.makeCalendar("Ana");
  ben = await world.phone.makeCalendar("Ben");
});
after(() => world?.stop());

const artists = async () =>
  (await api.get("/api/admin/calendars")).body.calendars.map(
    (one: { artistId: string; calendarUrl: string }) => [one.artistId, one.calendarUrl],
  );
const busy = (day: string) =>
  `/api/caldav/availability?artistId=ana&startTime=${day}T14:00:00Z&endTime=${day}T15:00:00Z`;

describe("a studio's calendars", () => {
  it("are tried before they are stored", async () => {
    const good = await api.post("/api/admin/calendars/test", { calendarUrl: ana });
    assert.deepEqual([good.status, good.body.calendarName, good.body.writable], [200, "Ana", true]);
    const bad = await api.post("/api/admin/calendars/test", { calendarUrl: `${ana}nothing/` });
    assert.deepEqual([bad.status, bad.body.success, bad.body.code], [502, false, "no_calendar"]);
    assert.deepEqual(await artists(), []);
  });

  it("are each artist's own, by address or by id, with the one account", async () => {
    const first = await api.post("/api/admin/calendars", { artistId: "ana", calendarUrl: ana });
    assert.equal(first.status, 201, first.text);
    assert.equal(first.body.calendar.conflictPolicy, "external_wins");
    assert.equal(first.body.calendar.serviceAccount, true);
    id = first.body.calendar.id;
    const calendarId = decodeURIComponent(new URL(ben).pathname.split("/").at(-2) ?? "");
    const second = await api.post("/api/admin/calendars", { artistId: "ben", calendarId });
    assert.deepEqual([second.status, second.body.calendar.calendarUrl], [201, ben], second.text);
    assert.deepEqual(await artists(), [
      ["ana", ana],
      ["ben", ben],
    ]);
    const test = await api.post("/api/admin/calendars/test", { id });
    assert.equal(test.body.calendarName, "Ana");
  });

  it("carry a booking as a request until it is confirmed, and block what they hold", async () => {
    const booking = await api.post("/api/appointments", {
      artistId: "ana",
      startTime: "2027-01-15T14:00:00Z",
      endTime: "2027-01-15T15:00:00Z",
      clientName: "Eva",
      description: "Sleeve",
    });
    assert.equal(booking.status, 201, booking.text);
    const summaries = async () => (await world.phone.events(ana)).map((event) => event.summary);
    assert.deepEqual(await summaries(), ["REQUEST: Eva - Sleeve"]);
    await api.post(`/api/appointments/${booking.body.appointment.id}/confirm`);
    assert.deepEqual(await summaries(), ["Eva - Sleeve"]);
    const taken = await api.get(busy("2027-01-15"));
    assert.deepEqual([taken.body.available, taken.body.reason], [false, "Time slot not available"]);
    assert.equal((await api.get(busy("2027-01-16"))).body.available, true);
  });

  it("are synced for one artist or for all, with a result each", async () => {
    const range = { startDate: "2027-01-01T00:00:00Z", endDate: "2027-03-31T23:59:59Z" };
    const one = await api.post("/api/caldav/sync", { artistId: "ana", ...range });
    assert.deepEqual(
      one.body.results.map((result: { artistId: string; success: boolean }) => [
        result.artistId,
        result.success,
      ]),
      [["ana", true]],
    );
    const all = await api.post("/api/caldav/sync");
    assert.deepEqual([all.body.success, all.body.results.length], [true, 2]);
    const nobody = await api.post("/api/caldav/sync", { artistId: "nobody" });
    assert.deepEqual([nobody.status, nobody.body.error], [404, "Calendar configuration not found"]);
  });

  it("are changed in place, and moved to another calendar", async () => {
    const changed = await api.put("/api/admin/calendars", { id, calendarUrl: ana, syncInterval: 900 });
    assert.deepEqual([changed.body.calendar.id, changed.body.calendar.syncInterval], [id, 900]);
    const moved = await api.put("/api/admin/calendars", { id, calendarUrl: ben });
    assert.equal(moved.status, 200, moved.text);
    assert.notEqual(moved.body.calendar.id, id);
    assert.equal(moved.body.calendar.syncInterval, 900, "what was chosen stays");
    assert.deepEqual(await artists(), [
      ["ana", ben],
      ["ben", ben],
    ]);
    assert.equal((await api.get(busy("2027-01-15"))).body.available, false, "the booking itself stands");
    id = moved.body.calendar.id;
  });

  it("are forgotten, and stay as they are", async () => {
    const events = (await world.phone.events(ben)).length;
    const gone = await api.delete(`/api/admin/calendars?id=${id}`);
    assert.deepEqual([gone.status, gone.body.success], [200, true]);
    assert.deepEqual(await artists(), [["ben", ben]]);
    assert.equal((await world.phone.events(ben)).length, events);
    assert.equal((await api.delete(`/api/admin/calendars?id=${id}`)).status, 404);
  });

  it("are no other tenant's, and no other server's", async () => {
    const foreign = await world.api.post("/api/admin/calendars", { artistId: "x", calendarUrl: ana });
    assert.deepEqual([foreign.status, foreign.body.code], [403, "admin_only"]);
    const key = await world.operator.post("/api/admin/keys", { tenant: "studio", scope: "admin" });
    const answer = await fetch(`${api.url}/api/admin/calendars`, {
      method: "POST",
      headers: { authorization: `Bearer ${key.body.key}`, "content-type": "application/json" },
      body: JSON.stringify({ artistId: "x", calendarUrl: ana }),
    });
    const body = (await answer.json()) as { code: string; error: string };
    const own = { artistId: "x", calendarId: "ana", username: "eve", password: "eve" };
    const curious = await api.post("/api/admin/calendars", own);
    assert.deepEqual([curious.status, curious.body.details.field], [422, "calendarUrl"]);
    assert.deepEqual([answer.status, body.code], [503, "caldav_not_configured"]);
    assert.match(body.error, /^CalDAV not configured/);
    const elsewhere = await api.post("/api/admin/calendars", {
      artistId: "x",
      calendarUrl: "http://127.0.0.1:9/cal/",
    });
    assert.equal(elsewhere.body.code, "caldav_not_configured");
  });
});
