// `npm run bench:changes`: a sync of 500 events of which ten have changed, with a server that answers in 50 ms: how long
// it takes, and how often it asks the server and D1.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, endWithBuildError } from "../scripts/build.mjs";
import { keys, workerVariables } from "../scripts/local/keys.mjs";
import { startRadicale } from "../scripts/local/radicale.mjs";
import { layLargeCalendar } from "../scripts/local/servers/large-calendar.mjs";
import { Wire } from "../scripts/local/wire.mjs";
import { startWorker } from "../scripts/local/worker.mjs";
import { setUp } from "../scripts/setup.mjs";
import { median } from "./measure.mjs";

const [EVENTS, CHANGED, DELAY, RUNS] = [500, 10, 50, 5];
const DAY = 86_400_000;

await setUp("start");
await build(["worker"], { release: true }).catch(endWithBuildError);

const folder = mkdtempSync(join(tmpdir(), "kalends-bench-"));
/** @type {(() => unknown)[]} */
const stops = [() => rmSync(folder, { recursive: true, force: true })];

const today = Math.floor(Date.now() / DAY) * DAY;
const iso = (/** @type {number} */ at) => new Date(at).toISOString().replace(".000Z", "Z");
const tens = Array.from({ length: CHANGED }, (_, at) => at);

async function world() {
  const [user, password] = ["ana", "secret"];
  const data = join(folder, "radicale");
  const server = await startRadicale({ data, users: [{ name: user, password }] });
  stops.push(() => server.stop());
  const account = { server: "radicale", url: server.url, user, password };
  const calendar = await layLargeCalendar(account, data, EVENTS, iso(today).slice(0, 10));
  if (!calendar) throw new Error("Radicale's calendars can be laid down on disk no more");
  const wire = await Wire.to(server.url, { delay: DELAY });
  stops.push(() => wire.stop());

  const own = keys(join(folder, "keys"));
  const around = fileURLToPath(new URL("counted-worker.mjs", import.meta.url));
  const worker = await startWorker({ state: join(folder, "worker"), vars: workerVariables(own), around });
  stops.push(() => worker.stop());
  const asked = async () => (await fetch(`${worker.url}/health/asked`)).json();

  /** @param {string} method @param {string} path @param {object} [body] */
  async function ask(method, path, body) {
    const headers = { authorization: `Bearer ${own.adminKey}`, "content-type": "application/json" };
    const answer = await fetch(worker.url + path, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
    });
    const said = await answer.json();
    if (!said.success) throw new Error(`${method} ${path}: ${JSON.stringify(said)}`);
    return said;
  }
  const credentials = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  /** Reads and changes an event as its owner would, past the wire. @param {string} href @param {(text: string) => string} how */
  async function edit(href, how) {
    const url = new URL(href, server.url);
    const authorization = credentials;
    const read = await fetch(url, { headers: { authorization } });
    const headers = { authorization, "if-match": read.headers.get("etag") ?? "" };
    const answer = await fetch(url, { method: "PUT", headers, body: how(await read.text()) });
    if (!answer.ok) throw new Error(`PUT ${href}: ${answer.status}`);
  }
  const connected = await ask("POST", "/api/calendar/icloud/connect", {
    userId: "artist",
    appleId: user,
    appSpecificPassword: password,
    calendarUrl: wire.through(calendar),
  });
  if (connected.sync.eventsImported !== EVENTS) throw new Error(JSON.stringify(connected.sync));
  const sync = () => ask("POST", "/api/calendar/icloud/sync", { connectionId: connected.connectionId });
  return { calendar, wire, ask, asked, edit, sync };
}

/** Moves what an event's text says by a minute. @param {string} text */
const later = (text) =>
  text.replace(/^(DT(?:START|END)[^\r\n]*T\d\d)(\d\d)/gm, (_, before, minute) => {
    return before + String((Number(minute) + 1) % 60).padStart(2, "0");
  });

try {
  const { calendar, wire, ask, asked, edit, sync } = await world();
  const booked = [];
  for (const at of tens) {
    const startTime = iso(today + (at + 1) * DAY + DAY / 2);
    const endTime = iso(today + (at + 1) * DAY + DAY / 2 + DAY / 24);
    const said = await ask("POST", "/api/appointments", {
      userId: "artist",
      title: `Cut ${at}`,
      startTime,
      endTime,
    });
    booked.push(said.appointment);
  }

  /** @type {{ says: string, prepare: (run: number) => Promise<unknown>, expect: Record<string, number> }[]} */
  const works = [
    { says: "nothing is new", prepare: async () => {}, expect: { eventsUpdated: 0 } },
    {
      says: "ten events of the owner's own changed there",
      prepare: (run) => Promise.all(tens.map((at) => edit(`${calendar}e${run * CHANGED + at}.ics`, later))),
      expect: { eventsUpdated: CHANGED },
    },
    {
      says: "ten appointments moved there",
      prepare: () =>
        Promise.all(booked.map((one) => edit(one.externalEventUrl.replace(wire.url, ""), later))),
      expect: { eventsUpdated: CHANGED },
    },
    {
      says: "ten appointments changed here",
      prepare: async (run) => {
        wire.isCut = true; // or each would be delivered at once
        for (const { id } of booked) {
          await ask("PATCH", `/api/appointments/${id}`, { description: `The ${run}th version` });
        }
        wire.isCut = false;
      },
      expect: { eventsUpdated: CHANGED },
    },
  ];
  process.stdout.write(`A sync of ${EVENTS} events; the server answers after ${DELAY} ms (aim: 2 s)\n\n`);
  process.stdout.write(`${"".padEnd(46)}seconds  requests  D1 queries  batches  statements\n`);
  for (const { says, prepare, expect } of works) {
    const taken = [];
    let counts = "";
    for (let run = 0; run < RUNS; run += 1) {
      await prepare(run);
      /** @type {Record<string, number>} */
      const requests = {};
      await asked();
      wire.watch = (point, method) => {
        if (point === "request") requests[method] = (requests[method] ?? 0) + 1;
      };
      const begun = performance.now();
      const said = await sync();
      taken.push((performance.now() - begun) / 1000);
      wire.watch = () => {};
      for (const [name, count] of Object.entries(expect)) {
        if (said[name] !== count) throw new Error(`${says}: ${name} is ${said[name]}`);
      }
      const { queries, batches, statements } = await asked();
      const all = Object.values(requests).reduce((sum, count) => sum + count, 0);
      const by = Object.entries(requests).map(([method, count]) => `${method} ${count}`);
      counts = `${String(all).padStart(10)}${String(queries).padStart(12)}${String(batches).padStart(9)}${String(statements).padStart(12)}   ${by.join(", ")}`;
    }
    process.stdout.write(`${says.padEnd(46)}${median(taken).toFixed(2).padStart(7)}${counts}\n`);
  }
} finally {
  for (const stop of stops.reverse()) await stop();
}
