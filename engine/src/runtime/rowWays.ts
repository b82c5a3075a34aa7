import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { FilterOperator } from '../operators/filter.js';
import type { Emitter, Operator } from '../operators/operator.js';
import { RowStore } from '../operators/rowStore.js';
import type { PhysicalInput, PhysicalPlan } from '../physical/physical.js';

/** The ways by which rows come to a union from one input: the operators of each, all of which look at one row at a time. */
export interface Ways {
  readonly from: PhysicalInput;
  readonly ways: readonly (readonly number[])[];
}

/** The ways to a union whose inputs are one input, filtered or projected; null where it is another one. */
export function waysTo(plan: PhysicalPlan, union: number): Ways | null {
  const found = plan.operators[union].inputs.map(input => wayTo(plan, input));
  const [{ from }] = found;
  if (found.length < 2 || found.some(way => !isSame(way.from, from))) return null;
  return { from, ways: found.map(({ way }) => way) };
}

function wayTo(plan: PhysicalPlan, input: PhysicalInput): { from: PhysicalInput; way: readonly number[] } {
  if ('source' in input) return { from: input, way: [] };
  const { op, inputs } = plan.operators[input.operator];
  if (op !== 'filter' && op !== 'project') return { from: input, way: [] };
  const { from, way } = wayTo(plan, inputs[0]);
  return { from, way: [...way, input.operator] };
}

function isSame(a: PhysicalInput, b: PhysicalInput): boolean {
  return 'source' in a
    ? 'source' in b && a.source === b.source
    : 'operator' in b && a.operator === b.operator;
}

/** Runs an operator, as a pipeline does. */
type Run = (operator: number, batch: Batch, out: Emitter) => void;

/** What a way has made of a batch: which of its rows are left, rising. */
interface Way {
  rows: Int32Array;
  count: number;
}

/**
 * Puts the rows that come to a union by several ways together row by row: those of one row of the input follow each other in the order of the
 * ways, as if each row had gone all ways before the next one came.
 */
export class RowWays {
  readonly #ways: readonly Way[];
  readonly #store: RowStore;
  #order = new Int32Array(0);
  /** Which row of the input each row in order is. */
  #places = new Int32Array(0);
  #kinds = new Uint8Array(0);
  #marks = new Float64Array(0);
  #watermark: EventTime = START_OF_TIME;

  constructor(
    readonly ways: Ways['ways'],
    readonly operators: readonly Operator[],
    readonly run: Run,
    readonly schema: Schema,
    /** Whether the marks of changes are those of rows: see `RowKeeper`. */
    readonly carried = false,
  ) {
    this.#ways = ways.map(() => ({ rows: new Int32Array(0), count: 0 }));
    this.#store = new RowStore(schema);
  }

  process(batch: Batch, out: Emitter): void {
    const before = this.#watermark;
    this.#watermark = Math.max(before, batch.watermark);
    this.ways.forEach((way, at) => this.#follow(way, this.#ways[at], batch));
    const count = this.#merge(batch.length);
    const { schema } = this;
    const empty = { schema, length: 0, columns: [], kinds: null, marks: null };
    // Rows that all ways left out have moved the watermark that the first one is judged by.
    if (batch.marks !== null && (batch.kinds === null || this.carried) && count > 0 && this.#places[0] > 0)
      out({ ...empty, watermark: batch.marks[this.#places[0] - 1] });
    if (count === 0) out({ ...empty, watermark: batch.watermark });
    else {
      const columns = this.#store.gather(this.#order, count);
      const { watermark } = batch;
      out({
        schema,
        length: count,
        columns,
        kinds: this.#kindsOf(batch, count),
        marks: this.#marksOf(batch, count, before),
        watermark,
      });
    }
    this.#store.compact(this.#order, 0);
  }

  /** Sends a batch by one way, and keeps what comes out. */
  #follow(operators: readonly number[], way: Way, batch: Batch): void {
    const { length } = batch;
    if (way.rows.length < length) way.rows = new Int32Array(2 * length);
    for (let row = 0; row < length; row++) way.rows[row] = row;
    way.count = length;
    let made = batch;
    for (const at of operators) {
      this.run(at, made, next => (made = next));
      const operator = this.operators[at];
      if (!(operator instanceof FilterOperator) || made.length === way.count) continue;
      // A row that is kept comes from a place that is not before its own.
      for (let k = 0; k < made.length; k++) way.rows[k] = way.rows[operator.kept[k]];
      way.count = made.length;
    }
    if (made.length > 0) this.#store.append(made.columns, 0, made.length);
  }

  /** Finds the order of the rows of all ways. Returns how many there are. */
  #merge(length: number): number {
    const total = this.#ways.reduce((sum, { count }) => sum + count, 0);
    if (this.#order.length < total) {
      this.#order = new Int32Array(2 * total);
      this.#places = new Int32Array(2 * total);
    }
    const next = this.#ways.map(() => 0);
    let first = 0;
    const firsts = this.#ways.map(({ count }) => (first += count) - count);
    let found = 0;
    for (let row = 0; row < length && found < total; row++) {
      for (let w = 0; w < this.#ways.length; w++) {
        const { rows, count } = this.#ways[w];
        if (next[w] === count || rows[next[w]] !== row) continue;
        this.#order[found] = firsts[w] + next[w]++;
        this.#places[found++] = row;
      }
    }
    return total;
  }

  #kindsOf({ kinds }: Batch, count: number): Uint8Array | null {
    if (kinds === null) return null;
    if (this.#kinds.length < count) this.#kinds = new Uint8Array(2 * count);
    for (let k = 0; k < count; k++) this.#kinds[k] = kinds[this.#places[k]];
    return this.#kinds;
  }

  /** A row's mark is the watermark in force before the next one; rows of a changelog keep theirs. */
  #marksOf({ marks, kinds, length }: Batch, count: number, before: EventTime): Float64Array | null {
    if (marks === null) return null;
    if (this.#marks.length < count) this.#marks = new Float64Array(2 * count);
    const places = this.#places;
    if (kinds !== null && !this.carried) {
      for (let k = 0; k < count; k++) this.#marks[k] = marks[places[k]];
      return this.#marks;
    }
    for (let k = 0; k + 1 < count; k++) {
      const next = places[k + 1];
      this.#marks[k] = next === 0 ? before : marks[next - 1];
    }
    this.#marks[count - 1] = marks[length - 1];
    return this.#marks;
  }
}
