import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  avg,
  count,
  countWindow,
  desc,
  ema,
  first,
  hop,
  lag,
  last,
  max,
  median,
  min,
  replay,
  session,
  stddev,
  sum,
  tumble,
  vwap,
} from '../../engine/src/node/index.js';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { setCodegen } from '../../engine/src/codegen/compile.js';
import { valueAt } from '../../engine/src/columns/values.js';
import { DISPLAYABLE, type Displayable } from '../../engine/src/dsl/displayable.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { rehearse } from '../../kernel/src/export/rehearse.js';

let folder: string;
let host: SessionHost;
let link: HostLink;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-ahead-'));
  host = createNodeHost({ directory: folder, threads: 0 });
  link = host.link();
  setDefaultLink(link);
  const row = (k: number, late: number): string => {
    const at = new Date(Date.UTC(2026, 0, 5, 14, 30) + Math.floor(k / 2) * 700 - late).toISOString();
    const price = k % 13 === 5 ? '' : (100 + Math.sin(k / 40) * 3).toFixed(2);
    // NULLs begin late, and ids leave what a double holds.
    const size = k > 900 && k % 7 === 0 ? '' : String((k * 31) % 400);
    return `${at},${['A', 'B', 'C'][k % 3]},${price},${size},${9_007_199_254_740_900 + k}`;
  };
  const trades = Array.from({ length: 2500 }, (_, k) => row(k, k % 19 === 0 ? 1500 : 0));
  writeFileSync(join(folder, 'trades.csv'), `ts,symbol,price,size,id\n${trades.join('\n')}\n`);
  const quotes = Array.from({ length: 1200 }, (_, k) => {
    const at = new Date(Date.UTC(2026, 0, 5, 14, 30) + k * 1300).toISOString();
    return `${at},${['A', 'B', 'C'][k % 3]},${(100 + Math.cos(k / 30)).toFixed(2)}`;
  });
  writeFileSync(join(folder, 'quotes.csv'), `ts,symbol,bid\n${quotes.join('\n')}\n`);
});
afterAll(async () => {
  setCodegen('generate');
  setDefaultLink(null);
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

const trades = replay('trades.csv', { name: 'trades', time: 'ts', watermark: '2 s' });
const quotes = replay('quotes.csv', { name: 'quotes', time: 'ts', watermark: '0 s' });

/** A query of each way to run, over rows some of which are NULL. */
const QUERIES: Readonly<Record<string, () => unknown>> = {
  rows: () => trades.where(t => t.price.gt(100)).derive(t => ({ worth: t.price.mul(t.size) })),
  groups: () =>
    trades.groupBy('symbol').aggregate(t => ({
      n: count(),
      total: sum(t.size),
      ids: sum(t.id),
      mean: avg(t.price),
      spread: stddev(t.price),
      middle: median(t.price),
    })),
  all: () => trades.groupBy().aggregate(t => ({ first: first(t.price), last: last(t.size) })),
  tumbling: () =>
    trades
      .window(tumble('1 min'))
      .groupBy('symbol')
      .aggregate(t => ({ low: min(t.price), high: max(t.price), vwap: vwap(t.price, t.size) })),
  hopping: () =>
    trades
      .window(hop({ size: '2 min', slide: '30 s' }))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), total: sum(t.size) })),
  sessions: () =>
    trades
      .window(session({ gap: '1 s' }))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(t.price) })),
  bars: () =>
    trades
      .window(countWindow(50))
      .groupBy('symbol')
      .aggregate(t => ({ close: last(t.price) })),
  ofWindows: () =>
    trades
      .window(tumble('1 min'))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), total: sum(t.size) }))
      .groupBy('symbol')
      .aggregate(t => ({ most: max(t.total), n: sum(t.n) })),
  rolling: () =>
    trades
      .rolling({ by: 'symbol', rows: 20 })
      .derive(t => ({ mean: avg(t.price), before: lag(t.price), trend: ema(t.price, { span: 20 }) })),
  top: () =>
    trades
      .window(tumble('1 min'))
      .groupBy('symbol')
      .aggregate(t => ({ total: sum(t.size) }))
      .final()
      .topN(2, { by: t => desc(t.total), within: 'windowEnd' }),
  pattern: () =>
    trades.matchPattern({
      by: 'symbol',
      pattern: 'START DOWN+ UP',
      within: '1 min',
      define: (t, m) => ({ DOWN: t.price.lt(m.prev(t.price)), UP: t.price.gt(m.prev(t.price)) }),
      measures: m => ({ from: m.first('START').price, falls: m.count('DOWN') }),
    }),
  around: () =>
    trades.windowJoin(quotes, {
      by: 'symbol',
      around: ['-2 s', '+1 s'],
      aggregate: q => ({ most: max(q.bid), n: count() }),
    }),
  between: () => trades.intervalJoin(quotes, { by: 'symbol', between: ['0 s', '+1 s'] }),
  asOf: () => trades.asOfJoin(quotes, { by: 'symbol' }).where(t => t.price.gt(t.bid)),
  distinct: () => trades.select('symbol', 'size').distinct(),
};

