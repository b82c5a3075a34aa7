import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import type { Batch } from '../../engine/src/columns/batch.js';
import { INT64, timestampType, type Field } from '../../engine/src/columns/types.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import type { Operator } from '../../engine/src/operators/operator.js';
import { SnapshotWriter } from '../../engine/src/operators/snapshotFormat.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { newCounters } from '../../engine/src/sources/counters.js';
import type { SourceConnector } from '../../engine/src/sources/source.js';
import { virtualWorld, type VirtualWorld } from '../support/virtualWorld.js';

const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'id', type: INT64, nullable: false },
];
const ROWS = 8192;

/** Rows whose ids never come again, a row every 100 ms of event time, without end. */
function batchAt(from: number): Batch {
  const times = Float64Array.from({ length: ROWS }, (_, k) => (from + k + 1) * 100_000);
  return {
    schema: { fields: FIELDS },
    length: ROWS,
    columns: [
      { type: FIELDS[0].type, data: times, valid: null, dictionary: null },
      {
        type: INT64,
        data: Float64Array.from({ length: ROWS }, (_, k) => from + k),
        valid: null,
        dictionary: null,
      },
    ],
    kinds: null,
    marks: times,
    watermark: times[ROWS - 1],
  };
}

/** How many batches have been read, and how often the source was. */
let batches = 0;
let readings = 0;

const endless: SourceConnector = {
  name: 'endless',
  open: ({ name, options }) =>
    Promise.resolve({
      summary: {
        name,
        fields: FIELDS,
        time: 'ts',
        boundUs: 0,
        boundFrom: 'declared',
        rows: null,
        firstTime: 0,
        lastTime: null,
        notes: [],
      },
      live: options.live === true,
      read() {
        readings++;
        let at = 0;
        const most = (options.batches as number | undefined) ?? Infinity;
        return {
          counters: newCounters(),
          next(maxRows: number) {
            batches++;
            expect(maxRows).toBeGreaterThanOrEqual(ROWS);
            return Promise.resolve(at >= most ? null : batchAt(at++ * ROWS));
          },
          close: () => Promise.resolve(),
        };
      },
      close: () => Promise.resolve(),
    }),
};

const sourceOf = (options: object = {}): PlanNode => ({
  kind: 'source',
  name: 'orders',
  connector: 'endless',
  options: { ...options },
  fields: null,
  time: { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null },
  clocked: true,
});

const column = (name: string) => ({ kind: 'column' as const, name });

const countById = (input: PlanNode, ttlUs?: number): PlanNode => ({
  kind: 'aggregate',
  input,
  keys: ['id'],
  window: null,
  allowedLatenessUs: 0,
  ...(ttlUs === undefined ? {} : { ttlUs }),
  columns: [{ name: 'n', call: { fn: 'count', args: [], where: null, distinct: false, options: {} } }],
});

let world: VirtualWorld;
let host: SessionHost;

beforeEach(() => {
  batches = 0;
  readings = 0;
  world = virtualWorld('.');
  host = createSessionHost({
    world,
    connectors: [endless],
    sinks: [],
    defer: setImmediate,
    memoryBytes: 16_000_000,
  });
});

afterEach(async () => {
  await host.close();
  world.stop();
});

/** Waits until a view's query has failed; gives its error. */
async function refused(link: HostLink, viewId: string): Promise<string> {
  for (;;) {
    await new Promise(resolve => setImmediate(resolve));
    const { status } = await link.request({ type: 'viewSnapshot', viewId, limit: 1 });
    if (status.error !== null) return status.error;
  }
}

