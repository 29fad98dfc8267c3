// Who may call, as whom, how often and from which page.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Api } from "./api.ts";
import { everyRow, openDatabase } from "./d1.ts";
import { type Claims, ed25519, hs256, inSeconds, keySet, rsa, token } from "./tokens.ts";
import { startWorld, type World } from "./world.ts";

const page = "https://www.studio.example";
const own = ed25519();
const rotated = rsa();
const next = rsa();
const hand = `a secret that both sides know, ${"x".repeat(20)}`;
let world: World;
let set: Awaited<ReturnType<typeof keySet>>;
/** The ids of the tenant's keys, by what they are for. */
let kid: { own: string; shared: string; made: string; madeSecret: string; keySet: string };

const issue = (fields: object) => world.operator.post("/api/admin/keys", { tenant: "studio", ...fields });
const as = (key: string, headers = {}) => new Api(world.api.url, key, headers);
const slot = { startTime: "2027-03-03T09:00:00Z", endTime: "2027-03-03T10:00:00Z", title: "Cut" };
const list = "/api/appointments";

before(async () => {
  world = await startWorld();
  set = await keySet();
  set.keys.push({ ...rotated.jwk, kid: "one", use: "sig" }, { kty: "EC", crv: "P-256", x: "", y: "" });
  const signing = { scope: "owner", issuer: "https://id.studio.example" };
  const ids = await Promise.all([
    issue({ scope: "owner", algorithm: "EdDSA", publicKey: own.jwk }),
    issue({ scope: "owner", algorithm: "HS256", secret: hand, audience: "calendar" }),
    issue({ scope: "owner", algorithm: "HS256" }),
    issue({ ...signing, algorithm: "RS256", jwksUrl: set.url, audience: "calendar" }),
  ]);
  for (const { status, text } of ids) assert.equal(status, 201, text);
  const [first, shared, made, keys] = ids.map(({ body }) => body);
  kid = {
    own: first.id,
    shared: shared.id,
    made: made.id,
    madeSecret: made.secret,
    keySet: keys.id,
  };
  for (const userId of ["ana", "ben"]) await world.api.post(list, { userId, ...slot });
});
after(async () => {
  set?.stop();
  await world?.stop();
});

const signed = (claims: Claims = {}, header: object = {}) =>
  own.token({ sub: "ana", ...claims }, { kid: kid.own, ...header });

