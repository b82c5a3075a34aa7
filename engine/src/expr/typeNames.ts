import {
  BOOLEAN,
  DATE,
  FLOAT64,
  INT32,
  INT64,
  JSON_TYPE,
  STRING,
  decimalType,
  durationType,
  timestampType,
} from '../columns/types.js';
import type { DataType, TimeUnit } from '../columns/types.js';

const SIMPLE = new Map<string, DataType>([
  ['boolean', BOOLEAN],
  ['int32', INT32],
  ['int64', INT64],
  ['float64', FLOAT64],
  ['string', STRING],
  ['date', DATE],
  ['json', JSON_TYPE],
]);

/** The type that `typeName` wrote, or null. */
export function parseTypeName(name: string): DataType | null {
  const timed = /^(timestamp|duration)\('(s|ms|us|ns)'\)$/.exec(name);
  if (timed !== null) return (timed[1] === 'duration' ? durationType : timestampType)(timed[2] as TimeUnit);
  const decimal = /^decimal\((\d{1,3}), ?(\d{1,3})\)$/.exec(name);
  if (decimal !== null) return decimalType(Number(decimal[1]), Number(decimal[2]));
  return SIMPLE.get(name) ?? null;
}
