// Occurrences put together from what the core hands over: one text of all times, numbers, and what many share.

/**
 * @param {string} times start, end and recurrence id of each, one after the other
 * @param {Float64Array} numbers for each: startMs, endMs, its component, the three lengths in five bits each
 * @param {Omit<import("../index.js").Occurrence, "start" | "end">[]} components
 * @returns {import("../index.js").Occurrence[]}
 */
export function occurrencesOf(times, numbers, components) {
  const found = new Array(numbers.length / 4);
  let at = 0;
  const next = (/** @type {number} */ length) => {
    at += length;
    return times.slice(at - length, at);
  };
  for (let place = 0, n = 0; place < found.length; place += 1, n += 4) {
    const lengths = /** @type {number} */ (numbers[n + 3]);
    const shared = /** @type {import("../index.js").Occurrence} */ (
      components[/** @type {number} */ (numbers[n + 2])]
    );
    const start = next(lengths & 31);
    const end = next((lengths >> 5) & 31);
    const recurrenceId = next(lengths >> 10);
    found[place] = {
      uid: shared.uid,
      recurrenceId: recurrenceId || null,
      component: shared.component,
      start,
      end,
      startMs: numbers[n],
      endMs: numbers[n + 1],
      allDay: start.length === 10,
      timeZone: shared.timeZone,
      summary: shared.summary,
      description: shared.description,
      location: shared.location,
      url: shared.url,
      categories: shared.categories,
      status: shared.status,
      transparency: shared.transparency,
    };
  }
  return found;
}
