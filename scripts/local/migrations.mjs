// D1 for local use. wrangler applies the migrations once for each set of them; every new database is a copy of that.
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { command } from "../build/command.mjs";
import { node, root, state } from "../places.mjs";

const folder = join(root, "worker", "migrations");

function migrationsHash() {
  const hash = createHash("sha256");
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".sql")) : [];
  for (const name of files.sort())
    hash
      .update(name)
      .update("\0")
      .update(readFileSync(join(folder, name)))
      .update("\0");
  return { hash: hash.digest("hex").slice(0, 16), any: files.length > 0 };
}

/** @param {string} config @param {string} persist */
async function apply(config, persist) {
  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const where = ["--local", "--persist-to", persist, "--config", config];
  await command(node, [wrangler, "d1", "migrations", "apply", "DB", ...where], {
    env: { CI: "true", WRANGLER_LOG_PATH: join(state, "logs", "wrangler") },
  });
}

/**
 * Brings the database below `persist` to the newest migration.
 * @param {string} config the wrangler.toml in use @param {string} persist
 */
export async function migrate(config, persist) {
  const { hash, any } = migrationsHash();
  const stamp = join(persist, "migrated");
  if (!any || (existsSync(stamp) && readFileSync(stamp, "utf8") === hash)) return;
  if (existsSync(join(persist, "v3"))) {
    await apply(config, persist);
  } else {
    const template = join(state, "migrated", hash);
    if (!existsSync(template)) {
      mkdirSync(join(state, "migrated"), { recursive: true });
      const fresh = mkdtempSync(join(state, "migrated", "new-"));
      await apply(config, fresh);
      try {
        renameSync(fresh, template);
      } catch (error) {
        rmSync(fresh, { recursive: true, force: true }); // another process was faster
        if (!existsSync(template)) throw error;
      }
    }
    cpSync(template, persist, { recursive: true });
  }
  writeFileSync(stamp, hash);
}
