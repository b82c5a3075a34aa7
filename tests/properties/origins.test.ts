import { expect, test } from 'vitest';
import {
  count,
  cumulate,
  hop,
  int32,
  max,
  schema,
  session,
  string,
  sum,
  Table,
  timestamp,
  tumble,
  type Stream,
} from '../../engine/src/index.js';
import { forRandom, type Random } from './random.js';
import { useNodeHost } from '../support/nodeHost.js';

useNodeHost();

const RUNS = Math.ceil(Number(process.env.MILLRACE_RUNS ?? 200) / 20);
const Trade = schema({ ts: timestamp('ms'), id: int32, symbol: string.nullable(), size: int32 });
type Trade = { ts: number; id: number; symbol: string | null; size: number };

/** Trades in about the order of their times: some come later than the watermark allows. */
function makeTrades(random: Random): Trade[] {
  const trades: Trade[] = [];
  for (let id = 0, now = 0; id < 10 + random.below(40); id++) {
    now += random.below(4000);
    const ts = Math.max(0, now - (random.chance(0.3) ? random.below(12_000) : 0));
    trades.push({ ts, id, symbol: random.pick(['a', 'b', null]), size: 1 + random.below(9) });
  }
  return trades;
}

function streamOf(trades: readonly Trade[]) {
  const table = Table.of(
    {
      ts: trades.map(({ ts }) => new Date(ts)),
      id: trades.map(({ id }) => id),
      symbol: trades.map(({ symbol }) => symbol),
      size: trades.map(({ size }) => size),
    } as never,
    { schema: Trade, time: 'ts' },
  );
  return table.replay({ name: 'trades', time: 'ts', watermark: '3 s' });
}

const WINDOWS = [
  tumble('10 s'),
  hop({ size: '10 s', slide: '5 s' }),
  cumulate({ size: '20 s', step: '5 s' }),
  session({ gap: '4 s' }),
];

type Row = Record<string, unknown>;
const idsOf = (rows: readonly Row[]): number[] => rows.map(({ id }) => Number(id)).sort((a, b) => a - b);

test('the rows that a window was made of make it again, and those that came too late are told apart', async () => {
  await forRandom(async random => {
    const trades = streamOf(makeTrades(random)) as unknown as Stream<{
      symbol: string;
      size: number;
      id: number;
    }>;
    const window = random.pick(WINDOWS);
    const bars = trades
      .window(window)
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), total: sum(t.size), last: max(t.id) }));
    // What stands between a row and its window.
    const shown = random.chance(0.5)
      ? bars
          .where(b => b.n.gt(0))
          .derive(b => ({ double: b.total.mul(2) }))
          .rename({ symbol: 'name' } as never)
      : bars;
    const all = (await trades.rows()) as unknown as Row[];
    for (const row of (await (shown as typeof bars).rows()) as unknown as Row[]) {
      const { origins, found } = await (shown as typeof bars).origins(row as never);
      expect(found).toBe(1);
      const [counted, late] = await Promise.all(origins.map(each => each.rows.rows()));
      const symbol = 'name' in row ? row.name : row.symbol;
      const total = counted.reduce((sizes, { size }) => sizes + Number(size), 0);
      expect(origins.every(({ exact }) => exact)).toBe(window.type !== 'session');
      const made = [counted.length, total, idsOf(counted).at(-1)];
      // A late row may have begun a session anew, within the time of one that was told before.
      if (window.type === 'session') expect(counted.length).toBeGreaterThanOrEqual(Number(row.n));
      else expect(made).toEqual([Number(row.n), Number(row.total), Number(row.last)]);
      const [from, to] = [row.windowStart, row.windowEnd].map(time =>
        Number((time as { epochMilliseconds: number }).epochMilliseconds),
      );
      const inside = all.filter(each => {
        const at = Number((each.ts as { epochMilliseconds: number }).epochMilliseconds);
        return each.symbol === symbol && at >= from && at < to;
      });
      expect(idsOf([...counted, ...late])).toEqual(idsOf(inside));
    }
  }, RUNS);
});

test('a joined row comes from its two rows, and a rolling one from those of its frame', async () => {
  await forRandom(async random => {
    const trades = streamOf(makeTrades(random));
    const names = Table.of({ symbol: ['a', 'b'], name: ['A Co', 'B Co'] });
    const joined = trades.lookupJoin(names, {
      by: 'symbol',
      how: 'left',
    } as never) as unknown as typeof trades;
    for (const row of ((await joined.rows()) as unknown as Row[]).slice(0, 8)) {
      const { origins } = await joined.origins(row as never);
      const [left, right] = await Promise.all(origins.map(each => each.rows.rows()));
      expect(idsOf(left as Row[])).toEqual([Number(row.id)]);
      expect((right as Row[] | undefined)?.map(({ name }) => name) ?? []).toEqual(
        row.name === null ? [] : [row.name],
      );
    }
    const rows = 1 + random.below(4);
    const rolled = trades
      .rolling({ by: 'symbol', rows })
      .derive(t => ({ recent: sum(t.size), n: count() })) as unknown as typeof trades;
    for (const row of ((await rolled.rows()) as unknown as Row[]).slice(0, 8)) {
      const { origins } = await rolled.origins(row as never);
      const made = (await origins[0].rows.rows()) as Row[];
      // Rows that came after it may be among them.
      expect(idsOf(made)).toContain(Number(row.id));
      expect(made.length).toBeGreaterThanOrEqual(Number(row.n));
      expect(new Set(made.map(({ symbol }) => symbol))).toEqual(new Set([row.symbol]));
    }
  }, RUNS);
});
