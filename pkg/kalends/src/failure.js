// What is thrown: an Error with a stable code.

/** @type {typeof import("../index.js").KalendsError} */
export const KalendsError = class KalendsError extends Error {
  /** @param {string} code @param {string} message @param {import("../index.js").Problem[]} [problems] */
  constructor(code, message, problems) {
    super(message);
    this.name = "KalendsError";
    this.code = code;
    if (problems) this.problems = problems;
  }
};

/** @param {unknown} thrown by the core: a code and a sentence, or what WebAssembly itself throws */
export function failureOf(thrown) {
  if (typeof thrown !== "string") return new KalendsError("internal", `The core failed: ${thrown}`);
  const end = thrown.indexOf(" ");
  return new KalendsError(thrown.slice(0, end), thrown.slice(end + 1));
}

/** @param {import("../index.js").Problem[]} problems */
export function unreadable(problems) {
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return new KalendsError("unreadable", `${problems[0]?.message}${rest}`, problems);
}
