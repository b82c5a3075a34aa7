import { describe, expect, it } from 'vitest';
import { sourceRequest, sourceRows, stillWorld } from '../../../tests/support/sourceRows.js';
import type { Value } from '../columns/values.js';
import { marketConnector } from './market.js';
import { seededRandom } from './random.js';
import { sensorsConnector } from './sensors.js';
import type { SourceConnector } from './source.js';
import { weatherConnector } from './weather.js';

const SEED = Number(process.env.MILLRACE_SEED ?? 1);
const SEEDS = [SEED, SEED + 100, SEED + 200];

type Rows = Value[][];
type Options = Record<string, unknown>;

async function rowsOf(connector: SourceConnector, options: Options, maxRows = 8192, boundUs?: number) {
  const more = boundUs === undefined ? { time: 'ts' } : { time: 'ts', boundUs };
  return sourceRows(await connector.open(sourceRequest(options, more), stillWorld('.')), maxRows);
}

const market = async (options: Options): Promise<Rows> => (await rowsOf(marketConnector, options)).rows;
const timeOf = (row: Value[]): number => Number(row[0]);
const inOrder = (rows: Rows) => rows.every((row, i) => i === 0 || timeOf(row) >= timeOf(rows[i - 1]));
const textOf = (row: Value[]) => row.map(String).join('|');
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function correlation(a: number[], b: number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number) => a.reduce((total, _, i) => total + f(i), 0);
  return (
    sum(i => (a[i] - ma) * (b[i] - mb)) / Math.sqrt(sum(i => (a[i] - ma) ** 2) * sum(i => (b[i] - mb) ** 2))
  );
}

/** The rows of `some` that are not in `all`, each as often as it is too much. */
function without(some: Rows, all: Rows): Rows {
  const left = new Map<string, number>();
  for (const row of all) left.set(textOf(row), (left.get(textOf(row)) ?? 0) + 1);
  return some.filter(row => {
    const count = left.get(textOf(row)) ?? 0;
    left.set(textOf(row), count - 1);
    return count <= 0;
  });
}

const FAULTS = {
  halts: 2,
  clustering: 0.5,
  badTicks: 0.02,
  beta: [1, 0.5],
  disorder: { rate: 0.1, delay: '3 s' },
};
const CASES: readonly [string, SourceConnector, Options][] = [
  ['trades', marketConnector, { rows: 3000, ...FAULTS }],
  ['quotes', marketConnector, { rows: 3000, channel: 'quotes', ...FAULTS }],
  ['halts', marketConnector, { halts: 20, channel: 'halts' }],
  ['weather', weatherConnector, { days: 40, gaps: 0.1, missing: 0.1, disorder: FAULTS.disorder }],
  [
    'sensors',
    sensorsConnector,
    { duration: '5 m', duplicates: 0.05, dropouts: 0.01, stuck: 0.01, disorder: FAULTS.disorder },
  ],
];

describe('what is made up', () => {
  it.each(CASES)('is the same rows however it is cut: %s', async (_, connector, options) => {
    for (const seed of SEEDS) {
      const random = seededRandom(seed);
      const { rows, marks } = await rowsOf(connector, { ...options, seed });
      expect(rows.length).toBeGreaterThan(20);
      for (const cut of [1, 7, 1 + Math.floor(random() * 2000)]) {
        const again = await rowsOf(connector, { ...options, seed }, cut);
        expect(again.rows).toEqual(rows);
        expect(again.marks).toEqual(marks);
      }
      expect((await rowsOf(connector, { ...options, seed: seed + 1 })).rows).not.toEqual(rows);
    }
  });

  it('comes late by the delay at most, in the share that was asked for, and is else what it was', async () => {
    const cases: [SourceConnector, Options][] = [
      [marketConnector, { rows: 20_000 }],
      [marketConnector, { rows: 20_000, channel: 'quotes' }],
      [sensorsConnector, { devices: 20, duration: '15 m' }],
    ];
    for (const [connector, options] of cases) {
      const clean = await rowsOf(connector, { ...options, seed: SEED });
      const late = { ...options, seed: SEED, disorder: { rate: 0.2, delay: '5 s' } };
      const { rows, marks } = await rowsOf(connector, late);
      expect(inOrder(clean.rows)).toBe(true);
      expect(inOrder(rows)).toBe(false);
      expect(rows.map(textOf).sort()).toEqual(clean.rows.map(textOf).sort());
      // By the bound that it says of itself, no row is late.
      expect(rows.every((row, i) => i === 0 || timeOf(row) >= marks[i - 1])).toBe(true);
      // A smaller one makes about every fifth row late by half of its delay.
      const { rows: again, marks: strict } = await rowsOf(connector, late, 500, 2.5e6);
      expect(again).toEqual(rows);
      const share = rows.filter((row, i) => i > 0 && timeOf(row) < strict[i - 1]).length / rows.length;
      expect(share).toBeGreaterThan(0.02);
      expect(share).toBeLessThan(0.15);
    }
  });
});

