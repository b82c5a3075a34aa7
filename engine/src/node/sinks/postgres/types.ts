import type { DataType } from '../../../columns/types.js';

/** The type of a new table's column. */
export function columnType(type: DataType): string {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'int32':
      return 'integer';
    case 'int64':
      return 'bigint';
    case 'float64':
      return 'double precision';
    case 'decimal':
      return `numeric(${type.precision}, ${type.scale})`;
    case 'string':
      return 'text';
    case 'json':
      return 'jsonb';
    case 'date':
      return 'date';
    // What Postgres has is exact to the microsecond.
    case 'timestamp':
      return type.unit === 'ns' ? 'text' : 'timestamptz';
    case 'duration':
      return type.unit === 'ns' ? 'text' : 'interval';
  }
}

/** A column of a table as the server describes it. */
export interface TableColumn {
  readonly name: string;
  /** Its type's own name: `int8`, `numeric`. */
  readonly type: string;
  /** With its digits: `numeric(10,2)`. */
  readonly shown: string;
  /** What the type is narrowed by: -1 where by nothing. */
  readonly modifier: number;
  readonly required: boolean;
}

/** Which types of Postgres hold every value of a type as it is. */
const HOLDERS: Readonly<Record<DataType['kind'], readonly string[]>> = {
  boolean: ['bool'],
  int32: ['int4', 'int8', 'numeric', 'float8'],
  int64: ['int8', 'numeric'],
  float64: ['float8'],
  decimal: ['numeric'],
  string: ['text', 'varchar', 'citext', 'uuid'],
  json: ['json', 'jsonb', 'text', 'varchar'],
  date: ['date'],
  timestamp: ['timestamptz', 'timestamp'],
  duration: ['interval'],
};

/** Decimal digits behind the second, by unit. */
const DIGITS = { s: 0, ms: 3, us: 6, ns: 9 } as const;

/** Whether a column holds every value of a type exactly; text holds all of them, as they are written. */
export function holds(column: TableColumn, type: DataType): boolean {
  const { modifier } = column;
  if (column.type === 'text' || (column.type === 'varchar' && modifier < 0)) return true;
  if (!HOLDERS[type.kind].includes(column.type)) return false;
  if (type.kind === 'timestamp' || type.kind === 'duration') {
    const digits = DIGITS[type.unit];
    if (digits > 6) return false;
    // The modifier of an interval has its fields above its digits.
    return modifier < 0 || (modifier & 0xffff) === 0xffff || (modifier & 0xffff) >= digits;
  }
  if (column.type !== 'numeric' || modifier < 0) return true;
  const precision = ((modifier - 4) >> 16) & 0xffff;
  const scale = (modifier - 4) & 0x7ff;
  if (type.kind === 'decimal') return scale >= type.scale && precision - scale >= type.precision - type.scale;
  return precision - scale >= (type.kind === 'int32' ? 10 : 19);
}