describe("a token that the tenant signed for an owner", () => {
  const rs256 = (claims: Claims = {}, header = {}, by = rotated) =>
    by.token(
      { sub: "ana", iss: "https://id.studio.example", aud: ["other", "calendar"], ...claims },
      { kid: "one", ...header },
    );
  const good: [string, () => string][] = [
    ["Ed25519", () => signed()],
    ["an RSA key at an address", () => rs256()],
    ["an RSA key at an address, unnamed", () => rs256({}, { kid: undefined })],
    ["a secret of the tenant's own", () => hs256(hand, { sub: "ana", aud: "calendar" }, { kid: kid.shared })],
    ["a secret that was made for it", () => hs256(kid.madeSecret, { sub: "ana" }, { kid: kid.made })],
  ];
  for (const [how, made] of good) {
    it(`with ${how} speaks for that owner, who need not be named`, async () => {
      const ana = as(made());
      for (const query of ["", "?userId=ana"]) {
        const answer = await ana.get(list + query);
        assert.equal(answer.status, 200, answer.text);
        const owners = answer.body.appointments.map((one: { userId: string }) => one.userId);
        assert.deepEqual(owners, ["ana"]);
      }
    });
  }

  it("knows no other owner", async () => {
    const [bens] = (await world.api.get(`${list}?userId=ben`)).body.appointments;
    const ana = as(signed());
    for (const answer of [
      await ana.get(`${list}?userId=ben`),
      await ana.post(list, { userId: "ben", ...slot }),
      await ana.get(`${list}/${bens.id}`),
      await ana.patch(`${list}/${bens.id}`, { title: "Mine" }),
      await ana.get("/api/owners/ben"),
    ]) {
      assert.deepEqual([answer.status, answer.body.code], [404, "not_found"], answer.text);
    }
    const unchanged = await world.api.get(`${list}/${bens.id}`);
    assert.equal(unchanged.body.appointment.title, "Cut");
  });

  it("administers nothing", async () => {
    const answer = await as(signed()).get("/api/admin/calendars");
    assert.deepEqual([answer.status, answer.body.code], [403, "admin_only"]);
  });

  it("that is over is told so", async () => {
    for (const made of [signed({ exp: inSeconds(-1) }), rs256({ exp: 1 })]) {
      const { status, body } = await as(made).get(list);
      assert.deepEqual(
        [status, body],
        [401, { success: false, error: "Token has expired", code: "token_expired" }],
      );
    }
  });

  const unsigned = (alg: string, signature: string) =>
    token({ alg, kid: kid.own }, { sub: "ana", exp: inSeconds(300) }, () => Buffer.from(signature));
  const refused: [string, () => string, RegExp][] = [
    ["without an end", () => signed({ exp: undefined }), /no exp/],
    ["that begins tomorrow", () => signed({ nbf: inSeconds(86_400) }), /nbf/],
    ["for nobody", () => signed({ sub: " " }), /sub/],
    ["that is not signed", () => unsigned("EdDSA", ""), /not signed/],
    ["with alg none", () => unsigned("none", ""), /none of EdDSA/],
    ["with alg none and a signature", () => unsigned("None", "x"), /none of EdDSA/],
    ["signed by somebody else", () => ed25519().token({ sub: "ana" }, { kid: kid.own }), /has signed/],
    ["of nobody's key", () => signed({}, { kid: "key_0" }), /known/],
    ["of nobody's issuer", () => signed({ iss: "https://evil.example" }, { kid: undefined }), /known/],
    ["with what must be understood and is not", () => signed({}, { crit: ["b64"], b64: false }), /crit/],
    [
      "signed with the public key as a secret",
      () => hs256(String(own.jwk.x), { sub: "ana" }, { kid: kid.own }),
      /has signed/,
    ],
    [
      "for another audience",
      () => hs256(hand, { sub: "ana", aud: "shop" }, { kid: kid.shared }),
      /has signed/,
    ],
    ["for no audience", () => hs256(hand, { sub: "ana" }, { kid: kid.shared }), /has signed/],
    ["of another issuer", () => rs256({ iss: "https://evil.example" }, { kid: kid.keySet }), /has signed/],
    ["of a key that the address does not hold", () => rs256({}, { kid: "two" }, next), /has signed/],
    [
      "whose claims were changed",
      () => signed().replace(/\.[^.]*\./, ".eyJzdWIiOiJiZW4iLCJleHAiOjk5OTk5OTk5OTl9."),
      /has signed/,
    ],
    ["that is no token", () => "a.b.c", /JSON/],
  ];
  for (const [what, made, reason] of refused) {
    it(`${what} is refused`, async () => {
      const { status, body } = await as(made()).get(list);
      assert.deepEqual(
        [status, body.error, body.code],
        [401, "Invalid authentication credentials", "invalid_token"],
      );
      assert.match(body.details.reason, reason);
    });
  }

  it("needs its address to be asked once, not for every call", () => assert.equal(set.asked(), 1));

  it("is known by a key that its address got later, a minute after that was asked", async () => {
    set.keys.push({ ...next.jwk, kid: "two" });
    const ana = as(rs256({}, { kid: "two" }, next));
    assert.equal((await ana.get(list)).status, 401);
    const database = openDatabase(world);
    database.exec("PRAGMA busy_timeout = 5000; UPDATE api_keys SET jwks_read_at = jwks_read_at - 61000");
    database.close();
    assert.equal((await ana.get(list)).status, 200);
    assert.equal(set.asked(), 2);
  });

  it("is refused once its key was revoked", async () => {
    const other = ed25519();
    const { body } = await issue({ scope: "owner", algorithm: "EdDSA", publicKey: other.jwk });
    const ana = as(other.token({ sub: "ana" }, { kid: body.id }));
    assert.equal((await ana.get(list)).status, 200);
    const revoked = await world.operator.delete(`/api/admin/keys/${body.id}`);
    assert.ok(Date.parse(revoked.body.key.revokedAt) > 0, revoked.text);
    assert.equal((await ana.get(list)).status, 401);
  });
});

