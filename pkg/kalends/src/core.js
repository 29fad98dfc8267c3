// The WebAssembly cores once they are loaded, with their failures as KalendsErrors.
import { failureOf, KalendsError } from "./failure.js";

/** @typedef {typeof import("../wasm/calendar/kalends.js")} Core */
/** @typedef {typeof import("../wasm/editor/kalends.js")} EditorCore */

/** @typedef {typeof import("../wasm/caldav/kalends.js")} CaldavCore */

/** @type {Core | undefined} */
let core;
/** @type {EditorCore | undefined} */
let editor;

/** @type {CaldavCore | undefined} */
let caldav;

/** Called by the entry that has loaded it. @param {Core} loaded */
export function setCore(loaded) {
  core ??= loaded;
}

/** The editor's core does all that the other does: one of the two is enough. @param {EditorCore} loaded */
export function setEditor(loaded) {
  editor = loaded;
  core = loaded;
}

/** It does nothing of what the others do. @param {CaldavCore} loaded */
export function setCaldav(loaded) {
  caldav = loaded;
}

/**
 * @template C, T
 * @param {C | undefined} loaded
 * @param {(loaded: C) => T} work
 * @returns {T}
 */
function run(loaded, work) {
  if (!loaded) throw new KalendsError("not_initialised", "Kalends is not loaded yet: await init() first.");
  try {
    return work(loaded);
  } catch (error) {
    throw failureOf(error);
  }
}

/** @template T @param {(loaded: Core) => T} work */
export const withCore = (work) => run(core, work);

/** @template T @param {(loaded: EditorCore) => T} work */
export const withEditor = (work) => run(editor, work);

/** @template T @param {(loaded: CaldavCore) => T} work */
export const withCaldav = (work) => run(caldav, work);
