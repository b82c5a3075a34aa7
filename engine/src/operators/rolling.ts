import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { fieldIndex } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { RollingShape } from '../codegen/rollingShape.js';
import { GroupCensus } from './groupCensus.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { RollingState, type RollingPlan } from './rollingState.js';
import type { StateReader, StateWriter } from './snapshot.js';

/**
 * Adds columns to rows that come in event order: aggregates of the rows before each, and row functions. One row out for each row in, at
 * once; the input's columns go on as they are.
 */
export class RollingOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: RollingPlan;
  readonly #state: RollingState;
  /** Where a key without rows in its frame is as good as one that never came; null where keys keep what they have seen. */
  readonly #census: GroupCensus | null;
  /** No row to come is before this. */
  #reached: EventTime = START_OF_TIME;
  /** For each column of the output, the input's column or the new one in its place. */
  readonly #layout: readonly { readonly from: 'input' | 'new'; readonly at: number }[];

  constructor(plan: RollingPlan, evaluate: (batch: Batch) => readonly Column[]) {
    const { shape, output, input, columns } = plan;
    this.#plan = plan;
    this.#state = new RollingState(plan, evaluate);
    this.#census = forgetsKeys(shape) ? new GroupCensus(holds => this.#markGroups(holds)) : null;
    this.#layout = output.fields.map(({ name }) => {
      const made = columns.indexOf(name);
      return made >= 0 ? { from: 'new', at: made } : { from: 'input', at: fieldIndex(input, name) };
    });
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    if (batch.length === 0) {
      out({ ...batch, schema: this.#plan.output, columns: [] });
      return;
    }
    const { times, columns } = this.#state.run(batch, null, 0);
    if (this.#census !== null) {
      this.#reached = Math.max(this.#reached, times[batch.length - 1]);
      this.#renumber(this.#census);
    }
    out({
      ...batch,
      schema: this.#plan.output,
      columns: this.#layout.map(({ from, at }) => (from === 'new' ? columns[at] : batch.columns[at])),
    });
  }

  /** Numbers of keys without rows in their frames are given up. State and queues lie by number. */
  #renumber(census: GroupCensus): void {
    const renumbering = census.take(this.#state.grouping.groups);
    if (renumbering !== null) this.#state.keepOnly(renumbering.kept);
  }

  /** Marks keys of which a row is in the frame of the latest row. */
  #markGroups(holds: Uint8Array): void {
    this.#state.markSince(this.#reached - (this.#plan.shape.frame as { readonly us: number }).us, holds);
  }

  stateRows(): number {
    return this.#state.rows;
  }

  bytes(): number {
    return this.#state.bytes();
  }

  /** Writes the groups, their state, and the rows of their frames. */
  snapshot(writer: StateWriter): void {
    this.#state.snapshot(writer);
  }

  restore(reader: StateReader): void {
    this.#state.restore(reader);
  }
}

/** Whether a key that has no row in its frame has nothing else: no row function, and no aggregate of all rows so far, keeps any of it. */
function forgetsKeys({ frame, roles }: RollingShape): boolean {
  return frame?.kind === 'range' && roles.every(({ kind }) => kind === 'moving' || kind === 'deque');
}
