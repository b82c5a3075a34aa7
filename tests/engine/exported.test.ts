import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  avg,
  count,
  defineAggregate,
  float64,
  generator,
  input,
  int64,
  last,
  max,
  replay,
  schema,
  string,
  sum,
  timestamp,
  tumble,
  vwap,
  webSocket,
} from '../../engine/src/node/index.js';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { setCodegen } from '../../engine/src/codegen/compile.js';
import { valueAt } from '../../engine/src/columns/values.js';
import { DISPLAYABLE, type Displayable } from '../../engine/src/dsl/displayable.js';
import { runCommand } from '../../engine/src/node/cli/run.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { realWorld } from '../../engine/src/node/world.js';
import { openExported, watchGenerated } from '../../engine/src/page/exported/index.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { ExportReply } from '../../engine/src/session/exported.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';

const defer = (work: () => void): void => void setImmediate(work);

let folder: string;
let host: SessionHost;
let link: HostLink;
let opened: SessionHost | null = null;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-exported-'));
  host = createNodeHost({ directory: folder, threads: 0 });
  link = host.link();
  setDefaultLink(link);
  const lines = Array.from({ length: 4000 }, (_, k) => {
    const at = new Date(Date.UTC(2026, 0, 5, 14, 30) + Math.floor(k / 3) * 1000 - (k % 17 === 0 ? 900 : 0));
    const price = k % 11 === 0 ? '' : (100 + Math.sin(k / 50)).toFixed(2);
    return `${at.toISOString()},${['AAPL', 'MSFT', '</script>'][k % 3]},${price},${k},note ${k}`;
  });
  writeFileSync(join(folder, 'trades.csv'), `ts,symbol,price,size,note\n${lines.join('\n')}\n`);
});
afterEach(async () => {
  await opened?.close();
  opened = null;
  setCodegen('generate');
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

const trades = replay('trades.csv', { name: 'trades', time: 'ts', watermark: '2 s' });

let views = 0;
async function show(shown: unknown): Promise<string> {
  const { plan, view } = (shown as Displayable)[DISPLAYABLE]();
  const viewId = `shown-${++views}`;
  await link.request({ type: 'view', viewId, plan, owner: null, view });
  return viewId;
}

/** Takes views along as a page has them: their session through JSON. */
async function taken(viewIds: readonly string[]): Promise<ExportReply> {
  const { session, recordings } = await link.request({ type: 'export', viewIds });
  return { session: JSON.parse(JSON.stringify(session)) as ExportReply['session'], recordings };
}

async function rowsOf(from: HostLink, viewId: string): Promise<unknown[][]> {
  const { arrow } = await from.request({ type: 'viewSnapshot', viewId, limit: 1e6 });
  const { columns, length, fields } = decodeArrow(arrow);
  const shown = fields.flatMap(({ name }, at) => (name === '__row' ? [] : [columns[at]]));
  return Array.from({ length }, (_, row) => shown.map(column => valueAt(column, row)));
}

const MADE: readonly (readonly [string, () => unknown])[] = [
  ['rows of a file', () => trades],
  [
    'bars of a file, with NULLs and late rows',
    () =>
      trades
        .window(tumble('1 min'))
        .groupBy('symbol')
        .aggregate(t => ({
          close: last(t.price),
          vwap: vwap(t.price, t.size),
          n: count(),
          top: max(t.size),
        })),
  ],
  [
    'a table without windows',
    () => trades.groupBy('symbol').aggregate(t => ({ mean: avg(t.price), n: count() })),
  ],
  ['a chart', () => trades.where(t => t.symbol.eq('AAPL')).line({ x: 'ts', y: 'price' })],
  [
    'two generators that are joined',
    () => {
      const day = { seed: 3, rows: 2000, symbols: ['AAPL', 'MSFT'], day: '2026-01-05' };
      return generator
        .market({ ...day, name: 'made' })
        .asOfJoin(generator.quotes({ ...day, name: 'quotes' }), { by: 'symbol' });
    },
  ],
];

describe('a view that was taken along has the same rows', () => {
  test.each(MADE)('%s', async (_, make) => {
    const viewId = await show(make());
    await link.request({ type: 'until', time: 'end' });
    const rows = await rowsOf(link, viewId);
    expect(rows.length).toBeGreaterThan(0);
    const exported = await taken([viewId]);
    expect(exported.session.refused).toEqual([]);
    opened = await openExported(exported, { codegen: 'write', defer });
    const page = opened.link();
    expect(await rowsOf(page, viewId)).toEqual(rows);
    // However the clock gets there.
    const { startUs, endUs } = await page.request({ type: 'clock', command: { type: 'state' } });
    const middle = startUs! + (endUs! - startUs!) / 2;
    await page.request({ type: 'seek', to: middle });
    await page.request({ type: 'step', by: { events: 5 } });
    const there = await page.request({ type: 'seek', to: middle });
    expect(there).toMatchObject({ mode: 'paused', nowUs: middle });
    const half = await rowsOf(page, viewId);
    expect(half.length).toBeLessThanOrEqual(rows.length);
    await page.request({ type: 'clock', command: { type: 'start', at: null, speed: 'max' } });
    await page.request({ type: 'until', time: 'end' });
    expect(await rowsOf(page, viewId)).toEqual(rows);
    await page.request({ type: 'seek', to: middle });
    expect(await rowsOf(page, viewId)).toEqual(half);
  });
});

test('columns that no view looks at are not taken along, and sources are named by nothing but their names', async () => {
  const viewId = await show(trades.groupBy('symbol').aggregate(t => ({ n: sum(t.size) })));
  const { session, recordings } = await taken([viewId]);
  const [source] = session.sources;
  const there = source.fields.filter((_, at) => source.columns[at] !== null).map(({ name }) => name);
  expect(there).toEqual(['ts', 'symbol', 'size']);
  expect(JSON.stringify(session)).not.toContain('trades.csv');
  expect(Buffer.from(recordings[0]).includes('note 1')).toBe(false);
});

test('views of one source share its rows', async () => {
  const ids = [await show(trades), await show(trades.where(t => t.size.gt(10)))];
  const { session, recordings } = await taken(ids);
  expect(session.views.map(view => view.sources)).toEqual([[0], [0]]);
  expect(recordings).toHaveLength(1);
});

test('recordings are taken along in the order in which their rows were received, and what stands for a source in its place', async () => {
  const messages = Array.from({ length: 300 }, (_, k) => {
    const received = 1_767_623_400_000 + k * 50;
    return `${received}000000 ${JSON.stringify({ ts: received - (k % 5) * 20, symbol: ['A', 'B'][k % 2], size: k })}`;
  });
  writeFileSync(join(folder, 'raw.txt'), `${messages.join('\n')}\n`);
  const said: string[] = [];
  const context = {
    world: realWorld(folder),
    print: (line: string) => said.push(line),
    note: (line: string) => said.push(line),
    signal: new AbortController().signal,
  };
  expect(await runCommand(['import', 'raw.txt', 'feed.mrec', '--decode', 'json'], context), said.join()).toBe(
    0,
  );
  const Tick = schema({ ts: timestamp('ms'), symbol: string, size: int64 });
  const recorded = replay('feed.mrec', { name: 'feed', schema: Tick, time: 'ts' });
  const feed = webSocket('ws://127.0.0.1:9', { name: 'feed', schema: Tick, time: 'ts' });
  await link.request({ type: 'use', sources: { feed: recorded.plan } });
  const sums = feed
    .window(tumble('1 s'))
    .groupBy('symbol')
    .aggregate(t => ({ n: count(), total: sum(t.size) }));
  const ids = [await show(sums), await show(feed)];
  await link.request({ type: 'until', time: 'end' });
  const exported = await taken(ids);
  expect(exported.session.refused).toEqual([]);
  expect(exported.session.sources.map(({ places }) => places !== null)).toEqual([true]);
  opened = await openExported(exported, { codegen: 'write', defer });
  for (const id of ids) expect(await rowsOf(opened.link(), id)).toEqual(await rowsOf(link, id));
  expect((await rowsOf(opened.link(), ids[1])).length).toBe(300);
  await link.request({ type: 'use', sources: { feed: null } }).catch(() => undefined);
});

test('inputs are taken along with what they hold, and move', async () => {
  const least = input.range({ name: 'least', min: 0, max: 4000, step: 1, value: 100 });
  const viewId = await show(
    trades
      .where(t => t.size.ge(least))
      .groupBy('symbol')
      .aggregate(() => ({ n: count() })),
  );
  await link.request({ type: 'inputSet', name: 'least', value: 3000 });
  await link.request({ type: 'inputsSettled' });
  await link.request({ type: 'until', time: 'end' });
  const rows = await rowsOf(link, viewId);
  opened = await openExported(await taken([viewId]), { codegen: 'write', defer });
  const page = opened.link();
  expect(await rowsOf(page, viewId)).toEqual(rows);
  await page.request({ type: 'inputSet', name: 'least', value: 0 });
  await page.request({ type: 'inputsSettled' });
  const moved = await rowsOf(page, viewId);
  expect(moved.reduce((all, row) => all + Number(row.at(-1)), 0)).toBe(4000);
});

test('what cannot run in a page is refused with a reason, and the others are taken along', async () => {
  const doubled = defineAggregate({
    name: 'doubled',
    args: [float64],
    returns: float64,
    init: () => ({ sum: 0 }),
    add: (state: { sum: number }, value: number) => {
      state.sum += value * 2;
    },
    value: (state: { sum: number }) => state.sum,
  });
  const live = webSocket('ws://127.0.0.1:9', {
    name: 'feed',
    schema: schema({ ts: timestamp('us'), price: float64 }),
    time: 'ts',
  });
  const ids = [
    await show(trades),
    await show(trades.groupBy('symbol').aggregate(t => ({ twice: doubled(t.price) }))),
    await show(live),
    'never shown',
  ];
  const { session } = await taken(ids);
  expect(session.views.map(({ viewId }) => viewId)).toEqual([ids[0]]);
  const reasons = new Map(session.refused.map(({ viewId, reason }) => [viewId, reason]));
  expect(reasons.get(ids[1])).toMatch(/^MR8511 .*'doubled'/);
  expect(reasons.get(ids[2])).toMatch(/^MR8512 .*'feed' is a live feed/);
  expect(reasons.get(ids[3])).toMatch(/^MR8510/);
});

test('the loops of a page are the same whichever rows come first', async () => {
  // Two columns whose first NULLs come in one batch, and one after the other where rows come one by one.
  const lines = Array.from({ length: 100 }, (_, k) => {
    const at = new Date(Date.UTC(2026, 0, 5, 14, 30, k)).toISOString();
    return `${at},${k === 50 ? '' : k / 4},${k === 55 ? '' : k}`;
  });
  writeFileSync(join(folder, 'gaps.csv'), `ts,price,size\n${lines.join('\n')}\n`);
  const gaps = replay('gaps.csv', { name: 'gaps', time: 'ts', watermark: '0 s' });
  const exported = await taken([
    await show(gaps.groupBy().aggregate(t => ({ mean: avg(t.price), total: sum(t.size) }))),
  ]);
  const loops = async (move: (page: HostLink) => Promise<unknown>): Promise<string> => {
    const finish = watchGenerated();
    opened = await openExported(exported, { codegen: 'write', defer });
    await move(opened.link());
    await opened.close();
    return finish();
  };
  const whole = await loops(() => Promise.resolve());
  expect(whole).toContain('made.set(');
  const stepped = await loops(async page => {
    await page.request({ type: 'seek', to: Date.UTC(2026, 0, 5, 14, 30, 45) * 1000 });
    for (let row = 0; row < 20; row++) await page.request({ type: 'step', by: { events: 1 } });
  });
  expect(stepped).toBe(whole);
});

test('rows that were cut off are an error that says so', async () => {
  const viewId = await show(trades);
  const { session, recordings } = await taken([viewId]);
  const cut = { session, recordings: recordings.map(bytes => bytes.subarray(0, bytes.length >> 1)) };
  await expect(openExported(cut, { codegen: 'write', defer })).rejects.toThrow(/MR8520 .*'trades'/);
});