test('past the memory budget a query is refused, with who holds most and what to do', async () => {
  const link = host.link();
  const view = { kind: 'grid' as const, title: null };
  await link.request({ type: 'view', viewId: 'v', plan: countById(sourceOf()), owner: null, view });
  const error = await refused(link, 'v');
  expect(error).toMatch(
    /^MR5501 .*more than its memory budget of 16 MB, so source 'orders' is read no further/,
  );
  expect(error).toMatch(/The biggest: .*the state of 'group by id/);
  expect(error).toMatch(/ttl/);
  const read = batches;
  await new Promise(resolve => world.after(10_000, () => resolve(null)));
  expect(batches).toBe(read);
});

test('a read of its own is refused as well, and gives its memory back', async () => {
  const link = host.link();
  const read = (plan: PlanNode) => link.request({ type: 'read', plan, limit: null, current: false });
  await expect(read(countById(sourceOf()))).rejects.toMatchObject({ code: 'MR5501' });
  expect((await read(countById(sourceOf({ batches: 2 })))).rows).toBe(2 * ROWS);
});

test('a query that was refused gives its state back, and others go on', async () => {
  const link = host.link();
  const view = { kind: 'grid' as const, title: null };
  const source = sourceOf({ batches: 60 });
  await link.request({ type: 'view', viewId: 'v', plan: countById(source), owner: null, view });
  await refused(link, 'v');
  // The one that was refused is still shown.
  const all = { ...(countById(source) as Extract<PlanNode, { kind: 'aggregate' }>), keys: [] };
  await link.request({ type: 'view', viewId: 'w', plan: all, owner: null, view });
  await link.request({ type: 'until', time: 'end' });
  const { arrow, status } = await link.request({ type: 'viewSnapshot', viewId: 'w', limit: 1 });
  expect(status.error).toBeNull();
  expect(valueAt(decodeArrow(arrow).columns.at(-1)!, 0)).toBe(BigInt(60 * ROWS));
  const { memory } = await link.request({ type: 'stats' });
  expect(memory.usedBytes).toBeLessThan(memory.limitBytes);
});

test('the history of a live source makes way, and is counted; its queries see every row', async () => {
  const link = host.link();
  const view = { kind: 'grid' as const, title: null };
  const source = sourceOf({ batches: 100, live: true });
  const all = { ...(countById(source) as Extract<PlanNode, { kind: 'aggregate' }>), keys: [] };
  await link.request({ type: 'view', viewId: 'v', plan: all, owner: null, view });
  let stats;
  do {
    await new Promise(resolve => setImmediate(resolve));
    stats = await link.request({ type: 'stats' });
  } while (!stats.sources[0].ended);
  const { arrow, status } = await link.request({ type: 'viewSnapshot', viewId: 'v', limit: 1 });
  expect(status.error).toBeNull();
  expect(valueAt(decodeArrow(arrow).columns.at(-1)!, 0)).toBe(BigInt(100 * ROWS));
  expect(stats.sources[0].historyEvicted).toBeGreaterThan(0);
  expect(stats.memory.evictedBytes).toBeGreaterThan(0);
  expect(stats.memory.usedBytes).toBeLessThan(1.1 * stats.memory.limitBytes);
});

test('what a released query held counts no more', async () => {
  const link = host.link();
  const plan = countById(sourceOf({ batches: 2 }));
  const { queryId } = await link.request({ type: 'open', plan, owner: 'a cell' });
  await link.request({ type: 'until', time: 'end' });
  expect((await link.request({ type: 'stats' })).memory.usedBytes).toBeGreaterThan(0);
  await link.request({ type: 'release', queryId });
  expect((await link.request({ type: 'stats' })).memory.usedBytes).toBe(0);
});

test('groups that live their time out keep memory flat over a day of event time', () => {
  const plan = countById(sourceOf(), 3_600_000_000);
  const physical = planPhysical(
    plan,
    bindPlan(plan, source => sourceRelationOf(source, FIELDS)),
  );
  const operator = buildOperator(physical.operators[0]);
  let most = 0;
  let early = 0;
  for (let k = 0; k < 120; k++) {
    operator.process(0, batchAt(k * ROWS), () => undefined);
    most = Math.max(most, operator.bytes());
    if (k === 40) early = most;
    // An hour is 36,000 rows; they are looked for every quarter of it.
    expect(operator.stateRows()).toBeLessThan(36_000 + 9_000 + 2 * ROWS);
  }
  expect(most).toBeLessThanOrEqual(early * 1.1);
  expect(operator.counters.expired).toBeGreaterThan(110 * ROWS);
});

/** Runs a plan's operators, one after the other, over so many batches; gives what `of` says of them after each. */
function over(plan: PlanNode, count: number, of: (operators: readonly Operator[]) => number): number[] {
  const physical = planPhysical(
    plan,
    bindPlan(plan, source => sourceRelationOf(source, FIELDS)),
  );
  const operators = physical.operators.map(each => buildOperator(each));
  const push = operators.reduceRight<(batch: Batch) => void>(
    (next, operator) => batch => operator.process(0, batch, next),
    () => undefined,
  );
  return Array.from({ length: count }, (_, k) => {
    push(batchAt(k * ROWS));
    return of(operators);
  });
}

const bytesHeld = (operators: readonly Operator[]): number =>
  operators.reduce((total, operator) => total + operator.bytes(), 0);

/** Bytes of a snapshot of the last operator: of objects, too, which it counts roughly. */
function bytesWritten(operators: readonly Operator[]): number {
  const writer = new SnapshotWriter();
  operators.at(-1)!.snapshot(writer);
  return writer.encode().length;
}

test.each(['twap', 'realizedVol'])('%s of rows in event order keeps none of them', fn => {
  const call = { fn, args: [column('id')], where: null, distinct: false, options: {} };
  const rolling: PlanNode = {
    kind: 'rolling',
    input: sourceOf(),
    keys: [],
    frame: null,
    columns: [{ name: fn, over: 'start', call }],
  };
  const bars: PlanNode = {
    ...(windowed('tickBars', { threshold: 1e9 }) as Extract<PlanNode, { kind: 'aggregate' }>),
    keys: [],
    columns: [{ name: fn, call }],
  };
  for (const plan of [rolling, bars]) {
    const bytes = over(plan, 8, bytesWritten);
    expect(bytes[7]).toBeLessThan(bytes[1] + 1000);
  }
});

const MINUTE_US = 60_000_000;
const windowed = (type: string, parameters: Record<string, number>): PlanNode => ({
  ...(countById(sourceOf()) as Extract<PlanNode, { kind: 'aggregate' }>),
  window: { type, parameters },
});

test.each<[string, PlanNode]>([
  ['windows', windowed('tumble', { sizeUs: MINUTE_US, offsetUs: 0 })],
  ['windows that overlap', windowed('hop', { sizeUs: 5 * MINUTE_US, slideUs: MINUTE_US })],
  ['sessions', windowed('session', { gapUs: MINUTE_US })],
  [
    'frames of time',
    {
      kind: 'rolling',
      input: sourceOf(),
      keys: ['id'],
      frame: { kind: 'range', us: MINUTE_US },
      columns: ['sum', 'max'].map(fn => ({
        name: fn,
        over: 'frame',
        call: { fn, args: [column('id')], where: null, distinct: false, options: {} },
      })),
    },
  ],
])('%s of keys that never come again hold no more after a day than after an hour', (_, plan) => {
  const bytes = over(plan, 108, bytesHeld);
  const most = (from: number, to: number): number => Math.max(...bytes.slice(from, to));
  expect(most(60, 108)).toBeLessThanOrEqual(most(5, 60) * 1.1);
  // A batch is about 14 minutes: what it has at once, and as many numbers again.
  expect(most(0, 108)).toBeLessThan(20_000_000);
});

test('fifty queries over one source read it once', async () => {
  const roomy = createSessionHost({ world, connectors: [endless], sinks: [], defer: setImmediate });
  const link = roomy.link();
  const view = { kind: 'grid' as const, title: null };
  const source = sourceOf({ batches: 8 });
  await link.request({ type: 'clock', command: { type: 'start', at: null, speed: 'max' } });
  await link.request({ type: 'clock', command: { type: 'pause' } });
  for (let k = 0; k < 50; k++) {
    const filtered: PlanNode = {
      kind: 'filter',
      input: source,
      predicate: {
        kind: 'call',
        fn: 'lt',
        args: [
          { kind: 'column', name: 'id' },
          { kind: 'literal', type: { kind: 'int32' }, value: k },
        ],
      },
    };
    const plan: PlanNode =
      k % 2 === 0 ? filtered : { kind: 'unionAll', inputs: [filtered, sourceOf({ batches: 8 })] };
    await link.request({ type: 'view', viewId: `v${k}`, plan, owner: null, view });
  }
  await link.request({ type: 'clock', command: { type: 'play' } });
  await link.request({ type: 'until', time: 'end' });
  const { status } = await link.request({ type: 'viewSnapshot', viewId: 'v48', limit: 1 });
  expect(status.total).toBe(48);
  const stats = await link.request({ type: 'stats' });
  expect(stats.sources).toHaveLength(1);
  expect({ readings, batches }).toEqual({ readings: 1, batches: 9 });
  await roomy.close();
});
