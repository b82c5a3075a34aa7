import type { BoundExpr } from '../expr/bound.js';

/** A typed expression as a person reads it. */
export function boundText(expr: BoundExpr): string {
  switch (expr.kind) {
    case 'column':
      return expr.name;
    case 'literal': {
      const value =
        typeof expr.value === 'string' && expr.type.kind !== 'string'
          ? expr.value
          : JSON.stringify(expr.value);
      return expr.parameter === undefined ? value : `(param ${expr.parameter} = ${value})`;
    }
    case 'call':
      return `${expr.fn}(${expr.args.map(boundText).join(', ')})`;
  }
}
