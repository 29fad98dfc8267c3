// The functions of the package: fill in what the core cannot know, the time, the zone of the machine and random ids.
import { changed } from "./changes.js";
import { withCore } from "./core.js";
import { askCalendar } from "./create.js";
import { block, event, occurrence, offer, problem, shared, slot, todo } from "./events.js";
import { KalendsError, unreadable } from "./failure.js";
import { Asked, object, Told } from "./flat.js";
import { isInstant, octets, zoneIn } from "./given.js";
import { readTree, writeTree } from "./tree.js";

export { KalendsError };

/** @type {typeof import("../index.js").parse} */
export function parse(ics, options) {
  const [text, zone] = [octets(ics), zoneIn(options)];
  const told = new Told(withCore((core) => core.parse(text, zone, options?.strict === true)));
  const events = told.list(event);
  const todos = told.list(todo);
  const problems = told.list(problem);
  if (options?.strict && problems.length > 0) throw unreadable(problems);
  /** @type {import("../index.js").Calendar | undefined} */
  let calendar;
  return {
    events,
    todos,
    problems,
    // Most callers want the events alone: the tree is made when it is asked for.
    get calendar() {
      calendar ??= readTree(withCore((core) => core.tree(text)));
      return calendar;
    },
  };
}

/** @type {typeof import("../index.js").serialize} */
export function serialize(calendar) {
  const asked = writeTree(object(calendar, "the calendar"));
  return withCore((core) => core.serialize(...asked));
}

/** @param {import("../index.js").CalendarSource | import("../index.js").CalendarSource[]} sources */
function texts(sources) {
  const list = Array.isArray(sources) ? sources : [sources];
  return list.map((one) =>
    typeof one === "object" && one !== null && "components" in one ? octets(serialize(one)) : octets(one),
  );
}

/** @param {Asked} asked @param {import("../index.js").LimitedWindow} window @param {string} [timeZone] */
function limited(asked, window, timeZone = zoneIn(window)) {
  const { from, to, limit } = window;
  if (limit !== undefined && !(typeof limit === "number" && limit >= 0))
    throw new KalendsError("invalid_argument", "limit must be a number from 0.");
  asked.text(timeZone, "timeZone").optionalTime(from, "from").optionalTime(to, "to");
  return asked.number(limit ?? Number.POSITIVE_INFINITY, "limit");
}

/** @type {typeof import("../index.js").expand} */
export function expand(sources, window) {
  const asked = limited(new Asked(), object(window, "the window")).parts();
  const given = texts(sources);
  const told = new Told(withCore((core) => core.expand(given, ...asked)));
  const components = told.list(shared);
  const problems = told.list(problem);
  return Object.defineProperty(told.list(occurrence(components)), "problems", { value: problems });
}

/** @type {typeof import("../index.js").occurrences} */
export function occurrences(rule, dtstart, options = {}) {
  object(options, "options");
  const timeZone = options.timeZone ?? (isInstant(dtstart) ? "UTC" : zoneIn(options));
  const asked = limited(new Asked().text(rule, "rule").time(dtstart, "dtstart"), options, timeZone).parts();
  return withCore((core) => core.occurrences(...asked));
}

/** @type {typeof import("../index.js").createIcs} */
export function createIcs(events, calendar) {
  const asked = askCalendar(events, calendar);
  return withCore((core) => core.createIcs(...asked, Date.now()));
}

/** @type {typeof import("../index.js").patch} */
export function patch(ics, changes, options) {
  const asked = new Asked().optional(options?.uid, "uid").text(zoneIn(options), "timeZone");
  const [text, parts] = [octets(ics), changed(asked, changes).parts()];
  return withCore((core) => core.patch(text, ...parts, Date.now()));
}

/** @param {Asked} asked @param {string} timeZone @param {{ start: unknown, end: unknown }} span */
const spanned = (asked, timeZone, { start, end }) =>
  asked.text(timeZone, "timeZone").time(start, "start").time(end, "end");

/** @param {Asked} asked @param {{ start: import("../index.js").Time, end: import("../index.js").Time }[]} spans */
const taken = (asked, spans, name = "busy") =>
  asked.objects(spans, name, ({ start, end }) => {
    asked.time(start, "start").time(end, "end");
  });

/** @param {unknown} counts @param {string} name */
function isFree(counts, name) {
  if (counts === undefined || counts === "busy" || counts === "free") return counts === "free";
  throw new KalendsError("invalid_argument", `${name} must be "busy" or "free".`);
}

