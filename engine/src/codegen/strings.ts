import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { isInt64Like, STRING } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import type { BoundExpr } from '../expr/bound.js';
import type { BoundCall, Emitted } from '../expr/function.js';
import { literalToValue } from '../expr/literal.js';
import { scalarFunction } from '../functions/scalar/registry.js';
import { DictionaryMap, memoised } from './dictionaryMap.js';
import type { LoopScope } from './scope.js';

type Emit = (expr: BoundExpr) => Emitted;

/** The dictionary of a literal: its one string has code 0. */
export function literalDictionary(text: string): (columns: readonly Column[]) => Dictionary {
  const dictionary = new Dictionary();
  dictionary.intern(text);
  return () => dictionary;
}

/**
 * A call that takes or gives strings. Equality with a literal compares codes; what depends on one string is computed once a
 * code; coalesce and ifElse bring their branches into one dictionary; the rest calls the exact function, remembering results.
 */
export function emitStringCall(call: BoundCall, scope: LoopScope, emit: Emit): Emitted {
  if (call.fn === 'isNull' || call.fn === 'isNotNull') return emitDirect(call, scope, call.args.map(emit));
  if (call.fn === 'coalesce' || call.fn === 'ifElse') return emitMerged(call, scope, emit);
  const open = call.args.filter(arg => arg.kind !== 'literal');
  if ((call.fn === 'eq' || call.fn === 'ne') && open.length === 1)
    return emitCodeComparison(call, open[0], scope, emit);
  if (open.length === 1 && open[0].type.kind === 'string') return emitByCode(call, open[0], scope, emit);
  return emitByRow(call, scope, emit);
}

function emitDirect(call: BoundCall, scope: LoopScope, args: readonly Emitted[]): Emitted {
  const { value, valid = null } = scalarFunction(call.fn).emit!(args, call, scope);
  return { value, valid, dictionary: null };
}

function emitCodeComparison(call: BoundCall, open: BoundExpr, scope: LoopScope, emit: Emit): Emitted {
  const literal = call.args.find(arg => arg.kind === 'literal');
  if (open.type.kind !== 'string' || literal?.kind !== 'literal' || literal.value === null) {
    return emitByRow(call, scope, emit);
  }
  const { value, valid, dictionary } = emit(open);
  const text = String(literal.value);
  const code = scope.input(columns => dictionary!(columns).codeOf(text));
  return { value: `(${value} ${call.fn === 'eq' ? '===' : '!=='} ${code})`, valid, dictionary: null };
}

function emitByCode(call: BoundCall, open: BoundExpr, scope: LoopScope, emit: Emit): Emitted {
  const fn = scalarFunction(call.fn);
  const values = call.args.map(arg => (arg.kind === 'literal' ? literalToValue(arg.value, arg.type) : null));
  const at = call.args.indexOf(open);
  const hasNull = values.some((value, position) => position !== at && value === null);
  const compute = (text: string | null): Value => {
    if (fn.nulls === 'propagate' && (hasNull || text === null)) return null;
    return fn.evaluate(values.with(at, text), call);
  };
  const map = new DictionaryMap(call.type, compute);
  const source = emit(open);
  const code = scope.local(source.value);
  const lane = scope.input(columns => map.lane(source.dictionary!(columns)));
  const known = scope.input(columns => map.valid(source.dictionary!(columns)));
  const raw = `${lane}[${code}]`;
  const sourceValid = source.valid === null ? null : scope.local(source.valid);
  const nullable = call.nullable || source.valid !== null;
  const value = call.type.kind === 'boolean' ? `(${raw} === 1)` : raw;
  const valid =
    sourceValid === null ? `(${known}[${code}] === 1)` : `(${sourceValid} && ${known}[${code}] === 1)`;
  return {
    value: isInt64Like(call.type) ? guarded(value, nullable ? valid : null, scope) : value,
    valid: nullable ? valid : null,
    dictionary: map.dictionary === null ? null : () => map.dictionary!,
  };
}

/** NaN marks an int64 that the fast lane cannot hold. */
function guarded(value: string, valid: string | null, scope: LoopScope): string {
  const result = scope.local(value);
  scope.statement(`if (${valid === null ? '' : `${valid} && `}${result} !== ${result}) ${scope.bail}`);
  return result;
}

function emitMerged(call: BoundCall, scope: LoopScope, emit: Emit): Emitted {
  const merged = new Dictionary();
  const args = call.args.map(arg => {
    const emitted = emit(arg);
    if (arg.type.kind !== 'string') return emitted;
    const map = new DictionaryMap(STRING, text => text, merged);
    const lane = scope.input(columns => map.lane(emitted.dictionary!(columns)));
    return { ...emitted, value: `${lane}[${emitted.value}]` };
  });
  return { ...emitDirect(call, scope, args), dictionary: () => merged };
}

/** A value of one row, as the exact function takes it. */
function exactText(arg: BoundExpr, emitted: Emitted, scope: LoopScope): string {
  const { type } = arg;
  if (type.kind === 'string') {
    const dictionary = scope.input(columns => emitted.dictionary!(columns));
    return `${dictionary}.at(${emitted.value})`;
  }
  return isInt64Like(type) ? `BigInt(${emitted.value})` : emitted.value;
}

function emitByRow(call: BoundCall, scope: LoopScope, emit: Emit): Emitted {
  const fn = scalarFunction(call.fn);
  const compute = memoised(values =>
    fn.nulls === 'propagate' && values.includes(null) ? null : fn.evaluate(values, call),
  );
  const args = call.args.map(arg => {
    const emitted = emit(arg);
    const text = exactText(arg, emitted, scope);
    return emitted.valid === null ? text : `(${emitted.valid} ? ${text} : null)`;
  });
  const result = scope.local(`${scope.constant(compute)}([${args.join(', ')}])`);
  const valid = call.nullable ? `(${result} !== null)` : null;
  if (call.type.kind === 'string') {
    const dictionary = new Dictionary();
    const intern = scope.constant((text: Value) => (text === null ? 0 : dictionary.intern(text as string)));
    return { value: `${intern}(${result})`, valid, dictionary: () => dictionary };
  }
  if (!isInt64Like(call.type)) return { value: result, valid, dictionary: null };
  const fast = scope.local(`${result} === null ? 0 : Number(${result})`);
  scope.statement(`if (Math.abs(${fast}) > ${Number.MAX_SAFE_INTEGER}) ${scope.bail}`);
  return { value: fast, valid, dictionary: null };
}
