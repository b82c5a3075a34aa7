import type { ColumnBuilder } from '../../columns/builder.js';
import type { ArrowLayout, ArrowType, ArrowVector } from '../arrowVector.js';
import type { ParquetType } from './columnType.js';

/** The values of a page that are there, one behind the other, without the NULLs between them. */
export interface PageValues {
  /** Copies the next ones into a column. Throws RangeError where there are not as many. */
  read(count: number, column: ColumnBuilder, row: number): void;
  skip(count: number): void;
}

/** How many values are unpacked at once. */
export const PIECE = 8192;

/** How many bytes a value takes, by the layout of memory. */
const BYTES: Partial<Record<ArrowLayout, number>> = {
  int32: 4,
  uint32: 4,
  float32: 4,
  decimal32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
  decimal64: 8,
  decimal128: 16,
  decimal256: 32,
};

/** How many bytes a value of a column takes in memory. */
export function bytesOf({ type }: ParquetType): number {
  return BYTES[(type as ArrowType).layout] as number;
}

/** Values in memory, from the byte `values` on. */
export function vectorOf(
  { type }: ParquetType,
  memory: ArrayBuffer,
  values: number,
  length: number,
): ArrowVector {
  const none = { pieces: [], dictionary: null, children: [], validity: null, offsets: 0, offset: 0 };
  return { ...none, type: type as ArrowType, memory, values, length };
}
