// In browsers a core is fetched once, when init() is called.

/** @typedef {import("../wasm/calendar/kalends.js").InitInput | Promise<import("../wasm/calendar/kalends.js").InitInput>} Source */

/**
 * @param {(source?: Source) => Promise<void>} start
 * @returns {typeof import("../index.js").init}
 */
export function once(start) {
  /** @type {Promise<void> | undefined} */
  let loading;
  return (source) => {
    loading ??= start(source).catch((error) => {
      loading = undefined; // the network may be back at the next call
      throw error;
    });
    return loading;
  };
}
