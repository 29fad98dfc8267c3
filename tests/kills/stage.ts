// Where the actors meet: who is up, who answered what, and the moments at which somebody may be killed.
import type { Answer } from "../end-to-end/api.ts";
import { answer, type Said } from "./ledger.ts";

export type Server = "worker" | "calendar";
export const servers: readonly Server[] = ["worker", "calendar"];

export type Stir = "write" | "other";

/** The phone read an older version, or nothing: it is told so, and nothing happened. */
const NOTHING_HAPPENED = /ETagMismatchError|NotFoundError/;

export class Stage {
  /** What must never be seen, whoever dies. */
  readonly wrongs: string[] = [];
  #waiting: { left: number; of: Stir | "any"; now: () => void }[] = [];
  #back: Record<Server, { promise: Promise<void>; open: () => void } | undefined> = {
    worker: undefined,
    calendar: undefined,
  };
  #deaths: Record<Server, number> = { worker: 0, calendar: 0 };

  /** Something is on its way: a call or its answer, and on the wire a write to the calendar or anything else. */
  stir = (what: Stir = "other"): void => {
    for (const one of this.#waiting) if (one.of === "any" || one.of === what) one.left -= 1;
    for (const one of this.#waiting.filter(({ left }) => left <= 0)) one.now();
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
  };

  /** Notes what is wrong; nobody waits for anything more. */
  accuse(...wrongs: string[]): void {
    this.wrongs.push(...wrongs);
    for (const { now } of wrongs.length > 0 ? this.#waiting.splice(0) : []) now();
  }

  /** When so much more has happened. */
  after = (left: number, of: Stir | "any" = "any") =>
    new Promise<void>((now) => {
      if (left > 0 && this.wrongs.length === 0) this.#waiting.push({ left, of, now });
      else now();
    });

  dies(server: Server): void {
    this.#deaths[server] += 1;
    let open = () => {};
    const promise = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#back[server] = { promise, open };
  }

  revives(server: Server): void {
    this.#back[server]?.open();
    this.#back[server] = undefined;
  }

  /** When a server is up. */
  isUp = async (server: Server): Promise<void> => this.#back[server]?.promise;

  /** The application says something to the Worker. */
  async tell(said: Said<unknown> | undefined, call: () => Promise<Answer>): Promise<Answer | undefined> {
    const told = await this.witness("worker", call);
    const { status = 0, text } = told ?? {};
    // 502 and 503: the calendar is away, which is no fault.
    if (status >= 500 && status !== 502 && status !== 503)
      this.accuse(`the Worker answered ${status}: ${text}`);
    if (said) answer(said, status < 100 || status >= 500 ? "unknown" : status < 300 ? "answered" : "refused");
    return told;
  }

  /** The phone does something in the calendar; whether it was answered. */
  async write(said: Said<unknown>, work: () => Promise<unknown>): Promise<void> {
    const done = await this.witness("calendar", () =>
      work().then(
        () => "answered" as const,
        (error: Error) => {
          if (NOTHING_HAPPENED.test(error.message)) return "refused" as const;
          throw error;
        },
      ),
    );
    answer(said, done ?? "unknown");
  }

  /** Asks a server something once it is up. It may die before it answers; whatever else fails is wrong. */
  async witness<T>(server: Server, work: () => Promise<T>): Promise<T | undefined> {
    await this.isUp(server);
    const deaths = this.#deaths[server];
    this.stir();
    try {
      return await work();
    } catch (error) {
      if (deaths === this.#deaths[server]) this.accuse(`the ${server} does not answer: ${error}`);
      return undefined;
    } finally {
      this.stir();
    }
  }
}
