// Runs one command of the build quietly: its output is shown only when it fails.
import { spawnGroup } from "../groups.mjs";
import { environment, root } from "../places.mjs";

/** A command of the build failed; the message holds its output. */
export class BuildFailed extends Error {}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, input?: string }} [options] `input` is what it reads
 * @returns {Promise<void>}
 */
export function command(program, args, { cwd = root, env = {}, input } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawnGroup(program, args, {
      cwd,
      env: environment(env),
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    child.stdin?.end(input);
    let output = "";
    const keep = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.on("error", (error) =>
      reject(new BuildFailed(`${program} could not be started: ${error.message}`)),
    );
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new BuildFailed(`${output.trimEnd()}\n\n${program} ended with ${signal ?? `exit code ${code}`}`),
        );
    });
  });
}
