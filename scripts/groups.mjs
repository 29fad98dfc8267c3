// Child processes in groups of their own, so that they can be ended with everything that they started; whatever happens
// to this process (short of SIGKILL), none of them is left behind.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** @type {Set<number>} process groups that may still live, named by their leader */
const groups = new Set();

/** @param {number} group @param {NodeJS.Signals | 0} signal @returns {boolean} whether there was anybody to signal */
export function signalGroup(group, signal) {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}

process.on("exit", () => {
  for (const group of groups) signalGroup(group, "SIGKILL");
});
for (const [signal, code] of /** @type {const} */ ([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
])) {
  // A program that ends its processes in order has a handler of its own, and this one keeps out of its way.
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) endAll().finally(() => process.exit(code));
  });
}

/** Asks all groups to end, since they may have groups of their own to end, and gives them three seconds. */
async function endAll() {
  for (const group of groups) signalGroup(group, "SIGTERM");
  const lives = () => [...groups].some(groupLives);
  for (const deadline = Date.now() + 3000; Date.now() < deadline && lives(); ) await sleep(30);
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 */
export function spawnGroup(program, args, options) {
  const child = spawn(program, args, { ...options, detached: true });
  const group = child.pid;
  if (group !== undefined) {
    groups.add(group);
    child.on("exit", () => {
      if (!groupLives(group)) groups.delete(group);
    });
  }
  return child;
}

/** Whether anybody in the group still runs; ended processes that nobody has collected do not count. @param {number} group */
export function groupLives(group) {
  if (!signalGroup(group, 0)) return false;
  if (!existsSync("/proc/self/stat")) return true;
  return readdirSync("/proc").some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [status, , itsGroup] = readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/^.*\) /s, "")
        .split(" ");
      return Number(itsGroup) === group && status !== "Z";
    } catch {
      return false; // it ended meanwhile
    }
  });
}

/** Says that a group is known to be gone. @param {number} group */
export const forgetGroup = (group) => groups.delete(group);
