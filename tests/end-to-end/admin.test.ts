// `npm run admin`: what an operator does from a command line.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { root } from "../../scripts/places.mjs";
import { Api } from "./api.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world?.stop());

async function admin(line: string) {
  const env = {
    ...process.env,
    KALENDS_URL: world.operator.url,
    KALENDS_ADMIN_KEY: world.operator.key ?? "",
  };
  const args = line.split(" ").filter((word) => word !== "");
  const child = spawn(process.execPath, [join(root, "scripts", "admin.mjs"), ...args], { env });
  let [out, error] = ["", ""];
  child.stdout.on("data", (bytes) => {
    out += bytes;
  });
  child.stderr.on("data", (bytes) => {
    error += bytes;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, error, said: code === 0 ? JSON.parse(out) : undefined };
}

it("makes a tenant, gives it keys, and takes one back", async () => {
  const made = await admin(
    "tenant create salon --name Salon --rate-limit 500 --origin https://salon.example",
  );
  assert.equal(made.code, 0, made.error);
  const { id, name, rateLimit, origins } = made.said.tenant;
  assert.deepEqual([id, name, rateLimit, origins], ["salon", "Salon", 500, ["https://salon.example"]]);
  const issued = await admin("key issue salon user --name server");
  const salon = new Api(world.operator.url, issued.said.key);
  assert.equal((await salon.get("/api/appointments?userId=ana")).status, 200);
  const page = await admin("key issue salon publishable --origin https://salon.example");
  assert.match(page.said.key, /^kal_publishable_/);
  assert.equal((await admin("key list salon")).said.length, 2);
  await admin(`key revoke ${issued.said.id}`);
  assert.equal((await salon.get("/api/appointments?userId=ana")).status, 401);
  assert.equal((await admin("tenant set salon --rate-limit 50")).said.tenant.rateLimit, 50);
  const names = (await admin("tenant list")).said.map((tenant: { id: string }) => tenant.id);
  assert.deepEqual(names, ["salon", "studio", "default"]);
});

it("pauses a connection and lets it go on, rotates the vault, and shows who did what", async () => {
  const calendarUrl = await world.phone.makeCalendar("Studio");
  const { user: appleId, password: appSpecificPassword } = world.account;
  const account = { userId: "ana", appleId, appSpecificPassword, calendarUrl };
  const { connectionId } = (await world.operator.post("/api/calendar/icloud/connect", account)).body;
  const paused = await admin(`connection pause ${connectionId} --reason moving`);
  assert.equal(paused.said?.connection.lastSyncError, "moving", paused.error);
  assert.equal((await admin(`connection resume ${connectionId}`)).said.connectionId, connectionId);
  const rotated = await admin("vault rotate");
  assert.deepEqual([rotated.said.left, rotated.said.unreadable], [0, []]);
  const entries = (await admin("audit list default")).said;
  const actions = entries.map(({ action }: { action: string }) => action);
  assert.deepEqual(actions, ["connection.resumed", "connection.paused", "connection.connected"]);
});

it("says what went wrong, and what there is", async () => {
  const taken = await admin("tenant create default");
  assert.equal(taken.code, 1);
  assert.match(taken.error, /409[\s\S]*tenant_exists/);
  const lost = await admin("tenant destroy default");
  assert.equal(lost.code, 2);
  assert.match(lost.error, /npm run admin -- key revoke <key id>/);
});
