import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ORIGINS_LEASE_MS, type FoundOrigins, type ViewMessage, type ViewRequest } from '@millrace/protocol';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import type { Value } from '../../engine/src/columns/values.js';
import { valueAt } from '../../engine/src/columns/values.js';
import {
  clock,
  count,
  decimal,
  float64,
  int64,
  schema,
  string,
  sum,
  Table,
  timestamp,
  tumble,
} from '../../engine/src/index.js';
import { realWorld } from '../../engine/src/node/world.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';

let host: SessionHost;
let link: HostLink;
/** What is to happen when leases end. */
let leases: Set<() => void>;

beforeEach(() => {
  leases = new Set();
  const world = realWorld('.');
  host = createSessionHost({
    world: {
      ...world,
      after: (milliseconds, callback) => {
        if (milliseconds !== ORIGINS_LEASE_MS) return world.after(milliseconds, callback);
        leases.add(callback);
        return () => leases.delete(callback);
      },
    },
    connectors: [valuesConnector],
    sinks: [],
    defer: setImmediate,
  });
  link = host.link();
  setDefaultLink(link);
});
afterEach(async () => {
  setDefaultLink(null);
  await host.close();
});

const at = (second: number): Date => new Date(second * 1000);
const trades = () =>
  Table.of(
    {
      ts: [1, 4, 16, 2, 17, 25].map(at) as never,
      symbol: ['a', 'b', 'a', 'b', 'a', 'b'],
      size: [1, 2, 3, 4, 5, 6],
    },
    { schema: schema({ ts: timestamp('ms'), symbol: string, size: float64 }), time: 'ts' },
  ).replay({ name: 'trades', time: 'ts', watermark: '5 s' });

const bars = () =>
  trades()
    .window(tumble('10 s'))
    .groupBy('symbol')
    .aggregate(t => ({ n: count(), total: sum(t.size) }));

/** What queries run now. */
async function queries(): Promise<number> {
  const messages: { readonly state?: { readonly queries: readonly unknown[] } }[] = [];
  const panel = host.attachPanel({ v: 1 }, message => messages.push(message as never));
  panel.receive({ type: 'look', detail: 'state', plans: [] } as never);
  while (messages.length === 0) await new Promise(resolve => setImmediate(resolve));
  panel.close();
  return messages[0].state?.queries.length ?? -1;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(resolve => setImmediate(resolve));
}

type Row = Record<string, Value>;

/** A front end of a view: what it is told, and its questions. */
function frontEnd(viewId: string, parts?: readonly string[]) {
  const told: ViewMessage[] = [];
  const rows: Row[] = [];
  const connection = host.attachView(
    {
      v: 1,
      viewId,
      credit: 8,
      range: { from: 0, limit: 100, tail: false },
      ...(parts === undefined ? {} : { parts }),
    },
    (message, buffers) => {
      told.push(message);
      if (message.type !== 'snapshot' && message.type !== 'delta') return;
      const { fields, columns, length } = decodeArrow(buffers[0]);
      if (message.type === 'snapshot') rows.length = 0;
      for (let row = 0; row < length; row++)
        rows.push(Object.fromEntries(fields.map(({ name }, k) => [name, valueAt(columns[k], row)])));
    },
  );
  const send = (request: unknown): void => connection.receive(request as ViewRequest);
  const answer = (id: number) =>
    told.find(
      (message): message is Extract<ViewMessage, { type: 'origins' }> =>
        message.type === 'origins' && message.id === id,
    );
  const ask = async (id: number, values: unknown, part?: number) => {
    send({ type: 'origins', id, values, part });
    await until(() => answer(id) !== undefined);
    return answer(id)!;
  };
  const found = async (id: number, values: unknown, part?: number): Promise<FoundOrigins> => {
    const { found, error } = await ask(id, values, part);
    if (found === null) throw new Error(error ?? 'closed');
    return found;
  };
  const state = (): string | undefined =>
    told.flatMap(message => ('status' in message ? message.status.state : [])).at(-1);
  return { told, rows, send, ask, found, answer, state, close: () => connection.close() };
}

async function show(viewId: string, plan: PlanNode, owner: string | null = null): Promise<void> {
  await link.request({ type: 'view', viewId, plan, owner, view: { kind: 'grid', title: null } });
}

