// Chance from a seed: the same choices again for the same seed.

export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 to 1, without 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number below a limit. */
  below = (limit: number) => Math.floor(this.next() * limit);

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.below(from.length)];
  }

  /** One of some things, each as likely as its weight says. */
  among<T extends string>(weights: Record<T, number>): T {
    const bag = (Object.keys(weights) as T[]).flatMap((one) => Array<T>(weights[one]).fill(one));
    return bag[this.below(bag.length)] as T;
  }

  /** Another chance, so that what one actor chooses does not hang on how often another one has chosen. */
  fork = () => new Chance(this.below(2 ** 32));
}
