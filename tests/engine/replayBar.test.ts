import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { SessionMessage, SessionRequest, TimeLine } from '@millrace/protocol';
import { encodeArrow } from '../../engine/src/codecs/arrow.js';
import { FLOAT64, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf } from '../../engine/src/columns/values.js';
import { recordingConnector } from '../../engine/src/node/sources/recording.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { FeedProfile } from '../../engine/src/runtime/feedProfile.js';
import { timeLineOf } from '../../engine/src/runtime/timeLine.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { live, Push, pushed, pushes } from '../support/liveFeeds.js';
import { recorded } from '../support/recordings.js';
import { sourceRequest, stillWorld } from '../support/sourceRows.js';
import { virtualWorld } from '../support/virtualWorld.js';

const SECOND = 1e6;
const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'price', type: FLOAT64, nullable: false },
];

function replayOf(seconds: readonly number[], name: string): PlanNode {
  const columns = [
    columnOf(
      FIELDS[0].type,
      seconds.map(second => BigInt(second * SECOND)),
    ),
    columnOf(FLOAT64, seconds),
  ];
  return {
    kind: 'source',
    name,
    connector: 'values',
    options: { arrow: encodeArrow(FIELDS, columns, seconds.length) },
    fields: null,
    time: { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null },
    clocked: true,
  };
}