describe('the made-up market', () => {
  it('prints trades at or inside the quotes, by what was told last', async () => {
    for (const seed of SEEDS) {
      for (const more of [{}, { rows: 200_000, halts: 3 }]) {
        const options = { seed, rows: 20_000, ...more };
        const trades = await market(options);
        const quotes = await market({ ...options, channel: 'quotes' });
        expect(quotes.length).toBeGreaterThan(trades.length);
        expect(inOrder(quotes)).toBe(true);
        expect(quotes.every(row => (row[2] as number) < (row[3] as number))).toBe(true);
        const last = new Map<Value, Value[]>();
        let at = 0;
        let inside = 0;
        for (const trade of trades) {
          while (at < quotes.length && timeOf(quotes[at]) <= timeOf(trade))
            last.set(quotes[at][1], quotes[at++]);
          const [, , bid, ask] = last.get(trade[1]) ?? [];
          const price = trade[2] as number;
          if (price >= (bid as number) && price <= (ask as number)) inside++;
        }
        expect(inside).toBe(trades.length);
      }
    }
  });

  it('moves symbols together as their beta says', async () => {
    const minute = 60e6;
    for (const [beta, low, high] of [
      [0, -0.2, 0.2],
      [1, 0.3, 0.65],
      [3, 0.75, 0.97],
    ]) {
      for (const seed of SEEDS) {
        const quotes = await market({ seed, rows: 100_000, symbols: 2, beta, channel: 'quotes' });
        const openUs = timeOf(quotes[0]) - (timeOf(quotes[0]) % minute);
        const returns = ['AAPL', 'MSFT'].map(symbol => {
          const closes: number[] = [];
          for (const [ts, name, bid, ask] of quotes)
            if (name === symbol)
              closes[Math.floor((Number(ts) - openUs) / minute)] = ((bid as number) + (ask as number)) / 2;
          return closes.slice(1).map((close, i) => close / closes[i] - 1);
        });
        const found = correlation(returns[0], returns[1]);
        expect(found).toBeGreaterThan(low);
        expect(found).toBeLessThan(high);
      }
    }
  });

  it('comes in clusters as it was asked to, and busy at both ends', async () => {
    const dispersion = (rows: Rows, seconds: number) => {
      const counts: number[] = [];
      const from = timeOf(rows[0]) - (timeOf(rows[0]) % 1e6) + 2.5 * 3600e6;
      for (let i = 0; i < 5400 / seconds; i++) counts.push(0);
      for (const row of rows) {
        const at = Math.floor((timeOf(row) - from) / (seconds * 1e6));
        if (at >= 0 && at < counts.length) counts[at]++;
      }
      const middle = mean(counts);
      return mean(counts.map(count => (count - middle) ** 2)) / middle;
    };
    for (const seed of SEEDS) {
      const by = async (clustering: number) => market({ seed, rows: 200_000, clustering });
      const [none, some, many] = [await by(0), await by(0.5), await by(0.9)];
      // 1 for events that know nothing of each other; 1 / (1 - clustering)² over spans far beyond the excitement.
      expect(dispersion(none, 30)).toBeLessThan(1.8);
      expect(dispersion(some, 30)).toBeGreaterThan(2.2);
      expect(dispersion(some, 30)).toBeLessThan(7);
      expect(dispersion(many, 30)).toBeGreaterThan(12);
      expect(dispersion(await market({ seed, rows: 200_000 }), 10)).toBeGreaterThan(2);
      for (const rows of [none, some]) {
        const open = timeOf(rows[0]);
        const hour = (from: number) =>
          rows.filter(row => timeOf(row) >= open + from * 3600e6 && timeOf(row) < open + (from + 1) * 3600e6)
            .length;
        expect(hour(0)).toBeGreaterThan(1.8 * hour(2.75));
        expect(hour(5.4)).toBeGreaterThan(1.8 * hour(2.75));
        expect(rows.length).toBe(200_000);
      }
    }
  });

  it('says nothing of a symbol that is halted', async () => {
    for (const seed of SEEDS) {
      for (const halts of [
        5,
        [
          { from: '11:00', to: '11:20' },
          { symbol: 'NVDA', from: '15:50', to: '16:30' },
        ],
      ]) {
        const options = { seed, rows: 50_000, halts };
        const events = await market({ ...options, channel: 'halts' });
        const spans = events
          .filter(row => row[2] === 'halted')
          .map(row => ({
            symbol: row[1],
            from: timeOf(row),
            to: timeOf(
              events.find(
                next => next[2] === 'resumed' && next[1] === row[1] && timeOf(next) > timeOf(row),
              ) as Value[],
            ),
          }));
        expect(spans.length).toBeGreaterThan(2);
        const trades = await market(options);
        const quotes = await market({ ...options, channel: 'quotes' });
        expect(trades.length).toBe(50_000);
        for (const { symbol, from, to } of spans) {
          const isIn = (row: Value[]) => row[1] === symbol && timeOf(row) >= from && timeOf(row) < to;
          expect([...trades, ...quotes].filter(isIn)).toEqual([]);
        }
      }
    }
  });

  it('has as many bad rows as the truth tells', async () => {
    for (const seed of SEEDS) {
      for (const channel of ['trades', 'quotes']) {
        const options = { seed, rows: 30_000, channel };
        const truth = await market(options);
        const found = await market({ ...options, badTicks: 0.01 });
        const bad = without(found, truth);
        expect(bad.length / truth.length).toBeGreaterThan(0.006);
        expect(bad.length / truth.length).toBeLessThan(0.014);
        // The rows that are missing from the truth are those that were spoilt; the others came twice.
        const spoilt = without(truth, found).length;
        expect(found.length - truth.length).toBe(bad.length - spoilt);
        expect(bad.length - spoilt).toBeGreaterThan(0);
        const isEmpty = (row: Value[]) =>
          row[3] === 0n || (channel === 'quotes' && (row[4] === 0n || row[5] === 0n));
        expect(bad.filter(isEmpty).length).toBeGreaterThan(20);
        if (channel === 'quotes')
          expect(bad.filter(row => (row[2] as number) > (row[3] as number)).length).toBeGreaterThan(20);
      }
    }
  });

  it('says which options it does not take', async () => {
    await expect(market({ halts: [{ symbol: 'NONE', from: '10:00', to: '11:00' }] })).rejects.toThrow(
      /MR3950/,
    );
    await expect(market({ halts: -1 })).rejects.toThrow(/MR3950/);
    await expect(market({ disorder: { rate: 2, delay: '1 s' } })).rejects.toThrow(/MR3951/);
    await expect(market({ badTicks: 2 })).rejects.toThrow(/MR3952/);
    await expect(market({ beta: 'much' })).rejects.toThrow(/MR3953/);
    await expect(market({ halts: [{ from: '09:30', to: '16:00' }] })).rejects.toThrow(/MR3958/);
  });
});

