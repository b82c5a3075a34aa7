import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Temporal } from 'temporal-polyfill';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import type { TimeUnit } from '../../engine/src/columns/types.js';
import {
  boolean,
  date,
  decimal,
  duration,
  float64,
  int32,
  int64,
  json,
  schema,
  string,
  Table,
  timestamp,
} from '../../engine/src/index.js';
import type { AnyRow, RowSchema } from '../../engine/src/index.js';
import { forRandom, type Random } from './random.js';

let host: SessionHost;
beforeAll(() => {
  host = createNodeHost();
  setDefaultLink(host.link());
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
});

type Column = Parameters<typeof schema>[0][string];

const TEXTS = ['', 'a', 'NULL', 'ü€😀', '__proto__', '12', '1.5', 'true', '2026-01-05', '\n', '<b>'];
const LONGS = [0n, -1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];
const FLOATS = [0, -0, 1.5, -2, NaN, Infinity, -Infinity, 5e-324, 1e308];
const JSONS = [{ a: [1, null, 'x'] }, [], 0, 'text', true, { nested: { deep: '"' } }];
const UNITS: readonly TimeUnit[] = ['s', 'ms', 'us', 'ns'];
/** Names in whose order an object of columns would not be, and such as danfojs's own methods have. */
const NAMES = ['10', '2', 'a', 'price', 'sum', 'sort', 'toString', 'constructor', 'ä b', '', 'print', 'loc'];

/** A kind of column with values of its own. */
function randomColumn(random: Random): readonly [Column, () => unknown] {
  const unit = random.pick(UNITS);
  const below = (limit: number) => BigInt(random.below(limit));
  const nanoseconds = { s: 1_000_000_000n, ms: 1_000_000n, us: 1000n, ns: 1n }[unit];
  const kinds: readonly (() => readonly [Column, () => unknown])[] = [
    () => [boolean, () => random.chance(0.5)],
    () => [int32, () => random.below(2 ** 32) - 2 ** 31],
    () => [int64, () => random.below(1000) - 500],
    () => [int64, () => random.pick(LONGS)],
    () => [float64, () => random.pick(FLOATS)],
    () => [float64, () => random.below(10)],
    () => [string, () => random.pick(TEXTS)],
    () => [date, () => Temporal.PlainDate.from('1969-12-30').add({ days: random.below(40_000) })],
    () => [
      timestamp(unit),
      () => Temporal.Instant.fromEpochNanoseconds((below(2 ** 40) - 2n ** 39n) * nanoseconds),
    ],
    () => [duration(unit), () => Temporal.Duration.from({ seconds: random.below(1e6) })],
    () => [decimal(12, 3), () => `${random.below(1e6) - 5e5}.${String(random.below(1000)).padStart(3, '0')}`],
    () => [json(), () => random.pick(JSONS)],
  ];
  return random.pick(kinds)();
}

function randomTable(random: Random): { readonly table: Table<AnyRow>; readonly types: RowSchema<AnyRow> } {
  const length = random.chance(0.1) ? 0 : random.below(30);
  const names = NAMES.filter(() => random.chance(0.5));
  const types: Record<string, Column> = {};
  const columns: Record<string, unknown[]> = {};
  for (const name of names.length === 0 ? ['only'] : names) {
    const [type, value] = randomColumn(random);
    const isNullable = random.chance(0.5);
    types[name] = isNullable ? type.nullable() : type;
    columns[name] = Array.from({ length }, () => (isNullable && random.chance(0.3) ? null : value()));
  }
  const declared = schema(types) as RowSchema<AnyRow>;
  return { table: Table.of<AnyRow>(columns, { schema: declared }), types: declared };
}

/** Every value as a text that tells all values and types apart. */
async function written(table: Table<AnyRow>): Promise<unknown[]> {
  const rows = await table.rows({ int64: 'bigint', decimal: 'text', json: 'text' });
  const text = (value: unknown) =>
    `${Object.prototype.toString.call(value)} ${Object.is(value, -0) ? '-0' : String(value)}`;
  return rows.map(row => Object.entries(row).map(([name, value]) => [name, text(value)]));
}

