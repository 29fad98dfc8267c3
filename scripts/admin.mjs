// `npm run admin -- <what> ...`: what an operator does, as a thin line over the HTTP routes of a running Worker. Its
// address is KALENDS_URL (http://127.0.0.1:8787 unless set), the key KALENDS_ADMIN_KEY, or that of `npm start` here.
import { parseArgs } from "node:util";
import { keys } from "./local/keys.mjs";

const url = (process.env.KALENDS_URL ?? "http://127.0.0.1:8787").replace(/\/+$/, "");
const key = process.env.KALENDS_ADMIN_KEY ?? keys().adminKey;

/** The request did not succeed; the answer says why. */
class Refused extends Error {}

/** @param {string} method @param {string} path @param {object} [body] @returns {Promise<Record<string, any>>} */
async function ask(method, path, body) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const init = body ? { body: JSON.stringify(body) } : {};
  const answer = await fetch(url + path, { method, headers, ...init });
  const text = await answer.text();
  if (!answer.ok) throw new Refused(`${method} ${path}: ${answer.status}\n${text}`);
  return JSON.parse(text);
}

/** All that a list has, page by page. @param {string} path @param {string} name @param {Record<string, string>} query */
async function all(path, name, query = {}) {
  const found = [];
  for (let cursor = ""; ; ) {
    const page = await ask(
      "GET",
      `${path}?${new URLSearchParams({ ...query, limit: "100", ...(cursor && { cursor }) })}`,
    );
    found.push(...page[name]);
    if (page.nextCursor === null) return found;
    cursor = page.nextCursor;
  }
}

const { values: said, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: "string" },
    "rate-limit": { type: "string" },
    origin: { type: "string", multiple: true },
    algorithm: { type: "string" },
    issuer: { type: "string" },
    audience: { type: "string" },
    "public-key": { type: "string" },
    "jwks-url": { type: "string" },
    reason: { type: "string" },
    "accept-deletions": { type: "boolean" },
  },
});
const [area = "", what = "", one = "", other = ""] = positionals;
const id = encodeURIComponent(one);
const limit = said["rate-limit"];
const chosen = { name: said.name, origins: said.origin, ...(limit && { rateLimit: Number(limit) }) };

/** Rotates slice by slice until all data keys are wrapped by the present master key. */
async function rotate() {
  let cursor;
  let rotated = 0;
  for (;;) {
    const slice = await ask("POST", "/api/admin/vault/rotate", cursor ? { cursor } : {});
    rotated += slice.rotated;
    if (slice.nextCursor === null)
      return { keyId: slice.keyId, rotated, left: slice.left, unreadable: slice.unreadable };
    cursor = slice.nextCursor;
  }
}

/** @type {Record<string, { says: string, work: () => Promise<unknown> }>} */
const commands = {
  "tenant create": {
    says: "<id> [--name] [--rate-limit] [--origin ...]",
    work: () => ask("POST", "/api/admin/tenants", { id: one, ...chosen }),
  },
  "tenant list": { says: "", work: () => all("/api/admin/tenants", "tenants") },
  "tenant show": { says: "<id>", work: () => ask("GET", `/api/admin/tenants/${id}`) },
  "tenant set": {
    says: "<id> [--name] [--rate-limit] [--origin ...]",
    work: () => ask("PATCH", `/api/admin/tenants/${id}`, chosen),
  },
  "key issue": {
    says: "<tenant> admin|user|publishable|owner [--name] [--origin ...] [--algorithm --public-key <JWK> | --jwks-url --issuer --audience]",
    work: () =>
      ask("POST", "/api/admin/keys", {
        tenant: one,
        scope: other,
        name: said.name,
        origins: said.origin,
        algorithm: said.algorithm,
        issuer: said.issuer,
        audience: said.audience,
        jwksUrl: said["jwks-url"],
        ...(said["public-key"] && { publicKey: JSON.parse(said["public-key"]) }),
      }),
  },
  "key list": { says: "<tenant>", work: () => all("/api/admin/keys", "keys", { tenant: one }) },
  "key revoke": { says: "<key id>", work: () => ask("DELETE", `/api/admin/keys/${id}`) },
  "connection pause": {
    says: "<id> [--reason]",
    work: () => ask("POST", `/api/admin/connections/${id}/pause`, { reason: said.reason }),
  },
  "connection resume": {
    says: "<id> [--accept-deletions]",
    work: () =>
      ask("POST", `/api/admin/connections/${id}/resume`, { acceptDeletions: said["accept-deletions"] }),
  },
  "connection resync": { says: "<id>", work: () => ask("POST", `/api/admin/connections/${id}/resync`) },
  "vault rotate": { says: "", work: rotate },
  "audit list": { says: "<tenant>", work: () => all("/api/admin/audit", "entries", { tenant: one }) },
};

const command = commands[`${area} ${what}`];
if (!command) {
  const list = Object.entries(commands).map(([name, { says }]) =>
    `  npm run admin -- ${name} ${says}`.trimEnd(),
  );
  process.stderr.write(`What is to be done?\n${list.join("\n")}\n`);
  process.exit(2);
}
try {
  process.stdout.write(`${JSON.stringify(await command.work(), null, 2)}\n`);
} catch (error) {
  const said = error instanceof Refused ? error.message : `${url} did not answer: ${error}`;
  process.stderr.write(`${said}\n`);
  process.exit(1);
}
