// Booking: the form, the edge's live answer, and the slots that this browser computes by itself.

import { freeSlots } from "kalends";
import { ApiError, type Appointment, type Availability, type Conflict } from "../api.ts";
import { type Desk, live } from "../desk.ts";
import { byId, el, redraw, say, sentence } from "../dom.ts";
import { Load } from "../state.ts";
import {
  addDays,
  addMinutes,
  clock,
  dateIn,
  dayLabel,
  instantOf,
  minutesOf,
  moment,
  span,
  timeIn,
} from "../time.ts";
import { type Block, blocks } from "./blocks.ts";

const OPENS = "09:00";
const CLOSES = "18:00";
const STEP = 30;
const PAUSE = 250;

export interface BookingForm {
  /** Fills in a day and a time, as if typed. */
  propose(date: string, time: string): void;
}

export function bookPanel(desk: Desk): BookingForm {
  const panel = byId("book");
  const form = byId<HTMLFormElement>("book-form");
  const client = byId<HTMLInputElement>("book-client");
  const description = byId<HTMLInputElement>("book-description");
  const date = byId<HTMLInputElement>("book-date");
  const time = byId<HTMLInputElement>("book-time");
  const duration = byId<HTMLSelectElement>("book-duration");
  const answer = byId("availability");
  const status = byId("book-status");
  const alert = byId("book-alert");
  const submit = byId<HTMLButtonElement>("book-submit");
  const availability = new Load<Availability & { startTime: string; milliseconds: number }>();
  const booking = new Load<void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The booking just made: that its own time is taken now is no bad news. */
  let booked: Appointment | undefined;

  client.value = "Ada Wren";
  description.value = "First consultation";
  desk.watch(() => {
    panel.hidden = !desk.session;
  });
  desk.events.watch((state) => {
    if (state.is === "ready" && !date.value) suggest();
    changed();
  });
  desk.appointments.watch((state) => {
    const now = state.is === "ready" && state.value.find((one) => one.id === booked?.id);
    if (now && now.status !== "PENDING") say(status);
    changed();
  });
  for (const input of [date, time, duration]) input.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.reportValidity()) void book();
  });
  byId("try-taken").addEventListener("click", () => {
    const taken = busyBlocks().find((block) => !block.allDay && block.start > new Date().toISOString());
    if (taken) propose(dateIn(zone(), taken.start), timeIn(zone(), taken.start));
  });

  availability.watch((state) => {
    answer.setAttribute("aria-busy", String(state.is === "loading"));
    if (state.is === "failed") {
      answer.dataset.status = "failed";
      say(answer, sentence(state.error));
    }
    if (state.is !== "ready") return;
    const { value } = state;
    answer.dataset.status = value.status;
    const own =
      value.status === "busy" && Date.parse(value.startTime) === Date.parse(booked?.startTime ?? "");
    answer.dataset.own = String(own);
    const word = own ? "Taken now" : { free: "Free", busy: "Taken", unknown: "Not known" }[value.status];
    const why = value.conflicts.length > 0 ? names(value.conflicts) : (value.reason ?? "");
    say(
      answer,
      el("strong", {}, word),
      why && value.status !== "free" ? ` – ${why}` : "",
      el(
        "small",
        {},
        `the edge’s answer in ${value.milliseconds} ms${value.asOf ? `, calendar as of ${moment(value.asOf)}` : ""}`,
      ),
    );
  });
  booking.watch((state) => {
    panel.setAttribute("aria-busy", String(state.is === "loading"));
    panel.dataset.state = state.is;
    submit.disabled = state.is === "loading";
    if (state.is === "loading") {
      say(alert);
      say(status, "Booking…");
    }
    if (state.is === "failed") {
      say(status);
      say(alert, ...refusal(state.error));
      alert.scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
  });

  function zone(): string {
    return desk.session?.timezone ?? "UTC";
  }

  function busyBlocks(): Block[] {
    return blocks(desk.events.value ?? [], (desk.appointments.value ?? []).filter(live), zone()).filter(
      (block) => block.blocks,
    );
  }

  /** The first coming day on which something is planned, and a free time there: both colours show at once. */
  function suggest(): void {
    const tomorrow = addDays(desk.today(), 1);
    const planned = busyBlocks().find((block) => !block.allDay && dateIn(zone(), block.start) >= tomorrow);
    date.value = planned ? dateIn(zone(), planned.start) : tomorrow;
    const slots = freeTimes();
    time.value = slots.find((slot) => slot >= "10:00") ?? slots[0] ?? "10:00";
  }

  function propose(day: string, at: string): void {
    date.value = day;
    time.value = at;
    say(alert);
    say(status);
    changed();
    byId("book-submit").focus({ preventScroll: true });
  }

  function changed(): void {
    if (!desk.session || !date.value) return;
    drawSlots();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  function times(): { startTime: string; endTime: string } {
    const start = instantOf(date.value, time.value, zone());
    return {
      startTime: start.toISOString(),
      endTime: addMinutes(start, Number(duration.value)).toISOString(),
    };
  }

  function ask(): void {
    const session = desk.session;
    if (!session || !date.value || !time.value) return;
    const { startTime, endTime } = times();
    void availability.run(async () => {
      const began = performance.now();
      const reply = await session.api.availability(startTime, endTime);
      return { ...reply, startTime, milliseconds: Math.round(performance.now() - began) };
    });
  }

  /** Start times that the `kalends` package finds free on the chosen day, as `HH:MM`. */
  function freeTimes(): string[] {
    const hours: [string, string][] = [[OPENS, CLOSES]];
    const days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    const slots = freeSlots({
      from: instantOf(date.value, "00:00", zone()).toISOString(),
      to: instantOf(addDays(date.value, 1), "00:00", zone()).toISOString(),
      durationMinutes: Number(duration.value),
      stepMinutes: STEP,
      timeZone: zone(),
      workingHours: Object.fromEntries(days.map((day) => [day, hours])),
      busy: busyBlocks().map(({ start, end }) => ({ start, end })),
    });
    return slots.map((slot) => timeIn(zone(), slot.start));
  }

  function drawSlots(): void {
    const began = performance.now();
    const free = new Set(freeTimes());
    const took = performance.now() - began;
    const all = [];
    for (let at = minutesOf(OPENS); at + Number(duration.value) <= minutesOf(CLOSES); at += STEP)
      all.push(clock(at));
    say(byId("slots-title"), `${dayLabel(date.value)}, ${zone()}`);
    redraw(
      byId("slots"),
      ...all.map((at) =>
        el(
          "button",
          {
            type: "button",
            class: "slot",
            id: `slot-${at}`,
            "data-testid": "slot",
            "data-time": at,
            "data-free": free.has(at),
            "aria-pressed": time.value === at,
            "aria-label": `${at}, ${free.has(at) ? "free" : "taken"}`,
            click: () => propose(date.value, at),
          },
          at,
        ),
      ),
    );
    say(
      byId("slots-how"),
      `${free.size} free, found in this browser by the kalends package (WebAssembly) in ${took.toFixed(1)} ms.`,
    );
  }

  async function book(): Promise<void> {
    const session = desk.session;
    if (!session) return;
    await booking.run(async () => {
      const made = await session.api.book({
        ...times(),
        timezone: session.timezone,
        clientName: client.value.trim(),
        description: description.value.trim(),
      });
      booked = made;
      const when = span(session.timezone, made.startTime, made.endTime);
      say(
        status,
        el("strong", {}, `Booked: ${client.value.trim()}, ${when}.`),
        " It is PENDING until you confirm it.",
      );
      desk.did("booked");
      await desk.refreshApplication();
      byId("appointments").scrollIntoView({ block: "nearest", behavior: "smooth" });
      const shown = await desk.awaitPhone((objects) =>
        objects.some((object) =>
          object.events.some(
            (event) =>
              event.uid === made.externalEventUid || Date.parse(event.start) === Date.parse(made.startTime),
          ),
        ),
      );
      await desk.appointments.run(() => session.api.appointments());
      if (shown) desk.did("seen");
      else say(status, "Booked. The phone does not show it yet: press “Sync now”.");
    });
  }

  function refusal(error: unknown): (Node | string)[] {
    if (!(error instanceof ApiError) || error.status !== 409) return [sentence(error)];
    return [
      el("p", {}, el("code", {}, "409"), ` ${error.message}`),
      el(
        "ul",
        { "data-testid": "conflicts" },
        ...error.conflicts.map((one) =>
          el(
            "li",
            { "data-testid": "conflict" },
            `${one.title || "Busy"}: ${span(zone(), one.start, one.end)} (${one.source})`,
          ),
        ),
      ),
    ];
  }

  function names(conflicts: Conflict[]): string {
    return conflicts
      .map((one) => `${one.title || "busy"}, ${timeIn(zone(), one.start)}–${timeIn(zone(), one.end)}`)
      .join("; ");
  }

  return { propose };
}
