// The real Worker and the real CalDAV server are killed at random moments while the application and the phone work on;
// what is killed comes back on its old folder and port, and nothing may be lost.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Wire } from "../../scripts/local/wire.mjs";
import { startWorld, type World } from "../end-to-end/world.ts";
import { type Actor, bookings, chores, clock, phone, type Scene } from "./actors.ts";
import { afterDeath, atRest, type Remains } from "./audit.ts";
import { Chance } from "./chance.ts";
import { Ledger, type List } from "./ledger.ts";
import { type Server, Stage, servers } from "./stage.ts";

/** A lease that nobody renews ends after 30 seconds. */
const LEASE = 30_000;
/** So many kills at least, and less than twice as many, follow each other before everything is left to come to rest. */
const IN_A_ROW = 3;

/** Of so many kills some meet a write. */
const MANY = 50;

interface Options {
  /** How often somebody is killed. */
  times: number;
  /** The choice of acts, of moments and of victims. */
  seed: number;
  /** What to do with the lease that a dead Worker holds: an operator frees it, or now and then it is waited for. */
  leases: "freed" | "waited for at times";
}

export async function kill(options: Options): Promise<void> {
  const { times, seed } = options;
  process.stdout.write(`${times} kills, seed ${seed}; to repeat: KALENDS_KILLS_SEED=${seed}\n`);
  const world = await startWorld();
  const wire = await Wire.to(world.account.url);
  try {
    const scene = await setScene(world, wire);
    wire.watch = (_, method) => scene.stage.stir(method === "PUT" || method === "DELETE" ? "write" : "other");
    await killing(scene, options, new Chance(seed));
  } finally {
    wire.stop();
    await world.stop();
  }
}

async function setScene(world: World, wire: Wire): Promise<Scene> {
  const owner = "ana";
  const { user: appleId, password: appSpecificPassword } = world.account;
  const places: Record<List, string> = {
    appointments: await world.phone.makeCalendar("Studio"),
    tasks: await world.phone.makeTaskList("School"),
  };
  const connect = async (place: string) => {
    const account = { appleId, appSpecificPassword, calendarUrl: wire.through(place), syncInterval: 60 };
    const answer = await world.operator.post("/api/calendar/icloud/connect", { userId: owner, ...account });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.connectionId as string;
  };
  const connections = {
    appointments: await connect(places.appointments),
    tasks: await connect(places.tasks),
  };
  return { world, stage: new Stage(), ledger: new Ledger(), owner, places, connections };
}

/** Has actors act until it is told to end; then each ends what it is at. */
function play({ stage }: Scene, actors: Actor[]): () => Promise<void> {
  let isOver = false;
  const parts = actors.map(async (act) => {
    while (!isOver && stage.wrongs.length === 0) await act();
  });
  return async () => {
    isOver = true;
    await Promise.all(parts);
  };
}

async function killing(scene: Scene, { times, leases }: Options, chance: Chance): Promise<void> {
  const { stage, world, ledger } = scene;
  const actors = [bookings, chores, phone, clock].map((actor) => actor(scene, chance.fork()));
  // The first two differ, so that a short run kills both, too.
  const first = chance.below(2);
  const victims = Array.from(
    { length: times },
    (_, at) => servers[at < 2 ? (first + at) % 2 : chance.below(2)] as Server,
  );
  const remains: Remains[] = [];
  for (let rests = 1; victims.length > 0; rests += 1) {
    const end = play(scene, actors);
    for (const victim of victims.splice(0, IN_A_ROW + chance.below(IN_A_ROW))) {
      await moment(stage, chance);
      remains.push(...(await die(scene, victim)));
      // The others go on for a while without it.
      await stage.after(chance.below(8));
      await (victim === "worker" ? world.restart() : world.plug());
      stage.revives(victim);
    }
    await stage.after(1 + chance.below(40));
    await end();
    await rest(scene, leases === "freed" || rests % 4 > 0);
    stage.accuse(...(await atRest(scene)));
    const done = times - victims.length;
    assert.equal(stage.wrongs.join("\n"), "", `after ${done} kills`);
    process.stdout.write(`${done} of ${times} killed, ${ledger.things.length} things at rest\n`);
  }
  const [runs, writes] = (["inRun", "inWrite"] as const).map(
    (one) => remains.filter((all) => all[one]).length,
  );
  process.stdout.write(
    `The Worker died ${remains.length} times, ${runs} of them in a run, ${writes} with a write under way.\n`,
  );
  assert.ok(times < MANY || (runs && writes), "some died where it hurts");
}

/** A moment to kill somebody: any, or one at which the Worker writes to the calendar, should it come to that soon. */
async function moment(stage: Stage, chance: Chance): Promise<void> {
  const [any, writes, later] = [
    1 + chance.below(40),
    1 + chance.below(4),
    chance.below(2) * chance.below(30),
  ];
  const isAny = chance.below(2) === 0;
  await (isAny ? stage.after(any) : Promise.race([stage.after(writes, "write"), stage.after(80)]));
  await sleep(later);
}

/** Kills a server; what a Worker leaves behind. */
async function die(scene: Scene, victim: Server): Promise<Remains[]> {
  const { stage, world } = scene;
  stage.dies(victim);
  await (victim === "worker" ? world.crash() : world.crashCalendar());
  const { url } = victim === "worker" ? world.operator : world.account;
  await assert.rejects(fetch(url), `the ${victim} is dead`);
  if (victim === "calendar") return [];
  const remains = afterDeath(scene);
  stage.accuse(...remains.wrongs);
  return [remains];
}

/** Ticks and syncs until nothing is left to do; what a dead run has leased is freed by an operator or waited for. */
async function rest({ world, connections }: Scene, isFreed: boolean): Promise<void> {
  const api = world.operator;
  const deadline = Date.now() + LEASE + 30_000;
  for (let isQuiet = false; !isQuiet; ) {
    assert.ok(Date.now() < deadline, "it does not come to rest");
    await world.tick();
    isQuiet = true;
    for (const connectionId of Object.values(connections)) {
      const { status, body, text } = await api.post("/api/calendar/icloud/sync", { connectionId });
      const isLeased = status === 409 && body.code === "sync_in_progress";
      if (isLeased && isFreed) await api.post(`/api/admin/connections/${connectionId}/resume`);
      else if (isLeased) await sleep(500);
      else assert.deepEqual([status, body.problems], [200, []], text);
      const { eventsImported, eventsExported, eventsUpdated, eventsDeleted } = body;
      isQuiet &&= !isLeased && eventsImported + eventsExported + eventsUpdated + eventsDeleted === 0;
    }
  }
}