describe('the made-up weather', () => {
  it('is warm in summer and in the afternoon, dry when it is warm, with hours that are missing', async () => {
    for (const seed of SEEDS) {
      const { rows } = await rowsOf(weatherConnector, { seed, stations: 4 });
      const share = rows.length / (365 * 24 * 4);
      expect(share).toBeGreaterThan(0.98);
      expect(share).toBeLessThan(0.997);
      expect(inOrder(rows)).toBe(true);
      const hour = (row: Value[]) => new Date(timeOf(row) / 1000).getUTCHours();
      const month = (row: Value[]) => new Date(timeOf(row) / 1000).getUTCMonth();
      const temperature = (keep: (row: Value[]) => boolean) =>
        mean(rows.filter(row => keep(row) && row[2] !== null).map(row => row[2] as number));
      expect(temperature(row => month(row) === 6)).toBeGreaterThan(temperature(row => month(row) === 0) + 12);
      expect(temperature(row => hour(row) === 15)).toBeGreaterThan(temperature(row => hour(row) === 3) + 3);
      const whole = rows.filter(row => !row.includes(null)) as number[][];
      expect(
        correlation(
          whole.map(row => row[2]),
          whole.map(row => row[3]),
        ),
      ).toBeLessThan(-0.1);
      for (const [column, low, high] of [
        [2, -45, 60],
        [3, 5, 100],
        [4, 960, 1070],
        [5, 0, 40],
      ])
        expect(whole.every(row => row[column] >= low && row[column] <= high)).toBe(true);
      const nulls = rows.flatMap(row => row.slice(2)).filter(value => value === null).length;
      expect(nulls / (4 * rows.length)).toBeGreaterThan(0.003);
      expect(nulls / (4 * rows.length)).toBeLessThan(0.007);
    }
  });
});

