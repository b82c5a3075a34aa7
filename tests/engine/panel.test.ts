import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PanelMessage, PanelRequest, PanelState } from '@millrace/protocol';
import {
  clock,
  count,
  int64,
  replay,
  schema,
  string,
  sum,
  Table,
  timestamp,
  tumble,
} from '../../engine/src/index.js';
import { fileConnector } from '../../engine/src/node/sources/file.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { HostEvent, HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { live, Push, pushed, pushes, quiet } from '../support/liveFeeds.js';
import { virtualWorld, type VirtualWorld } from '../support/virtualWorld.js';

const GRID = { kind: 'grid' as const, title: null };
const START = Date.UTC(2026, 0, 5, 14, 30);

let world: VirtualWorld;
let host: SessionHost;
let link: HostLink;
let directory: string;
const events: HostEvent[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'panel-'));
  world = virtualWorld(directory, START);
  host = createSessionHost({
    world,
    connectors: [valuesConnector, fileConnector, pushes],
    sinks: [],
    defer: setImmediate,
  });
  link = host.link();
  events.length = 0;
  link.onEvent(event => events.push(event));
  setDefaultLink(link);
  pushed.feeds.clear();
});

afterEach(async () => {
  setDefaultLink(null);
  await host.close();
  world.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** A panel as a front end has it. */
function openPanel(v = 1) {
  const messages: PanelMessage[] = [];
  const panel = host.attachPanel({ v }, message => messages.push(structuredClone(message)));
  const ask = async <Type extends PanelMessage['type']>(
    request: PanelRequest,
    type: Type,
  ): Promise<Extract<PanelMessage, { type: Type }>> => {
    const before = messages.length;
    panel.receive(request);
    await expect
      .poll(() => messages.slice(before).some(message => message.type === type || message.type === 'refused'))
      .toBe(true);
    const answer = messages.slice(before).find(message => message.type === type);
    if (answer === undefined) throw new Error(JSON.stringify(messages.at(-1)));
    return answer as Extract<PanelMessage, { type: Type }>;
  };
  const state = async (plans: readonly string[] = []): Promise<PanelState> =>
    (await ask({ type: 'look', detail: 'all', plans }, 'state')).state;
  return { messages, panel, ask, state };
}

/** Trades a second apart; one of them comes 30 seconds late, and two lines are no trades. */
function writeTrades(rows = 200): void {
  const lines = Array.from({ length: rows }, (_, k) => {
    const at = new Date(START + (k === 150 ? 120 : k) * 1000).toISOString();
    return `${at},${k % 2 === 0 ? 'AAPL' : 'MSFT'},${k + 1}`;
  });
  lines.splice(50, 0, 'not a time,AAPL,3');
  lines.splice(90, 0, `${new Date(START).toISOString()},AAPL,many`);
  writeFileSync(join(directory, 'trades.csv'), `ts,symbol,size\n${lines.join('\n')}\n`);
}

const TRADES = {
  name: 'trades',
  schema: schema({ ts: timestamp('ms'), symbol: string, size: int64 }),
  time: 'ts',
  watermark: '2 s',
} as const;

async function view(table: { readonly plan: unknown }, viewId: string, owner: string | null): Promise<void> {
  await link.request({ type: 'view', viewId, plan: table.plan as never, owner, view: GRID });
}

describe('figures', () => {
  test('are those that came: rows, late and rejected ones, bytes, the watermark', async () => {
    writeTrades();
    const trades = replay('trades.csv', TRADES);
    const bars = trades
      .where(t => t.size.gt(10))
      .window(tumble('10 s'))
      .groupBy('symbol')
      .aggregate(t => ({ n: count(), volume: sum(t.size) }));
    await link.request({ type: 'bind', plan: bars.plan, name: 'bars' });
    await view(bars, 'v', 'cell-of-bars');
    await clock.until('end');
    const panel = openPanel();
    const first = await panel.state();
    expect(first.sources).toHaveLength(1);
    const [source] = first.sources;
    expect(source).toMatchObject({
      name: 'trades',
      live: false,
      state: 'ended',
      rows: 200,
      rejected: 2,
      late: 1,
      reconnects: 0,
      owners: ['cell-of-bars'],
      error: null,
    });
    expect(source.lateByUs).toBe(29e6);
    expect(source.bytesRead).toBeGreaterThan(200 * 20);
    const [query] = first.queries;
    expect(query).toMatchObject({
      name: 'bars',
      state: 'ended',
      rowsIn: 200,
      late: 1,
      owners: ['cell-of-bars'],
      sources: [source.id],
    });
    expect(query.rows).toBe(await bars.count());
    expect(first.views).toEqual([
      {
        id: 'v',
        title: null,
        form: 'table',
        query: query.id,
        rows: query.rows,
        readers: 0,
        owners: ['cell-of-bars'],
        error: null,
      },
    ]);
    expect(first.summary).toMatchObject({ sources: 0, queries: 0, errors: 0, worstLagUs: null });
    const rejects = await panel.ask({ type: 'rejects', source: source.id }, 'rejects');
    expect(rejects.count).toBe(2);
    expect(rejects.rows.map(({ text }) => text)).toEqual([
      'not a time,AAPL,3',
      `${new Date(START).toISOString()},AAPL,many`,
    ]);
    expect(rejects.rows.every(({ reason }) => reason.length > 10)).toBe(true);
  });

  test('of operators add up: what one puts out the next takes in, and shares are parts of one', async () => {
    writeTrades();
    const trades = replay('trades.csv', TRADES);
    const quotes = Table.of<{ ts: Date; symbol: string; size: number }>({
      ts: [new Date(START), new Date(START + 5000)],
      symbol: ['AAPL', 'MSFT'],
      size: [1, 2],
    }).replay({ time: 'ts', name: 'quotes', watermark: '1 s' });
    const bars = trades
      .select('ts', 'symbol', 'size')
      .where(t => t.size.gt(100))
      .unionAll(quotes as never)
      .window(tumble('10 s'))
      .groupBy('symbol')
      .aggregate(() => ({ n: count() }));
    await view(bars, 'v', null);
    await clock.until('end');
    const panel = openPanel();
    const { queries } = await panel.state();
    const { plans } = await panel.state([queries[0].id]);
    expect(plans).toHaveLength(1);
    const { nodes, left } = plans[0];
    expect(left).toBe(0);
    expect(
      nodes.filter(({ kind }) => kind === 'source').map(({ text, rowsOut }) => [text.split(' ')[0], rowsOut]),
    ).toEqual([
      ['trades', 200],
      ['quotes', 2],
    ]);
    for (const node of nodes) {
      expect(node.inputs.every(input => input < node.id)).toBe(true);
      const above = node.inputs.reduce((total, input) => total + nodes[input].rowsOut, 0);
      if (node.kind !== 'source') expect(node.rowsIn).toBe(above);
    }
    expect(nodes.find(({ op }) => op === 'filter')).toMatchObject({ rowsIn: 200, rowsOut: 100 });
    expect(nodes.at(-1)).toMatchObject({ kind: 'table', rowsOut: queries[0].rows });
    const shares = nodes.flatMap(({ share }) => share ?? []);
    // A clock that stands still in this world measures nothing.
    if (shares.length > 0) expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
  });

  test('say what holds a window open, and what a source holds back', async () => {
    const at = (seconds: readonly number[], name: string) =>
      Table.of<{ ts: Date; n: number }>({
        ts: seconds.map(second => new Date(START + second * 1000)),
        n: seconds.map((_, k) => k),
      }).replay({ time: 'ts', name, watermark: '2 s' });
    const fast = at(
      Array.from({ length: 300 }, (_, k) => k),
      'fast',
    );
    const slow = at([0, 5, 900], 'slow');
    const bars = fast
      .unionAll(slow)
      .window(tumble('1 min'))
      .aggregate(() => ({ n: count() }));
    await link.request({ type: 'bind', plan: bars.plan, name: 'bars' });
    await clock.start({ speed: 60 });
    await view(bars, 'v', null);
    await link.request({ type: 'until', time: (START + 120_000) * 1000 });
    await clock.pause();
    const { sources, queries, summary } = await openPanel().state();
    expect(sources.map(({ name, state, holdsBack }) => ({ name, state, holdsBack }))).toEqual([
      { name: 'fast', state: 'paused', holdsBack: [] },
      { name: 'slow', state: 'paused', holdsBack: ['bars'] },
    ]);
    expect(sources[0].lagUs).toBeLessThan(5e6);
    expect(sources[1].lagUs).toBeGreaterThan(100e6);
    expect(queries[0].waitsFor).toContain("waits for source 'slow'");
    expect(summary).toMatchObject({ worstLagOf: 'slow' });
  });

  test('change with what comes: rows a second of a live feed, while somebody looks', async () => {
    const feed = new Push();
    pushed.feeds.set('ticks', feed);
    await link.request({ type: 'view', viewId: 'v', plan: live('ticks'), owner: 'a', view: GRID });
    const panel = openPanel();
    expect((await panel.state()).sources[0]).toMatchObject({ rows: 0, rowsPerSecond: 0 });
    await feed.push([1, 1], [2, 2], [3, 3]);
    await new Promise<void>(resolve => world.after(1000, resolve));
    const { sources, summary, views } = await panel.state();
    expect(sources[0]).toMatchObject({
      name: 'ticks',
      live: true,
      state: 'running',
      rows: 3,
      watermarkUs: 3e6,
    });
    expect(sources[0].rowsPerSecond).toBeGreaterThan(0);
    expect(summary.rowsPerSecond).toBe(sources[0].rowsPerSecond);
    expect(views[0].rows).toBe(3);
  });
});

describe('what a panel asks for', () => {
  test('a query is stopped: its table stays, others of the source go on, and its cell starts it anew', async () => {
    const feed = new Push();
    pushed.feeds.set('ticks', feed);
    const evens = { ...plainFilter(), input: live('ticks') };
    await link.request({ type: 'view', viewId: 'all', plan: live('ticks'), owner: 'a', view: GRID });
    await link.request({ type: 'view', viewId: 'some', plan: evens as never, owner: 'b', view: GRID });
    await feed.push([1, 1], [2, 2]);
    const panel = openPanel();
    const some = (await panel.state()).queries.find(({ owners }) => owners.includes('b'))!;
    await panel.ask({ type: 'stop', what: 'query', id: some.id }, 'done');
    await feed.push([3, 3]);
    const after = await panel.state();
    expect(after.queries.find(({ id }) => id === some.id)).toMatchObject({
      state: 'stopped',
      rows: 2,
      error: null,
    });
    expect(after.views.find(({ id }) => id === 'all')).toMatchObject({ rows: 3, error: null });
    expect(after.views.find(({ id }) => id === 'some')?.error).toContain('MR8401');
    expect(after.summary).toMatchObject({ errors: 0, queries: 1 });
    await link.request({ type: 'retireOwner', owner: 'b' });
    await link.request({ type: 'view', viewId: 'some', plan: evens as never, owner: 'b', view: GRID });
    await link.request({ type: 'settleOwner', owner: 'b' });
    await quiet();
    const again = await panel.state();
    expect(again.queries.map(({ state }) => state)).toEqual(['running', 'running']);
    expect(again.views.find(({ id }) => id === 'some')).toMatchObject({ error: null });
  });

  test('a source is stopped with all that reads it, and nothing of it is left', async () => {
    const feed = new Push();
    pushed.feeds.set('ticks', feed);
    await link.request({ type: 'view', viewId: 'all', plan: live('ticks'), owner: 'a', view: GRID });
    await feed.push([1, 1]);
    const panel = openPanel();
    const [source] = (await panel.state()).sources;
    const done = await panel.ask({ type: 'stop', what: 'source', id: source.id }, 'done');
    expect(done.text).toContain('ticks');
    const { sources, queries } = await panel.state();
    expect(sources).toEqual([]);
    expect(queries).toMatchObject([{ state: 'stopped', rows: 1 }]);
    await link.request({ type: 'releaseOwner', owner: 'a' });
    expect((await panel.state()).queries).toEqual([]);
  });

  test('a kept result is released', async () => {
    writeTrades();
    const bars = replay('trades.csv', TRADES)
      .window(tumble('10 s'))
      .aggregate(() => ({ n: count() }))
      .cache();
    await view(bars, 'v', 'a');
    await clock.until('end');
    const panel = openPanel();
    const { kept } = await panel.state();
    expect(kept).toHaveLength(1);
    expect(kept[0].rows).toBeGreaterThan(10);
    expect(kept[0].bytes).toBeGreaterThan(0);
    await panel.ask({ type: 'release', id: kept[0].id }, 'done');
    expect((await panel.state()).kept).toEqual([]);
    expect((await panel.ask({ type: 'releaseAll' }, 'done')).text).toContain('0 results');
  });

  test('everything is stopped at once', async () => {
    pushed.feeds.set('ticks', new Push());
    await link.request({ type: 'view', viewId: 'all', plan: live('ticks'), owner: 'a', view: GRID });
    const panel = openPanel();
    expect((await panel.ask({ type: 'stopAll' }, 'done')).text).toBe('Stopped 1 query and 0 writes.');
    expect((await panel.state()).sources).toEqual([]);
  });

  test('an error names the cell, and the failed query is counted', async () => {
    const great = 9_007_199_254_740_991n * 1000n;
    const rows = Table.of({ ts: [new Date(START), new Date(START + 1000)], n: [great, great] });
    const broken = rows
      .replay({ time: 'ts', name: 'great' })
      .groupBy()
      .aggregate(t => ({ s: sum(t.n as never) }));
    await view(broken, 'v', 'cell-7');
    await clock.until('end').catch(() => undefined);
    const panel = openPanel();
    const { queries, summary } = await panel.state();
    expect(queries).toMatchObject([{ state: 'failed', owners: ['cell-7'] }]);
    expect(queries[0].error).toMatch(/MR\d{4}/);
    expect(queries[0].lagUs).toBeNull();
    const [source] = (await panel.state()).sources;
    expect([source.state, source.lagUs]).not.toContain('running');
    expect(summary.errors).toBe(1);
  });

  test('nonsense is refused with a reason, and a panel that is closed is told nothing', async () => {
    const panel = openPanel();
    for (const nonsense of [
      null,
      7,
      {},
      { type: 'stop' },
      { type: 'stop', what: 'world', id: 1 },
      { type: 'toString' },
    ]) {
      panel.panel.receive(nonsense as never);
      await quiet();
      expect(panel.messages.at(-1)).toMatchObject({ type: 'refused' });
    }
    for (const what of ['source', 'query', 'write', 'recording'] as const) {
      panel.panel.receive({ type: 'stop', what, id: 'n0' });
      await quiet();
      expect(panel.messages.at(-1)).toMatchObject({
        type: 'refused',
        reason: expect.stringContaining('MR8402'),
      });
    }
    panel.panel.receive({ type: 'look', detail: 'all', plans: 'none' } as never);
    panel.panel.receive({ type: 'look', detail: 'all', plans: [] });
    panel.panel.close();
    const { length } = panel.messages;
    await new Promise<void>(resolve => world.after(1000, resolve));
    expect(panel.messages).toHaveLength(length);
    expect(openPanel(2).messages).toMatchObject([{ type: 'bye' }]);
  });

  test('panels of pages that are gone make room for others', async () => {
    const first = openPanel();
    for (let k = 0; k < 100; k++) openPanel();
    const last = openPanel();
    expect((await last.state()).sources).toEqual([]);
    first.panel.receive({ type: 'look', detail: 'summary', plans: [] });
    expect(first.messages).toMatchObject([{ type: 'bye' }]);
  });

  test('many looks are answered by few', async () => {
    const panel = openPanel();
    await panel.state();
    for (let k = 0; k < 50; k++) panel.panel.receive({ type: 'look', detail: 'all', plans: [] });
    await new Promise<void>(resolve => world.after(2000, resolve));
    expect(panel.messages).toHaveLength(2);
  });
});

function plainFilter() {
  const predicate = { kind: 'literal' as const, type: { kind: 'boolean' as const }, value: true };
  return { kind: 'filter' as const, predicate };
}
