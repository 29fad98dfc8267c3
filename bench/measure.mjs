// How long a piece of work takes: the median of several runs, after some to warm up.

/** Milliseconds for each, and at least three runs: a slow peer is not worth more. */
const ENOUGH = 500;
/** So long is a run at least, or the clock and the collector are measured, too. */
const RUN = 5;

/** @param {() => unknown} work @returns {number} milliseconds */
export function milliseconds(work) {
  const once = timed(work, 1);
  const times = Math.max(1, Math.min(1000, Math.ceil(RUN / once)));
  timed(work, times);
  const runs = [];
  const begun = performance.now();
  for (let spent = 0; spent < ENOUGH || runs.length < 3; spent = performance.now() - begun) {
    globalThis.gc?.();
    runs.push(timed(work, times));
    if (spent > 10 * ENOUGH) break;
  }
  return median(runs);
}

/** @param {() => unknown} work @param {number} times @returns {number} milliseconds for each time */
function timed(work, times) {
  const start = performance.now();
  for (let left = times; left > 0; left -= 1) work();
  return (performance.now() - start) / times;
}

/** @param {number[]} numbers @returns {number} */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
