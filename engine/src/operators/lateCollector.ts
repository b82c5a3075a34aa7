import { RowKind, type Batch } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import type { EventTime } from '../columns/time.js';
import { RowKeeper } from '../codegen/rowKeeper.js';
import type { Emitter } from './operator.js';
import { grown } from './valueIds.js';

/** The rows of a batch that came too late, as a batch of their own. */
export class LateCollector {
  readonly #keeper: RowKeeper;
  #rows = new Int32Array(64);
  #count = 0;

  constructor(schema: Schema) {
    this.#keeper = new RowKeeper(schema);
  }

  note(row: number): void {
    if (this.#count === this.#rows.length) this.#rows = grown(this.#rows, this.#count + 1);
    this.#rows[this.#count++] = row;
  }

  /** Rows of updates whose other row is not late are changes of their own. */
  #setApart(kinds: Uint8Array): void {
    const rows = this.#rows;
    for (let k = 0; k < this.#count; k++) {
      if (kinds[k] === RowKind.UpdateBefore && !(k + 1 < this.#count && rows[k + 1] === rows[k] + 1))
        kinds[k] = RowKind.Delete;
      else if (kinds[k] === RowKind.UpdateAfter && !(k > 0 && rows[k - 1] === rows[k] - 1))
        kinds[k] = RowKind.Insert;
    }
  }

  /** Gives the rows of the batch that were noted; then none are. Rows that are not late move the watermark that late ones are judged by. */
  give(batch: Batch, watermark: EventTime, out: Emitter): void {
    const kept = this.#keeper.keep(batch, this.#rows, this.#count);
    const { leadingMark } = this.#keeper;
    if (kept.kinds !== null && kept !== batch) this.#setApart(kept.kinds);
    this.#count = 0;
    if (leadingMark !== null) out({ ...kept, length: 0, watermark: leadingMark });
    out({ ...kept, watermark });
  }
}
