// Where things lie: the checkout, its own state, and the tools that all checkouts share.
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
/** What a run leaves behind: databases, keys, logs. Never committed, safe to delete. */
export const state = join(root, ".kalends");
/** Tools by version, downloaded or built once. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "kalends");

const bin = join(root, "node_modules", ".bin");
/** The Node that wrangler and the tests want (22); the scripts themselves also run on Node 20. */
export const node = join(bin, "node");

/** @param {string} name a tool from npm */
export const npmTool = (name) => join(bin, name);

/** The environment of a child process: this process's, with the tools from npm first on the PATH. */
export function environment(extra = {}) {
  return { ...process.env, PATH: `${bin}:${process.env.PATH}`, WRANGLER_SEND_METRICS: "false", ...extra };
}
