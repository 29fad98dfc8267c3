// What an event or task says of itself, told by the core and asked of it; `src/wasm/details.rs` is the other side.
import { KalendsError } from "./failure.js";
import { object } from "./flat.js";

/** @typedef {import("./flat.js").Told} Told */
/** @typedef {import("./flat.js").Asked} Asked */

/** @param {Told} told */
const text = (told) => told.text();

/** @param {Told} told @returns {import("../index.js").CalendarUser} */
const user = (told) => ({
  address: told.text(),
  name: told.optional(),
  email: told.optional(),
  sentBy: told.optional(),
});

/** @param {Told} told @returns {import("../index.js").Attendee} */
const attendee = (told) => ({
  address: told.text(),
  name: told.optional(),
  email: told.optional(),
  sentBy: told.optional(),
  role: /** @type {import("../index.js").Role} */ (told.text()),
  status: /** @type {import("../index.js").ParticipationStatus} */ (told.text()),
  rsvp: told.flag(),
  userType: /** @type {import("../index.js").UserType} */ (told.text()),
  delegatedTo: told.list(text),
  delegatedFrom: told.list(text),
});

/** @param {Told} told @returns {import("../index.js").Alarm} */
function alarm(told) {
  const action = /** @type {import("../index.js").AlarmAction} */ (told.text());
  const kind = told.text();
  const trigger = /** @type {import("../index.js").Trigger} */ ({ [kind]: told.text() });
  const count = told.number();
  const every = told.text();
  return {
    action,
    trigger,
    repeat: count > 0 ? { count, every } : null,
    description: told.optional(),
    summary: told.optional(),
    attendees: told.list(user),
    attachments: told.list(text),
    acknowledged: told.optional(),
  };
}

/** @param {Told} told @returns {import("../index.js").Conference} */
const conference = (told) => ({
  uri: told.text(),
  features: /** @type {import("../index.js").Conference["features"]} */ (told.list(text)),
  label: told.optional(),
});

/** @param {Told} told @returns {import("../index.js").Link} */
const link = (told) => ({ uri: told.text(), mediaType: told.optional() });

/**
 * Adds them to what is known already: to spread one object into another costs more than to read it.
 * @template T @param {Told} told @param {T} one @returns {T & import("../index.js").Details}
 */
export function details(told, one) {
  const more = /** @type {T & import("../index.js").Details} */ (one);
  more.summary = told.text();
  more.description = told.optional();
  more.html = told.optional();
  more.location = told.optional();
  more.url = told.optional();
  more.geo = told.flag() ? { latitude: told.number(), longitude: told.number() } : null;
  more.class = /** @type {import("../index.js").Class | null} */ (told.optional());
  more.priority = told.numberOr(null);
  more.sequence = told.number();
  more.categories = told.list(text);
  more.color = told.optional();
  more.organizer = told.flag() ? user(told) : null;
  more.attendees = told.list(attendee);
  more.alarms = told.list(alarm);
  more.conferences = told.list(conference);
  more.images = told.list(link);
  more.attachments = told.list(link);
  more.created = told.optional();
  more.lastModified = told.optional();
  return more;
}

/** @param {Asked} asked @param {import("../index.js").NewDetails} one */
export function askDetails(asked, one) {
  asked.text(one.summary, "summary");
  for (const name of /** @type {const} */ (["description", "html", "location", "url"]))
    asked.optional(one[name], name);
  asked.flag(one.geo != null);
  if (one.geo != null)
    asked.number(one.geo.latitude, "geo.latitude").number(one.geo.longitude, "geo.longitude");
  asked.optional(one.class, "class");
  asked.number(one.priority ?? -1, "priority").number(one.sequence ?? 0, "sequence");
  asked.texts(one.categories, "categories").optional(one.color, "color");
  asked.flag(one.organizer != null);
  if (one.organizer != null) askUser(asked, one.organizer);
  asked.list(one.attendees, "attendees", (given) => askAttendee(asked, given));
  asked.objects(one.alarms, "alarms", (given) => askAlarm(asked, given));
  asked.objects(one.conferences, "conferences", ({ uri, features, label }) => {
    asked.text(uri, "uri").texts(features, "features").optional(label, "label");
  });
  for (const name of /** @type {const} */ (["images", "attachments"]))
    asked.list(one[name], name, (given) => {
      const { uri, mediaType } = typeof given === "string" ? { uri: given } : object(given, name);
      asked.text(uri, "uri").optional(mediaType, "mediaType");
    });
  asked.optionalTime(one.created, "created").optionalTime(one.lastModified, "lastModified");
}

/** An address alone is somebody, too. @param {Asked} asked @param {import("../index.js").NewUser} given */
function askUser(asked, given) {
  const one = typeof given === "string" ? { address: given } : object(given, "a person");
  asked.text(one.address ?? one.email, "address").optional(one.name, "name");
  asked.optional(one.email, "email").optional(one.sentBy, "sentBy");
}

/** @param {Asked} asked @param {import("../index.js").NewAttendee} given */
function askAttendee(asked, given) {
  const one = typeof given === "string" ? { address: given } : object(given, "a person");
  askUser(asked, one);
  asked
    .optional(one.role, "role")
    .optional(one.status, "status")
    .flag(one.rsvp ?? false);
  asked.optional(one.userType, "userType");
  asked.texts(one.delegatedTo, "delegatedTo").texts(one.delegatedFrom, "delegatedFrom");
}

/** @param {Asked} asked @param {import("../index.js").NewAlarm} one */
function askAlarm(asked, one) {
  const [[kind, when] = []] = Object.entries(one.trigger ?? {});
  if (kind !== "start" && kind !== "end" && kind !== "at")
    throw new KalendsError(
      "invalid_argument",
      'trigger must be { start: "-PT15M" }, { end: ... } or { at: ... }.',
    );
  asked.optional(one.action, "action").text(kind, "trigger").time(when, "trigger");
  asked.number(one.repeat?.count ?? 0, "repeat.count").optional(one.repeat?.every, "repeat.every");
  asked.optional(one.description, "description").optional(one.summary, "summary");
  asked.list(one.attendees, "attendees", (given) => askUser(asked, given));
  asked.texts(one.attachments, "attachments").optionalTime(one.acknowledged, "acknowledged");
}
