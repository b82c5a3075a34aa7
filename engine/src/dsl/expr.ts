import { MillraceError } from '../columns/error.js';
import { parseExpr } from '../expr/parse.js';
import { SQL_NAMES } from '../functions/scalar/sqlNames.js';
import type { ExprOf } from './expressions.js';
import { ExprValue } from './exprValue.js';
import { toExpr } from './literals.js';

/**
 * An expression in SQL's grammar, for arithmetic that reads badly as method calls. Bare words are columns; values in `${…}` are literals
 * or expressions and never text, so that nothing can be smuggled in. The type argument says what the result is.
 *
 * Operators: `+ - * / % ||`, `= <> < <= > >=`, `AND OR NOT`, `IS [NOT] NULL`, `[NOT] IN (…)`, `[NOT] BETWEEN … AND …`, `[NOT] LIKE`,
 * `CASE WHEN … THEN … ELSE … END`, `CAST(x AS BIGINT)`; literals `1.5`, `'text'`, `TIMESTAMP '2024-03-08 09:30:00'`, `DATE '2024-03-08'`,
 * `INTERVAL '5' MINUTE`; and every scalar function, by SQL's name or the method's. `/` is float64, as `div`.
 *
 * @throws MillraceError `MR1320` where the text cannot be read, with the position
 * @example trades.derive(t => ({ mid: expr<number>`(bid + ask) / 2`, big: expr<boolean>`size >= ${least}` }))
 */
export function expr<T>(texts: TemplateStringsArray, ...values: readonly unknown[]): ExprOf<T> {
  if (!Array.isArray(texts) || !('raw' in texts)) {
    throw new MillraceError('MR1320', 'expr is a template tag, not a function.', 'Write expr`price * 2`.');
  }
  return new ExprValue(parseExpr(texts, values.map(toExpr), SQL_NAMES)) as never;
}
