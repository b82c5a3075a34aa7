import { BOOLEAN } from '../../columns/types.js';
import type { Emitted, EmitScope, ScalarFunction } from '../../expr/function.js';
import { fixedFunction } from './fixed.js';
import { inBoth, infix } from './sql.js';
import { anyNullable, requireCount, requireKind } from './types.js';

/** `and` (whose decisive value is false) and `or` (true): NULL stands for "unknown", as in SQL. */
function connective(name: 'and' | 'or', decisive: boolean): ScalarFunction {
  const values = [true, false, null] as const;
  return {
    name,
    signature: `${name}(a, b, …)`,
    doc: `Three-valued ${name}: ${decisive} where any argument is ${decisive}, else NULL where any is NULL, else ${!decisive}.`,
    examples: values.flatMap(a =>
      values.map(b => ({
        args: [a, b].map(value => ({ type: BOOLEAN, value })),
        result: a === decisive || b === decisive ? decisive : a === null || b === null ? null : !decisive,
      })),
    ),
    nulls: 'own',
    sql: infix(name.toUpperCase()),
    bind(args) {
      requireCount(name, args, 1, Infinity);
      for (const arg of args) requireKind(name, arg, 'booleans', type => type.kind === 'boolean');
      return { args: args.map(() => BOOLEAN), type: BOOLEAN, nullable: anyNullable(args) };
    },
    evaluate(args) {
      if (args.includes(decisive)) return decisive;
      return args.includes(null) ? null : !decisive;
    },
    evaluateLazily(args) {
      let unknown = false;
      for (const arg of args) {
        const value = arg();
        if (value === decisive) return decisive;
        if (value === null) unknown = true;
      }
      return unknown ? null : !decisive;
    },
    emit: (args, _call, scope) => args.reduce((a, b) => combine(a, b, scope)),
  };

  /** Decided where a valid argument decides it; valid where both are valid or one decides. */
  function combine(a: Emitted, b: Emitted, scope: EmitScope): Emitted {
    const sign = decisive ? '||' : '&&';
    if (a.valid === null && b.valid === null) {
      return { value: `(${a.value} ${sign} ${b.value})`, valid: null, dictionary: null };
    }
    const [x, y] = [a, b].map(arg => ({
      value: scope.local(arg.value),
      valid: scope.local(arg.valid ?? 'true'),
    }));
    const decides = ({ value, valid }: { value: string; valid: string }) =>
      `(${valid} && ${decisive ? '' : '!'}${value})`;
    const decided = scope.local(`${decides(x)} || ${decides(y)}`);
    return {
      value: decisive ? decided : `!${decided}`,
      valid: scope.local(`${decided} || (${x.valid} && ${y.valid})`),
      dictionary: null,
    };
  }
}

export const and = connective('and', false);
export const or = connective('or', true);

export const not: ScalarFunction = {
  name: 'not',
  signature: 'not(x)',
  doc: 'True of false, false of true, NULL of NULL.',
  examples: [
    { args: [{ type: BOOLEAN, value: true }], result: false },
    { args: [{ type: BOOLEAN, value: null }], result: null },
  ],
  nulls: 'propagate',
  sql: inBoth(([x]) => `(NOT ${x})`),
  bind(args) {
    requireCount('not', args, 1);
    requireKind('not', args[0], 'a boolean', type => type.kind === 'boolean');
    return { args: [BOOLEAN], type: BOOLEAN, nullable: anyNullable(args) };
  },
  evaluate: ([x]) => !(x as boolean),
  emit: ([x]) => ({ value: `!(${x.value})` }),
};

export const xor = fixedFunction({
  name: 'xor',
  signature: 'xor(a, b)',
  doc: 'Whether exactly one of two conditions is true; NULL where either is NULL.',
  examples: [
    [[true, false], true],
    [[true, true], false],
    [[true, null], null],
  ],
  args: [BOOLEAN, BOOLEAN],
  type: BOOLEAN,
  sql: inBoth(([a, b]) => `(${a} <> ${b})`),
  evaluate: ([a, b]) => a !== b,
  emit: ([a, b]) => ({ value: `(${a.value} !== ${b.value})` }),
});
