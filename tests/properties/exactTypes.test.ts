import { describe, expect, it } from 'vitest';
import { compileColumn } from '../../engine/src/codegen/column.js';
import { FilterKernel } from '../../engine/src/codegen/filter.js';
import type { Batch } from '../../engine/src/columns/batch.js';
import type { Column } from '../../engine/src/columns/column.js';
import {
  BOOLEAN,
  DATE,
  FLOAT64,
  INT32,
  INT64,
  JSON_TYPE,
  STRING,
  decimalType,
  durationType,
  timestampType,
  typeName,
} from '../../engine/src/columns/types.js';
import type { DataType, Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt } from '../../engine/src/columns/values.js';
import type { Value } from '../../engine/src/columns/values.js';
import type { Expr } from '../../engine/src/expr/ast.js';
import type { BoundExpr } from '../../engine/src/expr/bound.js';
import { interpretColumn, interpreter } from '../../engine/src/expr/interpret.js';
import { valueToLiteral } from '../../engine/src/expr/literal.js';
import { exprText } from '../../engine/src/expr/text.js';
import { bind } from '../../engine/src/functions/bind.js';
import { SCALAR_FUNCTIONS, scalarFunction } from '../../engine/src/functions/scalar/registry.js';
import { forRandom } from './random.js';
import type { Random } from './random.js';

const UNITS = ['s', 'ms', 'us', 'ns'] as const;
const TYPES: readonly DataType[] = [
  ...[decimalType(10, 4), decimalType(18, 2), decimalType(18, 0), decimalType(18, 18), decimalType(5, 3)],
  ...UNITS.map(timestampType),
  ...UNITS.map(durationType),
  ...[INT32, INT64, FLOAT64, DATE, BOOLEAN, STRING, JSON_TYPE],
];
const FIELDS: readonly Field[] = TYPES.map((type, i) => ({ name: `c${i}`, type, nullable: i % 3 !== 0 }));
const SCHEMA = { fields: FIELDS };

const EDGES = [
  2n ** 53n,
  2n ** 53n - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  10n ** 15n,
  10n ** 17n + 1n,
  0n,
  1n,
  -1n,
];
const TEXTS = ['1.25', '-7', '5 min', '2024-03-08T14:30:00.123456789Z', 'x', '', '1e3', '2 d', '[1,{"a":2}]'];
const JSONS = [
  '[1,{"a":"x"}]',
  '{"a":{"b":[1.50,true]},"__proto__":1}',
  '"1.25"',
  '12345678901234567890',
  'true',
];

function integer(random: Random, small: boolean): bigint {
  if (small) return BigInt(random.below(4000) - 2000);
  const edge = random.pick(EDGES) + BigInt(random.below(3) - 1);
  return BigInt.asIntN(64, random.chance(0.5) ? edge : -edge);
}

function valueOf(random: Random, type: DataType, small: boolean): Value {
  switch (type.kind) {
    case 'boolean':
      return random.chance(0.5);
    case 'int32':
      return small ? random.below(200) - 100 : random.pick([0, 1, 2 ** 31 - 1, -(2 ** 31), 7]);
    case 'date':
      return random.below(40_000) - 10_000;
    case 'float64':
      return random.pick([0, -0, NaN, 1.25, -2.5, Infinity, 1e300, 2 ** 53, 0.1, 3]);
    case 'string':
      return random.pick(TEXTS);
    case 'json':
      return random.pick(JSONS);
    case 'decimal':
      return integer(random, small) % 10n ** BigInt(type.precision);
    default:
      return integer(random, small);
  }
}

function batchOf(random: Random, length: number): Batch {
  const columns = FIELDS.map(({ type, nullable }) => {
    const small = random.chance(0.7);
    const values = Array.from({ length }, () =>
      nullable && random.chance(0.2) ? null : valueOf(random, type, small),
    );
    return columnOf(type, values);
  });
  return { schema: SCHEMA, length, columns, kinds: null, marks: null, watermark: 0 };
}

