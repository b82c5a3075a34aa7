import { RowKind, type Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import type { Schema } from '../columns/schema.js';
import { STRING } from '../columns/types.js';
import { ROW_KIND_NAMES } from '../columns/batch.js';
import { StatelessOperator, type Emitter } from './operator.js';

/**
 * Passes on each change as a row that only comes, its kind in the first column. A `-U` whose `+U` a filter has left out is told as the `-D` that
 * it is, and a `+U` without its `-U` as a `+I`, so that whoever keeps a table of the rows by these kinds has the table.
 */
export class ChangeRowsOperator extends StatelessOperator {
  /** The names of the kinds, whose codes are the kinds. */
  readonly #names = new Dictionary(ROW_KIND_NAMES);
  #kinds = new Int32Array(0);

  constructor(readonly output: Schema) {
    super();
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const { length, watermark } = batch;
    const empty = { schema: this.output, length: 0, columns: [], kinds: null, marks: null, watermark };
    out(length === 0 ? empty : { ...empty, length, columns: [this.#kindsOf(batch), ...batch.columns] });
  }

  #kindsOf({ kinds, length }: Batch): Column {
    if (this.#kinds.length < length) this.#kinds = new Int32Array(2 * length);
    const data = this.#kinds;
    if (kinds === null) data.fill(RowKind.Insert, 0, length);
    else {
      for (let row = 0; row < length; row++) data[row] = kinds[row];
      for (let row = 0; row < length; row++) {
        if (data[row] === RowKind.UpdateAfter) data[row] = RowKind.Insert;
        else if (data[row] === RowKind.UpdateBefore) {
          if (row + 1 < length && data[row + 1] === RowKind.UpdateAfter) row++;
          else data[row] = RowKind.Delete;
        }
      }
    }
    return { type: STRING, data, valid: null, dictionary: this.#names };
  }
}
