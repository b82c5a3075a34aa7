import { RowKind, type Batch } from '../columns/batch.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { compileColumn, type ColumnKernel } from '../codegen/column.js';
import type { BoundExpr } from '../expr/bound.js';
import { StatelessOperator, type Emitter } from './operator.js';
import { RowAction, RowKindNames, takeWhere } from './rowKindNames.js';

interface RowKindsPlan {
  readonly input: Schema;
  readonly output: Schema;
  readonly kind: string;
  readonly deleted: BoundExpr | null;
}

/** Reads rows as the changes that a column says they are: those that are taken back hold the values that they had. */
export class RowKindsOperator extends StatelessOperator {
  readonly #columns: readonly number[];
  readonly #kindColumn: number;
  readonly #names: RowKindNames;
  readonly #deleted: ColumnKernel | null;
  #actions = new Uint8Array(0);
  #kinds = new Uint8Array(0);

  constructor(readonly plan: RowKindsPlan) {
    super();
    const { input, output, kind, deleted } = plan;
    this.#columns = output.fields.map(({ name }) => fieldIndex(input, name));
    this.#kindColumn = fieldIndex(input, kind);
    this.#names = new RowKindNames(kind, false);
    this.#deleted = deleted === null ? null : compileColumn(deleted, input);
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const { length, columns } = batch;
    const schema = this.plan.output;
    if (length === 0) {
      out({ ...batch, schema, columns: [] });
      return;
    }
    if (this.#actions.length < length) {
      this.#actions = new Uint8Array(2 * length);
      this.#kinds = new Uint8Array(2 * length);
    }
    const actions = this.#actions;
    this.#names.read(columns[this.#kindColumn], length, actions);
    if (this.#deleted !== null) takeWhere(this.#deleted.run(batch), length, actions);
    const kinds = this.#kinds;
    let before = false;
    for (let row = 0; row < length; row++) {
      const action = actions[row];
      if (action === RowAction.Put) {
        kinds[row] = before ? RowKind.UpdateAfter : RowKind.Insert;
        before = false;
        continue;
      }
      // The earlier values are replaced where the new ones follow at once, and go where not.
      before = action === RowAction.Before && row + 1 < length && actions[row + 1] === RowAction.Put;
      kinds[row] = before ? RowKind.UpdateBefore : RowKind.Delete;
    }
    out({ ...batch, schema, columns: this.#columns.map(at => columns[at]), kinds });
  }
}
