// The keys of this checkout's local Worker: made once, readable by their owner only.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { state } from "../places.mjs";

const file = join(state, "keys.json");
const random = () => randomBytes(32).toString("base64url");

/**
 * @typedef {object} Keys
 * @property {string} adminKey the operator's key: `KALENDS_ADMIN_KEY`
 * @property {string} encryptionKey `base64:` and 32 bytes: `CALENDAR_ENCRYPTION_KEY`
 * @property {string} caldavPassword of the demo's CalDAV account
 * @property {string} [demoKey] of the demo's tenant, as the Worker gave it
 */

/** @returns {Keys} */
export function keys() {
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  return keepKeys({
    adminKey: `kal_admin_${random()}`,
    encryptionKey: `base64:${randomBytes(32).toString("base64")}`,
    caldavPassword: random(),
  });
}

/** @param {Keys} all @returns {Keys} */
export function keepKeys(all) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  return all;
}

/** The variables with which a local Worker starts. @param {Keys} all */
export const workerVariables = ({ adminKey, encryptionKey }) => ({
  KALENDS_ADMIN_KEY: adminKey,
  CALENDAR_ENCRYPTION_KEY: encryptionKey,
  KALENDS_ALLOW_LOOPBACK: "true", // so that it may speak to the CalDAV server on this machine
});
