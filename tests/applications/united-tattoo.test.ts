// A day of United Tattoo: a studio with one Nextcloud account, a calendar in it for each artist, and a booking form.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Api } from "../end-to-end/api.ts";
import { startWorld, type World } from "../end-to-end/world.ts";
import { readDisk } from "../kills/disk.ts";
import { assertServed, assertShaped, curl, Examples } from "./application.ts";
import { event, inDays } from "./event.ts";
import { type Nextcloud, startNextcloud } from "./nextcloud.ts";

const document = new Examples("united-tattoo");
const artist = "artist-uuid-here";
const path = "/remote.php/dav/calendars";
let nextcloud: Nextcloud;
let world: World;
let api: Api;
let id: string;

/** The calendar of an artist on the phone, which knows no Nextcloud. */
const onPhone = (name: string) => `${world.account.url}user/${name}/`;
const titles = async () => (await world.phone.events(onPhone("artist-name"))).map((one) => one.summary);

before(async () => {
  nextcloud = await startNextcloud();
  world = await startWorld({
    user: "user",
    password: "app-password",
    variables: {
      NEXTCLOUD_BASE_URL: nextcloud.url,
      NEXTCLOUD_USERNAME: "user",
      NEXTCLOUD_PASSWORD: "app-password",
      NEXTCLOUD_CALENDAR_BASE_PATH: path,
    },
  });
  nextcloud.server = world.account.url;
  api = world.operator;
  const authorization = `Basic ${btoa("user:app-password")}`;
  for (const name of ["artist-name", "second", "third"])
    await fetch(onPhone(name), { method: "MKCALENDAR", headers: { authorization } });
});
after(async () => {
  nextcloud?.stop();
  await world?.stop();
});

describe("setting up", () => {
  it("the account is tried with the document's command, and the calendar before it is stored", async () => {
    const hosts = { "https://your-nextcloud.com": nextcloud.url, username: "user" };
    const tried = await curl(api, document.text("test-the-account.sh"), hosts);
    assert.notEqual(tried.status, 401);
    const wrong = await curl(api, document.text("test-the-account.sh").replace("app-p", "p"), hosts);
    assert.equal(wrong.status, 401);
    const calendarUrl = `${nextcloud.url}${path}/user/artist-name/`;
    const test = await api.post("/api/admin/calendars/test", { calendarUrl });
    assert.deepEqual([test.status, test.body.success, test.body.writable], [200, true, true], test.text);
  });

  it("an artist without a calendar is told so", async () => {
    const span = `startTime=${inDays(2, 14)}&endTime=${inDays(2, 16)}`;
    const free = await api.get(`/api/caldav/availability?artistId=${artist}&${span}`);
    assert.deepEqual([free.body.available, free.body.reason], [false, "Calendar configuration not found"]);
  });

  it("the document's command gives the artist a calendar", async () => {
    const hosts = { "https://your-domain.com": api.url, "https://nextcloud.com": nextcloud.url };
    const configured = await curl(api, document.text("configure-a-calendar.sh"), hosts);
    assert.equal(configured.status, 201, configured.text);
    const { calendar } = configured.body;
    assert.deepEqual([calendar.artistId, calendar.calendarId], [artist, "artist-name"]);
    assert.equal(calendar.conflictPolicy, "external_wins", "Nextcloud is the source of truth");
    id = calendar.id;
  });

  it("a tenant without the account is told that CalDAV is not configured", async () => {
    const { body } = await api.post("/api/admin/keys", { tenant: "studio", scope: "admin" });
    const other = new (api.constructor as typeof Api)(api.url, body.key);
    const answer = await other.post("/api/admin/calendars", { artistId: artist, calendarId: "artist-name" });
    assert.equal(answer.status, 503);
    assert.match(answer.body.error, /^CalDAV not configured/);
  });

  it("every address of the document is there", async () => {
    for (const name of ["manage-calendars.http", "check-availability.http", "sync.http"])
      await assertServed(api, document.endpoints(name));
  });
});

describe("availability", () => {
  it("is answered as the document shows it", async () => {
    const wanted = document.json("available.json");
    const [{ path = "" } = {}] = document.endpoints("check-availability.http");
    const asked = path
      .replace("UUID", artist)
      .replace("ISO_DATE", wanted.startTime)
      .replace("ISO_DATE", wanted.endTime);
    const { body } = await api.get(asked);
    const { startTime, endTime, available, reason } = body;
    assert.deepEqual(
      { artistId: body.artistId, startTime, endTime, available, reason },
      {
        ...wanted,
        artistId: artist,
      },
    );
  });
});

