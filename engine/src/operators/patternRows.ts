import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { toEventTimes } from '../columns/time.js';
import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import { Selection } from '../codegen/filter.js';
import type { Schema } from '../columns/schema.js';
import type { PhysicalMatchPattern } from '../physical/matchPattern.js';
import type { PatternRows } from './patternSearch.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** The rows of all keys that wait, by position, in the order in which they came; the rows of a key are linked. */
export class WaitingPatternRows implements PatternRows {
  next = new Int32Array(0);
  prev = new Int32Array(0);
  fits = new Int32Array(0);
  hopeless = new Int32Array(0);
  times = new Float64Array(0);
  /** The arguments of the batch that came last. */
  arguments: readonly Column[] = [];
  /** The arguments of all rows. */
  columns: readonly Column[] = [];
  readonly #store: RowStore;
  readonly #args: readonly ColumnKernel[];
  readonly #tests: readonly { readonly bit: number; readonly selection: Selection }[];
  /** The labels that any row may have as far as it alone is looked at. */
  readonly #always: number;
  readonly #time: PhysicalMatchPattern['time'];
  /** The number of each row, by which keys are told in order, where there are deadlines. */
  readonly #numbers: { lane: Float64Array; next: number } | null;

  constructor({
    args,
    input,
    conditions,
    time,
    withinUs,
  }: PhysicalMatchPattern & { readonly input: Schema }) {
    this.#args = args.map(expr => compileColumn(expr, input));
    this.#store = new RowStore({
      fields: args.map(({ type, nullable }, at) => ({ name: `${at}`, type, nullable })),
    });
    this.#tests = conditions.flatMap((each, label) =>
      each?.of === 'row' ? [{ bit: 1 << label, selection: new Selection(each.expr, input) }] : [],
    );
    this.#always = conditions.reduce(
      (bits, each, label) => (each?.of === 'row' ? bits : bits | (1 << label)),
      0,
    );
    this.#time = time;
    this.#numbers = withinUs === null ? null : { lane: new Float64Array(0), next: 0 };
  }

  get used(): number {
    return this.#store.used;
  }

  get capacity(): number {
    return this.#store.capacity;
  }

  /** The number of a row among all that have come. */
  order(row: number): number {
    return this.#numbers === null ? 0 : this.#numbers.lane[row];
  }

  /** Adds a batch; gives the position of its first row. */
  append(batch: Batch): number {
    const { length } = batch;
    const store = this.#store;
    const from = store.used;
    this.arguments = this.#args.map(kernel => kernel.run(batch));
    store.append(this.arguments, 0, length);
    this.#fit();
    const { fits } = this;
    fits.fill(this.#always, from, from + length);
    this.hopeless.fill(0, from, from + length);
    for (const { bit, selection } of this.#tests) {
      const count = selection.select(batch);
      const { rows } = selection;
      for (let k = 0; k < count; k++) fits[from + rows[k]] |= bit;
    }
    if (this.#time !== null) {
      const { data } = this.arguments[this.#time.arg];
      toEventTimes(data, this.#time.unit, length, this.times.subarray(from));
    }
    const numbers = this.#numbers;
    if (numbers !== null) for (let row = from; row < from + length; row++) numbers.lane[row] = numbers.next++;
    return from;
  }

  #fit(): void {
    const { capacity, used } = this.#store;
    if (this.next.length < capacity) {
      for (const name of ['next', 'prev', 'fits', 'hopeless'] as const)
        this[name] = grown(this[name], capacity);
      this.times = longer(this.times, capacity);
      if (this.#numbers !== null) this.#numbers.lane = longer(this.#numbers.lane, capacity);
    }
    this.columns = this.#store.view(0, used);
  }

  /** Keeps the rows of ascending positions; gives their new ones. */
  keepOnly(kept: Int32Array): Int32Array {
    const places = new Int32Array(this.#store.used).fill(-1);
    for (let k = 0; k < kept.length; k++) places[kept[k]] = k;
    this.#store.compact(kept, kept.length);
    const { next, prev, fits, hopeless, times } = this;
    const numbers = this.#numbers?.lane ?? null;
    for (let k = 0; k < kept.length; k++) {
      const row = kept[k];
      next[k] = next[row] < 0 ? -1 : places[next[row]];
      prev[k] = prev[row] < 0 ? -1 : places[prev[row]];
      fits[k] = fits[row];
      hopeless[k] = hopeless[row];
      times[k] = times[row];
      if (numbers !== null) numbers[k] = numbers[row];
    }
    this.columns = this.#store.view(0, kept.length);
    return places;
  }

  bytes(): number {
    return this.#store.bytes() + this.next.byteLength * 4 + this.times.byteLength;
  }

  /** Writes all rows. */
  snapshot(writer: StateWriter): void {
    const { used } = this.#store;
    this.#store.snapshot(writer.section('columns'), 0);
    for (const name of LANES) writer.lane(name, this[name], used);
    const numbers = this.#numbers;
    if (numbers === null) return;
    writer.lane('numbers', numbers.lane, used);
    writer.value('next number', numbers.next);
  }

  restore(reader: StateReader): void {
    this.#store.restore(reader.section('columns'));
    this.#fit();
    for (const name of LANES) this[name].set(reader.lane(name) as Int32Array);
    const numbers = this.#numbers;
    if (numbers === null) return;
    numbers.lane.set(reader.lane('numbers') as Float64Array);
    numbers.next = reader.value('next number') as number;
  }
}

const LANES = ['next', 'prev', 'fits', 'hopeless', 'times'] as const;

function longer(lane: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(length);
  next.set(lane);
  return next;
}
