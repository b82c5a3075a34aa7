import type { CallOptions } from '../../expr/ast.js';
import { AggregateArgumentError } from '../aggregate/errors.js';

/** An option that is a whole number of rows, one at least. */
export function rowsOption(fn: string, options: CallOptions, name = 'rows', fallback = 1): number {
  const value = options[name] ?? fallback;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= 1_000_000)
    return value;
  throw new AggregateArgumentError(
    'MR3130',
    `${fn}() takes a number of rows from 1 to 1,000,000, not ${String(value)}.`,
    `Write ${fn}(t.price, 1).`,
  );
}
