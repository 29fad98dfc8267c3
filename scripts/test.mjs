// `npm test [-- stage ...]`: everything that must hold, in the order in which failures are cheapest to find.
// `--deep` adds what takes long (tests/deep).
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "./build.mjs";
import { spawnGroup } from "./groups.mjs";
import { checkOutcomes, writeOutcomes } from "./local/servers/outcomes.mjs";
import { fewServers, serverNames, startServers } from "./local/servers.mjs";
import { environment, node, npmTool, root } from "./places.mjs";
import { chromiumProgram } from "./setup/chromium.mjs";
import { setUp } from "./setup.mjs";
import { checkSabotage } from "./simulation/sabotage.mjs";
import { compareTraces } from "./simulation/traces.mjs";

/** A stage did not pass; what is wrong was shown already. */
class StageFailed extends Error {}

/** @param {Record<string, string>} env @param {string} program @param {string[]} args @returns {Promise<void>} */
const runWith = (env, program, ...args) =>
  new Promise((resolve, reject) => {
    const child = spawnGroup(program, args, {
      cwd: root,
      env: environment({ CHROMIUM: chromiumProgram(), ...env }),
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new StageFailed(`${program} ended with ${signal ?? `exit code ${code}`}`));
    });
  });

/** @param {string} program @param {string[]} args */
const run = (program, ...args) => runWith({}, program, ...args);

/** @param {string} folder @param {(path: string) => boolean} wanted @returns {string[]} */
function testFiles(folder, wanted) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes("node_modules/") && wanted(path))
    .sort();
}

/** @param {string[]} files @param {string[]} options */
const nodeTests = (files, ...options) =>
  run(
    node,
    "--disable-warning=ExperimentalWarning",
    "--test",
    "--test-reporter=spec",
    "--test-timeout=180000", // a test that hangs is a failure that says where
    ...options,
    ...files,
  );

/** @param {string[]} files @param {string} what @param {string[]} options */
async function builtTests(files, what, ...options) {
  await build(["core", "worker", "www"]); // a stage that is named alone must not test what was built before
  if (files.length === 0) process.stdout.write(`There are no ${what} yet: nothing ran.\n`);
  else await nodeTests(files, ...options);
}

