// The same work done by each library; every function answers in a form that can be compared.

import ICAL from "ical.js";
import ical from "ical-generator";
import nodeIcal from "node-ical";
import rrule from "rrule";
import { RRuleTemporal } from "rrule-temporal";
import { createIcs, expand, occurrences, parse, serialize } from "../pkg/kalends/index.js";
import { many, series, window } from "./calendars.mjs";

const [from, to] = [window.from, window.to].map((text) => new Date(text));

/** @param {string} text */
function icalJs(text) {
  const root = new ICAL.Component(ICAL.parse(text));
  for (const zone of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return root.getAllSubcomponents("vevent").map((event) => new ICAL.Event(event));
}

/** @param {string} text */
const nodeIcalEvents = (text) =>
  Object.values(nodeIcal.sync.parseICS(text)).filter((one) => one.type === "VEVENT");

const tree = parse(many).calendar;
const jcal = ICAL.parse(many);
const meetings = Array.from({ length: 1000 }, (_, n) => ({
  uid: `${n}@example.org`,
  summary: `Meeting, number ${n}`,
  description:
    "Some text; that goes on for a while\nand has several lines, and must be folded when it is written.",
  location: `Room ${n % 50}`,
  start: new Date(Date.UTC(2026, 0, 1 + (n % 300), 9)),
  end: new Date(Date.UTC(2026, 0, 1 + (n % 300), 10)),
}));

/** @param {string} text what a written calendar says, whoever wrote it */
const said = (text) =>
  parse(text, { timeZone: "UTC" }).events.map((one) => [one.uid, one.summary, one.description, one.startMs]);

/** @typedef {{ what: string, kalends: () => unknown, peers: Record<string, () => unknown>, answer: (result: any) => unknown }} Case */

/** @type {Case[]} */
export const cases = [
  {
    what: "parse 5,000 events to uid, summary, start",
    kalends: () => parse(many, window).events.map((one) => [one.uid, one.summary, one.startMs]),
    peers: {
      "ical.js": () => icalJs(many).map((one) => [one.uid, one.summary, one.startDate.toUnixTime() * 1000]),
      "node-ical": () => nodeIcalEvents(many).map((one) => [one.uid, one.summary, one.start.getTime()]),
    },
    answer: (list) => list,
  },
  {
    what: "parse them to the whole tree",
    kalends: () => parse(many, window).calendar,
    peers: { "ical.js": () => ICAL.parse(many) },
    answer: (root) => (root.components ?? root[2]).length,
  },
  {
    what: "serialize the tree",
    kalends: () => serialize(tree),
    peers: { "ical.js": () => ICAL.stringify(jcal) },
    answer: said,
  },
  {
    what: "expand 18,000 occurrences, parsing included",
    kalends: () => expand(series, window).map((one) => one.startMs),
    peers: {
      "ical.js": () => {
        const found = [];
        for (const event of icalJs(series)) {
          const each = event.iterator();
          for (let next = each.next(); next; next = each.next()) {
            const { startDate, endDate } = event.getOccurrenceDetails(next);
            if (startDate.toUnixTime() * 1000 >= to.getTime()) break;
            if (endDate.toUnixTime() * 1000 > from.getTime()) found.push(startDate.toUnixTime() * 1000);
          }
        }
        return found;
      },
      "node-ical": () =>
        nodeIcalEvents(series).flatMap((event) =>
          nodeIcal.expandRecurringEvent(event, { from, to }).map((one) => one.start.getTime()),
        ),
    },
    answer: (list) => list.toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b),
  },
  {
    what: "create 1,000 events as text",
    kalends: () => createIcs(meetings),
    peers: {
      "ical-generator": () =>
        ical({ events: meetings.map(({ uid, ...event }) => ({ id: uid, ...event })) }).toString(),
    },
    answer: said,
  },
];

const COUNT = 1000;

/** The first thousand of a rule, as epoch milliseconds. @param {{ rule: string, start: string }} one @returns {Case} */
export function ruleCase({ rule, start }) {
  const dtstart = new Date(`${start}T09:00:00Z`);
  const compact = dtstart.toISOString().replace(/[-:]|\.\d+/g, "");
  return {
    what: rule,
    kalends: () => occurrences(rule, dtstart, { limit: COUNT }),
    peers: {
      "ical.js": () => {
        const first = ICAL.Time.fromDateTimeString(dtstart.toISOString());
        const each = ICAL.Recur.fromString(rule).iterator(first);
        return Array.from({ length: COUNT }, () => each.next().toUnixTime() * 1000);
      },
      "rrule.js": () =>
        rrule
          .rrulestr(`DTSTART:${compact}\nRRULE:${rule};COUNT=${COUNT}`)
          .all()
          .map((date) => date.getTime()),
      "rrule-temporal": () =>
        new RRuleTemporal({ rruleString: `DTSTART:${compact}\nRRULE:${rule};COUNT=${COUNT}`, cache: false })
          .all()
          .map((date) => Number(date.epochMilliseconds)),
    },
    answer: (list) => [...list],
  };
}
