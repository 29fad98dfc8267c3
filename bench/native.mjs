// `npm run bench -- native`: Kalends beside calcard, the crates icalendar and rrule, and libical where it is
// installed. All run here, one after the other; printed is how many times as long the others take.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environment, root, state } from "../scripts/places.mjs";
import { many, rules } from "./calendars.mjs";
import { median } from "./measure.mjs";

const here = join(root, "bench/native");
const folder = join(state, "bench");
const inputs = [join(folder, "calendar.ics"), join(folder, "rules.txt")];

/** @param {string} program @param {string[]} args @returns {string} what it prints; nothing where it fails */
function told(program, args) {
  const ran = spawnSync(program, args, {
    env: environment(),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return ran.status === 0 ? ran.stdout : "";
}

/** The C program, compiled. @returns {string | undefined} */
function libical() {
  const flags = told("pkg-config", ["--cflags", "--libs", "libical"]).trim();
  const program = join(folder, "libical");
  const made =
    flags && told("sh", ["-c", `cc -O3 -o "${program}" "${here}/libical.c" ${flags} && echo made`]);
  return made ? program : undefined;
}

/** @returns {number} the exit code */
export function native() {
  mkdirSync(folder, { recursive: true });
  writeFileSync(inputs[0] ?? "", many);
  const compact = (/** @type {string} */ date) => `${date.replaceAll("-", "")}T090000Z`;
  writeFileSync(inputs[1] ?? "", rules.map(({ rule, start }) => `${rule}\t${compact(start)}\n`).join(""));
  process.stdout.write("Compiling the peers, about two minutes the first time\n");
  const manifest = ["--manifest-path", join(here, "Cargo.toml"), "--target-dir", join(root, "target/bench")];
  const ours = told("cargo", ["run", "--quiet", "--release", ...manifest, "--", ...inputs]);
  if (!ours) return 1;
  const program = libical();
  if (!program)
    process.stdout.write("libical is not here (Debian: libical-dev and pkg-config); it is left out.\n");
  table(`${ours}${program ? told(program, inputs) : ""}`);
  return 0;
}

/** @param {string} lines work, library, microseconds and answer, parted by tabs */
function table(lines) {
  const measured = lines
    .trim()
    .split("\n")
    .map((line) => line.split("\t"));
  const works = new Set(measured.map(([work]) => work));
  process.stdout.write(`\n${"work".padEnd(46)} Kalends      how many times as long the others take\n`);
  const best = [];
  for (const work of works) {
    const rows = measured.filter(([of]) => of === work);
    const [mine, ...peers] = rows.map(([, name, micros, answer]) => ({
      name,
      micros: Number(micros),
      answer,
    }));
    if (!mine) continue;
    const ratio = (/** @type {{ micros: number }} */ peer) => peer.micros / mine.micros;
    const right = peers.filter((peer) => peer.answer === mine.answer);
    if (work !== "read") best.push(Math.min(...right.map(ratio)));
    const cells = peers.map(
      (peer) => `${peer.name} ${ratio(peer).toFixed(1)}x${right.includes(peer) ? "" : " (differs)"}`,
    );
    const title =
      work === "read" ? `read ${(many.length / 1e6).toFixed(1)} MB to uid, summary, start` : `${work}`;
    process.stdout.write(
      `${title.padEnd(46)}${(mine.micros / 1000).toFixed(3).padStart(8)} ms   ${cells.join("   ")}\n`,
    );
    if (work === "read")
      process.stdout.write(`${"".padEnd(46)}${(many.length / mine.micros).toFixed(0).padStart(8)} MB/s\n`);
  }
  const ratios = best.filter(Number.isFinite);
  process.stdout.write(
    `\nAgainst the best peer of each rule: median ${median(ratios).toFixed(1)}x, least ${Math.min(...ratios).toFixed(1)}x.\n`,
  );
}
