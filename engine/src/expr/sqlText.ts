import { formatDecimal } from '../columns/decimal.js';
import { formatDate, formatTimestamp } from '../columns/iso.js';
import { typeName } from '../columns/types.js';
import type { DataType } from '../columns/types.js';
import type { Expr, LiteralValue } from './ast.js';
import { RESERVED } from './reserved.js';

const INFIX: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  and: 'AND',
  or: 'OR',
};

/** An expression in the grammar that `` expr`…` `` reads: reading it gives the same expression again. */
export function sqlText(expr: Expr): string {
  switch (expr.kind) {
    case 'column':
      return columnText(expr.name);
    case 'literal':
      return literalText(expr.value, expr.type);
    case 'call': {
      const args = expr.args.map(sqlText);
      if (expr.fn === 'not' && args.length === 1) return `(NOT ${args[0]})`;
      if (args.length === 2 && Object.hasOwn(INFIX, expr.fn)) return `(${args.join(` ${INFIX[expr.fn]} `)})`;
      return `${expr.fn}(${args.join(', ')})`;
    }
  }
}

function columnText(name: string): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(name) && !RESERVED.has(name.toUpperCase());
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function literalText(value: LiteralValue, type: DataType): string {
  if (value === null) return type.kind === 'string' ? 'NULL' : `${typeText(type)} NULL`;
  switch (type.kind) {
    case 'boolean':
      return value === true ? 'TRUE' : 'FALSE';
    case 'string':
      return quoted(String(value));
    case 'int32':
      return String(value);
    case 'int64':
      return isInt32(Number(value)) ? `BIGINT ${quoted(String(value))}` : String(value);
    case 'float64':
      return floatText(String(value));
    default:
      return `${typeText(type)} ${quoted(valueText(value, type))}`;
  }
}

/** Whether a number so small would be read as an int32. */
function isInt32(value: number): boolean {
  return value >= -(2 ** 31) && value < 2 ** 31;
}

function floatText(text: string): string {
  if (!/^-?\d/.test(text)) return `DOUBLE ${quoted(text)}`;
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function typeText(type: DataType): string {
  switch (type.kind) {
    case 'int32':
      return 'INTEGER';
    case 'int64':
      return 'BIGINT';
    case 'float64':
      return 'DOUBLE';
    default:
      return typeName(type).replace(/^[a-z]+/, name => name.toUpperCase());
  }
}

function valueText(value: LiteralValue, type: DataType): string {
  switch (type.kind) {
    case 'timestamp':
      return formatTimestamp(BigInt(value!), type.unit);
    case 'date':
      return formatDate(Number(value));
    case 'decimal':
      return formatDecimal(BigInt(value!), type.scale);
    case 'duration':
      return `${value} ${type.unit}`;
    default:
      return String(value);
  }
}
