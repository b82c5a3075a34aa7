import { BOOLEAN, DATE, FLOAT64, INT32, INT64, STRING, timestampType } from '../columns/types.js';
import type { DataType, TimeUnit } from '../columns/types.js';

const SIMPLE = new Map<string, DataType>([
  ['boolean', BOOLEAN],
  ['int32', INT32],
  ['int64', INT64],
  ['float64', FLOAT64],
  ['string', STRING],
  ['date', DATE],
]);

/** The type that `typeName` wrote, or null. */
export function parseTypeName(name: string): DataType | null {
  const unit = /^timestamp\('(s|ms|us|ns)'\)$/.exec(name)?.[1];
  return unit === undefined ? (SIMPLE.get(name) ?? null) : timestampType(unit as TimeUnit);
}
