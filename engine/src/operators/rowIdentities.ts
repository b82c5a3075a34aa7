import type { Column } from '../columns/column.js';
import type { DataType } from '../columns/types.js';
import { GroupCensus } from './groupCensus.js';
import { GroupIndex } from './groupIndex.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { grown } from './valueIds.js';

/** Rows by what names them: some of their columns, or all of them. Each identity has a slot, 0 where it has no row, and a change in a batch. */
export class RowIdentities {
  slotOf = new Int32Array(256);
  /** The change of each identity in this batch, plus one; 0 outside of one. */
  changeOf = new Int32Array(256);
  readonly #index: GroupIndex | null;
  readonly #census = new GroupCensus(holds => this.mark(holds));

  /** @param keys the numbers of the rows' keys, where these name them; null: they are numbered here */
  constructor(
    readonly columns: readonly number[],
    types: readonly DataType[],
    readonly keys: GroupIndex | null,
  ) {
    this.#index = keys === null ? new GroupIndex(types) : null;
  }

  /** The identities of a batch's rows, whose keys have these numbers. */
  assign(columns: readonly Column[], keys: Int32Array, count: number): Int32Array {
    const ids =
      this.#index?.assign(
        this.columns.map(at => columns[at]),
        count,
      ) ?? keys;
    const { size } = (this.#index ?? this.keys)!;
    if (this.slotOf.length < size) {
      this.slotOf = grown(this.slotOf, size);
      this.changeOf = grown(this.changeOf, size);
    }
    return ids;
  }

  /** Says which identities have rows. */
  mark(holds: Uint8Array): void {
    const known = Math.min(holds.length, this.slotOf.length);
    for (let id = 0; id < known; id++) if (this.slotOf[id] > 0) holds[id] = 1;
  }

  /** Goes on with new numbers: those of these, by their places. */
  keepOnly(kept: Int32Array): void {
    this.slotOf = pickedOf(this.slotOf, kept);
    this.changeOf = new Int32Array(this.slotOf.length);
  }

  /** Gives up the numbers of identities that have no row any more. */
  forget(): void {
    if (this.#index === null) return;
    const renumbering = this.#census.take(this.#index);
    if (renumbering !== null) this.keepOnly(renumbering.kept);
  }

  bytes(): number {
    return this.slotOf.byteLength * 2 + (this.#index?.bytes() ?? 0);
  }

  snapshot(writer: StateWriter): void {
    writer.lane('slotOf', this.slotOf);
    this.#index?.snapshot(writer.section('index'));
  }

  restore(reader: StateReader): void {
    this.slotOf = reader.lane('slotOf') as Int32Array<ArrayBuffer>;
    this.changeOf = new Int32Array(this.slotOf.length);
    this.#index?.restore(reader.section('index'));
  }
}

/** The elements at some places, with room for more. */
export function pickedOf(from: Int32Array, places: Int32Array): Int32Array<ArrayBuffer> {
  const picked = new Int32Array(Math.max(256, places.length));
  for (let k = 0; k < places.length; k++) picked[k] = places[k] < from.length ? from[places[k]] : 0;
  return picked;
}
