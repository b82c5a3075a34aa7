import { describe, expect, it } from 'vitest';
import { count, desc, generator, last, max, sum, Table, tumble } from '../../engine/src/index.js';
import { useNodeHost } from '../support/nodeHost.js';

useNodeHost();

const symbols = ['A', 'B', 'C'];
const market = () => generator.market({ seed: 3, rows: 20_000, symbols, day: '2026-01-05' });
const table = () =>
  Table.of({
    symbol: ['b', 'a', null, 'b', 'a', 'b'],
    price: [2, NaN, 1.5, 2, null, -1],
    size: [5, 4, 3, 5, 1, 0],
  });

describe('distinct', () => {
  it('gives each combination once, as it first comes', async () => {
    expect(await table().distinct('symbol').rows()).toEqual([
      { symbol: 'b' },
      { symbol: 'a' },
      { symbol: null },
    ]);
    expect(await table().distinct().count()).toBe(5);
  });

  it('of one column of text leaves nothing out, whatever strings came before those that are left', async () => {
    const all = Table.of({ symbol: ['x', 'b', 'x', 'a', 'b'], price: [1, 2, 3, 4, 5] });
    expect(
      await all
        .where(t => t.symbol.ne('x'))
        .distinct('symbol')
        .rows(),
    ).toEqual([{ symbol: 'b' }, { symbol: 'a' }]);
    const busy = all
      .groupBy('symbol')
      .aggregate(t => ({ total: sum(t.price) }))
      .where(t => t.total.gt(4));
    expect(
      await busy
        .select('symbol')
        .sort(t => t.symbol)
        .rows(),
    ).toEqual([{ symbol: 'b' }]);
  });

  it('of a stream is a stream; of a table that changes, one that changes with it', async () => {
    const seen = new Set((await market().rows()).map(row => `${row.symbol} ${row.size}`));
    expect(await market().distinct('symbol', 'size').count()).toBe(seen.size);
    const counts = market()
      .groupBy('symbol')
      .aggregate(() => ({ n: count() }));
    const rows = await counts.rows();
    expect(await counts.distinct('n').count()).toBe(new Set(rows.map(row => row.n)).size);
  });
});

describe('rank', () => {
  it('gives rows their places by value, in groups, and leaves them in their order', async () => {
    const ranked = table().rank({
      by: t => desc(t.price),
      within: 'symbol',
      rank: 'place',
      denseRank: 'level',
      rowNumber: 'n',
    });
    expect((await ranked.rows()).map(row => [row.symbol, row.price, row.place, row.level, row.n])).toEqual([
      ['b', 2, 1, 1, 1],
      ['a', NaN, 1, 1, 1],
      [null, 1.5, 1, 1, 1],
      ['b', 2, 1, 1, 2],
      ['a', null, 2, 2, 2],
      ['b', -1, 3, 2, 3],
    ]);
  });

  it('ranks what is computed, and names the first rows as topN does', async () => {
    const rows = await market().keep({ rows: 1e6 }).rows();
    const all = Table.of({
      symbol: rows.map(row => row.symbol),
      price: rows.map(row => row.price),
      size: rows.map(row => row.size),
    });
    const first = await all
      .rank({ by: t => desc(t.price.mul(t.size)), within: 'symbol', rowNumber: 'n' })
      .where(t => t.n.le(5))
      .sort(t => [t.symbol, t.n])
      .rows();
    const top = await all
      .topN(5, { by: t => desc(t.price.mul(t.size)), within: 'symbol', rowNumber: 'n' })
      .rows();
    expect(first).toEqual(
      top.sort((a, b) => (a.symbol === b.symbol ? a.n - b.n : a.symbol < b.symbol ? -1 : 1)),
    );
  });

  it('keeps the event time, so that ranked rows can be windowed; and says where no column is named', async () => {
    const trades = Table.of(
      { ts: [0, 30, 70].map(s => new Date(s * 1000)), price: [3, 1, 2] },
      { time: 'ts' },
    );
    const best = await trades
      .rank({ by: t => t.price, rank: 'place' })
      .window(tumble('1 min'))
      .aggregate(t => ({ place: max(t.place) }))
      .rows();
    expect(best.map(({ place }) => place)).toEqual([3, 2]);
    await expect(trades.rank({ by: t => t.price }).rows()).rejects.toThrow('MR2131');
    await expect(trades.rank({ by: t => t.price, rank: 'price' }).rows()).rejects.toThrow('MR2102');
  });
});

