// Imported events: what the owner enters in the calendar, matched to clients and services by rules or by hand.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
let world: World;
let api: Api;
let calendar: string;
let connectionId: string;

interface Import {
  id: string;
  uid: string;
  clientId: string | null;
  serviceId: string | null;
  mappedBy: string | null;
}

async function connect() {
  const { user: appleId, password: appSpecificPassword } = world.account;
  const account = { userId: owner, appleId, appSpecificPassword, calendarUrl: calendar };
  const answer = await api.post("/api/calendar/icloud/connect", account);
  assert.equal(answer.status, 200, answer.text);
  connectionId = answer.body.connectionId;
}

async function page(query: string) {
  const answer = await api.get(`/api/calendar/imports?userId=${owner}${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body as { imports: Import[]; nextCursor: string | null };
}

/** Who is meant by each import, and who says so, by its UID. */
async function mapped(query = "") {
  const { imports } = await page(query);
  const said = imports.map((one) => [one.uid, [one.clientId, one.serviceId, one.mappedBy].join()]);
  return Object.fromEntries(said.sort());
}

const idOf = async (uid: string) => (await page("")).imports.find((one) => one.uid === uid)?.id;

const map = async (uid: string, mapping?: object) =>
  api.post(`/api/calendar/imports/${await idOf(uid)}/map`, mapping);

/** The owner's phone enters an event. */
const enter = (uid: string, title: string, ...lines: string[]) => {
  const time = `T090000Z\r\nDTEND:${day.replaceAll("-", "")}T100000Z`;
  const start = `DTSTART:${day.replaceAll("-", "")}${time}`;
  const event = [`UID:${uid}`, "DTSTAMP:20260101T000000Z", start, `SUMMARY:${title}`, ...lines];
  const text = ["BEGIN:VEVENT", ...event, "END:VEVENT"].join("\r\n");
  return world.phone.add(
    calendar,
    `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//phone//\r\n${text}\r\nEND:VCALENDAR\r\n`,
  );
};

before(async () => {
  world = await startWorld();
  api = world.api;
  calendar = await world.phone.makeCalendar("Ana");
  await enter("by-mail", "Coffee", "ATTENDEE;CN=Eva:mailto:Eva@Example.org", "RRULE:FREQ=WEEKLY");
  await enter("by-domain", "Review", "ORGANIZER:mailto:boss@agency.example");
  await enter("by-title", "Haircut: Dana");
  await enter("unknown", "Dentist");
  await connect();
  const booked = {
    userId: owner,
    startTime: `${day}T15:00:00Z`,
    endTime: `${day}T16:00:00Z`,
    title: "Haircut",
  };
  assert.equal((await api.post("/api/appointments", booked)).status, 201);
});
after(() => world?.stop());

const rules = [
  { attendeeEmail: "eva@example.org", clientId: "eva", clientName: "Eva Pop", serviceId: "talk" },
  { attendee_email: "@agency.example", client_id: "agency" },
  { titlePattern: "haircut*", serviceId: "cut" },
];
const byRule = {
  "by-domain": "agency,,rule",
  "by-mail": "eva,talk,rule",
  "by-title": ",cut,rule",
};

