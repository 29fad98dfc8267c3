// What it costs to know who calls: one query of D1, which counts the call, too.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { root } from "../../scripts/places.mjs";
import { Api } from "./api.ts";
import { ed25519, hs256 } from "./tokens.ts";
import { startWorld, type World } from "./world.ts";

let world: World;
let callers: [string, Api][];
let id: string;

before(async () => {
  world = await startWorld({ around: join(root, "bench", "counted-worker.mjs") });
  const { operator } = world;
  await operator.patch("/api/admin/tenants/default", { rateLimit: 1_000_000 });
  const issue = async (fields: object) =>
    (await operator.post("/api/admin/keys", { tenant: "default", ...fields })).body;
  const signer = ed25519();
  const user = await issue({ scope: "user" });
  const signing = await issue({ scope: "owner", algorithm: "EdDSA", publicKey: signer.jwk });
  const shared = await issue({ scope: "owner", algorithm: "HS256" });
  const as = (key: string) => new Api(operator.url, key);
  callers = [
    ["a secret key", as(user.key)],
    ["a token by Ed25519", as(signer.token({ sub: "ana" }, { kid: signing.id }))],
    ["a token by HMAC", as(hs256(shared.secret, { sub: "ana" }, { kid: shared.id }))],
  ];
  const slot = { startTime: "2027-03-03T09:00:00Z", endTime: "2027-03-03T10:00:00Z" };
  const booked = await operator.post("/api/appointments", { userId: "ana", ...slot });
  id = booked.body.appointment.id;
});
after(() => world?.stop());

/** The queries and batches of one call. */
async function asked(by: Api, path: string): Promise<number> {
  const count = async () => {
    const { body } = await by.get("/health/asked");
    return body.queries + body.batches;
  };
  await count();
  const { status, text } = await by.get(path);
  assert.equal(status, 200, text);
  return count();
}

const free = "startTime=2027-03-03T09:00:00Z&endTime=2027-03-03T10:00:00Z";
const reads = [
  "/api/appointments?userId=ana",
  "/api/appointments/{id}?userId=ana",
  "/api/tasks?userId=ana",
  "/api/calendar/events?userId=ana&startDate=2027-03-01&endDate=2027-03-31",
  `/api/caldav/availability?userId=ana&${free}`,
  "/api/calendar/icloud/status?userId=ana",
  "/api/calendar/connections?userId=ana",
  "/api/owners/ana?userId=ana",
];

describe("one query more than the read itself, which is what it costs the operator, costs", () => {
  for (const path of reads) {
    it(path, async () => {
      const at = path.replace("{id}", id);
      const itself = await asked(world.operator, at);
      assert.ok(itself > 0);
      for (const [who, api] of callers) assert.equal(await asked(api, at), itself + 1, who);
    });
  }
});
