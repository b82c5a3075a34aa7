import type { SnapshotValue } from './snapshot.js';

/** What a number is to those that have come. */
export const Seen = {
  /** It is the next one, or the first. */
  Next: 0,
  /** It has come. */
  Before: 1,
  /** So old that it is not known whether it has come. */
  Old: 2,
  /** It is beyond the next one. */
  Ahead: 3,
  /** It is below the highest, and had not come. */
  Late: 4,
  /** It is not of the sequence. */
  Unknown: 5,
} as const;
export type Seen = (typeof Seen)[keyof typeof Seen];

/** So many runs of numbers are remembered of a key; of more the oldest are taken as one. */
const MOST_RUNS = 4096;

/** The numbers that a sequence runs through. */
export interface SequenceRange {
  readonly first: number;
  /** null: numbers do not begin anew. */
  readonly last: number | null;
}

/**
 * Which numbers of one key have come, as runs of them without a hole. Numbers are places counted from the first that came, so that a sequence which begins
 * anew goes on counting, and numbers beyond 2^53 are exact.
 */
export class NumberRuns {
  /** The number at place 0. */
  #base: number | bigint | null = null;
  /** The first and the last place of each run, rising. */
  #from: number[] = [];
  #to: number[] = [];
  /** The number after the highest that has come; NaN where it is looked for in another way. */
  #expected = NaN;
  /** Places up to here may have come or not. */
  #floor = -Infinity;
  /** How many places between the lowest and the highest have not come. */
  missing = 0;

  constructor(readonly range: SequenceRange) {}

  get runs(): number {
    return this.#from.length;
  }

  /** How many numbers lie between the highest that has come and this one, which is ahead of it. */
  stepOver(number: number | bigint): number {
    return this.#placeOf(number) - this.#to[this.#to.length - 1] - 1;
  }

