// The audit log: who did what to which thing, for the tenant's administrators, by page, without a secret.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { Api } from "./api.ts";
import { ed25519 } from "./tokens.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let admin: Api;
let owner: Api;
let ids: { admin: string; signing: string };
const issue = (fields: object) => world.operator.post("/api/admin/keys", { tenant: "studio", ...fields });

before(async () => {
  world = await startWorld();
  const key = await issue({ scope: "admin" });
  admin = new Api(world.api.url, key.body.key);
  const signer = ed25519();
  const signing = await issue({ scope: "owner", algorithm: "EdDSA", publicKey: signer.jwk });
  owner = new Api(world.api.url, signer.token({ sub: "ana" }, { kid: signing.body.id }));
  ids = { admin: key.body.id, signing: signing.body.id };
});
after(() => world?.stop());

const entries = async (query = "") => (await admin.get(`/api/admin/audit?limit=100${query}`)).body.entries;

it("what is done to keys, settings and connections is written down, with who did it", async () => {
  const calendarUrl = await world.phone.makeCalendar("Studio");
  const { user: appleId, password: appSpecificPassword } = world.account;
  const account = { appleId, appSpecificPassword, calendarUrl };
  const connected = await owner.post("/api/calendar/icloud/connect", account);
  assert.equal(connected.status, 200, connected.text);
  const id = connected.body.connectionId;
  await admin.post(`/api/admin/connections/${id}/pause`);
  await admin.post(`/api/admin/connections/${id}/resume`);
  await admin.post(`/api/admin/connections/${id}/resync`);
  await admin.patch("/api/admin/tenants/studio", { name: "The studio" });
  await admin.delete(`/api/admin/keys/${ids.signing}`);
  await admin.delete("/api/admin/calendars?id=con_none");
  const gone = await admin.delete(`/api/admin/calendars?id=${id}`);
  assert.equal(gone.status, 200, gone.text);

  const done = (await entries()).map(
    (one: { actor: string; action: string; thing: string }) => `${one.actor}: ${one.action} ${one.thing}`,
  );
  const own = `key ${ids.admin}`;
  assert.deepEqual(done.slice(0, -2), [
    `${own}: connection.disconnected ${id}`,
    `${own}: key.revoked ${ids.signing}`,
    `${own}: tenant.changed studio`,
    `${own}: connection.resynced ${id}`,
    `${own}: connection.resumed ${id}`,
    `${own}: connection.paused ${id}`,
    `owner ana: connection.connected ${id}`,
    `operator: key.issued ${ids.signing}`,
    `operator: key.issued ${ids.admin}`,
  ]);
  assert.match(done.at(-2), /^operator: key.issued key_/);
  assert.equal(done.at(-1), "operator: tenant.created studio");
  assert.equal(done.length, 11);
});

it("comes by page, the newest first", async () => {
  const all = (await entries()).map(({ id }: { id: number }) => id);
  const paged: number[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
    const { body } = await admin.get(`/api/admin/audit?limit=4${query}`);
    assert.ok(body.entries.length <= 4);
    paged.push(...body.entries.map(({ id }: { id: number }) => id));
    cursor = body.nextCursor;
  }
  assert.deepEqual(paged, all);
});

it("tells no secret", async () => {
  const { text } = await admin.get("/api/admin/audit?limit=100");
  const keys = await admin.get("/api/admin/keys?limit=100");
  for (const secret of [
    world.account.password,
    admin.key ?? "none",
    world.api.key ?? "none",
    owner.key ?? "none",
  ]) {
    assert.ok(!text.includes(secret) && !keys.text.includes(secret));
  }
  assert.equal(keys.body.keys.length, 3);
});

it("is for administrators of that tenant alone", async () => {
  assert.equal((await world.api.get("/api/admin/audit")).status, 403);
  assert.equal((await owner.get("/api/admin/audit")).status, 401, "its key was revoked");
  assert.equal((await admin.get("/api/admin/audit?tenant=default")).status, 404);
  const operators = await world.operator.get("/api/admin/audit?tenant=studio");
  assert.equal(operators.body.entries.at(-1).action, "tenant.created");
});
