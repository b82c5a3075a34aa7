import { hasDictionary, isInt64Like } from '../columns/types.js';
import type { BoundExpr } from '../expr/bound.js';
import type { BoundCall, Emitted, EmitScope } from '../expr/function.js';
import type { Value } from '../columns/values.js';
import { interpreter } from '../expr/interpret.js';
import { literalToValue, valueToLiteral } from '../expr/literal.js';
import { scalarFunction } from '../functions/scalar/registry.js';
import type { LoopScope } from './scope.js';
import { emitStringCall, literalDictionary } from './strings.js';

/** An expression that cannot be written over fast lanes: it is always interpreted. */
export class NotEmittableError extends Error {}

/**
 * Writes an expression for row `i` of a loop. Statements that come first (locals, guards) are in the scope; the guards stop the loop
 * where a fast lane cannot hold an exact result, and the exact twin computes the batch. Throws `NotEmittableError` for what has no fast form.
 */
export function emitScalar(expr: BoundExpr, scope: LoopScope): Emitted {
  switch (expr.kind) {
    case 'column':
      return scope.column(expr.index);
    case 'literal':
      return emitLiteral(expr, scope);
    case 'call':
      return emitCall(expr, scope);
  }
}

type Literal = Extract<BoundExpr, { kind: 'literal' }>;

function emitLiteral(expr: Literal, scope: LoopScope): Emitted {
  const { type } = expr;
  const value = literalToValue(expr.value, type);
  const dictionary = hasDictionary(type) ? literalDictionary((value as string | null) ?? '') : null;
  if (value === null) return { value: type.kind === 'boolean' ? 'false' : '0', valid: 'false', dictionary };
  if (dictionary !== null) return { value: '0', valid: null, dictionary };
  if (isInt64Like(type) && !Number.isSafeInteger(Number(value)))
    throw new NotEmittableError('an unsafe integer');
  if (Object.is(value, -0)) return { value: '(-0)', valid: null, dictionary };
  if (expr.parameter !== undefined) return { value: scope.constant(fastOf(value)), valid: null, dictionary };
  const text = String(value);
  return { value: text.startsWith('-') ? `(${text})` : text, valid: null, dictionary };
}

/** An exact value as loops have it. */
function fastOf(value: Value): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

function emitCall(expr: BoundCall, scope: LoopScope): Emitted {
  if (expr.args.every(arg => arg.kind === 'literal')) return emitLiteral(folded(expr), scope);
  if (hasDictionary(expr.type) || expr.args.some((arg, at) => hasDictionary(arg.type) && !isRead(expr, at))) {
    return emitStringCall(expr, scope, arg => emitScalar(arg, scope));
  }
  const fn = scalarFunction(expr.fn);
  const args = expr.args.map((arg, at) => (isRead(expr, at) ? PLACEHOLDER : emitScalar(arg, scope)));
  if (fn.emit === undefined) throw new NotEmittableError(expr.fn);
  const { value, valid = null } = fn.emit(args, expr, scope);
  return {
    value,
    valid: fn.nulls === 'own' ? valid : conjunction([...args.map(arg => arg.valid), valid], scope),
    dictionary: null,
  };
}

/** A call of literals, computed now. One that fails (overflow) fails when it is interpreted. */
function folded(call: BoundCall): Literal {
  const { type, nullable } = call;
  let value: Value;
  try {
    value = interpreter(call, scalarFunction)([], 0);
  } catch {
    throw new NotEmittableError(call.fn);
  }
  const literal: Literal = { kind: 'literal', value: valueToLiteral(value, type), type, nullable };
  const given = call.args.find(arg => arg.kind === 'literal' && arg.parameter !== undefined) as
    Literal | undefined;
  return given === undefined ? literal : { ...literal, parameter: given.parameter };
}

const PLACEHOLDER: Emitted = { value: "''", valid: null, dictionary: null };

/** Whether the argument is a literal that the function reads when it is written: a type's name, a part of a time. */
function isRead(call: BoundCall, at: number): boolean {
  return scalarFunction(call.fn).literals?.includes(at) === true;
}

/** The text that all conditions hold; null where there are none. */
export function conjunction(conditions: readonly (string | null)[], scope: EmitScope): string | null {
  const distinct = [...new Set(conditions.filter(condition => condition !== null && condition !== 'true'))];
  if (distinct.length === 0) return null;
  return distinct.length === 1
    ? distinct[0]
    : scope.local(distinct.map(condition => `(${condition})`).join(' && '));
}
