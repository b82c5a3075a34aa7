import { afterEach, expect, test } from 'vitest';
import { decodeArrow, encodeArrow } from '../../engine/src/codecs/arrow.js';
import { INT64, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf } from '../../engine/src/columns/values.js';
import type { AggregateNode } from '../../engine/src/plan/nodes/aggregate.js';
import type { SourceNode } from '../../engine/src/plan/nodes/source.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import type { World } from '../../engine/src/sources/source.js';
import { HandWorld, live, Push, pushed, pushes, quiet } from '../support/liveFeeds.js';
import { virtualWorld } from '../support/virtualWorld.js';

const GRID = { kind: 'grid' as const, title: null };
const SECOND = 1e6;
const HOUR = 3600 * SECOND;
/** Some hour of 2024, in microseconds. */
const START = Date.UTC(2024, 2, 8, 14) * 1000;

let host: SessionHost;
let link: HostLink;
afterEach(() => host.close());

function open(world: World): void {
  host = createSessionHost({ world, connectors: [valuesConnector, pushes], sinks: [], defer: setImmediate });
  link = host.link();
}

/** A count by windows of two hours that are told every ten seconds. */
const counts = (input: PlanNode): AggregateNode => ({
  kind: 'aggregate',
  input,
  keys: [],
  window: { type: 'tumble', parameters: { sizeUs: 2 * HOUR } },
  allowedLatenessUs: 0,
  emit: { change: false, everyUs: 10 * SECOND, rows: null },
  columns: [{ name: 'n', call: { fn: 'count', args: [], where: null, distinct: false, options: {} } }],
});

/** A replay with a row at each of these times after the start. */
function replay(boundUs: number, ...times: readonly number[]): SourceNode {
  const fields: readonly Field[] = [
    { name: 'ts', type: timestampType('us'), nullable: false },
    { name: 'id', type: INT64, nullable: false },
  ];
  const columns = [
    columnOf(
      fields[0].type,
      times.map(time => BigInt(START + time)),
      null,
    ),
    columnOf(
      INT64,
      times.map((_, id) => BigInt(id)),
      null,
    ),
  ];
  return {
    kind: 'source',
    name: 'trades',
    connector: 'values',
    options: { arrow: encodeArrow(fields, columns, times.length) },
    fields,
    time: { column: 'ts', boundUs, idleTimeoutUs: null, sequence: null },
    clocked: true,
  };
}

async function shown(): Promise<number[]> {
  const { arrow } = await link.request({ type: 'viewSnapshot', viewId: 'v', limit: 1000 });
  const { fields, columns, length } = decodeArrow(arrow);
  const { data } = columns[fields.findIndex(({ name }) => name === 'n')];
  return Array.from({ length }, (_, row) => Number(data[row]));
}

test.each([0.5, 1, 60])(
  'at speed %d windows are told by the session clock, though no row comes',
  async speed => {
    const world = virtualWorld('.');
    open(world);
    // The bound holds back the watermark, and not what is told.
    const trades = replay(30 * SECOND, SECOND, 4 * SECOND, HOUR);
    await link.request({ type: 'clock', command: { type: 'start', at: null, speed } });
    await link.request({ type: 'view', viewId: 'v', plan: counts(trades), owner: null, view: GRID });
    await link.request({ type: 'until', time: START + 9 * SECOND });
    expect(await shown()).toEqual([]);
    const before = world.now();
    await link.request({ type: 'until', time: START + 10 * SECOND });
    expect(await shown()).toEqual([2]);
    expect(world.now() - before).toBeLessThanOrEqual(Math.ceil(1000 / speed) + 1);
    await link.request({ type: 'until', time: 'end' });
    expect(await shown()).toEqual([3]);
    world.stop();
  },
);

test('a clock that stands tells nothing, and goes on where it stood', async () => {
  const world = virtualWorld('.');
  open(world);
  await link.request({ type: 'clock', command: { type: 'start', at: null, speed: 1 } });
  const plan = counts(replay(0, SECOND, 4 * SECOND, HOUR));
  await link.request({ type: 'view', viewId: 'v', plan, owner: null, view: GRID });
  await link.request({ type: 'until', time: START + 9 * SECOND });
  await link.request({ type: 'clock', command: { type: 'pause' } });
  await new Promise<void>(resolve => world.after(60_000, resolve));
  expect(await shown()).toEqual([]);
  await link.request({ type: 'clock', command: { type: 'play' } });
  await link.request({ type: 'until', time: START + 10 * SECOND });
  expect(await shown()).toEqual([2]);
  world.stop();
});

test('windows over a live feed are told by the wall clock, though no row comes; not while it is paused', async () => {
  const world = new HandWorld();
  open(world);
  const feed = new Push();
  pushed.feeds.set('a', feed);
  await link.request({ type: 'view', viewId: 'v', plan: counts(live('a')), owner: null, view: GRID });
  await quiet();
  await world.pass(4000);
  await feed.push([1, 1], [2, 2]);
  expect(await shown()).toEqual([]);
  await world.pass(5999);
  expect(await shown()).toEqual([]);
  await world.pass(1);
  expect(await shown()).toEqual([2]);
  await feed.push([3, 3]);
  await link.request({ type: 'clock', command: { type: 'pause' } });
  await world.pass(20_000);
  expect(await shown()).toEqual([2]);
  await link.request({ type: 'clock', command: { type: 'play' } });
  await quiet();
  expect(await shown()).toEqual([3]);
});
