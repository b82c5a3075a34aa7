import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { compileColumn } from '../codegen/column.js';
import type { BoundExpr } from '../expr/bound.js';

/** Gives the argument columns of a batch: its own where the argument is a column, computed ones elsewhere. */
export function argumentColumns(
  args: readonly BoundExpr[],
  input: Schema,
): (batch: Batch) => readonly Column[] {
  const readers = args.map((arg): ((batch: Batch) => Column) => {
    if (arg.kind === 'column') return batch => batch.columns[arg.index];
    const kernel = compileColumn(arg, input);
    return batch => kernel.run(batch);
  });
  return batch => readers.map(read => read(batch));
}
