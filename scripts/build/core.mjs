// The cores as WebAssembly for the npm package: one folder of pkg/kalends/wasm for each surface that it has.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmTool, root } from "../places.mjs";
import { wasmBindgen } from "../setup/cargo-tools.mjs";
import { wasmEnvironment } from "../setup/wasm-target.mjs";
import { command } from "./command.mjs";
import { bindgenEnvironment, rustInputs, wasmTarget } from "./profile.mjs";
import { unlessCurrent } from "./stamp.mjs";

/** The folder of each core, and the feature that makes it. */
const cores = { calendar: "wasm", editor: "wasm-editor", caldav: "wasm-caldav" };

/** @param {import("./profile.mjs").Profile} profile */
export async function buildCores(profile) {
  let made = false;
  for (const [name, feature] of Object.entries(cores))
    made = (await buildCore(name, feature, profile)) || made;
  return made;
}

/** @param {string} name @param {string} feature @param {import("./profile.mjs").Profile} profile */
function buildCore(name, feature, profile) {
  const bindgen = wasmBindgen();
  const folder = `pkg/kalends/wasm/${name}`;
  const wasm = `${folder}/kalends_bg.wasm`;
  const inline = `${folder}/inline.js`;
  const part = {
    name: `core-${name}`,
    inputs: [...rustInputs, "scripts/build/core.mjs"],
    outputs: [wasm, inline, `${folder}/kalends.js`],
    variant: `${profile} ${bindgen.version}`,
  };
  return unlessCurrent(part, async () => {
    const what = [
      "-p",
      "kalends",
      "--lib",
      "--features",
      feature,
      "--target",
      wasmTarget,
      "--profile",
      profile,
    ];
    await command("cargo", ["build", ...what], { env: { ...wasmEnvironment(), ...bindgenEnvironment } });
    const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
    const compiled = join(target, wasmTarget, profile, "kalends.wasm");
    await command(bindgen.program, [compiled, "--target", "web", "--out-dir", folder]);
    if (profile === "wasm-release") await shrink(join(root, wasm));
    // For Node: bundlers of server code lose a file that is read from beside the module.
    const bytes = readFileSync(join(root, wasm)).toString("base64");
    writeFileSync(join(root, inline), `export default "${bytes}";\n`);
    const types = "declare const base64: string;\nexport default base64;\n";
    writeFileSync(join(root, inline.replace(/js$/, "d.ts")), types);
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
