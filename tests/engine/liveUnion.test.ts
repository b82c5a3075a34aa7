import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { HandWorld, live, Push, pushed, pushes, quiet } from '../support/liveFeeds.js';

const GRID = { kind: 'grid' as const, title: null };

const bars = (input: PlanNode): PlanNode => ({
  kind: 'final',
  input: {
    kind: 'aggregate',
    input,
    keys: [],
    window: { type: 'tumble', parameters: { sizeUs: 10e6 } },
    allowedLatenessUs: 0,
    columns: [{ name: 'n', call: { fn: 'count', args: [], where: null, distinct: false, options: {} } }],
  },
});

let world: HandWorld;
let host: SessionHost;
let link: HostLink;
let a: Push;
let b: Push;

beforeEach(() => {
  world = new HandWorld();
  host = createSessionHost({ world, connectors: [pushes], sinks: [], defer: setImmediate });
  link = host.link();
  a = new Push();
  b = new Push();
  pushed.feeds.set('a', a).set('b', b);
  pushed.readings = 0;
});

afterEach(async () => {
  await host.close();
});

async function view(viewId: string, plan: PlanNode): Promise<void> {
  await link.request({ type: 'view', viewId, plan, owner: null, view: GRID });
  await quiet();
}

/** A column of what a view shows. */
async function shown(viewId: string, name: string): Promise<number[]> {
  const { arrow } = await link.request({ type: 'viewSnapshot', viewId, limit: 1000 });
  const { fields, columns, length } = decodeArrow(arrow);
  const { data } = columns[fields.findIndex(field => field.name === name)];
  return Array.from({ length }, (_, row) => Number(data[row]));
}

test('rows of live feeds come as they arrive, and a query that comes late gets them in the same order', async () => {
  const plan: PlanNode = { kind: 'unionAll', inputs: [live('a'), live('b')] };
  await view('early', plan);
  await b.push([1, 1], [2, 2]);
  await a.push([9, 3]);
  await b.push([3, 4]);
  await a.push([1, 5], [10, 6]);
  await view('late', { kind: 'project', input: plan, keep: 'all', columns: [] });
  await b.push([4, 7]);
  await a.push([11, 8]);
  expect(await shown('early', 'id')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await shown('late', 'id')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(pushed.readings).toBe(2);
});

test('a window of two feeds waits for the slower one', async () => {
  await view('bars', bars({ kind: 'unionAll', inputs: [live('a'), live('b')] }));
  await a.push([1, 1], [25, 2]);
  await b.push([2, 3], [9, 4]);
  expect(await shown('bars', 'n')).toEqual([]);
  await b.push([10, 5]);
  expect(await shown('bars', 'n')).toEqual([3]);
});

test('a feed that is silent for its idleTimeout holds the other no more, and its late rows are late when it is back', async () => {
  await view('bars', bars({ kind: 'unionAll', inputs: [live('a'), live('b', 5e6)] }));
  await b.push([1, 1]);
  await a.push([2, 2], [25, 3]);
  await world.pass(4000);
  expect(await shown('bars', 'n')).toEqual([]);
  await world.pass(1000);
  expect(await shown('bars', 'n')).toEqual([2]);
  // Back at once: it holds the watermark, which has not fallen.
  await b.push([3, 4], [24, 5]);
  await a.push([40, 6]);
  expect(await shown('bars', 'n')).toEqual([2]);
  await world.pass(5000);
  expect(await shown('bars', 'n')).toEqual([2, 2]);
  const { status } = await link.request({ type: 'viewSnapshot', viewId: 'bars', limit: 1 });
  expect(status.late).toBe(1);
});

test('a clock that stands makes no feed silent', async () => {
  await view('bars', bars({ kind: 'unionAll', inputs: [live('a'), live('b', 5e6)] }));
  await b.push([1, 1]);
  await a.push([2, 2], [25, 3]);
  await world.pass(3000);
  await link.request({ type: 'clock', command: { type: 'pause' } });
  await world.pass(60_000);
  expect(await shown('bars', 'n')).toEqual([]);
  await link.request({ type: 'clock', command: { type: 'play' } });
  await world.pass(1000);
  expect(await shown('bars', 'n')).toEqual([]);
  await world.pass(1000);
  expect(await shown('bars', 'n')).toEqual([2]);
});
