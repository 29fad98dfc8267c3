// sabre/dav on this machine, as Debian packages it: version 1.8, which knows no sync-collection.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment } from "../../places.mjs";
import { freePort, host } from "../ports.mjs";
import { background, untilAnswers } from "../process.mjs";

const program = fileURLToPath(new URL("sabredav.php", import.meta.url));

/** @param {import("../servers.mjs").Place} place */
export async function startSabreDav({ folder, user, password }) {
  const port = await freePort();
  const server = background("php", ["-d", "memory_limit=512M", "-S", `${host}:${port}`, program], {
    cwd: folder,
    env: environment({
      DAV_DATABASE: join(folder, "dav.sqlite"),
      DAV_USER: user,
      DAV_PASSWORD: password,
      PHP_CLI_SERVER_WORKERS: "4",
    }),
    log: join(folder, "sabredav.log"),
  });
  const url = `http://${host}:${port}/`;
  await untilAnswers("sabre/dav", server, url, (status) => status === 401);
  return { url, stop: server.stop };
}
