import { afterEach, expect, test } from 'vitest';
import { decodeArrow, encodeArrow } from '../../engine/src/codecs/arrow.js';
import { FLOAT64, STRING, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt } from '../../engine/src/columns/values.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { live, Push, pushed, pushes } from '../support/liveFeeds.js';
import { virtualWorld } from '../support/virtualWorld.js';

const SECOND = 1e6;
const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'symbol', type: STRING, nullable: false },
  { name: 'price', type: FLOAT64, nullable: false },
];
const GRID = { kind: 'grid' as const, title: null };

/** A replay of one row a time, in seconds. */
function replayOf(seconds: readonly number[], name: string): PlanNode {
  const columns = [
    columnOf(
      FIELDS[0].type,
      seconds.map(second => BigInt(Math.round(second * SECOND))),
    ),
    columnOf(
      STRING,
      seconds.map(() => name),
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

const barsOf = (input: PlanNode): PlanNode => ({
  kind: 'aggregate',
  input,
  keys: ['symbol'],
  window: { type: 'tumble', parameters: { sizeUs: 10 * SECOND } },
  allowedLatenessUs: 0,
  columns: [{ name: 'n', call: { fn: 'count', args: [], where: null, distinct: false, options: {} } }],
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open(plans: Readonly<Record<string, PlanNode>>, world = virtualWorld('.')) {
  const host = createSessionHost({
    world,
    connectors: [valuesConnector, pushes],
    sinks: [],
    defer: setImmediate,
  });
  const link = host.link();
  closing.push(async () => {
    await host.close();
    world.stop();
  });
  await link.request({ type: 'clock', command: { type: 'start', at: null, speed: 1 } });
  await link.request({ type: 'clock', command: { type: 'pause' } });
  for (const [viewId, plan] of Object.entries(plans))
    await link.request({ type: 'view', viewId, plan, owner: null, view: GRID });
  const rows = async (viewId: string, column: number): Promise<unknown[]> => {
    const { arrow } = await link.request({ type: 'viewSnapshot', viewId, limit: 1e6 });
    const { columns, length } = decodeArrow(arrow);
    return Array.from({ length }, (_, row) => valueAt(columns[column + 1], row));
  };
  return { world, link, rows };
}

test('a step of rows lets just so many out, of several replays in the order of their times, of equal times as well', async () => {
  const a = replayOf([0, 1, 3, 3, 3], 'a');
  const b = replayOf([0.5, 3, 4], 'b');
  const { link, rows } = await open({ both: { kind: 'unionAll', inputs: [a, b] } as PlanNode });
  const seen: unknown[][] = [];
  for (let step = 0; step < 8; step++) {
    seen.push(await rows('both', 2));
    await link.request({ type: 'step', by: { events: 1 } });
  }
  // Rows of the union wait until no earlier one can come.
  expect(seen.map(({ length }) => length)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(seen.at(-1)).toEqual([0, 0.5, 1, 3, 3, 3, 3, 4]);
  const { mode } = await link.request({ type: 'clock', command: { type: 'state' } });
  expect(mode).toBe('ended');
});

test('a step of event time goes so far and stands', async () => {
  const { link, rows } = await open({ a: replayOf([0, 1, 2.5, 4], 'a') });
  const state = await link.request({ type: 'step', by: { durationUs: 2.5 * SECOND } });
  expect(state).toMatchObject({ mode: 'paused', nowUs: 2.5 * SECOND });
  expect(await rows('a', 2)).toEqual([0, 1, 2.5]);
});

test('a step to the next window ends with the row that closes it', async () => {
  const a = replayOf([0, 4, 9, 12, 15, 31, 32], 'a');
  const bars = barsOf(a);
  const { link, rows } = await open({ a, bars });
  await link.request({ type: 'step', by: { window: bars } });
  expect(await rows('a', 2)).toEqual([0, 4, 9, 12]);
  await link.request({ type: 'step', by: { window: bars } });
  expect(await rows('a', 2)).toEqual([0, 4, 9, 12, 15, 31]);
  // The last window closes with the end of the replay.
  const { mode } = await link.request({ type: 'step', by: { window: bars } });
  expect(mode).toBe('ended');
});

test('a step to the next window of a table without windows says what to write', async () => {
  const a = replayOf([0, 1], 'a');
  const { link } = await open({ a });
  await expect(link.request({ type: 'step', by: { window: a } })).rejects.toMatchObject({ code: 'MR5104' });
});

test('a clock of so many rows a second keeps to it, whatever the times of the rows', async () => {
  const seconds = Array.from({ length: 5000 }, (_, k) => (k < 2500 ? k / 1000 : 1e6 + k * 60));
  const { world, link, rows } = await open({ a: replayOf(seconds, 'a') });
  await link.request({ type: 'clock', command: { type: 'speed', speed: { rowsPerSecond: 1000 } } });
  await link.request({ type: 'clock', command: { type: 'play' } });
  const from = world.now();
  await link.request({ type: 'until', time: 2.499 * SECOND });
  const half = world.now() - from;
  expect(half).toBeGreaterThan(2400);
  expect(half).toBeLessThan(2600);
  await link.request({ type: 'until', time: 'end' });
  expect(await rows('a', 2)).toHaveLength(5000);
  expect(world.now() - from).toBeGreaterThan(4800);
  expect(world.now() - from).toBeLessThan(5300);
});

test('time goes on from where the clock was sent while it plays, and it stands there where it stood or was over', async () => {
  const { world, link } = await open({ a: replayOf([0, 10, 20, 30, 40], 'a') });
  await link.request({ type: 'clock', command: { type: 'play' } });
  const played = await link.request({ type: 'seek', to: 20 * SECOND });
  expect(played.mode).toBe('playing');
  const from = world.now();
  await link.request({ type: 'until', time: 30 * SECOND });
  expect(world.now() - from).toBeGreaterThanOrEqual(9900);
  expect(world.now() - from).toBeLessThan(10_200);
  await link.request({ type: 'until', time: 'end' });
  expect(await link.request({ type: 'seek', to: 10 * SECOND })).toMatchObject({
    mode: 'paused',
    nowUs: 10 * SECOND,
  });
});

test('a time of day is one of the first day, and a time before the first row is that of the first row', async () => {
  const day = Date.UTC(2024, 2, 8) / 1000;
  const { link, rows } = await open({ a: replayOf([day + 34_200, day + 34_260, day + 34_320], 'a') });
  expect(await link.request({ type: 'seek', to: '09:31' })).toMatchObject({ nowUs: (day + 34_260) * SECOND });
  expect(await rows('a', 2)).toHaveLength(2);
  expect(await link.request({ type: 'seek', to: '00:00' })).toMatchObject({ nowUs: (day + 34_200) * SECOND });
  await expect(link.request({ type: 'seek', to: 'noon' })).rejects.toMatchObject({ code: 'MR5102' });
});

test('a clock that nobody has started goes where it is sent, and stands', async () => {
  const { link, rows } = await open({});
  const a = replayOf([0, 1, 2, 3], 'a');
  await link.request({ type: 'clock', command: { type: 'speed', speed: 'max' } });
  await link.request({ type: 'view', viewId: 'a', plan: a, owner: null, view: GRID });
  await link.request({ type: 'clock', command: { type: 'play' } });
  await link.request({ type: 'until', time: 'end' });
  expect(await link.request({ type: 'seek', to: SECOND })).toMatchObject({ mode: 'paused' });
  expect(await rows('a', 2)).toEqual([0, 1]);
});

test('going back is refused where a live feed is read, and going on is not', async () => {
  pushed.feeds.set('quotes', new Push());
  const { link } = await open({ a: replayOf([0, 1, 2, 3], 'a'), feed: live('quotes') });
  await link.request({ type: 'seek', to: 2 * SECOND });
  await expect(link.request({ type: 'seek', to: SECOND })).rejects.toMatchObject({
    code: 'MR5103',
    message: expect.stringContaining("'quotes' is a live feed") as string,
  });
});

test.each([0, 1])(
  'a replay that begins at %i s after 1970 gives the clock its time as it is read',
  async first => {
    const { link } = await open({});
    const plan = replayOf([first, first + 1, first + 2], 'a');
    const { rows } = await link.request({ type: 'read', plan, limit: null, current: true });
    expect(rows).toBe(1);
  },
);

test.each([-3_600_000, 3_600_000])(
  'a clock of so many rows a second does not care that the wall clock is set by %i ms',
  async jumpMs => {
    const real = virtualWorld('.');
    let shift = 0;
    const world = { ...real, now: () => real.now() + shift, precise: real.now };
    const seconds = Array.from({ length: 3000 }, (_, k) => k / 1000);
    const { link } = await open({ a: replayOf(seconds, 'a') }, world);
    await link.request({ type: 'clock', command: { type: 'speed', speed: { rowsPerSecond: 1000 } } });
    await link.request({ type: 'clock', command: { type: 'play' } });
    const from = real.now();
    await link.request({ type: 'until', time: 0.5 * SECOND });
    shift = jumpMs;
    await link.request({ type: 'until', time: 2.499 * SECOND });
    expect(real.now() - from).toBeGreaterThan(2400);
    expect(real.now() - from).toBeLessThan(2600);
  },
);
