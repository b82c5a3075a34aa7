import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import { hasDictionary, isInt64Like, STRING } from '../columns/types.js';
import type { Value } from '../columns/values.js';
import type { BoundExpr } from '../expr/bound.js';
import type { BoundCall, Emitted } from '../expr/function.js';
import { literalToValue } from '../expr/literal.js';
import { scalarFunction } from '../functions/scalar/registry.js';
import { DictionaryMap, FAILED, memoised } from './dictionaryMap.js';
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
  const args = call.args.map(emit);
  if (call.fn === 'isNull' || call.fn === 'isNotNull') return emitDirect(call, scope, args);
  if (call.fn === 'coalesce' || call.fn === 'ifElse') return emitMerged(call, scope, args);
  if (call.fn === 'eqMissing' || call.fn === 'isDistinctFrom') return emitMissing(call, scope, emit, args);
  const open = [...call.args.keys()].filter(at => call.args[at].kind !== 'literal');
  const only = open.length === 1 && hasDictionary(call.args[open[0]].type) ? open[0] : -1;
  // A function that handles NULL itself may have a result where a later argument has none.
  const ownsNull = scalarFunction(call.fn).nulls === 'own' && only > 0;
  if (only === -1 || ownsNull || args[only].growing === true) return emitByRow(call, scope, args);
  const other = call.args[1 - only];
  if ((call.fn === 'eq' || call.fn === 'ne') && other.kind === 'literal' && other.value !== null) {
    return emitCodeComparison(call.fn, args[only], String(other.value), scope);
  }
  return emitByCode(call, only, args[only], scope);
}

function emitDirect(call: BoundCall, scope: LoopScope, args: readonly Emitted[]): Emitted {
  const { value, valid = null } = scalarFunction(call.fn).emit!(args, call, scope);
  return { value, valid, dictionary: null };
}

/** Equality under which NULL equals NULL: equality where both are there, else whether neither is. */
function emitMissing(call: BoundCall, scope: LoopScope, emit: Emit, args: readonly Emitted[]): Emitted {
  const nullable = call.args.some(arg => arg.nullable);
  const equal = emitStringCall({ ...call, fn: 'eq', nullable }, scope, emit);
  const [x, y] = args.map(arg => scope.local(arg.valid ?? 'true'));
  const value = `(${x} ? ${y} && ${equal.value} : !${y})`;
  return { value: call.fn === 'eqMissing' ? value : `!${value}`, valid: null, dictionary: null };
}

function emitCodeComparison(fn: 'eq' | 'ne', source: Emitted, text: string, scope: LoopScope): Emitted {
  const code = scope.input(columns => source.dictionary!(columns).codeOf(text));
  return {
    value: `(${source.value} ${fn === 'eq' ? '===' : '!=='} ${code})`,
    valid: source.valid,
    dictionary: null,
  };
}

function emitByCode(call: BoundCall, at: number, source: Emitted, scope: LoopScope): Emitted {
  const fn = scalarFunction(call.fn);
  const values = call.args.map(arg => (arg.kind === 'literal' ? literalToValue(arg.value, arg.type) : null));
  const hasNull = values.some((value, position) => position !== at && value === null);
  const compute = (text: string | null): Value => {
    if (fn.nulls === 'propagate' && (hasNull || text === null)) return null;
    return fn.evaluate(values.with(at, text), call);
  };
  const map = new DictionaryMap(call.type, compute, null, fn.mayFail === true);
  const code = scope.local(source.value);
  const lane = scope.input(columns => map.lane(source.dictionary!(columns)));
  const known = scope.input(columns => map.valid(source.dictionary!(columns)));
  const raw = `${lane}[${code}]`;
  const sourceValid = source.valid === null ? null : scope.local(source.valid);
  if (fn.mayFail === true) {
    // Only where a row has the string is its failure one: the interpreter then says which.
    const failed = `${known}[${code}] === ${FAILED}`;
    scope.statement(`if (${sourceValid === null ? failed : `${sourceValid} && ${failed}`}) ${scope.bail}`);
  }
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

function emitMerged(call: BoundCall, scope: LoopScope, args: readonly Emitted[]): Emitted {
  const merged = new Dictionary();
  const brought = args.map((arg, at) => {
    if (!hasDictionary(call.args[at].type)) return arg;
    if (arg.growing === true) {
      const source = scope.input(columns => arg.dictionary!(columns));
      const bring = scope.constant((from: Dictionary, code: number) => merged.intern(from.at(code) ?? ''));
      return { ...arg, value: `${bring}(${source}, ${arg.value})` };
    }
    const map = new DictionaryMap(STRING, text => text, merged);
    const lane = scope.input(columns => map.lane(arg.dictionary!(columns)));
    return { ...arg, value: `${lane}[${arg.value}]` };
  });
  const growing = args.some(arg => arg.growing === true);
  return { ...emitDirect(call, scope, brought), dictionary: () => merged, growing };
}

/** A value of one row, as the exact function takes it. */
function exactText(arg: BoundExpr, emitted: Emitted, scope: LoopScope): string {
  const { type } = arg;
  if (hasDictionary(type)) {
    const dictionary = scope.input(columns => emitted.dictionary!(columns));
    return `${dictionary}.at(${emitted.value})`;
  }
  return isInt64Like(type) ? `BigInt(${emitted.value})` : emitted.value;
}

function emitByRow(call: BoundCall, scope: LoopScope, emitted: readonly Emitted[]): Emitted {
  const fn = scalarFunction(call.fn);
  const exact = memoised(values =>
    fn.nulls === 'propagate' && values.includes(null) ? null : fn.evaluate(values, call),
  );
  // A branch that is not taken must not fail: the loop stops at the row, and the interpreter takes over.
  const compute = fn.mayFail === true ? orUndefined(exact) : exact;
  const args = emitted.map((arg, at) => {
    const text = exactText(call.args[at], arg, scope);
    return arg.valid === null ? text : `(${arg.valid} ? ${text} : null)`;
  });
  const result = scope.local(`${scope.constant(compute)}([${args.join(', ')}])`);
  if (fn.mayFail === true) scope.statement(`if (${result} === undefined) ${scope.bail}`);
  const valid = call.nullable ? `(${result} !== null)` : null;
  if (hasDictionary(call.type)) {
    const dictionary = new Dictionary();
    const intern = scope.constant((text: Value) => (text === null ? 0 : dictionary.intern(text as string)));
    return { value: `${intern}(${result})`, valid, dictionary: () => dictionary, growing: true };
  }
  if (!isInt64Like(call.type)) return { value: result, valid, dictionary: null };
  const fast = scope.local(`${result} === null ? 0 : Number(${result})`);
  scope.statement(`if (Math.abs(${fast}) > ${Number.MAX_SAFE_INTEGER}) ${scope.bail}`);
  return { value: fast, valid, dictionary: null };
}

function orUndefined(
  compute: (args: readonly Value[]) => Value,
): (args: readonly Value[]) => Value | undefined {
  return args => {
    try {
      return compute(args);
    } catch {
      return undefined;
    }
  };
}