/** @type {typeof import("../index.js").busy} */
export function busy(sources, window) {
  const { onProblem, from, to, timeZone, addresses, allDay, tentative } = object(window, "the window");
  const asked = spanned(new Asked(), zoneIn({ timeZone }), { start: from, end: to });
  const parts = asked
    .list(addresses, "addresses", (address) => {
      asked.text(address, "an address");
    })
    .flag(isFree(allDay, "allDay"))
    .flag(isFree(tentative, "tentative"))
    .parts();
  const given = texts(sources);
  const told = new Told(withCore((core) => core.busy(given, ...parts)));
  const blocks = told.list(block);
  const problems = told.list(problem);
  // What could not be read may hide time that is taken: it is told, never passed over.
  const lost = problems.filter((one) => one.severity === "lost");
  if (onProblem) for (const one of problems) onProblem(one);
  else if (lost.length > 0) throw unreadable(lost);
  return blocks;
}

/** @type {typeof import("../index.js").conflicts} */
export function conflicts(request, busy) {
  object(request, "the request");
  const asked = taken(spanned(new Asked(), zoneIn(request), request), busy).parts();
  const places = new Set(withCore((core) => core.conflicts(...asked)));
  return (busy ?? []).filter((_, place) => places.has(place));
}

/** @param {import("../index.js").SlotWindow} request */
const slotsWanted = (request) =>
  spanned(new Asked(), zoneIn(object(request, "the request")), { start: request.from, end: request.to })
    .number(request.durationMinutes, "durationMinutes")
    .number(request.stepMinutes, "stepMinutes");

/** @param {Asked} asked @param {import("../index.js").Person} person */
function someone(asked, person) {
  asked
    .text(zoneIn(person), "timeZone")
    .number(person.bufferBeforeMinutes ?? 0, "bufferBeforeMinutes")
    .number(person.bufferAfterMinutes ?? 0, "bufferAfterMinutes");
  const { workingHours: hours, notBefore, maximumPerDay } = person;
  asked.flag(hours != null);
  if (hours != null) {
    asked.list(Object.entries(object(hours, "workingHours")), "workingHours", ([day, stretches]) => {
      asked.text(day, "a day").list(stretches, `workingHours.${day}`, (stretch) => {
        const [from, to] = Array.isArray(stretch) ? stretch : [];
        asked.text(from, "workingHours").text(to, "workingHours");
      });
    });
  }
  asked.flag(notBefore != null);
  if (notBefore != null) asked.time(notBefore, "notBefore");
  asked.flag(maximumPerDay != null);
  if (maximumPerDay != null) asked.number(maximumPerDay, "maximumPerDay");
  return taken(taken(asked, person.bookings ?? [], "bookings"), person.busy ?? []);
}

/** @param {import("../index.js").SlotWindow & { people: import("../index.js").Person[] }} request */
const everyone = (request) => {
  const { people, timeZone } = object(request, "the request");
  const asked = slotsWanted(request);
  return asked
    .objects(people, "people", (person) => {
      someone(asked, { timeZone, ...person });
    })
    .parts();
};

/** @type {typeof import("../index.js").freeSlots} */
export function freeSlots(request) {
  const parts = someone(slotsWanted(request), request).parts();
  return new Told(withCore((core) => core.freeSlots(...parts))).list(slot);
}

/** @type {typeof import("../index.js").bestSlots} */
export function bestSlots(request, count = 3) {
  const parts = someone(slotsWanted(request).number(count, "count"), request).parts();
  return new Told(withCore((core) => core.bestSlots(...parts))).list(slot);
}

/** @type {typeof import("../index.js").slotsOfAll} */
export function slotsOfAll(request) {
  const parts = everyone(request);
  return new Told(withCore((core) => core.slotsOfAll(...parts))).list(slot);
}

/** @type {typeof import("../index.js").slotsOfAny} */
export function slotsOfAny(request) {
  const parts = everyone(request);
  return new Told(withCore((core) => core.slotsOfAny(...parts))).list(offer);
}

/** @type {typeof import("../index.js").nearestSlots} */
export function nearestSlots(slots, wanted, count = 3) {
  const asked = new Asked().time(wanted, "the wanted time").number(count, "count");
  asked.objects(slots, "the slots", ({ start }) => {
    asked.time(start, "start");
  });
  const parts = asked.parts();
  const places = withCore((core) => core.nearestSlots(...parts));
  return Array.from(places, (place) => /** @type {(typeof slots)[0]} */ (slots[place]));
}

/** @type {typeof import("../index.js").zoneOf} */
export function zoneOf(tzid) {
  if (typeof tzid !== "string") throw new KalendsError("invalid_argument", "The TZID must be a string.");
  return withCore((core) => core.zoneOf(tzid));
}
