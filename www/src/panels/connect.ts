// Panel 1: key, owner and CalDAV account; the calendars found there; and the connection.

import { Api, type CaldavAccount, type Connection, type RemoteCalendar } from "../api.ts";
import type { Desk } from "../desk.ts";
import { byId, el, redraw, say, sentence } from "../dom.ts";
import { Load } from "../state.ts";

/** What `/demo.json` says while the demo is on. */
export interface Demo {
  key: string;
  owner: string;
  timezone: string;
  caldav: CaldavAccount;
}

/** The demo's settings, or nothing where the demo is off. */
export async function demoSettings(): Promise<Demo | undefined> {
  const response = await fetch("/demo.json", { cache: "no-store" }).catch(() => undefined);
  if (!response?.ok) return undefined;
  const demo = (await response.json().catch(() => undefined)) as Partial<Demo> | undefined;
  return demo?.key && demo.owner && demo.caldav ? (demo as Demo) : undefined;
}

const FIELDS = [
  { name: "key", label: "Kalends key", placeholder: "of your tenant", type: "text" },
  { name: "owner", label: "Owner (userId)", placeholder: "your own id of the user", type: "text" },
  { name: "timezone", label: "Time zone", placeholder: "Europe/Paris", type: "text" },
  { name: "url", label: "CalDAV server", placeholder: "https://caldav.icloud.com/", type: "url" },
  { name: "user", label: "User (Apple ID)", placeholder: "", type: "text" },
  { name: "password", label: "App-specific password", placeholder: "", type: "password" },
] as const;

