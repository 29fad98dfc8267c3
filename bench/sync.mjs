// `npm run bench:sync`: the first sync of a large calendar, and one without news, by Kalends and by others. Prints how
// many times as long the others take; `-- large` tells the memory of Kalends for a calendar ten times as large, too.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, endWithBuildError } from "../scripts/build.mjs";
import { keys, workerVariables } from "../scripts/local/keys.mjs";
import { startRadicale } from "../scripts/local/radicale.mjs";
import { layLargeCalendar } from "../scripts/local/servers/large-calendar.mjs";
import { startWorker } from "../scripts/local/worker.mjs";
import { benchRequirements, pythonProgram } from "../scripts/setup/python.mjs";
import { setUp } from "../scripts/setup.mjs";
import { median } from "./measure.mjs";
import { installPeers } from "./packages.mjs";

const [EVENTS, RUNS, MANY] = [2000, 5, 20_000];

await setUp("bench-sync");
await build(["worker"], { release: true }).catch(endWithBuildError);
installPeers();

const folder = mkdtempSync(join(tmpdir(), "kalends-bench-"));
/** @type {(() => unknown)[]} */
const stops = [() => rmSync(folder, { recursive: true, force: true })];

/** A calendar of so many events. @param {number} count */
async function calendarOf(count) {
  const data = join(folder, `radicale-${count}`);
  const server = await startRadicale({ data, users: [{ name: "ana", password: "secret" }] });
  stops.push(() => server.stop());
  const account = { server: "radicale", url: server.url, user: "ana", password: "secret" };
  // From today on: the time that a first sync reads.
  const today = new Date().toISOString().slice(0, 10);
  const url = await layLargeCalendar(account, data, count, today);
  if (!url) throw new Error("Radicale's calendars can be laid down on disk no more");
  return { ...account, url, home: server.url };
}

/** @typedef {Awaited<ReturnType<typeof calendarOf>>} Calendar */

/** @param {Calendar} calendar */
async function kalends(calendar) {
  const own = keys(join(folder, "keys"));
  const worker = await startWorker({ state: join(folder, "worker"), vars: workerVariables(own) });
  stops.push(() => worker.stop());
  let owners = 0;
  const ask = async (/** @type {string} */ path, /** @type {object} */ body) => {
    const headers = { authorization: `Bearer ${own.adminKey}`, "content-type": "application/json" };
    const answer = await fetch(worker.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    const said = await answer.json();
    if (!said.success || said.sync?.success === false) throw new Error(JSON.stringify(said));
    return said;
  };
  /** A new owner each time, who has nothing mirrored yet. @param {Calendar} of */
  const first = async (of) => {
    owners += 1;
    const account = { appleId: of.user, appSpecificPassword: of.password, calendarUrl: of.url };
    const said = await ask("/api/calendar/icloud/connect", { ...account, userId: `owner-${owners}` });
    return { id: said.connectionId, read: said.sync.eventsImported };
  };
  const connected = await first(calendar);
  const again = () => ask("/api/calendar/icloud/sync", { connectionId: connected.id });
  const memory = async () => (await (await fetch(`${worker.url}/health/ready`)).json()).memory;
  return { first: async () => (await first(calendar)).read, again, large: first, memory };
}

/** @param {Calendar} calendar */
async function tsdav(calendar) {
  const { DAVClient } = await import("tsdav");
  /** From the server's address to every event. */
  const read = async () => {
    const client = new DAVClient({
      serverUrl: calendar.home,
      credentials: { username: calendar.user, password: calendar.password },
      authMethod: "Basic",
      defaultAccountType: "caldav",
    });
    await client.login();
    const own = (await client.fetchCalendars()).find((one) => one.url === calendar.url);
    if (!own) throw new Error("tsdav does not find the calendar");
    return { client, own, objects: await client.fetchCalendarObjects({ calendar: own }) };
  };
  const { client, own, objects } = await read();
  return {
    first: async () => (await read()).objects.length,
    again: () => client.smartCollectionSync({ collection: { ...own, objects }, method: "webdav" }),
  };
}

/** @param {Calendar} calendar */
function vdirsyncer(calendar) {
  const program = pythonProgram(benchRequirements, "vdirsyncer");
  let runs = 0;
  /** A pair that has synced nothing yet. */
  const fresh = () => {
    runs += 1;
    const home = join(folder, `vdirsyncer-${runs}`);
    mkdirSync(join(home, "calendar"), { recursive: true });
    const config = `[general]
status_path = "${home}/status/"
[pair both]
a = "local"
b = "remote"
collections = null
[storage local]
type = "filesystem"
path = "${home}/calendar/"
fileext = ".ics"
[storage remote]
type = "caldav"
url = "${calendar.url}"
username = "${calendar.user}"
password = "${calendar.password}"
`;
    writeFileSync(join(home, "config"), config);
    return join(home, "config");
  };
  const run = (/** @type {string} */ config, /** @type {string} */ what) => {
    const done = spawnSync(program, ["--config", config, what], { input: "y\ny\n", encoding: "utf8" });
    if (done.status !== 0) throw new Error(`vdirsyncer ${what}: ${done.stderr}`);
    return (done.stderr.match(/Copying/g) ?? []).length;
  };
  const synced = fresh();
  run(synced, "discover");
  run(synced, "sync");
  let next = "";
  return {
    prepare: () => {
      next = fresh();
    },
    first: () => {
      run(next, "discover");
      return run(next, "sync");
    },
    again: () => run(synced, "sync"),
  };
}

/** @param {() => unknown} work */
async function milliseconds(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

try {
  const calendar = await calendarOf(EVENTS);
  const peers = {
    Kalends: await kalends(calendar),
    tsdav: await tsdav(calendar),
    vdirsyncer: vdirsyncer(calendar),
  };
  /** @type {Record<string, { first: number[], again: number[] }>} */
  const taken = {};
  for (let left = RUNS; left > 0; left -= 1) {
    for (const [name, peer] of Object.entries(peers)) {
      const own = taken[name] ?? { first: [], again: [] };
      taken[name] = own;
      if ("prepare" in peer) peer.prepare();
      let read = 0;
      own.first.push(await milliseconds(async () => (read = await peer.first())));
      if (read !== EVENTS) throw new Error(`${name} has read ${read} of ${EVENTS} events`);
      own.again.push(await milliseconds(peer.again));
    }
  }
  const row = (/** @type {"first" | "again"} */ what, /** @type {string} */ says) => {
    const [own, ...others] = Object.entries(taken).map(([name, times]) => ({
      name,
      at: median(times[what]),
    }));
    if (!own) return "";
    const ratios = others.map(({ name, at }) => `${name} ${(at / own.at).toFixed(1)}x`).join("   ");
    return `${says.padEnd(44)}${own.at.toFixed(0).padStart(7)} ms   ${ratios}\n`;
  };
  process.stdout.write(`${"work".padEnd(44)}   Kalends   how many times as long the others take\n`);
  process.stdout.write(row("first", `connect and read ${EVENTS.toLocaleString("en")} events of Radicale`));
  process.stdout.write(row("again", "sync without news"));
  if (process.argv.includes("large")) {
    // The first look at so many files takes Radicale minutes.
    await peers.Kalends.large(await calendarOf(MANY));
    const megabytes = Math.ceil((await peers.Kalends.memory()) / 2 ** 20);
    process.stdout.write(`WebAssembly memory after ${MANY.toLocaleString("en")} events: ${megabytes} MB\n`);
  }
} finally {
  for (const stop of stops.reverse()) await stop();
}
