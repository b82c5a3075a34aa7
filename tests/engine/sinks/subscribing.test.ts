import type { Temporal } from 'temporal-polyfill';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { count, Stream, Table, tumble, type StreamTable } from '../../../engine/src/index.js';
import { createSessionHost } from '../../../engine/src/session/host.js';
import { setDefaultLink, withOwner } from '../../../engine/src/session/client.js';
import type { HostEvent, SessionHost } from '../../../engine/src/session/protocol.js';
import { valuesConnector } from '../../../engine/src/sources/values.js';
import { HandWorld, live, Push, pushed, pushes, quiet } from '../../support/liveFeeds.js';

interface Row {
  readonly ts: Temporal.Instant;
  readonly id: number;
}

let host: SessionHost;
let feed: Push;
let notices: Extract<HostEvent, { type: 'notice' }>[];

beforeEach(() => {
  feed = new Push();
  notices = [];
  pushed.feeds.set('feed', feed);
  host = createSessionHost({
    world: new HandWorld(),
    connectors: [pushes, valuesConnector],
    sinks: [],
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
const minutes = () =>
  stream()
    .window(tumble('1 min'))
    .groupBy()
    .aggregate(t => ({ n: count(t.id) })) as unknown as StreamTable<{ n: number }>;
const subscriptions = async () =>
  (await host.link().request({ type: 'stats' })).writes.filter(({ sink }) => sink === 'subscription');

describe('subscribe', () => {
  test('calls the function with each row in order, and not after it was stopped', async () => {
    const ids: number[] = [];
    const subscription = stream().subscribe(row => ids.push(row.id));
    await quiet();
    await feed.push([1, 1], [2, 2]);
    await feed.push([3, 3]);
    await quiet();
    expect(ids).toEqual([1, 2, 3]);
    await subscription.stop();
    await subscription.finished();
    await feed.push([4, 4]);
    await quiet();
    expect(ids).toEqual([1, 2, 3]);
    expect(await subscriptions()).toMatchObject([{ state: 'stopped', rows: 3 }]);
  });

  test('waits for what the function promises, and gives it what came meanwhile together', async () => {
    const batches: number[][] = [];
    let release = (): void => undefined;
    stream()
      .select('id')
      .subscribe(
        rows => {
          batches.push(rows.map(({ id }) => id));
          return new Promise<void>(resolve => (release = resolve));
        },
        { batch: true },
      );
    await quiet();
    await feed.push([1, 1]);
    for (let id = 2; id < 6; id++) await feed.push([id, id]);
    expect(batches).toEqual([[1]]);
    release();
    await quiet();
    expect(batches).toEqual([[1], [2, 3, 4, 5]]);
    expect(await subscriptions()).toMatchObject([{ waiting: 4 }]);
  });

  test('holds the source back once a million rows wait', async () => {
    stream()
      .select('id')
      .subscribe(() => new Promise<void>(() => undefined));
    await quiet();
    for (let k = 0; k < 150; k++) await feed.push(...Array.from({ length: 8192 }, (_, i) => [k, i] as const));
    const [{ waiting }] = await subscriptions();
    expect(waiting).toBeGreaterThanOrEqual(1_000_000);
    expect(waiting).toBeLessThanOrEqual(1_000_000 + 8192);
  });

  test('of a table gives final rows, or changes', async () => {
    const final: number[] = [];
    const changes: string[] = [];
    minutes().subscribe(row => final.push(row.n));
    minutes().subscribe(row => changes.push(`${row.kind} ${row.n}`), { emit: 'changes' });
    await quiet();
    await feed.push([1, 1]);
    await feed.push([2, 2], [61, 3]);
    await quiet();
    expect(final).toEqual([2]);
    expect(changes).toEqual(['+I 1', '-U 1', '+U 2', '+I 1']);
    const never = withOwner('cell', () =>
      stream()
        .groupBy('id')
        .aggregate(() => ({ n: count() }))
        .subscribe(() => undefined),
    );
    await expect(never.finished()).rejects.toMatchObject({ code: 'MR3901' });
  });

  test('ends when the function throws, which is shown at its cell', async () => {
    const seen: number[] = [];
    const subscription = withOwner('cell', () =>
      stream().subscribe(row => {
        seen.push(row.id);
        if (row.id === 2) throw new RangeError('two is too many');
      }),
    );
    await quiet();
    await feed.push([1, 1], [2, 2], [3, 3]);
    await expect(subscription.finished()).rejects.toMatchObject({ code: 'MR1738' });
    await quiet();
    expect(seen).toEqual([1, 2]);
    expect(notices).toMatchObject([
      { owner: 'cell', text: expect.stringContaining('RangeError: two is too many') as string },
    ]);
    expect(notices[0].text).toContain('subscribing.test.ts');
    expect(await subscriptions()).toMatchObject([{ state: 'failed', owner: 'cell' }]);
  });

  test('ends when its cell begins to run again, or its process is gone', async () => {
    const ids: number[] = [];
    const link = host.link();
    const make = () => withOwner('cell', () => stream().subscribe(row => ids.push(row.id)));
    make();
    await quiet();
    await feed.push([1, 1]);
    await link.request({ type: 'retireOwner', owner: 'cell' });
    await feed.push([2, 2]);
    expect(ids).toEqual([1]);
    make();
    await quiet();
    await link.request({ type: 'settleOwner', owner: 'cell' });
    await feed.push([3, 3]);
    await quiet();
    expect(ids.slice(-1)).toEqual([3]);
    await link.request({ type: 'clientGone' });
    await feed.push([4, 4]);
    await quiet();
    expect(ids.slice(-1)).toEqual([3]);
  });
});

describe('for await', () => {
  test('goes through rows as they come, until break', async () => {
    const ids: number[] = [];
    const going = (async () => {
      for await (const row of stream()) {
        ids.push(row.id);
        if (row.id === 3) break;
      }
    })();
    await quiet();
    await feed.push([1, 1], [2, 2]);
    await feed.push([3, 3], [4, 4]);
    await going;
    expect(ids).toEqual([1, 2, 3]);
    await quiet();
    expect(await subscriptions()).toMatchObject([{ state: 'stopped' }]);
  });

  test('ends with a table, and with a replay', async () => {
    const table = Table.of({
      ts: Array.from({ length: 20_000 }, (_, i) => new Date(i)),
      n: Array.from({ length: 20_000 }, (_, i) => i),
    });
    let total = 0;
    for await (const { n } of table) total += n;
    for await (const { n } of table.replay({ time: 'ts' } as never)) total += n;
    expect(total).toBe(20_000 * 19_999);
  });

  test('throws what the source does', async () => {
    const gone = new Stream<Row>({ ...live('feed'), connector: 'nothing' });
    const go = async () => {
      for await (const row of gone) throw new Error(String(row.id));
    };
    await expect(go()).rejects.toMatchObject({ code: 'MR5001' });
    const failing = (async () => {
      for await (const row of stream()) if (row.id > 100) break;
    })();
    await quiet();
    feed.next = () => Promise.reject(new Error('the line is dead'));
    await feed.push([1, 1]);
    await expect(failing).rejects.toThrow('the line is dead');
  });
});