describe("an imported event", () => {
  it("is listed as it is, and without the appointments, while nothing is known of it", async () => {
    assert.deepEqual(Object.values(await mapped("&mapped=false")), [",,", ",,", ",,", ",,"]);
    const { imports } = await page("");
    const mail = imports.find((one) => one.uid === "by-mail");
    const { attendees, ...shown } = mail as Import & { attendees: { email: string }[] };
    assert.deepEqual(
      attendees.map(({ email }) => email),
      ["Eva@Example.org"],
    );
    assert.deepEqual(shown, {
      id: shown.id,
      userId: owner,
      connectionId,
      uid: "by-mail",
      title: "Coffee",
      startTime: `${day}T09:00:00Z`,
      endTime: `${day}T10:00:00Z`,
      recurring: true,
      organizer: null,
      clientId: null,
      clientName: null,
      serviceId: null,
      mappedBy: null,
    });
  });

  it("is matched by an address, a domain or its title, and listed where no rule fits", async () => {
    const answer = await api.patch(`/api/owners/${owner}`, { mappingRules: rules });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(await mapped("&mapped=true"), byRule);
    assert.deepEqual(await mapped("&mapped=false"), { unknown: ",," });
    const kept = (await api.get(`/api/owners/${owner}`)).body.owner;
    assert.deepEqual([kept.id, kept.mappingRules.length], [owner, 3]);
    assert.equal(kept.mappingRules[1].attendeeEmail, "@agency.example");
  });

  it("is mapped by hand, whatever the rules say, until that is taken back", async () => {
    for (const uid of ["unknown", "by-title"]) {
      const answer = await map(uid, { clientId: "dana" });
      assert.deepEqual([answer.status, answer.body.import?.mappedBy], [200, "hand"], answer.text);
    }
    const byHand = { "by-title": "dana,,hand", unknown: "dana,,hand" };
    assert.deepEqual(await mapped(), { ...byRule, ...byHand });
    assert.deepEqual(await mapped("&mapped=false"), {});
    assert.equal((await map("by-title", { clientId: null, serviceId: "" })).body.import.mappedBy, "rule");
    assert.deepEqual(await mapped(), { ...byRule, unknown: "dana,,hand" });
  });

  it("keeps what was said by hand when it changes, and when its calendar is connected anew", async () => {
    await world.phone.change(calendar, "unknown", { SUMMARY: "Haircut after all" });
    assert.equal((await api.post("/api/calendar/icloud/sync", { connectionId })).status, 200);
    assert.deepEqual(await mapped(), { ...byRule, unknown: "dana,,hand" });
    const made = await world.operator.post("/api/admin/keys", { tenant: "studio", scope: "admin" });
    const admin = new Api(api.url, made.body.key);
    const id = await idOf("unknown");
    assert.equal((await admin.delete(`/api/admin/calendars?id=${connectionId}`)).status, 200);
    assert.deepEqual(await mapped(), {});
    assert.equal((await api.post(`/api/calendar/imports/${id}/map`)).status, 404);
    await connect();
    assert.deepEqual(await mapped(), { ...byRule, unknown: "dana,,hand" });
    assert.equal((await map("unknown")).body.import.mappedBy, "rule");
    assert.deepEqual(await mapped(), { ...byRule, unknown: ",cut,rule" });
  });

  it("is listed by page, also where only some are wanted", async () => {
    await api.patch(`/api/owners/${owner}`, { mappingRules: rules.slice(0, 2) });
    for (const [query, uids] of [
      ["", ["by-domain", "by-mail", "by-title", "unknown"]],
      ["&mapped=false", ["by-title", "unknown"]],
    ] as const) {
      const seen: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const { imports, nextCursor } = await page(`${query}&limit=1${cursor && `&cursor=${cursor}`}`);
        assert.equal(imports.length, 1);
        seen.push(...imports.map((one) => one.uid));
        cursor = nextCursor;
      }
      assert.deepEqual(seen.sort(), uids);
    }
  });

  it("is nobody else's to see or to map", async () => {
    const id = await idOf("unknown");
    const { operator } = world;
    assert.deepEqual((await operator.get(`/api/calendar/imports?userId=${owner}`)).body.imports, []);
    for (const [other, userId] of [
      [operator, owner],
      [api, "user-2"],
    ] as const) {
      const answer = await other.post(`/api/calendar/imports/${id}/map`, { userId, clientId: "x" });
      assert.deepEqual([answer.status, answer.body.code], [404, "not_found"]);
    }
    assert.equal((await operator.get(`/api/owners/${owner}`)).status, 404);
    assert.equal((await mapped()).unknown, ",,");
  });
});

describe("an owner", () => {
  it("is made by the first setting, and keeps what is left out", async () => {
    const path = "/api/owners/a%2Fb";
    assert.equal((await api.get(path)).status, 404);
    assert.equal((await api.patch(path, { timezone: "Europe/Berlin", mappingRules: rules })).status, 200);
    assert.equal((await api.patch(path, { timezone: "Asia/Tokyo" })).body.owner.mappingRules.length, 3);
    const { body } = await api.patch(path, { mappingRules: null });
    const { id, timezone, mappingRules } = body.owner;
    assert.deepEqual({ id, timezone, mappingRules }, { id: "a/b", timezone: "Asia/Tokyo", mappingRules: [] });
  });

  it("is not changed by what cannot be used", async () => {
    const path = "/api/owners/user-3";
    for (const [body, code, field] of [
      [{ timezone: "Mars/Olympus" }, "invalid_field", "timezone"],
      [{ mappingRules: [{ titlePattern: "a" }] }, "invalid_field", "mappingRules[0].clientId"],
      [{ mappingRules: [rules[0], { clientId: "a" }] }, "invalid_field", "mappingRules[1].titlePattern"],
      [
        { mappingRules: [{ ...rules[0], attendeeEmail: "eva" }] },
        "invalid_field",
        "mappingRules[0].attendeeEmail",
      ],
      [{ mappingRules: [{ ...rules[0], colour: "red" }] }, "unknown_field", "mappingRules[0].colour"],
      [{ workingHour: 8 }, "unknown_field", "workingHour"],
    ] as const) {
      const answer = await api.patch(path, body);
      assert.deepEqual([answer.status, answer.body.code, answer.body.details?.field], [422, code, field]);
    }
    assert.equal((await api.patch(path, { userId: "user-4", timezone: "UTC" })).status, 404);
    assert.equal((await api.get(path)).status, 404);
    for (const query of ["mapped=maybe", "limit=0", "cursor=x", "colour=red"])
      assert.equal((await api.get(`/api/calendar/imports?userId=${owner}&${query}`)).status, 422, query);
    const long = await map("unknown", { clientName: "x".repeat(201) });
    assert.deepEqual([long.status, long.body.details?.field], [422, "clientName"]);
  });
});
