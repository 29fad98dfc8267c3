// The coming week as one line for each day, busy and free, drawn from what Kalends mirrored.

import { DAYS, type Desk, live } from "../desk.ts";
import { byId, el, redraw, say, sentence } from "../dom.ts";
import { addDays, clock, dateIn, dayLabel, instantOf, minutesOf, span, timeIn } from "../time.ts";
import { type Block, blocks } from "./blocks.ts";
import type { BookingForm } from "./book.ts";

const HALF_HOUR = 30;
const EARLIEST = 8 * 60;
const LATEST = 19 * 60;
const MIDNIGHT = 24 * 60;

export function weekPanel(desk: Desk, form: BookingForm): void {
  const panel = byId("week");
  const grid = byId("week-grid");
  desk.watch(() => {
    panel.hidden = !desk.session;
  });
  desk.events.watch((state) => {
    panel.setAttribute("aria-busy", String(state.is === "loading"));
    panel.dataset.state = state.is;
    say(byId("week-alert"), state.is === "failed" && sentence(state.error));
    draw();
  });
  desk.appointments.watch(draw);

  function draw(): void {
    const zone = desk.session?.timezone;
    if (!zone) return;
    const all = blocks(desk.events.value ?? [], (desk.appointments.value ?? []).filter(live), zone);
    const count = all.filter((block) => block.kind === "busy").length;
    say(
      byId("week-status"),
      `${count} ${count === 1 ? "event" : "events"} mirrored from the calendar. Click anywhere to propose that time.`,
    );
    const timed = all.filter((block) => !block.allDay);
    const opens = Math.min(EARLIEST, ...timed.map((block) => hourDown(minutesOf(timeIn(zone, block.start)))));
    const closes = Math.max(
      LATEST,
      ...timed.map((block) => minutesOf(timeIn(zone, block.start)) + length(block)).map(hourUp),
    );
    const scale = { opens, closes: Math.min(closes, MIDNIGHT) };
    grid.style.setProperty("--hours", String((scale.closes - scale.opens) / 60));
    const days = Array.from({ length: DAYS }, (_, day) => addDays(desk.today(), day));
    redraw(grid, hours(scale), ...days.map((day, index) => row(day, index, all, zone, scale)));
  }

  function row(day: string, index: number, all: Block[], zone: string, scale: Scale): HTMLElement {
    const from = instantOf(day, "00:00", zone).getTime();
    const to = instantOf(addDays(day, 1), "00:00", zone).getTime();
    const todays = all.filter((block) => Date.parse(block.start) < to && Date.parse(block.end) > from);
    const track = el(
      "div",
      { class: "track", title: "Pick a time" },
      ...todays.map((block) => bar(block, day, zone, scale)),
    );
    track.addEventListener("click", (event) => {
      if (event.target !== track) return;
      const { left, width } = track.getBoundingClientRect();
      const at = scale.opens + ((event.clientX - left) / width) * (scale.closes - scale.opens);
      form.propose(day, clock(Math.min(Math.floor(at / HALF_HOUR) * HALF_HOUR, 23 * 60 + 30)));
    });
    const [weekday = "", number = "", month = ""] = dayLabel(day).split(" ");
    const name = `${weekday} ${number}`;
    return el(
      "div",
      { class: "weekday", "data-testid": "week-day", "data-date": day },
      el(
        "span",
        { class: "name" },
        index === 0 ? "Today" : name,
        index > 0 && el("span", { class: "month" }, ` ${month}`),
      ),
      track,
    );
  }

  function bar(block: Block, day: string, zone: string, scale: Scale): HTMLElement {
    const starts = dateIn(zone, block.start) < day ? scale.opens : minutesOf(timeIn(zone, block.start));
    const ends = dateIn(zone, block.end) > day ? scale.closes : minutesOf(timeIn(zone, block.end));
    const words = `${block.title}, ${block.allDay ? `${dayLabel(day)}, all day` : span(zone, block.start, block.end)}`;
    const button = el(
      "button",
      {
        type: "button",
        class: `block ${block.kind}${block.allDay ? " allday" : ""}`,
        "data-testid": "week-block",
        "data-kind": block.kind,
        "data-start": block.start,
        title: words,
        "aria-label": `${words}. Try to book this time.`,
        click: () => form.propose(day, block.allDay ? "10:00" : timeIn(zone, block.start)),
      },
      block.title,
    );
    const percent = (minutes: number) => `${(100 * (minutes - scale.opens)) / (scale.closes - scale.opens)}%`;
    button.style.left = percent(block.allDay ? scale.opens : starts);
    button.style.width = block.allDay ? "100%" : `calc(${percent(ends)} - ${percent(starts)})`;
    return button;
  }

  function hours(scale: Scale): HTMLElement {
    const marks = [];
    for (let at = scale.opens; at < scale.closes; at += 120) {
      const mark = el("span", {}, String(at / 60));
      mark.style.left = `${(100 * (at - scale.opens)) / (scale.closes - scale.opens)}%`;
      marks.push(mark);
    }
    return el(
      "div",
      { class: "weekday hours", "aria-hidden": "true" },
      el("span", { class: "name" }),
      el("div", { class: "marks" }, ...marks),
    );
  }
}

/** The minutes of the day between which the week is drawn. */
interface Scale {
  opens: number;
  closes: number;
}

function length(block: Block): number {
  return (Date.parse(block.end) - Date.parse(block.start)) / 60_000;
}

function hourDown(minutes: number): number {
  return Math.floor(minutes / 60) * 60;
}

function hourUp(minutes: number): number {
  return Math.ceil(minutes / 60) * 60;
}
