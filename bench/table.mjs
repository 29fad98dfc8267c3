// Measures every case, checks that the answers agree, and prints how many times faster Kalends is.
import { isDeepStrictEqual } from "node:util";
import { rules } from "./calendars.mjs";
import { footprint } from "./footprint.mjs";
import { median, milliseconds } from "./measure.mjs";
import { cases, ruleCase } from "./peers.mjs";

let wrong = 0;

/** @param {import("./peers.mjs").Case} one @returns {number} the ratio to the best peer that agrees */
function measure({ what, kalends, peers, answer }) {
  const right = answer(kalends());
  const mine = milliseconds(kalends);
  const cells = [];
  let best = Number.POSITIVE_INFINITY;
  for (const [name, work] of Object.entries(peers)) {
    let verdict = "";
    try {
      if (!isDeepStrictEqual(answer(work()), right)) verdict = " (differs)";
    } catch (error) {
      cells.push(`${name} fails: ${String(error).slice(0, 40)}`);
      continue;
    }
    const ratio = milliseconds(work) / mine;
    if (verdict) wrong += 1;
    else best = Math.min(best, ratio);
    cells.push(`${name} ${ratio.toFixed(1)}x${verdict}`);
  }
  process.stdout.write(`${what.padEnd(46)}${mine.toFixed(2).padStart(8)} ms   ${cells.join("   ")}\n`);
  return best;
}

process.stdout.write(`${"work".padEnd(46)} Kalends      how many times as long the others take\n`);
for (const one of cases) measure(one);
process.stdout.write("\nthe first 1,000 occurrences of\n");
const ratios = rules.map((rule) => measure(ruleCase(rule))).filter(Number.isFinite);
process.stdout.write(
  `\nAgainst the best peer of each rule: median ${median(ratios).toFixed(1)}x, least ${Math.min(...ratios).toFixed(1)}x.\n`,
);
process.stdout.write(`\n${footprint()}\n`);
if (wrong > 0) process.stdout.write(`${wrong} answers of peers differ from those of Kalends.\n`);
