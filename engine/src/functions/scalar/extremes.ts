import { FLOAT64, INT64, STRING } from '../../columns/types.js';
import type { DataType } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import type { BoundCall, Emitted, EmitScope, ScalarFunction } from '../../expr/function.js';
import { compareValues, floatText } from './nanOrder.js';
import { inBoth } from './sql.js';
import { anyNullable, commonType, requireCount } from './types.js';

/** Which of two values is the greater, -0 below 0. */
function compareSigned(a: Value, b: Value): number {
  if (a === 0 && b === 0) return Number(Object.is(b, -0)) - Number(Object.is(a, -0));
  return compareValues(a, b);
}

const greaterOf = (a: number, b: number): number => (a !== a || b !== b ? NaN : Math.max(a, b));
const lesserOf = (a: number, b: number): number => (a !== a ? b : b !== b ? a : Math.min(a, b));

function emitPair(
  name: 'least' | 'greatest',
  type: DataType,
  a: string,
  b: string,
  scope: EmitScope,
): string {
  if (type.kind === 'float64') {
    return `${scope.constant(name === 'least' ? lesserOf : greaterOf)}(${a}, ${b})`;
  }
  const sign = name === 'least' ? '<=' : '>=';
  const x = scope.local(a);
  const y = scope.local(b);
  return `(${x} ${sign} ${y} ? ${x} : ${y})`;
}

/** NULL arguments make the result NULL, as in Flink. */
function extreme(name: 'least' | 'greatest'): ScalarFunction {
  const side = name === 'least' ? -1 : 1;
  const pick = (a: Value, b: Value) => (compareSigned(a, b) * side >= 0 ? a : b);
  return {
    name,
    signature: `${name}(a, b, …)`,
    doc: `The ${name} of the arguments; NULL where any is NULL. NaN is greater than every number.`,
    examples: [
      { args: [3n, 1n, 2n].map(value => ({ type: INT64, value })), result: name === 'least' ? 1n : 3n },
      { args: [NaN, 1].map(value => ({ type: FLOAT64, value })), result: name === 'least' ? 1 : NaN },
      { args: ['b', 'a'].map(value => ({ type: STRING, value })), result: name === 'least' ? 'a' : 'b' },
    ],
    nulls: 'propagate',
    sql: {
      duckdb: args =>
        `(CASE WHEN ${args.map(arg => `${arg} IS NULL`).join(' OR ')} THEN NULL ELSE ${name.toUpperCase()}(${args.join(', ')}) END)`,
      flink: args => `${name.toUpperCase()}(${args.join(', ')})`,
    },
    bind(args) {
      requireCount(name, args, 1, Infinity);
      const type = commonType(name, args);
      return { args: args.map(() => type), type, nullable: anyNullable(args) };
    },
    evaluate: args => args.reduce(pick),
    emit: (args, call, scope) => ({
      value: args.map(arg => arg.value).reduce((a, b) => emitPair(name, call.type, a, b, scope)),
    }),
  };
}

export const least = extreme('least');
export const greatest = extreme('greatest');

export const clip: ScalarFunction = {
  name: 'clip',
  signature: 'clip(x, low, high)',
  doc: '`x`, but at least `low` and at most `high`; NULL where any is NULL.',
  examples: [
    { args: [7n, 1n, 5n].map(value => ({ type: INT64, value })), result: 5n },
    { args: [-0.5, 0, 1].map(value => ({ type: FLOAT64, value })), result: 0 },
  ],
  nulls: 'propagate',
  sql: inBoth(
    ([x, low, high]) =>
      `(CASE WHEN ${x} < ${low} THEN ${low} WHEN ${x} > ${high} THEN ${high} ELSE ${x} END)`,
  ),
  bind(args) {
    requireCount('clip', args, 3);
    const type = commonType('clip', args);
    return { args: [type, type, type], type, nullable: anyNullable(args) };
  },
  evaluate: ([x, low, high]) => (compareValues(x, low) < 0 ? low : compareValues(x, high) > 0 ? high : x),
  emit: emitClip,
};

function emitClip([x, low, high]: readonly Emitted[], call: BoundCall, scope: EmitScope): { value: string } {
  const [value, from, to] = [x, low, high].map(arg => scope.local(arg.value));
  if (call.type.kind !== 'float64') {
    return { value: `(${value} < ${from} ? ${from} : ${value} > ${to} ? ${to} : ${value})` };
  }
  const held = (at: number) => ({ ...call, args: [call.args[0], call.args[at]] });
  const below = floatText('lt', { ...x, value }, { ...low, value: from }, held(1), scope);
  const above = floatText('gt', { ...x, value }, { ...high, value: to }, held(2), scope);
  return { value: `(${below} ? ${from} : ${above} ? ${to} : ${value})` };
}
