// What must hold: at any moment that everything answered is in the database, and at rest that nothing is lost, nothing
// doubled, and all sides say the same.
import type { PhoneEvent, PhoneTask } from "../end-to-end/phone.ts";
import { iso, type Scene } from "./actors.ts";
import { type Disk, readDisk } from "./disk.ts";
import { answer, type List, numberIn, type Story, type Thing } from "./ledger.ts";

/** An appointment or task as the database has it. */
interface Row {
  id: string;
  name: string;
  uid: string | null;
  description: string;
  mark: string;
  start: number;
  end: number;
  status: string;
  isLive: boolean;
}

const ENTRIES: Record<List, string> = {
  appointments: `SELECT a.id, a.title AS name, l.uid, a.description, coalesce(a.location, '') AS mark, a.start_time AS start,
      a.end_time AS end, a.status, a.status IN ('PENDING', 'CONFIRMED') AS isLive
    FROM appointments a LEFT JOIN links l ON l.entry_id = a.id`,
  tasks: `SELECT t.task_id AS id, t.name, l.uid, t.description, coalesce(t.category, '') AS mark, 0 AS start, 0 AS end,
      t.status, NOT t.deleted AS isLive
    FROM tasks t LEFT JOIN links l ON l.entry_id = t.id`,
};

const entries = (disk: Disk, list: List) => disk.rows(ENTRIES[list]) as unknown as Row[];
const lists: readonly List[] = ["appointments", "tasks"];

const quoted = (story: Story<unknown>) =>
  story.possible.map(({ says, outcome }) => `${says} (${outcome})`).join(", ") || "nothing";
const isPossible = <T>(story: Story<T>, says: T) => story.possible.some((said) => said.says === says);

/** What a Worker that was killed just now has left behind. */
export interface Remains {
  wrongs: string[];
  /** It died in a run, or with a write to the calendar under way. */
  inRun: boolean;
  inWrite: boolean;
}

/** Looks at the database of a Worker that was killed just now: what it had answered must be there. */
export function afterDeath({ world, ledger }: Scene): Remains {
  return readDisk(world.folder, (disk) => {
    const wrongs = [...disk.faults];
    for (const list of lists) {
      const rows = entries(disk, list);
      for (const thing of ledger.things.filter(
        (thing) => thing.list === list && thing.by === "application",
      )) {
        const found = rows.filter(({ name }) => numberIn(name) === thing.number);
        wrongs.push(...recorded(thing, found).map((wrong) => `${list}: ${thing.name}: ${wrong}`));
      }
    }
    const leased = disk.rows(`SELECT id FROM calendar_connections WHERE lease_until > ${Date.now()}`);
    return { wrongs, inRun: leased.length > 0, inWrite: disk.rows("SELECT id FROM outbox").length > 0 };
  });
}

/** What the application alone says of a thing is in its row. */
function recorded(thing: Thing, [row, ...more]: Row[]): string[] {
  if (!row) return thing.made.outcome === "answered" ? ["it was made, and is not there"] : [];
  const wrongs: string[] = [];
  if (more.length > 0) wrongs.push(`it is there ${more.length + 1} times`);
  if (!isPossible(thing.note, row.description)) {
    wrongs.push(`it says "${row.description}" instead of ${quoted(thing.note)}`);
  }
  if (row.isLive && thing.wasEnded("application")) wrongs.push("it was ended, and lives");
  const ended = thing.mayBeEnded("application") || thing.mayBeEnded("phone");
  if (!row.isLive && !ended) wrongs.push(`nobody ended it, and it is ${row.status}`);
  const confirmed = thing.confirmed.last?.says === true;
  if (row.status === "PENDING" && confirmed) wrongs.push("it was confirmed, and is pending");
  return wrongs;
}

