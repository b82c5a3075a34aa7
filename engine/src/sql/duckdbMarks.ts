import { fieldIndex, type Schema } from '../columns/schema.js';
import { microsecondsOf } from '../functions/scalar/duckdbTime.js';
import type { SourceNode } from '../plan/nodes/source.js';
import { duckdbName } from './duckdbText.js';

/** The watermark that a source comes to, the latest event time less the declared bound; null where none is declared. */
export function lastMark({ time }: SourceNode, schema: Schema, table: string): string | null {
  if (time === null || time.boundUs === null) return null;
  const us = microsecondsOf(duckdbName(time.column), schema.fields[fieldIndex(schema, time.column)].type);
  return `(SELECT max(${us}) - ${time.boundUs} FROM ${duckdbName(table)})`;
}
