// A calendar of many events, laid down on disk where a server takes minutes to be sent them one by one.
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { command } from "../../build/command.mjs";
import { pythonProgram, xandikosRequirements } from "../../setup/python.mjs";

const name = "large";

/** Events e0.ics, e1.ics and so on, an hour each, in four weeks. @param {string} folder @param {number} count @param {string} from the first day */
function layEvents(folder, count, from) {
  for (let at = 0; at < count; at += 1) {
    const date = new Date(Date.parse(from) + (at % 28) * 86_400_000);
    const day = date.toISOString().slice(0, 10).replaceAll("-", "");
    const times = [`DTSTART:${day}T090000Z`, `DTEND:${day}T100000Z`];
    const event = [`UID:e${at}@${name}`, "DTSTAMP:20270101T000000Z", ...times, "SUMMARY:One of many"];
    const lines = ["VERSION:2.0", "PRODID:-//Phone//EN", "BEGIN:VEVENT", ...event, "END:VEVENT"];
    const text = ["BEGIN:VCALENDAR", ...lines, "END:VCALENDAR", ""].join("\r\n");
    writeFileSync(join(folder, `e${at}.ics`), text);
  }
}

/** Commits what lies in the folder, as Xandikos would after each PUT. */
const commit = `
import os, sys
from dulwich import porcelain
folder, who = sys.argv[1], b"Phone <phone@example.test>"
porcelain.add(folder, [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".ics")])
porcelain.commit(folder, message=b"Many events", author=who, committer=who)
`;

/** @type {Record<string, { path: (user: string) => string, lay: (folder: string, user: string, count: number, from: string) => Promise<void> }>} */
const onDisk = {
  radicale: {
    path: (user) => `${user}/${name}/`,
    lay: async (folder, user, count, from) =>
      layEvents(join(folder, "calendars", "collection-root", user, name), count, from),
  },
  xandikos: {
    path: (user) => `${user}/calendars/${name}/`,
    lay: async (folder, user, count, from) => {
      const calendar = join(folder, "data", user, "calendars", name);
      layEvents(calendar, count, from);
      await command(pythonProgram(xandikosRequirements, "python"), ["-c", commit, calendar]);
    },
  },
};

/** By hand: of an answer of megabytes, `fetch` may stumble over its end. @param {string} url @param {import("node:http").RequestOptions} options @returns {Promise<string>} */
const answer = (url, options) =>
  new Promise((resolve, reject) => {
    const read = (/** @type {import("node:http").IncomingMessage} */ message) => {
      let text = "";
      message.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      message.on("end", () => resolve(text)).on("error", reject);
    };
    request(url, options, read).on("error", reject).end();
  });

/**
 * Makes the calendar and lays the events into it, where it is known how.
 * @param {import("../servers.mjs").Account} account @param {string} folder the server's @param {number} count
 * @param {string} [from] the first day of the events
 * @returns {Promise<string | undefined>} the calendar's URL
 */
export async function layLargeCalendar({ server, url, user, password }, folder, count, from = "2027-03-01") {
  const known = onDisk[server];
  if (!known) return undefined;
  const calendar = new URL(known.path(user), url).href;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const made = await fetch(calendar, { method: "MKCALENDAR", headers: { authorization } });
  if (made.status !== 201) throw new Error(`${server} answered ${made.status} to MKCALENDAR ${calendar}`);
  await known.lay(folder, user, count, from);
  // The first look at so many files takes Radicale half a minute.
  const listed = await answer(calendar, { method: "PROPFIND", headers: { authorization, depth: "1" } });
  const found = listed.match(/e\d+\.ics</g)?.length;
  if (found !== count) throw new Error(`${server} lists ${found} of ${count} events in ${calendar}`);
  return calendar;
}
