import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  calendar,
  count,
  cumulate,
  first,
  hop,
  last,
  max,
  min,
  sum,
  Table,
  tumble,
} from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';

let host: SessionHost;
beforeAll(() => {
  host = createNodeHost({ directory: '.' });
  setDefaultLink(host.link());
});
afterAll(() => host.close());

const at = (text: string): Date => new Date(`2024-03-08T14:30:${text}Z`);
const TRADES = Table.of(
  {
    ts: ['00', '10', '25', '31', '58'].map(at).concat([at('20'), new Date('2024-03-08T14:33:05Z')]),
    symbol: ['A', 'A', 'B', 'A', 'A', 'B', 'A'],
    price: [10, 12, 5, 9, 11, 4, 20],
    size: [1, 2, 3, 4, 5, 6, 7],
  },
  { time: 'ts' },
);
const trades = TRADES.replay({ time: 'ts', watermark: '0 s', name: 'trades' });
const time = (value: unknown): string => String(value).slice(11, 19);

test('rows that come too late are a stream of their own, and are counted', async () => {
  const bars = trades
    .window(tumble('10 s'))
    .groupBy('symbol')
    .aggregate(t => ({ n: count(), volume: sum(t.size) }));
  expect((await bars.late.rows()).map(({ ts, symbol, size }) => [time(ts), symbol, size])).toEqual([
    ['14:30:20', 'B', 6],
  ]);
  const late = await bars.late
    .groupBy('symbol')
    .aggregate(() => ({ n: count() }))
    .rows();
  expect(late).toEqual([{ symbol: 'B', n: 1 }]);
});

test('empty windows are filled with flat bars, or NULL, up to a limit', async () => {
  const bars = trades
    .where(t => t.symbol.eq('A'))
    .window(tumble('1 min'), { fill: 'previous' })
    .groupBy('symbol')
    .aggregate(t => ({
      open: first(t.price),
      high: max(t.price),
      low: min(t.price),
      close: last(t.price),
      volume: sum(t.size),
      n: count(),
    }));
  const row = ({
    windowStart,
    open,
    high,
    low,
    close,
    volume,
    n,
  }: Awaited<ReturnType<typeof bars.rows>>[number]) => [time(windowStart), open, high, low, close, volume, n];
  const expected = [
    ['14:30:00', 10, 12, 9, 11, 12, 4],
    ['14:31:00', 11, 11, 11, 11, 0, 0],
    ['14:32:00', 11, 11, 11, 11, 0, 0],
    ['14:33:00', 20, 20, 20, 20, 7, 1],
  ];
  const inOrder = (rows: unknown[][]) => rows.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  expect(inOrder((await bars.rows()).map(row))).toEqual(expected);
  expect((await bars.final().rows()).map(row)).toEqual(expected);
  const nulls = await trades
    .window(tumble('1 min'), { fill: { with: 'null', limit: 1 } })
    .groupBy('symbol')
    .aggregate(t => ({ close: last(t.price), n: count() }))
    .final()
    .rows();
  expect(nulls.map(({ symbol, windowStart, close, n }) => [symbol, time(windowStart), close, n])).toEqual([
    ['A', '14:30:00', 11, 4],
    ['B', '14:30:00', 5, 2],
    ['A', '14:31:00', null, 0],
    ['B', '14:31:00', null, 0],
    ['A', '14:33:00', 20, 1],
  ]);
});

test('cumulating windows grow by a step', async () => {
  const sofar = await trades
    .where(t => t.symbol.eq('A'))
    .window(cumulate({ size: '1 min', step: '30 s' }), { emit: 'close' })
    .aggregate(t => ({ volume: sum(t.size) }))
    .rows();
  expect(
    sofar.map(({ windowStart, windowEnd, volume }) => [time(windowStart), time(windowEnd), volume]),
  ).toEqual([
    ['14:30:00', '14:30:30', 3],
    ['14:30:00', '14:31:00', 12],
    ['14:33:00', '14:33:30', 7],
    ['14:33:00', '14:34:00', 7],
  ]);
});

