import { BOOLEAN, FLOAT64, INT64 } from '../../columns/types.js';
import type { Value } from '../../columns/values.js';
import type { BoundCall, Emitted, EmitScope, ScalarFunction } from '../../expr/function.js';
import { fixedFunction } from './fixed.js';
import { floatText } from './nanOrder.js';
import { inBoth, named } from './sql.js';
import { commonType, requireCount, requireKind } from './types.js';

/** A test for NULL, of any type. */
function nullTest(name: string, whenNull: boolean): ScalarFunction {
  return {
    name,
    signature: `${name}(x)`,
    doc: `Whether \`x\` is ${whenNull ? '' : 'not '}NULL; never NULL itself.`,
    examples: [
      { args: [{ type: INT64, value: null }], result: whenNull },
      { args: [{ type: FLOAT64, value: NaN }], result: !whenNull },
    ],
    nulls: 'own',
    sql: inBoth(([x]) => `(${x} IS ${whenNull ? '' : 'NOT '}NULL)`),
    bind(args) {
      requireCount(name, args, 1);
      return { args: [], type: BOOLEAN, nullable: false };
    },
    evaluate: ([x]) => (x === null) === whenNull,
    emit: ([x]) => ({ value: x.valid === null ? `${!whenNull}` : `${whenNull ? '!' : ''}(${x.valid})` }),
  };
}

export const isNull = nullTest('isNull', true);
export const isNotNull = nullTest('isNotNull', false);

export const isNaN: ScalarFunction = {
  name: 'isNaN',
  signature: 'isNaN(x)',
  doc: 'Whether a float64 is NaN; NULL of NULL.',
  examples: [
    { args: [{ type: FLOAT64, value: NaN }], result: true },
    { args: [{ type: FLOAT64, value: 1 }], result: false },
  ],
  nulls: 'propagate',
  sql: { duckdb: ([x]) => `ISNAN(${x})`, flink: ([x]) => `(${x} <> ${x})` },
  bind(args) {
    requireCount('isNaN', args, 1);
    requireKind('isNaN', args[0], 'a number', type => ['float64', 'int32', 'int64'].includes(type.kind));
    return { args: [FLOAT64], type: BOOLEAN, nullable: args[0].nullable };
  },
  evaluate: ([x]) => Number.isNaN(x),
  emit: ([x], _call, scope) => {
    const value = scope.local(x.value);
    return { value: `(${value} !== ${value})` };
  },
};

export const isFinite: ScalarFunction = fixedFunction({
  name: 'isFinite',
  signature: 'isFinite(x)',
  doc: 'Whether a number is neither NaN nor infinite; NULL of NULL.',
  examples: [
    [[-Infinity], false],
    [[1], true],
  ],
  args: [FLOAT64],
  type: BOOLEAN,
  sql: { duckdb: ([x]) => `ISFINITE(${x})`, flink: ([x]) => `(${x} - ${x} = 0)` },
  evaluate: ([x]) => Number.isFinite(x),
  emit: ([x]) => ({ value: `Number.isFinite(${x.value})` }),
});

export const nullIf: ScalarFunction = {
  name: 'nullIf',
  signature: 'nullIf(a, b)',
  doc: 'NULL where `a` equals `b`, else `a`.',
  examples: [
    { args: [1n, 1n].map(value => ({ type: INT64, value })), result: null },
    { args: [1n, null].map(value => ({ type: INT64, value })), result: 1n },
  ],
  nulls: 'own',
  sql: named('NULLIF'),
  bind(args) {
    requireCount('nullIf', args, 2);
    const type = commonType('nullIf', args);
    return { args: [type, type], type, nullable: true };
  },
  evaluate: ([a, b]) => (isSame(a, b) ? null : a),
  emit([a, b], call, scope) {
    const value = scope.local(a.value);
    const differs = `!${sameText({ ...a, value }, b, call, scope)}`;
    const valid = b.valid === null ? differs : `(!(${b.valid}) || ${differs})`;
    return { value, valid: a.valid === null ? valid : `(${a.valid} && ${valid})` };
  },
};

/** Whether two values are equal, NaN and NULL to themselves. */
function isSame(a: Value, b: Value): boolean {
  return a === b || (a !== a && b !== b);
}

function sameText(a: Emitted, b: Emitted, call: BoundCall, scope: EmitScope): string {
  return call.args[0].type.kind === 'float64'
    ? floatText('eq', a, b, call, scope)
    : `(${a.value} === ${b.value})`;
}

