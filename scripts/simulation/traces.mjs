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

/** What the machine's own code tells of some histories. @param {number} from @param {number} seeds @param {string} what */
function native(from, seeds, what) {
  // As the tests of Rust are built, so that nothing is built twice.
  const program = ["run", "--quiet", "-p", "kalends-simulation", "--features", "kalends/interop", "--"];
  const { status, stdout, stderr } = spawnSync(
    "cargo",
    [...program, "--from", String(from), "--seeds", String(seeds), what],
    { cwd: root, env: environment(), encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(stdout + stderr);
  return stdout.trimEnd().split("\n");
}

/** Throws unless all histories are the same. */
export async function compareTraces() {
  await buildForNode();
  /** @type {{ initSync(of: { module: Uint8Array }): void, hash(seed: number): string, trace(seed: number): string[] }} */
  const simulation = await import(pathToFileURL(join(folder, "kalends_simulation.js")).href);
  simulation.initSync({ module: readFileSync(join(folder, "kalends_simulation_bg.wasm")) });
  const hashes = native(first, seeds, "--hashes");
  if (hashes.length !== seeds) throw new Error(`${hashes.length} histories were lived through, not ${seeds}`);
  const differs = hashes.findIndex((line, at) => line !== `${first + at} ${simulation.hash(first + at)}`);
  if (differs !== -1) {
    const seed = first + differs;
    const [here, there] = [native(seed, 1, "--trace"), simulation.trace(seed)];
    const at = there.findIndex((line, at) => line !== here[at]);
    throw new Error(
      `Seed ${seed} goes another way as WebAssembly:\n${there[at]}\nand natively:\n${here[at]}`,
    );
  }
  process.stdout.write(`${seeds} histories are the same natively and as WebAssembly.\n`);
}
