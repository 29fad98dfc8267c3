// Cyrus on this machine, CalDAV only, from Debian's package.
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { command } from "../../build/command.mjs";
import { environment } from "../../places.mjs";
import { freePort, host } from "../ports.mjs";
import { background, untilAnswers } from "../process.mjs";
import { asServiceUser, giveTo, serviceUser } from "./service-user.mjs";

const bin = "/usr/lib/cyrus/bin";

/** @param {string} data @param {string} user */
const imapdConf = (data, user) => `configdirectory: ${data}/config
defaultpartition: default
partition-default: ${data}/spool
sievedir: ${data}/sieve
mboxname_lockpath: ${data}/lock
proc_path: ${data}/proc
temp_path: ${data}
cyrus_user: ${user}
admins: ${user}
servername: localhost
virtdomains: off
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: ${data}/sasl/sasldb2
sasl_mech_list: PLAIN
allowplaintext: yes
httpmodules: caldav
autocreate_users: anyone
autocreate_quota: 0
`;

/** @param {string} conf @param {number} http @param {number} imap */
const cyrusConf = (conf, http, imap) => `START {
  recover cmd="ctl_cyrusdb -C ${conf} -r"
}
SERVICES {
  imap cmd="imapd -C ${conf}" listen="${host}:${imap}" prefork=0 maxchild=2
  http cmd="httpd -C ${conf} -U 200" listen="${host}:${http}" prefork=1 maxchild=20
}
EVENTS {
}
`;

/**
 * Logs in once by IMAP: only a user who has an INBOX is given calendars, and a login makes that.
 * @param {number} port @param {string} user @param {string} password @returns {Promise<void>}
 */
const logIn = (port, user, password) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(`a LOGIN "${user}" "${password}"\r\nb LOGOUT\r\n`));
    let said = "";
    socket.on("data", (chunk) => {
      said += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => {
      if (/^a OK/m.test(said)) resolve();
      else reject(new Error(`Cyrus answered to an IMAP login: ${said}`));
    });
  });

/** @param {import("../servers.mjs").Place} place */
export async function startCyrus({ folder, user, password }) {
  const [http, imap] = [await freePort(), await freePort()];
  const [data, conf, services] = ["data", "imapd.conf", "cyrus.conf"].map((name) => join(folder, name));
  if (!data || !conf || !services) throw new Error("unreachable");
  for (const name of ["spool", "sieve", "lock", "proc", "sasl", "config/db", "config/socket", "config/user"])
    mkdirSync(join(data, name), { recursive: true });
  writeFileSync(conf, imapdConf(data, serviceUser("cyrus")));
  writeFileSync(services, cyrusConf(conf, http, imap));
  const secret = ["-p", "-c", "-f", join(data, "sasl", "sasldb2"), "-u", "localhost", user];
  await command("/usr/sbin/saslpasswd2", secret, { input: password });
  giveTo("cyrus", data);

  const options = ["-C", conf, "-M", services, "-p", join(data, "master.pid")];
  const [master, args] = asServiceUser("cyrus", join(bin, "master"), options);
  const server = background(master, args, {
    cwd: folder,
    env: environment({ CYRUS_VERBOSE: "1", PATH: `${bin}:${process.env.PATH}` }),
    log: join(folder, "cyrus.log"),
  });
  try {
    const url = `http://${host}:${http}/dav/`;
    await untilAnswers("Cyrus", server, url, () => true);
    await logIn(imap, user, password);
    return { url, stop: server.stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
