// The phone: what the CalDAV server holds, read and changed by this browser directly.

import { busy } from "kalends";
import type { CalendarObject } from "../caldav.ts";
import { DAYS, type Desk } from "../desk.ts";
import { byId, el, redraw, say, sentence } from "../dom.ts";
import { addDays, dateIn, dayLabel, instantOf, moment, timeIn } from "../time.ts";

const HOUR = 60;

/** One line of the phone's agenda: an occurrence of an event in the coming days. */
interface Entry {
  object: CalendarObject;
  uid: string;
  summary: string;
  day: string;
  from: string;
  to: string;
  recurring: boolean;
  allDay: boolean;
}

export function phonePanel(desk: Desk): void {
  const panel = byId("phone");
  const list = byId("phone-list");
  const status = byId("phone-status");
  const alert = byId("phone-alert");
  const refresh = byId("phone-refresh");
  let before = new Map<string, Entry>();
  let now = new Map<string, Entry>();
  let news = "";

  refresh.addEventListener("click", () => void desk.refreshPhone());
  redraw(
    list,
    el(
      "p",
      { class: "empty" },
      "Connect a calendar first. What it holds then shows here, read straight from the CalDAV server, past Kalends.",
    ),
  );

  desk.phone.watch((state) => {
    panel.setAttribute("aria-busy", String(state.is === "loading"));
    panel.dataset.state = state.is;
    const session = desk.session;
    if (!session) return;
    refresh.hidden = false;
    redraw(byId("phone-title"), `The phone: ${session.connection.calendarName}`);
    if (state.is === "failed") {
      say(alert, sentence(state.error));
      say(status);
    }
    if (state.is !== "ready") return;
    say(alert);
    const agenda = entries(state.value, session.timezone, desk.today());
    const next = new Map(agenda.map((entry) => [`${entry.uid} ${entry.recurring ? entry.day : ""}`, entry]));
    const changed =
      [...next].some(([key, entry]) => line(now.get(key)) !== line(entry)) || next.size !== now.size;
    if (changed) {
      before = now;
      news = before.size ? difference(before, next) : "";
    }
    now = next; // even where nothing shows: an etag may be new
    say(
      status,
      `Read from ${new URL(session.phone.url).host} at ${moment(state.at)}. `,
      news && el("strong", {}, news),
    );
    draw();
  });
  desk.appointments.watch(draw);

  function draw(): void {
    if (!desk.session || now.size === 0) {
      if (desk.phone.state.is === "ready")
        redraw(list, el("p", { class: "empty" }, "No events in the coming week."));
      return;
    }
    const days = Map.groupBy(now.entries(), ([, entry]) => entry.day);
    redraw(
      list,
      ...[...days].map(([day, lines]) =>
        el(
          "section",
          { class: "day" },
          el("h4", {}, dayLabel(day)),
          el("ul", {}, ...lines.map(([key, entry]) => item(entry, before.size ? before.get(key) : entry))),
        ),
      ),
    );
  }

  function item(entry: Entry, was: Entry | undefined): HTMLElement {
    const appointment = desk.appointmentOf(entry.object);
    const ours = Boolean(appointment) || entry.summary.startsWith("REQUEST: ");
    const fresh = line(was) !== line(entry);
    const moved = was && (was.from !== entry.from || was.day !== entry.day);
    return el(
      "li",
      {
        class: `entry${ours ? " ours" : ""}${fresh ? " fresh" : ""}`,
        "data-testid": "phone-event",
        "data-uid": entry.uid,
        "data-summary": entry.summary,
        "data-ours": ours,
      },
      el(
        "p",
        { class: "line" },
        el(
          "span",
          { class: "time", "data-testid": "phone-event-time" },
          entry.allDay ? "all day" : `${entry.from}–${entry.to}`,
        ),
        el("span", { class: "summary", "data-testid": "phone-event-summary" }, entry.summary),
        entry.recurring && el("span", { class: "tag" }, "repeats"),
        fresh && el("span", { class: "tag new" }, !was ? "new" : moved ? `was ${was.from}` : "renamed"),
      ),
      ours && details(entry.object),
      ours && actions(entry.object),
    );
  }

  function details(object: CalendarObject): HTMLElement {
    return el(
      "dl",
      { class: "proof" },
      el("dt", {}, "href"),
      el("dd", { "data-testid": "phone-event-href" }, object.href),
      el("dt", {}, "etag"),
      el("dd", { "data-testid": "phone-event-etag" }, object.etag),
    );
  }

  function actions(object: CalendarObject): HTMLElement {
    const session = desk.session;
    const change = (what: "move" | "remove") => async () => {
      if (!session) return;
      say(alert);
      const done = await desk.phone.run(async () => {
        await (what === "move" ? session.phone.move(object, HOUR) : session.phone.remove(object));
        return desk.phone.value ?? [];
      });
      if (!done) return;
      await desk.refreshPhone();
      desk.did("changed");
      const because =
        what === "move" ? "An event was moved on the phone." : "An event was deleted on the phone.";
      desk.appointments.doubt(because);
    };
    return el(
      "div",
      { class: "actions" },
      el(
        "button",
        { "data-testid": "phone-move", id: `move-${object.href}`, click: change("move") },
        "Move one hour later",
      ),
      el(
        "button",
        {
          class: "quiet",
          "data-testid": "phone-delete",
          id: `delete-${object.href}`,
          click: change("remove"),
        },
        "Delete",
      ),
      el("details", {}, el("summary", { "data-testid": "phone-source" }, ".ics"), el("pre", {}, object.text)),
    );
  }
}

function line(entry: Entry | undefined): string {
  return entry ? [entry.day, entry.from, entry.to, entry.summary].join("|") : "";
}

function difference(before: Map<string, Entry>, now: Map<string, Entry>): string {
  for (const [key, was] of before) if (!now.has(key)) return `“${was.summary}” is gone.`;
  for (const [key, entry] of now) {
    const was = before.get(key);
    if (!was) return `New: “${entry.summary}”.`;
    if (was.summary !== entry.summary) return `Renamed to “${entry.summary}”.`;
    if (line(was) !== line(entry)) return `Moved to ${entry.from}.`;
  }
  return "";
}

/** The agenda of the coming days: series expanded by the `kalends` package, the rest as it stands. */
function entries(objects: CalendarObject[], timeZone: string, today: string): Entry[] {
  const window = {
    from: instantOf(today, "00:00", timeZone).toISOString(),
    to: instantOf(addDays(today, DAYS + 1), "00:00", timeZone).toISOString(),
    timeZone,
  };
  const found: Entry[] = [];
  for (const object of objects) {
    const recurring = object.events.some((event) => event.recurring);
    const occurrences = recurring ? busy(object.text, window) : object.events;
    for (const { uid, summary, start, end } of occurrences) {
      const allDay = start.length === 10;
      found.push({
        object,
        uid,
        summary,
        day: allDay ? start : dateIn(timeZone, start),
        from: allDay ? "" : timeIn(timeZone, start),
        to: allDay ? "" : timeIn(timeZone, end),
        recurring,
        allDay,
      });
    }
  }
  return found.sort((a, b) => `${a.day}${a.from}${a.summary}`.localeCompare(`${b.day}${b.from}${b.summary}`));
}
