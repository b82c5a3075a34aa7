import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import {
  clock,
  count,
  int64,
  last,
  max,
  pin,
  read,
  replay,
  schema,
  string,
  sum,
  timestamp,
  tumble,
  webSocket,
} from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink, setNames, withOwner } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { tradesCsv } from '../support/trades.js';

let folder: string;
let host: SessionHost;
const CSV = tradesCsv({ symbols: ['AAPL', 'MSFT'], from: '2026-01-05T14:30:00Z', minutes: 4, perMinute: 50 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-pins-'));
  host = createNodeHost({ directory: folder, threads: 0 });
  setDefaultLink(host.link());
  writeFileSync(join(folder, 'trades.csv'), CSV);
});
afterEach(async () => {
  setNames(() => null);
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Another session, which has found nothing out yet. */
async function anew(): Promise<void> {
  await host.close();
  host = createNodeHost({ directory: folder, threads: 0 });
  setDefaultLink(host.link());
}

const pinFile = (): string => readFileSync(join(folder, 'millrace.pins.json'), 'utf8');
const bars = (from = 'trades.csv') =>
  replay(from, { time: 'ts', watermark: '1 s', name: 'trades' })
    .window(tumble('1 min'))
    .groupBy('symbol')
    .aggregate(t => ({ close: last(t.price), volume: sum(t.size), n: count() }));

test('the rows of a query are pinned, and known again', async () => {
  const pinned = await pin(bars(), { name: 'bars' });
  expect(pinned).toMatchObject({ result: 'bars', rows: 8 });
  const { results } = JSON.parse(pinFile()) as { results: Record<string, { all: string[][] }> };
  expect(results.bars).toMatchObject({
    columns: [
      ['symbol', 'string'],
      ['windowStart', expect.stringContaining('timestamp')],
      ['windowEnd', expect.stringContaining('timestamp')],
      ['windowTime', expect.stringContaining('timestamp')],
      ['close', 'float64'],
      ['volume', 'int64'],
      ['n', 'int64'],
    ],
    key: ['symbol', 'windowEnd'],
    rows: 8,
  });
  expect(results.bars!.all[0]!.slice(0, 3)).toEqual(['AAPL', '2026-01-05T14:30:00Z', '2026-01-05T14:31:00Z']);
  const rows = await bars().rows();
  expect(results.bars!.all.map(row => `${row[0]} ${row[5]}`).sort()).toEqual(
    rows.map(({ symbol, volume }) => `${symbol} ${volume}`).sort(),
  );
  const before = pinFile();
  await anew();
  expect(await pin(bars(), { name: 'bars' })).toEqual(pinned);
  // Read otherwise, and while a clock holds the replay, it is the same result.
  await clock.start({ at: '14:30', speed: 1 });
  expect(await pin(bars(), { name: 'bars' })).toEqual(pinned);
  expect(pinFile()).toBe(before);
  const bundle = (pinned as unknown as Record<symbol, () => object>)[Symbol.for('Jupyter.display')]!();
  expect(bundle).toMatchObject({
    'application/vnd.millrace.pin.v1+json': { result: 'bars', rows: 8 },
    'text/plain': expect.stringMatching(/^bars: 8 rows of symbol, windowStart, .*\nhash [0-9a-f]{32}$/),
  });
});

test('rows that are others now are told: which, in which columns, how many', async () => {
  await pin(bars(), { name: 'bars' });
  const lines = CSV.trimEnd().split('\n');
  // The last trade has another size, a symbol has a bar more.
  const [ts, symbol, price, size] = lines.at(-1)!.split(',');
  lines[lines.length - 1] = [ts, symbol, price, Number(size) + 1].join(',');
  writeFileSync(join(folder, 'trades.csv'), `${lines.join('\n')}\n2026-01-05T14:40:00Z,MSFT,1.5,1\n`);
  await anew();
  const told = await pin(bars(), { name: 'bars' }).catch((error: Error) => error.message);
  expect(told).toMatch(
    /^MR3822 the result 'bars' is not the one that was pinned: 2 rows differ \(1 changed, 1 extra\): 8 rows were pinned, 9 are there now\n/,
  );
  const shown = String(told)
    .split('\n')
    .map(line => line.trim().split(/ {2,}/));
  expect(shown[1]).toEqual([
    'symbol',
    'windowStart',
    'windowEnd',
    'windowTime',
    'close',
    'volume',
    'n',
    'differs in',
  ]);
  expect(shown[2]!.slice(0, 2)).toEqual(['pinned', symbol]);
  expect(shown[2]!.at(-1)).toBe('volume');
  expect(shown[3]!.slice(0, 2)).toEqual(['now', symbol]);
  expect(Number(shown[3]![6])).toBe(Number(shown[2]![6]) + 1);
  expect(shown[4]!.slice(0, 3)).toEqual(['extra', 'MSFT', '2026-01-05T14:40:00Z']);
  expect(told).toMatch(/renew: true/);
  // What is pinned stays, until it is renewed.
  await expect(pin(bars(), { name: 'bars' })).rejects.toThrow('MR3822');
  expect(await pin(bars(), { name: 'bars', renew: true })).toMatchObject({ rows: 9 });
  expect(await pin(bars(), { name: 'bars' })).toMatchObject({ rows: 9 });
});

test('columns that are others are told instead of rows', async () => {
  const table = read('trades.csv', { time: 'ts' });
  await pin(
    table.groupBy('symbol').aggregate(t => ({ n: count(), high: max(t.price) })),
    { name: 'by' },
  );
  await anew();
  await expect(
    pin(
      table.groupBy('symbol').aggregate(t => ({ n: max(t.price), m: count() })),
      { name: 'by' },
    ),
  ).rejects.toThrow(
    /other columns: 2 rows were pinned, 2 are there now\n {2}column 'n' was int64 and is float64\n {2}column 'high' is missing\n {2}column 'm' \(int64\) is new/,
  );
});

test('of many rows it is told where they differ', async () => {
  const rows = Array.from({ length: 25_000 }, (_, i) => `${i},${(i * 7919) % 1000}`);
  const write = (lines: readonly string[]): void =>
    writeFileSync(join(folder, 'many.csv'), `id,v\n${lines.join('\n')}\n`);
  write(rows);
  const result = () => read('many.csv').where(t => t.v.gt(-10));
  expect(await pin(result(), { name: 'many' })).toMatchObject({ rows: 25_000 });
  expect(pinFile().length).toBeLessThan(10_000);
  // The order of arrival is no part of the result.
  write([...rows].reverse());
  await anew();
  expect(await pin(result(), { name: 'many' })).toMatchObject({ rows: 25_000 });
  // Two rows more at one place, another value at another, and the first row of a stretch gone.
  write(
    rows.flatMap((line, i) =>
      i === 3500 ? [line, '3500,-0', '3500,5000'] : i === 7000 ? [] : i === 20_500 ? ['20500,-1'] : [line],
    ),
  );
  await anew();
  const told = await pin(result(), { name: 'many' }).catch((error: Error) => error.message);
  expect(told).toContain(
    "'many' is not the one that was pinned: rows differ in 3 stretches: 25,000 rows were pinned, 25,001 are there now\n" +
      '  from (3000, 0) to (4000, 0): 1,000 rows pinned, 1,002 now\n' +
      '  from (6000, 0) to (8000, 0): 2,000 rows pinned, 1,999 now\n' +
      '  from (20000, 0) to (21000, 0): 1,000 rows pinned, 1,000 now',
  );
});

test('a result is known by its variable, by what its plan does, or as is said', async () => {
  const volumes = bars();
  setNames(value => (value === volumes ? 'volumes' : null));
  expect(await pin(volumes)).toMatchObject({ result: 'volumes' });
  expect(await pin(bars())).toMatchObject({ result: expect.stringMatching(/^trades\.[a-zA-Z.]+$/) });
  const other = bars().where(b => b.n.gt(3));
  await withOwner('a cell', () => pin(other, { name: 'mine' }));
  // The cell may be run again as something else: then its rows are compared.
  await withOwner('a cell', () =>
    pin(
      bars().where(b => b.n.gt(4)),
      { name: 'mine' },
    ),
  );
  await expect(withOwner('another cell', () => pin(bars(), { name: 'mine' }))).rejects.toThrow(
    /MR3823 another result is pinned as 'mine' already/,
  );
  await expect(pin({} as never)).rejects.toThrow('MR1728');
});

test('a live feed is awaited where it comes to an end, and refused where it has none', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('connection', socket => {
    const send = (id: number): void => {
      if (id === 20) return socket.close(1000);
      socket.send(
        JSON.stringify({
          ts: new Date(1_700_000_000_000 + id * 1000).toISOString(),
          id,
          of: id % 2 ? 'odd' : 'even',
        }),
      );
      setTimeout(() => send(id + 1), 5);
    };
    send(0);
  });
  try {
    const Row = schema({ ts: timestamp('ms'), id: int64, of: string });
    const feed = webSocket(url, { name: 'feed', schema: Row, time: 'ts', end: 'close' });
    const sums = feed.groupBy('of').aggregate(t => ({ total: sum(t.id) }));
    expect(await pin(sums, { name: 'sums' })).toMatchObject({ rows: 2 });
    const { results } = JSON.parse(pinFile()) as { results: Record<string, { all: string[][] }> };
    expect(results.sums!.all).toEqual([
      ['even', '90'],
      ['odd', '100'],
    ]);
    const endless = webSocket(url, { name: 'endless', schema: Row, time: 'ts' });
    await expect(pin(endless.groupBy('of').aggregate(() => ({ n: count() })))).rejects.toThrow(
      /MR3821 this result is never final: 'endless' is a live feed without an end\./,
    );
    await expect(pin(endless)).rejects.toThrow('MR3821');
  } finally {
    server.close();
  }
});

test('pins that are made at once are all kept, and a file that was edited wrongly is told', async () => {
  await Promise.all(
    Array.from({ length: 8 }, (_, i) => pin(read('trades.csv').limit(i + 1), { name: `first ${i}` })),
  );
  const { results } = JSON.parse(pinFile()) as { results: object };
  expect(Object.keys(results).length).toBe(8);
  for (const broken of ['"rows": "x"', '"hash": "short"', '"all": 3', '"all": [[1]]', '"columns": [["a"]]']) {
    const name = broken.slice(0, broken.indexOf(':'));
    const line = new RegExp(`${name}: .*`);
    writeFileSync(
      join(folder, 'millrace.pins.json'),
      pinFile()
        .replace(line, `${broken},`)
        .replace(/,(\s*})/g, '$1'),
    );
    await expect(pin(read('trades.csv').limit(1), { name: 'first 0' })).rejects.toThrow('MR3817');
    rmSync(join(folder, 'millrace.pins.json'));
    await pin(read('trades.csv').limit(1), { name: 'first 0' });
  }
});
