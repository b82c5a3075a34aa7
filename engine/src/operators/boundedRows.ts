import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Schema } from '../columns/schema.js';
import { GroupIndex } from './groupIndex.js';
import { RowStore } from './rowStore.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** The rows of a bounded input, kept until all have come. Where rows are taken back they match by their values. */
export class BoundedRows {
  readonly #rows: RowStore;
  /** Of an input that takes rows back: a number for each different row, and how often it is there. */
  readonly #groups: GroupIndex | null;
  #counts = new Int32Array(0);
  #known = 0;

  constructor(schema: Schema, retracting: boolean) {
    this.#rows = new RowStore(schema);
    this.#groups = retracting
      ? new GroupIndex(
          schema.fields.map(({ type }) => type),
          true,
        )
      : null;
  }

  add({ columns, length, kinds }: Batch): void {
    if (length === 0) return;
    if (this.#groups === null) {
      this.#rows.append(columns, 0, length);
      return;
    }
    const groups = this.#groups.assign(columns, length);
    for (let row = 0; row < length; row++) {
      const group = groups[row];
      if (group === this.#known) {
        this.#rows.append(columns, row, row + 1);
        if (this.#known === this.#counts.length) this.#counts = grown(this.#counts, this.#known + 1);
        this.#known++;
      }
      this.#counts[group] += kinds !== null && (kinds[row] & 1) === 1 ? -1 : 1;
    }
  }

  /** The positions of the rows that are there, each as often as it is, in order of arrival. */
  alive(): Int32Array {
    if (this.#groups === null) return Int32Array.from({ length: this.#rows.used }, (_, row) => row);
    const alive: number[] = [];
    for (let row = 0; row < this.#known; row++) for (let k = 0; k < this.#counts[row]; k++) alive.push(row);
    return Int32Array.from(alive);
  }

  /** The columns of all rows, by position. */
  columns(): readonly Column[] {
    return this.#rows.view(0, this.#rows.used);
  }

  get used(): number {
    return this.#rows.used;
  }

  /** The rows at these positions, lent until the next call. */
  gather(positions: Int32Array): readonly Column[] {
    return this.#rows.gather(positions, positions.length);
  }

  /** Forgets all rows. */
  clear(): void {
    this.#rows.compact(new Int32Array(0), 0);
  }

  bytes(): number {
    return this.#rows.bytes() + this.#counts.byteLength;
  }

  snapshot(writer: StateWriter): void {
    writer.lane('counts', this.#counts, this.#known);
    this.#rows.snapshot(writer.section('rows'), 0);
    this.#groups?.snapshot(writer.section('groups'));
  }

  restore(reader: StateReader): void {
    this.#counts = reader.lane('counts') as Int32Array<ArrayBuffer>;
    this.#known = this.#counts.length;
    this.#rows.restore(reader.section('rows'));
    this.#groups?.restore(reader.section('groups'));
  }
}
