// A server in the background: its output in a file, its end in order or at once.
import { openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { forgetGroup, groupLives, signalGroup, spawnGroup } from "../groups.mjs";

/**
 * @typedef {object} Background
 * @property {() => boolean} lives
 * @property {Promise<void>} ended when it ended, for whatever reason
 * @property {() => Promise<void>} stop asks it to end, and makes it end after five seconds
 * @property {() => Promise<void>} kill SIGKILL to it and all that it started, at once
 * @property {string} log the file that holds its output
 */

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, log: string }} options
 * @returns {Background}
 */
export function background(program, args, { cwd, env, log }) {
  const output = openSync(log, "w", 0o600);
  const child = spawnGroup(program, args, { cwd, env, stdio: ["ignore", output, output] });
  let running = true;
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    const done = () => {
      running = false;
      resolve();
    };
    child.on("error", done);
    child.on("exit", done);
  });
  const end = async (/** @type {NodeJS.Signals} */ signal) => {
    const group = child.pid;
    if (group === undefined) return;
    signalGroup(group, signal);
    for (const deadline = Date.now() + 5000; Date.now() < deadline && groupLives(group); ) await sleep(30);
    signalGroup(group, "SIGKILL");
    await ended;
    forgetGroup(group);
  };
  return { lives: () => running, ended, log, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

/** @param {string} file @param {number} [count] */
export const lastLines = (file, count = 20) =>
  readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");

/**
 * Waits until the URL answers with a status that fits, or the server ends, or a minute is over.
 * @param {string} name @param {Background} server @param {string} url @param {(status: number) => boolean} fits
 */
export async function untilAnswers(name, server, url, fits = (status) => status < 400) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    if (!server.lives()) {
      throw new Error(
        `${name} ended while it was starting:\n${lastLines(server.log)}\nIts log: ${server.log}`,
      );
    }
    const answered = await fetch(url, { signal: AbortSignal.timeout(5000), redirect: "manual" }).catch(
      () => undefined,
    );
    await answered?.body?.cancel();
    if (answered && fits(answered.status)) return;
  }
  const last = lastLines(server.log);
  await server.stop();
  throw new Error(`${name} did not answer at ${url} within a minute:\n${last}\nIts log: ${server.log}`);
}
