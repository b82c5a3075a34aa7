import { hasDictionary, isInt64Like } from '../../engine/src/columns/types.js';
import type { DataKind, DataType, Field } from '../../engine/src/columns/types.js';
import { Dictionary } from '../../engine/src/columns/dictionary.js';
import type { Batch } from '../../engine/src/columns/batch.js';
import { columnOf } from '../../engine/src/columns/values.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { Expr } from '../../engine/src/expr/ast.js';
import { literalToValue, valueToLiteral } from '../../engine/src/expr/literal.js';
import type { Example, ScalarFunction } from '../../engine/src/expr/function.js';
import { bind } from '../../engine/src/functions/bind.js';
import { SCALAR_FUNCTIONS } from '../../engine/src/functions/scalar/registry.js';
import type { Random } from '../properties/random.js';

/** A literal argument of an example, as an expression. */
export function literalOf({ type, value }: Example['args'][number]): Expr {
  return { kind: 'literal', type, value: valueToLiteral(value, type) };
}

/** What calls of each function give, by the kind of the result: read off the examples. */
const BY_RESULT = new Map<DataKind, { readonly fn: ScalarFunction; readonly example: Example }[]>();
/** The types that occur as arguments. */
const TYPES = new Map<string, DataType>();

for (const fn of SCALAR_FUNCTIONS.values()) {
  for (const example of fn.examples) {
    for (const { type } of example.args) TYPES.set(JSON.stringify(type), type);
    const { type } = bind({ kind: 'call', fn: fn.name, args: example.args.map(literalOf) }, { fields: [] });
    if (!BY_RESULT.has(type.kind)) BY_RESULT.set(type.kind, []);
    BY_RESULT.get(type.kind)!.push({ fn, example });
  }
}

/** A column of each type that functions take, once nullable and once not. */
export const FIELDS: readonly Field[] = [...TYPES.values()].flatMap((type, at) => [
  { name: `${type.kind}_${at}`, type, nullable: false },
  { name: `${type.kind} ${at}?`, type, nullable: true },
]);

const TEXTS = [
  '',
  'a',
  'BTC-USD',
  '2024-03-08T09:30:00Z',
  '08.03.2024 09:30',
  '12',
  ' -1.5e3 ',
  '__proto__',
  'é😀b',
  'true',
  'aaa',
  '{"a":[1,null]}',
];
const FLOATS = [NaN, Infinity, -Infinity, -0, 0, 0.5, -2.5, 1e300, 2 ** 53, 1e-9, 100];
const WIDE = [2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)];

/** A random value of a type, ordinary or at its edges. */
export function randomValue(random: Random, type: DataType, safe: boolean): Value {
  switch (type.kind) {
    case 'boolean':
      return random.chance(0.5);
    case 'int32':
      return random.chance(0.1) ? random.pick([2 ** 31 - 1, -(2 ** 31), 0]) : random.below(41) - 20;
    case 'float64':
      return random.chance(0.3) ? random.pick(FLOATS) : Math.round((random.next() - 0.5) * 2000) / 8;
    case 'string':
      return random.pick(TEXTS);
    case 'json':
      return random.pick(['null', '1', '"x"', '[1,2,{"a":"b"}]', '{"a":{"b":[true,1.5]}}']);
    case 'date':
      return random.below(100_000) - 40_000;
    case 'decimal':
      return BigInt(random.below(10 ** Math.min(type.precision, 6))) * (random.chance(0.3) ? -1n : 1n);
    case 'timestamp':
    case 'duration':
    case 'int64': {
      if (!safe && random.chance(0.15)) return random.pick(WIDE);
      if (type.kind === 'int64') return BigInt(random.below(201) - 100);
      const perSecond = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 }[type.unit];
      const span = type.unit === 'ns' ? 8_000_000 : 3_000_000_000;
      const seconds = Math.round((random.next() - 0.3) * (type.kind === 'duration' ? 100_000 : span));
      return BigInt(seconds) * BigInt(perSecond) + BigInt(random.below(perSecond));
    }
  }
}

/** Some rows of all columns. A safe batch is one that generated loops can hold. */
export function randomBatch(random: Random, rows: number, safe: boolean): Batch {
  const strings = new Dictionary();
  const columns = FIELDS.map(({ type, nullable }) => {
    const values = Array.from({ length: rows }, () =>
      nullable && random.chance(0.3) ? null : randomValue(random, type, safe || !isInt64Like(type)),
    );
    return columnOf(type, values, hasDictionary(type) ? strings : null);
  });
  return { schema: { fields: FIELDS }, length: rows, columns, kinds: null, marks: null, watermark: 0 };
}

/** A random expression whose value is of a type's kind, or close to it: it need not bind. */
export function randomExpr(random: Random, type: DataType, depth: number): Expr {
  const calls = BY_RESULT.get(type.kind) ?? [];
  if (depth > 0 && calls.length > 0 && random.chance(0.7)) {
    const { fn, example } = random.pick(calls);
    return randomCall(random, fn, example, depth);
  }
  const columns = FIELDS.filter(field => field.type.kind === type.kind);
  if (columns.length > 0 && random.chance(0.8)) return { kind: 'column', name: random.pick(columns).name };
  const value = random.chance(0.15) ? null : randomValue(random, type, true);
  return { kind: 'literal', type, value: valueToLiteral(value, type) };
}

/** A call of a function with arguments of an example's types; literals that it reads are the example's own. */
export function randomCall(random: Random, fn: ScalarFunction, example: Example, depth: number): Expr {
  const args = example.args.map((arg, at) =>
    fn.literals?.includes(at) === true ? literalOf(arg) : randomExpr(random, arg.type, depth - 1),
  );
  return { kind: 'call', fn: fn.name, args };
}

/** Whether a literal comes back from its own text: years have four digits there. */
export function isPrintable(expr: Expr): boolean {
  if (expr.kind === 'column') return true;
  if (expr.kind === 'call') return expr.args.every(isPrintable);
  if (expr.value === null || (expr.type.kind !== 'timestamp' && expr.type.kind !== 'date')) return true;
  const value = Number(literalToValue(expr.value, expr.type));
  const days =
    expr.type.kind === 'date'
      ? value
      : value / { s: 86400, ms: 86400e3, us: 86400e6, ns: 86400e9 }[expr.type.unit];
  return days > -700_000 && days < 2_900_000;
}