describe('where rows of a view come from', () => {
  test('is told with the window, how far the input is, and rows to be looked at', async () => {
    await show('bars', bars().plan);
    const view = frontEnd('bars');
    await until(() => view.state() === 'ended');
    const before = await queries();
    const row = { symbol: 'b', windowStart: '0', windowEnd: '10000' };
    const found = await view.found(1, row);
    expect(found).toMatchObject({ kind: 'window', found: 1, hasEnded: true });
    expect(found.window).toEqual({ startUs: 0, endUs: 10_000_000, state: 'final' });
    expect(found.step).toMatch(/^aggregate by symbol in tumble/);
    expect(found.origins.map(({ role, exact }) => [role, exact])).toEqual([
      ['input', true],
      ['late', true],
    ]);
    const [input, late] = found.origins.map(({ viewId }) => frontEnd(viewId));
    await until(() => input.rows.length === 1 && late.rows.length === 1);
    expect([input.rows[0].size, late.rows[0].size]).toEqual([2, 4]);

    // Each can be asked in turn.
    const further = await input.found(1, { ts: '4000', symbol: 'b', size: 2 });
    expect(further).toMatchObject({ kind: 'source', found: 1, origins: [] });
    const dropped = await late.found(1, { ts: '2000', symbol: 'b', size: 4 });
    expect(dropped).toMatchObject({ kind: 'source', found: 1, origins: [] });
    expect(await queries()).toBeGreaterThan(before);

    view.send({ type: 'originsClose', id: 1 });
    await until(() => input.told.some(({ type }) => type === 'bye'));
    await until(async () => (await queries()) === before);
    expect(leases.size).toBe(0);
  });

  test('leads to both sides of a join, and says what it cannot tell', async () => {
    const quotes = Table.of(
      { ts: [0, 3, 15].map(at) as never, symbol: ['a', 'b', 'a'], bid: [10, 20, 30] },
      { schema: schema({ ts: timestamp('ms'), symbol: string, bid: float64 }), time: 'ts' },
    ).replay({ name: 'quotes', time: 'ts', watermark: '5 s' });
    await show('joined', trades().asOfJoin(quotes, { by: 'symbol' }).plan);
    const view = frontEnd('joined');
    await until(() => view.state() === 'ended' && view.rows.length > 0);
    const row = { ts: '17000', symbol: 'a', size: 5, bid: 30 };
    const found = await view.found(1, row);
    expect(found).toMatchObject({ kind: 'join', window: null });
    const sides = found.origins.map(({ viewId }) => frontEnd(viewId));
    await until(() => sides.every(({ rows }) => rows.length === 1));
    expect(sides.map(({ rows }) => String(rows[0].ts))).toEqual(['17000', '15000']);
    // A question takes the place of the one before it.
    expect((await view.ask(2, { ...row, bid: 31 })).error).toMatch(/^MR2232 this row is not there any more/);
    await until(() => sides.every(({ told }) => told.at(-1)?.type === 'bye'));
    expect(leases.size).toBe(0);
  });

  test('is asked with exact values of every type', async () => {
    const values = Table.of(
      {
        ts: ['2026-01-05T14:30:00.123456789Z', '2026-01-05T14:30:00.123456790Z'] as never,
        big: [9007199254740993n, 9007199254740992n] as never,
        price: ['12.50', '12.51'] as never,
        ratio: [Number.NaN, -0],
        name: [null, '<img src=x onerror=alert(1)>'],
      },
      {
        schema: schema({
          ts: timestamp('ns'),
          big: int64,
          price: decimal(6, 2),
          ratio: float64,
          name: string.nullable(),
        }),
        time: 'ts',
      },
    ).replay({ name: 'values', time: 'ts', watermark: '0 s' });
    await show('values', values.where(v => v.big.gt(1)).plan);
    const view = frontEnd('values');
    await until(() => view.rows.length === 2);
    const first = {
      ts: '1767623400123456789',
      big: '9007199254740993',
      price: 1250,
      ratio: 'NaN',
      name: null,
    };
    const second = {
      ts: '1767623400123456790',
      big: 9007199254740992,
      price: '1251',
      ratio: '-0',
      name: '<img src=x onerror=alert(1)>',
    };
    // Only safe integers are numbers in JSON.
    expect((await view.ask(1, second)).error).toMatch(/MR2233.*'big' is no int64/);
    for (const [id, row] of [first, { ...second, big: '9007199254740992' }].entries()) {
      expect(await view.found(id + 2, row)).toMatchObject({ kind: 'source', found: 1 });
      for (const name of ['ts', 'big', 'price'] as const) {
        const other = { ...row, [name]: String(BigInt(row[name]) + 5n) };
        expect((await view.ask(100 + id * 10 + name.length, other)).error).toMatch(/MR2232/);
      }
    }
  });

  test('survives questions that are none', async () => {
    await show('bars', bars().plan);
    const view = frontEnd('bars');
    await until(() => view.state() === 'ended');
    let id = 1;
    for (const values of [
      7,
      [],
      {},
      'x',
      { __proto__: null, symbl: 'a' },
      { symbol: { length: 5 } },
      { symbol: 7 },
      { windowStart: '99999999999999999999' },
      { windowStart: '9'.repeat(19) },
      { windowStart: 1.5 },
      { total: 'many' },
      { symbol: 'x'.repeat(1_000_001) },
      JSON.parse('{"__proto__": "a", "constructor": 1}'),
    ])
      expect((await view.ask(id++, values)).error).toMatch(/^MR2233 /);
    for (const request of [
      null,
      { type: 'origins' },
      { type: 'origins', id: 'x', values: null },
      { type: 'originsKeep', id: 99 },
      { type: 'originsClose', id: -1 },
    ])
      view.send(request);
    expect((await view.ask(id++, { symbol: 'a' }, 5)).error).toMatch(/^MR2235 /);
    expect((await view.ask(id, { symbol: 'a' }, -1)).error).toMatch(/^MR2235 /);
    // A front end that opens no view that there is can ask nothing.
    for (const open of [null, { v: 1, viewId: 'nowhere', credit: 1, range: null }]) {
      const told: ViewMessage[] = [];
      const connection = host.attachView(open as never, message => told.push(message));
      connection.receive({ type: 'origins', id: 1, values: null });
      await until(() => told.length === 2);
      expect(told.map(({ type }) => type)).toEqual(['bye', 'origins']);
      connection.close();
    }
    expect(leases.size).toBe(0);
  });

  test('ends with the view, its cell, its front end, and when nothing is heard of it', async () => {
    await show('bars', bars().plan, 'cell');
    const row = { symbol: 'a', windowStart: '0' };
    const before = await queries();
    const ends: readonly ((view: ReturnType<typeof frontEnd>) => unknown)[] = [
      view => view.close(),
      () => [...leases].forEach(end => end()),
      () => link.request({ type: 'use', sources: {} }),
      () => link.request({ type: 'retireOwner', owner: 'cell' }),
    ];
    for (const [k, end] of ends.entries()) {
      const view = frontEnd('bars');
      await until(() => view.state() === 'ended');
      const { origins } = await view.found(1, row);
      const shown = frontEnd(origins[0].viewId);
      await until(() => shown.rows.length === 1);
      // A question about what is shown ends with it.
      await shown.found(1, { ts: '1000', symbol: 'a', size: 1 });
      view.send({ type: 'originsKeep', id: 1 });
      expect(leases.size).toBe(2);
      await end(view);
      await until(() => shown.told.at(-1)?.type === 'bye');
      expect(leases.size).toBe(0);
      if (k === 1)
        expect(view.told.at(-1)).toMatchObject({
          id: 1,
          found: null,
          error: expect.stringMatching(/ask again/),
        });
      if (k < 3) await until(async () => (await queries()) === before);
    }
    await link.request({ type: 'settleOwner', owner: 'cell' });
    expect(await queries()).toBe(0);
  });

  test('may be asked by no more than fifty at a time', async () => {
    await show('bars', bars().plan);
    const asked = Array.from({ length: 51 }, () => frontEnd('bars'));
    const answers = [];
    for (const each of asked) answers.push(await each.ask(1, null));
    expect(answers.filter(({ error }) => error !== null).map(({ error }) => error)).toEqual([
      expect.stringMatching(/^MR2234 /),
    ]);
    asked[0].close();
    expect(await asked[50].found(2, null)).toMatchObject({ kind: 'view', origins: [{ role: 'rows' }] });
  });

  test('is told of each table of a chart', async () => {
    await show('bars', bars().plan);
    await show('trades', trades().plan);
    const view = frontEnd('bars', ['trades']);
    expect(await view.found(1, { symbol: 'a', windowStart: '0' }, 0)).toMatchObject({ kind: 'window' });
    expect(await view.found(2, { size: 4 }, 1)).toMatchObject({ kind: 'source' });
    const all = await view.found(3, null);
    expect(all.origins.map(({ role, columns }) => [role, columns.length])).toEqual([
      ['rows', 6],
      ['rows', 3],
    ]);
    view.close();
  });

  test('tells of a window that is open, and what has come so far', async () => {
    await clock.start({ at: '1970-01-01T00:00:05Z', speed: 1 });
    await clock.pause();
    await show('bars', bars().plan);
    const view = frontEnd('bars');
    await until(() => view.rows.length === 2);
    const found = await view.found(1, { symbol: 'a', windowStart: '0' });
    expect(found).toMatchObject({ hasEnded: false, watermarkUs: -1_000_000 });
    expect(found.window).toMatchObject({ state: 'open' });
    await clock.start({ at: '1970-01-01T00:00:00Z', speed: 'max' });
  });
});
