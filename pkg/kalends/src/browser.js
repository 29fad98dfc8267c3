// The entry for browsers: the core is fetched once, when init() is called.
import load from "../wasm/kalends.js";
import { setReady } from "./core.js";

export * from "./surface.js";

/** @type {Promise<void> | undefined} */
let loading;

/** @type {typeof import("../index.js").init} */
export function init(source) {
  loading ??= start(source);
  return loading;
}

/** @param {Parameters<typeof init>[0]} source */
async function start(source) {
  try {
    const given = source ?? new URL("../wasm/kalends_bg.wasm", import.meta.url);
    await load({ module_or_path: given });
    setReady();
  } catch (error) {
    loading = undefined; // the network may be back at the next call
    throw error;
  }
}
