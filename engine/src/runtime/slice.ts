import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';

/** The rows [from, to) of a batch, without a copy. */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.length) return batch;
  return {
    schema: batch.schema,
    length: to - from,
    columns: batch.columns.map((column): Column => ({
      ...column,
      data: column.data.subarray(from, to),
      valid: column.valid?.subarray(from, to) ?? null,
    })),
    kinds: batch.kinds?.subarray(from, to) ?? null,
    marks: batch.marks?.subarray(from, to) ?? null,
    ...(batch.places === undefined ? {} : { places: batch.places.subarray(from, to) }),
    watermark: to === batch.length || batch.marks === null ? batch.watermark : batch.marks[to - 1],
  };
}

/** A batch that is nobody else's: for what is kept. */
export function copyBatch(batch: Batch): Batch {
  const { length } = batch;
  return {
    ...batch,
    columns: batch.columns.map((column): Column => ({
      ...column,
      data: column.data.slice(0, length),
      valid: column.valid?.slice(0, length) ?? null,
    })),
    kinds: batch.kinds?.slice(0, length) ?? null,
    marks: batch.marks?.slice(0, length) ?? null,
    ...(batch.places === undefined ? {} : { places: batch.places.slice(0, length) }),
  };
}

/** Bytes of a batch's lanes, roughly. */
export function batchBytes(batch: Batch): number {
  return batch.columns.reduce(
    (total, { data }) => total + data.BYTES_PER_ELEMENT * batch.length,
    batch.length * 8,
  );
}
