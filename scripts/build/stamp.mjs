// Is a part of the build up to date? A hash over what it was made from, kept beside the state, answers.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root, state } from "../places.mjs";

/** @param {string} path @returns {string[]} the files below, in a fixed order */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  const names = readdirSync(path).sort();
  return names.filter((name) => name !== "node_modules").flatMap((name) => filesBelow(join(path, name)));
}

/**
 * A part of the build.
 * @typedef {object} Part
 * @property {string} name
 * @property {string[]} inputs files and folders of the checkout that it is made from
 * @property {string[]} outputs files that are there once it was made
 * @property {string} variant what else decides the result, such as the profile
 */

/** @param {Part} part */
function hashOf({ inputs, variant }) {
  const hash = createHash("sha256").update(variant);
  for (const file of inputs.flatMap((input) => filesBelow(join(root, input)))) {
    hash.update(file.slice(root.length)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

/**
 * Makes the part unless it stands already as it would be made.
 * @param {Part} part
 * @param {() => Promise<void>} make
 * @returns {Promise<boolean>} whether it was made
 */
export async function unlessCurrent(part, make) {
  const stamp = join(state, "build", part.name);
  const hash = hashOf(part);
  const stands = part.outputs.every((output) => existsSync(join(root, output)));
  if (stands && existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return false;
  await make();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash); // of the inputs as they were before: what changed meanwhile is made again
  return true;
}
