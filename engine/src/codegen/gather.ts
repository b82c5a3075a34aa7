import type { Column, Lane } from '../columns/column.js';
import { PooledBytes, PooledLane } from './lanes.js';

/** Copies selected elements: one function a kind of lane, so that each stays monomorphic. */
function gatherFloats(from: Float64Array, rows: Int32Array, count: number, to: Float64Array): void {
  for (let k = 0; k < count; k++) to[k] = from[rows[k]];
}

function gatherInts(from: Int32Array, rows: Int32Array, count: number, to: Int32Array): void {
  for (let k = 0; k < count; k++) to[k] = from[rows[k]];
}

function gatherBytes(from: Uint8Array, rows: Int32Array, count: number, to: Uint8Array): void {
  for (let k = 0; k < count; k++) to[k] = from[rows[k]];
}

function gatherBigints(from: BigInt64Array, rows: Int32Array, count: number, to: BigInt64Array): void {
  for (let k = 0; k < count; k++) to[k] = from[rows[k]];
}

/** Copies `count` selected elements of a lane into another of its kind. */
export function gatherLane(from: Lane, rows: Int32Array, count: number, to: Lane): void {
  if (from instanceof Float64Array) gatherFloats(from, rows, count, to as Float64Array);
  else if (from instanceof Int32Array) gatherInts(from, rows, count, to as Int32Array);
  else if (from instanceof Uint8Array) gatherBytes(from, rows, count, to as Uint8Array);
  else gatherBigints(from, rows, count, to as BigInt64Array);
}

/** Selected rows of a column, in lanes that are used again for every batch. */
export class ColumnGather {
  #lane: PooledLane | null = null;
  readonly #bytes = new PooledBytes();

  run(column: Column, rows: Int32Array, count: number): Column {
    this.#lane ??= new PooledLane(column.type);
    const data = column.data instanceof BigInt64Array ? this.#lane.wide(count) : this.#lane.fast(count);
    gatherLane(column.data, rows, count, data);
    let valid: Uint8Array | null = null;
    if (column.valid !== null) {
      valid = this.#bytes.take(count);
      gatherBytes(column.valid, rows, count, valid);
    }
    return { type: column.type, data, valid, dictionary: column.dictionary };
  }
}
