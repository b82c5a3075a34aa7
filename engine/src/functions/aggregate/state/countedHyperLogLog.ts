import { ValueMap } from '../../../columns/valueMap.js';
import type { PlainValue } from '../define.js';
import type { HeldValue } from './held.js';
import { estimateOf, EXACT, hashOf, rankOf, REGISTERS, registerOf } from './hyperLogLog.js';

/** Ranks fit below this. */
const RANKS = 64;

/**
 * A HyperLogLog that gives values back: how often each hash was seen, and for more hashes than are counted exactly how many of each register have which
 * rank, so that a register that loses its greatest finds the next. It estimates what a HyperLogLog of the values that are left does, to the
 * last one, and holds a hash and a count of each.
 */
export class CountedHyperLogLog {
  readonly #counts = new ValueMap<number, number>();
  /** How many hashes there are of each register and rank, and the greatest rank of each register; null up to `EXACT`. */
  #ranks: Map<number, number> | null = null;
  #registers: Uint8Array | null = null;

  add(value: HeldValue | string): void {
    this.#add(hashOf(value), 1);
  }

  #add(key: number, count: number): void {
    const before = this.#counts.get(key) ?? 0;
    this.#counts.set(key, before + count);
    if (before > 0) return;
    if (this.#ranks !== null) this.#note(key, this.#ranks, this.#registers as Uint8Array);
    else if (this.#counts.size > EXACT) this.#spread();
  }

  /** Takes one such value out, if there is one. */
  remove(value: HeldValue | string): void {
    const key = hashOf(value);
    const before = this.#counts.get(key) ?? 0;
    if (before > 1) this.#counts.set(key, before - 1);
    if (before !== 1) return;
    this.#counts.delete(key);
    if (this.#counts.size <= EXACT / 2) this.#ranks = this.#registers = null;
    else if (this.#ranks !== null) this.#forget(key, this.#ranks, this.#registers as Uint8Array);
  }

  #spread(): void {
    this.#ranks = new Map();
    this.#registers = new Uint8Array(REGISTERS);
    for (const key of this.#counts.keys()) this.#note(key, this.#ranks, this.#registers);
  }

  #note(key: number, ranks: Map<number, number>, registers: Uint8Array): void {
    const register = registerOf(key);
    const rank = rankOf(key);
    const cell = register * RANKS + rank;
    ranks.set(cell, (ranks.get(cell) ?? 0) + 1);
    if (rank > registers[register]) registers[register] = rank;
  }

  #forget(key: number, ranks: Map<number, number>, registers: Uint8Array): void {
    const register = registerOf(key);
    const cell = register * RANKS + rankOf(key);
    const left = (ranks.get(cell) as number) - 1;
    if (left > 0) {
      ranks.set(cell, left);
      return;
    }
    ranks.delete(cell);
    while (registers[register] > 0 && !ranks.has(register * RANKS + registers[register]))
      registers[register]--;
  }

  /** Adds another sketch, which stays as it is. */
  merge(other: CountedHyperLogLog): void {
    for (const [key, count] of other.#counts.entries()) this.#add(key, count);
  }

  /** How many distinct values there are, about; exact up to 1,024. */
  estimate(): number {
    if (this.#counts.size <= EXACT) return this.#counts.size;
    return estimateOf(this.#registers as Uint8Array);
  }

  encode(): PlainValue {
    return { keys: this.#counts.keys(), counts: this.#counts.values() };
  }

  static decode(plain: PlainValue): CountedHyperLogLog {
    const { keys, counts } = plain as Record<string, readonly number[]>;
    const sketch = new CountedHyperLogLog();
    keys.forEach((key, k) => sketch.#counts.set(key, counts[k]));
    if (sketch.#counts.size > EXACT) sketch.#spread();
    return sketch;
  }
}
