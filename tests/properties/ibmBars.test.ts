import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  clock,
  count,
  first,
  float64,
  int64,
  last,
  max,
  min,
  replay,
  schema,
  string,
  sum,
  timestamp,
  tumble,
  vwap,
} from '../../engine/src/index.js';
import { NODE_SINKS, NODE_SOURCES } from '../../engine/src/node/connectors.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { askDuckDb } from '../support/askDuckDb.js';
import { hasIbmTrades, ibmCsv, ibmTrades } from '../support/ibmTrades.js';
import { virtualWorld } from '../support/virtualWorld.js';
import type { VirtualWorld } from '../support/virtualWorld.js';

const SEED =
  process.env.MILLRACE_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.MILLRACE_SEED);
const Trade = schema({ ts: timestamp('ms'), seq: int64, symbol: string, price: float64, size: int64 });

interface Bar {
  readonly end: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly vwap: number;
  readonly n: number;
}

/** Every bar that DuckDB computes of the file, the oldest first. */
async function oracle(file: string): Promise<Bar[]> {
  const reader = await askDuckDb(`
    SELECT epoch_ms(time_bucket(INTERVAL 1 MINUTE, ts::TIMESTAMP) + INTERVAL 1 MINUTE)::DOUBLE AS "end",
           arg_min(price, (ts, seq)) AS open, max(price) AS high, min(price) AS low, arg_max(price, (ts, seq)) AS close,
           sum(size)::DOUBLE AS volume, sum(price * size) / sum(size) AS vwap, count(*)::DOUBLE AS n
    FROM read_csv('${file}') GROUP BY 1 ORDER BY 1`);
  return reader.getRowObjectsJS() as unknown as Bar[];
}

/** Rows in another order: each is held up by less than the bound, so that none is late. Rows of one time keep theirs. */
function shuffled<Row extends { readonly timeMs: number }>(
  rows: readonly Row[],
  boundMs: number,
  seed: number,
): Row[] {
  let state = seed + 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const delays = new Map<number, number>();
  for (const { timeMs } of rows) if (!delays.has(timeMs)) delays.set(timeMs, random() * (boundMs - 1));
  return rows
    .map((row, at) => ({ row, at, arrives: row.timeMs + delays.get(row.timeMs)! }))
    .sort((a, b) => a.arrives - b.arrives || a.at - b.at)
    .map(({ row }) => row);
}

describe.skipIf(!hasIbmTrades)(
  'one-minute bars of the IBM trades of 2013-10-08 equal those of DuckDB',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-ibm-'));
    const inOrder = join(folder, 'trades.csv');
    const outOfOrder = join(folder, 'shuffled.csv');
    let expected: Bar[] = [];
    let world: VirtualWorld;
    let host: SessionHost;

    beforeAll(async () => {
      const rows = ibmTrades().map((trade, seq) => ({ ...trade, seq }));
      writeFileSync(inOrder, ibmCsv(rows));
      writeFileSync(outOfOrder, ibmCsv(shuffled(rows, 2000, SEED)));
      expected = await oracle(inOrder);
      expect(expected.length).toBeGreaterThan(390);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    beforeEach(() => {
      world = virtualWorld(folder);
      host = createSessionHost({ world, connectors: NODE_SOURCES, sinks: NODE_SINKS, defer: setImmediate });
      setDefaultLink(host.link());
    });
    afterEach(async () => {
      await host.close();
      world.stop();
      setDefaultLink(null);
    });

    const barsOf = (path: string) =>
      replay(path, { schema: Trade, time: 'ts', watermark: '2 s', sequence: 'seq' })
        .window(tumble('1 min'))
        .groupBy('symbol')
        .aggregate(t => ({
          open: first(t.price),
          high: max(t.price),
          low: min(t.price),
          close: last(t.price),
          volume: sum(t.size),
          vwap: vwap(t.price, t.size),
          n: count(),
        }));

    /** The bars as plain numbers, the oldest first. */
    async function read(bars: Pick<ReturnType<typeof barsOf>, 'rows'>): Promise<Bar[]> {
      return (await bars.rows())
        .map(({ windowEnd, open, high, low, close, volume, vwap: mean, n }) => {
          return { end: windowEnd.epochMilliseconds, open, high, low, close, volume, vwap: mean!, n };
        })
        .sort((a, b) => a.end - b.end);
    }

    async function check(bars: Omit<ReturnType<typeof barsOf>, 'late'>): Promise<void> {
      for (const actual of [await read(bars), await read(bars.final())]) {
        const exact = (bar: Bar) => ({ ...bar, vwap: null });
        expect(actual.map(exact)).toEqual(expected.map(exact));
        actual.forEach((bar, at) => expect(Math.abs(bar.vwap / expected[at].vwap - 1)).toBeLessThan(1e-12));
      }
    }

    it('read at once', () => check(barsOf('trades.csv')));

    it('in any order within the watermark', () => check(barsOf('shuffled.csv')));

    it('at speed 600, with pauses', async () => {
      const bars = barsOf('shuffled.csv');
      await clock.start({ speed: 600 });
      const { queryId } = await host.link().request({ type: 'open', plan: bars.plan, owner: null });
      for (const time of ['2013-10-08T13:30:00Z', '2013-10-08T15:12:34Z', '2013-10-08T19:59:59Z']) {
        await clock.until(time);
        const paused = await clock.pause();
        expect(paused.mode).toBe('paused');
        const seen = await bars.rows();
        expect(await bars.rows()).toEqual(seen);
        const open = seen.filter(bar => bar.windowEnd.epochMilliseconds * 1000 > paused.nowUs!);
        expect(open.length).toBeLessThanOrEqual(1);
        expect(seen.length).toBeLessThan(expected.length);
        await clock.play();
      }
      await clock.until('end');
      await check(bars);
      await host.link().request({ type: 'release', queryId });
    });

    it('for a query added half-way', async () => {
      const early = barsOf('trades.csv');
      await clock.start({ speed: 600 });
      const link = host.link();
      await link.request({ type: 'open', plan: early.plan, owner: null });
      await clock.until('2013-10-08T16:00:00Z');
      await clock.pause();
      const late = barsOf('trades.csv').where(bar => bar.n.ge(0));
      await link.request({ type: 'open', plan: late.plan, owner: null });
      const halfway = await read(early);
      expect(halfway.length).toBeGreaterThan(100);
      expect(await read(late)).toEqual(halfway);
      await clock.play();
      await clock.until('end');
      await check(late);
    });
  },
);