describe("a key for tokens", () => {
  const wrong: [string, object, string][] = [
    ["of no algorithm", { publicKey: own.jwk }, "algorithm"],
    ["of an algorithm that is none", { algorithm: "none" }, "EdDSA"],
    ["without a public key", { algorithm: "EdDSA" }, "publicKey"],
    ["with a key of another kind", { algorithm: "RS256", publicKey: own.jwk }, "publicKey"],
    ["with a short RSA key", { algorithm: "RS256", publicKey: rsa(1024).jwk }, "publicKey"],
    ["with a short secret", { algorithm: "HS256", secret: "short" }, "secret"],
    ["with an address and no issuer", { algorithm: "RS256", jwksUrl: "http://127.0.0.1:9/" }, "issuer"],
    [
      "with an address where none is",
      { algorithm: "RS256", issuer: "https://x.example", jwksUrl: "http://127.0.0.1:9/" },
      "jwksUrl",
    ],
    [
      "with an address that may not be asked",
      { algorithm: "RS256", issuer: "https://x.example", jwksUrl: "https://10.0.0.1/" },
      "jwksUrl",
    ],
  ];
  for (const [what, fields, named] of wrong) {
    it(`${what} is refused`, async () => {
      const answer = await issue({ scope: "owner", ...fields });
      assert.equal(answer.status, 422, answer.text);
      assert.ok(answer.text.includes(named), answer.text);
    });
  }

  it("cannot take another tenant's issuer", async () => {
    await world.operator.post("/api/admin/tenants", { id: "rival" });
    const fields = { scope: "owner", algorithm: "EdDSA", publicKey: ed25519().jwk };
    const taken = { tenant: "rival", issuer: "https://id.studio.example", ...fields };
    const answer = await world.operator.post("/api/admin/keys", taken);
    assert.deepEqual([answer.status, answer.body.code], [409, "issuer_taken"]);
    const apart = { ...taken, audience: "rival" };
    assert.equal((await world.operator.post("/api/admin/keys", apart)).status, 201);
    const both = { sub: "ana", iss: taken.issuer, aud: ["calendar", "rival"] };
    assert.equal((await as(rotated.token(both, { kid: "one" })).get(list)).status, 200, "it is still theirs");
  });
});

describe("a publishable key", () => {
  const free =
    "/api/caldav/availability?artistId=ana&startTime=2027-03-03T09:00:00Z&endTime=2027-03-03T10:00:00Z";
  let key: string;
  before(async () => {
    const { body } = await issue({ scope: "publishable", origins: [page], name: "The booking page" });
    key = body.key;
  });

  it("reads availability from its pages, times alone", async () => {
    const answer = await as(key, { origin: page }).get(free);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get("access-control-allow-origin"), page);
    assert.equal(answer.body.status, "busy");
    assert.deepEqual(Object.keys(answer.body.conflicts[0]).sort(), ["end", "reason", "source", "start"]);
    assert.ok(!answer.text.includes("Cut"));
  });

  it("does so from nowhere else", async () => {
    for (const headers of [{ origin: "https://evil.example" }, {}]) {
      const answer = await as(key, headers).get(free);
      assert.deepEqual([answer.status, answer.body.code], [403, "origin_not_allowed"]);
      assert.equal(answer.headers.get("access-control-allow-origin"), null);
    }
  });

  it("reads nothing else and changes nothing", async () => {
    const visitor = as(key, { origin: page });
    for (const answer of [
      await visitor.get(`${list}?userId=ana`),
      await visitor.post(list, { userId: "ana", ...slot }),
      await visitor.get("/api/admin/keys"),
    ]) {
      assert.deepEqual([answer.status, answer.body.code], [403, "publishable_key"], answer.text);
    }
  });

  it("is bound to origins, and to nothing that is none", async () => {
    for (const origins of [[], ["*"], ["https://studio.example/page"], ["null"]]) {
      const answer = await issue({ scope: "publishable", origins });
      assert.deepEqual([answer.status, answer.body.details], [422, { field: "origins" }]);
    }
  });
});