  /** The lowest number that has come. */
  get lowest(): number | bigint {
    return this.numberAt(this.#from[0]);
  }

  /** How many numbers lie between one that is below the lowest and that; -1: it is not below it. */
  stepUnder(number: number | bigint): number {
    return Math.max(-1, this.#from[0] - this.#placeOf(number) - 1);
  }

  /** The number after one. */
  after(number: number | bigint): number | bigint {
    return this.numberAt(this.#placeOf(number) + 1);
  }

  /** The number after the highest that has come. */
  get next(): number | bigint {
    return this.numberAt(this.#to[this.#to.length - 1] + 1);
  }

  /** What a number is to those that have come; nothing is noted. */
  look(number: number | bigint): Seen {
    const place = this.#placeOf(number);
    if (Number.isNaN(place)) return Seen.Unknown;
    const last = this.#to.length - 1;
    if (last < 0 || place === this.#to[last] + 1) return Seen.Next;
    if (place > this.#to[last]) return Seen.Ahead;
    if (place <= this.#floor) return Seen.Old;
    const at = this.#runAt(place);
    return at >= 0 && place <= this.#to[at] ? Seen.Before : Seen.Late;
  }

  /** Notes that a number has come, and says what it was before. */
  take(number: number | bigint): Seen {
    if (number !== this.#expected) return this.#takeAny(number);
    this.#to[this.#to.length - 1]++;
    this.#expected++;
    return Seen.Next;
  }

  #takeAny(number: number | bigint): Seen {
    const seen = this.look(number);
    if (seen === Seen.Before || seen === Seen.Old || seen === Seen.Unknown) return seen;
    this.#base ??= number;
    const place = this.#placeOf(number);
    const last = this.#to.length - 1;
    if (last >= 0 && seen === Seen.Next) this.#to[last] = place;
    else if (last < 0 || seen === Seen.Ahead) {
      if (last >= 0) this.missing += place - this.#to[last] - 1;
      this.#from.push(place);
      this.#to.push(place);
    } else this.#fill(place);
    if (this.#from.length > MOST_RUNS) this.#forget();
    this.#expect();
    return seen;
  }

  /** Most numbers are the next one: these need no search. */
  #expect(): void {
    const next = this.range.last === null && this.#to.length > 0 ? this.next : null;
    this.#expected = typeof next === 'number' ? next : NaN;
  }

  /** A place that had not come, below the highest. */
  #fill(place: number): void {
    const at = this.#runAt(place);
    if (at < 0) this.missing += this.#from[0] - place - 1;
    else this.missing--;
    const joinsLower = at >= 0 && this.#to[at] === place - 1;
    const joinsUpper = this.#from[at + 1] === place + 1;
    if (joinsLower && joinsUpper) {
      this.#to[at] = this.#to[at + 1];
      this.#from.splice(at + 1, 1);
      this.#to.splice(at + 1, 1);
    } else if (joinsLower) this.#to[at] = place;
    else if (joinsUpper) this.#from[at + 1] = place;
    else {
      this.#from.splice(at + 1, 0, place);
      this.#to.splice(at + 1, 0, place);
    }
  }

  /** Takes the two lowest runs as one: what is missing between them stays so. */
  #forget(): void {
    this.#floor = this.#to[1];
    this.#from.splice(1, 1);
    this.#to.splice(0, 1);
  }

  /** The last run that begins at a place or below it, or -1. */
  #runAt(place: number): number {
    let low = 0;
    let high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#from[middle] <= place) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** A number's place; NaN for one that is not of the sequence. */
  #placeOf(number: number | bigint): number {
    const { first, last } = this.range;
    const base = this.#base;
    if (last !== null) {
      if (!(number >= first && number <= last)) return NaN;
      if (base === null || this.#to.length === 0) return 0;
      // The nearest of the places that a number has.
      const size = last - first + 1;
      const high = this.#to[this.#to.length - 1];
      const ahead = modulo(Number(number) - Number(base) - high, size);
      return high + (ahead > size / 2 ? ahead - size : ahead);
    }
    if (base === null) return 0;
    const place =
      typeof number === 'number' && typeof base === 'number'
        ? number - base
        : Number(BigInt(number) - BigInt(base));
    return Number.isSafeInteger(place) ? place : NaN;
  }

  /** The number at a place. */
  numberAt(place: number): number | bigint {
    const { first, last } = this.range;
    const base = this.#base as number | bigint;
    if (last !== null) return first + modulo(Number(base) - first + place, last - first + 1);
    const sum = typeof base === 'number' ? base + place : null;
    if (sum !== null && Number.isSafeInteger(sum)) return sum;
    const exact = BigInt(base) + BigInt(place);
    const small = Number(exact);
    return Number.isSafeInteger(small) ? small : exact;
  }

  /** Tells the runs of numbers that have not come, from the lowest up, until `tell` says that it is enough. */
  holes(tell: (from: number | bigint, to: number | bigint, count: number) => boolean): void {
    for (let at = 1; at < this.#from.length; at++) {
      const from = this.#to[at - 1] + 1;
      const to = this.#from[at] - 1;
      if (!tell(this.numberAt(from), this.numberAt(to), to - from + 1)) return;
    }
  }

  bytes(): number {
    return 64 + this.#from.length * 16;
  }

  get state(): SnapshotValue {
    return {
      base: this.#base,
      from: this.#from.slice(),
      to: this.#to.slice(),
      floor: this.#floor,
      missing: this.missing,
    };
  }

  set state(state: SnapshotValue) {
    const { base, from, to, floor, missing } = state as {
      readonly base: number | bigint | null;
      readonly from: readonly number[];
      readonly to: readonly number[];
      readonly floor: number;
      readonly missing: number;
    };
    this.#base = base;
    this.#from = [...from];
    this.#to = [...to];
    this.#floor = floor;
    this.missing = missing;
    this.#expect();
  }
}

function modulo(value: number, size: number): number {
  return ((value % size) + size) % size;
}
