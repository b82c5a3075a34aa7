import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../columns/batch.js';
import { Dictionary } from '../columns/dictionary.js';
import { BOOLEAN, DATE, FLOAT64, INT32, INT64, STRING, timestampType } from '../columns/types.js';
import type { DataType } from '../columns/types.js';
import { columnOf, valueAt } from '../columns/values.js';
import type { Value } from '../columns/values.js';
import type { Expr } from '../expr/ast.js';
import type { BoundExpr } from '../expr/bound.js';
import { interpretColumn, interpreter } from '../expr/interpret.js';
import { valueToLiteral } from '../expr/literal.js';
import { exprText } from '../expr/text.js';
import { bind } from '../functions/bind.js';
import { scalarFunction } from '../functions/scalar/registry.js';
import { compileColumn } from './column.js';
import { FilterKernel } from './filter.js';
import { ProjectKernel } from './project.js';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 400);
const SEED =
  process.env.MILLRACE_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.MILLRACE_SEED);

const TYPES: Record<string, DataType> = {
  b: BOOLEAN,
  i: INT32,
  l: INT64,
  f: FLOAT64,
  s: STRING,
  t: timestampType('us'),
  d: DATE,
};
const FIELDS = Object.entries(TYPES).flatMap(([name, type]) => [
  { name, type, nullable: false },
  { name: `${name}n`, type, nullable: true },
]);
const SCHEMA = { fields: FIELDS };

const int64s = fc.oneof(
  fc.bigInt(-100n, 100n),
  fc.constantFrom(
    2n ** 53n - 1n,
    2n ** 53n,
    1n - 2n ** 53n,
    -(2n ** 53n),
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 52n,
  ),
);
const VALUES: Record<string, fc.Arbitrary<Value>> = {
  boolean: fc.boolean(),
  int32: fc.oneof(fc.integer({ min: -100, max: 100 }), fc.constantFrom(0, 2 ** 31 - 1, -(2 ** 31))),
  int64: int64s,
  float64: fc.oneof(fc.double(), fc.constantFrom(NaN, -0, 0, Infinity, -Infinity, 0.5, -2.5, 1e300, 2 ** 53)),
  string: fc.oneof(
    fc.constantFrom('', '__proto__', 'constructor', '12', ' 1.5e3', '2024-03-08T09:30:00Z', 'é😀'),
    fc.string(),
  ),
  timestamp: fc.oneof(fc.bigInt(-(10n ** 15n), 2n * 10n ** 15n), int64s),
  date: fc.integer({ min: -50_000, max: 50_000 }),
};

const literalOf = (type: DataType) =>
  fc
    .option(VALUES[type.kind], { freq: 8 })
    .map((value): Expr => ({ kind: 'literal', type, value: valueToLiteral(value, type) }));
const columnsOf = (kind: string) =>
  fc.constantFrom(
    ...FIELDS.filter(field => field.type.kind === kind).map((field): Expr => ({
      kind: 'column',
      name: field.name,
    })),
  );
const call = (fn: string, ...args: Expr[]): Expr => ({ kind: 'call', fn, args });
const text = (value: string): Expr => ({ kind: 'literal', type: STRING, value });
const duration = (value: number): Expr => ({ kind: 'literal', type: INT64, value: String(value) });

/** Random expressions of each kind of value, to a depth. */
const expressions = fc.letrec<Record<'boolean' | 'number' | 'string' | 'time', Expr>>(tie => {
  const n = tie('number');
  const s = tie('string');
  const b = tie('boolean');
  const t = tie('time');
  const any = fc.oneof(n, s, b, t);
  const options = { maxDepth: 3, depthIdentifier: 'expr' };
  const one = (fns: string[], a: fc.Arbitrary<Expr>) =>
    fc.tuple(fc.constantFrom(...fns), a).map(([fn, x]) => call(fn, x));
  const two = (fns: string[], a: fc.Arbitrary<Expr>, c = a) =>
    fc.tuple(fc.constantFrom(...fns), a, c).map(([fn, x, y]) => call(fn, x, y));
  const comparisons = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
  return {
    number: fc.oneof(
      options,
      fc.oneof(
        columnsOf('int32'),
        columnsOf('int64'),
        columnsOf('float64'),
        literalOf(INT32),
        literalOf(INT64),
        literalOf(FLOAT64),
      ),
      two(['add', 'sub', 'mul', 'div', 'mod', 'pow', 'coalesce'], n),
      one(['neg', 'abs', 'floor', 'ceil', 'round', 'sqrt', 'ln', 'exp'], n),
      one(['length'], s),
      fc.tuple(b, n, n).map(([x, y, z]) => call('ifElse', x, y, z)),
      fc
        .tuple(
          t,
          fc.constantFrom(
            'year',
            'month',
            'day',
            'dayOfWeek',
            'dayOfYear',
            'hour',
            'minute',
            'second',
            'millisecond',
            'microsecond',
          ),
        )
        .map(([x, part]) => call('extract', x, text(part))),
      fc
        .tuple(fc.oneof(n, s, b), fc.constantFrom('int32', 'int64', 'float64'))
        .map(([x, type]) => call('cast', x, text(type))),
    ),
    boolean: fc.oneof(
      options,
      fc.oneof(columnsOf('boolean'), literalOf(BOOLEAN)),
      fc.oneof(two(comparisons, n), two(comparisons, s), two(comparisons, t), two(['eq', 'ne'], b)),
      two(['and', 'or'], b),
      one(['not'], b),
      one(['isNull', 'isNotNull'], any),
      one(['isNaN'], n),
      two(['contains', 'startsWith', 'endsWith'], s),
      fc
        .oneof(fc.array(n, { minLength: 1, maxLength: 3 }), fc.array(s, { minLength: 1, maxLength: 3 }))
        .map(args => call('isIn', ...args)),
      fc.oneof(fc.tuple(n, n, n), fc.tuple(s, s, s)).map(args => call('between', ...args)),
      fc.oneof(n, s).map(x => call('cast', x, text('boolean'))),
    ),
    string: fc.oneof(
      options,
      fc.oneof(columnsOf('string'), literalOf(STRING)),
      one(['upper', 'lower', 'trim'], s),
      two(['concat', 'coalesce'], s),
      fc
        .tuple(s, fc.integer({ min: 0, max: 3 }))
        .map(([x, at]) => call('substring', x, { kind: 'literal', type: INT32, value: at })),
      fc.tuple(b, s, s).map(([x, y, z]) => call('ifElse', x, y, z)),
      any.map(x => call('cast', x, text('string'))),
    ),
    time: fc.oneof(
      options,
      fc.oneof(columnsOf('timestamp'), literalOf(timestampType('us'))),
      fc.tuple(t, fc.constantFrom(1000, 60e6, 86400e6)).map(([x, us]) => call('truncate', x, duration(us))),
      fc
        .oneof(s, columnsOf('date'), columnsOf('int64'), t)
        .map(x => call('cast', x, text("timestamp('us')"))),
      two(['coalesce'], t),
    ),
  };
});

