import type { BoundExpr } from '../expr/bound.js';

/** A typed expression as a person reads it. */
export function boundText(expr: BoundExpr): string {
  switch (expr.kind) {
    case 'column':
      return expr.name;
    case 'literal':
      return typeof expr.value === 'string' && expr.type.kind !== 'string'
        ? expr.value
        : JSON.stringify(expr.value);
    case 'call':
      return `${expr.fn}(${expr.args.map(boundText).join(', ')})`;
  }
}
