// `npm start [-- --bare]`: the Worker with its site on this machine, and a demo around it unless --bare.
import { join } from "node:path";
import { build, endWithBuildError } from "./build.mjs";
import { demoKey, demoSite, startDemoCalendar } from "./local/demo.mjs";
import { keys, workerVariables } from "./local/keys.mjs";
import { host, isFree } from "./local/ports.mjs";
import { lastLines } from "./local/process.mjs";
import { PortTaken, startWorker } from "./local/worker.mjs";
import { state } from "./places.mjs";
import { setUp } from "./setup.mjs";

const bare = process.argv.includes("--bare");
const port = Number(process.env.PORT ?? 8787);

/** @type {{ name: string, server: import("./local/process.mjs").Background }[]} */
const running = [];
let ending = false;

/** @param {number} code @param {string} [reason] */
async function end(code, reason) {
  if (ending) return;
  ending = true;
  if (reason) process.stderr.write(`${reason}\n`);
  await Promise.all(running.map(({ server }) => server.stop()));
  process.exit(code);
}

/** @param {string} name @param {import("./local/process.mjs").Background} server */
function watch(name, server) {
  running.push({ name, server });
  server.ended.then(() =>
    end(1, `${name} ended by itself:\n${lastLines(server.log)}\nIts log: ${server.log}`),
  );
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => end(0));
if (process.env.npm_lifecycle_event) {
  // npm may be ended in a way that it cannot pass on.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end(0), 500).unref();
}

async function start() {
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new PortTaken(`PORT is "${process.env.PORT}", which is no port.`);
  if (!(await isFree(port))) {
    throw new PortTaken(
      `Port ${port} on ${host} is taken. End what uses it, or choose another: PORT=8788 npm start`,
    );
  }
  await setUp(bare ? "bare" : "start");
  await build(["core", "worker", "www"]).catch(endWithBuildError);

  // wrangler's local mode has no clock: the tick of the cron comes from here.
  const tick = `http://${host}:${port}/__scheduled?cron=*+*+*+*+*`;
  setInterval(() => fetch(tick).catch(() => {}), 60_000);

  const own = keys();
  const common = { port, state: join(state, "worker"), vars: workerVariables(own) };
  /** @type {[string, string][]} */
  const lines = [];
  if (bare) {
    const worker = await startWorker(common);
    watch("The Worker", worker);
    lines.push(["Page", worker.url], ["Admin key", own.adminKey]);
  } else {
    const { server, account } = await startDemoCalendar(own);
    watch("Radicale", server);
    const site = demoSite();
    const worker = await startWorker({ ...common, assets: site.folder });
    watch("The Worker", worker);
    site.addSettings(await demoKey(worker.url, own), account);
    lines.push(["Page", worker.url], ["Admin key", own.adminKey]);
    lines.push(["CalDAV", `${account.url}  user ${account.user}, password ${account.password}`]);
  }
  const width = Math.max(...lines.map(([name]) => name.length));
  const shown = lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join("");
  process.stdout.write(`\nKalends is running.\n${shown}Ctrl-C ends everything.\n`);
}

start().catch((error) => end(1, error instanceof Error ? error.message : String(error)));
