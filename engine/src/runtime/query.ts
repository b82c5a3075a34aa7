import type { Batch } from '../columns/batch.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { PhysicalPlan } from '../physical/physical.js';
import type { FeedMember } from './feed.js';
import { Pipeline } from './pipeline.js';
import { MaterializedTable, type TableLimits } from './table.js';

/** A plan that runs: rows of its feed go through its operators into its table. */
export class RunningQuery implements FeedMember {
  readonly table: MaterializedTable;
  rowsIn = 0;
  watermark: EventTime = START_OF_TIME;
  ended = false;
  error: Error | null = null;
  isCaughtUp = false;
  #pipeline: Pipeline;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly plan: PhysicalPlan,
    limits?: TableLimits,
  ) {
    this.table = new MaterializedTable(plan.table, limits);
    this.#pipeline = this.#makePipeline();
  }

  #makePipeline(): Pipeline {
    return new Pipeline(this.plan, batch => this.table.apply(batch));
  }

  push(batch: Batch): void {
    this.rowsIn += batch.length;
    this.#pipeline.push(0, batch);
    this.watermark = Math.max(this.watermark, batch.watermark);
    this.#changed();
  }

  end(): void {
    try {
      this.#pipeline.end(0);
      this.watermark = Infinity;
      this.ended = true;
      this.#changed();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.error = error instanceof Error ? error : new Error(String(error));
    this.#changed();
  }

  restart(): void {
    this.#pipeline = this.#makePipeline();
    this.table.clear();
    this.rowsIn = 0;
    this.watermark = START_OF_TIME;
    this.ended = false;
    this.error = null;
    this.#changed();
  }

  caughtUp(): void {
    this.isCaughtUp = true;
    this.#changed();
  }

  get late(): number {
    return this.#pipeline.late;
  }

  bytes(): number {
    return this.table.bytes + this.#pipeline.bytes();
  }

  /** Calls back after every change; returns what stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Resolves once the condition holds, or the query has failed: then it throws. */
  async until(condition: () => boolean): Promise<void> {
    for (;;) {
      if (this.error !== null) throw this.error;
      if (condition()) return;
      await new Promise<void>(resolve => {
        const stop = this.onChange(() => {
          stop();
          resolve();
        });
      });
    }
  }
}
