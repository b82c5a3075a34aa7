import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  check,
  clock,
  count,
  float64,
  int64,
  meetingEvents,
  replay,
  schema,
  session,
  string,
  sum,
  timestamp,
  tumble,
  webSocket,
  type LiveOptions,
  type RowOf,
  type Stream,
} from '../../../engine/src/index.js';
import { setDefaultLink } from '../../../engine/src/session/client.js';
import type { SessionHost } from '../../../engine/src/session/protocol.js';
import { Gate, gatedHost } from '../../support/gatedHistory.js';

const Trade = schema({ ts: timestamp('ms'), symbol: string, price: float64, size: int64, tradeId: int64 });
type Trade = RowOf<typeof Trade>;

interface Raw {
  readonly ts: number;
  readonly symbol: string;
  readonly price: number;
  readonly size: number;
  readonly tradeId: number;
}

/** Trades of three symbols, each numbered on its own; now and then one comes late. */
const TRADES: readonly Raw[] = Array.from({ length: 300 }, (_, k) => ({
  ts: 1_700_000_000_000 + k * 100 - (k % 7 === 3 ? 250 : 0),
  symbol: 'ABC'[k % 3],
  price: 100 + (k % 11),
  size: 1 + (k % 5),
  tradeId: 1000 + Math.floor(k / 3),
}));
const OPTIONS = { schema: Trade, time: 'ts', watermark: '1 s' } as const;
const BY = { by: 'symbol', sequence: 'tradeId' } as const;

