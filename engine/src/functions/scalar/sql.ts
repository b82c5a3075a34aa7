import type { DataType, TimeUnit } from '../../columns/types.js';
import type { BoundCall, SqlForms, SqlText } from '../../expr/function.js';

/** The same text in both dialects. */
export function inBoth(text: SqlText): SqlForms {
  return { duckdb: text, flink: text };
}

/** A call of a function that both dialects know by this name: `UPPER(s)`. */
export function named(name: string): SqlForms {
  return inBoth(sqlCall(name));
}

/** An operator between the arguments: `(a + b)`. */
export function infix(sign: string): SqlForms {
  return inBoth(args => `(${args.join(` ${sign} `)})`);
}

/** The text of a call of a function. */
export function sqlCall(name: string): SqlText {
  return args => `${name}(${args.join(', ')})`;
}

/** Text as a string literal of SQL. */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The value of a literal argument, or undefined where the argument is none. */
export function literalArgument(call: BoundCall, at: number): string | number | boolean | null | undefined {
  const arg = call.args.at(at);
  return arg?.kind === 'literal' ? arg.value : undefined;
}

const DUCKDB_TIMESTAMPS: Record<TimeUnit, string> = {
  s: 'TIMESTAMP_S',
  ms: 'TIMESTAMP_MS',
  us: 'TIMESTAMP',
  ns: 'TIMESTAMP_NS',
};

/** A type's name in DuckDB. Times are timestamps without a zone, in UTC; durations are counts of their unit. */
export function duckdbType(type: DataType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int32':
      return 'INTEGER';
    case 'int64':
    case 'duration':
      return 'BIGINT';
    case 'float64':
      return 'DOUBLE';
    case 'string':
      return 'VARCHAR';
    case 'timestamp':
      return DUCKDB_TIMESTAMPS[type.unit];
    case 'date':
      return 'DATE';
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'json':
      return 'JSON';
  }
}

const FLINK_DIGITS: Record<TimeUnit, number> = { s: 0, ms: 3, us: 6, ns: 9 };

/** A type's name in Flink's SQL. Times are timestamps without a zone, in UTC; durations are counts of their unit. */
export function flinkType(type: DataType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'int32':
      return 'INT';
    case 'int64':
    case 'duration':
      return 'BIGINT';
    case 'float64':
      return 'DOUBLE';
    case 'string':
    case 'json':
      return 'STRING';
    case 'timestamp':
      return `TIMESTAMP(${FLINK_DIGITS[type.unit]})`;
    case 'date':
      return 'DATE';
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
  }
}
