import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import type { BoundExpr } from '../expr/bound.js';
import { compileColumn } from './column.js';
import type { ColumnKernel } from './column.js';

/** A column that a projection makes. */
export interface ProjectedColumn {
  readonly name: string;
  readonly expr: BoundExpr;
}

/** Makes columns out of a batch's columns. The batch that `run` returns is lent; row kinds, marks and watermark pass on. */
export class ProjectKernel {
  readonly schema: Schema;
  readonly #kernels: readonly ColumnKernel[];

  constructor(columns: readonly ProjectedColumn[], input: Schema) {
    this.schema = {
      fields: columns.map(({ name, expr }) => ({ name, type: expr.type, nullable: expr.nullable })),
    };
    this.#kernels = columns.map(column => compileColumn(column.expr, input));
  }

  run(batch: Batch): Batch {
    // A batch that carries a watermark alone may come without columns, and goes on so.
    const columns = batch.length === 0 ? [] : this.#kernels.map(kernel => kernel.run(batch));
    return { ...batch, schema: this.schema, columns };
  }
}
