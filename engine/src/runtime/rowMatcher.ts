import type { Batch } from '../columns/batch.js';
import { RowKind } from '../columns/batch.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import type { Value } from '../columns/values.js';
import { GroupCensus } from '../operators/groupCensus.js';
import { GroupIndex } from '../operators/groupIndex.js';
import { grown } from '../operators/valueIds.js';
import type { RowLog } from './rowLog.js';

/** Finds the row of a table that a changelog row is about. */
export interface RowMatcher {
  /** Puts the position of each row into `at`, or -1 where it writes none; appends and removes rows on the way. */
  place(batch: Batch, log: RowLog, at: Int32Array, removed: (position: number) => void): void;
  /** Forgets a row that is dropped. */
  forget(position: number, log: RowLog): void;
  bytes(): number;
  clear(): void;
}

/** Rows that only come. */
export class AppendMatcher implements RowMatcher {
  place(batch: Batch, log: RowLog, at: Int32Array): void {
    for (let i = 0; i < batch.length; i++) at[i] = log.append(-1);
  }

  forget(): void {}

  bytes(): number {
    return 0;
  }

  clear(): void {}
}

/** Rows named by key columns: an insert of a known key replaces its row. */
export class KeyMatcher implements RowMatcher {
  readonly #columns: readonly number[];
  #index: GroupIndex;
  /** The number of a key's row; 0 where it has none. */
  #rowOf = new Int32Array(1024);
  #census = this.#makeCensus();

  constructor(
    readonly schema: Schema,
    key: readonly string[],
  ) {
    this.#columns = key.map(name => fieldIndex(schema, name));
    this.#index = this.#makeIndex();
  }

  #makeIndex(): GroupIndex {
    return new GroupIndex(this.#columns.map(column => this.schema.fields[column].type));
  }

  #makeCensus(): GroupCensus {
    return new GroupCensus(holds => {
      for (let group = 0; group < holds.length; group++) holds[group] = Number(this.#rowOf[group] !== 0);
    });
  }

  place(batch: Batch, log: RowLog, at: Int32Array, removed: (position: number) => void): void {
    this.#renumber(log);
    const { kinds, length } = batch;
    const groups = this.#index.assign(
      this.#columns.map(column => batch.columns[column]),
      length,
    );
    if (this.#index.size > this.#rowOf.length) this.#rowOf = grown(this.#rowOf, this.#index.size);
    const rowOf = this.#rowOf;
    for (let i = 0; i < length; i++) {
      at[i] = -1;
      const kind = kinds === null ? RowKind.Insert : kinds[i];
      const group = groups[i];
      const isBefore = kind === RowKind.UpdateBefore;
      // The row that follows takes its place. Where a filter has left that one out, it goes.
      const next = i + 1 < length ? kinds?.[i + 1] : undefined;
      if (isBefore && next === RowKind.UpdateAfter && groups[i + 1] === group) continue;
      const known = rowOf[group] === 0 ? -1 : log.positionOf(rowOf[group]);
      if (isBefore || kind === RowKind.Delete) {
        if (known < 0) continue;
        rowOf[group] = 0;
        removed(known);
      } else if (known >= 0) {
        at[i] = known;
      } else {
        at[i] = log.append(group);
        rowOf[group] = log.rowIds[at[i]];
      }
    }
  }

