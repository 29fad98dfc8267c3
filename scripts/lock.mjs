// One at a time: two commands of one checkout must not install or build the same thing together.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** @param {string} file */
function holder(file) {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    if (pid > 0) process.kill(pid, 0);
    return pid;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM" ? -1 : undefined;
  }
}

/**
 * Does the work while holding the lock file, waiting while a living process holds it.
 * @template T
 * @param {string} file
 * @param {string} waiting what to say when there is somebody to wait for
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function oneAtATime(file, waiting, work) {
  mkdirSync(dirname(file), { recursive: true });
  for (let said = false; ; ) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    if (holder(file) === undefined) {
      rmSync(file, { force: true }); // left behind by a process that is gone
      continue;
    }
    if (!said) process.stdout.write(`${waiting}\n`);
    said = true;
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    release();
    process.off("exit", release);
  }
}
