// One small state machine for everything a panel loads: idle, loading, ready, stale or failed.

export type State<T> =
  | { is: "idle" }
  | { is: "loading"; value?: T }
  | { is: "ready"; value: T; at: Date }
  | { is: "stale"; value: T; at: Date; because: string }
  | { is: "failed"; error: unknown; value?: T };

export class Load<T> {
  #state: State<T> = { is: "idle" };
  #listeners: ((state: State<T>) => void)[] = [];
  #turn = 0;

  get state(): State<T> {
    return this.#state;
  }

  /** The last value that arrived, even while a newer one is being fetched. */
  get value(): T | undefined {
    return this.#state.is === "idle" ? undefined : this.#state.value;
  }

  watch(listener: (state: State<T>) => void): void {
    this.#listeners.push(listener);
    listener(this.#state);
  }

  /** Runs a task; when two overlap, the one started last decides, whichever ends first. */
  async run(task: () => Promise<T>): Promise<T | undefined> {
    const turn = ++this.#turn;
    this.#become({ is: "loading", value: this.value });
    try {
      const value = await task();
      if (turn === this.#turn) this.#become({ is: "ready", value, at: new Date() });
      return value;
    } catch (error) {
      if (turn === this.#turn) this.#become({ is: "failed", error, value: this.value });
      return undefined;
    }
  }

  /** The value is known to be behind the world, and why. */
  doubt(because: string): void {
    if (this.#state.is === "ready" || this.#state.is === "stale") {
      this.#become({ is: "stale", value: this.#state.value, at: this.#state.at, because });
    }
  }

  reset(): void {
    this.#turn++;
    this.#become({ is: "idle" });
  }

  #become(state: State<T>): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
