// Whole calendars: components, properties and parameters, each name told once and then by its place.
import { KalendsError } from "./failure.js";
import { Asked, object, Told } from "./flat.js";

/** No calendar nests more than four; the core reads so many. */
const DEPTH = 32;

/** @param {any[]} parts @returns {import("../index.js").Calendar} */
export function readTree(parts) {
  const reader = new Reader(parts);
  const [first, ...more] = reader.components();
  const calendar = /** @type {import("../index.js").Calendar} */ (first);
  if (more.length > 0) calendar.more = more;
  return calendar;
}

/** With plain loops: a callback for each of ten thousand properties costs more than reading it. */
class Reader {
  #told;
  /** @type {string[]} */
  #names = [];

  /** @param {any[]} parts */
  constructor(parts) {
    this.#told = new Told(parts);
  }

  #name() {
    const place = this.#told.number();
    if (place === this.#names.length) this.#names.push(this.#told.text());
    return /** @type {string} */ (this.#names[place]);
  }

  /** @returns {import("../index.js").ParsedComponent[]} */
  components() {
    const list = [];
    for (let left = this.#told.number(); left > 0; left -= 1)
      list.push({ name: this.#name(), properties: this.#properties(), components: this.components() });
    return list;
  }

  #properties() {
    const list = [];
    for (let left = this.#told.number(); left > 0; left -= 1) {
      list.push({ name: this.#name(), parameters: this.#parameters(), value: this.#told.text() });
    }
    return list;
  }

  #parameters() {
    const list = [];
    for (let left = this.#told.number(); left > 0; left -= 1) {
      const name = this.#name();
      const values = [];
      for (let more = this.#told.number(); more > 0; more -= 1) values.push(this.#told.text());
      list.push({ name, values });
    }
    return list;
  }
}

/** @param {import("../index.js").Component | import("../index.js").Calendar} calendar */
export function writeTree(calendar) {
  const writer = new Writer();
  const more = "more" in calendar ? (calendar.more ?? []) : [];
  if (!Array.isArray(more)) throw new KalendsError("invalid_argument", "more must be an array.");
  writer.components([calendar, ...more]);
  return writer.parts();
}

class Writer {
  #asked = new Asked();
  /** @type {Map<string, number>} */
  #names = new Map();
  #depth = 0;

  parts() {
    return this.#asked.parts();
  }

  /** @param {string} text @param {string} what */
  #name(text, what) {
    const place = this.#names.get(text);
    if (place !== undefined) return void this.#asked.number(place, what);
    this.#asked.number(this.#names.size, what).text(text, what);
    this.#names.set(text, this.#names.size);
  }

  /** @param {import("../index.js").Component[] | undefined} list */
  components(list) {
    this.#depth += 1;
    if (this.#depth > DEPTH + 1)
      throw new KalendsError("invalid_argument", `Components are nested more than ${DEPTH} deep.`);
    for (const one of this.#asked.counted(list, "components")) {
      object(one, "a component");
      this.#name(one.name, "a component's name");
      this.#properties(one.properties);
      this.components(one.components);
    }
    this.#depth -= 1;
  }

  /** @param {import("../index.js").Property[] | undefined} list */
  #properties(list) {
    for (const one of this.#asked.counted(list, "properties")) {
      object(one, "a property");
      this.#name(one.name, "a property's name");
      this.#parameters(one.parameters);
      this.#asked.text(one.value, "a property's value");
    }
  }

  /** @param {import("../index.js").Parameter[] | undefined} list */
  #parameters(list) {
    for (const one of this.#asked.counted(list, "parameters")) {
      object(one, "a parameter");
      this.#name(one.name, "a parameter's name");
      for (const value of this.#asked.counted(one.values, "values"))
        this.#asked.text(value, "a parameter's value");
    }
  }
}
