// The browser's entries, given the bytes that a browser would fetch.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { init, parse } from "../src/browser.js";
import { init as initCaldav, resolveHref } from "../src/caldav/browser.js";
import { describeRule, init as initEditor } from "../src/editor/browser.js";

test("before init() every function says what is missing, and init() loads once", async () => {
  assert.throws(() => parse(""), { code: "not_initialised" });
  const bytes = await readFile(new URL("../wasm/calendar/kalends_bg.wasm", import.meta.url));
  const first = init(bytes);
  assert.equal(init(), first);
  await first;
  assert.deepEqual(parse("").events, []);
});

test("the editor is loaded by itself, and serves what was there before", async () => {
  assert.throws(() => describeRule("FREQ=DAILY", "2026-11-23"), { code: "not_initialised" });
  await initEditor(await readFile(new URL("../wasm/editor/kalends_bg.wasm", import.meta.url)));
  assert.equal(describeRule("FREQ=DAILY", "2026-11-23"), "every day");
  assert.deepEqual(parse("").events, []);
});

test("CalDAV is loaded by itself", async () => {
  assert.throws(() => resolveHref("https://cal.example.org/", "a"), { code: "not_initialised" });
  await initCaldav(await readFile(new URL("../wasm/caldav/kalends_bg.wasm", import.meta.url)));
  assert.equal(resolveHref("https://cal.example.org/", "a"), "https://cal.example.org/a");
});
