// The Worker on this machine: wrangler's local mode over a copy of the build, with D1 in a folder of your choice.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { environment, node, root } from "../places.mjs";
import { migrate } from "./migrations.mjs";
import { freePort, host, isFree } from "./ports.mjs";
import { background, untilAnswers } from "./process.mjs";

/** The port that was asked for is taken. */
export class PortTaken extends Error {}

/**
 * wrangler.toml for local use: it runs the copy, so that a build does not change a Worker that runs, and builds nothing.
 * @param {string} main @param {string} assets
 */
function localConfig(main, assets) {
  const text = readFileSync(join(root, "wrangler.toml"), "utf8");
  return text
    .replace(/^\[build\][^[]*/m, "")
    .replace(/^main = .*$/m, () => `main = ${JSON.stringify(main)}`)
    .replace(/^directory = .*$/m, () => `directory = ${JSON.stringify(assets)}`)
    .replace(
      /^migrations_dir = .*$/m,
      () => `migrations_dir = ${JSON.stringify(join(root, "worker", "migrations"))}`,
    );
}

/** @param {Record<string, string>} vars */
const envFile = (vars) =>
  Object.entries(vars)
    .map(([name, value]) => {
      if (/['\n]/.test(value))
        throw new Error(`${name} holds a quote or a line break, which an env file cannot carry`);
      return `${name}='${value}'\n`;
    })
    .join("");

/**
 * Starts the Worker that stands in worker/build, and waits until it answers. `kill` ends wrangler and workerd as a crash
 * would: start it again with the same `state`.
 * @param {object} options
 * @param {number} [options.port] any free one, if not given
 * @param {string} options.state a folder of its own: database, configuration, log
 * @param {Record<string, string>} options.vars secrets and variables of the Worker
 * @param {string} [options.assets] the site's folder, www/dist unless given
 * @param {string} [options.around] a module that runs around the Worker, which lies beside it as index.js
 * @returns {Promise<{ url: string } & import("./process.mjs").Background>} the URL has no slash at its end
 */
export async function startWorker({ port, state, vars, assets = join(root, "www", "dist"), around }) {
  // Who used it just now may need a moment to let it go.
  for (let tries = 0; port !== undefined && tries < 20 && !(await isFree(port)); tries += 1) await sleep(100);
  if (port !== undefined && !(await isFree(port))) {
    throw new PortTaken(`Port ${port} on ${host} is taken. End what uses it, or set PORT to another.`);
  }
  const chosen = port ?? (await freePort());
  mkdirSync(state, { recursive: true });
  mkdirSync(assets, { recursive: true });
  const build = join(state, "build");
  rmSync(build, { recursive: true, force: true });
  cpSync(join(root, "worker", "build"), build, { recursive: true });
  if (around) cpSync(around, join(build, "around.js"));
  const config = join(state, "wrangler.toml");
  writeFileSync(config, localConfig(join(build, around ? "around.js" : "index.js"), assets));
  const secrets = join(state, "vars.env");
  rmSync(secrets, { force: true });
  writeFileSync(secrets, envFile(vars), { mode: 0o600 });
  const persist = join(state, "storage");
  await migrate(config, persist);

  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const options = ["--config", config, "--env-file", secrets, "--persist-to", persist];
  const listen = ["--ip", host, "--port", String(chosen), "--inspector-port", "0"];
  const quiet = ["--show-interactive-dev-session=false"];
  const program = background(
    node,
    [wrangler, "dev", "--local", "--test-scheduled", ...listen, ...options, ...quiet],
    {
      cwd: state,
      env: environment({ CI: "true", WRANGLER_LOG_PATH: join(state, "wrangler") }),
      log: join(state, "worker.log"),
    },
  );
  const url = `http://${host}:${chosen}`;
  await untilAnswers("The Worker", program, `${url}/health/live`);
  return { url, ...program };
}
