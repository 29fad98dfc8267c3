// The editor's entry for Node: see index.js.
import { setEditor } from "./src/core.js";
import base64 from "./wasm/editor/inline.js";
import * as core from "./wasm/editor/kalends.js";

export * from "./src/editor/surface.js";

core.initSync({ module: Buffer.from(base64, "base64") });
setEditor(core);

/** @type {typeof import("./editor.js").init} */
export async function init() {}
