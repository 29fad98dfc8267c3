// What goes wrong is said clearly, in one shape, and leaves nothing behind.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
let world: World;
let website: Server;

const account = (change: object = {}) => ({
  userId: owner,
  appleId: world.account.user,
  appSpecificPassword: world.account.password,
  calendarUrl: world.account.url,
  ...change,
});

const slot = { startTime: "2027-03-03T09:00:00Z", endTime: "2027-03-03T10:00:00Z" };

before(async () => {
  world = await startWorld();
  website = createServer((_, reply) => reply.end("<html><body>A web page</body></html>"));
  await new Promise<void>((resolve) => website.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  website?.close();
  await world?.stop();
});

describe("an account that does not work", () => {
  const refused: [string, () => object, number, string, RegExp][] = [
    [
      "a wrong password",
      () => ({ appSpecificPassword: "wrong" }),
      502,
      "calendar_unauthorized",
      /401 Unauthorized/,
    ],
    [
      "an unreachable host",
      () => ({ calendarUrl: "http://127.0.0.1:9/" }),
      502,
      "no_calendar",
      /no calendar at/,
    ],
    [
      "a web page",
      () => ({ calendarUrl: `http://127.0.0.1:${(website.address() as AddressInfo).port}/` }),
      502,
      "no_calendar",
      /no calendar at/,
    ],
    ["no URL", () => ({ calendarUrl: "calendar" }), 422, "invalid_field", /https:\/\//],
    ["plain http", () => ({ calendarUrl: "http://cal.example.org/" }), 422, "invalid_field", /https:\/\//],
    [
      "a private address",
      () => ({ calendarUrl: "https://169.254.169.254/" }),
      422,
      "invalid_field",
      /not a public address/,
    ],
    [
      "credentials in the URL",
      () => ({ calendarUrl: "https://ana:secret@cal.example.org/" }),
      422,
      "invalid_field",
      /must not contain/,
    ],
    ["an empty password", () => ({ appSpecificPassword: "" }), 422, "invalid_field", /appSpecificPassword/],
    ["an unknown zone", () => ({ timezone: "Mars/Olympus" }), 422, "invalid_field", /Mars\/Olympus/],
    ["an interval of a second", () => ({ syncInterval: 1 }), 422, "invalid_field", /syncInterval/],
    [
      "an unknown policy",
      () => ({ conflictPolicy: "mine" }),
      422,
      "invalid_field",
      /^conflictPolicy must be one of "last_write_wins"/,
    ],
    [
      "a password that is a number",
      () => ({ appSpecificPassword: 12345678 }),
      422,
      "invalid_field",
      /^appSpecificPassword must be a text$/,
    ],
    [
      "a password in the wrong place",
      () => ({ syncInterval: world.account.password, autoExport: world.account.password }),
      422,
      "invalid_field",
      /^(syncInterval must be a whole number|autoExport must be true or false)$/,
    ],
    ["an unknown field", () => ({ passwrod: "x" }), 422, "unknown_field", /passwrod/],
  ];
  for (const [what, change, status, code, sentence] of refused) {
    it(`is refused for ${what}, and nothing is stored`, async () => {
      const answer = await world.api.post("/api/calendar/icloud/connect", account(change()));
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.body.success, false);
      assert.equal(answer.body.code, code);
      assert.match(answer.body.error, sentence);
      if (status === 502) assert.match(answer.body.error, /^Failed to connect to iCloud/);
      assert.ok(!answer.text.includes(world.account.password) && !answer.text.includes("secret"));
      const kept = await world.api.get(`/api/calendar/icloud/status?userId=${owner}`);
      assert.deepEqual(kept.body.connections, []);
    });
  }
});

describe("a request", () => {
  it("without a key is 401, with a wrong one too", async () => {
    const without = await new Api(world.api.url).get("/api/appointments?userId=x");
    assert.deepEqual([without.status, without.body.code], [401, "missing_key"]);
    const wrong = await new Api(world.api.url, "kal_user_wrong").get("/api/appointments?userId=x");
    assert.deepEqual(
      [wrong.status, wrong.body],
      [401, { success: false, error: "Invalid authentication credentials", code: "invalid_key" }],
    );
  });

  it("after the Worker's health needs no key", async () => {
    for (const path of ["/health/live", "/health/ready"]) {
      assert.equal((await new Api(world.api.url).get(path)).status, 200, path);
    }
  });

  it("with malformed JSON is 400, with a list too", async () => {
    for (const body of ['{"userId": ', "[]"]) {
      const answer = await world.api.post("/api/appointments", body);
      assert.deepEqual([answer.status, answer.body.code], [400, "malformed_json"]);
    }
  });

  it("to nowhere is 404, with a wrong method 405, in the same shape", async () => {
    const nowhere = await world.api.get("/api/nowhere");
    assert.deepEqual([nowhere.status, nowhere.body.code], [404, "no_such_route"]);
    const method = await world.api.patch("/api/calendar/export", {});
    assert.deepEqual([method.status, method.body.code], [405, "method_not_allowed"]);
  });

  it("may end in a slash", async () => {
    assert.equal((await world.api.get(`/api/appointments/?userId=${owner}`)).status, 200);
  });

  it("of a user's key cannot make tenants or keys", async () => {
    assert.equal((await world.api.post("/api/admin/tenants", { id: "x" })).status, 403);
    assert.equal((await world.api.post("/api/admin/keys", { tenant: "studio", scope: "user" })).status, 403);
  });
});

describe("an appointment", () => {
  const refused: [string, object, RegExp][] = [
    [
      "that ends before it starts",
      { ...slot, endTime: "2027-03-03T08:00:00Z" },
      /endTime must be after startTime/,
    ],
    ["of no length", { ...slot, endTime: slot.startTime }, /endTime must be after startTime/],
    ["without a start", { endTime: slot.endTime }, /startTime is missing/],
    ["at no time", { ...slot, startTime: "tomorrow" }, /startTime is not a time/],
    ["in no zone", { ...slot, timezone: "Mars/Olympus" }, /Mars\/Olympus/],
    ["that is over already", { ...slot, status: "CANCELLED" }, /PENDING or CONFIRMED/],
    ["with a line that never ends", { ...slot, title: "x".repeat(30_000) }, /title is longer/],
    ["with control characters", { ...slot, title: "a\u0000b" }, /control characters/],
    ["with an unknown field", { ...slot, colour: "red" }, /colour/],
  ];
  for (const [what, fields, sentence] of refused) {
    it(`${what} is refused`, async () => {
      const answer = await world.api.post("/api/appointments", { userId: owner, ...fields });
      assert.equal(answer.status, 422, answer.text);
      assert.match(answer.body.error, sentence);
      assert.deepEqual((await world.api.get(`/api/appointments?userId=${owner}`)).body.appointments, []);
    });
  }

  it("of nobody is refused", async () => {
    const answer = await world.api.post("/api/appointments", slot);
    assert.deepEqual([answer.status, answer.body.details], [422, { field: "userId" }]);
  });

  it("cannot smuggle lines into the calendar", async () => {
    const title = "Cut\r\nATTENDEE:mailto:evil@example.org\r\nEND:VEVENT";
    const booked = await world.api.post("/api/appointments", { userId: owner, ...slot, title });
    assert.equal(booked.status, 201, booked.text);
    const file = await world.api.get(`/api/calendar/export?userId=${owner}`);
    assert.ok(!/^ATTENDEE/m.test(file.text), file.text);
    assert.equal(file.text.match(/^END:VEVENT/gm)?.length, 1);
  });

  it("that was cancelled cannot be confirmed", async () => {
    const [booked] = (await world.api.get(`/api/appointments?userId=${owner}`)).body.appointments;
    await world.api.post(`/api/appointments/${booked.id}/cancel`);
    const answer = await world.api.post(`/api/appointments/${booked.id}/confirm`);
    assert.deepEqual([answer.status, answer.body.code], [409, "not_allowed"]);
  });
});

describe("availability", () => {
  const ask = (query: string) => world.api.get(`/api/caldav/availability?artistId=${owner}&${query}`);

  it("without a calendar is unknown, not free", async () => {
    const { body } = await ask("startTime=2027-03-03T09:00:00Z&endTime=2027-03-03T10:00:00Z");
    assert.deepEqual(
      [body.available, body.status, body.reason],
      [false, "unknown", "Calendar configuration not found"],
    );
  });

  it("of no time, or of ten years, is refused", async () => {
    assert.equal((await ask("startTime=2027-03-03T09:00:00Z&endTime=2027-03-03T09:00:00Z")).status, 422);
    assert.equal((await ask("startTime=2027-03-03T09:00:00Z&endTime=2037-03-03T09:00:00Z")).status, 422);
    assert.equal((await ask("startTime=2027-03-03T09:00:00Z")).status, 422);
  });
});
