// Packages of the system: installed with apt-get where that is possible, otherwise named so that the person can.
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CannotInstall } from "./step.mjs";

/** @param {string} name @returns {string | undefined} the program's path */
export function which(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder || ".", name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  return undefined;
}

/** A command as root: as it is for root, with sudo (never asking for a password) for others. */
function asRoot(/** @type {string} */ command, /** @type {string[]} */ args) {
  if (process.getuid?.() === 0) return /** @type {const} */ ([command, args]);
  return /** @type {const} */ (["sudo", ["-n", command, ...args]]);
}

/** @param {import("./step.mjs").Run} run @param {string} command @param {string[]} args */
export function runAsRoot(run, command, args) {
  const [program, all] = asRoot(command, args);
  return run(program, [...all], { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
}

/** Throws unless packages can be installed here. @param {import("./step.mjs").Run} run @param {string} wanted */
export async function needApt(run, wanted) {
  if (!existsSync("/usr/bin/apt-get")) {
    throw new CannotInstall(`please install ${wanted} with your system's package manager, then try again`);
  }
  if (process.getuid?.() !== 0) {
    await run("sudo", ["-n", "true"]).catch(() => {
      throw new CannotInstall(`please install ${wanted} (sudo apt-get install ${wanted}), then try again`);
    });
  }
}

/** @param {import("./step.mjs").Run} run */
export async function refresh(run) {
  await needApt(run, "the newest package lists");
  await runAsRoot(run, "apt-get", ["-o", "DPkg::Lock::Timeout=300", "update", "-q"]);
}

/** @param {import("./step.mjs").Run} run @param {string[]} packages */
export async function install(run, packages) {
  await needApt(run, packages.join(" "));
  const once = () =>
    runAsRoot(run, "apt-get", [
      ..."-o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends".split(" "),
      ...packages,
    ]);
  try {
    await once();
  } catch {
    await refresh(run); // the machine's package lists may be older than the mirror
    await once();
  }
}
