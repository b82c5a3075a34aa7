import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import {
  clock,
  count,
  float64,
  generator,
  int64,
  json,
  last,
  schema,
  string,
  sum,
  Table,
  timestamp,
  tumble,
} from '../../engine/src/index.js';
import { virtualWorld, type VirtualWorld } from '../support/virtualWorld.js';

let host: SessionHost;
let link: HostLink;
let world: VirtualWorld;
beforeAll(() => {
  world = virtualWorld('.');
  host = createNodeHost({ world });
  link = host.link();
  setDefaultLink(link);
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  world.stop();
});

const market = () => generator.market({ seed: 3, rows: 20_000, symbols: ['A', 'B', 'C'], day: '2026-01-05' });
const bars = () =>
  market()
    .window(tumble('1 min'))
    .groupBy('symbol')
    .aggregate(t => ({ close: last(t.price), volume: sum(t.size), n: count() }));
const queries = async () =>
  (await link.request({ type: 'stats' })).sources.reduce((n, s) => n + s.readers, 0);

describe('index() of a table that is kept current', () => {
  it('finds rows by the table’s key, as arguments, as a list in ranges and as an object', async () => {
    const table = bars();
    const rows = await table.rows();
    const kv = table.index('symbol', 'windowEnd');
    const row = rows[17];
    expect(await kv.get(row.symbol, row.windowEnd)).toEqual(row);
    expect(await kv.get({ windowEnd: row.windowEnd.toString(), symbol: row.symbol })).toEqual(row);
    expect(await kv.getAll(row.symbol, new Date(row.windowEnd.epochMilliseconds))).toEqual([row]);
    expect(await kv.get('Z', row.windowEnd)).toBeNull();
    const of = (symbol: string) => rows.filter(each => each.symbol === symbol);
    expect(await kv.range(['B'], ['B'])).toEqual(of('B'));
    expect(await kv.range(['B'], undefined, { limit: 3 })).toEqual(of('B').slice(0, 3));
    expect(await kv.range(['A', rows[0].windowEnd], ['B', of('B')[1].windowEnd])).toEqual([
      ...of('A'),
      ...of('B').slice(0, 2),
    ]);
    await kv.close();
    await expect(kv.get('A', row.windowEnd)).rejects.toThrow(/MR2204/);
    expect(await queries()).toBe(0);
  });

  it('finds rows by other columns: the newest, or all', async () => {
    const rows = await bars().rows();
    const kv = bars().index('symbol');
    const ofB = rows.filter(each => each.symbol === 'B');
    expect(await kv.getAll('B')).toEqual(ofB);
    expect(await kv.get('B')).toEqual(ofB.at(-1));
    await kv.close();
  });

  it('is over the rows that a stream keeps', async () => {
    const kv = market().keep({ rows: 100 }).index('symbol');
    const kept = await market().keep({ rows: 100 }).rows();
    expect(await kv.getAll('A')).toEqual(kept.filter(row => row.symbol === 'A'));
    await kv.close();
  });

  it('tells changes of a key until the input ends', async () => {
    const totals = market()
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), volume: sum(t.size) }));
    const expected = await totals.where(t => t.symbol.eq('A')).rows();
    const kv = totals.index('symbol');
    const told: unknown[] = [];
    const stop = kv.watch('A', row => told.push(row));
    const seen: number[] = [];
    for await (const row of kv.watch('A')) seen.push(row!.n);
    expect(seen.at(-1)).toBe(expected[0].n);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(told.at(-1)).toEqual(expected[0]);
    stop();
    for await (const row of kv.watch('A')) {
      expect(row).toEqual(expected[0]);
      break;
    }
    const ending = (async () => {
      const rows: unknown[] = [];
      for await (const row of kv.watch(['Z'])) rows.push(row);
      return rows;
    })();
    expect(await ending).toEqual([]);
    await kv.close();
  });

  it('at() is the table as a clock that stands there would show it', async () => {
    const kv = bars().index('symbol', 'windowEnd');
    const at = '2026-01-05T14:40:30Z';
    const half = kv.at(at);
    const then = await half.range(undefined, undefined);
    expect(await kv.at(new Date(at)).range(undefined, undefined)).toEqual(then);
    await clock.start({ at, speed: 1 });
    await clock.pause();
    await clock.until(at);
    const shown = await bars().rows();
    expect(then.length).toBeGreaterThan(0);
    expect(then.length).toBe(shown.length);
    expect(await kv.range(undefined, undefined)).toEqual(then);
    await expect(kv.at('2026-01-05T15:00:00Z').get('A', at)).rejects.toThrow(/MR2203.*2026-01-05T14:40:30/);
    await clock.start({ speed: 'max' });
    await clock.until('end');
    await kv.close();
    await expect(half.get('A', at)).rejects.toThrow(/MR2204/);
  });

  it('does not let those wait for ever who ask while it is closed', async () => {
    const kv = bars().index('symbol', 'windowEnd');
    const asked = expect(kv.get('A', '2026-01-05T14:40:00Z')).rejects.toThrow(/MR2204/);
    await kv.close();
    await asked;
  });

  it('is released with its owner', async () => {
    const { plan } = bars();
    const { indexId } = await link.request({
      type: 'index',
      plan,
      owner: 'cell 7',
      columns: ['symbol'],
      over: 'now',
    });
    const waiting = link.request({ type: 'indexChanges', indexId });
    expect(await queries()).toBe(1);
    await link.request({ type: 'releaseOwner', owner: 'cell 7' });
    expect(await waiting).toEqual({ closed: true });
    expect(await queries()).toBe(0);
  });
});

