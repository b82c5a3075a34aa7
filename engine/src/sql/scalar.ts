import type { LiteralValue } from '../expr/ast.js';
import type { BoundExpr } from '../expr/bound.js';
import type { DataType } from '../columns/types.js';
import type { BoundCall } from '../expr/function.js';
import { scalarFunction } from '../functions/scalar/registry.js';

/** What differs between the systems that a plan can be printed for. */
export interface Dialect {
  readonly name: 'duckdb' | 'flink';
  /** The system as people call it. */
  readonly title: string;
  /** A column's name, quoted. */
  column(name: string): string;
  /** A literal of exactly this type; null where there is none. */
  literal(value: LiteralValue, type: DataType): string | null;
  /** A call's text, made NULL where any argument is, unless the system does so by itself. */
  propagate(text: string, args: readonly string[], call: BoundCall): string;
}

/** An expression as SQL. What cannot be said is told to `cannot`, and NULL stands in its place. */
export function scalarText(expr: BoundExpr, dialect: Dialect, cannot: (why: string) => void): string {
  switch (expr.kind) {
    case 'column':
      return dialect.column(expr.name);
    case 'literal':
      return (
        dialect.literal(expr.value, expr.type) ??
        missing(cannot, `${dialect.title} has no literal for ${String(expr.value)}`)
      );
    case 'call': {
      const args = expr.args.map(arg => scalarText(arg, dialect, cannot));
      const fn = scalarFunction(expr.fn);
      const text = fn.sql[dialect.name]?.(args, expr) ?? null;
      if (text !== null) return fn.nulls === 'propagate' ? dialect.propagate(text, args, expr) : text;
      const types = expr.args.map(arg => arg.type.kind).join(', ');
      return missing(
        cannot,
        `${expr.fn}(${types}) has no counterpart in ${dialect.title} that means the same`,
      );
    }
  }
}

function missing(cannot: (why: string) => void, why: string): string {
  cannot(why);
  return 'NULL';
}