let folder: string;
let host: SessionHost;
let gate: Gate;
let server: WebSocketServer;
let url: string;
const clients: WebSocket[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-meeting-'));
  gate = new Gate();
  host = gatedHost(folder, gate);
  setDefaultLink(host.link());
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', client => {
    clients.push(client);
    client.on('error', () => undefined);
  });
  await new Promise(resolve => server.on('listening', resolve));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  setDefaultLink(null);
  await host.close();
  for (const client of clients.splice(0)) client.terminate();
  await new Promise(resolve => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 8000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`this does not come true: ${condition.toString()}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

const write = (name: string, rows: readonly Raw[]): string => {
  writeFileSync(join(folder, name), rows.map(row => JSON.stringify(row)).join('\n'));
  return name;
};
const history = (rows: readonly Raw[]): Stream<Trade> =>
  replay(write('history.ndjson', rows), { ...OPTIONS, name: 'history' });
const live = (options: Pick<LiveOptions<Trade>, 'maxBufferBytes'> = {}): Stream<Trade> =>
  webSocket<Trade>(url, { ...OPTIONS, name: 'live', ...options });

const show = async (stream: { plan: unknown }): Promise<void> => {
  await host.link().request({ type: 'open', plan: stream.plan as never, owner: 'shown' });
};
const send = async (rows: readonly Raw[], messageRows = 7): Promise<void> => {
  await until(() => clients.some(client => client.readyState === 1));
  const client = clients.find(each => each.readyState === 1)!;
  for (let from = 0; from < rows.length; from += messageRows)
    client.send(JSON.stringify(rows.slice(from, from + messageRows)));
};
const plain = (rows: readonly Trade[]): Raw[] =>
  rows.map(row => ({ ...row, ts: Number(row.ts.epochMilliseconds) }));
const meetingOf = async (stream: Stream<Trade>) =>
  (await stream.stats()).operators.find(each => each.meeting)!.meeting!;

const barsOf = (trades: Stream<Trade>) =>
  trades
    .window(tumble('2 s'))
    .groupBy('symbol')
    .aggregate(t => ({ n: count(), volume: sum(t.size) }));
const texts = (rows: readonly object[]): string[] => rows.map(row => JSON.stringify(row)).sort();

/** The bars of all trades, read at once. */
const expectedBars = async (): Promise<string[]> => {
  const rows = await barsOf(replay(write('all.ndjson', TRADES), { ...OPTIONS, name: 'all' })).rows();
  return texts(rows);
};

test.each(['before', 'amid', 'after'] as const)(
  'a live feed that begins %s the end of history: each row once, in its order, and the windows of all',
  async when => {
    const trades = history(TRADES.slice(0, 200)).followedBy(live(), BY);
    const bars = barsOf(trades);
    await show(trades);
    await show(bars);
    if (when === 'before') {
      await send(TRADES.slice(150));
      await until(async () => (await meetingOf(trades)).live.rows === 150);
      expect(await meetingOf(trades)).toMatchObject({ state: 'history', live: { waiting: 150 } });
      expect(await trades.rows()).toEqual([]);
    } else if (when === 'amid') {
      gate.open(120);
      await until(async () => (await meetingOf(trades)).history.rows === 120);
      await send(TRADES.slice(100, 180));
      await until(async () => (await meetingOf(trades)).live.rows === 80);
      // Those that history has had need not wait.
      expect(await meetingOf(trades)).toMatchObject({ live: { waiting: 60, duplicates: 20 } });
      expect(await trades.count()).toBe(120);
    }
    gate.open();
    await until(async () => (await meetingOf(trades)).state === 'met');
    if (when === 'amid') await send(TRADES.slice(160));
    if (when === 'after') await send(TRADES.slice(190));
    await until(async () => (await trades.count()) >= 300);
    expect(plain(await trades.rows())).toEqual(TRADES);
    const meeting = await meetingOf(trades);
    expect(meeting).toMatchObject({ missing: 0, gaps: [], keys: { both: 3, onlyHistory: 0, onlyLive: 0 } });
    expect(meeting.live.rows - meeting.live.duplicates).toBe(100);
    const explained = await trades.explain();
    expect(explained).toContain('followed by, sequence tradeId by symbol');
    expect(explained).toContain('200 rows of history');
    expect(explained).toContain('no number is missing');
    // A query that comes late equals one that has been there from the start.
    const bySymbol = trades.groupBy('symbol').aggregate(() => ({ n: count() }));
    await show(bySymbol);
    await until(async () => (await bySymbol.rows()).reduce((total, { n }) => total + n, 0) === 300);
    await send([{ ...TRADES[299], ts: TRADES[299].ts + 60_000, tradeId: 1100 }]);
    await until(
      async () => (await bars.final().stats()).state !== 'failed' && (await trades.count()) === 301,
    );
    const made = (await bars.rows()).filter(
      ({ windowEnd }) => windowEnd.epochMilliseconds < TRADES[299].ts + 50_000,
    );
    expect(texts(made)).toEqual(await expectedBars());
  },
);

test('what is missing between history and live is told: by number, and whether it comes after all', async () => {
  gate.open();
  const trades = history(TRADES.slice(0, 99)).followedBy(live(), BY);
  const events = meetingEvents(trades);
  await show(trades);
  await show(events);
  await until(async () => (await events.count()) === 1);
  const [met] = await events.rows();
  expect(met).toMatchObject({
    event: 'met',
    key: null,
    reason: '99 rows of history; 0 live rows by then, 0 of them had come',
  });
  // Two of each symbol are missing, and of one it is told twice.
  await send([...TRADES.slice(105, 120), ...TRADES.slice(105, 107)]);
  await until(async () => (await events.count()) === 4);
  expect((await events.rows()).slice(1)).toMatchObject([
    { event: 'gap', key: 'A', expected: 1033, got: 1035, missing: 2 },
    { event: 'gap', key: 'B', expected: 1033, got: 1035, missing: 2 },
    { event: 'gap', key: 'C', expected: 1033, got: 1035, missing: 2 },
  ]);
  expect(await meetingOf(trades)).toMatchObject({
    missing: 6,
    gaps: [
      { key: 'A', from: 1033, to: 1034 },
      { key: 'B', from: 1033, to: 1034 },
      { key: 'C', from: 1033, to: 1034 },
    ],
    live: { duplicates: 2 },
  });
  expect(await trades.explain()).toContain(
    '6 numbers are missing: A 1033 to 1034, B 1033 to 1034, C 1033 to 1034',
  );
  await send(TRADES.slice(99, 103));
  await until(async () => (await meetingOf(trades)).missing === 2);
  expect((await events.rows()).slice(4)).toMatchObject(
    ['A', 'B', 'C', 'A'].map((key, k) => ({ event: 'late', key, got: 1033 + Math.floor(k / 3) })),
  );
  expect(await trades.explain()).toContain('2 numbers are missing: B 1034, C 1034');
});

test('ids without an order: each once, and that nobody knows of gaps is said', async () => {
  gate.open();
  const trades = history(TRADES.slice(0, 100)).followedBy(live(), { id: ['symbol', 'tradeId'] });
  await show(trades);
  await until(async () => (await meetingOf(trades)).state === 'met');
  await send(TRADES.slice(110, 130));
  await until(async () => (await trades.count()) === 120);
  expect(await trades.explain()).toContain(
    'whether rows are missing between them is not known: ids have no order, and no live row was in history',
  );
  await send(TRADES.slice(80, 150));
  await until(async () => (await trades.count()) === 150);
  expect(new Set(plain(await trades.rows()).map(row => JSON.stringify(row)))).toEqual(
    new Set(TRADES.slice(0, 150).map(row => JSON.stringify(row))),
  );
  expect(await meetingOf(trades)).toMatchObject({ missing: null, keys: null, live: { duplicates: 40 } });
});

test('a live feed that is disconnected while history is read: what it sends again comes once, and what it lost is told', async () => {
  const trades = history(TRADES.slice(0, 150)).followedBy(live(), BY);
  await show(trades);
  await send(TRADES.slice(90, 140));
  await until(async () => (await meetingOf(trades)).live.rows === 50);
  clients[0].terminate();
  await until(() => clients.length === 2);
  await send(TRADES.slice(120, 180));
  await until(async () => (await meetingOf(trades)).live.rows === 110);
  clients[1].terminate();
  gate.open();
  await until(() => clients.length === 3);
  await send(TRADES.slice(183));
  await until(async () => (await trades.count()) === 297);
  expect(plain(await trades.rows())).toEqual([...TRADES.slice(0, 180), ...TRADES.slice(183)]);
  expect(await meetingOf(trades)).toMatchObject({
    missing: 3,
    gaps: [{ from: 1060 }, { from: 1060 }, { from: 1060 }],
  });
}, 20_000);

test('whose rows wait is held back where too many do, and none is lost', async () => {
  const rows = Array.from({ length: 120_000 }, (_, k) => ({
    ...TRADES[k % 300],
    symbol: 'A',
    tradeId: 1000 + k,
  }));
  const trades = history(rows.slice(0, 300)).followedBy(live({ maxBufferBytes: 100_000 }), {
    ...BY,
    maxBufferBytes: 200_000,
  });
  const n = trades.groupBy('symbol').aggregate(() => ({ n: count() }));
  await show(n);
  await send(rows, 100);
  await until(async () => ((await n.stats()).operators[0].stateBytes ?? 0) > 200_000);
  // What waits grows no more: the others are on the way, in the socket's buffers or beyond.
  const waiting = async (): Promise<number> => (await n.stats()).operators[0].meeting!.live.waiting;
  await until(async () => {
    const before = await waiting();
    await new Promise(resolve => setTimeout(resolve, 300));
    return before === (await waiting());
  });
  expect(await waiting()).toBeLessThan(60_000);
  gate.open();
  await until(async () => (await n.rows())[0]?.n === 120_000);
  expect((await n.stats()).operators[0].meeting).toMatchObject({ missing: 0, live: { duplicates: 300 } });
}, 20_000);

test('before a live feed history is not held by the clock, and two recordings are let out together', async () => {
  gate.open();
  const other = replay(write('other.ndjson', TRADES), { ...OPTIONS, name: 'other' });
  await show(other.keep());
  await clock.start({ speed: 0.1 });
  await clock.pause();
  const trades = history(TRADES.slice(0, 200)).followedBy(live(), BY);
  await show(trades);
  await until(async () => (await trades.count()) === 200);
  expect(await other.count()).toBeLessThan(50);
  expect(await trades.explain()).not.toMatch(/history \(file, held by the clock/);
  await expect(clock.seek('00:00')).rejects.toThrow('MR5103');

  const recorded = replay(write('later.ndjson', TRADES.slice(150)), { ...OPTIONS, name: 'later' });
  const both = history(TRADES.slice(0, 200)).followedBy(recorded, BY);
  await show(both.keep());
  expect(await both.count()).toBeLessThan(50);
});

test('two recordings behind each other: forward, back and to the end the table is what it was', async () => {
  gate.open();
  const recorded = replay(write('later.ndjson', TRADES.slice(150)), { ...OPTIONS, name: 'later' });
  const both = history(TRADES.slice(0, 200)).followedBy(recorded, BY);
  const kept = both.keep();
  await show(kept);
  await clock.start({ speed: 1 });
  await clock.pause();
  const at = async (ms: number): Promise<Raw[]> => {
    const time = new Date(TRADES[0].ts + ms);
    await clock.seek(time);
    await clock.until(time);
    return plain(await kept.rows());
  };
  const shown = new Map<number, Raw[]>();
  for (const ms of [5_000, 16_000, 19_990, 25_000]) shown.set(ms, await at(ms));
  expect(shown.get(16_000)).toEqual(TRADES.slice(0, 161));
  expect(shown.get(25_000)).toEqual(TRADES.slice(0, 251));
  for (const ms of [16_000, 5_000, 25_000, 19_990]) expect(await at(ms)).toEqual(shown.get(ms));
  await clock.speed('max');
  await clock.play();
  await clock.until('end');
  expect(plain(await kept.rows())).toEqual(TRADES);
});

test('the same live, replayed and read at once; and with a recording in the place of the feed', async () => {
  gate.open();
  const recorded = replay(write('later.ndjson', TRADES.slice(150)), { ...OPTIONS, name: 'later' });
  const both = history(TRADES.slice(0, 200)).followedBy(recorded, BY);
  for (const query of [both, barsOf(both)]) {
    const checked = await check.same(query as typeof both);
    expect(String(checked)).toBe(`The same live, replayed and read at once: ${checked.rows.batch} rows.`);
  }
  expect(plain(await both.rows())).toEqual(TRADES);
  const trades = history(TRADES.slice(0, 200)).followedBy(live(), BY);
  await show(trades.keep());
  await until(async () => (await trades.keep().count()) === 200);
  await session.use({ live: recorded });
  await until(async () => (await trades.keep().count()) === 300);
  expect(plain(await trades.rows())).toEqual(TRADES);
});

test('what cannot be brought together is refused', async () => {
  gate.open();
  const past = history(TRADES);
  const feed = replay(write('feed.ndjson', TRADES), { ...OPTIONS, name: 'feed' });
  expect(() => past.followedBy(feed, {} as never)).toThrow('MR1610');
  expect(() => past.followedBy(feed, { id: 'tradeId', sequence: 'tradeId' } as never)).toThrow('MR1610');
  expect(() => past.followedBy(feed, { sequence: 'tradeId', first: 5, last: 5 })).toThrow('MR1611');
  expect(() => past.followedBy(feed, { id: 'tradeId', remember: 0 })).toThrow('MR1611');
  await expect(past.followedBy(past, BY).rows()).rejects.toThrow('MR3551');
  await expect(past.followedBy(feed, { sequence: 'symbol' }).rows()).rejects.toThrow('MR3553');
  const untimed = replay('feed.ndjson', { schema: Trade, name: 'untimed' });
  await expect(past.followedBy(untimed, BY).rows()).rejects.toThrow('MR3552');
  const other = feed.drop('price') as unknown as Stream<Trade>;
  await expect(past.followedBy(other, BY).rows()).rejects.toThrow('MR2115');
  expect(() => meetingEvents(feed)).toThrow('MR1612');
  const changing = feed.toTable({ key: 'symbol' }) as unknown as Stream<Trade>;
  await expect(past.followedBy(changing, BY).rows()).rejects.toThrow('MR3550');
});

test("Flink's SQL: the rows of both, each id once; its events cannot be said", async () => {
  gate.open();
  const feed = replay(write('feed.ndjson', TRADES), { ...OPTIONS, name: 'feed' });
  const table = { connector: 'filesystem', path: 'x', format: 'json' };
  const both = history(TRADES).followedBy(feed, BY);
  const { sql, cannot, differs } = await both.toFlinkSql({ sources: { history: table, feed: table } });
  expect(cannot).toEqual([]);
  expect(sql).toContain('UNION ALL');
  expect(sql).toContain('PARTITION BY `symbol`, `tradeId` ORDER BY');
  expect(differs.length).toBe(2);
  const events = await meetingEvents(both).toFlinkSql({ sources: { history: table, feed: table } });
  expect(events.sql).toBeNull();
});
