// Whole calendars: components, properties and parameters, each name told once and then by its place.
import { KalendsError } from "./failure.js";
import { Asked, Told } from "./flat.js";

/** No calendar nests more than four; the core reads so many. */
const DEPTH = 32;

/** @param {any[]} parts @returns {import("../index.js").Calendar} */
export function readTree(parts) {
  const told = new Told(parts);
  /** @type {string[]} */
  const names = [];
  const name = () => {
    const place = told.number();
    if (place === names.length) names.push(told.text());
    return /** @type {string} */ (names[place]);
  };
  const value = () => told.text();
  const parameter = () => ({ name: name(), values: told.list(value) });
  const property = () => {
    const called = name();
    const written = told.text();
    return { name: called, parameters: told.list(parameter), value: written };
  };
  /** @returns {import("../index.js").ParsedComponent} */
  const component = () => ({
    name: name(),
    properties: told.list(property),
    components: told.list(component),
  });
  const [first, ...more] = told.list(component);
  const calendar = /** @type {import("../index.js").Calendar} */ (first);
  if (more.length > 0) calendar.more = more;
  return calendar;
}

/** @param {import("../index.js").Component | import("../index.js").Calendar} calendar */
export function writeTree(calendar) {
  const asked = new Asked();
  /** @type {Map<string, number>} */
  const names = new Map();
  /** @param {string} text @param {string} what */
  const name = (text, what) => {
    const place = names.get(text);
    if (place !== undefined) return asked.number(place, what);
    asked.number(names.size, what).text(text, what);
    names.set(text, names.size);
  };
  const value = (/** @type {unknown} */ text) => {
    asked.text(text, "a parameter's value");
  };
  const parameter = (/** @type {import("../index.js").Parameter} */ one) => {
    name(one.name, "a parameter's name");
    asked.list(one.values, "values", value);
  };
  const property = (/** @type {import("../index.js").Property} */ one) => {
    name(one.name, "a property's name");
    asked.text(one.value, "a property's value");
    asked.list(one.parameters, "parameters", parameter);
  };
  let depth = 0;
  const component = (/** @type {import("../index.js").Component} */ one) => {
    depth += 1;
    if (depth > DEPTH)
      throw new KalendsError("invalid_argument", `Components are nested more than ${DEPTH} deep.`);
    name(one.name, "a component's name");
    asked.list(one.properties, "properties", property);
    asked.list(one.components, "components", component);
    depth -= 1;
  };
  const more = "more" in calendar ? calendar.more : undefined;
  asked.list([calendar, ...(more ?? [])], "more", component);
  return asked.parts();
}
