// A PostgreSQL of a server's own, on loopback, fast rather than safe: its data live as long as a test.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { command } from "../../build/command.mjs";
import { environment } from "../../places.mjs";
import { freePort, host } from "../ports.mjs";
import { background } from "../process.mjs";
import { asServiceUser, giveTo } from "./service-user.mjs";

/** The programs of the newest version that is installed. */
function programs() {
  const home = "/usr/lib/postgresql";
  const versions = existsSync(home) ? readdirSync(home).sort((a, b) => Number(b) - Number(a)) : [];
  if (!versions[0]) throw new Error(`There is no PostgreSQL in ${home}`);
  return join(home, versions[0], "bin");
}

/**
 * @param {string} folder which must exist
 * @returns {Promise<{ port: number, env: Record<string, string>, sql: (database: string, text: string) => Promise<void>, stop: () => Promise<void> }>}
 */
export async function startPostgres(folder) {
  const [bin, port, data] = [programs(), await freePort(), join(folder, "postgres")];
  mkdirSync(data, { mode: 0o700 });
  giveTo("postgres", data);
  const init = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"];
  const [initdb, initArgs] = asServiceUser("postgres", join(bin, "initdb"), init);
  await command(initdb, initArgs, { cwd: data });

  const fast = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=32MB"];
  const listen = ["-D", data, "-h", host, "-p", String(port), "-k", ""];
  const settings = fast.flatMap((setting) => ["-c", setting]);
  const [postgres, args] = asServiceUser("postgres", join(bin, "postgres"), [...listen, ...settings]);
  const server = background(postgres, args, {
    cwd: data,
    env: environment(),
    log: join(folder, "postgres.log"),
  });
  const env = { PGHOST: host, PGPORT: String(port), PGUSER: "postgres" };
  const sql = (/** @type {string} */ database, /** @type {string} */ text) =>
    command(join(bin, "psql"), ["-qXAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", text], { env });
  for (const deadline = Date.now() + 30_000; ; await sleep(50)) {
    if (
      await sql("postgres", "SELECT 1").then(
        () => true,
        () => false,
      )
    )
      break;
    if (!server.lives() || Date.now() > deadline) {
      await server.stop();
      throw new Error(`PostgreSQL did not start; its log: ${server.log}`);
    }
  }
  return { port, env, sql, stop: server.stop };
}

/** A text as an SQL string. @param {string} text */
export const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
