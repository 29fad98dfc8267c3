// Installs what Kalends needs to build, run and be tested: `node scripts/setup.mjs [build|bare|start|test|bench-sync|servers]`.
// Needs Node 20 and Rust; everything else it brings. What is there already is skipped.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { oneAtATime } from "./lock.mjs";
import { cache } from "./places.mjs";
import { cargoTools } from "./setup/cargo-tools.mjs";
import { chromium } from "./setup/chromium.mjs";
import { nodeModules } from "./setup/node-modules.mjs";
import { radicale, schemathesis, testPackages, vdirsyncer, xandikos } from "./setup/python.mjs";
import { serverPackages } from "./setup/servers.mjs";
import { carryOut } from "./setup/step.mjs";
import { systemPackages } from "./setup/system.mjs";
import { wasmTarget } from "./setup/wasm-target.mjs";

const toBuild = [nodeModules, wasmTarget, cargoTools];
const fewServers = [xandikos, serverPackages("sabredav")];
const purposes = {
  build: [systemPackages(false), ...toBuild],
  bare: [systemPackages(false), ...toBuild],
  start: [systemPackages(true), ...toBuild, radicale],
  test: [systemPackages(true), ...toBuild, radicale, testPackages, schemathesis, chromium, ...fewServers],
  "bench-sync": [systemPackages(true), ...toBuild, radicale, vdirsyncer],
  servers: [systemPackages(true), radicale, ...fewServers, serverPackages("davical", "cyrus", "sogo")],
};

/** @param {keyof typeof purposes} purpose @returns {Promise<number>} how many steps had something to do */
export async function setUp(purpose) {
  const steps = purposes[purpose];
  for (const step of steps) {
    if (await step.done()) continue;
    const waiting = "Waiting for another set-up that is under way.";
    return oneAtATime(join(cache, "setup.lock"), waiting, () => carryOut(steps));
  }
  return 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [purpose = "test"] = process.argv.slice(2);
  if (!(purpose in purposes)) {
    process.stderr.write(`Unknown purpose "${purpose}": say one of ${Object.keys(purposes).join(", ")}.\n`);
    process.exit(2);
  }
  const worked = await setUp(/** @type {keyof typeof purposes} */ (purpose));
  process.stdout.write(worked === 0 ? "Everything is in place.\n" : "Set-up is complete.\n");
}