function literal(random: Random): Expr {
  const type = random.pick(TYPES);
  const value = random.chance(0.1) ? null : valueOf(random, type, true);
  return { kind: 'literal', type, value: valueToLiteral(value, type) };
}

/** A call of any function with arguments of any types; casts and JSON paths get the literals that they need. */
function randomCall(random: Random, depth: number): Expr {
  const name = random.pick(NAMES);
  const arg = (): Expr => {
    if (random.chance(0.2)) return literal(random);
    if (depth > 0 && random.chance(0.3)) return randomCall(random, depth - 1);
    return { kind: 'column', name: random.pick(FIELDS).name };
  };
  const text = (value: string): Expr => ({ kind: 'literal', type: STRING, value });
  if (name === 'cast' || name === 'tryCast')
    return { kind: 'call', fn: name, args: [arg(), text(typeName(random.pick(TYPES)))] };
  if (name === 'jsonGet')
    return { kind: 'call', fn: name, args: [arg(), text(random.pick(['$.a', '$[0]', '$.a.b[-1]', '$']))] };
  const count = ['neg', 'abs', 'sign', 'floor', 'ceil', 'isNull'].includes(name) ? 1 : 1 + random.below(3);
  return { kind: 'call', fn: name, args: Array.from({ length: count }, arg) };
}

/** Functions that read zones and patterns out of text have properties of their own. */
const READING = ['toLocal', 'fromLocal', 'utcOffset', 'formatTime', 'parseTime'];
const OFTEN = ['add', 'sub', 'mul', 'eq', 'lt', 'ge', 'between', 'isIn', 'cast', 'coalesce', 'ifElse'];
const NAMES = [...SCALAR_FUNCTIONS.keys(), ...OFTEN].filter(name => !READING.includes(name));

/** A call that binds and reads one of the types that this file is about; null where none came up. */
function boundCall(random: Random): { readonly expr: Expr; readonly bound: BoundExpr } | null {
  for (let attempt = 0; attempt < 60; attempt++) {
    const expr = randomCall(random, 1);
    try {
      return { expr, bound: bind(expr, SCHEMA) };
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error;
    }
  }
  return null;
}

