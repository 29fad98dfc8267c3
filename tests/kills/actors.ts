// Who acts while servers die: the application through the API, its clock, and the owner with the phone.
import { setTimeout as sleep } from "node:timers/promises";
import type { PhoneTask } from "../end-to-end/phone.ts";
import type { World } from "../end-to-end/world.ts";
import type { Chance } from "./chance.ts";
import { HALF_AN_HOUR, type Ledger, type List, type Side, type Thing } from "./ledger.ts";
import type { Stage } from "./stage.ts";

/** More than so many of a kind need no company. */
const ENOUGH = 6;

export interface Scene {
  world: World;
  stage: Stage;
  ledger: Ledger;
  owner: string;
  /** The URLs of the calendar and the task list. */
  places: Record<List, string>;
  connections: Record<List, string>;
}

/** One act. */
export type Actor = () => Promise<void>;

export const iso = (millis: number) => new Date(millis).toISOString().replace(".000Z", "Z");

/** What a side may still do something with. */
const living = ({ ledger }: Scene, list: List, by: Side, but: Side) =>
  ledger.things.filter(
    (thing) =>
      thing.list === list && thing.by === by && thing.made.outcome === "answered" && !thing.wasEnded(but),
  );

/** The application and its appointments. */
export function bookings(scene: Scene, chance: Chance): Actor {
  const { stage, ledger, owner } = scene;
  const api = scene.world.operator;
  return async () => {
    const mine = living(scene, "appointments", "application", "application");
    const thing = chance.pick(mine);
    const weights = { book: mine.length < ENOUGH ? 6 : 1, note: 2, move: 2, confirm: 1, cancel: 1 };
    const what = chance.among(weights);
    if (!thing || what === "book") {
      const made = ledger.add("appointments", "application");
      const start = made.start.application.last?.says ?? 0;
      const body = {
        userId: owner,
        title: made.name,
        description: "note 0",
        startTime: iso(start),
        endTime: iso(start + HALF_AN_HOUR),
        timezone: "Europe/Berlin",
      };
      const booked = await stage.tell(made.made, () => api.post("/api/appointments", body));
      if (made.made.outcome === "answered") made.id = booked?.body.appointment.id;
      return;
    }
    thing.touched = true;
    const path = `/api/appointments/${thing.id}`;
    if (what === "note") {
      const said = thing.note.say(ledger.word("note"));
      await stage.tell(said, () => api.patch(path, { description: said.says }));
    } else if (what === "move") {
      const said = thing.start.application.say(ledger.slot());
      await stage.tell(said, () => api.patch(path, { startTime: iso(said.says) }));
    } else if (what === "confirm") {
      await stage.tell(thing.confirmed.say(true), () => api.post(`${path}/confirm`));
    } else {
      await stage.tell(thing.ended.application.say(true), () => api.post(`${path}/cancel`));
    }
  };
}

/** The application and its tasks. */
export function chores(scene: Scene, chance: Chance): Actor {
  const { stage, ledger, owner } = scene;
  const api = scene.world.operator;
  return async () => {
    const mine = living(scene, "tasks", "application", "application");
    const thing = chance.pick(mine);
    const what = chance.among({ add: mine.length < ENOUGH ? 4 : 1, note: 3, delete: 1 });
    if (!thing || what === "add") {
      const made = ledger.add("tasks", "application");
      const id = `task-${made.number}`;
      const body = { id, user_id: owner, name: made.name, description: "note 0" };
      await stage.tell(made.made, () => api.post("/api/tasks", body));
      made.id = id;
      return;
    }
    thing.touched = true;
    const path = `/api/tasks/${thing.id}`;
    if (what === "note") {
      const said = thing.note.say(ledger.word("note"));
      await stage.tell(said, () => api.patch(path, { description: said.says }));
    } else {
      await stage.tell(thing.ended.application.say(true), () => api.delete(path));
    }
  };
}

/** The owner, who adds what is nobody else's, and works on everything that the phone shows. */
export function phone(scene: Scene, chance: Chance): Actor {
  const { stage, ledger, places } = scene;
  const { phone } = scene.world;
  return async () => {
    const list = chance.among<List>({ appointments: 2, tasks: 1 });
    const place = places[list];
    const own = living(scene, list, "phone", "phone");
    if (chance.below(own.length < ENOUGH ? 3 : 9) === 0) {
      const made = ledger.add(list, "phone");
      await stage.write(made.made, () => phone.add(place, object(made)));
      return;
    }
    const shown = await stage.witness<PhoneTask[]>("calendar", () =>
      list === "tasks" ? phone.tasks(place) : phone.events(place),
    );
    const chosen = chance.pick(shown ?? []);
    const thing = chosen && ledger.named(chosen.summary);
    if (!thing) return;
    const { uid } = chosen;
    const what = chance.among({ mark: 3, move: list === "tasks" ? 0 : 3, delete: 1 });
    if (what === "mark") {
      const said = thing.mark.say(ledger.word("mark"));
      const field = list === "tasks" ? "CATEGORIES" : "LOCATION";
      await stage.write(said, () => phone.change(place, uid, { [field]: said.says }));
    } else if (what === "move") {
      const said = thing.start.phone.say(ledger.slot());
      const times = { DTSTART: iso(said.says), DTEND: iso(said.says + HALF_AN_HOUR) };
      await stage.write(said, () => phone.change(place, uid, times));
    } else {
      await stage.write(thing.ended.phone.say(true), () => phone.delete(place, uid));
    }
  };
}

/** The clock, and people who ask for a sync. */
export function clock({ world, stage, connections }: Scene, chance: Chance): Actor {
  return async () => {
    await sleep(chance.below(200));
    const what = chance.among({ tick: 1, appointments: 1, tasks: 1 });
    if (what === "tick") await stage.witness("worker", () => world.tick());
    else {
      const connectionId = connections[what];
      await stage.tell(undefined, () => world.operator.post("/api/calendar/icloud/sync", { connectionId }));
    }
  };
}

/** An event or task of the owner's own, as a phone writes it. */
function object(thing: Thing): string {
  const kind = thing.list === "tasks" ? "VTODO" : "VEVENT";
  const stamp = (millis: number) => iso(millis).replace(/[-:]/g, "");
  const start = thing.start.phone.last?.says ?? 0;
  const times = [`DTSTART:${stamp(start)}`, `DTEND:${stamp(start + HALF_AN_HOUR)}`];
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//The owner//EN",
    `BEGIN:${kind}`,
    `UID:own-${thing.number}`,
    "DTSTAMP:20261101T000000Z",
    ...(kind === "VEVENT" ? times : []),
    `SUMMARY:${thing.name}`,
    `END:${kind}`,
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