test('queries of every kind run where no code can be made of text, by the loops that were written for them', async () => {
  const ids = Object.keys(QUERIES);
  for (const viewId of ids) {
    const { plan, view } = (QUERIES[viewId]() as Displayable)[DISPLAYABLE]();
    await link.request({ type: 'view', viewId, plan, owner: null, view });
  }
  await link.request({ type: 'until', time: 'end' });
  const wanted: Record<string, unknown> = {};
  for (const viewId of ids) {
    const { arrow } = await link.request({ type: 'viewSnapshot', viewId, limit: 1e6 });
    wanted[viewId] = rowsOf(arrow);
  }
  const taken = await link.request({ type: 'export', viewIds: ids });
  expect(taken.session.refused).toEqual([]);
  const { loops, failed } = await rehearse(taken);
  expect([...failed]).toEqual([]);

  writeFileSync(join(folder, 'loops.mjs'), loops);
  const { session, recordings } = taken;
  writeFileSync(join(folder, 'session.json'), JSON.stringify({ session, count: recordings.length }));
  recordings.forEach((bytes, k) => writeFileSync(join(folder, `recording-${k}`), bytes));
  const script = join(folder, 'openAhead.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../support/openAhead.ts', import.meta.url))],
    bundle: true,
    outfile: script,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    conditions: ['millrace-source'],
    logLevel: 'silent',
  });
  const child = spawn(process.execPath, ['--disallow-code-generation-from-strings', script, folder]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (said += String(data)));
  const code = await new Promise(resolve => child.once('close', resolve));
  expect({ code, said }).toEqual({ code: 0, said: '' });

  type Shown = Record<string, { readonly error: string | null; readonly arrow: string }>;
  const shown = JSON.parse(readFileSync(join(folder, 'shown.json'), 'utf8')) as Record<string, Shown>;
  for (const viewId of ids) {
    for (const moment of ['end', 'half', 'again'])
      expect(shown[moment][viewId].error, `${viewId}, ${moment}`).toBeNull();
    const rows = (moment: string): unknown[][] => rowsOf(Buffer.from(shown[moment][viewId].arrow, 'base64'));
    expect(rows('end'), viewId).toEqual(wanted[viewId]);
    expect(rows('again'), viewId).toEqual(wanted[viewId]);
    expect(rows('half').length, viewId).toBeLessThanOrEqual(rows('end').length);
  }
});

function rowsOf(arrow: Uint8Array): unknown[][] {
  const { columns, length, fields } = decodeArrow(arrow);
  const shown = fields.flatMap(({ name }, at) => (name === '__row' ? [] : [columns[at]]));
  return Array.from({ length }, (_, row) => shown.map(column => valueAt(column, row)));
}
