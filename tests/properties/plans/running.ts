import type { Batch } from '../../../engine/src/columns/batch.js';
import { START_OF_TIME, toEventTimes } from '../../../engine/src/columns/time.js';
import { columnOf, valueAt, type Value } from '../../../engine/src/columns/values.js';
import { readSnapshot, SnapshotWriter } from '../../../engine/src/operators/snapshotFormat.js';
import type { PhysicalPlan } from '../../../engine/src/physical/physical.js';
import { Pipeline } from '../../../engine/src/runtime/pipeline.js';
import { MaterializedTable } from '../../../engine/src/runtime/table.js';
import type { Random } from '../random.js';
import type { RandomTable } from './tables.js';

const WITHOUT_LIMIT = { rows: Infinity, bytes: Infinity, lastUs: Infinity };

/** The watermark after each row: the latest time so far less the bound. */
export function marksOf(table: RandomTable, boundUs: number): Float64Array {
  const at = table.fields.findIndex(({ name }) => name === table.time);
  const { type } = table.fields[at];
  const count = table.rows.length;
  const times = new Float64Array(count);
  const column = columnOf(
    type,
    table.rows.map(row => row[at]),
  );
  if (type.kind === 'timestamp') toEventTimes(column.data, type.unit, count, times);
  let high = START_OF_TIME;
  return times.map(time => (high = Math.max(high, time)) - boundUs);
}

/** Some rows of a table as a batch. No marks: no row is late, and no window closes. */
export function batchOf(
  table: RandomTable,
  from: number,
  to: number,
  marks: Float64Array | null,
  kinds: Uint8Array | null = null,
): Batch {
  const rows = table.rows.slice(from, to);
  const own = marks?.slice(from, to) ?? new Float64Array(rows.length).fill(START_OF_TIME);
  return {
    schema: { fields: table.fields },
    length: rows.length,
    columns: table.fields.map((field, k) =>
      columnOf(
        field.type,
        rows.map(row => row[k]),
      ),
    ),
    kinds,
    marks: own,
    watermark: own.length === 0 ? START_OF_TIME : own[own.length - 1],
  };
}

/** Borders that cut so many rows into pieces, of one row each or of many. */
export function borders(random: Random, count: number): number[] {
  const most = random.pick([1, 4, 30]);
  const found = [0];
  for (let at = 0; at < count; found.push(at)) at = Math.min(count, at + 1 + random.below(most));
  return found;
}

/** A plan that runs into a table. */
export class RunningPlan {
  readonly table: MaterializedTable;
  #pipeline: Pipeline;

  constructor(readonly plan: PhysicalPlan) {
    this.table = new MaterializedTable(plan.table, WITHOUT_LIMIT);
    this.#pipeline = this.#start();
  }

  #start(): Pipeline {
    return new Pipeline(
      this.plan,
      batch => this.table.apply(batch),
      () => 0,
    );
  }

  push(batch: Batch): void {
    this.#pipeline.push(0, batch);
  }

  end(): void {
    this.#pipeline.end(0);
  }

  /** Goes on in new operators with the state of these, by way of the bytes of snapshots. */
  move(): void {
    const before = this.#pipeline;
    this.#pipeline = this.#start();
    this.#pipeline.operators.forEach((operator, at) => {
      const writer = new SnapshotWriter();
      before.operators[at].snapshot(writer);
      operator.restore(readSnapshot(writer.encode()));
    });
  }

  rows(): Value[][] {
    const positions = this.table.positions(0, this.table.total);
    const columns = this.table.gather(positions);
    return Array.from(positions, (_, row) => columns.map(column => valueAt(column, row)));
  }
}
