// The entry for Node: the core is read from disk at import, so every function works at once.
import { readFileSync } from "node:fs";
import { setReady } from "./src/core.js";
import { initSync } from "./wasm/kalends.js";

export * from "./src/surface.js";

initSync({ module: readFileSync(new URL("./wasm/kalends_bg.wasm", import.meta.url)) });
setReady();

/** @type {typeof import("./index.js").init} */
export async function init() {}
