// How long a piece of work takes: the median of several runs, after some to warm up.

/** Half a second for each, and at least three runs: a slow peer is not worth more. */
const ENOUGH = 500;

/** @param {() => unknown} work @returns {number} milliseconds */
export function milliseconds(work) {
  const runs = [];
  const begun = performance.now();
  work();
  for (let spent = 0; spent < ENOUGH || runs.length < 3; spent = performance.now() - begun) {
    globalThis.gc?.();
    const start = performance.now();
    work();
    runs.push(performance.now() - start);
    if (spent > 10 * ENOUGH) break;
  }
  return median(runs);
}

/** @param {number[]} numbers @returns {number} */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
