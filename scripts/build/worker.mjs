// The Worker as wrangler runs it: worker/build/index.js and its WebAssembly.
import { join } from "node:path";
import { npmTool, root } from "../places.mjs";
import { wasmBindgen, workerBuild } from "../setup/cargo-tools.mjs";
import { wasmEnvironment } from "../setup/wasm-target.mjs";
import { command } from "./command.mjs";
import { bindgenEnvironment, rustInputs } from "./profile.mjs";
import { unlessCurrent } from "./stamp.mjs";

/** @param {import("./profile.mjs").Profile} profile */
export function buildWorker(profile) {
  const tool = workerBuild();
  const part = {
    name: "worker",
    inputs: [
      ...rustInputs,
      "worker/Cargo.toml",
      "worker/src",
      "worker/migrations",
      "scripts/build/worker.mjs",
    ],
    outputs: ["worker/build/index.js", "worker/build/index_bg.wasm"],
    variant: `${profile} ${tool.version}`,
  };
  return unlessCurrent(part, async () => {
    const options = profile === "wasm-dev" ? ["--no-opt"] : [];
    await command(tool.program, ["--profile", profile, ...options], {
      cwd: join(root, "worker"),
      env: {
        ...wasmEnvironment(),
        ...bindgenEnvironment,
        WASM_BINDGEN_BIN: wasmBindgen().program,
        WASM_OPT_BIN: npmTool("wasm-opt"),
        ESBUILD_BIN: npmTool("esbuild"),
      },
    });
  });
}
