// Does the simulation bite? Each patch in tests/simulation/sabotage breaks one rule of docs/design.md in a copy of the
// sources, and random histories have to tell. What they told stands in docs/reliability.md.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { environment, root, state } from "../places.mjs";

const patches = join(root, "tests", "simulation", "sabotage");
const shown = join(root, "docs", "reliability.md");
const [begin, end] = ["<!-- made by npm run sabotage -->", "<!-- end -->"];
/** A broken rule that so many histories do not notice is not watched. */
const limit = 20_000;

/** What came of a broken rule. @typedef {{ rule: string, does: string, caught: string, seed: number }} Finding */

/** @param {string} folder @param {string} program @param {string[]} args */
function run(folder, program, ...args) {
  // The copy lies in the checkout, whose repository is not its own.
  const env = environment({ GIT_CEILING_DIRECTORIES: dirname(folder), CARGO_INCREMENTAL: "1" });
  return spawnSync(program, args, { cwd: folder, env, encoding: "utf8", maxBuffer: 1 << 28 });
}

/** @param {string} folder @param {string} program @param {string[]} args */
function mustRun(folder, program, ...args) {
  const { status, stdout, stderr, error } = run(folder, program, ...args);
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

/** The sources as they are in the checkout, committed or not. @param {string} folder */
function copySources(folder) {
  rmSync(folder, { recursive: true, force: true });
  const files = mustRun(root, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard");
  for (const file of files
    .split("\0")
    .filter((file) => /^(Cargo\.|src\/|tests\/simulation\/|worker\/)/.test(file))) {
    if (!existsSync(join(root, file))) continue; // deleted, and not committed yet
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
}

/** Builds the simulation of the copy; where its program lies. @param {string} folder */
function build(folder) {
  const target = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "sabotage");
  const what = ["--quiet", "--release", "-p", "kalends-simulation", "--bin", "kalends-simulation"];
  mustRun(folder, "cargo", "build", ...what, "--target-dir", target);
  return join(target, "release", "kalends-simulation");
}

/** @param {string} folder @param {string} patch @returns {Finding} */
function breakRule(folder, patch) {
  const [rule = "", does = ""] = readFileSync(patch, "utf8").split("\n");
  const applied = run(folder, "git", "apply", patch);
  if (applied.status !== 0) throw new Error(`${basename(patch)} does not apply any more: ${applied.stderr}`);
  const program = build(folder);
  mustRun(folder, "git", "apply", "--reverse", patch);
  const { stdout } = run(folder, program, "--seeds", String(limit), "--first");
  const [, seed = "", caught = ""] = /^seed (\d+) \(.+\) breaks (.+)$/m.exec(stdout) ?? [];
  if (caught === "") throw new Error(`${basename(patch)} goes unnoticed in ${limit} histories:\n${stdout}`);
  process.stdout.write(`${rule} ${does} ${caught}, seed ${seed}\n`);
  return { rule, does, caught, seed: Number(seed) };
}

/** @returns {Finding[]} */
function findings() {
  const folder = join(state, "sabotage");
  copySources(folder);
  const sound = join(state, "sound-simulation");
  cpSync(build(folder), sound);
  const files = readdirSync(patches).filter((file) => file.endsWith(".patch"));
  const found = files.sort().map((file) => breakRule(folder, join(patches, file)));
  // What was caught must be the patches' doing.
  const seeds = Math.max(...found.map(({ seed }) => seed)) + 1;
  mustRun(folder, sound, "--seeds", String(seeds));
  for (const used of [folder, sound]) rmSync(used, { recursive: true });
  return found;
}

/** @param {Finding[]} found */
function table(found) {
  const rows = found.map(
    ({ rule, does, caught, seed }) => `| ${rule} | ${does} | ${caught.replaceAll(" ", ", ")} | ${seed + 1} |`,
  );
  return ["| rule | what the patch does | what caught it | histories |", "|---|---|---|---|", ...rows].join(
    "\n",
  );
}

/** The page with another table. @param {string} page @param {string} table */
function withTable(page, table) {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${shown} has no place for the table`);
  return `${before}${begin}\n\n${table}\n\n${end}${after}`;
}

/** Breaks every rule and writes down what came of it. */
export function writeSabotage() {
  writeFileSync(shown, withTable(readFileSync(shown, "utf8"), table(findings())));
}

/** Breaks every rule; throws where another thing came of it than what is written down. */
export async function checkSabotage() {
  const found = table(findings());
  const page = readFileSync(shown, "utf8");
  if (page === withTable(page, found)) return;
  throw new Error(
    `docs/reliability.md tells something else:\n${found}\nIf that is right, npm run sabotage writes it down.`,
  );
}