const bars = (input: PlanNode, seconds: number): PlanNode => ({
  kind: 'aggregate',
  input,
  keys: [],
  window: { type: 'tumble', parameters: { sizeUs: seconds * SECOND } },
  allowedLatenessUs: 0,
  columns: [{ name: 'n', call: { fn: 'count', args: [], where: null, distinct: false, options: {} } }],
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A session whose clock stands at its start, with views of some plans and a connected bar. */
async function open(plans: Readonly<Record<string, PlanNode>>) {
  const world = virtualWorld('.');
  const connectors = [valuesConnector, pushes];
  const host = createSessionHost({ world, connectors, sinks: [], defer: setImmediate });
  const link = host.link();
  closing.push(async () => {
    await host.close();
    world.stop();
  });
  await link.request({ type: 'clock', command: { type: 'start', at: null, speed: 1 } });
  await link.request({ type: 'clock', command: { type: 'pause' } });
  for (const [viewId, plan] of Object.entries(plans))
    await link.request({ type: 'view', viewId, plan, owner: null, view: { kind: 'grid', title: null } });
  const messages: SessionMessage[] = [];
  const bar = host.attachSession(message => messages.push(message));
  const last = <Type extends SessionMessage['type']>(type: Type) =>
    messages.findLast(message => message.type === type) as
      Extract<SessionMessage, { type: Type }> | undefined;
  return { world, host, link, messages, bar, last };
}

const line = (message: SessionMessage | undefined): TimeLine =>
  (message as Extract<SessionMessage, { type: 'timeLine' }>).line as TimeLine;
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

test('a bar that asks is told the time line, at most twice a second, and rows are counted once after going back', async () => {
  const seconds = Array.from({ length: 20_000 }, (_, k) => k);
  const { link, bar, messages, last, world } = await open({ a: replayOf(seconds, 'a') });
  expect(messages.map(({ type }) => type)).toEqual(['clock']);
  bar.receive({ type: 'timeLine' });
  // One turn has been read ahead.
  await expect.poll(() => sum(line(last('timeLine')).counts)).toBe(8192);
  expect(line(last('timeLine')).readUs).toBe(8191 * SECOND);
  expect(last('live')?.feeds).toEqual([]);
  await link.request({ type: 'seek', to: 15_000 * SECOND });
  await link.request({ type: 'seek', to: 100 * SECOND });
  await link.request({ type: 'seek', to: 19_999 * SECOND });
  await expect.poll(() => line(last('timeLine')).readUs).toBe(null);
  expect(sum(line(last('timeLine')).counts)).toBe(20_000);
  const from = world.now();
  const before = messages.length;
  await link.request({ type: 'clock', command: { type: 'start', at: null, speed: 10_000 } });
  await link.request({ type: 'until', time: 'end' });
  const told = messages.slice(before).filter(({ type }) => type === 'timeLine').length;
  expect(told).toBeLessThanOrEqual((world.now() - from) / 500 + 1);
  expect(sum(line(last('timeLine')).counts)).toBe(20_000);
});

test('steps by windows: of any table that is shown, or of one', async () => {
  const a = replayOf([0, 1, 5, 12, 31, 32, 61, 62], 'a');
  const { link, bar, last } = await open({ a, short: bars(a, 10), long: bars(a, 60) });
  bar.receive({ type: 'timeLine' });
  expect(last('timeLine')?.windows).toEqual([
    { view: 'short', label: 'tumble 10 s', bars: false },
    { view: 'long', label: 'tumble 1 min', bars: false },
  ]);
  const at = async (): Promise<number | null> =>
    (await link.request({ type: 'clock', command: { type: 'state' } })).nowUs;
  bar.receive({ type: 'step', window: true });
  await expect.poll(at).toBe(12 * SECOND);
  bar.receive({ type: 'step', window: 'long' });
  await expect.poll(at).toBe(61 * SECOND);
});

test('what cannot be done is told, whatever is asked', async () => {
  const { bar, last } = await open({ a: replayOf([0, 1], 'a') });
  bar.receive({ type: 'step', window: true });
  await expect.poll(() => last('error')?.message).toContain('MR5121');
  bar.receive({ type: 'step', window: 'gone' });
  await expect.poll(() => last('error')?.message).toContain('not shown any more');
  for (const hostile of [null, 7, {}, { type: 'x'.repeat(1e6) }, { type: 'clock' }, []])
    bar.receive(hostile as unknown as SessionRequest);
  expect(last('error')?.message.length).toBeLessThan(400);
});

test('a live feed is told with its lag, and a closed bar hears nothing', async () => {
  pushed.feeds.set('ticks', new Push());
  const { bar, last, messages, world } = await open({ feed: live('ticks') });
  bar.receive({ type: 'timeLine' });
  expect(last('live')?.feeds).toEqual([{ name: 'ticks', state: 'connected', lagUs: null }]);
  await pushed.feeds.get('ticks')?.push([world.now() / 1000 - 3, 1]);
  await expect.poll(() => last('live')?.feeds[0].lagUs).toBeGreaterThanOrEqual(3 * SECOND);
  bar.close();
  const { length } = messages;
  await pushed.feeds.get('ticks')?.push([world.now() / 1000, 2]);
  await new Promise(resolve => setTimeout(resolve, 20));
  expect(messages).toHaveLength(length);
});

test('a recording tells before it is read how many messages lie where, and while it is read what interrupted it', async () => {
  const T = 1_700_000_000_000_000;
  const arrivals = Array.from({ length: 1000 }, (_, i) => {
    const kind = i === 0 || i === 501 ? 'opened' : i === 500 ? 'closed' : 'text';
    return { kind, atUs: T + i * SECOND + (i > 500 ? 60 * SECOND : 0), text: `{"a":${i}}` } as const;
  });
  const { bytes } = await recorded(arrivals, { chunkBytes: 2000 });
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bar-'));
  closing.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
  const path = join(folder, 'a.mrec');
  writeFileSync(path, bytes);
  const source = await recordingConnector.open(sourceRequest({ path }), stillWorld(folder));
  const profile = new FeedProfile(source);
  const lineNow = (): TimeLine =>
    timeLineOf([{ name: 'a', profile }], {
      first: source.summary.received?.first ?? null,
      last: source.summary.received?.last ?? null,
    }) as TimeLine;
  expect(sum(lineNow().counts)).toBe(0);
  // Each bucket is rounded.
  expect(Math.abs(sum(lineNow().expected) - 1000)).toBeLessThan(128);
  const reader = source.read();
  let position = 0;
  for (let batch = await reader.next(300); ; batch = await reader.next(300)) {
    profile.read(batch, position, reader);
    if (batch === null) break;
    position += batch.length;
    const now = lineNow();
    if (position === 300) expect(Math.abs(sum(now.expected) + sum(now.counts) - 1000)).toBeLessThan(128);
  }
  const whole = lineNow();
  expect(sum(whole.counts)).toBe(997);
  expect(sum(whole.expected)).toBe(0);
  expect(whole.gaps).toContainEqual({
    kind: 'disconnected',
    fromUs: T + 500 * SECOND,
    toUs: T + 561 * SECOND,
    source: 'a',
    missing: null,
  });
});
