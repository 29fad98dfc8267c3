// The entry for Node: the core comes with the code, so every function works at once, in a bundle, too.
import { setCore } from "./src/core.js";
import base64 from "./wasm/calendar/inline.js";
import * as core from "./wasm/calendar/kalends.js";

export * from "./src/surface.js";

core.initSync({ module: Buffer.from(base64, "base64") });
setCore(core);

/** @type {typeof import("./index.js").init} */
export async function init() {}
