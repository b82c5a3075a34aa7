import { AS_IS, valueText } from '../codecs/valueText.js';
import type { Column } from '../columns/column.js';
import { floatText } from './rowDifferences.js';

/** A function that gives a row's value of a column as text, floats with as many digits as are compared; NULL stays so. */
export function columnTexts(column: Column): (row: number) => string | null {
  const { data, valid, type } = column;
  const write =
    type.kind === 'float64'
      ? (row: number) => floatText(data[row] as number)
      : valueText(column, AS_IS, new Map());
  return row => (valid !== null && valid[row] === 0 ? null : write(row));
}
