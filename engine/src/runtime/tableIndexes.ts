import type { Batch } from '../columns/batch.js';
import type { RowLog } from './rowLog.js';
import { TableIndex } from './tableIndex.js';

/** What keeps itself current with a table's rows. */
export interface RowFollower {
  /** Rows of a batch have been written at positions; those below 0 have not. */
  written(batch: Batch, at: Int32Array): void;
  /** A row goes; its place still holds it. */
  removed(position: number): void;
  clear(): void;
  /** It is not kept any more. */
  close(): void;
  bytes(): number;
}

/** The indexes of a table: those of the same columns are one, which is kept as long as anybody holds it. */
export class TableIndexes {
  readonly #held = new Map<string, { readonly index: TableIndex; holders: number }>();
  #all: readonly RowFollower[] = [];

  constructor(readonly log: RowLog) {}

  /** The index over some columns. Each hold is to be given back. */
  hold(columns: readonly string[]): TableIndex {
    const name = JSON.stringify(columns);
    let held = this.#held.get(name);
    if (held === undefined) {
      held = { index: new TableIndex(columns, this.log), holders: 0 };
      this.#held.set(name, held);
      this.#all = [...this.#all, held.index];
    }
    held.holders++;
    return held.index;
  }

  release(index: TableIndex): void {
    const name = JSON.stringify(index.names);
    const held = this.#held.get(name);
    if (held?.index !== index || --held.holders > 0) return;
    this.#held.delete(name);
    this.#all = this.#all.filter(each => each !== index);
    index.close();
  }

  /** Keeps something else current, until it is dropped. */
  add(follower: RowFollower): void {
    this.#all = [...this.#all, follower];
  }

  drop(follower: RowFollower): void {
    this.#all = this.#all.filter(each => each !== follower);
    follower.close();
  }

  written(batch: Batch, at: Int32Array): void {
    for (const index of this.#all) index.written(batch, at);
  }

  /** A row goes; its place still holds it. */
  removed(position: number): void {
    for (const index of this.#all) index.removed(position);
  }

  clear(): void {
    for (const index of this.#all) index.clear();
  }

  bytes(): number {
    return this.#all.reduce((total, index) => total + index.bytes(), 0);
  }
}
