import { CENSUS_LIMITS } from '../../engine/src/operators/groupCensus.js';

/** Seeded randomness for histories: the same seed gives the same history. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }
}

const SEED =
  process.env.MILLRACE_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.MILLRACE_SEED);

const LIMITS = { ...CENSUS_LIMITS };
/** Every batch is followed by a count of the groups that still hold something, and the others' numbers are given up. */
const ALWAYS = { least: 0, growth: 1 };

/**
 * Runs a property on so many random histories (`MILLRACE_RUNS`, 200); a failure names the seed that replays it. In every other run groups are
 * numbered anew as often as can be.
 */
export async function forRandom(
  property: (random: Random) => void | Promise<void>,
  runs = Number(process.env.MILLRACE_RUNS ?? 200),
): Promise<void> {
  for (let run = 0; run < runs; run++) {
    const seed = (SEED + run) >>> 0;
    Object.assign(CENSUS_LIMITS, seed % 2 === 0 ? ALWAYS : LIMITS);
    try {
      await property(new Random(seed));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`MILLRACE_SEED=${seed} MILLRACE_RUNS=1 replays it: ${message}`, { cause: error });
    }
  }
}
