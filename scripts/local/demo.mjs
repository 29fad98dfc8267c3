// The demo around a local Worker: a CalDAV server with a sample calendar, a tenant with a key, and the page's settings.
// All of it lies in one folder: this checkout's state, unless another is given.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, state } from "../places.mjs";
import { keepKeys } from "./keys.mjs";
import { host, isFree } from "./ports.mjs";
import { startRadicale } from "./radicale.mjs";
import { laySampleCalendar, today } from "./sample-calendar.mjs";
import { PortTaken } from "./worker.mjs";

const tenant = "demo";
const owner = "demo-owner";
const user = "demo";

/** Radicale with the sample calendar, which is laid anew on each new day. @param {import("./keys.mjs").Keys} keys */
export async function startDemoCalendar({ caldavPassword }, folder = state) {
  const data = join(folder, "radicale");
  // The demo's connection names the port that the calendar had, so it keeps that port.
  const known = join(data, "port");
  const had = existsSync(known) ? Number(readFileSync(known, "utf8")) : undefined;
  if (had !== undefined && !(await isFree(had))) {
    throw new PortTaken(
      `Port ${had} on ${host}, where the demo's calendar lives, is taken. End what uses it.`,
    );
  }
  const server = await startRadicale({
    port: had ?? 5232,
    data,
    users: [{ name: user, password: caldavPassword }],
  });
  writeFileSync(known, new URL(server.url).port);
  const account = { url: server.url, user, password: caldavPassword };
  const laid = join(data, "laid-on");
  if (!existsSync(laid) || readFileSync(laid, "utf8") !== today()) {
    await laySampleCalendar(account);
    writeFileSync(laid, today());
  }
  return { server, account };
}

/** @param {string} url @param {string} key @param {unknown} [body] */
async function ask(url, key, body) {
  const headers = { authorization: `Bearer ${key}`, ...(body ? { "content-type": "application/json" } : {}) };
  const init = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const response = await fetch(url, { ...init, headers, redirect: "manual" });
  return { status: response.status, text: await response.text() };
}

/**
 * The demo tenant's key: the one that was kept, if the Worker still knows it; otherwise a new one.
 * @param {string} url the Worker's @param {import("./keys.mjs").Keys} keys
 */
export async function demoKey(url, keys, folder = state) {
  if (keys.demoKey) {
    const known = await ask(`${url}/api/calendar/icloud/status?userId=${owner}`, keys.demoKey);
    if (known.status < 400) return keys.demoKey;
  }
  const made = await ask(`${url}/api/admin/tenants`, keys.adminKey, {
    id: tenant,
    name: "Demo",
    rateLimit: 10_000,
  });
  if (made.status !== 201 && made.status !== 200 && made.status !== 409) {
    throw new Error(`The Worker answered ${made.status} to POST /api/admin/tenants: ${made.text}`);
  }
  const given = await ask(`${url}/api/admin/keys`, keys.adminKey, { tenant, scope: "user" });
  const key = given.status === 201 ? JSON.parse(given.text).key : undefined;
  if (!key) throw new Error(`The Worker answered ${given.status} to POST /api/admin/keys: ${given.text}`);
  keepKeys({ ...keys, demoKey: key }, folder);
  return /** @type {string} */ (key);
}

/** A copy of the site, to which the demo's settings are added: nothing secret ever lies in www/dist. */
export function demoSite(folder = state) {
  const site = join(folder, "site");
  rmSync(site, { recursive: true, force: true });
  cpSync(join(root, "www", "dist"), site, { recursive: true });
  // There from the start: wrangler serves a changed file at once, a new one only after a while.
  const settingsFile = join(site, "demo.json");
  writeFileSync(settingsFile, "{}\n", { mode: 0o600 });
  return {
    folder: site,
    /** @param {string} key @param {import("./sample-calendar.mjs").Account} caldav */
    addSettings: (key, caldav) => {
      const settings = { key, owner, timezone: "Europe/Berlin", caldav };
      writeFileSync(settingsFile, `${JSON.stringify(settings, null, 2)}\n`);
    },
  };
}
