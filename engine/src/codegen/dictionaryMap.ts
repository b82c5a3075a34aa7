import type { Lane } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import type { DataType } from '../columns/types.js';
import { hasDictionary, isInt64Like } from '../columns/types.js';
import { laneFor } from '../columns/values.js';
import type { Value } from '../columns/values.js';

/** In `valid`: the function failed for this string. */
export const FAILED = 2;

interface Mapped {
  lane: Lane;
  valid: Uint8Array;
  /** How many codes have been mapped. */
  filled: number;
}

/**
 * A function of one string, computed once a dictionary code instead of once a row: `lane[code]` is its value, `valid[code]` whether it
 * has one. Codes that a dictionary gains later are mapped with the next batch.
 */
export class DictionaryMap {
  /** The dictionary of the results, where these are strings. */
  readonly dictionary: Dictionary | null;
  readonly #mapped = new WeakMap<Dictionary, Mapped>();

  constructor(
    readonly type: DataType,
    readonly compute: (text: string) => Value,
    dictionary: Dictionary | null = null,
    readonly mayFail = false,
  ) {
    this.dictionary = hasDictionary(type) ? (dictionary ?? new Dictionary()) : null;
  }

  /** The values by code, complete for the dictionary as it is now. */
  lane(source: Dictionary): Lane {
    return this.#filled(source).lane;
  }

  /** The validity by code. */
  valid(source: Dictionary): Uint8Array {
    return this.#filled(source).valid;
  }

  #filled(source: Dictionary): Mapped {
    let mapped = this.#mapped.get(source);
    if (mapped === undefined) {
      mapped = { lane: laneFor(this.type, 64), valid: new Uint8Array(64), filled: 0 };
      this.#mapped.set(source, mapped);
    }
    if (mapped.lane.length < source.size) grow(mapped, this.type, source.size);
    for (; mapped.filled < source.size; mapped.filled++) this.#fill(mapped, source);
    return mapped;
  }

  #fill(mapped: Mapped, source: Dictionary): void {
    const code = mapped.filled;
    let value: Value;
    try {
      value = this.compute(source.at(code));
    } catch (error) {
      if (!this.mayFail) throw error;
      mapped.valid[code] = FAILED;
      return;
    }
    mapped.valid[code] = value === null ? 0 : 1;
    if (value === null) return;
    // An int64 beyond the fast lane is marked by NaN, at which the loop stops.
    const fast = isInt64Like(this.type) && !Number.isSafeInteger(Number(value)) ? NaN : value;
    mapped.lane[code] = this.dictionary === null ? Number(fast) : this.dictionary.intern(value as string);
  }
}

/** Twice the room, so that a growing dictionary costs no more than its size. */
function grow(mapped: Mapped, type: DataType, size: number): void {
  const length = Math.max(size, mapped.lane.length * 2);
  const lane = laneFor(type, length);
  (lane as Float64Array).set(mapped.lane as Float64Array);
  const valid = new Uint8Array(length);
  valid.set(mapped.valid);
  mapped.lane = lane;
  mapped.valid = valid;
}

/** Remembers a function of several strings (and numbers) by its arguments' values. */
export function memoised(
  compute: (args: readonly Value[]) => Value,
  limit = 100_000,
): (args: readonly Value[]) => Value {
  const known = new Map<string, Value>();
  return args => {
    const key = args.map(keyOf).join('|');
    let value = known.get(key);
    if (value === undefined) {
      value = compute(args);
      if (known.size >= limit) known.clear();
      known.set(key, value);
    }
    return value;
  };
}

/** Text that differs where values do: -0 from 0, and no string's end from the next one's start. */
function keyOf(value: Value): string {
  if (typeof value === 'string') return `${value.length}:${value}`;
  return Object.is(value, -0) ? '-0' : String(value);
}