const rows = fc.array(
  fc.tuple(
    ...FIELDS.map(({ type, nullable }) =>
      nullable ? fc.option(VALUES[type.kind], { freq: 3 }) : VALUES[type.kind],
    ),
  ),
  { maxLength: 12 },
);

function batchOf(values: readonly (readonly Value[])[], safe: boolean): Batch {
  const strings = new Dictionary();
  const columns = FIELDS.map(({ type }, at) => {
    const wide = type.kind === 'int64' || type.kind === 'timestamp';
    const column = values.map(row => row[at]);
    return columnOf(
      type,
      safe && wide ? column.map(v => (v === null ? null : BigInt.asIntN(50, v as bigint))) : column,
      type.kind === 'string' ? strings : null,
    );
  });
  return { schema: SCHEMA, length: values.length, columns, kinds: null, marks: null, watermark: 0 };
}

/** What a computation gives: the values, or the error's code. */
function outcome(work: () => Value[]): unknown {
  try {
    return work();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
}

function bindable(expr: Expr): BoundExpr | null {
  try {
    return bind(expr, SCHEMA);
  } catch (error) {
    if ((error as { code?: string }).code === 'MR1102') return null;
    throw error;
  }
}

describe('generated code', () => {
  it('equals the interpreter, on values, NULLs and errors', () => {
    let bound = 0;
    fc.assert(
      fc.property(
        fc.oneof(expressions.number, expressions.boolean, expressions.string, expressions.time),
        rows,
        rows,
        fc.boolean(),
        (expr, one, two, safe) => {
          const typed = bindable(expr);
          if (typed === null) return;
          bound++;
          const kernel = compileColumn(typed, SCHEMA);
          const evaluate = interpreter(typed, scalarFunction);
          for (const values of [one, two]) {
            const batch = batchOf(values, safe);
            const read = (column: ReturnType<typeof columnOf>) =>
              Array.from({ length: batch.length }, (_, row) => valueAt(column, row));
            const expected = outcome(() => read(interpretColumn(evaluate, typed, batch)));
            expect(
              outcome(() => read(kernel.run(batch))),
              exprText(expr),
            ).toEqual(expected);
            if (!typed.nullable && Array.isArray(expected))
              expect(expected, exprText(expr)).not.toContain(null);
          }
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
    expect(bound).toBeGreaterThan(RUNS / 2);
  });

  it('filters the rows for which the interpreter says true', () => {
    fc.assert(
      fc.property(expressions.boolean, rows, fc.boolean(), (expr, values, safe) => {
        const typed = bindable(expr);
        if (typed === null) return;
        const schema = { fields: [...FIELDS, { name: 'row', type: INT32, nullable: false }] };
        const plain = batchOf(values, safe);
        const batch = {
          ...plain,
          schema,
          columns: [...plain.columns, columnOf(INT32, [...values.keys()])],
          kinds: Uint8Array.from(values, (_, row) => row % 4),
        };
        const evaluate = interpreter(typed, scalarFunction);
        const expected = outcome(() =>
          [...values.keys()].filter(row => evaluate(batch.columns, row) === true),
        );
        const actual = outcome(() => {
          const out = new FilterKernel(typed, schema).run(batch);
          const kept = Array.from({ length: out.length }, (_, at) => valueAt(out.columns[FIELDS.length], at));
          kept.forEach((row, at) => {
            expect(out.kinds![at]).toBe(Number(row) % 4);
            out.columns.forEach((column, c) =>
              expect(valueAt(column, at)).toEqual(valueAt(batch.columns[c], Number(row))),
            );
          });
          return kept;
        });
        expect(actual, exprText(expr)).toEqual(expected);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

describe('a batch that carries a watermark alone', () => {
  it('passes filters and projections without columns', () => {
    const batch = { schema: SCHEMA, length: 0, columns: [], kinds: null, marks: null, watermark: 7 };
    const positive = bind(call('gt', { kind: 'column', name: 'i' }, { kind: 'column', name: 'f' }), SCHEMA);
    expect(new FilterKernel(positive, SCHEMA).run(batch)).toMatchObject({ length: 0, watermark: 7 });
    const projected = new ProjectKernel([{ name: 'positive', expr: positive }], SCHEMA).run(batch);
    expect(projected).toMatchObject({ length: 0, watermark: 7 });
  });
});
