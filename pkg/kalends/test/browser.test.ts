// The browser's entry, given the bytes that a browser would fetch.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { init, parse } from "../src/browser.js";

test("before init() every function says what is missing, and init() loads once", async () => {
  assert.throws(() => parse(""), { code: "not_initialised" });
  const bytes = await readFile(new URL("../wasm/kalends_bg.wasm", import.meta.url));
  const first = init(bytes);
  assert.equal(init(), first);
  await first;
  assert.deepEqual(parse("").events, []);
});
