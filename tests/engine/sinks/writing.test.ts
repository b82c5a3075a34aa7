import type { Temporal } from 'temporal-polyfill';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { count, file, Stream, sum, tumble, type StreamTable } from '../../../engine/src/index.js';
import { NODE_SINKS } from '../../../engine/src/node/connectors.js';
import { createSessionHost } from '../../../engine/src/session/host.js';
import { setDefaultLink, withOwner } from '../../../engine/src/session/client.js';
import type { HostEvent, SessionHost } from '../../../engine/src/session/protocol.js';
import { HandWorld, live, Push, pushed, pushes, quiet } from '../../support/liveFeeds.js';
import { listSink, troubled, type ListSink } from '../../support/listSink.js';

interface Row {
  readonly ts: Instant;
  readonly id: number;
}
type Instant = Temporal.Instant;

let world: HandWorld;
let sink: ListSink;
let host: SessionHost;
let feed: Push;
let notices: Extract<HostEvent, { type: 'notice' }>[];
const list = { sink: 'list', options: { path: 'there' } };

beforeEach(() => {
  world = new HandWorld();
  sink = listSink();
  feed = new Push();
  notices = [];
  pushed.feeds.set('feed', feed);
  host = createSessionHost({
    world,
    connectors: [pushes],
    sinks: [sink, ...NODE_SINKS],
    defer: work => void setImmediate(work),
  });
  const link = host.link();
  link.onEvent(event => {
    if (event.type === 'notice') notices.push(event);
  });
  setDefaultLink(link);
});

afterEach(async () => {
  await host.close();
  setDefaultLink(null);
});

const stream = () => new Stream<Row>(live('feed'));
const minutes = (): StreamTable<{ windowEnd: Instant; n: number }> =>
  stream()
    .window(tumble('1 min'))
    .groupBy()
    .aggregate(t => ({ n: count(t.id) })) as never;

describe('a live write', () => {
  test('begins at once, writes as rows come, and says how far it is', async () => {
    const write = stream().select('id').writeTo(list);
    const started = await write;
    expect(started).toMatchObject({ live: true });
    await feed.push([1, 10], [2, 20]);
    await feed.push([3, 30]);
    expect(sink.rows).toEqual(['10', '20', '30']);
    expect(await started.progress()).toMatchObject({
      state: 'writing',
      sink: "list 'there'",
      rows: 3,
      waiting: 0,
      lagMs: 0,
      error: null,
    });
    expect(await write.stop()).toMatchObject({ rows: 3 });
    expect(sink.events).toEqual(['open', 'finish']);
    await feed.push([4, 40]);
    expect(sink.rows.length).toBe(3);
    expect(await started.progress()).toMatchObject({ state: 'stopped' });
    expect((await started.finished()).rows).toBe(3);
  });

  test('of windows writes those that are final, or every change as a row', async () => {
    const final = await minutes().select('n').writeTo(list);
    await feed.push([1, 1], [2, 2], [61, 3]);
    expect(sink.rows).toEqual(['2']);
    await final.stop();
    sink.rows.length = 0;
    const changes = await minutes().select('n').writeTo(list, { emit: 'changes' });
    await feed.push([62, 4]);
    await feed.push([63, 5]);
    expect(sink.rows.slice(-2)).toEqual(['-U,1', '+U,2']);
    await changes.stop();
  });

  test('gives changes as they are to a sink that applies them', async () => {
    await host.close();
    sink = listSink({ takesChanges: () => true });
    host = createSessionHost({
      world,
      connectors: [pushes],
      sinks: [sink],
      defer: work => void setImmediate(work),
    });
    setDefaultLink(host.link());
    const totals = stream()
      .groupBy('id')
      .aggregate(t => ({ n: count(), total: sum(t.id) }));
    const write = await totals.writeTo(list, { emit: 'changes' });
    await feed.push([1, 7]);
    await feed.push([2, 7]);
    expect(sink.rows).toEqual(['+I 7,1,7', '-U 7,1,7', '+U 7,2,14']);
    expect(sink.request).toMatchObject({ key: ['id'], changes: true, live: true });
    await write.stop();
  });

  test('of a table that never ends changing says what to write instead', async () => {
    const totals = stream()
      .groupBy('id')
      .aggregate(() => ({ n: count() }));
    await expect(totals.writeTo(list)).rejects.toMatchObject({ code: 'MR3901' });
  });

  test('keeps what a sink does not take, holds its source back, and loses nothing', async () => {
    const write = await stream().select('id').writeTo(list);
    sink.before = troubled;
    const pushes = 30;
    const rows = 4096;
    for (let k = 0; k < pushes; k++)
      await feed.push(...Array.from({ length: rows }, (_, i) => [k, k * rows + i] as const));
    const waiting = await write.progress();
    expect(waiting).toMatchObject({ state: 'retrying', error: 'MR3999 the sink is away.' });
    // 65,536 and what came in the turn in which that was reached.
    expect(waiting.waiting).toBeLessThanOrEqual(65_536 + rows);
    expect(waiting.waiting).toBeLessThan(pushes * rows);
    await world.pass(500);
    expect((await write.progress()).lagMs).toBeGreaterThanOrEqual(500);
    expect(notices.map(({ text }) => text)).toEqual([expect.stringContaining('the sink is away')]);
    sink.before = () => undefined;
    for (let k = 0; k < 50; k++) await world.pass(5000);
    expect(sink.rows.length).toBe(pushes * rows);
    expect(sink.rows.every((row, at) => row === String(at))).toBe(true);
    expect(await write.progress()).toMatchObject({ state: 'writing', waiting: 0, error: null });
  });

  test('that fails for good says so where it was made', async () => {
    const write = await withOwner('cell', () => stream().select('id').writeTo(list));
    sink.before = () => {
      throw new Error('no such table');
    };
    await feed.push([1, 1]);
    await expect(write.finished()).rejects.toThrow('no such table');
    expect(await write.progress()).toMatchObject({ state: 'failed', error: 'no such table', owner: 'cell' });
    expect(notices).toMatchObject([{ owner: 'cell', text: "list 'there': no such table" }]);
    expect(sink.events).toEqual(['open', 'abort']);
    const { writes } = await host.link().request({ type: 'stats' });
    expect(writes).toMatchObject([{ state: 'failed' }]);
  });

  test('goes on where its cell makes it again, and ends where it does not', async () => {
    const link = host.link();
    const rerun = async (work: () => PromiseLike<unknown>): Promise<void> => {
      await link.request({ type: 'retireOwner', owner: 'cell' });
      await withOwner('cell', async () => work());
      await link.request({ type: 'settleOwner', owner: 'cell' });
    };
    await rerun(() => stream().select('id').writeTo(list));
    await feed.push([1, 1]);
    await rerun(() => stream().select('id').writeTo(list));
    await feed.push([2, 2]);
    expect(sink.rows).toEqual(['1', '2']);
    expect(sink.events).toEqual(['open']);
    await rerun(() => stream().writeTo(list));
    expect(sink.events).toEqual(['open', 'finish', 'open']);
    await rerun(() => Promise.resolve());
    await quiet();
    expect(sink.events).toEqual(['open', 'finish', 'open', 'finish']);
  });
});

test('a sink that is not known is named', async () => {
  await expect(stream().writeTo({ sink: 'nowhere', options: {} })).rejects.toMatchObject({ code: 'MR5301' });
  expect(file.csv('a.csv')).toEqual({ sink: 'csv', options: { path: 'a.csv' } });
});
