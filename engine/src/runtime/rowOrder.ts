import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import type { Schema } from '../columns/schema.js';
import { compareRows, compareRowsDescending } from '../operators/rowCompare.js';
import type { PhysicalTable } from '../physical/physical.js';
import type { RowLog } from './rowLog.js';

/** The order in which a table shows its rows; it is made when it is looked at, and kept until the table changes. */
export class RowOrder {
  readonly #kernels: readonly ColumnKernel[];
  #version = -1;
  #positions = new Int32Array(0);

  constructor(
    readonly order: NonNullable<PhysicalTable['order']>,
    schema: Schema,
  ) {
    this.#kernels = order.map(({ value }) => compileColumn(value, schema));
  }

  /** The positions of all rows of a log in order, rows that are alike as they came. */
  positions(log: RowLog, version: number): Int32Array {
    if (this.#version === version) return this.#positions;
    log.closeGaps();
    const length = log.tail - log.head;
    const positions = new Int32Array(length);
    for (let row = 0; row < length; row++) positions[row] = log.head + row;
    const columns = log.columns.map(column => column.gather(positions));
    const compared = this.#kernels.map((kernel, k) => ({
      column: kernel.run({ columns, length }),
      compare: this.order[k].descending ? compareRowsDescending : compareRows,
    }));
    const { head } = log;
    positions.sort((a, b) => {
      for (const { column, compare } of compared) {
        const found = compare(column, a - head, b - head);
        if (found !== 0) return found;
      }
      return a - b;
    });
    this.#version = version;
    this.#positions = positions;
    return positions;
  }
}
