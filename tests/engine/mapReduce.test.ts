import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeHost } from '../../engine/src/node/host.js';
import { createPageHost } from '../../engine/src/page/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import {
  boolean,
  float64,
  generator,
  int64,
  json,
  schema,
  string,
  sum,
  Table,
  timestamp,
} from '../../engine/src/index.js';

const lines = Table.of({
  text: ['to be or not to be', 'that is the question', '', null, 'to die to sleep'],
  id: [1, 2, 3, 4, 5],
});

describe.each(['two threads', 'no threads', 'a page'])('mapReduce() with %s', where => {
  let host: SessionHost;
  beforeAll(() => {
    host =
      where === 'a page' ? createPageHost() : createNodeHost({ threads: where === 'two threads' ? 2 : 0 });
    setDefaultLink(host.link());
  });
  afterAll(async () => {
    setDefaultLink(null);
    await host.close();
  });

  it('counts words', async () => {
    const words = lines.mapReduce({
      map: line => (line.text ?? '').split(' ').map(word => [word, 1]),
      combine: 'sum',
      returns: schema({ word: string, n: int64 }),
    });
    expect((await words.rows()).filter(row => row.n > 1)).toEqual([
      { word: '', n: 2 },
      { word: 'be', n: 2 },
      { word: 'to', n: 4 },
    ]);
    expect((await words.where(w => w.n.gt(2)).rows()).map(row => row.word)).toEqual(['to']);
    const text = await words.explain();
    expect(text).toContain('map rows, combine sum, 4 partitions: word, n');
    expect(text).toMatch(/map rows of text, combine by sum, shuffle by key to 4, a row a key/);
    expect(text).toMatch(/16 pairs, 11 after the combiner/);
    expect(text).toMatch(/heaviest keys "to" \(25.0%\)/);
    const { shuffle } = (await words.stats()).operators[0];
    expect(shuffle).toMatchObject({
      threads: where === 'two threads' ? 2 : 0,
      rows: 5,
      pairs: 16,
      combined: 11,
    });
    expect(shuffle!.partitions.reduce((total, each) => total + each.keys, 0)).toBe(11);
  });

  it('reduces all values of a key in the order of the rows, and may give no row', async () => {
    const rows = await lines
      .mapReduce({
        map: ({ text, id }) => (text ?? '').split(' ').map(word => [word.length, `${id} ${word}`]),
        reduce: (length, words) => (length < 2 ? null : { length, words: words.join(', ') }),
        returns: schema({ length: int64, words: string }),
        partitions: 3,
      })
      .rows();
    expect(rows).toEqual([
      { length: 2, words: '1 to, 1 be, 1 or, 1 to, 1 be, 2 is, 5 to, 5 to' },
      { length: 3, words: '1 not, 2 the, 5 die' },
      { length: 4, words: '2 that' },
      { length: 5, words: '5 sleep' },
      { length: 8, words: '2 question' },
    ]);
  });

  it('groups by expressions as a group-by does', async () => {
    const trades = await market().rows();
    const table = Table.of({
      symbol: trades.map(t => t.symbol),
      price: trades.map(t => t.price),
      size: trades.map(t => t.size),
    });
    const reduced = table.mapReduce({
      map: { key: t => t.symbol, value: t => t.size },
      combine: 'sum',
      returns: schema({ symbol: string, total: int64 }),
    });
    const grouped = table.groupBy('symbol').aggregate(t => ({ total: sum(t.size) }));
    expect(await reduced.rows()).toEqual(await grouped.sort(t => t.symbol).rows());
    const most = table.mapReduce({
      map: { key: t => t.symbol, value: t => t.price.mul(t.size) },
      combine: (a, b) => Math.max(a, b),
      reduce: (symbol, [value]) => ({ symbol, value, big: value > 1e6 }),
      returns: schema({ symbol: string, value: float64, big: boolean }),
    });
    expect((await most.rows()).map(row => row.value)).toEqual(
      ['A', 'B', 'C'].map(symbol =>
        Math.max(...trades.filter(t => t.symbol === symbol).map(t => t.price * t.size)),
      ),
    );
    const counted = table.mapReduce({
      map: { key: t => t.size.gt(100), value: t => t.size },
      combine: 'count',
      returns: schema({ big: boolean, n: int64 }),
    });
    expect((await counted.rows()).map(row => row.big)).toEqual([false, true]);
  });

  it('takes times and rows of a table that changes, and has no rows of none', async () => {
    const days = Table.of(
      { at: ['2026-01-05T10:00:00Z', '2026-01-05T11:00:00Z', '2026-01-06T00:00:00Z'] as never },
      { schema: schema({ at: timestamp('us') }) },
    ).mapReduce({
      map: row => [[row.at.toString().slice(0, 10), 1]],
      combine: (a, b) => a + b,
      returns: schema({ day: string, n: int64 }),
    });
    expect(await days.rows()).toEqual([
      { day: '2026-01-05', n: 2 },
      { day: '2026-01-06', n: 1 },
    ]);
    const none = lines
      .where(t => t.id.gt(9))
      .mapReduce({
        map: t => [[t.id, 1]],
        combine: 'count',
        returns: schema({ id: int64, n: int64 }),
      });
    expect(await none.rows()).toEqual([]);
    const lists = lines.mapReduce({
      map: t => [[[t.text, t.id % 2], 1]],
      combine: 'count',
      returns: schema({ text: string.nullable(), odd: int64, n: int64 }),
    });
    expect((await lists.rows()).map(row => row.odd)).toEqual([1, 0, 1, 1, 0]);
  });

  it('says which function failed, at which row or key', async () => {
    const words = schema({ word: string, n: int64 });
    const failing = (options: object) =>
      lines.mapReduce({ combine: 'sum', returns: words, map: () => [['a', 1]], ...options } as never).rows();
    await expect(failing({ map: (line: { text: string }) => [[line.text.trim(), 1]] })).rejects.toThrow(
      /MR2205 map\(\) of mapReduce\(\) failed at row 4, .*TypeError: Cannot read properties of null/s,
    );
    await expect(
      failing({
        combine: () => {
          throw new RangeError('no more');
        },
      }),
    ).rejects.toThrow(/MR2205 combine\(\) .*for key "a": RangeError: no more/s);
    await expect(
      failing({
        reduce: () => {
          throw new Error('stop');
        },
      }),
    ).rejects.toThrow(/MR2205 reduce\(\) .*for key "a" with 1 values: Error: stop/s);
    await expect(failing({ map: () => ['a'] })).rejects.toThrow(/MR2207.*"a" at row 1/s);
    await expect(failing({ map: (line: { id: number }) => [[line.id > 2 ? 'a' : 1, 1]] })).rejects.toThrow(
      /MR2207.*kinds: number and string/s,
    );
    await expect(failing({ map: () => [[{}, 1]] })).rejects.toThrow(/MR2207.*cannot be compared/s);
    await expect(failing({ map: () => [['a', 'b']] })).rejects.toThrow(/MR2207.*by 'sum'.*"b"/s);
    await expect(failing({ map: () => [['a', 0.5]] })).rejects.toThrow(
      /MR2209.*2.5 for 'n' of key "a", which is int64/s,
    );
    await expect(failing({ reduce: () => 7 })).rejects.toThrow(/MR2209.*gave 7/s);
    await expect(failing({ returns: schema({ word: string }) })).rejects.toThrow(/MR2209.*2 values/s);
    await expect(failing({ partitions: 0 })).rejects.toThrow(/MR2206.*partitions, not 0/s);
    await expect(failing({ returns: schema({ at: timestamp(), n: int64 }) })).rejects.toThrow(
      /MR2206.*timestamp/s,
    );
    expect(() => failing({ combine: undefined })).toThrow(/MR2206.*not told/s);
    expect(() => failing({ map: () => [[host, 1]] })).toThrow(/MR1340.*'host'/s);
    expect(() => failing({ combine: 'avg' })).toThrow(/MR2206.*by avg/s);
    await expect(
      Table.of({ j: [{}] as never }, { schema: schema({ j: json() }) })
        .mapReduce({ map: t => [[String(t.j), 1]], combine: 'sum', returns: words })
        .rows(),
    ).rejects.toThrow(/MR2206.*'j' is a json/s);
  });
});

const market = () => generator.market({ seed: 3, rows: 40_000, symbols: ['A', 'B', 'C'], day: '2026-01-05' });
