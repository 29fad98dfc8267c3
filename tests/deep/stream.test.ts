// A stream of sync status has an end.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { startWorld, type World } from "../end-to-end/world.ts";

let world: World;

before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

it("a stream ends by itself, so that nobody holds one for ever", async () => {
  const answer = await fetch(`${world.api.url}/api/calendar/status/stream?userId=ana`, {
    headers: { authorization: `Bearer ${world.api.key}` },
  });
  const told = await answer.text();
  assert.match(told, /^retry: \d+\n\n(: nothing new\n\n)+$/);
});
