import type { Batch } from '../columns/batch.js';
import { FilterKernel } from '../codegen/filter.js';
import type { BoundExpr } from '../expr/bound.js';
import type { Schema } from '../columns/schema.js';
import type { Emitter, Operator } from './operator.js';

/** Keeps the rows for which a predicate is true. */
export class FilterOperator implements Operator {
  readonly counters = { late: 0, untimed: 0 };
  readonly #kernel: FilterKernel;

  constructor(predicate: BoundExpr, schema: Schema) {
    this.#kernel = new FilterKernel(predicate, schema);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const kept = this.#kernel.run(batch);
    const leading = this.#kernel.leadingMark;
    // Rows left out before the first one kept have moved the watermark that this one is judged by.
    if (kept.length > 0 && leading !== null) out({ ...kept, length: 0, watermark: leading });
    out(kept);
  }

  bytes(): number {
    return 0;
  }

  stateRows(): number {
    return 0;
  }
}
