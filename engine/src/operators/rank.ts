import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { INT64 } from '../columns/types.js';
import type { PhysicalRank } from '../physical/rank.js';
import { BoundedRows } from './boundedRows.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { compareRows, compareRowsDescending } from './rowCompare.js';
import type { StateReader, StateWriter } from './snapshot.js';

/** Rows of an emitted batch. */
const BATCH_ROWS = 8192;

export interface RankPlan extends PhysicalRank {
  readonly input: Schema;
  readonly output: Schema;
}

/** Compares two rows by their positions. */
type Comparer = (a: number, b: number) => number;

/** Gives the rows of a bounded input their places in an order, once all of them have come; they stay in order of arrival. */
export class RankOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: RankPlan;
  readonly #rows: BoundedRows;
  #ended = false;

  constructor(plan: RankPlan) {
    this.#plan = plan;
    this.#rows = new BoundedRows(plan.input, plan.retracting);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    this.#rows.add(batch);
    const atEnd = batch.watermark === Infinity;
    if (atEnd && !this.#ended) this.#emit(out);
    else out(this.#empty(atEnd ? Infinity : START_OF_TIME));
  }

  #emit(out: Emitter): void {
    this.#ended = true;
    const alive = this.#rows.alive();
    const ranks = this.#ranksOf(alive);
    const marks = new Float64Array(BATCH_ROWS).fill(START_OF_TIME);
    for (let at = 0; at < alive.length; at += BATCH_ROWS) {
      const part = alive.subarray(at, at + BATCH_ROWS);
      const made = ranks.map((data): Column => ({
        type: INT64,
        data: data.subarray(at, at + part.length),
        valid: null,
        dictionary: null,
      }));
      const columns = [...this.#rows.gather(part), ...made];
      out({ ...this.#empty(START_OF_TIME), columns, length: part.length, marks });
    }
    this.#rows.clear();
    out(this.#empty(Infinity));
  }

  /** The values of each rank column, in order of arrival. */
  #ranksOf(alive: Int32Array): Float64Array[] {
    const { by, within, ties, columns } = this.#plan;
    const stored = this.#rows.columns();
    const column = (name: string): Column => stored[fieldIndex(this.#plan.input, name)];
    const groups = this.#groupsOf(within.map(column));
    const inOrder = comparerOf(by.map(({ column: name, descending }) => [column(name), descending] as const));
    const among = comparerOf(ties.map(name => [column(name), false] as const));
    const order = Int32Array.from(alive.keys()).sort((x, y) => {
      const [a, b] = [alive[x], alive[y]];
      return groups[a] - groups[b] || inOrder(a, b) || among(a, b) || x - y;
    });
    const ranks = { rank: 0, denseRank: 0, rowNumber: 0 };
    const made = columns.map(() => new Float64Array(alive.length));
    for (let k = 0; k < order.length; k++) {
      const row = alive[order[k]];
      const before = k === 0 ? -1 : alive[order[k - 1]];
      if (before < 0 || groups[before] !== groups[row]) ranks.rank = ranks.denseRank = ranks.rowNumber = 0;
      ranks.rowNumber++;
      if (ranks.rowNumber === 1 || inOrder(before, row) !== 0) {
        ranks.rank = ranks.rowNumber;
        ranks.denseRank++;
      }
      columns.forEach(({ rank }, c) => (made[c][order[k]] = ranks[rank]));
    }
    return made;
  }

  /** The group of each stored row. */
  #groupsOf(columns: readonly Column[]): Int32Array {
    if (columns.length === 0 || this.#rows.used === 0) return new Int32Array(this.#rows.used);
    return new GroupIndex(columns.map(({ type }) => type)).assign(columns, this.#rows.used);
  }

  #empty(watermark: EventTime): Batch {
    return { schema: this.#plan.output, length: 0, columns: [], kinds: null, marks: null, watermark };
  }

  bytes(): number {
    return this.#rows.bytes();
  }

  stateRows(): number {
    return this.#rows.used;
  }

  snapshot(writer: StateWriter): void {
    writer.value('ended', this.#ended);
    this.#rows.snapshot(writer);
  }

  restore(reader: StateReader): void {
    this.#ended = reader.value('ended') === true;
    this.#rows.restore(reader);
  }
}

/** Compares by several columns in turn. */
function comparerOf(columns: readonly (readonly [column: Column, descending: boolean])[]): Comparer {
  const comparers = columns.map(([column, descending]): Comparer =>
    descending ? (a, b) => compareRowsDescending(column, a, b) : (a, b) => compareRows(column, a, b),
  );
  return (a, b) => {
    for (const compare of comparers) {
      const result = compare(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
}
