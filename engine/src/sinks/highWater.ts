import type { Batch } from '../columns/batch.js';
import { RowKind } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { columnOf, valueAt, type Value } from '../columns/values.js';

/**
 * What has been delivered of a run, so that a run that begins again (the clock was started anew, or moved back) delivers none of it twice. It is
 * told what comes out; what it gives back is to be delivered.
 */
export interface HighWater {
  /** What of a batch has not been delivered before; null: nothing. */
  filter(batch: Batch): Batch | null;
  /** The run begins again. */
  restart(): void;
  /** The run has come to its end: what is still to be told of a run that ended before the former one. */
  end(): Batch | null;
}

/** For rows that only come: so many have been delivered, and the same run gives the same rows in the same order, however it is cut. */
export class RowHighWater implements HighWater {
  #delivered = 0;
  #seen = 0;

  /** How many rows have been delivered in all. */
  get mark(): number {
    return this.#delivered;
  }

  filter(batch: Batch): Batch | null {
    const known = Math.min(batch.length, Math.max(0, this.#delivered - this.#seen));
    this.#seen += batch.length;
    this.#delivered = Math.max(this.#delivered, this.#seen);
    return known === batch.length ? null : known === 0 ? batch : rowsFrom(batch, known);
  }

  restart(): void {
    this.#seen = 0;
  }

  end(): null {
    return null;
  }
}

function rowsFrom(batch: Batch, from: number): Batch {
  const cut = <Lane extends { subarray(from: number, to: number): Lane }>(lane: Lane): Lane =>
    lane.subarray(from, batch.length);
  return {
    ...batch,
    length: batch.length - from,
    columns: batch.columns.map(column => ({
      ...column,
      data: cut(column.data as Float64Array),
      valid: column.valid === null ? null : cut(column.valid),
    })),
    kinds: batch.kinds === null ? null : cut(batch.kinds),
    marks: batch.marks === null ? null : cut(batch.marks),
  };
}

interface Held {
  readonly row: readonly Value[];
  count: number;
}

/**
 * For changes, whose number depends on how the input is cut: the table that they make. A run that begins again is silent until its
 * watermark is where the former one's was; then the difference of the two tables is told, which is nothing where both runs gave the same, and changes as they come
 * from there on. It holds the table's rows.
 */
export class ChangeHighWater implements HighWater {
  #delivered = new Map<string, Held>();
  /** The table of a run that has not reached the mark; null: there is none. */
  #behind: Map<string, Held> | null = null;
  #watermark: EventTime = START_OF_TIME;

  constructor(readonly schema: Schema) {}

  filter(batch: Batch): Batch | null {
    if (this.#behind === null) {
      apply(this.#delivered, batch);
      this.#watermark = Math.max(this.#watermark, batch.watermark);
      return batch;
    }
    apply(this.#behind, batch);
    return batch.watermark < this.#watermark ? null : this.#passed(batch.watermark);
  }

  restart(): void {
    this.#behind = new Map();
  }

  end(): Batch | null {
    return this.#behind === null ? null : this.#passed(this.#watermark);
  }

  /** The new run is where the former one was: what is different is told. */
  #passed(watermark: EventTime): Batch | null {
    const before = this.#delivered;
    const after = this.#behind!;
    this.#delivered = after;
    this.#behind = null;
    this.#watermark = Math.max(this.#watermark, watermark);
    const rows: (readonly Value[])[] = [];
    const kinds: number[] = [];
    const tell = (held: Held, count: number, kind: number): void => {
      for (let k = 0; k < count; k++) {
        rows.push(held.row);
        kinds.push(kind);
      }
    };
    for (const [text, held] of before) tell(held, held.count - (after.get(text)?.count ?? 0), RowKind.Delete);
    for (const [text, held] of after) tell(held, held.count - (before.get(text)?.count ?? 0), RowKind.Insert);
    if (rows.length === 0) return null;
    return {
      schema: this.schema,
      length: rows.length,
      columns: this.schema.fields.map(({ type }, at) =>
        columnOf(
          type,
          rows.map(row => row[at]),
        ),
      ),
      kinds: Uint8Array.from(kinds),
      marks: null,
      watermark,
    };
  }
}

function apply(table: Map<string, Held>, { columns, kinds, length }: Batch): void {
  for (let at = 0; at < length; at++) {
    const row = columns.map(column => valueAt(column, at));
    const text = row.map(textOf).join('\u0000');
    const kind = kinds === null ? RowKind.Insert : kinds[at];
    const by = kind === RowKind.Insert || kind === RowKind.UpdateAfter ? 1 : -1;
    const held = table.get(text);
    if (held === undefined) table.set(text, { row, count: by });
    else if (held.count + by === 0) table.delete(text);
    else held.count += by;
  }
}

function textOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return JSON.stringify(value);
  return Object.is(value, -0) ? '-0' : String(value);
}
