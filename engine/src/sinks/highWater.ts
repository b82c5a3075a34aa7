import type { Batch } from '../columns/batch.js';
import { RowKind } from '../columns/batch.js';
import type { Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import { columnOf, valueAt, type Value } from '../columns/values.js';

/** Where a run is: how many rows have come out of it, or the table that its changes have made, and its watermark. */
export type RunPlace = number | TablePlace;

interface TablePlace {
  readonly table: ReadonlyMap<string, Held>;
  readonly watermark: EventTime;
}

interface Held {
  readonly row: readonly Value[];
  readonly count: number;
}

/**
 * What has been delivered of a run, so that a run that begins again (the clock was started anew, or moved back) delivers none of it twice. It is
 * told what comes out; what it gives back is to be delivered.
 */
export interface HighWater {
  /** What of a batch has not been delivered before; null: nothing. */
  filter(batch: Batch): Batch | null;
  /** Where the run is, to be kept with a snapshot of its state. */
  place(): RunPlace;
  /** The run begins again: from its start, or from where a snapshot was taken. */
  restart(from?: RunPlace): void;
  /** The run has come to its end: what is still to be told of a run that ended before the former one. */
  end(): Batch | null;
}

/** For rows that only come: so many have been delivered, and the same run gives the same rows in the same order, however it is cut. */
export class RowHighWater implements HighWater {
  #delivered = 0;
  #seen = 0;

  filter(batch: Batch): Batch | null {
    const known = Math.min(batch.length, Math.max(0, this.#delivered - this.#seen));
    this.#seen += batch.length;
    this.#delivered = Math.max(this.#delivered, this.#seen);
    return known === batch.length ? null : known === 0 ? batch : rowsFrom(batch, known);
  }

  place(): number {
    return this.#seen;
  }

  restart(from: RunPlace = 0): void {
    this.#seen = Number(from);
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

/**
 * For changes, whose number depends on how the input is cut: the table that they make. A run that begins again is silent until its
 * watermark is where the former one's was; then the difference of the two tables is told, which is nothing where both runs gave the same, and changes as they come
 * from there on. It holds the table's rows.
 */
export class ChangeHighWater implements HighWater {
  #delivered = new Map<string, Held>();
  /** The table of a run that has not reached the mark; null: there is none. */
  #behind: Map<string, Held> | null = null;
  /** The highest watermark of what has been delivered. */
  #watermark: EventTime = START_OF_TIME;
  /** The watermark of the run that is under way. */
  #reached: EventTime = START_OF_TIME;

  constructor(readonly schema: Schema) {}

  filter(batch: Batch): Batch | null {
    this.#reached = Math.max(this.#reached, batch.watermark);
    if (this.#behind === null) {
      apply(this.#delivered, batch);
      this.#watermark = Math.max(this.#watermark, batch.watermark);
      return batch;
    }
    apply(this.#behind, batch);
    return batch.watermark < this.#watermark ? null : this.#passed(batch.watermark);
  }

  place(): TablePlace {
    return { table: new Map(this.#behind ?? this.#delivered), watermark: this.#reached };
  }

  restart(from: RunPlace = { table: new Map(), watermark: START_OF_TIME }): void {
    const { table, watermark } = from as TablePlace;
    this.#reached = watermark;
    const behind = new Map(table);
    // It goes on from where it was.
    const isThere = watermark >= this.#watermark && differences(this.#delivered, behind).rows.length === 0;
    this.#behind = isThere ? null : behind;
    if (isThere) this.#delivered = behind;
  }

  end(): Batch | null {
    return this.#behind === null ? null : this.#passed(this.#watermark);
  }

  /** The new run is where the former one was: what is different is told. */
  #passed(watermark: EventTime): Batch | null {
    const { rows, kinds } = differences(this.#delivered, this.#behind!);
    this.#delivered = this.#behind!;
    this.#behind = null;
    this.#watermark = Math.max(this.#watermark, watermark);
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

/** What takes one table to another, as changes. */
function differences(before: ReadonlyMap<string, Held>, after: ReadonlyMap<string, Held>) {
  const rows: (readonly Value[])[] = [];
  const kinds: number[] = [];
  const tell = ({ row, count }: Held, there: number, kind: number): void => {
    for (let k = there; k < count; k++) {
      rows.push(row);
      kinds.push(kind);
    }
  };
  for (const [text, held] of before) tell(held, after.get(text)?.count ?? 0, RowKind.Delete);
  for (const [text, held] of after) tell(held, before.get(text)?.count ?? 0, RowKind.Insert);
  return { rows, kinds };
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
    else table.set(text, { row: held.row, count: held.count + by });
  }
}

function textOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return JSON.stringify(value);
  return Object.is(value, -0) ? '-0' : String(value);
}