describe('the made-up sensors', () => {
  const options = { devices: 5, rate: 10, duration: '20 m' };
  const sensors = async (more: Options): Promise<Rows> =>
    (await rowsOf(sensorsConnector, { ...options, ...more })).rows;

  it('drift, get stuck, drop out and repeat themselves as they were asked to', async () => {
    for (const seed of SEEDS) {
      const none = { seed, noise: 0, drift: 0, stuck: 0, dropouts: 0 };
      const clean = await sensors(none);
      expect(clean.length).toBe(5 * 10 * 1200);
      const drifting = await sensors({ ...none, drift: 60 });
      const off = drifting.map((row, i) => Math.abs((row[3] as number) - (clean[i][3] as number)));
      expect(Math.max(...off)).toBeGreaterThan(3);
      expect(Math.max(...off)).toBeLessThan(20.001);
      const noisy = await sensors({ ...none, noise: 2 });
      const spread = Math.sqrt(
        mean(noisy.map((row, i) => ((row[3] as number) - (clean[i][3] as number)) ** 2)),
      );
      expect(spread).toBeGreaterThan(1.9);
      expect(spread).toBeLessThan(2.1);
      const dropping = await sensors({ ...none, dropouts: 0.01 });
      expect(without(dropping, clean)).toEqual([]);
      const gone = (clean.length - dropping.length) / clean.length;
      expect(gone).toBeGreaterThan(0.05);
      expect(gone).toBeLessThan(0.16);
      const twice = await sensors({ ...none, duplicates: 0.05 });
      const more = (twice.length - clean.length) / clean.length;
      expect(more).toBeGreaterThan(0.04);
      expect(more).toBeLessThan(0.06);
      expect(without(twice, clean).length).toBe(twice.length - clean.length);
      const stuck = await sensors({ ...none, stuck: 0.001 });
      const repeated = without(stuck, clean).length / clean.length;
      expect(repeated).toBeGreaterThan(0.02);
      expect(repeated).toBeLessThan(0.1);
    }
  });

  it('say which options they do not take', async () => {
    await expect(sensors({ rate: 0 })).rejects.toThrow(/MR3957/);
    await expect(sensors({ devices: 0 })).rejects.toThrow(/MR3956/);
    await expect(sensors({ start: 'now' })).rejects.toThrow(/MR3954/);
    await expect(sensors({ duration: '1 us' })).rejects.toThrow(/MR3955/);
  });
});
