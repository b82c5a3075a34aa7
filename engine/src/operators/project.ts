import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { ProjectKernel, type ProjectedColumn } from '../codegen/project.js';
import type { Emitter, Operator } from './operator.js';

/** Makes columns out of columns. */
export class ProjectOperator implements Operator {
  readonly counters = { late: 0, untimed: 0 };
  readonly #kernel: ProjectKernel;

  constructor(columns: readonly ProjectedColumn[], input: Schema) {
    this.#kernel = new ProjectKernel(columns, input);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    out(this.#kernel.run(batch));
  }

  bytes(): number {
    return 0;
  }

  stateRows(): number {
    return 0;
  }
}
