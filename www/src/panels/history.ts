// The last syncs, as GET /api/calendar/icloud/status tells them.

import type { SyncRecord } from "../api.ts";
import type { Desk } from "../desk.ts";
import { byId, el, redraw, say, sentence } from "../dom.ts";
import { moment } from "../time.ts";

const SHOWN = 8;

export function historyPanel(desk: Desk): void {
  const panel = byId("history");
  desk.watch(() => {
    panel.hidden = !desk.session;
  });
  desk.status.watch((state) => {
    panel.setAttribute("aria-busy", String(state.is === "loading"));
    panel.dataset.state = state.is;
    say(byId("history-alert"), state.is === "failed" && sentence(state.error));
    if (state.is === "ready") redraw(byId("history-rows"), ...state.value.history.slice(0, SHOWN).map(row));
  });
}

function row(sync: SyncRecord): HTMLElement {
  const counts = [sync.eventsImported, sync.eventsExported, sync.eventsUpdated, sync.eventsDeleted];
  return el(
    "tr",
    { "data-testid": "history-row", "data-status": sync.status },
    el("td", {}, moment(sync.createdAt)),
    el("td", {}, sync.syncType),
    el("td", { class: "outcome" }, sync.errorMessage ? `${sync.status}: ${sync.errorMessage}` : sync.status),
    ...counts.map((count) => el("td", { class: count > 0 ? "some" : "none" }, String(count))),
    el("td", {}, `${sync.duration} ms`),
  );
}
