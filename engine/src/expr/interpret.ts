import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import type { Dictionary } from '../columns/dictionary.js';
import { columnOf, valueAt } from '../columns/values.js';
import type { Value } from '../columns/values.js';
import type { FunctionLookup } from './bind.js';
import type { BoundExpr } from './bound.js';
import { literalToValue } from './literal.js';

/** Computes an expression for one row of some columns. */
export type RowEvaluator = (columns: readonly Column[], row: number) => Value;

/**
 * The exact twin of generated code: a tree of closures over exact values (int64 as bigint). An untaken branch of ifElse,
 * coalesce, and, or is not evaluated.
 */
export function interpreter(expr: BoundExpr, lookup: FunctionLookup): RowEvaluator {
  switch (expr.kind) {
    case 'column': {
      const { index } = expr;
      return (columns, row) => valueAt(columns[index], row);
    }
    case 'literal': {
      const value = literalToValue(expr.value, expr.type);
      return () => value;
    }
    case 'call': {
      const fn = lookup(expr.fn);
      const args = expr.args.map(arg => interpreter(arg, lookup));
      const { evaluateLazily } = fn;
      if (evaluateLazily !== undefined) {
        return (columns, row) =>
          evaluateLazily(
            args.map(arg => () => arg(columns, row)),
            expr,
          );
      }
      if (fn.nulls === 'own')
        return (columns, row) =>
          fn.evaluate(
            args.map(arg => arg(columns, row)),
            expr,
          );
      return (columns, row) => {
        const values = args.map(arg => arg(columns, row));
        return values.includes(null) ? null : fn.evaluate(values, expr);
      };
    }
  }
}

/** Computes an expression over a whole batch. Strings are interned into `dictionary`, a new one by default. */
export function interpretColumn(
  evaluate: RowEvaluator,
  expr: BoundExpr,
  batch: Pick<Batch, 'columns' | 'length'>,
  dictionary: Dictionary | null = null,
): Column {
  const values: Value[] = [];
  for (let row = 0; row < batch.length; row++) values.push(evaluate(batch.columns, row));
  return columnOf(expr.type, values, dictionary);
}
