import type { Batch } from '../columns/batch.js';
import { FilterKernel } from '../codegen/filter.js';
import type { BoundExpr } from '../expr/bound.js';
import type { Schema } from '../columns/schema.js';
import { StatelessOperator, type Emitter } from './operator.js';

/** Keeps the rows for which a predicate is true. */
export class FilterOperator extends StatelessOperator {
  readonly #kernel: FilterKernel;

  /** @param carried see `RowKeeper` */
  constructor(predicate: BoundExpr, schema: Schema, carried = false) {
    super();
    this.#kernel = new FilterKernel(predicate, schema, carried);
  }

  /** Which rows were kept of the batch before, as positions in it. */
  get kept(): Int32Array {
    return this.#kernel.rows;
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const kept = this.#kernel.run(batch);
    const leading = this.#kernel.leadingMark;
    // Rows left out before the first one kept have moved the watermark that this one is judged by.
    if (kept.length > 0 && leading !== null) out({ ...kept, length: 0, watermark: leading });
    out(kept);
  }
}
