import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import type { Batch } from '../../engine/src/columns/batch.js';
import { INT64, timestampType, type Field } from '../../engine/src/columns/types.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { newCounters } from '../../engine/src/sources/counters.js';
import type { SourceConnector } from '../../engine/src/sources/source.js';
import type { World } from '../../engine/src/sources/source.js';

const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'id', type: INT64, nullable: false },
];
const GRID = { kind: 'grid' as const, title: null };

/** A world whose time the test moves. */
class HandWorld implements World {
  readonly directory = '.';
  #now = 1_000_000;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  async pass(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
    await quiet();
  }
}

/** Lets everything that is under way come to rest. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
}

/** A live feed that gives what the test pushes. */
class Push {
  readonly #queue: Batch[] = [];
  #wake: (() => void) | null = null;

  async push(...rows: readonly (readonly [second: number, id: number])[]): Promise<void> {
    const times = Float64Array.from(rows, ([second]) => second * 1e6);
    let high = -Infinity;
    const marks = times.map(time => (high = Math.max(high, time)));
    this.#queue.push({
      schema: { fields: FIELDS },
      length: rows.length,
      columns: [
        { type: FIELDS[0].type, data: times, valid: null, dictionary: null },
        { type: INT64, data: Float64Array.from(rows, ([, id]) => id), valid: null, dictionary: null },
      ],
      kinds: null,
      marks,
      watermark: high,
    });
    this.#wake?.();
    await quiet();
  }

  async next(): Promise<Batch | null> {
    while (this.#queue.length === 0) await new Promise<void>(resolve => (this.#wake = resolve));
    return this.#queue.shift()!;
  }
}

const feeds = new Map<string, Push>();
let readings = 0;

const pushes: SourceConnector = {
  name: 'push',
  open: ({ name }) =>
    Promise.resolve({
      summary: {
        name,
        fields: FIELDS,
        time: 'ts',
        boundUs: 0,
        boundFrom: 'declared',
        rows: null,
        firstTime: null,
        lastTime: null,
        notes: [],
      },
      live: true,
      read() {
        readings++;
        const feed = feeds.get(name)!;
        return { counters: newCounters(), next: () => feed.next(), close: () => feed.push() };
      },
      close: () => Promise.resolve(),
    }),
};

const live = (name: string, idleTimeoutUs: number | null = null): PlanNode => ({
  kind: 'source',
  name,
  connector: 'push',
  options: {},
  fields: null,
  time: { column: 'ts', boundUs: 0, idleTimeoutUs, sequence: null },
  clocked: false,
});

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
  feeds.set('a', a).set('b', b);
  readings = 0;
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
  expect(readings).toBe(2);
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