/** Reads everything at rest and tells what is wrong; what stands is from then on what everybody has agreed on. */
export async function atRest(scene: Scene): Promise<string[]> {
  const { world, ledger, places } = scene;
  const shown: Record<List, (PhoneEvent | PhoneTask)[]> = {
    appointments: await world.phone.events(places.appointments),
    tasks: await world.phone.tasks(places.tasks),
  };
  return readDisk(world.folder, (disk) => {
    const wrongs = [...disk.faults, ...inOrder(disk)];
    const standing: Thing[] = [];
    const kept = disk.rows("SELECT * FROM conflicts").flatMap((row) => Object.values(row).map(String));
    for (const list of lists) {
      const rows = entries(disk, list);
      wrongs.push(...mirrored(disk, scene.connections[list], shown[list]));
      for (const thing of ledger.things.filter((thing) => thing.list === list)) {
        const found = rows.filter(({ name }) => numberIn(name) === thing.number);
        const there = shown[list].filter(({ summary }) => numberIn(summary) === thing.number);
        const wrong =
          thing.by === "phone"
            ? owned(thing, there)
            : shared(thing, found, there, (text) => kept.some((version) => version.includes(`"${text}"`)));
        wrongs.push(...wrong.map((wrong) => `${list}: ${thing.name}: ${wrong}`));
        if (settle(thing, found[0], there[0])) standing.push(thing);
      }
      const known = new Set(ledger.things.map(({ number }) => number));
      for (const { summary } of shown[list]) {
        if (!known.has(numberIn(summary))) wrongs.push(`${list}: "${summary}" is back, or nobody made it`);
      }
      for (const { name, isLive } of rows) {
        if (isLive && !known.has(numberIn(name))) wrongs.push(`${list}: "${name}" lives again`);
      }
    }
    ledger.things = standing;
    return wrongs;
  });
}

/** Nothing is left to do, and nothing is there twice. */
function inOrder(disk: Disk): string[] {
  const tell = (what: string, sql: string) => disk.rows(sql).map((row) => `${what}: ${JSON.stringify(row)}`);
  return [
    ...tell("left in the outbox", "SELECT id, kind, remote FROM outbox"),
    ...tell("a link whose object never arrived", "SELECT id, remote FROM links WHERE version IS NULL"),
    ...tell("a UID twice", "SELECT uid, count(*) AS times FROM links GROUP BY uid HAVING times > 1"),
    ...tell(
      "an entry twice",
      "SELECT entry_id FROM links WHERE entry_id IS NOT NULL GROUP BY entry_id HAVING count(*) > 1",
    ),
    ...tell(
      "not at rest",
      "SELECT id, sync_status, last_sync_error FROM calendar_connections WHERE sync_status <> 'ACTIVE'",
    ),
    ...tell("still leased", "SELECT id FROM calendar_connections WHERE lease_until <> 0"),
  ];
}

/** Lines of an event or task that the actors have written. */
const SAYS = /^(SUMMARY|DESCRIPTION|LOCATION|CATEGORIES|STATUS|DTEND|DTSTART;|DTSTART:.*Z).*$/gm;

/** The mirror holds what the calendar holds, in the same version. */
function mirrored(disk: Disk, connection: string, shown: PhoneTask[]): string[] {
  const links = disk.rows(
    `SELECT l.remote, l.uid, l.version, e.source FROM links l LEFT JOIN events e ON e.link_id = l.id
     WHERE l.connection_id = '${connection}'`,
  );
  // The phone's library has an order of its own, even within a rule.
  const lines = (text: unknown) => String(text).match(SAYS)?.sort().join(", ");
  const told = (remote: unknown, uid: unknown, version: unknown, source: unknown) =>
    `${remote} ${uid} ${version} ${lines(source)}`;
  const here = links.map(({ remote, uid, version, source }) => told(remote, uid, version, source));
  const there = shown.map(({ url, uid, etag, data }) => told(new URL(url).pathname, uid, etag, data));
  return [
    ...there.filter((one) => !here.includes(one)).map((one) => `in the calendar, and not mirrored: ${one}`),
    ...here.filter((one) => !there.includes(one)).map((one) => `mirrored, and not in the calendar: ${one}`),
  ];
}

const markOf = ({ location, data }: PhoneTask) => /^CATEGORIES:(.*)$/m.exec(data)?.[1]?.trim() ?? location;
const startOf = (object: PhoneEvent | PhoneTask) => ("start" in object ? Date.parse(object.start) : 0);

