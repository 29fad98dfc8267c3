// `npm run fuzz -- <target|all> [seconds]`: looks for inputs that break a promise of fuzz/promises. What it learns is
// kept in .kalends/fuzz, so that the next run goes on from there.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { spawnGroup } from "./groups.mjs";
import { environment, root, state } from "./places.mjs";
import { cargoFuzz, cargoFuzzStep } from "./setup/cargo-fuzz.mjs";
import { carryOut } from "./setup/step.mjs";

const targets = readdirSync(join(root, "fuzz/targets")).map((file) => file.replace(/\.rs$/, ""));
const [wanted = "", time = "60"] = process.argv.slice(2);
const chosen = wanted === "all" ? targets : targets.filter((target) => target === wanted);
const seconds = Math.floor(Number(time) / chosen.length);
if (chosen.length === 0 || !(seconds >= 1)) {
  process.stderr.write(`npm run fuzz -- <${[...targets, "all"].join("|")}> [seconds, of all together]\n`);
  process.exit(2);
}

/** Where a run begins: what fuzzing found, and for calendars the cases of this and of other projects. */
function seeds(/** @type {string} */ target) {
  const corpora = process.env.KALENDS_CORPORA ?? join(root, "../shared/corpora");
  const calendars = ["parse", "expand"].includes(target) ? [join(root, "tests/cases"), corpora] : [];
  return [join(root, "fuzz/corpus", target), ...calendars].filter((folder) => existsSync(folder));
}

/** @param {string} target @returns {Promise<number>} the exit code */
function fuzz(target) {
  const [learned, found] = [join(state, "fuzz", target), join(state, "fuzz/found")];
  for (const folder of [learned, found]) mkdirSync(folder, { recursive: true });
  // Kalends has no `unsafe`, so that a sanitizer would only slow it down; without one any Rust will do.
  const build = ["fuzz", "run", "--sanitizer", "none", "--target-dir", join(root, "target/fuzz"), target];
  const limits = ["-timeout=5", "-rss_limit_mb=1024", "-malloc_limit_mb=128", "-max_len=4096"];
  const goal = [`-max_total_time=${seconds}`, `-artifact_prefix=${found}/${target}-`, "-print_final_stats=1"];
  const child = spawnGroup(
    cargoFuzz.program,
    [...build, learned, ...seeds(target), "--", ...limits, ...goal],
    { cwd: root, env: environment(), stdio: "inherit" },
  );
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

await carryOut([cargoFuzzStep]);
for (const target of chosen) {
  process.stdout.write(`\n== ${target}: ${seconds} s\n`);
  if ((await fuzz(target)) === 0) continue;
  process.stderr.write(
    `\nA promise of fuzz/promises/${target}.rs is broken; the input lies in ${state}/fuzz/found. Mend it, and put the ` +
      `input, made small, into fuzz/corpus/${target}, where npm test repeats it.\n`,
  );
  process.exit(1);
}
