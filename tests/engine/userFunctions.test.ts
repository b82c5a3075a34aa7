import { describe, expect, it } from 'vitest';
import { existingLink } from '../../engine/src/session/client.js';
import {
  count,
  float64,
  generator,
  int64,
  last,
  schema,
  string,
  sum,
  Table,
  timestamp,
  tumble,
  udf,
} from '../../engine/src/index.js';
import { useNodeHost } from '../support/nodeHost.js';

useNodeHost();

const market = () => generator.market({ seed: 3, rows: 40_000, symbols: ['A', 'B', 'C'], day: '2026-01-05' });
const half = udf('half', { args: [float64], returns: float64 }, value => value / 2);

describe('udf', () => {
  it('is an expression like any other: derived, filtered by, aggregated', async () => {
    const long = udf(
      'long',
      { args: [string, int64], returns: int64 },
      (symbol, size) => symbol.length + size,
    );
    const table = Table.of({ symbol: ['a', 'bb', null], size: [1, 2, 3], price: [1.5, 2.5, 4] });
    const derived = table.derive(t => ({ long: long(t.symbol, t.size), half: half(half(t.price)).add(1) }));
    expect(await derived.rows()).toEqual([
      { symbol: 'a', size: 1, price: 1.5, long: 2, half: 1.375 },
      { symbol: 'bb', size: 2, price: 2.5, long: 4, half: 1.625 },
      { symbol: null, size: 3, price: 4, long: null, half: 2 },
    ]);
    expect(await table.where(t => half(t.price).gt(1)).rows()).toHaveLength(2);
    expect(
      await table
        .groupBy()
        .aggregate(t => ({ total: sum(half(t.price)) }))
        .rows(),
    ).toEqual([{ total: 4 }]);
    expect((await derived.schema).fields?.map(field => field.name)).toEqual([
      'symbol',
      'size',
      'price',
      'long',
      'half',
    ]);
  });

  it('gives over a replayed stream what the built-in function gives, in order, whatever is in flight', async () => {
    const bars = (halved: boolean) =>
      market()
        .derive(t => ({ price: halved ? half(t.price) : t.price.div(2) }))
        .window(tumble('1 min'))
        .groupBy('symbol')
        .aggregate(t => ({ close: last(t.price), n: count() }))
        .final();
    const [theirs, ours] = [await bars(true).rows(), await bars(false).rows()];
    expect(theirs).toEqual(ours);
    expect(ours.length).toBeGreaterThan(100);
  });

  it('names itself in the plan, and in an error with what it said', async () => {
    const picky = udf('picky', { args: [float64], returns: float64 }, value => {
      if (value > 1) throw new RangeError(`${value} is too much`);
      return value;
    });
    const table = Table.of({ price: [0.5, 2.5] }).derive(t => ({ picked: picky(t.price) }));
    expect(await table.explain().then(String)).toMatch(/udf picky/);
    await expect(table.rows()).rejects.toThrow(/MR1801.*'picky' failed: RangeError: 2.5 is too much/);
  });
});

describe('map', () => {
  const Text = schema({ ts: timestamp('us'), text: string });

  it('puts other rows in the place of rows, which keep their event time', async () => {
    const texts = market().map(t => ({ ts: t.ts, text: `${t.symbol} ${t.size}` }), { returns: Text });
    const rows = await market().rows();
    expect(await texts.rows()).toEqual(rows.map(row => ({ ts: row.ts, text: `${row.symbol} ${row.size}` })));
    const perMinute = texts
      .window(tumble('1 min'))
      .aggregate(() => ({ n: count() }))
      .final();
    expect((await perMinute.rows()).reduce((total, row) => total + row.n, 0)).toBe(40_000);
  });

  it('refuses what is no row, and NULL where there is none', async () => {
    const table = Table.of({ x: [1, 2] });
    await expect(table.map(() => 5 as never, { returns: Text }).rows()).rejects.toThrow(/MR1803/);
    const missing = table.map(() => ({ ts: null as never, text: 'x' }), { returns: Text });
    await expect(missing.rows()).rejects.toThrow(/MR1802.*'ts'/);
  });
});

describe('scan', () => {
  const Position = schema({ ts: timestamp('us'), symbol: string, position: int64 });
  const positions = () =>
    market().scan({
      by: 'symbol',
      init: () => ({ position: 0 }),
      step: (state, row) => {
        state.position += row.size;
        const out = { ts: row.ts, symbol: row.symbol, position: state.position };
        return { state, out: state.position % 2 === 0 ? out : null };
      },
      returns: Position,
    });

  it('keeps a state for each key from row to row, and starts anew with each run', async () => {
    const held = new Map<string, number>();
    const expected = (await market().rows()).flatMap(({ ts, symbol, size }) => {
      const position = (held.get(symbol) ?? 0) + size;
      held.set(symbol, position);
      return position % 2 === 0 ? [{ ts, symbol, position }] : [];
    });
    expect(await positions().rows()).toEqual(expected);
    expect(await positions().count()).toBe(expected.length);
  });

  it('takes rows in event order, not in that of arrival', async () => {
    const table = Table.of(
      {
        ts: ['2026-01-05T00:00:02Z', '2026-01-05T00:00:01Z'].map(text => new Date(text)),
        symbol: ['later', 'sooner'],
      },
      { time: 'ts' },
    );
    const seen = table.scan({
      init: () => '',
      step: (state, row) => ({
        state: `${state}${row.symbol} `,
        out: { ts: row.ts as never, text: `${state}${row.symbol}` },
      }),
      returns: schema({ ts: timestamp('ms'), text: string }),
    });
    expect((await seen.rows()).map(row => row.text)).toEqual(['sooner', 'sooner later']);
  });

  it('goes over the rows of a table that changes', async () => {
    const counts = market()
      .groupBy('symbol')
      .aggregate(() => ({ n: count() }));
    const sums = counts.scan({
      init: () => ({ total: 0 }),
      step: ({ total }, { symbol, n }) => ({
        state: { total: total + n },
        out: { symbol, total: total + n },
      }),
      returns: schema({ symbol: string, total: int64 }),
    });
    let total = 0;
    const expected = (await counts.rows()).map(({ symbol, n }) => ({ symbol, total: (total += n) }));
    expect(await sums.rows()).toEqual(expected);
  });
});

it('a query whose functions are gone fails in words, and others go on', async () => {
  const link = existingLink()!;
  const never = udf('never', { args: [float64], returns: float64 }, value => value);
  await market()
    .derive(t => ({ price: never(t.price) }))
    .count();
  await link.request({ type: 'clientGone' });
  await expect(
    market()
      .derive(t => ({ price: never(t.price) }))
      .count(),
  ).rejects.toThrow(/MR5401.*Run the cell/s);
  const again = udf('again', { args: [float64], returns: float64 }, value => value);
  expect(
    await market()
      .derive(t => ({ price: again(t.price) }))
      .count(),
  ).toBe(40_000);
});
