// wasm-bindgen and worker-build, built from crates.io once for each version and kept outside the checkout.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache } from "../places.mjs";
import { lockedCrate } from "./rust-version.mjs";

/** Turns the Worker's wasm into what wrangler runs; must fit the crate `worker`. */
const workerBuildVersion = "0.8.7";

const tools = join(cache, "cargo");

/** @param {string} crate @param {string} version @param {string} program */
export const cargoTool = (crate, version, program) => {
  const home = join(tools, `${crate}-${version}`);
  return { crate, version, home, program: join(home, "bin", program) };
};

/** The command line tool must have the very version of the crate that Cargo.lock pins. */
export const wasmBindgen = () => cargoTool("wasm-bindgen-cli", lockedCrate("wasm-bindgen"), "wasm-bindgen");
export const workerBuild = () => cargoTool("worker-build", workerBuildVersion, "worker-build");

const missing = () => [wasmBindgen(), workerBuild()].filter(({ program }) => !existsSync(program));

/** @type {import("./step.mjs").Step} */
export const cargoTools = {
  name: "cargo-tools",
  title: "wasm-bindgen and worker-build from crates.io",
  takes: "5 to 10 minutes",
  advice: "What was compiled is kept: if crates.io could not be reached, try again.",
  done: () => missing().length === 0,
  work: async (run) => {
    const scratch = join(tools, "target");
    for (const { crate, version, home } of missing()) {
      // Without --locked: the lock file that wasm-bindgen-cli ships does not resolve.
      await run("cargo", ["install", crate, "--version", version, "--root", home], {
        // Small inputs: tools that are compiled sooner are worth more here than tools that run faster.
        env: { ...process.env, CARGO_TARGET_DIR: scratch, CARGO_PROFILE_RELEASE_OPT_LEVEL: "1" },
      });
    }
    rmSync(scratch, { recursive: true, force: true });
  },
};
