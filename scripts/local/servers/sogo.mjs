// SOGo on this machine, from Debian's package: asked directly, without the web server that stands before it elsewhere.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { environment } from "../../places.mjs";
import { freePort, host } from "../ports.mjs";
import { background, untilAnswers } from "../process.mjs";
import { quoted, startPostgres } from "./postgres.mjs";
import { asServiceUser, giveTo } from "./service-user.mjs";
import { together } from "./together.mjs";

/** @param {import("../servers.mjs").Place} place */
export const startSogo = ({ folder, user, password }) =>
  together(async (later) => {
    if (process.getuid?.() !== 0) {
      throw new Error(
        "SOGo reads /etc/sogo/sogo.conf, which only root and its own user may: run this as root",
      );
    }
    const postgres = await startPostgres(folder);
    later(postgres.stop);
    await postgres.sql("postgres", "CREATE DATABASE sogo");
    const person = [user, user, password, user, `${user}@example.test`].map(quoted).join(", ");
    await postgres.sql(
      "sogo",
      `CREATE TABLE users (c_uid text PRIMARY KEY, c_name text, c_password text, c_cn text, mail text);
       INSERT INTO users VALUES (${person})`,
    );

    const remembered = await freePort();
    const [memcached, limits] = asServiceUser("memcache", "memcached", [
      ..."-U 0 -m 32".split(" "),
      ...["-l", host, "-p", String(remembered)],
    ]);
    const cache = background(memcached, limits, {
      cwd: folder,
      env: environment(),
      log: join(folder, "memcached.log"),
    });
    later(cache.kill);

    const [port, home] = [await freePort(), join(folder, "home")];
    mkdirSync(home);
    giveTo("sogo", home);
    const database = `postgresql://postgres@${host}:${postgres.port}/sogo`;
    const users = `{type=sql;id=users;viewURL="${database}/users";canAuthenticate=YES;isAddressBook=NO;userPasswordAlgorithm=plain;}`;
    const settings = {
      WONoDetach: "YES",
      WOPort: `${host}:${port}`,
      WOLogFile: "-",
      WOPidFile: join(home, "sogod.pid"),
      WOWorkersCount: "3",
      SOGoProfileURL: `${database}/profiles`,
      OCSFolderInfoURL: `${database}/folders`,
      OCSSessionsFolderURL: `${database}/sessions`,
      OCSEMailAlarmsFolderURL: `${database}/alarms`,
      SOGoMemcachedHost: `${host}:${remembered}`,
      SOGoMailDomain: "example.test",
      SOGoTimeZone: "UTC",
      SOGoAppointmentSendEMailNotifications: "NO",
      SOGoUserSources: `(${users})`,
    };
    const given = Object.entries(settings).flatMap(([name, value]) => [`-${name}`, value]);
    const [sogod, args] = asServiceUser("sogo", "/usr/sbin/sogod", given);
    const server = background(sogod, args, {
      cwd: home,
      env: environment({ HOME: home, GNUSTEP_USER_ROOT: join(home, "GNUstep") }),
      log: join(folder, "sogo.log"),
    });
    later(server.kill); // asked politely it takes up to a quarter of a minute, and all that it knows is in PostgreSQL
    const url = `http://${host}:${port}/SOGo/dav/`;
    await untilAnswers("SOGo", server, url, (status) => status === 401);
    return { url };
  });
