// Live sync status: events as they happen, and from where the reader left off.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { startWorld, type World } from "./world.ts";

const owner = "user-1";
let world: World;
let calendar: string;
let connectionId: string;

interface Told {
  kind: string;
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever is told and asserts on it
  data: any;
}

before(async () => {
  world = await startWorld();
  calendar = await world.phone.makeCalendar("Studio");
  const { user: appleId, password: appSpecificPassword } = world.account;
  const account = { appleId, appSpecificPassword, calendarUrl: calendar };
  const answer = await world.api.post("/api/calendar/icloud/connect", { userId: owner, ...account });
  connectionId = answer.body.connectionId;
});
after(() => world?.stop());

const path = `/api/calendar/status/stream?userId=${owner}`;

/** A stream that is open: its next event, and its end. */
async function open(headers: Record<string, string> = {}, more = "") {
  const gone = new AbortController();
  const answer = await fetch(world.api.url + path + more, {
    headers: { authorization: `Bearer ${world.api.key}`, ...headers },
    signal: gone.signal,
  });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  async function next(): Promise<Told | undefined> {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end < 0) {
        const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
        if (done) return undefined;
        text += value;
        continue;
      }
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const fields = new Map(block.split("\n").map((line) => line.split(/: (.*)/s) as [string, string]));
      const [kind, id, data] = [fields.get("event"), fields.get("id"), fields.get("data")];
      if (kind && id && data) return { kind, id, data: JSON.parse(data) };
    }
  }
  const until = async (fits: (told: Told) => boolean): Promise<Told> => {
    for (;;) {
      const told = await next();
      assert.ok(told, "the stream ended");
      if (fits(told)) return told;
    }
  };
  return { next, until, close: () => gone.abort() };
}

const sync = () => world.api.post("/api/calendar/icloud/sync", { connectionId });

it("a stream begins with how the connections stand, and tells what changes and each run that ends", async () => {
  const stream = await open();
  const first = await stream.next();
  assert.deepEqual(
    [first?.kind, first?.data.connection.id, first?.data.connection.syncStatus],
    ["status", connectionId, "ACTIVE"],
  );
  await world.unplug();
  await sync();
  const run = await stream.until(({ kind }) => kind === "run");
  assert.deepEqual([run.data.run.status, run.data.run.connectionId], ["failed", connectionId]);
  const status = await stream.until(({ kind }) => kind === "status");
  assert.equal(status.data.connection.syncStatus, "ERROR");
  stream.close();

  await world.plug();
  await sync();
  const again = await open({ "last-event-id": run.id });
  const missed = await again.next();
  assert.deepEqual([missed?.kind, missed?.data.run.status], ["run", "success"]);
  assert.notEqual(missed?.id, run.id);
  const healed = await again.next();
  assert.deepEqual([healed?.kind, healed?.data.connection.syncStatus], ["status", "ACTIVE"]);
  again.close();
});

it("a stream of another owner, or of another tenant, tells nothing of this one", async () => {
  const answer = await fetch(`${world.api.url}/api/calendar/status/stream?userId=${owner}`, {
    headers: { authorization: `Bearer ${world.operator.key}`, "last-event-id": "0" },
    signal: AbortSignal.timeout(3000),
  });
  let text = "";
  try {
    for await (const piece of answer.body ?? []) text += Buffer.from(piece).toString();
  } catch {} // nothing more came
  assert.match(text, /^retry: /);
  assert.ok(!text.includes("data:"), text);
});

it("a stream ends by itself, so that nobody holds one for ever", async () => {
  const stream = await open({}, "&seconds=3");
  let told = 0;
  while (await stream.next()) told += 1;
  assert.equal(told, 1, "how it stands, once");
  for (const seconds of ["0", "61", "x"])
    assert.equal((await world.api.get(`${path}&seconds=${seconds}`)).status, 422, seconds);
});

it("a Last-Event-ID that is none is refused", async () => {
  const answer = await fetch(world.api.url + path, {
    headers: { authorization: `Bearer ${world.api.key}`, "last-event-id": "x" },
  });
  assert.equal(answer.status, 422);
  const { details } = (await answer.json()) as { details: unknown };
  assert.deepEqual(details, { field: "Last-Event-ID" });
});
