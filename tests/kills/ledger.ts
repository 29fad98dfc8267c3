// What the application and the phone have said and what they were answered: by this a run is judged.

/** `unknown`: nobody answered, so that it may have happened or not. */
export type Outcome = "answered" | "refused" | "unknown";

/** Something was said; when that began and ended, in a count of all that is said. */
export interface Said<T> {
  says: T;
  begun: number;
  ended: number;
  outcome: Outcome;
}

let count = 0;

/** What one side says of one matter, one after another. */
export class Story<T> {
  #all: Said<T>[] = [];

  /** What was agreed before. */
  constructor(agreed?: T) {
    if (agreed !== undefined) this.agree(agreed);
  }

  /** Everything is at rest, and this stands. */
  agree(says: T): void {
    this.#all = [{ says, begun: 0, ended: 0, outcome: "answered" }];
  }

  /** Everything is at rest, and nothing was said. */
  forget(): void {
    this.#all = [];
  }

  /** Says something; what becomes of it is unknown until the answer is there. */
  say(says: T): Said<T> {
    const said: Said<T> = { says, begun: ++count, ended: Number.POSITIVE_INFINITY, outcome: "unknown" };
    this.#all.push(said);
    return said;
  }

  /** What happened or may have. */
  get tried(): Said<T>[] {
    return this.#all.filter(({ outcome }) => outcome !== "refused");
  }

  /** The last that was answered. */
  get last(): Said<T> | undefined {
    return this.#all.findLast(({ outcome }) => outcome === "answered");
  }

  /** What stands if nobody else speaks: the last that was answered, or something that was tried after it. */
  get possible(): Said<T>[] {
    const [tried, last] = [this.tried, this.last];
    return last ? tried.slice(tried.indexOf(last)) : tried;
  }
}

/** Notes what became of something that was said. */
export function answer(said: Said<unknown>, outcome: Outcome): void {
  [said.ended, said.outcome] = [++count, outcome];
}

export type List = "appointments" | "tasks";
export type Side = "application" | "phone";

/** An appointment, a task, or an event or task of the owner's own. */
export class Thing {
  /** Its name ends in this, here and in the calendar. */
  readonly number: number;
  readonly list: List;
  readonly by: Side;
  /** As the API knows it. */
  id?: string;
  readonly made: Said<true>;
  /** Its description, which the application alone writes. */
  readonly note = new Story("note 0");
  /** Its location, of tasks the category, which the phone alone writes; empty while there is none. */
  readonly mark = new Story("");
  /** When it begins, in milliseconds, which both say; a task has no time. */
  readonly start: Record<Side, Story<number>> = { application: new Story(), phone: new Story() };
  readonly confirmed = new Story(false);
  /** It was cancelled or deleted. */
  readonly ended: Record<Side, Story<true>> = { application: new Story(), phone: new Story() };
  /** Whether the application has said anything of it since everything was at rest, its making included. */
  touched = true;

  constructor(number: number, list: List, by: Side, start: number) {
    [this.number, this.list, this.by] = [number, list, by];
    this.made = new Story<true>().say(true);
    this.start[by].agree(start);
  }

  get name(): string {
    return `${this.by === "phone" ? "Own" : "Client"} #${this.number}`;
  }

  /** Whether a side has ended it, for all it knows. */
  wasEnded = (by: Side) => this.ended[by].last !== undefined;
  /** Whether a side has tried to end it, and may have. */
  mayBeEnded = (by: Side) => this.ended[by].tried.length > 0;
}

export const HALF_AN_HOUR = 1_800_000;

export class Ledger {
  things: Thing[] = [];
  #numbers = 0;
  #slots = 0;
  #words = 0;

  add(list: List, by: Side): Thing {
    this.#numbers += 1;
    const thing = new Thing(this.#numbers, list, by, this.slot());
    this.things.push(thing);
    return thing;
  }

  /** Half an hour that nothing else ever begins at, from tomorrow on. */
  slot(): number {
    const tomorrow = Math.ceil(Date.now() / 86_400_000) * 86_400_000;
    this.#slots += 1;
    return tomorrow + this.#slots * HALF_AN_HOUR;
  }

  /** A text that nobody has said before. */
  word = (kind: string) => `${kind} ${++this.#words}`;

  named = (name: string) => this.things.find(({ number }) => number === numberIn(name));
}

/** The number that a name ends in. */
export const numberIn = (name: string) => Number(/#(\d+)$/.exec(name)?.[1]);
