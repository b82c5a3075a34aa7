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

/**
 * Selected rows of a column, in lanes that are used again for every batch. They are copied when they are first read: what no operator
 * reads costs nothing. Lent as the batch is, until the input's lanes are used again.
 */
export class ColumnGather {
  #lane: PooledLane | null = null;
  readonly #bytes = new PooledBytes();

  run(column: Column, rows: Int32Array, count: number): Column {
    const { type, dictionary } = column;
    const copyLane = () => this.#copyLane(column, rows, count);
    const copyValid = () => this.#copyValid(column.valid, rows, count);
    let data: Lane | null = null;
    let valid: Uint8Array | null | undefined;
    return {
      type,
      get data() {
        return (data ??= copyLane());
      },
      get valid() {
        if (valid === undefined) valid = copyValid();
        return valid;
      },
      dictionary,
    };
  }

  #copyLane(column: Column, rows: Int32Array, count: number): Lane {
    this.#lane ??= new PooledLane(column.type);
    const lane = column.data instanceof BigInt64Array ? this.#lane.wide(count) : this.#lane.fast(count);
    gatherLane(column.data, rows, count, lane);
    return lane;
  }

  #copyValid(valid: Uint8Array | null, rows: Int32Array, count: number): Uint8Array | null {
    if (valid === null) return null;
    const bytes = this.#bytes.take(count);
    gatherBytes(valid, rows, count, bytes);
    return bytes;
  }
}