describe("a page in a browser", () => {
  const shop = "https://app.studio.example";
  const asks = (origin: string) =>
    new Api(world.api.url, undefined, {
      origin,
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "authorization",
    });

  it("may call where a tenant has it among its origins, and read what is that tenant's", async () => {
    assert.equal((await asks(shop).options(list)).status, 403, "nobody knows it yet");
    await world.operator.patch("/api/admin/tenants/studio", { origins: [shop] });
    const preflight = await asks(shop).options(`${list}/apt_1`);
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), shop);
    assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /PATCH/);
    assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/);
    const read = await as(signed(), { origin: shop }).get(list);
    assert.deepEqual([read.status, read.headers.get("access-control-allow-origin")], [200, shop]);
    assert.match(read.headers.get("vary") ?? "", /Origin/);
    const over = await as(signed({ exp: 1 }), { origin: shop }).get(list);
    assert.deepEqual([over.status, over.headers.get("access-control-allow-origin")], [401, shop]);
  });

  it("of another tenant may not read it", async () => {
    const other = "https://rival.example";
    await world.operator.post("/api/admin/tenants", { id: "other", origins: [other] });
    const read = await as(signed(), { origin: other }).get(list);
    assert.deepEqual([read.status, read.headers.get("access-control-allow-origin")], [200, null]);
  });

  it("of nobody's may neither call nor read", async () => {
    const answer = await asks("https://evil.example").options(list);
    assert.deepEqual([answer.status, answer.body.code], [403, "origin_not_allowed"]);
    const read = await as(signed(), { origin: "https://evil.example" }).get(list);
    assert.equal(read.headers.get("access-control-allow-origin"), null);
  });
});

describe("more requests than a tenant's users may make in a minute", () => {
  const limit = 5;
  let key: string;
  let kid: string;
  const signer = ed25519();

  before(async () => {
    await world.operator.post("/api/admin/tenants", { id: "small", rateLimit: limit });
    const made = await world.operator.post("/api/admin/keys", { tenant: "small", scope: "user" });
    key = made.body.key;
    const fields = { tenant: "small", scope: "owner", algorithm: "EdDSA", publicKey: signer.jwk };
    kid = (await world.operator.post("/api/admin/keys", fields)).body.id;
  });

  it("are refused for that user, however the requests name who it is, and for no other", async () => {
    const server = as(key);
    const ana = as(signer.token({ sub: "ana" }, { kid }));
    for (let at = 0; at < limit; at += 1) {
      const answer = at % 2 ? await ana.get(list) : await server.get(`${list}?userId=ana`);
      assert.equal(answer.status, 200, answer.text);
    }
    for (const refused of [await ana.get(list), await server.post(list, { userId: "ana", ...slot })]) {
      assert.deepEqual(
        [refused.status, refused.body],
        [429, { success: false, error: "Rate limit exceeded", code: "rate_limited" }],
      );
      const wait = Number(refused.headers.get("retry-after"));
      assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= 60, `Retry-After: ${wait}`);
    }
    assert.equal((await server.get(`${list}?userId=ben`)).status, 200);
  });

  it("are counted for a thing in the path where no owner is named, so that a server's users do not share one count", async () => {
    const server = as(key);
    for (let at = 0; at < limit; at += 1) assert.equal((await server.get(`${list}/apt_1`)).status, 404);
    assert.equal((await server.get(`${list}/apt_1`)).status, 429);
    assert.equal((await server.get(`${list}/apt_2`)).status, 404);
  });

  it("cannot be used up by forged tokens", async () => {
    for (let at = 0; at < 2 * limit; at += 1) {
      const forged = as(ed25519().token({ sub: "carla" }, { kid }));
      assert.equal((await forged.get(list)).status, 401);
    }
    assert.equal((await as(signer.token({ sub: "carla" }, { kid })).get(list)).status, 200);
  });

  it("are forgotten by the clock once their minute is long over", async () => {
    assert.notDeepEqual(everyRow(world).get("request_counts"), []);
    const hour = 3_600_000;
    const later = (Math.ceil(Date.now() / hour) + 2) * hour;
    const ticked = await fetch(`${world.api.url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*&time=${later}`);
    assert.equal(ticked.status, 200, await ticked.text());
    assert.deepEqual(everyRow(world).get("request_counts"), []);
  });

  it("are what the operator says", async () => {
    const raised = await world.operator.patch("/api/admin/tenants/small", { rateLimit: 1000 });
    assert.equal(raised.body.tenant.rateLimit, 1000, raised.text);
    assert.equal((await as(key).get(`${list}?userId=ana`)).status, 200);
    const admin = await world.operator.post("/api/admin/keys", { tenant: "small", scope: "admin" });
    const own = await as(admin.body.key).patch("/api/admin/tenants/small", { rateLimit: 2000 });
    assert.deepEqual([own.status, own.body.code], [403, "operator_only"]);
  });
});
