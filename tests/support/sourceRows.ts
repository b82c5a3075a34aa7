import { valueAt } from '../../engine/src/columns/values.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { Batch } from '../../engine/src/columns/batch.js';
import type { DataType, Field } from '../../engine/src/columns/types.js';
import type { OpenSource, SourceCounters, SourceRequest, World } from '../../engine/src/sources/source.js';

/** The request of a source, as a plan's node would make it. */
export function sourceRequest(
  options: Record<string, unknown>,
  more: { fields?: readonly Field[]; time?: string; boundUs?: number } = {},
): SourceRequest {
  return {
    name: 'test',
    options,
    fields: more.fields ?? null,
    time:
      more.time === undefined
        ? null
        : { column: more.time, boundUs: more.boundUs ?? null, idleTimeoutUs: null, sequence: null },
  };
}

/** A field of a schema. */
export function fieldOf(name: string, type: DataType, nullable = true): Field {
  return { name, type, nullable };
}

/** The rows of a batch as lists of exact values. */
export function batchRows(batch: Batch): Value[][] {
  return Array.from({ length: batch.length }, (_, row) => batch.columns.map(column => valueAt(column, row)));
}

/** Everything that a source gives: its rows, their marks, and its counts. */
export async function sourceRows(
  source: OpenSource,
  maxRows = 8192,
  columns: ReadonlySet<string> | null = null,
): Promise<{ rows: Value[][]; marks: number[]; counters: SourceCounters }> {
  const reader = source.read(columns);
  const rows: Value[][] = [];
  const marks: number[] = [];
  for (let batch = await reader.next(maxRows); batch !== null; batch = await reader.next(maxRows)) {
    rows.push(...batchRows(batch));
    if (batch.marks !== null) marks.push(...batch.marks.subarray(0, batch.length));
  }
  await reader.close();
  return { rows, marks, counters: reader.counters };
}

/** A world in which nothing happens by itself. */
export function stillWorld(directory: string): World {
  return { directory, now: () => 0, after: () => () => undefined, random: () => 0.5 };
}
