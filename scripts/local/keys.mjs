// The keys of a local Worker (this checkout's, unless a folder is given): made once, readable by their owner only.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { state } from "../places.mjs";

const file = (/** @type {string} */ folder) => join(folder, "keys.json");
const random = () => randomBytes(32).toString("base64url");

/**
 * @typedef {object} Keys
 * @property {string} adminKey the operator's key: `KALENDS_ADMIN_KEY`
 * @property {string} encryptionKey `base64:` and 32 bytes: `CALENDAR_ENCRYPTION_KEY`
 * @property {string} caldavPassword of the demo's CalDAV account
 * @property {string} [demoKey] of the demo's tenant, as the Worker gave it
 */

/** The keys that a folder keeps, made if need be. @returns {Keys} */
export function keys(folder = state) {
  if (existsSync(file(folder))) return JSON.parse(readFileSync(file(folder), "utf8"));
  const made = {
    adminKey: `kal_admin_${random()}`,
    encryptionKey: `base64:${randomBytes(32).toString("base64")}`,
    caldavPassword: random(),
  };
  return keepKeys(made, folder);
}

/** @param {Keys} all @returns {Keys} */
export function keepKeys(all, folder = state) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file(folder), `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  return all;
}

/** The variables with which a local Worker starts. @param {Keys} all */
export const workerVariables = ({ adminKey, encryptionKey }) => ({
  KALENDS_ADMIN_KEY: adminKey,
  CALENDAR_ENCRYPTION_KEY: encryptionKey,
  KALENDS_ALLOW_LOOPBACK: "true", // so that it may speak to the CalDAV server on this machine
});
