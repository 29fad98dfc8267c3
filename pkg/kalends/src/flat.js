// How values cross to the core and back: one text, its parts ended by NUL, and one list of numbers, both read in the
// order in which they were written. `src/wasm/flat.rs` is the other side.
import { KalendsError } from "./failure.js";

const encoder = new TextEncoder();

/** @type {readonly any[]} */
const NONE = [];

/** What the core has told. */
export class Told {
  #texts;
  #numbers;
  #text = 0;
  #number = 0;

  /** @param {any[]} parts the text and the numbers */
  constructor([texts, numbers]) {
    this.#texts = /** @type {string} */ (texts).split("\0");
    this.#numbers = /** @type {Float64Array} */ (numbers);
  }

  /** @returns {string} */
  text() {
    return /** @type {string} */ (this.#texts[this.#text++]);
  }

  /** The empty text stands for none. @returns {string | null} */
  optional() {
    return this.text() || null;
  }

  /** @returns {number} */
  number() {
    return /** @type {number} */ (this.#numbers[this.#number++]);
  }

  /** A number below zero stands for none. @template T @param {T} none @returns {number | T} */
  numberOr(none) {
    const number = this.number();
    return number < 0 ? none : number;
  }

  /** @returns {boolean} */
  flag() {
    return this.number() !== 0;
  }

  /** @template T @param {(told: Told) => T} read @returns {T[]} */
  list(read) {
    const items = [];
    for (let left = this.number(); left > 0; left -= 1) items.push(read(this));
    return items;
  }
}

/** What the core is asked; each value with its name, for those who gave something else. */
export class Asked {
  /** @type {string[]} */
  #texts = [];
  /** The first says how many texts there are. */
  #numbers = [0];

  /** @param {unknown} value @param {string} name */
  text(value, name) {
    if (typeof value !== "string") throw wrong(name, "a string", value);
    this.#texts.push(value);
    return this;
  }

  /** Null and undefined are the empty text. @param {unknown} value @param {string} name */
  optional(value, name) {
    return this.text(value ?? "", name);
  }

  /** A Date becomes its ISO text. @param {unknown} value @param {string} name */
  time(value, name) {
    if (!(value instanceof Date)) return this.text(value, name);
    if (Number.isNaN(value.getTime()))
      throw new KalendsError("invalid_time", `${name} is a Date that is no valid time.`);
    return this.text(value.toISOString(), name);
  }

  /** @param {unknown} value @param {string} name */
  optionalTime(value, name) {
    return this.time(value ?? "", name);
  }

  /** @param {unknown} value @param {string} name */
  number(value, name) {
    if (typeof value !== "number") throw wrong(name, "a number", value);
    this.#numbers.push(value);
    return this;
  }

  /** @param {boolean} value */
  flag(value) {
    this.#numbers.push(value ? 1 : 0);
    return this;
  }

  /** How many there are; none are an empty list. @template T @param {readonly T[] | null | undefined} items @param {string} name @returns {readonly T[]} */
  counted(items, name) {
    const given = items ?? NONE;
    if (!Array.isArray(given)) throw wrong(name, "an array", items);
    this.#numbers.push(given.length);
    return given;
  }

  /** How many there are, and each of them. @template T @param {readonly T[] | null | undefined} items @param {string} name @param {(item: T) => unknown} write */
  list(items, name, write) {
    for (const item of this.counted(items, name)) write(item);
    return this;
  }

  /** The same of objects. @template T @param {readonly T[] | null | undefined} items @param {string} name @param {(item: T) => unknown} write */
  objects(items, name, write) {
    return this.list(items, name, (item) => write(object(item, `an item of ${name}`)));
  }

  /** @param {readonly unknown[] | null | undefined} items @param {string} name */
  texts(items, name) {
    return this.list(items, name, (item) => this.text(item, name));
  }

  /** The two as the core takes them. @returns {[Uint8Array, Float64Array]} */
  parts() {
    this.#numbers[0] = this.#texts.length;
    const texts = this.#texts.length > 0 ? `${this.#texts.join("\0")}\0` : "";
    return [encoder.encode(texts), new Float64Array(this.#numbers)];
  }
}

/** What callers give as one. @template T @param {T} given @param {string} name @returns {T} */
export function object(given, name) {
  if (typeof given !== "object" || given === null) throw wrong(name, "an object", given);
  return given;
}

/** @param {string} name @param {string} wanted @param {unknown} given */
function wrong(name, wanted, given) {
  const kind = given === null ? "null" : typeof given;
  return new KalendsError("invalid_argument", `${name} must be ${wanted}, not ${kind}.`);
}
