import { MillraceError } from '../../../engine/src/columns/error.js';
import type { Schema } from '../../../engine/src/columns/schema.js';
import { isNumeric, sameType, STRING } from '../../../engine/src/columns/types.js';
import type { DataType, Field } from '../../../engine/src/columns/types.js';
import type { Expr } from '../../../engine/src/expr/ast.js';
import { valueToLiteral } from '../../../engine/src/expr/literal.js';
import { bind } from '../../../engine/src/functions/bind.js';
import { SCALAR_FUNCTIONS } from '../../../engine/src/functions/scalar/registry.js';
import { DUCKDB } from '../../../engine/src/sql/duckdbText.js';
import { scalarText } from '../../../engine/src/sql/scalar.js';
import type { Random } from '../random.js';

const FUNCTIONS = [...SCALAR_FUNCTIONS.values()].filter(fn => fn.sql.duckdb !== null);
/** Results that differ in the last digit may decide a comparison or name a group: these are made last. */
const INEXACT = new Set([
  ...['div', 'exp', 'ln', 'log2', 'log10', 'pow', 'sqrt', 'cbrt', 'microprice', 'imbalance'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2', 'sinh', 'cosh', 'tanh'],
]);

/**
 * Arguments that stay as in the examples: counts that would make texts of gigabytes or days of no calendar, exponents that would blow up a
 * last digit, and characters that have to be one.
 */
const KEPT: Readonly<Record<string, readonly number[]>> = {
  repeat: [1],
  padStart: [1],
  padEnd: [1],
  like: [2],
  addMonths: [1],
  pow: [1],
};
/** Functions that tell the signs of zeros apart: DuckDB forgets them where it groups, sorts or partitions. */
const SIGNED = new Set(['div', 'floorDiv', 'atan2', 'pow']);
/** Functions whose text cannot be compared: a zone's times come in another unit; a strict cast stops at the first value. */
const UNSAID = new Set(['toLocal', 'fromLocal', 'cast', 'timeOfDay']);
const TYPE_NAMES = [
  'boolean',
  'int32',
  'int64',
  'float64',
  'string',
  'date',
  "timestamp('s')",
  "timestamp('us')",
  "timestamp('ns')",
];

export const column = (name: string): Expr => ({ kind: 'column', name });

/** Makes random expressions that DuckDB can say. */
export class ExpressionMaker {
  constructor(private readonly random: Random) {}

  /** A random condition. */
  predicate(schema: Schema): Expr {
    for (;;) {
      const expr = this.expression(schema, 'boolean', 2);
      if (bind(expr, schema).type.kind === 'boolean') return expr;
    }
  }

  /** A random expression; of the wanted kind where one is found. */
  expression(schema: Schema, wanted: string | null, depth: number): Expr {
    const { random } = this;
    for (let attempt = 0; attempt < 60; attempt++) {
      const expr =
        depth === 0 || random.chance(0.15) ? this.#leaf(schema, wanted) : this.#call1(schema, depth);
      if (expr === null || !this.#canBeSaid(expr, schema) || differs(expr, schema)) continue;
      if (wanted === null || bind(expr, schema).type.kind === wanted) return expr;
    }
    return wanted === 'boolean'
      ? { kind: 'call', fn: 'isNotNull', args: [column(random.pick(schema.fields).name)] }
      : column(random.pick(schema.fields).name);
  }

  #leaf(schema: Schema, wanted: string | null): Expr | null {
    const fields = schema.fields.filter(field => wanted === null || field.type.kind === wanted);
    return fields.length === 0 ? null : column(this.random.pick(fields).name);
  }

  /** A call after the pattern of one of the function's examples, with columns and other calls as arguments. */
  #call1(schema: Schema, depth: number): Expr {
    const { random } = this;
    const fn = random.pick(FUNCTIONS);
    const example = random.pick(fn.examples);
    const args = example.args.map(({ type, value }, at): Expr => {
      if (fn.name === 'cast' && at === 1)
        return { kind: 'literal', type: STRING, value: random.pick(TYPE_NAMES) };
      const literal: Expr = { kind: 'literal', type, value: valueToLiteral(value, type) };
      if (fn.literals?.includes(at) === true || KEPT[fn.name]?.includes(at) === true || random.chance(0.25))
        return literal;
      // What a function makes of a last digit may be anything.
      const fields = schema.fields.filter(
        field => isKey(field) && (fn.name === 'cast' || fitting(field.type, type)),
      );
      if (depth > 1 && random.chance(0.4)) {
        const nested = this.expression(schema, type.kind, depth - 1);
        if (bind(nested, schema).type.kind === type.kind && isExact(nested, schema)) return nested;
      }
      return fields.length === 0 ? literal : column(random.pick(fields).name);
    });
    return { kind: 'call', fn: fn.name, args };
  }

  #canBeSaid(expr: Expr, schema: Schema): boolean {
    try {
      let said = true;
      scalarText(bind(expr, schema), DUCKDB, () => (said = false));
      return said;
    } catch (error) {
      if (error instanceof MillraceError) return false;
      throw error;
    }
  }
}

function fitting(a: DataType, b: DataType): boolean {
  return (
    sameType(a, b) || (isNumeric(a) && isNumeric(b)) || (a.kind === 'timestamp' && b.kind === 'timestamp')
  );
}

/** Computed floats may differ in their last digits, so that they are no keys. */
export function isKey(field: Field): boolean {
  return field.type.kind !== 'float64' || field.name === 'price' || field.name === 'ratio';
}

/** What is known to differ, with the reasons in `docs/differences.md`. */
function differs(expr: Expr, schema: Schema): boolean {
  if (expr.kind !== 'call') return false;
  if (expr.fn === 'upper' && expr.args.some(arg => arg.kind === 'literal' && String(arg.value).includes('ß')))
    return true;
  if (SIGNED.has(expr.fn) && expr.args.some(arg => isFloat(arg, schema))) return true;
  return UNSAID.has(expr.fn) || expr.args.some(arg => differs(arg, schema));
}

function isFloat(expr: Expr, schema: Schema): boolean {
  return expr.kind !== 'literal' && bind(expr, schema).type.kind === 'float64';
}

function isInexact(expr: Expr): boolean {
  return expr.kind === 'call' && (INEXACT.has(expr.fn) || expr.args.some(isInexact));
}

/** Whether an expression's values are the same to the last digit however they are computed. */
export function isExact(expr: Expr, schema: Schema): boolean {
  if (expr.kind === 'column') return schema.fields.some(field => field.name === expr.name && isKey(field));
  return expr.kind !== 'call' || (!isInexact(expr) && expr.args.every(arg => isExact(arg, schema)));
}
