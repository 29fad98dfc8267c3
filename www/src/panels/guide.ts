// The steps at the top of the page, ticked off as they are done.

import type { Deed, Desk } from "../desk.ts";
import { byId, el, redraw } from "../dom.ts";

const STEPS: { deed: Deed; title: string; hint: string; panel: string }[] = [
  { deed: "connected", title: "Connect", hint: "Choose a calendar.", panel: "connect" },
  { deed: "booked", title: "Book", hint: "A free slot, or a taken one.", panel: "book" },
  { deed: "seen", title: "Find it", hint: "On the phone, as a REQUEST.", panel: "phone" },
  { deed: "confirmed", title: "Confirm", hint: "The phone’s event is renamed.", panel: "appointments" },
  { deed: "changed", title: "Move it there", hint: "On the phone, past Kalends.", panel: "phone" },
  { deed: "synced", title: "Sync", hint: "The appointment follows.", panel: "appointments" },
];

export function guide(desk: Desk): void {
  desk.watch(() => {
    const list = byId("guide");
    const next = STEPS.find((step) => !desk.deeds.has(step.deed));
    redraw(
      list,
      ...STEPS.map((step) => {
        const done = desk.deeds.has(step.deed);
        return el(
          "li",
          {
            class: done ? "done" : step === next ? "next" : "",
            "data-testid": "guide-step",
            "data-step": step.deed,
            "data-done": done,
          },
          el(
            "a",
            { href: `#${step.panel}`, "aria-current": step === next ? "step" : undefined },
            el("strong", {}, step.title),
            el("span", {}, step.hint),
          ),
        );
      }),
    );
    const shown = list.querySelector<HTMLElement>(".next");
    if (shown)
      list.scrollTo({ left: shown.offsetLeft - list.offsetLeft - shown.offsetWidth / 2, behavior: "smooth" });
  });
}
