// The entry for edge runtimes: a Worker that imports the package, bundled by wrangler and run by workerd.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { unstable_startWorker as startWorker } from "wrangler";

test("a Worker imports the package and calls it", async () => {
  const worker = await startWorker({
    config: fileURLToPath(new URL("./edge/wrangler.toml", import.meta.url)),
    dev: { server: { port: 0 }, inspector: false, watch: false, logLevel: "none" },
  });
  try {
    const answer = await worker.fetch("http://edge/?start=2026-11-23T10:00");
    const found = (await answer.json()) as { start: string }[];
    assert.deepEqual(
      found.map((one) => one.start),
      ["2026-11-23T10:00:00+01:00"],
    );
    const resolved = await worker.fetch("http://edge/?href=a:b.ics");
    assert.equal(await resolved.json(), "https://cal.example.org/dav/a:b.ics");
  } finally {
    await worker.dispose();
  }
});
