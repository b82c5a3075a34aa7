import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Temporal } from 'temporal-polyfill';
import {
  count,
  float64,
  int64,
  last,
  replay,
  schema,
  string,
  sum,
  Table,
  timestamp,
  tumble,
} from '../index.js';
import { setDefaultLink } from '../session/client.js';
import type { HostLink, HostRequest } from '../session/protocol.js';
import type { SourceNode } from '../plan/nodes/source.js';
import { columnsOfArrow, rowsOfArrow } from './arrowRows.js';

/** A host that keeps what it is asked and answers reads with the arrow of a `values` source. */
function fakeHost(): { readonly asked: HostRequest[]; readonly link: HostLink } {
  const asked: HostRequest[] = [];
  const request = async (message: HostRequest): Promise<never> => {
    asked.push(message);
    if (message.type !== 'read') throw new Error(`unexpected ${message.type}`);
    const source = message.plan as SourceNode;
    return { arrow: source.options.arrow, rows: 0, bound: { fields: source.fields } } as never;
  };
  return { asked, link: { request, onEvent: () => () => {}, close: async () => {} } };
}

describe('plans', () => {
  const trades = replay('data/trades.csv', { time: 'ts', watermark: '2 s' });

  it('are made of frozen plain data, named after the file', () => {
    const bars = trades
      .where(t => t.size.gt(100))
      .window(tumble('1 min'), { allowedLateness: '10 s' })
      .groupBy('symbol')
      .aggregate(t => ({ close: last(t.price), volume: sum(t.size, { where: t.price.gt(0) }), n: count() }));
    expect(Object.isFrozen(bars.plan)).toBe(true);
    expect(JSON.parse(JSON.stringify(bars.plan))).toEqual(bars.plan);
    expect(bars.plan).toMatchObject({
      kind: 'aggregate',
      keys: ['symbol'],
      window: { type: 'tumble', parameters: { sizeUs: 60e6, offsetUs: 0 } },
      allowedLatenessUs: 10e6,
      columns: [
        { name: 'close' },
        { name: 'volume', call: { where: { fn: 'gt' } } },
        { name: 'n', call: { args: [] } },
      ],
      input: {
        kind: 'filter',
        input: { kind: 'source', name: 'trades', time: { column: 'ts', boundUs: 2e6 }, clocked: true },
      },
    });
  });

  it('take any name as a column', () => {
    const { plan } = replay('x.csv').select('__proto__', 'constructor', 'then');
    expect(plan).toMatchObject({
      columns: [{ name: '__proto__' }, { name: 'constructor' }, { name: 'then' }],
    });
  });

  it('refuse an expression that && threw away, and show it', () => {
    expect(() => trades.where(t => t.a.gt(1) && t.b.gt(2))).toThrow(/MR1301.*where.*\(a > 1\).*\.and\(\)/s);
    expect(() => trades.derive(t => ({ x: t.a.gt(1) ? t.b : t.c }))).toThrow(/MR1301/);
  });

  it('let columns and parts of expressions go unused', () => {
    expect(() => trades.where(({ a, b: _unused }) => a.add(1).gt(2))).not.toThrow();
  });

  it('refuse what is no expression and no aggregate', () => {
    expect(() => trades.groupBy('symbol').aggregate(t => ({ price: t.price }) as never)).toThrow(
      /MR1305.*'price'/,
    );
    expect(() => trades.where(t => t.a.eq(Symbol('x') as never))).toThrow(/MR1302/);
    expect(() => trades.where(t => `${t.a as never}` as never)).toThrow(/MR1303/);
    expect(() => tumble('0 s')).toThrow(/MR3201/);
    expect(() => tumble('soon')).toThrow(/MR1002/);
  });
});

describe('Table.of and rows', () => {
  const host = fakeHost();
  beforeEach(() => setDefaultLink(host.link));
  afterEach(() => setDefaultLink(null));

  const instant = Temporal.Instant.fromEpochNanoseconds(1_700_000_000_123_456_789n);
  const table = Table.of(
    {
      ts: [instant, null],
      symbol: ['=cmd()', ''],
      price: [Number.NaN, -0],
      size: [2 ** 53 - 1, null],
      big: [1n, 2n],
    },
    {
      schema: schema({
        ts: timestamp('ns').nullable(),
        symbol: string,
        price: float64,
        size: int64.nullable(),
        big: int64,
      }) as never,
    },
  );

  it('round-trip every kind of value exactly', async () => {
    expect(await table.rows()).toEqual([
      { ts: instant, symbol: '=cmd()', price: Number.NaN, size: 2 ** 53 - 1, big: 1 },
      { ts: null, symbol: '', price: -0, size: null, big: 2 },
    ]);
    expect(host.asked.at(-1)).toMatchObject({ type: 'read', current: false });
  });

  it('give Dates and bigints where they are asked for', async () => {
    const [row] = await table.rows({ time: 'date', int64: 'bigint' });
    expect(row).toMatchObject({ ts: new Date(1_700_000_000_123), big: 1n });
  });

  it('refuse an int64 that a number cannot hold, naming what to ask for', async () => {
    const big = Table.of({ id: [9007199254740993n] });
    await expect(big.rows()).rejects.toThrow(/MR1401.*'id'.*9007199254740993.*int64: 'bigint'/);
    expect(await big.rows({ int64: 'bigint' })).toEqual([{ id: 9007199254740993n }]);
  });

  it('infer types and refuse columns that do not agree', () => {
    expect(
      (Table.of({ a: [1, 2.5], b: ['x', null], d: [new Date(0), null] }).plan as SourceNode).fields,
    ).toEqual([
      { name: 'a', type: { kind: 'float64' }, nullable: false },
      { name: 'b', type: { kind: 'string' }, nullable: true },
      { name: 'd', type: { kind: 'timestamp', unit: 'ms' }, nullable: true },
    ]);
    expect(() => Table.of({ a: [1], b: [1, 2] })).toThrow(/MR1306.*lengths/);
    expect(() => Table.of({ a: [1, 'x'] as never[] })).toThrow(/MR1306.*'a' holds both/);
  });

  it('read days as days', () => {
    const days = Table.of({ d: [Temporal.PlainDate.from('2024-02-29'), null] });
    const { options, fields } = days.plan as SourceNode;
    const rows = rowsOfArrow<{ d: Temporal.PlainDate | null }>(options.arrow as Uint8Array, fields ?? [], {});
    expect(rows.map(row => row.d?.toString() ?? null)).toEqual(['2024-02-29', null]);
    expect(columnsOfArrow(options.arrow as Uint8Array, fields ?? [], {})[0].values).toHaveLength(2);
  });

  it('become a danfojs DataFrame with types and NULLs kept, even of no rows', async () => {
    const values = { symbol: ['A', null], price: [1.5, null], open: [true, null], at: [new Date(5), null] };
    const frame = await Table.of<Record<keyof typeof values, unknown>>(values).toDanfo();
    expect([frame.columns, frame.shape]).toEqual([Object.keys(values), [2, 4]]);
    expect(frame.values).toEqual([
      ['A', 1.5, true, new Date(5)],
      [null, null, null, null],
    ]);
    expect(frame.dtypes).toEqual(['string', 'float32', 'boolean', 'string']);
    expect((await Table.of<{ a: number }>({ a: [] }).toDanfo()).shape).toEqual([0, 1]);
  });
});