describe("a booking", () => {
  const [start, end] = [inDays(3, 14), inDays(3, 16)];
  const wish = { startTime: inDays(4, 14), endTime: inDays(4, 16) };
  let booking: string;

  it("is a request in the artist's calendar, with the client's other wishes beside it", async () => {
    const asked = await api.post("/api/appointments", {
      artistId: artist,
      startTime: start,
      endTime: end,
      clientName: "Eva",
      description: "Dragon sleeve",
      alternatives: [wish, { start_time: inDays(5, 14) }],
    });
    assert.equal(asked.status, 201, asked.text);
    const { appointment } = asked.body;
    assert.equal(appointment.status, "PENDING");
    assert.deepEqual(appointment.alternatives, [wish, { startTime: inDays(5, 14), endTime: inDays(5, 16) }]);
    assert.deepEqual(await titles(), ["REQUEST: Eva - Dragon sleeve"]);
    const [onCalendar] = await world.phone.events(onPhone("artist-name"));
    assert.equal(appointment.caldav_uid, onCalendar?.uid);
    assert.equal(typeof appointment.caldav_etag, "string");
    booking = appointment.id;
  });

  it("blocks its time: another one is refused", async () => {
    const again = await api.post("/api/appointments", { artistId: artist, startTime: start, endTime: end });
    assert.deepEqual([again.status, again.body.error], [409, "Time slot not available"]);
  });

  it("loses the word REQUEST when it is confirmed, and moves when it is rescheduled", async () => {
    const confirmed = await api.patch(`/api/appointments/${booking}`, { status: "CONFIRMED" });
    assert.equal(confirmed.body.appointment.status, "CONFIRMED", confirmed.text);
    assert.deepEqual(await titles(), ["Eva - Dragon sleeve"]);
    const moved = await api.post(`/api/appointments/${booking}/reschedule`, wish);
    assert.equal(moved.status, 200, moved.text);
    const [event] = await world.phone.events(onPhone("artist-name"));
    assert.equal(Date.parse(event?.start ?? ""), Date.parse(wish.startTime));
  });

  it("disappears from the calendar when it is deleted", async () => {
    assert.equal((await api.delete(`/api/appointments/${booking}`)).status, 200);
    assert.deepEqual(await titles(), []);
    const { body } = await api.get(`/api/appointments/${booking}`);
    assert.equal(body.appointment.status, "CANCELLED");
    assert.equal((await api.delete(`/api/appointments/${booking}`)).status, 200, "once more is harmless");
  });

  it("that is declined leaves no event", async () => {
    const asked = await api.post("/api/appointments", { artistId: artist, startTime: start, endTime: end });
    const declined = await api.post(`/api/appointments/${asked.body.appointment.id}/decline`);
    assert.equal(declined.body.appointment.status, "DECLINED", declined.text);
    assert.deepEqual(await titles(), []);
  });

  it("is refused where the artist has an event of their own", async () => {
    const lunch = event("lunch", "Lunch", start, end);
    await world.phone.add(onPhone("artist-name"), lunch);
    await api.post("/api/caldav/sync", { artistId: artist });
    const refused = await api.post("/api/appointments", { artistId: artist, startTime: start, endTime: end });
    assert.deepEqual([refused.status, refused.body.error], [409, "Time slot not available"]);
    assert.equal(refused.body.details.conflicts[0].title, "Lunch");
  });
});