/** Equality under which NULL equals NULL, and so never NULL itself. */
function missing(name: string, whenEqual: boolean, doc: string): ScalarFunction {
  return {
    name,
    signature: `${name}(a, b)`,
    doc,
    examples: [
      { args: [null, null].map(value => ({ type: INT64, value })), result: whenEqual },
      { args: [null, 1n].map(value => ({ type: INT64, value })), result: !whenEqual },
      { args: [2n, 2n].map(value => ({ type: INT64, value })), result: whenEqual },
      { args: [NaN, NaN].map(value => ({ type: FLOAT64, value })), result: whenEqual },
    ],
    nulls: 'own',
    sql: inBoth(([a, b]) => `(${a} IS ${whenEqual ? 'NOT ' : ''}DISTINCT FROM ${b})`),
    bind(args) {
      requireCount(name, args, 2);
      const type = commonType(name, args);
      return { args: [type, type], type: BOOLEAN, nullable: false };
    },
    evaluate: ([a, b]) => isSame(a, b) === whenEqual,
    emit([a, b], call, scope) {
      const [x, y] = [a, b].map(arg => scope.local(arg.valid ?? 'true'));
      const equal = `(${x} ? ${y} && ${sameText(a, b, call, scope)} : !${y})`;
      return { value: whenEqual ? equal : `!${equal}` };
    },
  };
}

export const eqMissing = missing('eqMissing', true, '`a = b`, where NULL equals NULL: never NULL itself.');
export const isDistinctFrom = missing(
  'isDistinctFrom',
  false,
  'Whether `a` and `b` differ, where NULL equals NULL: never NULL itself.',
);

export const coalesce: ScalarFunction = {
  name: 'coalesce',
  signature: 'coalesce(a, b, …)',
  aliases: ['IFNULL', 'NVL'],
  doc: 'The first argument that is not NULL; NULL where all are.',
  examples: [
    { args: [null, 2n, 3n].map(value => ({ type: INT64, value })), result: 2n },
    { args: [null, null].map(value => ({ type: INT64, value })), result: null },
  ],
  nulls: 'own',
  sql: named('COALESCE'),
  bind(args) {
    requireCount('coalesce', args, 1, Infinity);
    const type = commonType('coalesce', args);
    return { args: args.map(() => type), type, nullable: args.every(arg => arg.nullable) };
  },
  evaluate: args => args.find(value => value !== null) ?? null,
  evaluateLazily(args) {
    for (const arg of args) {
      const value = arg();
      if (value !== null) return value;
    }
    return null;
  },
  emit(args, _call, scope) {
    const parts = args.map(arg => ({
      value: scope.local(arg.value),
      valid: arg.valid && scope.local(arg.valid),
    }));
    const stop = parts.findIndex(part => part.valid === null);
    const used = stop === -1 ? parts : parts.slice(0, stop + 1);
    return {
      value: used
        .slice(0, -1)
        .reduceRight(
          (rest, part) => `(${part.valid} ? ${part.value} : ${rest})`,
          used[used.length - 1].value,
        ),
      valid: stop === -1 ? `(${parts.map(part => part.valid).join(' || ')})` : null,
    };
  },
};

export const ifElse: ScalarFunction = {
  name: 'ifElse',
  signature: 'ifElse(condition, then, otherwise)',
  aliases: ['IF'],
  doc: 'The second argument where the condition is true, else (false or NULL) the third.',
  examples: [
    {
      args: [
        { type: BOOLEAN, value: true },
        { type: INT64, value: 1n },
        { type: INT64, value: 2n },
      ],
      result: 1n,
    },
    {
      args: [
        { type: BOOLEAN, value: null },
        { type: INT64, value: 1n },
        { type: INT64, value: 2n },
      ],
      result: 2n,
    },
  ],
  nulls: 'own',
  sql: inBoth(([condition, yes, no]) => `(CASE WHEN ${condition} THEN ${yes} ELSE ${no} END)`),
  bind(args) {
    requireCount('ifElse', args, 3);
    requireKind('ifElse', args[0], 'a boolean as its condition', type => type.kind === 'boolean');
    const type = commonType('ifElse', args.slice(1));
    return { args: [BOOLEAN, type, type], type, nullable: args[1].nullable || args[2].nullable };
  },
  evaluate: ([condition, yes, no]) => (condition === true ? yes : no),
  evaluateLazily: ([condition, yes, no]) => (condition() === true ? yes() : no()),
  emit([condition, yes, no], _call, scope) {
    const test = scope.local(
      condition.valid === null ? condition.value : `(${condition.valid}) && (${condition.value})`,
    );
    const nullable = yes.valid !== null || no.valid !== null;
    return {
      value: `(${test} ? ${yes.value} : ${no.value})`,
      valid: nullable ? `(${test} ? ${yes.valid ?? 'true'} : ${no.valid ?? 'true'})` : null,
    };
  },
};
