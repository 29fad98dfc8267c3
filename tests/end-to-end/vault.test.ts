// The vault: what another program makes of its records, the rotation of its master key, and what it takes over from others.
import assert from "node:assert/strict";
import { createCipheriv, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { root } from "../../scripts/places.mjs";
import { Api } from "./api.ts";
import { everyRow, openDatabase } from "./d1.ts";
import { opened, type Sealed, sealed } from "./web-vault.ts";
import { startWorld, type World } from "./world.ts";

const many = 12;
const masterKey = () => `base64:${randomBytes(32).toString("base64")}`;
const [oldKey, newKey] = [masterKey(), masterKey()];
/** As another application had it. */
const legacyKey = "abcdefghijklmnopqrstuvwxyz012345";
let world: World;
let administrator: Api;
let calendar: string;
const ids: string[] = [];

const owner = (at: number) => `user-${at}`;
const connect = async (at: number): Promise<string> => {
  const { user: appleId, password: appSpecificPassword } = world.account;
  const account = { appleId, appSpecificPassword, calendarUrl: calendar };
  const answer = await world.api.post("/api/calendar/icloud/connect", { userId: owner(at), ...account });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.connectionId;
};
const sync = (connectionId: string) => world.api.post("/api/calendar/icloud/sync", { connectionId });
const rotate = (input: object = {}) => world.operator.post("/api/admin/vault/rotate", input);
const restart = async (changed: Record<string, string>) => {
  await world.crash();
  await world.restart(changed);
};

interface Stored extends Sealed {
  id: string;
  tenant: string;
}
function stored(): Stored[] {
  const rows = everyRow(world).get("calendar_connections") ?? [];
  return rows.map((row) => ({
    id: String(row.id),
    tenant: String(row.tenant),
    wrappedKey: String(row.wrapped_key),
    encryptedUsername: String(row.encrypted_username),
    encryptedPassword: String(row.encrypted_password),
  }));
}
const credentials = () => ({ username: world.account.user, password: world.account.password });
async function allOpenWith(key: string) {
  const rows = stored();
  for (const row of rows) {
    const scope = { tenant: row.tenant, connection: row.id };
    assert.deepEqual(await opened(key, scope, row), credentials());
  }
  return rows.length;
}

before(async () => {
  world = await startWorld({ variables: { CALENDAR_ENCRYPTION_KEY: oldKey, KALENDS_LEGACY_KEY: legacyKey } });
  const admin = await world.operator.post("/api/admin/keys", { tenant: "studio", scope: "admin" });
  administrator = new Api(world.api.url, admin.body.key);
  calendar = await world.phone.makeCalendar("Studio");
  for (let at = 0; at < many; at += 1) ids.push(await connect(at));
});
after(() => world?.stop());

describe("Web Crypto", () => {
  const cases = JSON.parse(readFileSync(join(root, "src", "vault", "sealed.json"), "utf8"));

  it("makes the bytes that the vault makes, and opens them", async () => {
    assert.ok(cases.length >= 2);
    for (const { key, tenant, connection, username, password, ...record } of cases) {
      let next = 0;
      const counting = (bytes: Uint8Array) =>
        bytes.forEach((_, at) => {
          next = (next + 1) % 256;
          bytes[at] = next;
        });
      const scope = { tenant, connection };
      assert.deepEqual(await sealed(key, scope, { username, password }, counting), record);
      assert.deepEqual(await opened(key, scope, record), { username, password });
    }
  });

  it("opens what the Worker sealed, with that key and as that row only", async () => {
    assert.equal(await allOpenWith(oldKey), many);
    const [one, two] = stored();
    assert.ok(one && two);
    const scope = { tenant: one.tenant, connection: one.id };
    await assert.rejects(opened(newKey, scope, one));
    await assert.rejects(opened(oldKey, { ...scope, connection: two.id }, one));
    await assert.rejects(opened(oldKey, scope, { ...one, encryptedPassword: two.encryptedPassword }));
  });

  it("seals what the Worker opens", async () => {
    const [id] = ids;
    assert.ok(id);
    const row = await sealed(oldKey, { tenant: "studio", connection: id }, credentials());
    await world.crash();
    const database = openDatabase(world);
    const sql =
      "UPDATE calendar_connections SET wrapped_key = ?, encrypted_username = ?, encrypted_password = ? WHERE id = ?";
    const written = database
      .prepare(sql)
      .run(row.wrappedKey, row.encryptedUsername, row.encryptedPassword, id);
    assert.equal(written.changes, 1);
    database.close();
    await world.restart();
    const answer = await sync(id);
    assert.equal(answer.status, 200, answer.text);
  });
});

describe("the master key", () => {
  it("that was put away too early is named, and nothing is lost when it is put back", async () => {
    await restart({ CALENDAR_ENCRYPTION_KEY: newKey });
    const [id] = ids;
    const failed = await sync(String(id));
    assert.deepEqual([failed.status, failed.body.code], [503, "credentials_unreadable"], failed.text);
    assert.match(failed.body.error, /sealed with the key [0-9a-f]{8}, which is not configured/);
    const { body } = await rotate();
    assert.deepEqual([body.rotated, body.left, body.unreadable.length], [0, many, many]);
    assert.match(body.unreadable[0].error, /put that key back/);

    await restart({ CALENDAR_ENCRYPTION_KEY_OLD_1: masterKey(), CALENDAR_ENCRYPTION_KEY_OLD_3: oldKey });
    assert.equal((await sync(String(id))).status, 200);
    assert.equal(await allOpenWith(oldKey), many, "the older key opens, the new one has sealed nothing yet");
  });

  it("is rotated slice by slice while connections are synced, connected anew and forgotten, and the Worker is killed", async () => {
    let rotating = true;
    const failures: string[] = [];
    const worked = async (what: string, work: () => Promise<{ status: number; text: string }>) => {
      const answer = await work().catch(() => undefined); // the Worker was killed meanwhile
      // A run that is under way, or one that connecting anew has fenced off.
      if (answer && answer.status !== 200 && !answer.text.includes("sync_in_progress"))
        failures.push(`${what}: ${answer.status} ${answer.text}`);
    };
    const [forgotten] = ids.splice(3, 1);
    const busy = (async () => {
      for (let at = 0; rotating; at = (at + 1) % ids.length)
        await worked("sync", () => sync(String(ids[at])));
    })();
    const renewing = (async () => {
      for (let at = 0; rotating; at = (at + 1) % 3)
        await connect(at).catch((error) => {
          if (error instanceof assert.AssertionError) failures.push(error.message);
        });
    })();

    const first = await rotate({ limit: 3 });
    assert.equal(first.status, 200, first.text);
    assert.equal(first.body.unreadable.length, 0);
    assert.ok(
      first.body.left >= many - 3 - 3,
      "no more than a slice was rotated, and what was connected anew",
    );
    const second = rotate({ limit: 3, cursor: first.body.nextCursor }).catch(() => undefined);
    await world.crash();
    await second;
    await world.restart();

    let answer = await rotate({ limit: 3 });
    const forget = await administrator.delete("/api/admin/calendars", { id: forgotten });
    assert.equal(forget.status, 200, forget.text);
    for (let calls = 1; answer.body.nextCursor !== null; calls += 1) {
      assert.ok(calls < many, "it comes to an end");
      answer = await rotate({ limit: 3, cursor: answer.body.nextCursor });
      assert.equal(answer.status, 200, answer.text);
    }
    assert.deepEqual([answer.body.left, answer.body.unreadable], [0, []]);
    rotating = false;
    await Promise.all([busy, renewing]);
    assert.deepEqual(failures, []);

    assert.equal(await allOpenWith(newKey), many - 1);
    await restart({ CALENDAR_ENCRYPTION_KEY_OLD_1: "", CALENDAR_ENCRYPTION_KEY_OLD_3: "" });
    for (const id of ids) {
      // Whoever was at work when the Worker was killed has its lease yet; this takes it away.
      const synced = await administrator.post(`/api/admin/connections/${id}/resync`);
      assert.equal(synced.status, 200, synced.text);
    }
    assert.deepEqual((await rotate()).body.rotated, 0, "there is nothing left to do");
  });

  it("is the operator's to rotate", async () => {
    for (const path of ["rotate", "import"]) {
      const answer = await world.api.post(`/api/admin/vault/${path}`);
      assert.deepEqual([answer.status, answer.body.code], [403, "operator_only"]);
    }
    assert.equal((await rotate({ limit: 0 })).status, 422);
  });
});

it("what a forgotten connection had sealed is in no table any more", async () => {
  const [id] = ids;
  const row = stored().find((row) => row.id === id);
  assert.ok(row);
  const answer = await administrator.delete("/api/admin/calendars", { id });
  assert.equal(answer.status, 200, answer.text);
  const kept = JSON.stringify([...everyRow(world)]);
  assert.ok(kept.includes(String(ids[1])), "these are the tables");
  for (const text of [row.wrappedKey, row.encryptedUsername, row.encryptedPassword]) {
    assert.ok(!kept.includes(text));
  }
});

describe("records of AES-256-CBC", () => {
  const encrypted = (text: string, layout: "hex" | "base64") => {
    const iv = randomBytes(16);
    const cipher = createCipheriv("aes-256-cbc", Buffer.from(legacyKey), iv);
    const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return layout === "hex"
      ? `${iv.toString("hex")}:${body.toString("hex")}`
      : Buffer.concat([iv, body]).toString("base64");
  };
  const bring = (records: object[]) => world.operator.post("/api/admin/vault/import", { records });

  it("in both layouts become connections, sealed by the vault", async () => {
    const { user, password } = world.account;
    const { body, text } = await bring([
      {
        userId: "hex",
        username: user,
        encryptedPassword: encrypted(password, "hex"),
        calendarUrl: calendar,
      },
      {
        artist_id: "base64",
        encrypted_username: encrypted(user, "base64"),
        encrypted_password: encrypted(password, "base64"),
        calendar_url: calendar,
        conflict_policy: "external_wins",
      },
    ]);
    assert.equal(body.success, true, text);
    for (const { userId, connectionId } of body.results) {
      const answer = await world.operator.post("/api/calendar/icloud/sync", { userId, connectionId });
      assert.equal(answer.status, 200, answer.text);
    }
    assert.ok((await allOpenWith(newKey)) >= 2);
  });

  it("that are altered, of another key or of a wrong password are refused one by one, and nothing is stored", async () => {
    const before = stored().length;
    const { user, password } = world.account;
    const good = encrypted(password, "hex");
    const record = { username: user, calendarUrl: calendar };
    const { body, text } = await bring([
      { ...record, userId: "cut", encryptedPassword: good.slice(0, -2) },
      { ...record, userId: "plain", encryptedPassword: password },
      { ...record, userId: "wrong", encryptedPassword: encrypted("wrong", "base64") },
      { calendarUrl: calendar, userId: "nameless", encryptedPassword: good },
    ]);
    assert.deepEqual(
      body.results.map(({ userId, code }: { userId: string; code: string }) => [userId, code]),
      [
        ["cut", "invalid_field"],
        ["plain", "invalid_field"],
        ["wrong", "calendar_unauthorized"],
        ["nameless", "invalid_field"],
      ],
    );
    assert.match(body.results[0].error, /KALENDS_LEGACY_KEY/);
    assert.ok(!text.includes(password));
    assert.equal(stored().length, before);
    assert.equal((await bring([])).status, 422);
  });
});

it("a sample key of a document is refused with the way to make one", async () => {
  await restart({ CALENDAR_ENCRYPTION_KEY: "your-32-character-encryption-key-here" });
  const answer = await world.api.get("/api/calendar/icloud/status?userId=x");
  assert.deepEqual([answer.status, answer.body.code], [503, "not_configured"]);
  assert.match(answer.body.error, /^CALENDAR_ENCRYPTION_KEY: .*openssl rand -base64 32/);
});
