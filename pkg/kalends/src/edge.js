// The entry for edge runtimes (workerd, Next.js): there WebAssembly is compiled when the code is deployed, and bundlers
// know a module of it by this ending. Every function works at once.
import * as core from "../wasm/calendar/kalends.js";
import module from "../wasm/calendar/kalends_bg.wasm?module";
import { setCore } from "./core.js";

export * from "./surface.js";

core.initSync({ module });
setCore(core);

/** @type {typeof import("../index.js").init} */
export async function init() {}
