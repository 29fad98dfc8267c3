// What is compared with comes from npm, into this folder alone.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Ends the process where it cannot be installed. */
export function installPeers() {
  if (existsSync(`${here}/node_modules/tsdav`) && existsSync(`${here}/node_modules/rrule-temporal`)) return;
  const install = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  if (spawnSync("npm", install, { cwd: here, stdio: "inherit" }).status !== 0) process.exit(1);
}
