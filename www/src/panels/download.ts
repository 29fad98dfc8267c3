// `.ics` files: one written in this browser by the `kalends` package, one by the server.

import { createIcs } from "kalends";
import { DAYS, type Desk, live } from "../desk.ts";
import { byId, say, sentence } from "../dom.ts";
import { addDays } from "../time.ts";
import { title } from "./appointments.ts";

export function downloads(desk: Desk): void {
  const status = byId("ics-status");
  byId("ics-browser").addEventListener("click", () => {
    const appointments = (desk.appointments.value ?? []).filter(live);
    const events = appointments.map((one) => ({
      uid: one.externalEventUid ?? one.id,
      summary: title(one),
      description: one.description,
      location: one.location,
      start: one.startTime,
      end: one.endTime,
      timeZone: one.timezone,
      status: one.status === "CONFIRMED" ? ("CONFIRMED" as const) : ("TENTATIVE" as const),
    }));
    const text = createIcs(events, { name: "Appointments" });
    hand(text, "written in this browser, no request made");
  });
  byId("ics-server").addEventListener("click", async () => {
    const api = desk.session?.api;
    if (!api) return;
    try {
      hand(await api.export(desk.today(), addDays(desk.today(), DAYS - 1)), "from GET /api/calendar/export");
    } catch (error) {
      say(byId("appointments-alert"), sentence(error));
    }
  });

  function hand(text: string, how: string): void {
    const url = URL.createObjectURL(new Blob([text], { type: "text/calendar" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = "appointments.ics";
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    const count = text.match(/^BEGIN:VEVENT/gm)?.length ?? 0;
    say(status, `appointments.ics, ${count} ${count === 1 ? "event" : "events"}, ${how}.`);
    byId("ics-preview").hidden = false;
    say(byId("ics-text"), text);
  }
}
