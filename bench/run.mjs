// `npm run bench`: Kalends beside the libraries that people use, whole calls in JavaScript. Prints a table of ratios.
// `npm run bench -- native`: beside libraries of Rust and C, without WebAssembly.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build, endWithBuildError } from "../scripts/build.mjs";
import { node } from "../scripts/places.mjs";
import { setUp } from "../scripts/setup.mjs";
import { native } from "./native.mjs";
import { installPeers } from "./packages.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));

if (process.argv.includes("native")) process.exit(native());
await setUp("build");
await build(["core"], { release: true }).catch(endWithBuildError);
installPeers();
const measured = spawnSync(node, ["--expose-gc", `${here}/table.mjs`], { stdio: "inherit" });
process.exit(measured.status ?? 1);
