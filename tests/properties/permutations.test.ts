import { afterAll, beforeAll, expect, test } from 'vitest';
import { count, first, hop, last, max, sum, Table, tumble } from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { forRandom, type Random } from './random.js';

/** All of them in every run: it takes seconds. */
const PERMUTATIONS = Math.max(1000, Number(process.env.MILLRACE_RUNS ?? 0));
const START = Date.UTC(2024, 2, 8, 14, 30);
const BOUND_MS = 2000;
const SIZE_MS = 5000;

let host: SessionHost;
beforeAll(() => {
  host = createNodeHost({ threads: 0 });
  setDefaultLink(host.link());
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
});

interface Trade {
  readonly ms: number;
  readonly symbol: string;
  readonly size: number;
}

function trades(random: Random): Trade[] {
  const times = new Set(Array.from({ length: 80 }, () => random.below(40_000)));
  return [...times].map(ms => ({ ms, symbol: random.pick(['A', 'B', '']), size: random.below(1000) }));
}

const streamOf = (rows: readonly Trade[]) =>
  Table.of({
    ts: rows.map(({ ms }) => new Date(START + ms)),
    symbol: rows.map(({ symbol }) => symbol),
    size: rows.map(({ size }) => size),
  }).replay({ time: 'ts', watermark: `${BOUND_MS} ms`, name: 'trades' });

const windows = (rows: readonly Trade[], window: ReturnType<typeof tumble>) =>
  streamOf(rows)
    .window(window)
    .groupBy('symbol')
    .aggregate(t => ({
      n: count(),
      total: sum(t.size),
      high: max(t.size),
      open: first(t.size),
      close: last(t.size),
    }));

/** An order in which no row comes more than the bound behind one that is later: rows lie where they would with a delay of up to the bound. */
function permuted(random: Random, rows: readonly Trade[]): Trade[] {
  const delayed = rows.map(row => ({ row, at: row.ms + random.next() * BOUND_MS }));
  return delayed.sort((a, b) => a.at - b.at).map(({ row }) => row);
}

const shown = (rows: readonly object[]): string[] => rows.map(row => JSON.stringify(row)).sort();

test(`${PERMUTATIONS} orders within the bound of the watermark give the same final windows, and no row is late`, async () => {
  let original: { rows: Trade[]; expected: string[]; hopped: string[] } | null = null;
  let run = 0;
  await forRandom(async random => {
    const hopping = hop({ size: '5 s', slide: '2 s' });
    if (original === null || run++ % 50 === 0) {
      const rows = trades(random).sort((a, b) => a.ms - b.ms);
      const expected = shown(await windows(rows, tumble('5 s')).final().rows());
      original = { rows, expected, hopped: shown(await windows(rows, hopping).final().rows()) };
    }
    const bars = windows(permuted(random, original.rows), tumble('5 s'));
    expect(shown(await bars.final().rows())).toEqual(original.expected);
    if (run % 10 !== 0) return;
    const other = windows(permuted(random, original.rows), hopping);
    expect(shown(await other.final().rows())).toEqual(original.hopped);
    expect(await bars.late.rows()).toEqual([]);
  }, PERMUTATIONS);
});

test('rows beyond the bound are dropped where their windows are over, counted exactly, and the rest is as if they had not come', () =>
  forRandom(async random => {
    const rows = trades(random);
    let highest = -Infinity;
    const late: Trade[] = [];
    const kept = rows.filter(row => {
      const isOver = (Math.floor(row.ms / SIZE_MS) + 1) * SIZE_MS <= highest - BOUND_MS;
      highest = Math.max(highest, row.ms);
      if (isOver) late.push(row);
      return !isOver;
    });
    const bars = windows(rows, tumble('5 s'));
    const found = await bars.late.rows({ time: 'date' });
    expect(found.map(({ ts }) => ts.getTime() - START)).toEqual(late.map(({ ms }) => ms));
    const inOrder = [...kept].sort((a, b) => a.ms - b.ms);
    const final = bars.final();
    expect(shown(await final.rows())).toEqual(shown(await windows(inOrder, tumble('5 s')).final().rows()));
    const { operators } = await final.stats();
    expect(operators.reduce((total, each) => total + each.late, 0)).toBe(late.length);
    expect(late.length).toBeGreaterThan(0);
  }, 100));