const packageTests = () => testFiles("pkg", (path) => /\/test\//.test(path));
const databaseTests = () => testFiles("tests/database", () => true);
const endToEndTests = () => testFiles("tests/end-to-end", () => true);
const applicationTests = () => testFiles("tests/applications", () => true);
const deepTests = () => testFiles("tests/deep", () => true);

/**
 * The CalDAV client against real servers; what came of it must be what is written down, or is written down.
 * @param {{ names: import("./local/servers.mjs").ServerName[], events?: number, outcomes: typeof checkOutcomes }} options
 */
async function caldavTests({ names, events, outcomes }) {
  const { accounts, folder, stop } = await startServers(names, events);
  const file = join(folder, "outcomes.jsonl");
  const env = {
    KALENDS_CALDAV_SERVERS: JSON.stringify(accounts),
    KALENDS_CALDAV_OUTCOMES: file,
    KALENDS_CALDAV_EVENTS: String(events ?? ""),
  };
  try {
    await runWith(env, "cargo", ..."test --quiet -p kalends --test caldav".split(" "));
    outcomes(file, accounts);
  } catch (error) {
    process.stderr.write(`The servers' logs: ${folder}\n`);
    throw error;
  } finally {
    await stop();
  }
  rmSync(folder, { recursive: true, force: true });
}

/** `deep` and `apart` run only when they are asked for. @type {Record<string, { says: string, work: () => Promise<void>, deep?: true, apart?: true }>} */
const stages = {
  format: { says: "Rust is formatted", work: () => run("cargo", "fmt", "--all", "--check") },
  clippy: {
    says: "clippy finds nothing",
    work: () =>
      run(
        "cargo",
        ..."clippy --quiet --workspace --all-targets --features kalends/wasm-editor,kalends/wasm-caldav,kalends/interop -- -D warnings".split(
          " ",
        ),
      ),
  },
  rust: {
    says: "the core's tests",
    work: () =>
      run("cargo", ..."test --quiet -p kalends -p kalends-simulation --features kalends/interop".split(" ")),
  },
  traces: {
    says: "simulated histories are the same as WebAssembly",
    work: compareTraces,
  },
  biome: {
    says: "JavaScript and TypeScript are formatted and linted",
    work: () => run(npmTool("biome"), "check"),
  },
  types: {
    says: "TypeScript's types fit",
    work: async () => {
      await build(["core"]); // its types come with it
      await run(npmTool("tsc"), "--noEmit");
    },
  },
  queries: {
    says: "no query reads a table that can grow from end to end",
    work: () => nodeTests(databaseTests()),
  },
  build: { says: "everything builds", work: () => build(["core", "worker", "www"]) },
  packages: {
    says: "the npm packages' tests",
    work: () => builtTests(packageTests(), "tests of the npm packages"),
  },
  servers: {
    says: "the CalDAV client against Radicale, Xandikos and sabre/dav",
    work: () => caldavTests({ names: fewServers, outcomes: checkOutcomes }),
  },
  "all-servers": {
    says: "the CalDAV client against six servers, with calendars of 2,000 events",
    work: async () => {
      await setUp("servers");
      await caldavTests({ names: serverNames, events: 2000, outcomes: writeOutcomes });
    },
    apart: true,
  },
  "end-to-end": {
    says: "Worker, CalDAV server and browser together",
    work: () => builtTests(endToEndTests(), "end-to-end tests", "--test-concurrency=2"),
  },
  applications: {
    says: "a day of each application that Kalends serves, with its document's own examples",
    work: () => builtTests(applicationTests(), "tests of applications", "--test-concurrency=2"),
  },
  properties: {
    says: "what holds for every calendar, asked of many",
    work: () =>
      run("env", "PROPTEST_CASES=20000", ..."cargo test --quiet --release --test properties".split(" ")),
    deep: true,
  },
  sabotage: {
    says: "the simulation notices every rule that is broken",
    work: checkSabotage,
    deep: true,
  },
  peers: {
    says: "other libraries differ only as we know",
    work: () =>
      run(
        "cargo",
        ..."test --quiet --manifest-path bench/native/Cargo.toml --target-dir target/bench".split(" "),
      ),
    deep: true,
  },
  deep: {
    says: "what takes long",
    work: () => builtTests(deepTests(), "deep tests", "--test-concurrency=1", "--test-timeout=3600000"),
    deep: true,
  },
};

const words = process.argv.slice(2);
const named = words.filter((word) => word !== "--deep");
const unknown = named.filter((word) => !(word in stages));
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown stage ${unknown.join(", ")}: say any of ${Object.keys(stages).join(", ")}.\n`,
  );
  process.exit(2);
}
const deep = words.includes("--deep");
const chosen = Object.entries(stages).filter(([name, stage]) =>
  named.length > 0 ? named.includes(name) : (deep || !stage.deep) && !stage.apart,
);

await setUp("test");
const seconds = (/** @type {number} */ since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const begun = Date.now();
for (const [name, { says, work }] of chosen) {
  process.stdout.write(`\n== ${name}: ${says}\n`);
  const stageBegun = Date.now();
  try {
    await work();
  } catch (error) {
    const reason = error instanceof StageFailed ? "" : ` ${error instanceof Error ? error.message : error}\n`;
    process.stderr.write(
      `${reason}\nStage "${name}" failed after ${seconds(stageBegun)}. To repeat it alone: npm test -- ${name}\n`,
    );
    process.exit(1);
  }
  process.stdout.write(`-- ${name} passed in ${seconds(stageBegun)}\n`);
}
process.stdout.write(`\nAll ${chosen.length} stages passed in ${seconds(begun)}.\n`);