/** What the owner made for himself is as he left it. */
function owned(thing: Thing, [object, ...more]: (PhoneEvent | PhoneTask)[]): string[] {
  if (more.length > 0) return [`it is there ${more.length + 1} times`];
  if (!object) {
    const made = thing.made.outcome === "answered";
    return made && !thing.mayBeEnded("phone") ? ["it was added, and is not there"] : [];
  }
  const wrongs: string[] = [];
  if (thing.wasEnded("phone")) wrongs.push("it was deleted, and is there");
  if (!isPossible(thing.mark, markOf(object))) {
    wrongs.push(`it is marked "${markOf(object)}" instead of ${quoted(thing.mark)}`);
  }
  if ("start" in object && !isPossible(thing.start.phone, startOf(object))) {
    wrongs.push(`it begins at ${startOf(object)} instead of ${quoted(thing.start.phone)}`);
  }
  return wrongs;
}

/** What both sides know reads the same on both, and holds what either has said last, or a conflict does. */
function shared(
  thing: Thing,
  found: Row[],
  there: (PhoneEvent | PhoneTask)[],
  isKept: (text: string) => boolean,
): string[] {
  const wrongs = recorded(thing, found);
  const [row] = found;
  if (!row?.isLive) {
    if (there.length > 0) wrongs.push(`it is over, and is in the calendar ${there.length} times`);
  } else {
    const [object] = there;
    if (there.length !== 1 || !object) wrongs.push(`it is in the calendar ${there.length} times`);
    else wrongs.push(...differences(row, object, thing.list));
    // An edit here beats a deletion there.
    if (thing.wasEnded("phone") && !thing.touched) wrongs.push("it was deleted on the phone, and lives");
  }
  if (!row) return wrongs;
  // What somebody has said of what he then deleted need not have been read.
  const deletedSince = (said: { begun: number }) =>
    thing.ended.phone.tried.some(({ begun }) => begun > said.begun);
  const { mark, start } = thing;
  if (!mark.tried.some(({ says }) => says === row.mark)) wrongs.push(`nobody marked it "${row.mark}"`);
  if (!isPossible(mark, row.mark) && !mark.possible.some((said) => isKept(said.says) || deletedSince(said))) {
    wrongs.push(`it is marked "${row.mark}", and ${quoted(mark)} is lost`);
  }
  if (thing.list === "tasks") return wrongs;
  const [winner] = [start.application, start.phone].flatMap(({ possible }) =>
    possible.filter(({ says }) => says === row.start),
  );
  if (!winner)
    wrongs.push(
      `it begins at ${iso(row.start)}, instead of ${quoted(start.application)}, ${quoted(start.phone)}`,
    );
  for (const { last, possible } of [start.application, start.phone]) {
    // Who spoke at the same time or later may have known, and wanted it otherwise.
    if (!winner || !last || possible.includes(winner) || last.begun <= winner.ended) continue;
    if (!possible.some((said) => isKept(iso(said.says)) || deletedSince(said))) {
      wrongs.push(`it begins at ${iso(row.start)}, and ${iso(last.says)} is lost`);
    }
  }
  return wrongs;
}

/** What an event or task says otherwise than the appointment or task that it stands for. */
function differences(row: Row, object: PhoneEvent | PhoneTask, list: List): string[] {
  const name = list === "appointments" && row.status === "PENDING" ? `REQUEST: ${row.name}` : row.name;
  const ours = [row.uid, name, row.description, row.mark, row.start, row.end];
  const times = "start" in object ? [Date.parse(object.start), Date.parse(object.end)] : [0, 0];
  const theirs = [object.uid, object.summary, object.description, markOf(object), ...times];
  return ours.flatMap((says, at) => (says === theirs[at] ? [] : [`"${says}" here is "${theirs[at]}" there`]));
}

/** What stands is agreed from now on; whether anything does. */
function settle(thing: Thing, row: Row | undefined, object: PhoneEvent | PhoneTask | undefined): boolean {
  if (thing.by === "phone" ? !object : !row?.isLive) return false;
  answer(thing.made, "answered");
  thing.touched = false;
  thing.mark.agree(row?.mark ?? (object ? markOf(object) : ""));
  const start = row?.start ?? (object ? startOf(object) : 0);
  for (const side of ["application", "phone"] as const) {
    thing.ended[side].forget();
    thing.start[side].agree(start);
  }
  if (row) {
    thing.id = row.id;
    thing.note.agree(row.description);
    thing.confirmed.agree(row.status === "CONFIRMED");
  }
  return true;
}
