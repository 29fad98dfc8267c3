// The entry for Node: the core comes with the code, so every function works at once, in a bundle, too.
import { setReady } from "./src/core.js";
import base64 from "./wasm/inline.js";
import { initSync } from "./wasm/kalends.js";

export * from "./src/surface.js";

initSync({ module: Buffer.from(base64, "base64") });
setReady();

/** @type {typeof import("./index.js").init} */
export async function init() {}
