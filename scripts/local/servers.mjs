// Real CalDAV servers on this machine, each with an account of its own: `node scripts/local/servers.mjs [name ...]`
// starts them, prints one JSON line for each, and ends them with Ctrl-C.
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, state } from "../places.mjs";
import { radicaleRequirements, xandikosRequirements } from "../setup/python.mjs";
import { versionOf } from "../setup/servers.mjs";
import { setUp } from "../setup.mjs";
import { startCyrus } from "./servers/cyrus.mjs";
import { startDavical } from "./servers/davical.mjs";
import { layLargeCalendar } from "./servers/large-calendar.mjs";
import { startRadicaleForTests } from "./servers/radicale.mjs";
import { startSabreDav } from "./servers/sabredav.mjs";
import { startSogo } from "./servers/sogo.mjs";
import { together } from "./servers/together.mjs";
import { startXandikos } from "./servers/xandikos.mjs";

/**
 * Where a server puts everything, and the account that it is to have.
 * @typedef {{ folder: string, user: string, password: string }} Place
 */
/**
 * A server as the tests are told of it; `readOnly` is a calendar that the user may not write, `large` one of many
 * events, where there are such.
 * @typedef {{ server: string, version: string, url: string, user: string, password: string, readOnly?: string, large?: string }} Account
 */

/** @typedef {{ url: string, readOnly?: string, stop: () => Promise<void> }} Started */

/** @param {string} requirements */
const pinned = (requirements) =>
  /^\w+==(.*)$/m.exec(readFileSync(join(root, requirements), "utf8"))?.[1] ?? "";

/** @satisfies {Record<string, { version: () => string, start: (place: Place) => Promise<Started> }>} */
const servers = {
  radicale: {
    version: () => pinned(radicaleRequirements),
    start: startRadicaleForTests,
  },
  xandikos: { version: () => pinned(xandikosRequirements), start: startXandikos },
  sabredav: { version: () => versionOf("sabredav"), start: startSabreDav },
  davical: { version: () => versionOf("davical"), start: startDavical },
  cyrus: { version: () => versionOf("cyrus"), start: startCyrus },
  sogo: { version: () => versionOf("sogo"), start: startSogo },
};

/** @typedef {keyof typeof servers} ServerName */
export const serverNames = /** @type {ServerName[]} */ (Object.keys(servers));
/** Those that `npm test` speaks to. */
export const fewServers = /** @type {ServerName[]} */ (["radicale", "xandikos", "sabredav"]);

/**
 * Starts servers on free ports, with data in a folder that only this run has: empty, but for a calendar of so many
 * events where that can be laid down on disk.
 * @param {ServerName[]} names @param {number} [events]
 * @returns {Promise<{ accounts: Account[], folder: string, stop: () => Promise<void> }>}
 */
export function startServers(names, events = 0) {
  mkdirSync(join(state, "servers"), { recursive: true });
  const folder = mkdtempSync(join(state, "servers", "run-"));
  return together(async (later) => {
    const started = names.map(async (server) => {
      const [user, password] = ["kalends", randomBytes(12).toString("hex")];
      const place = { folder: join(folder, server), user, password };
      mkdirSync(place.folder);
      /** @type {Started} */
      const { url, readOnly, stop } = await servers[server].start(place);
      later(stop);
      /** @type {Account} */
      const account = { server, version: servers[server].version(), url, user, password, readOnly };
      if (events > 0) account.large = await layLargeCalendar(account, place.folder, events);
      return account;
    });
    const outcomes = await Promise.allSettled(started); // so that `later` knows of each that could be started
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed) throw failed.reason;
    return { accounts: await Promise.all(started), folder };
  });
}

async function main() {
  const words = process.argv.slice(2);
  const unknown = words.filter((word) => !(word in servers));
  if (unknown.length > 0) {
    process.stderr.write(`Unknown server ${unknown.join(", ")}: say any of ${serverNames.join(", ")}.\n`);
    process.exit(2);
  }
  const names = words.length > 0 ? /** @type {ServerName[]} */ (words) : serverNames;
  await setUp(names.every((name) => fewServers.includes(name)) ? "test" : "servers");
  const running = await startServers(names);
  for (const account of running.accounts) process.stdout.write(`${JSON.stringify(account)}\n`);
  const end = async () => {
    await running.stop();
    rmSync(running.folder, { recursive: true, force: true });
    process.exit(0);
  };
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, end);
  setInterval(() => {}, 60_000); // until it is ended
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main().catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  });
}
