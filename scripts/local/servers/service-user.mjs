// Programs that refuse to be root run as the user that their package made; everybody else runs them as themselves.
import { spawnSync } from "node:child_process";

const isRoot = () => process.getuid?.() === 0;

/**
 * A command as the service's user: root gives up all but the right to walk through folders such as its own home.
 * @param {string} user @param {string} program @param {string[]} args @returns {[string, string[]]}
 */
export function asServiceUser(user, program, args) {
  if (!isRoot()) return [program, args];
  const group = spawnSync("id", ["-gn", user], { encoding: "utf8" }).stdout.trim();
  const keep = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
  return [
    "setpriv",
    [`--reuid=${user}`, `--regid=${group}`, "--init-groups", ...keep, "--", program, ...args],
  ];
}

/** The user that a service runs as. @param {string} user */
export const serviceUser = (user) =>
  isRoot() ? user : spawnSync("id", ["-un"], { encoding: "utf8" }).stdout.trim();

/** Gives a folder to the service's user. @param {string} user @param {string} folder */
export function giveTo(user, folder) {
  if (isRoot()) spawnSync("chown", ["-R", `${user}:`, folder]);
}
