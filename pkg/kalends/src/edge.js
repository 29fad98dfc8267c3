// The entry for edge runtimes (workerd, Next.js): there WebAssembly is compiled when the code is deployed, and bundlers
// know a module of it by this ending. Every function works at once.
import { initSync } from "../wasm/kalends.js";
import module from "../wasm/kalends_bg.wasm?module";
import { setReady } from "./core.js";

export * from "./surface.js";

initSync({ module });
setReady();

/** @type {typeof import("../index.js").init} */
export async function init() {}
