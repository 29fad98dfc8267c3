// The application's appointments: confirm, cancel, sync, and see which side changed what.

import type { Appointment, SyncCounts } from "../api.ts";
import { type Desk, live } from "../desk.ts";
import { byId, el, redraw, say, sentence } from "../dom.ts";
import { Load } from "../state.ts";
import { span } from "../time.ts";

export function appointmentsPanel(desk: Desk): void {
  const panel = byId("appointments");
  const alert = byId("appointments-alert");
  const status = byId("sync-status");
  const sync = byId<HTMLButtonElement>("sync-now");
  const syncing = new Load<SyncCounts>();
  const acting = new Load<void>();
  /** How each appointment read before the last sync changed it. */
  const formerly = new Map<string, Appointment>();

  sync.addEventListener("click", () => void syncNow());
  desk.watch(() => {
    panel.hidden = !desk.session;
  });
  desk.appointments.watch((state) => {
    panel.setAttribute("aria-busy", String(state.is === "loading"));
    panel.dataset.state = state.is;
    if (state.is === "failed") say(alert, sentence(state.error));
    if (state.is === "ready") say(alert);
    if (state.is === "stale") say(status);
    say(
      byId("appointments-doubt"),
      state.is === "stale" &&
        `${state.because} The application does not know yet: press “Sync now” (or wait for the timer).`,
    );
    sync.classList.toggle("beckon", state.is === "stale");
    if (state.is === "ready" || state.is === "stale") draw(state.value);
  });
  syncing.watch((state) => {
    sync.disabled = state.is === "loading";
    if (state.is === "loading") say(status, "Comparing both sides…");
    if (state.is === "failed") {
      say(status);
      say(alert, sentence(state.error));
    }
  });
  acting.watch((state) => {
    if (state.is === "failed") say(alert, sentence(state.error));
    if (state.is === "loading") say(alert);
  });

  async function syncNow(): Promise<void> {
    const session = desk.session;
    if (!session) return;
    const before = new Map((desk.appointments.value ?? []).map((one) => [one.id, one]));
    const counts = await syncing.run(() => session.api.sync(session.connection.id));
    if (!counts) return;
    formerly.clear();
    await Promise.all([desk.refreshApplication(), desk.refreshPhone()]);
    const news: string[] = [];
    for (const one of desk.appointments.value ?? []) {
      const was = before.get(one.id);
      const change = was && difference(was, one, session.timezone);
      if (!change) continue;
      formerly.set(one.id, was);
      news.push(change);
    }
    draw(desk.appointments.value ?? []);
    say(status, el("strong", {}, news.join(" ") || "Both sides agree."), ` ${tally(counts)}`);
    if (news.length > 0) desk.did("synced");
  }

  async function decide(one: Appointment, decision: "confirm" | "cancel"): Promise<void> {
    const session = desk.session;
    if (!session) return;
    await acting.run(async () => {
      const changed = await session.api.decide(one.id, decision);
      formerly.delete(one.id);
      say(
        status,
        decision === "confirm"
          ? "Confirmed. Its event is being renamed: look at the phone."
          : "Cancelled. Its event is being deleted: look at the phone.",
      );
      await desk.refreshApplication();
      const uid = changed.externalEventUid ?? one.externalEventUid;
      const arrived = await desk.awaitPhone((objects) => {
        const event = objects.flatMap((object) => object.events).find((event) => event.uid === uid);
        return decision === "confirm"
          ? event !== undefined && !event.summary.startsWith("REQUEST: ")
          : !event;
      });
      await desk.appointments.run(() => session.api.appointments());
      if (decision === "confirm" && arrived) desk.did("confirmed");
      if (arrived)
        say(
          status,
          decision === "confirm"
            ? "Confirmed: its event on the phone has its name now."
            : "Cancelled: its event on the phone is gone.",
        );
      else say(status, "The phone does not show it yet. Press “Sync now”.");
    });
  }

  function draw(appointments: Appointment[]): void {
    const byTime = [...appointments].sort((a, b) => Date.parse(a.startTime) - Date.parse(b.startTime));
    const over = (one: Appointment) =>
      !formerly.has(one.id) && (!live(one) || Date.parse(one.endTime) < Date.now());
    const coming = byTime.filter((one) => !over(one));
    const earlier = byTime.filter(over);
    redraw(
      byId("appointments-list"),
      ...coming.map(card),
      coming.length === 0 &&
        el("li", { class: "empty" }, "None to come. Book one above: it will appear here and on the phone."),
      earlier.length > 0 &&
        el(
          "li",
          {},
          el(
            "details",
            { "data-testid": "earlier" },
            el("summary", {}, `${earlier.length} cancelled or over`),
            el("ul", { class: "cards" }, ...earlier.map(card)),
          ),
        ),
    );
  }

  function card(one: Appointment): HTMLElement {
    const zone = desk.session?.timezone ?? "UTC";
    const was = formerly.get(one.id);
    const now = span(zone, one.startTime, one.endTime);
    const then = was ? span(zone, was.startTime, was.endTime) : now;
    const side = one.lastModifiedSource === "calendar" ? "the calendar" : "the application";
    return el(
      "li",
      {
        class: `card ${one.status.toLowerCase()}${was ? " fresh" : ""}`,
        "data-testid": "appointment",
        "data-id": one.id,
        "data-status": one.status,
        "data-source": one.lastModifiedSource,
      },
      el(
        "p",
        { class: "line" },
        el("strong", { "data-testid": "appointment-title" }, title(one)),
        el("span", { class: "badge", "data-testid": "appointment-status" }, one.status),
      ),
      el(
        "p",
        { class: "line" },
        then !== now && el("s", {}, then),
        el("span", { "data-testid": "appointment-time" }, now),
        el(
          "span",
          { class: `by ${one.lastModifiedSource}`, "data-testid": "appointment-source" },
          `last changed by ${side}`,
        ),
      ),
      live(one) &&
        el(
          "div",
          { class: "actions" },
          one.status === "PENDING" &&
            el(
              "button",
              {
                class: "primary",
                "data-testid": "confirm",
                id: `confirm-${one.id}`,
                click: () => void decide(one, "confirm"),
              },
              "Confirm",
            ),
          el(
            "button",
            {
              class: "quiet",
              "data-testid": "cancel",
              id: `cancel-${one.id}`,
              click: () => void decide(one, "cancel"),
            },
            "Cancel",
          ),
          one.externalEventUid &&
            el("code", { class: "uid", title: one.externalEventUrl ?? "" }, one.externalEventUid),
        ),
    );
  }
}

export function title(one: Appointment): string {
  return one.title || [one.clientName, one.description].filter(Boolean).join(" - ") || one.id;
}

function difference(was: Appointment, is: Appointment, zone: string): string | undefined {
  if (live(was) && !live(is)) return `“${title(is)}” was cancelled: its event was deleted on the phone.`;
  if (was.startTime !== is.startTime || was.endTime !== is.endTime) {
    return `“${title(is)}” moved to ${span(zone, is.startTime, is.endTime)}.`;
  }
  if (was.status !== is.status) return `“${title(is)}” became ${is.status}.`;
  if (title(was) !== title(is)) return `“${title(was)}” is now “${title(is)}”.`;
  return undefined;
}

function tally(counts: SyncCounts): string {
  const parts = [
    [counts.eventsImported, "brought in"],
    [counts.eventsExported, "written out"],
    [counts.eventsUpdated, "changed"],
    [counts.eventsDeleted, "deleted"],
    [counts.conflictsResolved, "conflicts settled"],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `(${said.join(", ") || "nothing to carry over"}; ${counts.duration} ms)`;
}
