// Versions: of Rust that the workspace asks for, and of what is installed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../places.mjs";

/** The oldest Rust that the workspace allows. */
export function oldestRust() {
  const found = /^rust-version = "([\d.]+)"/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"));
  if (!found?.[1]) throw new Error("Cargo.toml names no rust-version");
  return found[1];
}

/** The first version number in a text. */
export const versionIn = (/** @type {string} */ text) => /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? "0";

/** @param {string} version @param {string} oldest */
export function isAtLeast(version, oldest) {
  const [have, want] = [version, oldest].map((text) => text.split(".").map(Number));
  for (const [index, part] of (want ?? []).entries()) {
    const other = have?.[index] ?? 0;
    if (other !== part) return other > part;
  }
  return true;
}

/** The version of a crate that Cargo.lock pins. @param {string} name */
export function lockedCrate(name) {
  const lock = readFileSync(join(root, "Cargo.lock"), "utf8");
  const found = new RegExp(`name = "${name}"\nversion = "([^"]+)"`).exec(lock);
  if (!found?.[1]) throw new Error(`Cargo.lock does not name ${name}`);
  return found[1];
}
