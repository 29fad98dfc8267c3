// CalDAV's entry for Node: see index.js.
import { setCaldav } from "./src/core.js";
import base64 from "./wasm/caldav/inline.js";
import * as core from "./wasm/caldav/kalends.js";

export * from "./src/caldav/surface.js";

core.initSync({ module: Buffer.from(base64, "base64") });
setCaldav(core);

/** @type {typeof import("./caldav.js").init} */
export async function init() {}
