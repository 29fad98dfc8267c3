// The core as WebAssembly for the npm package: pkg/kalends/wasm.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmTool, root } from "../places.mjs";
import { wasmBindgen } from "../setup/cargo-tools.mjs";
import { wasmEnvironment } from "../setup/wasm-target.mjs";
import { command } from "./command.mjs";
import { bindgenEnvironment, rustInputs, wasmTarget } from "./profile.mjs";
import { unlessCurrent } from "./stamp.mjs";

export const coreFolder = "pkg/kalends/wasm";
const wasm = `${coreFolder}/kalends_bg.wasm`;
const inline = `${coreFolder}/inline.js`;

/** @param {import("./profile.mjs").Profile} profile */
export function buildCore(profile) {
  const bindgen = wasmBindgen();
  const part = {
    name: "core",
    inputs: [...rustInputs, "scripts/build/core.mjs"],
    outputs: [wasm, inline, `${coreFolder}/kalends.js`],
    variant: `${profile} ${bindgen.version}`,
  };
  return unlessCurrent(part, async () => {
    const what = [
      "-p",
      "kalends",
      "--lib",
      "--features",
      "wasm",
      "--target",
      wasmTarget,
      "--profile",
      profile,
    ];
    await command("cargo", ["build", ...what], { env: { ...wasmEnvironment(), ...bindgenEnvironment } });
    const compiled = join(
      process.env.CARGO_TARGET_DIR ?? join(root, "target"),
      wasmTarget,
      profile,
      "kalends.wasm",
    );
    await command(bindgen.program, [compiled, "--target", "web", "--out-dir", coreFolder]);
    if (profile === "wasm-release") await shrink(join(root, wasm));
    // For Node: bundlers of server code lose a file that is read from beside the module.
    const bytes = readFileSync(join(root, wasm)).toString("base64");
    writeFileSync(join(root, inline), `export default "${bytes}";\n`);
    writeFileSync(
      join(root, inline.replace(/js$/, "d.ts")),
      "declare const base64: string;\nexport default base64;\n",
    );
  });
}

/** @param {string} file */
async function shrink(file) {
  const features = "mutable-globals sign-ext nontrapping-float-to-int bulk-memory multivalue reference-types";
  const enabled = features.split(" ").map((feature) => `--enable-${feature}`);
  // What travels is compressed: these make the file larger, and 6 % smaller once it is.
  const repeating = ["--one-caller-inline-max-function-size=20"];
  for (const pass of ["local-cse", "memory-packing"]) repeating.push(`--skip-pass=${pass}`);
  const bare = ["--strip-producers", "--strip-target-features"];
  await command(npmTool("wasm-opt"), [file, "-Oz", ...repeating, ...bare, ...enabled, "-o", `${file}.small`]);
  renameSync(`${file}.small`, file);
}
