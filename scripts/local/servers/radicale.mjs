// Radicale for the tests: beside what its user makes there is a calendar that only others may write.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startRadicale } from "../radicale.mjs";

const shown = "shown";

/** The first rule that fits counts. */
const rights = [
  ["root", "", "R"],
  ["account", "{user}", "RW"],
  [shown, `{user}/${shown}`, "r"],
  ["calendars", "{user}/[^/]+", "rw"],
]
  .map(([name, path, may]) => `[${name}]\nuser: .+\ncollection: ${path}\npermissions: ${may}\n`)
  .join("");

const event = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//EN
BEGIN:VEVENT
UID:shown
DTSTAMP:20270101T000000Z
DTSTART:20270301T090000Z
DTEND:20270301T100000Z
SUMMARY:Shown
END:VEVENT
END:VCALENDAR
`.replaceAll("\n", "\r\n");

/** @param {import("../servers.mjs").Place} place @returns {Promise<import("../servers.mjs").Started>} */
export async function startRadicaleForTests({ folder, user, password }) {
  const calendar = join(folder, "calendars", "collection-root", user, shown);
  mkdirSync(calendar, { recursive: true });
  writeFileSync(join(calendar, ".Radicale.props"), JSON.stringify({ tag: "VCALENDAR" }));
  writeFileSync(join(calendar, "shown.ics"), event);
  const { url, stop } = await startRadicale({ data: folder, users: [{ name: user, password }], rights });
  return { url, readOnly: new URL(`${user}/${shown}/`, url).href, stop };
}