export async function connectPanel(desk: Desk): Promise<void> {
  const body = byId("connect-body");
  const status = byId("connect-status");
  const alert = byId("connect-alert");
  const calendars = new Load<RemoteCalendar[]>();
  const connecting = new Load<void>();

  body.append(el("p", { class: "how" }, "Looking for the demo’s settings…"));
  const demo = await demoSettings();
  const values: Record<string, string> = demo
    ? { key: demo.key, owner: demo.owner, timezone: demo.timezone, ...demo.caldav }
    : { timezone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  const inputs = FIELDS.map(({ name, label, placeholder, type }) => {
    const input = el("input", {
      id: `connect-${name}`,
      "data-testid": `connect-${name}`,
      name,
      type,
      placeholder,
      value: values[name] ?? "",
      required: true,
      autocomplete: "off",
      spellcheck: "false",
    });
    return el("label", {}, label, input);
  });
  const typed = (name: (typeof FIELDS)[number]["name"]) => String(new FormData(form).get(name) ?? "").trim();
  const account = (): CaldavAccount => ({
    url: typed("url"),
    user: typed("user"),
    password: typed("password"),
  });
  const api = () => new Api(typed("key"), typed("owner"));

  const show = el(
    "button",
    { class: "primary", "data-testid": "show-calendars", id: "show-calendars" },
    "Show calendars",
  );
  const choices = el("div", { class: "choices", "data-testid": "calendars" });
  const form = el(
    "form",
    { id: "connect-form", "data-testid": "connect-form", submit: list },
    !demo && demoIsOff(),
    el("div", { class: "fields" }, ...inputs),
    el(
      "div",
      { class: "actions" },
      show,
      demo ? el("span", { class: "how" }, "Filled in by the demo: just press.") : null,
    ),
  );
  redraw(body, form, choices);

  desk.watch(() => {
    byId("intro").hidden = Boolean(desk.session);
  });
  calendars.watch((state) => {
    const busy = state.is === "loading";
    byId("connect").setAttribute("aria-busy", String(busy));
    byId("connect").dataset.state = state.is;
    show.disabled = busy;
    if (state.is === "failed") say(alert, sentence(state.error));
    if (state.is === "loading") {
      say(alert);
      say(status, "Asking the server for its calendars…");
    }
    if (state.is === "ready") {
      const found = state.value.length;
      say(
        status,
        found === 1
          ? "One calendar found: connect it."
          : `${found} calendars found. Which one shall Kalends keep in step?`,
      );
      redraw(choices, chooser(state.value));
      byId("connect-submit").focus();
    } else redraw(choices);
    if (state.is === "failed") say(status);
  });

  connecting.watch((state) => {
    const button = document.getElementById("connect-submit") as HTMLButtonElement | null;
    if (state.is === "idle") return;
    byId("connect").setAttribute("aria-busy", String(state.is === "loading"));
    if (button) button.disabled = state.is === "loading";
    if (state.is === "failed") {
      say(status);
      say(alert, sentence(state.error));
    }
    if (state.is === "loading") {
      say(alert);
      say(status, "Connecting, and bringing over the calendar’s events…");
    }
  });

  if (demo) {
    const found =
      (
        await api()
          .status()
          .catch(() => undefined)
      )?.connections ?? [];
    const known = found.find((connection) => connection.calendarUrl.startsWith(demo.caldav.url));
    if (known) await open(known);
  }

  function list(event: Event): void {
    event.preventDefault();
    if (form.reportValidity()) void calendars.run(() => api().calendars(account()));
  }

  function chooser(found: RemoteCalendar[]): HTMLFormElement {
    const usable = (calendar: RemoteCalendar) => calendar.writable && calendar.holdsEvents;
    const first = found.find(usable);
    const options = found.map((calendar, index) => {
      const radio = el("input", {
        type: "radio",
        name: "calendar",
        value: index,
        checked: calendar === first,
        disabled: !usable(calendar),
      });
      const dot = el("span", { class: "dot" });
      dot.style.background = calendar.color?.slice(0, 7) || "var(--calendar)";
      const note = usable(calendar)
        ? null
        : el("small", {}, calendar.writable ? "holds no events" : "read only");
      return el("label", { "data-testid": "calendar-choice" }, radio, dot, calendar.name, note);
    });
    const submit = el(
      "button",
      { class: "primary", id: "connect-submit", "data-testid": "connect-submit", disabled: !first },
      "Connect",
    );
    const choose = (event: Event) => {
      event.preventDefault();
      const chosen = found[Number(new FormData(chooserForm).get("calendar"))];
      if (chosen) void connecting.run(() => connect(chosen));
    };
    const chooserForm = el("form", { submit: choose }, el("div", { class: "radios" }, ...options), submit);
    return chooserForm;
  }

  async function connect(calendar: RemoteCalendar): Promise<void> {
    const reply = await api().connect(account(), calendar, typed("timezone"));
    const { eventsImported: count } = reply.sync;
    await open({ id: reply.connectionId, calendarName: reply.calendarName, calendarUrl: reply.calendarUrl });
    say(
      status,
      count === 0
        ? "Nothing new to bring over."
        : `${count} ${count === 1 ? "event" : "events"} brought over.`,
    );
  }

  async function open(connection: Pick<Connection, "id" | "calendarName" | "calendarUrl">): Promise<void> {
    const again = el(
      "button",
      { class: "quiet", "data-testid": "reconnect", id: "reconnect", click: reopen },
      "Choose another",
    );
    byId("connect").classList.add("settled");
    redraw(
      body,
      el(
        "div",
        { class: "connected", "data-testid": "connected" },
        el(
          "p",
          {},
          "Connected to ",
          el("strong", {}, connection.calendarName),
          " of ",
          el("code", {}, typed("user")),
          " for ",
          el("code", {}, typed("owner")),
        ),
        again,
      ),
    );
    await desk.open({ api: api(), timezone: typed("timezone"), account: account(), connection });
  }

  function reopen(): void {
    byId("connect").classList.remove("settled");
    calendars.reset();
    say(status);
    redraw(body, form, choices);
    show.focus();
  }
}

function demoIsOff(): HTMLElement {
  return el(
    "div",
    { class: "notice", "data-testid": "demo-off" },
    el(
      "p",
      {},
      el("strong", {}, "The demo is off here, so nothing is filled in."),
      " On your own machine ",
      el("code", {}, "npm start"),
      " brings Kalends up with a key, an owner and a CalDAV server to play with.",
    ),
    el("p", {}, "Against this Worker you need a tenant’s key. Its operator makes one with the admin key:"),
    el(
      "pre",
      {},
      `curl ${location.origin}/api/admin/tenants -H "Authorization: Bearer $ADMIN_KEY" \\
  -H "Content-Type: application/json" -d '{"id":"try","name":"Try"}'
curl ${location.origin}/api/admin/keys -H "Authorization: Bearer $ADMIN_KEY" \\
  -H "Content-Type: application/json" -d '{"tenant":"try","scope":"admin"}'`,
    ),
    el(
      "p",
      {},
      "The panel “The phone” reads the CalDAV server from this browser, so that server must allow it (CORS).",
    ),
  );
}
