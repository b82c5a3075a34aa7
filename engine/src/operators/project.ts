import type { Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { ProjectKernel, type ProjectedColumn } from '../codegen/project.js';
import { StatelessOperator, type Emitter } from './operator.js';

/** Makes columns out of columns. */
export class ProjectOperator extends StatelessOperator {
  readonly #kernel: ProjectKernel;

  constructor(columns: readonly ProjectedColumn[], input: Schema) {
    super();
    this.#kernel = new ProjectKernel(columns, input);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    out(this.#kernel.run(batch));
  }
}
