// The same histories natively and as WebAssembly under Node: every call of the core, with its answer, must be the same.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { command } from "../build/command.mjs";
import { bindgenEnvironment, profileFor, rustInputs, wasmTarget } from "../build/profile.mjs";
import { unlessCurrent } from "../build/stamp.mjs";
import { environment, root, state } from "../places.mjs";
import { wasmBindgen } from "../setup/cargo-tools.mjs";
import { wasmEnvironment } from "../setup/wasm-target.mjs";

// The later ones are about tasks.
const [first, seeds] = [100, 100];
const folder = join(state, "simulation");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");

function buildForNode() {
  const [bindgen, profile] = [wasmBindgen(), profileFor(false)];
  const part = {
    name: "simulation",
    inputs: [...rustInputs, "tests/simulation", "scripts/simulation/traces.mjs"],
    outputs: [".kalends/simulation/kalends_simulation.js"],
    variant: `${profile} ${bindgen.version}`,
  };
  return unlessCurrent(part, async () => {
    const what = ["-p", "kalends-simulation", "--lib", "--target", wasmTarget, "--profile", profile];
    await command("cargo", ["build", ...what], { env: { ...wasmEnvironment(), ...bindgenEnvironment } });
    const compiled = join(target, wasmTarget, profile, "kalends_simulation.wasm");
    await command(bindgen.program, [compiled, "--target", "web", "--out-dir", folder]);
  });
}

/** @returns {string[]} the hash of each history, as the machine's own code lives through it */
function nativeHashes() {
  // As the tests of Rust are built, so that nothing is built twice.
  const what = ["-p", "kalends-simulation", "--features", "kalends/interop"];
  const { status, stdout, stderr } = spawnSync(
    "cargo",
    ["run", "--quiet", ...what, "--", "--from", String(first), "--seeds", String(seeds), "--hashes"],
    { cwd: root, env: environment(), encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stdout + stderr);
  return stdout.trimEnd().split("\n");
}

/** Throws unless all histories are the same. */
export async function compareTraces() {
  await buildForNode();
  /** @type {{ initSync(of: { module: Uint8Array }): void, hash(seed: number): string }} */
  const simulation = await import(pathToFileURL(join(folder, "kalends_simulation.js")).href);
  simulation.initSync({ module: readFileSync(join(folder, "kalends_simulation_bg.wasm")) });
  const native = nativeHashes();
  if (native.length !== seeds) throw new Error(`${native.length} histories were lived through, not ${seeds}`);
  const differing = native.filter((line, at) => line !== `${first + at} ${simulation.hash(first + at)}`);
  if (differing.length > 0) {
    const told = differing.map((line) => line.split(" ")[0]).join(", ");
    throw new Error(`These seeds go another way as WebAssembly: ${told}`);
  }
  process.stdout.write(`${seeds} histories are the same natively and as WebAssembly.\n`);
}
