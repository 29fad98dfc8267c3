// cargo-fuzz, which builds and runs the targets of fuzz/; only `npm run fuzz` wants it.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cache } from "../places.mjs";
import { cargoTool } from "./cargo-tools.mjs";

export const cargoFuzz = cargoTool("cargo-fuzz", "0.13.2", "cargo-fuzz");

/** @type {import("./step.mjs").Step} */
export const cargoFuzzStep = {
  name: "cargo-fuzz",
  title: "cargo-fuzz from crates.io",
  takes: "about a minute",
  advice: "What was compiled is kept: if crates.io could not be reached, try again.",
  done: () => existsSync(cargoFuzz.program),
  work: async (run) => {
    const scratch = join(cache, "cargo", "target");
    const { crate, version, home } = cargoFuzz;
    await run("cargo", ["install", crate, "--version", version, "--locked", "--root", home], {
      env: { ...process.env, CARGO_TARGET_DIR: scratch, CARGO_PROFILE_RELEASE_OPT_LEVEL: "1" },
    });
    rmSync(scratch, { recursive: true, force: true });
  },
};
