// DAViCal on this machine: CalDAV in PHP over PostgreSQL, from Debian's package.
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "../../build/command.mjs";
import { environment } from "../../places.mjs";
import { freePort, host } from "../ports.mjs";
import { background, untilAnswers } from "../process.mjs";
import { quoted, startPostgres } from "./postgres.mjs";
import { together } from "./together.mjs";

const code = "/usr/share/davical";
const front = fileURLToPath(new URL("davical.php", import.meta.url));

/** @param {import("../servers.mjs").Place} place */
export const startDavical = ({ folder, user, password }) =>
  together(async (later) => {
    const postgres = await startPostgres(folder);
    later(postgres.stop);
    await command(join(code, "dba", "create-database.sh"), ["davical", password], {
      cwd: folder,
      env: postgres.env,
    });
    const person = [user, `**${password}`, user, `${user}@example.test`].map(quoted).join(", ");
    await postgres.sql(
      "davical",
      `INSERT INTO dav_principal (username, password, fullname, email, email_ok, type_id, locale)
       VALUES (${person}, current_date, 1, 'en')`,
    );

    // DAViCal includes /etc/davical/NAME-conf.php, where NAME is the server's; the front page leads it here.
    const settings = [
      `$_SERVER['SERVER_NAME'] = $c->domain_name = '${host}';`,
      `$c->pg_connect[] = 'dbname=davical host=${host} port=${postgres.port} user=davical_app';`,
      `$c->admin_email = '${user}@example.test';`,
    ];
    writeFileSync(join(folder, "kalends-conf.php"), `<?php\n${settings.join("\n")}\n`);
    copyFileSync(front, join(folder, "front.php"));

    const port = await freePort();
    const include = `include_path=.:${code}/inc:/usr/share/awl/inc:/usr/share/php`;
    const listen = ["-S", `${host}:${port}`, "-t", join(code, "htdocs"), join(folder, "front.php")];
    const server = background("php", ["-d", "memory_limit=512M", "-d", include, ...listen], {
      cwd: folder,
      env: environment({ PHP_CLI_SERVER_WORKERS: "4" }),
      log: join(folder, "davical.log"),
    });
    later(server.stop);
    const url = `http://${host}:${port}/caldav.php/`;
    await untilAnswers("DAViCal", server, url, (status) => status === 401);
    return { url };
  });
