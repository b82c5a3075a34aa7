import { formatDate, formatTimestamp } from '../columns/iso.js';
import type { DataType } from '../columns/types.js';
import type { LiteralValue } from '../expr/ast.js';
import { flinkType, sqlString } from '../functions/scalar/sql.js';
import type { Dialect } from './scalar.js';

/** A name as Flink's SQL quotes it. */
export function flinkName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** Flink's SQL. Timestamps are those without a zone, in UTC. */
export const FLINK: Dialect = {
  name: 'flink',
  title: 'Flink',
  column: flinkName,
  propagate: text => text,
  literal(value: LiteralValue, type: DataType): string | null {
    if (value === null) return `CAST(NULL AS ${flinkType(type)})`;
    switch (type.kind) {
      case 'boolean':
        return value === true ? 'TRUE' : 'FALSE';
      case 'int32':
        return Number(value) < 0 ? `(${String(value)})` : String(value);
      case 'string':
        return sqlString(String(value));
      case 'float64':
        return floatLiteral(Number(value));
      case 'timestamp':
        return timestampLiteral(BigInt(String(value)), type);
      case 'date':
        return isYearOfFour(formatDate(Number(value))) ? `DATE '${formatDate(Number(value))}'` : null;
      default:
        return `CAST(${sqlString(String(value))} AS ${flinkType(type)})`;
    }
  },
};

/** A number with an exponent is a DOUBLE there; without one it is a DECIMAL. */
function floatLiteral(value: number): string {
  if (!Number.isFinite(value)) return `CAST('${value}' AS DOUBLE)`;
  const text = value.toExponential().replace('e', 'E').replace('E+', 'E');
  return value < 0 || Object.is(value, -0) ? `(-${text.replace(/^-/, '')})` : text;
}

function timestampLiteral(ticks: bigint, type: Extract<DataType, { kind: 'timestamp' }>): string | null {
  const text = formatTimestamp(ticks, type.unit).replace('T', ' ').replace('Z', '');
  return isYearOfFour(text) ? `CAST(TIMESTAMP '${text}' AS ${flinkType(type)})` : null;
}

function isYearOfFour(text: string): boolean {
  return /^\d{4}-/.test(text);
}