describe("an administrator", () => {
  it("syncs one artist or all as the document asks", async () => {
    const [, ...lines] = document.text("sync.http").split("\n");
    const asked = JSON.parse(lines.join("\n"));
    const one = await api.post("/api/caldav/sync", { ...asked, artistId: artist });
    assert.deepEqual([one.body.success, one.body.results[0].artistId], [true, artist], one.text);
    const { artistId: _, ...all } = asked;
    assert.equal((await api.post("/api/caldav/sync", all)).body.success, true);
  });

  it("configures many calendars at once, each with a result of its own", async () => {
    const calendars = [
      { artistId: "second-artist", calendarId: "second" },
      { artist_id: "third-artist", calendar_url: `${nextcloud.url}${path}/user/third/` },
      { artistId: "nobody", calendarId: "nothing" },
      { calendarId: "second" },
    ];
    const { status, body } = await api.post("/api/admin/calendars/bulk", { calendars });
    assert.equal(status, 200);
    const said = body.results.map((one: Record<string, unknown>) => [one.artistId, one.success, one.code]);
    assert.deepEqual(said, [
      ["second-artist", true, undefined],
      ["third-artist", true, undefined],
      ["nobody", false, "no_calendar"],
      [null, false, "invalid_field"],
    ]);
    await world.tick();
    const { calendars: listed } = (await api.get("/api/admin/calendars?artistId=second-artist")).body;
    assert.deepEqual([listed[0].syncStatus, typeof listed[0].lastSyncAt], ["ACTIVE", "string"]);
    const empty = await api.post("/api/admin/calendars/bulk", { calendars: [] });
    assert.deepEqual([empty.status, empty.body.details], [422, { field: "calendars" }]);
  });

  it("reads the logs in the database with the document's query, and the calendars in its table", () => {
    const query = document.text("view-sync-logs.sql");
    const { logs, calendars } = readDisk(world.folder, ({ rows }) => ({
      logs: rows(query),
      calendars: rows("SELECT artist_id, calendar_id FROM artist_calendars ORDER BY artist_id"),
    }));
    assert.ok(logs.length > 1 && "events_imported" in (logs[0] ?? {}) && "error_message" in (logs[0] ?? {}));
    assert.deepEqual(
      calendars.map((one) => [one.artist_id, one.calendar_id]),
      [
        [artist, "artist-name"],
        ["second-artist", "second"],
        ["third-artist", "third"],
      ],
    );
  });

  it("sees an artist's recent sync history and what it comes to", async () => {
    const { body } = await api.get(`/api/calendar/history?artistId=${artist}&limit=2`);
    assert.deepEqual([body.history.length, typeof body.nextCursor], [2, "string"]);
    const figures = (await api.get("/api/calendar/analytics")).body;
    assert.ok(figures.successRate > 0.95 && figures.runs > 3, JSON.stringify(figures));
    assert.deepEqual([figures.eventsImported, figures.errors], [1, []]);
    const own = (await api.get(`/api/calendar/analytics?artistId=${artist}`)).body;
    assert.deepEqual(
      own.owners.map((one: { userId: string }) => one.userId),
      [artist],
    );
    assert.ok(own.averageDuration < 2000, "under two seconds of sync");
  });

  it("watches the state of an artist's calendar as it changes", async () => {
    const watch = async (headers: Record<string, string> = {}) => {
      const stream = await fetch(`${api.url}/api/calendar/status/stream?artistId=${artist}`, {
        headers: { authorization: `Bearer ${api.key}`, ...headers },
      });
      assert.equal(stream.headers.get("content-type"), "text/event-stream");
      const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
      let text = "";
      return {
        /** The id and the calendar's name of the next state that is told. */
        next: async (): Promise<[string, string]> => {
          for (;;) {
            const [frame, event, id, data] = /event: (\w+)\nid: (\d+)\ndata: (.*)\n\n/.exec(text) ?? [];
            if (frame === undefined) text += new TextDecoder().decode((await reader.read()).value);
            else text = text.slice(text.indexOf(frame) + frame.length);
            if (event === "status" && id && data) return [id, JSON.parse(data).connection.name];
          }
        },
        end: () => reader.cancel(),
      };
    };
    const first = await watch();
    const [last, name] = await first.next();
    assert.equal(name, "user/artist-name");
    await api.put("/api/admin/calendars", { id, calendarName: "Mia" });
    assert.equal((await first.next())[1], "Mia");
    await first.end();
    const again = await watch({ "last-event-id": last });
    assert.equal((await again.next())[1], "Mia");
    await again.end();
  });

  it("alone may do so", async () => {
    for (const path of ["/api/admin/calendars", "/api/calendar/analytics"]) {
      const refused = await world.api.get(path);
      assert.ok([403, 422].includes(refused.status), `${path}: ${refused.text}`);
    }
    assert.equal((await world.api.post("/api/admin/calendars/bulk", { calendars: [] })).status, 403);
    assertShaped((await api.get("/api/admin/calendars")).body, {
      calendars: [{ artistId: "", calendarId: "" }],
    });
  });
});

describe("when Nextcloud is away", () => {
  it("the form says that the time is unknown, a booking stands, and reaches it later", async () => {
    nextcloud.server = "http://127.0.0.1:9/";
    const [start, end] = [inDays(6, 10), inDays(6, 11)];
    await api.post("/api/caldav/sync", { artistId: artist });
    const span = `startTime=${start}&endTime=${end}`;
    const unknown = await api.get(`/api/caldav/availability?artistId=${artist}&${span}`);
    assert.deepEqual([unknown.body.available, unknown.body.status], [false, "unknown"], unknown.text);
    const booked = await api.post("/api/appointments", {
      artistId: artist,
      startTime: start,
      endTime: end,
      status: "CONFIRMED",
      title: "Touch-up",
    });
    assert.deepEqual([booked.status, booked.body.appointment.caldav_etag], [201, null], booked.text);
    nextcloud.server = world.account.url;
    await api.post("/api/caldav/sync", { artistId: artist });
    assert.ok((await titles()).includes("Touch-up"));
  });

  it("a calendar is forgotten with its id, and stays as it is", async () => {
    const gone = await api.delete(`/api/admin/calendars?id=${id}`);
    assert.deepEqual([gone.status, gone.body.message], [200, "Calendar disconnected"]);
    assert.ok((await titles()).includes("Touch-up"));
  });
});