describe('index() of a table', () => {
  const Row = schema({
    ts: timestamp('us'),
    id: int64.nullable(),
    name: string.nullable(),
    x: float64,
    j: json(),
  });
  const table = Table.of(
    {
      ts: [
        '2026-01-01T00:00:00Z',
        '2026-01-02T00:00:00Z',
        '2026-01-03T00:00:00Z',
        '2026-01-04T00:00:00Z',
      ] as never,
      id: [3, 1, null, 1],
      name: ['\uff5e', '\u{1f600}', null, ''],
      x: [NaN, -0, 0, 5],
      j: [{}, {}, {}, {}] as never,
    },
    { schema: Row },
  );

  it('orders text by code points, NaN as the greatest number and NULL last', async () => {
    const names = table.index('name');
    expect((await names.range(undefined, undefined)).map(row => row.name)).toEqual([
      '',
      '\uff5e',
      '\u{1f600}',
      null,
    ]);
    expect((await names.range('\uff5e', '\uffff')).map(row => row.name)).toEqual(['\uff5e']);
    expect((await names.range(null, null)).map(row => row.id)).toEqual([null]);
    const x = table.index('x');
    expect((await x.range(1, undefined)).map(row => row.x)).toEqual([5, NaN]);
    expect(await x.getAll(0)).toHaveLength(2);
    const times = table.index('ts');
    expect(await times.range('2026-01-02', new Date('2026-01-03T00:00:00Z'))).toHaveLength(2);
    expect((await table.index('id').get(null))?.id).toBeNull();
    expect((await table.index('id').get(1n))?.x).toBe(5);
  });

  it('says what cannot be a key', async () => {
    await expect(table.index('j').get({} as never)).rejects.toThrow(/MR2200.*nested/);
    await expect(table.index('name', 'id').get('a' as never)).rejects.toThrow(/MR2201.*name, id; 1 values/);
    await expect(table.index('name', 'id').get({ name: 'a', idd: 1 } as never)).rejects.toThrow(
      /MR2201.*'idd'/,
    );
    await expect(table.index('name').get(1 as never)).rejects.toThrow(/MR1306.*'name' is string/);
    await expect(
      (table.index as (name: string) => ReturnType<typeof table.index>)('nam').get('' as never),
    ).rejects.toThrow();
    await expect(table.index('id', 'id').get(1, 1)).rejects.toThrow(/MR2200.*twice/);
  });
});
