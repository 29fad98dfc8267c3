// Builds what runs: `npm run build [-- --release] [core] [worker] [www]`. What is up to date is skipped.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BuildFailed } from "./build/command.mjs";
import { buildCores } from "./build/core.mjs";
import { profileFor } from "./build/profile.mjs";
import { buildWorker } from "./build/worker.mjs";
import { buildWww } from "./build/www.mjs";
import { oneAtATime } from "./lock.mjs";
import { state } from "./places.mjs";
import { setUp } from "./setup.mjs";

/** In the order in which they need each other: the site holds a core. */
const parts = {
  core: { make: buildCores, says: "the cores as WebAssembly", takes: "two minutes the first time" },
  worker: { make: buildWorker, says: "the Worker", takes: "two minutes the first time" },
  www: { make: buildWww, says: "the site", takes: "a second" },
};

/** @typedef {keyof typeof parts} PartName */
export const partNames = /** @type {PartName[]} */ (Object.keys(parts));

/**
 * @param {PartName[]} wanted
 * @param {{ release?: boolean }} [options]
 * @returns {Promise<void>} rejects with BuildFailed
 */
export async function build(wanted, { release = false } = {}) {
  const needed = partNames.filter(
    (name) => wanted.includes(name) || (name === "core" && wanted.includes("www")),
  );
  const waiting = "Waiting for another build that is under way.";
  await oneAtATime(join(state, "build.lock"), waiting, async () => {
    for (const name of needed) {
      const { make, says, takes } = parts[name];
      const begun = Date.now();
      const saying = setTimeout(() => process.stdout.write(`Building ${says}, about ${takes}\n`), 1000);
      try {
        const made = await make(profileFor(release));
        if (made) process.stdout.write(`Built ${says} in ${((Date.now() - begun) / 1000).toFixed(1)} s\n`);
      } finally {
        clearTimeout(saying);
      }
    }
  });
}

/** @param {unknown} error shows why a build failed, and ends the process */
export function endWithBuildError(error) {
  if (!(error instanceof BuildFailed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const words = process.argv.slice(2);
  const release = words.includes("--release");
  const named = words.filter((word) => word !== "--release");
  const unknown = named.filter((word) => !(word in parts));
  if (unknown.length > 0) {
    process.stderr.write(`Unknown part ${unknown.join(", ")}: say any of ${partNames.join(", ")}.\n`);
    process.exit(2);
  }
  await setUp("build");
  const wanted = named.length > 0 ? /** @type {PartName[]} */ (named) : partNames;
  await build(wanted, { release }).catch(endWithBuildError);
}
