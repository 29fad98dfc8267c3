// What is to change in an event, as the core reads it.
import { object } from "./flat.js";

/** @typedef {import("./flat.js").Asked} Asked */

/** @param {Asked} asked @param {import("../index.js").Changes} changes null takes a field away */
export function changed(asked, changes) {
  object(changes, "the changes");
  for (const name of FIELDS) {
    const value = changes[name];
    asked.flag(value !== undefined);
    if (value !== undefined) asked.optionalTime(value, name);
  }
  return asked;
}

const FIELDS = /** @type {const} */ (["summary", "description", "location", "status", "start", "end"]);