test('windows over windows, sliding in the end', async () => {
  const seconds = trades
    .window(tumble('10 s'))
    .groupBy('symbol')
    .aggregate(t => ({ volume: sum(t.size) }))
    .final();
  const minutes = seconds
    .window(tumble('1 min'))
    .groupBy('symbol')
    .aggregate(t => ({ volume: sum(t.volume), bars: count() }))
    .final();
  const hops = await minutes
    .window(hop({ size: '2 min', slide: '1 min' }))
    .groupBy('symbol')
    .aggregate(t => ({ volume: sum(t.volume) }))
    .final()
    .rows();
  expect(hops.map(({ symbol, windowEnd, volume }) => [symbol, time(windowEnd), volume])).toEqual([
    ['A', '14:31:00', 12],
    ['B', '14:31:00', 3],
    ['A', '14:32:00', 12],
    ['B', '14:32:00', 3],
    ['A', '14:34:00', 7],
    ['A', '14:35:00', 7],
  ]);
});

test('days of a zone have 23 hours now and then', async () => {
  const day = (text: string): Date => new Date(text);
  const ticks = Table.of(
    {
      ts: ['2024-03-10T04:59Z', '2024-03-10T05:00Z', '2024-03-11T03:59Z', '2024-03-11T04:00Z'].map(day),
      x: [1, 2, 4, 8],
    },
    { time: 'ts' },
  );
  const days = await ticks
    .window(tumble('1 d', { timeZone: 'America/New_York' }))
    .aggregate(t => ({ x: sum(t.x) }))
    .rows();
  expect(days.map(({ windowStart, windowEnd, x }) => [String(windowStart), String(windowEnd), x])).toEqual([
    ['2024-03-09T05:00:00Z', '2024-03-10T05:00:00Z', 1],
    ['2024-03-10T05:00:00Z', '2024-03-11T04:00:00Z', 6],
    ['2024-03-11T04:00:00Z', '2024-03-12T04:00:00Z', 8],
  ]);
});

test('sessions of an exchange: a short day, rows outside of them, and years beyond the table', async () => {
  const of = (...times: string[]) =>
    Table.of({ ts: times.map(text => new Date(text)), x: times.map((_, k) => 2 ** k) }, { time: 'ts' });
  // Christmas Eve of 2024 ends at 13:00 in New York; the next session is on the 26th.
  const ticks = of('2024-12-24T14:30Z', '2024-12-24T17:59Z', '2024-12-24T18:00Z', '2024-12-26T14:30Z');
  const shown = (rows: readonly { windowStart: unknown; windowEnd: unknown; x: number }[]) =>
    rows.map(({ windowStart, windowEnd, x }) => `${String(windowStart)} ${String(windowEnd)} ${x}`);
  const sessions = (options?: Parameters<typeof calendar>[2]) =>
    ticks.window(calendar('XNYS', '1 d', options)).aggregate(t => ({ x: sum(t.x) }));
  expect(shown(await sessions().rows())).toEqual([
    '2024-12-24T14:30:00Z 2024-12-24T18:00:00Z 3',
    '2024-12-26T14:30:00Z 2024-12-26T21:00:00Z 8',
  ]);
  expect(shown(await sessions({ outside: 'previous' }).rows())).toEqual([
    '2024-12-24T14:30:00Z 2024-12-26T14:30:00Z 7',
    '2024-12-26T14:30:00Z 2024-12-27T14:30:00Z 8',
  ]);
  const weeks = ticks.window(calendar('XNYS', '1 week')).aggregate(t => ({ x: sum(t.x) }));
  expect(shown(await weeks.rows())).toEqual(['2024-12-23T14:30:00Z 2024-12-27T21:00:00Z 11']);
  const later = of('2031-01-02T15:00Z')
    .window(calendar('XNYS', '30 min'))
    .aggregate(t => ({ x: sum(t.x) }));
  await expect(later.rows()).rejects.toThrow(/MR3217.*1990-01-01 to 2030-12-31.*2031-01-02/);
  expect(() => calendar('XNYC', '1 d')).toThrow(/MR3216.*XNYS/);
  expect(() => calendar('XNYS', '2 d')).toThrow(/MR3218/);
});

test('mistakes say what to write instead', () => {
  expect(() => cumulate({ size: '1 min', step: '7 s' })).toThrow(/MR3211/);
  expect(() => hop({ size: '1 month', slide: '1 d' })).toThrow(/MR3213/);
  expect(() => tumble('1 d', { timeZone: 'America/New_Yrk' })).toThrow(/MR1004.*New_York/);
  expect(() => trades.window(tumble('1 min'), { emit: { rows: 0 } })).toThrow(/MR3214/);
  expect(() => trades.window(tumble('1 min'), { fill: { with: 'null', limit: 0 } })).toThrow(/MR3215/);
});
