// The packages of package.json, with the Node 22 that wrangler asks for.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { node, root } from "../places.mjs";

const stamp = join(root, "node_modules", ".kalends-installed");

/** What decides which packages belong there. */
function wanted() {
  const hash = createHash("sha256");
  const packages = existsSync(join(root, "pkg")) ? readdirSync(join(root, "pkg")).sort() : [];
  for (const file of [
    "package.json",
    "package-lock.json",
    ...packages.map((name) => `pkg/${name}/package.json`),
  ]) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** @type {import("./step.mjs").Step} */
export const nodeModules = {
  name: "node-modules",
  title: "JavaScript packages from npm",
  takes: "about half a minute",
  advice: "If a package could not be fetched, look at the network and try again: what arrived is kept.",
  done: () => existsSync(node) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted(),
  work: async (run) => {
    await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"]);
    writeFileSync(stamp, wanted());
  },
};
