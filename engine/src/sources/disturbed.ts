import { parseDuration } from '../columns/duration.js';
import { SourceError } from './error.js';
import { makeLanes } from './madeRows.js';
import type { MadeColumn, MadeLane, RowMaker } from './madeRows.js';
import type { Options } from './options.js';
import { seededRandom } from './random.js';

/** How many rows are taken from the undisturbed maker at a time. */
const BLOCK = 1024;

/** Spoils one row in its lanes. */
export type Spoil = (lanes: readonly MadeLane[], row: number, random: () => number) => void;

/** What is done to rows on their way. */
export interface Disturbance {
  readonly seed: number;
  /** The share of rows that one of `spoils`, drawn anew each time, is done to. */
  readonly spoilRate: number;
  readonly spoils: readonly Spoil[];
  /** The share of rows that come twice. */
  readonly repeatRate: number;
  /** The share of rows that come late, and by how many microseconds at most. */
  readonly lateRate: number;
  readonly delayUs: number;
}

/** The option `disorder: { rate, delay }`; not given: rows in order. Error `MR3951`. */
export function disorderOption(options: Options): { readonly lateRate: number; readonly delayUs: number } {
  const { disorder } = options;
  if (disorder === undefined) return { lateRate: 0, delayUs: 0 };
  const { rate, delay } = disorder as { readonly rate?: unknown; readonly delay?: unknown };
  if (typeof rate !== 'number' || !(rate >= 0 && rate <= 1) || typeof delay !== 'string') {
    throw new SourceError(
      'MR3951',
      `the option disorder is ${JSON.stringify(disorder)}.`,
      "Write { rate: 0.05, delay: '2 s' }: the share of rows that come late, and by how much at most.",
    );
  }
  const delayUs = parseDuration(delay, 'the delay of late rows');
  return delayUs > 0 && rate > 0 ? { lateRate: rate, delayUs } : { lateRate: 0, delayUs: 0 };
}

/** An option that is a share, from 0 to 1. Error `MR3952`. */
export function shareOption(options: Options, name: string, otherwise: number): number {
  const value = options[name] ?? otherwise;
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new SourceError(
    'MR3952',
    `the option ${name} is ${JSON.stringify(value) ?? String(value)}.`,
    `It is a share of all rows, from 0 to 1: { ${name}: 0.001 }.`,
  );
}

/**
 * The rows of another maker, some of them spoilt, twice, or late: a late row comes behind rows of a later time. What is done to which row follows
 * from a seed of its own, so the same rows without a disturbance tell each one that was.
 */
export class DisturbedRows implements RowMaker {
  readonly #random: () => number;
  readonly #block: readonly MadeLane[];
  #length = 0;
  #at = 0;
  #ended = false;
  /** Whether the row at hand has been drawn for, and comes again. */
  #drawn = false;
  #delay = 0;
  #repeats = 0;
  readonly #held: HeldRows;

  constructor(
    private readonly rows: RowMaker,
    columns: readonly MadeColumn[],
    private readonly disturbance: Disturbance,
  ) {
    this.#random = seededRandom(disturbance.seed + 0x5eed);
    this.#block = makeLanes(columns, BLOCK);
    this.#held = new HeldRows(columns);
  }

  make(count: number, lanes: readonly MadeLane[]): number {
    let made = 0;
    while (made < count) {
      if (this.#at === this.#length && !this.#ended) this.#fill();
      const now = this.#ended ? Infinity : this.#block[0].data[this.#at];
      if (this.#held.due <= now && this.#held.due < Infinity) {
        this.#held.take(lanes, made++);
        continue;
      }
      if (this.#ended) break;
      if (!this.#drawn) this.#draw(this.#at);
      if (this.#delay > 0) this.#held.add(now + this.#delay, this.#block, this.#at);
      else copyRow(this.#block, this.#at, lanes, made++);
      if (this.#repeats-- > 0) continue;
      this.#drawn = false;
      this.#at++;
    }
    return made;
  }

  #fill(): void {
    this.#length = this.rows.make(BLOCK, this.#block);
    this.#at = 0;
    this.#ended = this.#length === 0;
  }

  /** Draws what is done to a row, always in the same order. */
  #draw(row: number): void {
    const random = this.#random;
    const { spoilRate, spoils, repeatRate, lateRate, delayUs } = this.disturbance;
    if (spoilRate > 0 && random() < spoilRate)
      spoils[Math.floor(random() * spoils.length)](this.#block, row, random);
    this.#repeats = repeatRate > 0 && random() < repeatRate ? 1 : 0;
    this.#delay = lateRate > 0 && random() < lateRate ? 1 + Math.floor(random() * delayUs) : 0;
    this.#drawn = true;
  }
}

/** Rows that come later than their time, in the order in which they fall due: a heap of places in lanes. */
class HeldRows {
  #lanes: readonly MadeLane[];
  #capacity = BLOCK;
  readonly #heap: number[] = [];
  readonly #due: number[] = [];
  /** Rows that fall due together come as they were added. */
  readonly #order: number[] = [];
  readonly #free: number[] = [];
  #added = 0;

  constructor(private readonly columns: readonly MadeColumn[]) {
    this.#lanes = makeLanes(columns, this.#capacity);
  }

  /** When the first of them falls due. */
  get due(): number {
    return this.#heap.length === 0 ? Infinity : this.#due[this.#heap[0]];
  }

  add(due: number, from: readonly MadeLane[], row: number): void {
    const slot = this.#free.pop() ?? this.#heap.length;
    if (slot === this.#capacity) this.#grow();
    copyRow(from, row, this.#lanes, slot);
    this.#due[slot] = due;
    this.#order[slot] = this.#added++;
    const heap = this.#heap;
    let i = heap.push(slot) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#before(heap[i], heap[parent])) break;
      [heap[i], heap[parent]] = [heap[parent], heap[i]];
      i = parent;
    }
  }

  take(to: readonly MadeLane[], row: number): void {
    const heap = this.#heap;
    const slot = heap[0];
    copyRow(this.#lanes, slot, to, row);
    this.#free.push(slot);
    const last = heap.pop() as number;
    if (heap.length === 0) return;
    heap[0] = last;
    let i = 0;
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2])
        if (child < heap.length && this.#before(heap[child], heap[least])) least = child;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least], heap[i]];
      i = least;
    }
  }

  #before(a: number, b: number): boolean {
    return this.#due[a] < this.#due[b] || (this.#due[a] === this.#due[b] && this.#order[a] < this.#order[b]);
  }

  #grow(): void {
    const lanes = makeLanes(this.columns, this.#capacity * 2);
    for (let c = 0; c < lanes.length; c++) {
      lanes[c].data.set(this.#lanes[c].data);
      lanes[c].valid?.set(this.#lanes[c].valid as Uint8Array);
    }
    this.#lanes = lanes;
    this.#capacity *= 2;
  }
}

function copyRow(from: readonly MadeLane[], row: number, to: readonly MadeLane[], at: number): void {
  for (let c = 0; c < from.length; c++) {
    to[c].data[at] = from[c].data[row];
    const { valid } = to[c];
    if (valid !== null) valid[at] = (from[c].valid as Uint8Array)[row];
  }
}