async function typesOf(table: Table<AnyRow>): Promise<unknown> {
  return (await host.link().request({ type: 'bind', plan: table.plan })).fields;
}

describe('a table that goes to danfojs and comes back', () => {
  it('has the same rows and types', () =>
    forRandom(async random => {
      const { table } = randomTable(random);
      const back = Table.fromDanfo(await table.toDanfo());
      expect(await written(back)).toEqual(await written(table));
      expect(await typesOf(back)).toEqual(await typesOf(table));
    }, runs()));

  it('has them also as another DataFrame, with its schema', () =>
    forRandom(async random => {
      const { table, types } = randomTable(random);
      const frame = await table.toDanfo();
      if (frame.shape[0] === 0) return;
      const count = 1 + random.below(frame.shape[0]);
      const first = frame.iloc({ rows: Array.from({ length: count }, (_, i) => i) }) as object;
      const back = Table.fromDanfo(first, { schema: types });
      expect(await written(back)).toEqual((await written(table)).slice(0, count));
    }, runs()));

  it('keeps values whose types are to be seen, also without a schema', async () => {
    const frame = await Table.of<AnyRow>({
      at: [Temporal.Instant.from('2026-01-05T14:30:00.123456789Z'), null],
      n: [2n ** 60n, 1n],
      open: [true, null],
      price: [1, 2.5],
      day: [Temporal.PlainDate.from('2026-01-05'), null],
      name: ['A', null],
    }).toDanfo();
    const back = Table.fromDanfo(frame.iloc({ rows: [0, 1] }) as object);
    expect(await back.rows({ int64: 'bigint' })).toMatchObject([
      { n: 2n ** 60n, open: true, price: 1, name: 'A' },
      { at: null, n: 1n, open: null, price: 2.5, day: null, name: null },
    ]);
    const [row] = await back.rows({ int64: 'bigint' });
    expect([String(row.at), String(row.day)]).toEqual(['2026-01-05T14:30:00.123456789Z', '2026-01-05']);
  });
});

describe('fromDanfo', () => {
  it('takes what has been changed in danfojs, and Series', async () => {
    const frame = await Table.of<AnyRow>({ a: [1, 2, 3], b: [0.5, 1.5, 2.5] }).toDanfo();
    frame.addColumn('c', ['x', 'y', undefined], { inplace: true });
    frame.addColumn('half', [1, 2, NaN], { inplace: true });
    expect(await Table.fromDanfo(frame).rows()).toEqual([
      { a: 1, b: 0.5, c: 'x', half: 1 },
      { a: 2, b: 1.5, c: 'y', half: 2 },
      { a: 3, b: 2.5, c: null, half: NaN },
    ]);
    expect(await Table.fromDanfo(frame['b'] as object).rows()).toEqual([{ b: 0.5 }, { b: 1.5 }, { b: 2.5 }]);
  });

  it('says what it cannot take', async () => {
    expect(() => Table.fromDanfo({ a: [1] })).toThrow(/MR4108.*takes a DataFrame/);
    expect(() => Table.fromDanfo(null as never)).toThrow('MR4108');
    const frame = await Table.of<AnyRow>({ a: [1, null] }).toDanfo();
    expect(() => Table.fromDanfo(frame, { schema: schema({ b: int64 }) })).toThrow(/MR4107.*no column 'b'/);
    expect(() => Table.fromDanfo(frame, { schema: schema({ a: int64 }) })).toThrow(/MR4107.*nullable/);
    await expect(Table.of<AnyRow>({ values: [1] }).toDanfo()).rejects.toThrow(/MR4106.*'values'/);
  });
});

/** A DataFrame is some milliseconds of danfojs's work. */
function runs(): number {
  return Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 2);
}
