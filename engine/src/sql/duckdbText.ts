import { TICKS_PER_SECOND } from '../columns/iso.js';
import type { DataType } from '../columns/types.js';
import { literalToValue } from '../expr/literal.js';
import type { LiteralValue } from '../expr/ast.js';
import { duckdbType, sqlString } from '../functions/scalar/sql.js';
import type { Dialect } from './scalar.js';

/** A name as DuckDB's SQL quotes it. */
export function duckdbName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** DuckDB's SQL. Timestamps are its timestamps without a zone, of the column's unit. */
export const DUCKDB: Dialect = {
  name: 'duckdb',
  title: 'DuckDB',
  column: duckdbName,
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

/** A timestamp of so many ticks of its unit. */
function timestampOfTicks(ticks: string, type: Extract<DataType, { kind: 'timestamp' }>): string {
  switch (type.unit) {
    case 's':
      return `CAST(make_timestamp(${ticks} * 1000000) AS TIMESTAMP_S)`;
    case 'ms':
      return `CAST(make_timestamp_ms(${ticks}) AS TIMESTAMP_MS)`;
    case 'us':
      return `make_timestamp(${ticks})`;
    case 'ns':
      return `make_timestamp_ns(${ticks})`;
  }
}

/** The whole microseconds of a timestamp, rounded down. */
export function microsecondsOf(column: string, type: DataType): string {
  if (type.kind !== 'timestamp' || type.unit !== 'ns') return `epoch_us(${column})`;
  return floorTo(`epoch_ns(${column})`, 1000n, 0n, ' // 1000');
}

/** A timestamp of a time in microseconds, less so many of its ticks. */
export function timestampOfMicroseconds(us: string, type: DataType, lessTicks = 0): string {
  if (type.kind !== 'timestamp') return us;
  const perSecond = TICKS_PER_SECOND[type.unit];
  const ticks =
    perSecond >= 1_000_000n ? `(${us} * ${perSecond / 1_000_000n})` : `(${us} // ${1_000_000n / perSecond})`;
  return timestampOfTicks(lessTicks === 0 ? ticks : `(${ticks} - ${lessTicks})`, type);
}

/** The greatest multiple of `step`, counted from `offset`, that is at most `x`; DuckDB's own `%` has the sign of `x`. */
export function floorTo(x: string, step: bigint, offset: bigint, then = ''): string {
  const shifted = offset === 0n ? x : `(${x} - (${offset}))`;
  return `((${x} - ((${shifted} % ${step}) + ${step}) % ${step})${then})`;
}
