// How large the cores are, and how much memory it takes for a large calendar.
import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { parse, serialize } from "../pkg/kalends/index.js";
import { initSync } from "../pkg/kalends/wasm/calendar/kalends.js";
import { tenMegabytes } from "./calendars.mjs";

const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } };

/** @param {string} name of a core */
function size(name) {
  const wasm = readFileSync(new URL(`../pkg/kalends/wasm/${name}/kalends_bg.wasm`, import.meta.url));
  const [raw, gzip, brotli] = [wasm, gzipSync(wasm, { level: 9 }), brotliCompressSync(wasm, best)].map(
    (bytes) => Math.round(bytes.length / 1024),
  );
  return `the core \`${name}\`: ${raw} KB, ${gzip} KB after gzip, ${brotli} KB after brotli`;
}

/** @returns {string} one line for each */
export function footprint() {
  const { memory } = initSync(); // the one that the package has loaded
  const text = tenMegabytes();
  const used = () => `${Math.ceil(memory.buffer.byteLength / 2 ** 20)} MB`;
  const parsed = parse(text, { timeZone: "UTC" });
  const events = used();
  const calendar = parsed.calendar;
  const tree = used();
  serialize(calendar);
  return [
    size("calendar"),
    size("editor"),
    size("caldav"),
    `WebAssembly memory for a calendar of ${Math.round(text.length / 1e6)} MB: ${events} for its events, ${tree} for its tree, ${used()} after writing it`,
  ].join("\n");
}
