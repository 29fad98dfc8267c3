// A password that stands out goes through everything that Kalends does, and is found nowhere afterwards.
import assert from "node:assert/strict";
import { createCipheriv, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { everyRow } from "./d1.ts";
import { startWorld, type World } from "./world.ts";

const legacyKey = "abcdefghijklmnopqrstuvwxyz012345";
/** Reads differently as it is, in JSON, in a URL, in base64 and in hex. */
const canary = `canary/+ &"\\<${randomBytes(9).toString("hex")}`;
/** A password that no server accepts, so that it is never stored. */
const wrong = `wrong/+ &"\\<${randomBytes(9).toString("hex")}`;
const owner = "user-1";
let world: World;
/** A server that repeats in its answers what it was sent, with the status that its path names. */
let echo: Server;
/** Every answer of the Worker: headers and body. */
const answers: string[] = [];
const plainFetch = globalThis.fetch;

/** Every way in which a secret could stand somewhere. */
function spellings(secret: string): string[] {
  const base64 = ["", "x", "xx"].flatMap((before) => {
    // The same text looks different at each of three places; its edges depend on what stands beside it.
    const text = Buffer.from(before + secret).toString("base64");
    const own = text.slice(before.length === 0 ? 0 : 4, -4);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const url = new URLSearchParams({ secret }).toString().slice("secret=".length);
  const asJson = JSON.stringify(secret).slice(1, -1);
  const hex = Buffer.from(secret).toString("hex");
  return [secret, asJson, encodeURIComponent(secret), url, hex, hex.toUpperCase(), ...base64];
}

const found = (text: string) => [canary, wrong].flatMap(spellings).filter((one) => text.includes(one));

before(async () => {
  world = await startWorld({
    password: canary,
    variables: { KALENDS_LEGACY_KEY: legacyKey, DEBUG_CALENDAR_SYNC: "true" },
  });
  echo = createServer((request, reply) => {
    const sent = request.headers.authorization ?? "";
    const decoded = Buffer.from(sent.replace("Basic ", ""), "base64").toString();
    const status = Number(request.url?.slice(1, 4)) || 404;
    const headers = { "content-type": "application/xml", "www-authenticate": `Basic realm="${sent}"` };
    reply.writeHead(status, `${status} ${sent}`, headers);
    reply.end(`<error xmlns="DAV:">${sent} ${decoded}</error>`);
  });
  await new Promise<void>((resolve) => echo.listen(0, "127.0.0.1", resolve));
  globalThis.fetch = async (input, init) => {
    const answer = await plainFetch(input, init);
    if (String(input).startsWith(world.api.url))
      answers.push(JSON.stringify([...answer.headers]), await answer.clone().text());
    return answer;
  };
});
after(async () => {
  globalThis.fetch = plainFetch;
  echo?.close();
  await world?.stop();
});

it("a credential is in no answer, no export, no log and no table, whatever was done with it", async () => {
  const { api, operator, phone } = world;
  const calendar = await phone.makeCalendar("Studio");
  const list = await phone.makeTaskList("To do");
  const account = { userId: owner, appleId: world.account.user, appSpecificPassword: canary };
  const ok = async (asked: Promise<{ status: number; text: string; body: Record<string, never> }>) => {
    const answer = await asked;
    assert.ok(answer.status < 300, answer.text);
    return answer.body as Record<string, string>;
  };
  const fails = async (asked: Promise<{ status: number; text: string }>) => {
    const answer = await asked;
    assert.ok(answer.status >= 400, answer.text);
  };
  const connect = (change: object) => api.post("/api/calendar/icloud/connect", { ...account, ...change });

  await ok(api.post("/api/calendar/icloud/calendars", { ...account, calendarUrl: world.account.url }));
  const { connectionId } = await ok(connect({ calendarUrl: calendar }));
  await ok(connect({ calendarUrl: list }));
  const booking = { userId: owner, startTime: "2027-03-03T09:00:00Z", endTime: "2027-03-03T10:00:00Z" };
  await ok(api.post("/api/appointments", { ...booking, title: "Cut" }));
  await ok(api.post("/api/tasks", { userId: owner, name: "Sweep" }));

  // What callers get wrong.
  await fails(connect({ calendarUrl: calendar, appSpecificPassword: wrong }));
  await fails(connect({ calendarUrl: `http://ana:${encodeURIComponent(canary)}@127.0.0.1/` }));
  for (const change of [
    { appSpecificPassword: [canary] },
    { appSpecificPassword: { [owner]: canary } },
    { syncInterval: canary, appSpecificPassword: 1 },
    { conflictPolicy: canary },
    { appSpecificPassword: `${canary}\u0000` },
  ]) {
    await fails(connect({ calendarUrl: calendar, ...change }));
  }
  await fails(api.post("/api/calendar/icloud/connect", `{"appSpecificPassword": "${canary}`));
  // What servers get wrong.
  const { port } = echo.address() as AddressInfo;
  for (const status of [200, 207, 301, 400, 401, 403, 404, 423, 429, 500, 503, 507]) {
    const calendarUrl = `http://127.0.0.1:${port}/${status}/`;
    await fails(connect({ calendarUrl }));
    const { user: username } = world.account;
    const tried = { artistId: owner, username, password: canary, calendarUrl };
    await fails(operator.post("/api/admin/calendars/test", tried));
  }
  // What another application brings.
  const iv = randomBytes(16);
  const cipher = createCipheriv("aes-256-cbc", Buffer.from(legacyKey), iv);
  const encryptedPassword = `${iv.toString("hex")}:${cipher.update(canary, "utf8", "hex")}${cipher.final("hex")}`;
  const record = { userId: owner, username: world.account.user, encryptedPassword };
  for (const calendarUrl of [calendar, `http://127.0.0.1:${port}/500/`])
    await operator.post("/api/admin/vault/import", { records: [{ ...record, calendarUrl }] });
  await ok(operator.post("/api/admin/vault/rotate"));
  // Syncs that fail, by call and by clock.
  const sync = () => api.post("/api/calendar/icloud/sync", { connectionId });
  await ok(sync());
  await world.unplug();
  await fails(sync());
  await world.tick();
  await api.post("/api/appointments", {
    ...booking,
    startTime: "2027-03-04T09:00:00Z",
    endTime: "2027-03-04T10:00:00Z",
  });
  await world.plug();
  await ok(sync());

  for (const path of [
    "/api/calendar/icloud/status",
    "/api/calendar/history",
    "/api/calendar/conflicts",
    "/api/calendar/imports",
    "/api/calendar/events",
    "/api/calendar/export",
    "/api/appointments",
    "/api/tasks",
    `/api/owners/${owner}`,
  ]) {
    await api.get(`${path}?userId=${owner}`);
  }
  await operator.get("/api/admin/calendars");

  assert.ok(answers.length > 80, `${answers.length} answers were kept`);
  assert.ok(answers.join("").includes(String(connectionId)), "these are the answers");
  for (const answer of answers) assert.deepEqual(found(answer), [], answer);
  const log = readFileSync(join(world.folder, "worker", "worker.log"), "utf8");
  assert.match(log, /"event":"nothing_connected".*"words"/, "this is the Worker's log");
  for (const line of log.split("\n")) assert.deepEqual(found(line), [], line);
  const tables = everyRow(world);
  assert.ok(tables.size > 15 && JSON.stringify([...tables]).includes(String(connectionId)));
  for (const [name, rows] of tables) {
    for (const row of rows) {
      for (const value of Object.values(row)) assert.deepEqual(found(String(value)), [], `in ${name}`);
    }
  }
});

it("a credential that does stand somewhere is found, however it is written", () => {
  const basic = (name: string) => Buffer.from(`${name}:${canary}`).toString("base64");
  for (const text of [canary, JSON.stringify({ canary }), `?p=${encodeURIComponent(canary)}`, basic("a")])
    assert.notDeepEqual(found(`... ${text} ...`), [], text);
  for (const name of ["an", "ana", "anna"]) assert.notDeepEqual(found(basic(name)), [], name);
});
