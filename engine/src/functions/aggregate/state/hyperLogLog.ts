import type { PlainValue } from '../define.js';
import type { HeldValue } from './held.js';

/** 2^14 registers: a standard error of 1.04 / √2^14 = 0.8%. */
const PRECISION = 14;
export const REGISTERS = 1 << PRECISION;
/** The bits of a hash that are left for the run of zeros. */
const TAIL = 32;
/** So many distinct hashes are kept as they are: up to here the count is exact. */
export const EXACT = 1024;

/**
 * A sketch of how many distinct values there are: HyperLogLog (Flajolet and others 2007) with the estimator of Ertl (2017, algorithm
 * 6), which needs no tables. The same values give the same estimate in any order.
 */
export class HyperLogLog {
  #exact: Set<number> | null = new Set();
  #registers: Uint8Array | null = null;

  /** Adds a number, a bigint or a text. */
  add(value: HeldValue | string): void {
    this.#addHash(hashOf(value));
  }

  #addHash(key: number): void {
    if (this.#exact !== null) {
      this.#exact.add(key);
      if (this.#exact.size > EXACT) this.#spread();
      return;
    }
    this.#note(key);
  }

  #note(key: number): void {
    const registers = this.#registers as Uint8Array;
    const register = registerOf(key);
    const rank = rankOf(key);
    if (rank > registers[register]) registers[register] = rank;
  }

  /** Goes on with registers. */
  #spread(): void {
    const exact = this.#exact as Set<number>;
    this.#exact = null;
    this.#registers = new Uint8Array(REGISTERS);
    for (const key of exact) this.#note(key);
  }

  /** Adds another sketch, which stays as it is. */
  merge(other: HyperLogLog): void {
    if (other.#exact !== null) {
      for (const key of other.#exact) this.#addHash(key);
      return;
    }
    if (this.#exact !== null) this.#spread();
    const registers = this.#registers as Uint8Array;
    const more = other.#registers as Uint8Array;
    for (let k = 0; k < REGISTERS; k++) if (more[k] > registers[k]) registers[k] = more[k];
  }

  /** How many distinct values there are, about; exact up to 1,024. */
  estimate(): number {
    if (this.#exact !== null) return this.#exact.size;
    return estimateOf(this.#registers as Uint8Array);
  }

  encode(): PlainValue {
    return this.#exact === null
      ? { registers: Array.from(this.#registers as Uint8Array) }
      : { exact: [...this.#exact] };
  }

  static decode(plain: PlainValue): HyperLogLog {
    const { exact, registers } = plain as Partial<Record<string, readonly number[]>>;
    const sketch = new HyperLogLog();
    if (registers === undefined) sketch.#exact = new Set(exact);
    else {
      sketch.#exact = null;
      sketch.#registers = Uint8Array.from(registers);
    }
    return sketch;
  }
}

/** The estimate of registers: Ertl's algorithm 6. */
export function estimateOf(registers: Uint8Array): number {
  const counts = new Float64Array(TAIL + 2);
  for (const rank of registers) counts[rank]++;
  let z = REGISTERS * tau(1 - counts[TAIL + 1] / REGISTERS);
  for (let k = TAIL; k >= 1; k--) z = 0.5 * (z + counts[k]);
  z += REGISTERS * sigma(counts[0] / REGISTERS);
  return Math.round(REGISTERS ** 2 / (2 * Math.LN2) / z);
}

/** The register of a hash, and the length of its run of zeros, with the one behind it. */
export function registerOf(key: number): number {
  return Math.floor(key / 2 ** 32) & (REGISTERS - 1);
}

export function rankOf(key: number): number {
  const low = (key % 2 ** 32) >>> 0;
  return low === 0 ? TAIL + 1 : Math.clz32(low) + 1;
}

/** 53 bits of the hash of a value: a number, a bigint or a text. */
export function hashOf(value: HeldValue | string): number {
  const [high, low] = hash(value);
  return (high & 0x1fffff) * 2 ** 32 + low;
}

/** Ertl's σ. */
function sigma(given: number): number {
  if (given === 1) return Infinity;
  let x = given;
  let y = 1;
  let z = x;
  for (let before = NaN; before !== z;) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

/** Ertl's τ. */
function tau(given: number): number {
  if (given === 0 || given === 1) return 0;
  let x = given;
  let y = 1;
  let z = 1 - x;
  for (let before = NaN; before !== z;) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}

const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);

/** Two 32-bit hashes of a value; -0 is 0, and there is one NaN. */
function hash(value: HeldValue | string): [number, number] {
  let a = 0x9e3779b9 | 0;
  let b = 0x85ebca6b | 0;
  const take = (word: number): void => {
    a = Math.imul(a ^ word, 0x2c1b3c6d);
    a ^= a >>> 15;
    b = Math.imul(b ^ word, 0x297a2d39);
    b ^= (b >>> 13) + a;
  };
  if (typeof value === 'number') {
    bits[0] = value === 0 ? 0 : Number.isNaN(value) ? NaN : value;
    take(words[0]);
    take(words[1]);
  } else {
    const text = String(value);
    for (let k = 0; k < text.length; k++) take(text.charCodeAt(k));
    take(text.length);
  }
  return [finish(a) >>> 0, finish(b ^ a) >>> 0];
}

/** The last step of MurmurHash3: every bit of the input changes every bit of the output. */
function finish(given: number): number {
  let h = given;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
