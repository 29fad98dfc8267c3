// `npm run bench:http`: how many of the main reads the Worker answers in a second, beside how many of an empty route, all
// in one run: the ratio tells what a read costs, whatever the machine. Beside it the queries of D1 that one takes.
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, endWithBuildError } from "../scripts/build.mjs";
import { keys, workerVariables } from "../scripts/local/keys.mjs";
import { startWorker } from "../scripts/local/worker.mjs";
import { setUp } from "../scripts/setup.mjs";
import { median } from "./measure.mjs";

const [APPOINTMENTS, SIDE_BY_SIDE, ROUNDS, ROUND] = [100, 8, 7, 1000];
const DAY = 86_400_000;

await setUp("start");
await build(["worker"], { release: true }).catch(endWithBuildError);

const folder = mkdtempSync(join(tmpdir(), "kalends-bench-"));
const own = keys(join(folder, "keys"));
const around = fileURLToPath(new URL("counted-worker.mjs", import.meta.url));
const worker = await startWorker({ state: join(folder, "worker"), vars: workerVariables(own), around });
const agent = new Agent({ keepAlive: true, maxSockets: SIDE_BY_SIDE });

/** @param {string} path @param {string} [key] @param {object} [body] @returns {Promise<string>} */
const ask = (path, key, body) =>
  new Promise((resolve, reject) => {
    const headers = { ...(key && { authorization: `Bearer ${key}` }), "content-type": "application/json" };
    const asking = request(worker.url + path, { agent, method: body ? "POST" : "GET", headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => {
        text += part;
      });
      answer.on("end", () => {
        if (answer.statusCode === 200 || answer.statusCode === 201) resolve(text);
        else reject(new Error(`${path}: ${answer.statusCode} ${text}`));
      });
    });
    asking.on("error", reject);
    asking.end(body && JSON.stringify(body));
  });

/** Answers in a second, asked side by side. @param {() => Promise<string>} one */
async function rate(one) {
  let answered = 0;
  const begun = performance.now();
  const asking = async () => {
    while (performance.now() - begun < ROUND) {
      await one();
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, asking));
  return (answered * 1000) / (performance.now() - begun);
}

async function world() {
  const made = async (/** @type {object} */ fields) =>
    JSON.parse(await ask("/api/admin/keys", own.adminKey, { tenant: "bench", ...fields }));
  await ask("/api/admin/tenants", own.adminKey, { id: "bench", rateLimit: 1_000_000 });
  const { key } = await made({ scope: "user" });
  const pair = generateKeyPairSync("ed25519");
  const publicKey = pair.publicKey.export({ format: "jwk" });
  const { id: kid } = await made({ scope: "owner", algorithm: "EdDSA", publicKey });
  const part = (/** @type {object} */ said) => Buffer.from(JSON.stringify(said)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const text = `${part({ alg: "EdDSA", kid })}.${part({ sub: "ana", exp })}`;
  const token = `${text}.${sign(null, Buffer.from(text), pair.privateKey).toString("base64url")}`;
  const today = Math.floor(Date.now() / DAY) * DAY;
  const iso = (/** @type {number} */ at) => new Date(at).toISOString();
  let id = "";
  for (let at = 1; at <= APPOINTMENTS; at += 1) {
    const [startTime, endTime] = [iso(today + at * DAY), iso(today + at * DAY + DAY / 24)];
    const booked = { userId: "ana", title: `Cut ${at}`, startTime, endTime };
    id = JSON.parse(await ask("/api/appointments", key, booked)).appointment.id;
  }
  const [from, to] = [iso(today + DAY), iso(today + 8 * DAY)].map(encodeURIComponent);
  const week = `userId=ana&startDate=${from}&endDate=${to}`;
  const hour = `userId=ana&startTime=${from}&endTime=${encodeURIComponent(iso(today + DAY + DAY / 24))}`;
  /** @type {[string, string, string | undefined][]} */
  const reads = [
    ["an empty route", "/health/live", undefined],
    ["an appointment", `/api/appointments/${id}?userId=ana`, key],
    ["an appointment, by an owner's token", `/api/appointments/${id}`, token],
    ["the appointments of a week", `/api/appointments?${week}`, key],
    ["the events of a week", `/api/calendar/events?${week}`, key],
    ["whether an hour is free", `/api/caldav/availability?${hour}`, key],
    ["the state of the calendars", "/api/calendar/icloud/status?userId=ana", key],
    ["an owner", "/api/owners/ana", key],
  ];
  return reads;
}

try {
  const reads = await world();
  /** @type {number[][]} */
  const rates = reads.map(() => []);
  // In turn, so that what slows the machine down for a while slows all of them.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [at, [, path, key]] of reads.entries()) {
      const found = await rate(() => ask(path, key));
      if (round >= 0) rates[at]?.push(found);
    }
  }
  const empty = median(rates[0] ?? []);
  process.stdout.write(
    `${SIDE_BY_SIDE} side by side, ${APPOINTMENTS} appointments, median of ${ROUNDS} rounds\n\n`,
  );
  process.stdout.write(`${"".padEnd(38)}a second  of the empty route's  D1 queries\n`);
  for (const [at, [what, path, key]] of reads.entries()) {
    const own = median(rates[at] ?? []);
    await ask("/health/asked");
    await ask(path, key);
    const { queries, batches } = JSON.parse(await ask("/health/asked"));
    const cells = [
      own.toFixed(0).padStart(8),
      (own / empty).toFixed(2).padStart(21),
      String(queries + batches).padStart(12),
    ];
    process.stdout.write(`${what.padEnd(38)}${cells.join("")}\n`);
  }
} finally {
  agent.destroy();
  await worker.stop();
  rmSync(folder, { recursive: true, force: true });
}
