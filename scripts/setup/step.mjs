// Carries out the steps of the set-up: what is done is skipped, what is long says so, what fails says what to do.
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { spawnGroup } from "../groups.mjs";
import { root, state } from "../places.mjs";

/**
 * Runs a command for a step; its output goes to the step's log. Resolves with stdout, rejects unless it exits with 0.
 * @typedef {(command: string, args: string[], options?: import("node:child_process").SpawnOptions) => Promise<string>} Run
 */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} title what is installed, and from where
 * @property {string} takes how long it takes, in words
 * @property {string} advice what to do when it fails
 * @property {() => boolean | Promise<boolean>} done
 * @property {(run: Run) => Promise<void>} work
 */

/** A step could not be carried out, for a reason that the person can mend. */
export class CannotInstall extends Error {}

const logs = join(state, "logs");

/** @param {string} name @returns {Promise<{ run: Run, file: string, end: () => void }>} */
async function openLog(name) {
  mkdirSync(logs, { recursive: true });
  const file = join(logs, `setup-${name}.log`);
  const log = createWriteStream(file);
  /** @type {Run} */
  const run = (command, args, options = {}) =>
    new Promise((resolve, reject) => {
      log.write(`\n$ ${command} ${args.join(" ")}\n`);
      const child = spawnGroup(command, args, { cwd: root, ...options, stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      child.stdout?.on("data", (chunk) => {
        output += chunk;
        log.write(chunk);
      });
      child.stderr?.on("data", (chunk) => log.write(chunk));
      child.on("error", reject);
      child.on("close", (code, signal) => {
        if (code === 0) resolve(output);
        else reject(new Error(`${command} ${args[0] ?? ""} ended with ${signal ?? `exit code ${code}`}`));
      });
    });
  return { run, file, end: () => log.end() };
}

/** @param {string} file */
function lastLines(file) {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-20).join("\n");
}

/**
 * Carries out what is missing. Ends the process when a step fails.
 * @param {Step[]} steps
 * @returns {Promise<number>} how many steps had something to do
 */
export async function carryOut(steps) {
  let worked = 0;
  for (const [index, step] of steps.entries()) {
    if (await step.done()) continue;
    worked += 1;
    process.stdout.write(`[${index + 1}/${steps.length}] ${step.title}, ${step.takes}\n`);
    const log = await openLog(step.name);
    try {
      await step.work(log.run);
      if (!(await step.done())) throw new Error("it ran through, but what it installs is still not there");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!(error instanceof CannotInstall)) process.stderr.write(`${lastLines(log.file)}\n\n`);
      process.stderr.write(`Set-up stopped at "${step.name}": ${reason}\n`);
      if (!(error instanceof CannotInstall))
        process.stderr.write(`${step.advice}\nThe full log: ${log.file}\n`);
      process.exit(1);
    } finally {
      log.end();
    }
  }
  return worked;
}
