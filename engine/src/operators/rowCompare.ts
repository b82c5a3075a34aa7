import type { Column } from '../columns/column.js';
import type { Value } from '../columns/values.js';
import { compareStrings } from '../functions/aggregate/text.js';

/** How text is ordered: by code points. */
export { compareStrings };

/** Compares two rows of a column: text by code points, NaN as the greatest number, NULL last. 0 where they are alike. */
export function compareRows({ data, valid, dictionary }: Column, a: number, b: number): number {
  if (valid !== null && (valid[a] === 0 || valid[b] === 0)) return valid[b] - valid[a];
  const x = data[a];
  const y = data[b];
  if (x === y) return 0;
  if (dictionary !== null) return compareStrings(dictionary.at(x as number), dictionary.at(y as number));
  if (x < y) return -1;
  if (x > y) return 1;
  return Number(x !== x) - Number(y !== y);
}

/** Whether two rows hold the same values: one NaN, -0 another one than 0. */
export function sameRows(columns: readonly Column[], a: number, b: number): boolean {
  for (const { data, valid } of columns) {
    if (valid !== null) {
      if (valid[a] !== valid[b]) return false;
      if (valid[a] === 0) continue;
    }
    const x = data[a];
    const y = data[b];
    if (x === y ? x === 0 && !Object.is(x, y) : x === x || y === y) return false;
  }
  return true;
}

/** Compares as `compareRows` does, the other way round; NULL is last all the same. */
export function compareRowsDescending(column: Column, a: number, b: number): number {
  const { valid } = column;
  if (valid !== null && (valid[a] === 0 || valid[b] === 0)) return valid[b] - valid[a];
  return compareRows(column, b, a);
}

/** Compares a row of a column with an exact value, as `compareRows` does two rows. */
export function compareToValue({ data, valid, dictionary }: Column, row: number, value: Value): number {
  const isNull = valid !== null && valid[row] === 0;
  if (isNull || value === null) return Number(isNull) - Number(value === null);
  const raw = data[row];
  if (dictionary !== null) return compareStrings(dictionary.at(raw as number), value as string);
  const other = typeof value === 'boolean' ? Number(value) : (value as number | bigint);
  if (raw < other) return -1;
  if (raw > other) return 1;
  return Number(raw !== raw) - Number(other !== other);
}