function outcome(work: () => Value[]): unknown {
  try {
    return work();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
}

const valuesOf = (column: Column, length: number): Value[] =>
  Array.from({ length }, (_, row) => valueAt(column, row));

describe('functions of every type', () => {
  it('give the same generated and interpreted, near 2^53 and 2^63 too', async () => {
    await forRandom(random => {
      for (let k = 0; k < 6; k++) {
        const call = boundCall(random);
        if (call === null) continue;
        const { bound, expr } = call;
        const kernel = compileColumn(bound, SCHEMA);
        const evaluate = interpreter(bound, scalarFunction);
        const filter = bound.type.kind === 'boolean' ? new FilterKernel(bound, SCHEMA) : null;
        for (let round = 0; round < 3; round++) {
          const batch = batchOf(random, 1 + random.below(6));
          const expected = outcome(() => valuesOf(interpretColumn(evaluate, bound, batch), batch.length));
          const what = `${exprText(expr)} of ${JSON.stringify(bound.type)}`;
          expect(
            outcome(() => valuesOf(kernel.run(batch), batch.length)),
            what,
          ).toEqual(expected);
          if (filter === null || !Array.isArray(expected)) continue;
          expect(filter.run(batch).length, what).toBe(expected.filter(value => value === true).length);
        }
      }
    });
  });
});

/** A number as a fraction of whole numbers, to compute with exactly. */
function fractionOf(value: Value, type: DataType): readonly [bigint, bigint] {
  return [BigInt(value as bigint), type.kind === 'decimal' ? 10n ** BigInt(type.scale) : 1n];
}

const EXACT = FIELDS.filter(({ type }) => ['decimal', 'int32', 'int64'].includes(type.kind));

describe('decimals', () => {
  it('add, subtract, multiply and compare as fractions do', async () => {
    await forRandom(random => {
      const fields = [random.pick(EXACT), random.pick(EXACT)];
      if (fields.every(field => field.type.kind !== 'decimal')) return;
      const fn = random.pick(['add', 'sub', 'mul', 'lt', 'ge', 'eq'] as const);
      const expr: Expr = { kind: 'call', fn, args: fields.map(({ name }) => ({ kind: 'column', name })) };
      let bound: BoundExpr;
      try {
        bound = bind(expr, SCHEMA);
      } catch (error) {
        expect((error as { code?: string }).code).toBe('MR1102');
        return;
      }
      const batch = batchOf(random, 1);
      const [a, b] = fields.map(({ name, type }) => {
        const value = valueAt(batch.columns[FIELDS.findIndex(field => field.name === name)], 0);
        return value === null ? null : fractionOf(value, type);
      });
      const result = outcome(() => valuesOf(compileColumn(bound, SCHEMA).run(batch), 1)) as Value[] | string;
      if (a === null || b === null) {
        expect(result).toEqual([null]);
        return;
      }
      const [left, right, unit] = [a[0] * b[1], b[0] * a[1], a[1] * b[1]];
      const exact = { add: left + right, sub: left - right, mul: a[0] * b[0] };
      if (fn === 'lt' || fn === 'ge' || fn === 'eq') {
        expect(result).toEqual([{ lt: left < right, ge: left >= right, eq: left === right }[fn]]);
      } else if (bound.type.kind === 'decimal') {
        const numerator = exact[fn] * 10n ** BigInt(bound.type.scale);
        const value = numerator / unit;
        expect(value * unit, 'nothing is rounded').toBe(numerator);
        const fits =
          value < 10n ** BigInt(bound.type.precision) && value > -(10n ** BigInt(bound.type.precision));
        expect(result).toEqual(fits ? [value] : 'MR1202');
      }
    });
  });
});

const NANOS = { s: 1_000_000_000n, ms: 1_000_000n, us: 1_000n, ns: 1n };

/** A time, a day or a duration in nanoseconds. */
function nanosecondsOf(value: Value, type: DataType): bigint {
  if (type.kind === 'date') return BigInt(value as number) * 86_400n * NANOS.s;
  return BigInt(value as bigint) * NANOS[(type as { unit: keyof typeof NANOS }).unit];
}

const TEMPORAL = FIELDS.filter(({ type }) => ['timestamp', 'duration', 'date'].includes(type.kind));

describe('times and durations of different units', () => {
  it('add, subtract and compare as nanoseconds do', async () => {
    await forRandom(random => {
      const fields = [random.pick(TEMPORAL), random.pick(TEMPORAL)];
      const fn = random.pick(['add', 'sub', 'lt', 'ge', 'eq', 'ne'] as const);
      const expr: Expr = { kind: 'call', fn, args: fields.map(({ name }) => ({ kind: 'column', name })) };
      let bound: BoundExpr;
      try {
        bound = bind(expr, SCHEMA);
      } catch (error) {
        expect((error as { code?: string }).code).toBe('MR1102');
        return;
      }
      const batch = batchOf(random, 1);
      const [a, b] = fields.map(({ name, type }) => {
        const value = valueAt(batch.columns[FIELDS.findIndex(field => field.name === name)], 0);
        return value === null ? null : nanosecondsOf(value, type);
      });
      const result = outcome(() => valuesOf(compileColumn(bound, SCHEMA).run(batch), 1));
      if (a === null || b === null) expect(result).toEqual([null]);
      else if (fn === 'add' || fn === 'sub') {
        const exact = fn === 'add' ? a + b : a - b;
        const unit = NANOS[(bound.type as { unit: keyof typeof NANOS }).unit];
        expect(exact % unit, 'nothing is rounded').toBe(0n);
        const ticks = exact / unit;
        expect(result).toEqual(BigInt.asIntN(64, ticks) === ticks ? [ticks] : 'MR1201');
      } else {
        expect(result).toEqual([{ lt: a < b, ge: a >= b, eq: a === b, ne: a !== b }[fn]]);
      }
    });
  });
});
