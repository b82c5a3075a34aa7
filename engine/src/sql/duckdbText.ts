import type { DataType } from '../columns/types.js';
import { literalToValue } from '../expr/literal.js';
import type { LiteralValue } from '../expr/ast.js';
import { timestampOfTicks } from '../functions/scalar/duckdbTime.js';
import { duckdbType, sqlString } from '../functions/scalar/sql.js';
import type { Dialect } from './scalar.js';

/** A name as DuckDB's SQL quotes it. */
export function duckdbName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Functions that are operators there, which are NULL where an operand is. */
const OPERATORS = new Set(['add', 'sub', 'mul', 'div', 'mod', 'eq', 'ne', 'lt', 'le', 'gt', 'ge']);

/** DuckDB's SQL. Timestamps are its timestamps without a zone, of the column's unit. */
export const DUCKDB: Dialect = {
  name: 'duckdb',
  title: 'DuckDB',
  column: duckdbName,
  /** Some functions of several arguments pass over those that are NULL. */
  propagate(text, args, call) {
    const nullable = call.args.flatMap((arg, at) => (arg.nullable ? [`${args[at]} IS NULL`] : []));
    if (args.length < 2 || nullable.length === 0 || OPERATORS.has(call.fn)) return text;
    return `(CASE WHEN ${nullable.join(' OR ')} THEN NULL ELSE ${text} END)`;
  },
  literal(value: LiteralValue, type: DataType): string | null {
    if (value === null) return `CAST(NULL AS ${duckdbType(type)})`;
    switch (type.kind) {
      case 'boolean':
        return value === true ? 'TRUE' : 'FALSE';
      case 'string':
        return sqlString(String(value));
      case 'timestamp':
        return timestampOfTicks(`CAST('${String(value)}' AS BIGINT)`, type);
      case 'date':
        return `CAST(DATE '1970-01-01' + CAST(${String(value)} AS INTEGER) AS DATE)`;
      case 'decimal':
        return `CAST(CAST('${String(literalToValue(value, type))}' AS HUGEINT) / ${10 ** type.scale} AS ${duckdbType(type)})`;
      default:
        return `CAST(${sqlString(String(value))} AS ${duckdbType(type)})`;
    }
  },
};
