// Radicale on this machine: a CalDAV server with its data in a folder of your choice, open to pages of any origin.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environment } from "../places.mjs";
import { pythonProgram, radicaleRequirements } from "../setup/python.mjs";
import { freePort, host } from "./ports.mjs";
import { background, untilAnswers } from "./process.mjs";

/** @typedef {{ name: string, password: string }} User */

/** @param {number} port @param {string} users @param {string} calendars @param {string} rights */
const configuration = (port, users, calendars, rights) => `[server]
hosts = ${host}:${port}
[auth]
type = htpasswd
htpasswd_filename = ${users}
htpasswd_encryption = plain
delay = 0
[rights]
${rights}
[storage]
filesystem_folder = ${calendars}
[headers]
Access-Control-Allow-Origin = *
Access-Control-Allow-Methods = GET, PUT, DELETE, OPTIONS, PROPFIND, REPORT
Access-Control-Allow-Headers = Authorization, Content-Type, Depth, If-Match, If-None-Match, Prefer
Access-Control-Expose-Headers = ETag
`;

/**
 * @param {object} options
 * @param {number} [options.port] the one that is liked best; another one if it is taken
 * @param {string} options.data a folder of its own: calendars, users, log
 * @param {User[]} options.users
 * @param {string} [options.rights] who may do what, in Radicale's own form; unless given, all in their own calendars
 * @returns {Promise<{ url: string } & import("./process.mjs").Background>} the URL ends in a slash
 */
export async function startRadicale({ port, data, users, rights }) {
  const chosen = await freePort(port);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const userFile = join(data, "users");
  writeFileSync(userFile, users.map(({ name, password }) => `${name}:${password}\n`).join(""), {
    mode: 0o600,
  });
  const rightsFile = join(data, "rights");
  if (rights) writeFileSync(rightsFile, rights);
  const rule = rights ? `type = from_file\nfile = ${rightsFile}` : "type = owner_only";
  const config = join(data, "config");
  writeFileSync(config, configuration(chosen, userFile, join(data, "calendars"), rule));
  const program = background(pythonProgram(radicaleRequirements, "radicale"), ["--config", config], {
    cwd: data,
    env: environment(),
    log: join(data, "radicale.log"),
  });
  const url = `http://${host}:${chosen}/`;
  await untilAnswers("Radicale", program, url);
  return { url, ...program };
}
