import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { INT64, timestampType, type Field } from '../../engine/src/columns/types.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { planPhysical } from '../../engine/src/physical/planner.js';
import { bindPlan, sourceRelationOf } from '../../engine/src/plan/bind.js';
import { buildOperator } from '../../engine/src/operators/build.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
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
      live: false,
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

test('past the memory budget a query is refused, with who holds most and what to do', async () => {
  const link = host.link();
  const view = { kind: 'grid' as const, title: null };
  await link.request({ type: 'view', viewId: 'v', plan: countById(sourceOf()), owner: null, view });
  let status;
  do {
    await new Promise(resolve => setImmediate(resolve));
    ({ status } = await link.request({ type: 'viewSnapshot', viewId: 'v', limit: 1 }));
  } while (status.error === null);
  expect(status.error).toMatch(
    /^MR5501 .*more than its memory budget of 16 MB, so source 'orders' is read no further/,
  );
  expect(status.error).toMatch(/The biggest: .*the state of 'group by id/);
  expect(status.error).toMatch(/ttl/);
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

/** Runs a plan's operators, one after the other, over so many batches; gives the bytes that the last one held after each. */
function bytesOver(plan: PlanNode, count: number): number[] {
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
    return operators.reduce((total, operator) => total + operator.bytes(), 0);
  });
}

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
        call: { fn, args: [{ kind: 'column', name: 'id' }], where: null, distinct: false, options: {} },
      })),
    },
  ],
])('%s of keys that never come again hold no more after a day than after an hour', (_, plan) => {
  const bytes = bytesOver(plan, 108);
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