  /** The position of a key's row, or -1: one exact value a column, in the order of the key. */
  find(key: readonly Value[], log: RowLog): number {
    const group = this.#index.find(key);
    if (group < 0 || group >= this.#rowOf.length || this.#rowOf[group] === 0) return -1;
    return log.positionOf(this.#rowOf[group]);
  }

  forget(position: number, log: RowLog): void {
    const group = log.groups[position];
    if (group >= 0 && this.#rowOf[group] === log.rowIds[position]) this.#rowOf[group] = 0;
  }

  /** Gives up the numbers of keys that have no row any more. */
  #renumber(log: RowLog): void {
    const renumbering = this.#census.take(this.#index);
    if (renumbering === null) return;
    const { kept, numberOf } = renumbering;
    const rowOf = new Int32Array(Math.max(1024, kept.length));
    kept.forEach((group, k) => (rowOf[k] = this.#rowOf[group]));
    this.#rowOf = rowOf;
    for (let p = log.head; p < log.tail; p++) log.groups[p] = numberOf[log.groups[p]];
  }

  bytes(): number {
    return this.#index.bytes() + this.#rowOf.byteLength;
  }

  clear(): void {
    this.#index = this.#makeIndex();
    this.#census = this.#makeCensus();
    this.#rowOf = new Int32Array(1024);
  }
}

/** An entry of a map and a list of row numbers, roughly. */
const BYTES_PER_VALUE = 100;

/** Rows without a key: a retraction takes back a row of the same values, the newest first. */
export class ValueMatcher implements RowMatcher {
  #index: GroupIndex;
  #rowsOf = new Map<number, number[]>();
  #census = this.#makeCensus();

  constructor(readonly schema: Schema) {
    this.#index = this.#makeIndex();
  }

  #makeIndex(): GroupIndex {
    return new GroupIndex(this.schema.fields.map(field => field.type));
  }

  place(batch: Batch, log: RowLog, at: Int32Array, removed: (position: number) => void): void {
    this.#renumber(log);
    const { kinds, length } = batch;
    const groups = this.#index.assign(batch.columns, length);
    // The row that the last `-U` took back: the `+U` that follows takes its place.
    let held = -1;
    for (let i = 0; i < length; i++) {
      at[i] = -1;
      const kind = kinds === null ? RowKind.Insert : kinds[i];
      if (kind === RowKind.UpdateBefore || kind === RowKind.Delete) {
        const position = this.#take(groups[i], log);
        if (position < 0) continue;
        if (kind === RowKind.UpdateBefore && i + 1 < length && kinds?.[i + 1] === RowKind.UpdateAfter)
          held = position;
        else removed(position);
        continue;
      }
      const position = held >= 0 ? held : log.append(groups[i]);
      held = -1;
      log.groups[position] = groups[i];
      at[i] = position;
      const rows = this.#rowsOf.get(groups[i]);
      if (rows === undefined) this.#rowsOf.set(groups[i], [log.rowIds[position]]);
      else rows.push(log.rowIds[position]);
    }
  }

  #take(group: number, log: RowLog): number {
    const rows = this.#rowsOf.get(group);
    for (let rowId = rows?.pop(); rowId !== undefined; rowId = rows?.pop()) {
      const position = log.positionOf(rowId);
      if (rows?.length === 0) this.#rowsOf.delete(group);
      if (position >= 0) return position;
    }
    return -1;
  }

  forget(position: number, log: RowLog): void {
    const rows = this.#rowsOf.get(log.groups[position]);
    const at = rows?.indexOf(log.rowIds[position]) ?? -1;
    if (at >= 0) rows?.splice(at, 1);
    if (rows?.length === 0) this.#rowsOf.delete(log.groups[position]);
  }

  #makeCensus(): GroupCensus {
    return new GroupCensus(holds => {
      for (const group of this.#rowsOf.keys()) holds[group] = 1;
    });
  }

  /** Gives up the numbers of values that no row has any more. */
  #renumber(log: RowLog): void {
    const renumbering = this.#census.take(this.#index);
    if (renumbering === null) return;
    const { numberOf } = renumbering;
    this.#rowsOf = new Map(Array.from(this.#rowsOf, ([group, rows]) => [numberOf[group], rows]));
    for (let p = log.head; p < log.tail; p++) log.groups[p] = numberOf[log.groups[p]];
  }

  bytes(): number {
    return this.#index.bytes() + this.#rowsOf.size * BYTES_PER_VALUE;
  }

  clear(): void {
    this.#index = this.#makeIndex();
    this.#census = this.#makeCensus();
    this.#rowsOf.clear();
  }
}
