// Xandikos on this machine: a CalDAV server over git. Over plain HTTP it lets anybody in, with any password or none.
import { join } from "node:path";
import { environment } from "../../places.mjs";
import { pythonProgram, xandikosRequirements } from "../../setup/python.mjs";
import { freePort, host } from "../ports.mjs";
import { background, untilAnswers } from "../process.mjs";

/** @param {import("../servers.mjs").Place} place */
export async function startXandikos({ folder, user }) {
  const port = await freePort();
  const data = ["--directory", join(folder, "data"), "--state-dir", join(folder, "state"), "--defaults"];
  const listen = ["--no-detect-systemd", "--listen-address", host, "--port", String(port)];
  const principal = ["--current-user-principal", `/${user}/`];
  const program = background(
    pythonProgram(xandikosRequirements, "xandikos"),
    ["serve", ...listen, ...data, ...principal],
    { cwd: folder, env: environment({ HOME: folder }), log: join(folder, "xandikos.log") },
  );
  const url = `http://${host}:${port}/`;
  await untilAnswers("Xandikos", program, url);
  return { url, stop: program.stop };
}