describe('sort and limit', () => {
  it('puts NULL last and NaN above all numbers, in both directions, and keeps the order of what is alike', async () => {
    const prices = async (sorted: Table<{ price: number | null }>) =>
      (await sorted.rows()).map(row => row.price);
    expect(
      await prices(
        table()
          .select('price')
          .sort(t => t.price),
      ),
    ).toEqual([-1, 1.5, 2, 2, NaN, null]);
    expect(
      await prices(
        table()
          .select('price')
          .sort(t => desc(t.price)),
      ),
    ).toEqual([NaN, 2, 2, 1.5, -1, null]);
    const bySymbol = await table()
      .sort(t => [t.symbol, desc(t.size)])
      .rows();
    expect(bySymbol.map(row => `${row.symbol} ${row.size}`)).toEqual([
      'a 4',
      'a 1',
      'b 5',
      'b 5',
      'b 0',
      'null 3',
    ]);
  });

  it('sorts by expressions, and gives some rows', async () => {
    const rows = await table()
      .sort(t => desc(t.size.mul(-1)))
      .limit(2, 1)
      .rows();
    expect(rows.map(row => row.size)).toEqual([1, 3]);
    expect((await table().limit(2).rows()).map(row => row.size)).toEqual([5, 4]);
    expect(await table().limit(0).rows()).toEqual([]);
    expect(() => table().limit(-1)).toThrow(/MR1812/);
  });

  it('sorts what is computed, and thousands of rows', async () => {
    const trades = Table.of({ x: Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_011) });
    const sorted = (await trades.sort(t => t.x).rows()).map(row => row.x);
    expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
    const largest = await trades
      .derive(t => ({ rest: t.x.mod(10) }))
      .groupBy('rest')
      .aggregate(t => ({ most: max(t.x), n: count() }))
      .sort(t => desc(t.rest))
      .limit(3)
      .rows();
    expect(largest.map(row => row.rest)).toEqual([9, 8, 7]);
  });
});

describe('pivot and unpivot', () => {
  const bars = () =>
    market()
      .window(tumble('10 min'))
      .groupBy('symbol')
      .aggregate(t => ({ close: last(t.price), high: max(t.price) }));

  it('makes columns of values, and rows of them again', async () => {
    const rows = await bars().rows();
    const wide = bars().pivot({ index: ['windowEnd'], on: 'symbol', values: ['A', 'B'], value: 'close' });
    for (const row of await wide.rows()) {
      for (const symbol of ['A', 'B'] as const) {
        const bar = rows.find(each => each.symbol === symbol && each.windowEnd.equals(row.windowEnd));
        expect(row[symbol]).toBe(bar?.close ?? null);
      }
    }
    const long = await wide.unpivot({ columns: ['A', 'B'], name: 'symbol', value: 'close' }).rows();
    expect(long).toHaveLength(2 * (await wide.count()));
    expect(long.filter(row => row.close !== null)).toHaveLength(
      rows.filter(row => row.symbol !== 'C').length,
    );
  });

  it('brings values of several types to one, in the order of the columns', async () => {
    const readings = Table.of({ id: ['x', 'y'], low: [1, 2], high: [1.5, null] });
    expect(await readings.unpivot({ columns: ['low', 'high'] }).rows()).toEqual([
      { id: 'x', name: 'low', value: 1 },
      { id: 'x', name: 'high', value: 1.5 },
      { id: 'y', name: 'low', value: 2 },
      { id: 'y', name: 'high', value: null },
    ]);
    await expect(readings.unpivot({ columns: ['low'], name: 'id' }).rows()).rejects.toThrow(/MR2141.*'id'/);
    const huge = Table.of({ a: [2n ** 60n, 1n], b: [3n, 2n ** 61n] });
    const values = await huge.unpivot({ columns: ['a', 'b'] }).rows({ int64: 'bigint' });
    expect(values.map(row => row.value)).toEqual([2n ** 60n, 3n, 1n, 2n ** 61n]);
  });
});

describe('describe', () => {
  it('says what the columns hold', async () => {
    const described = await (await table().describe()).rows();
    expect(described.map(row => [row.column, row.type, row.count, row.nulls, row.distinct])).toEqual([
      ['symbol', 'string', 5, 1, 2],
      ['price', 'float64', 5, 1, 4],
      ['size', 'int64', 6, 0, 5],
    ]);
    expect(described[0]).toMatchObject({ min: 'a', max: 'b', mean: null, median: null });
    expect(described[2]).toMatchObject({ mean: 3, min: '0', max: '5', median: 3.5 });
  });

  it('is exact where rows change, and says nothing of no rows', async () => {
    const counts = market()
      .groupBy('symbol')
      .aggregate(() => ({ n: count() }));
    const [symbol, n] = await (await counts.describe()).rows();
    expect(symbol).toMatchObject({ count: 3, distinct: 3, min: 'A', max: 'C' });
    expect(n.mean).toBeCloseTo(20_000 / 3);
    const [none] = await (await table().limit(0).describe()).rows();
    expect(none).toMatchObject({ count: 0, nulls: 0, distinct: 0, min: null });
  });
});
