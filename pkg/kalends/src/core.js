// The WebAssembly core once it is loaded, with its failures as KalendsErrors.
import * as core from "../wasm/kalends.js";
import { failureOf, KalendsError } from "./failure.js";

let ready = false;

/** Called by the entry that has loaded the core. */
export function setReady() {
  ready = true;
}

/**
 * @template T
 * @param {(loaded: typeof core) => T} work
 * @returns {T}
 */
export function withCore(work) {
  if (!ready) throw new KalendsError("not_initialised", "Kalends is not loaded yet: await init() first.");
  try {
    return work(core);
  } catch (error) {
    throw failureOf(error);
  }
}
