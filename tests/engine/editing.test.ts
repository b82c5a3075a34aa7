import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ViewMessage } from '@millrace/protocol';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';
import { INT32 } from '../../engine/src/columns/types.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { HandWorld, live, Push, pushed, pushes, quiet } from '../support/liveFeeds.js';

const GRID = { kind: 'grid' as const, title: null };
const HOURS = 3_600_000;

/** Rows in windows of ten seconds. */
const BARS: PlanNode = {
  kind: 'aggregate',
  input: live('feed'),
  keys: [],
  window: { type: 'tumble', parameters: { sizeUs: 10e6 } },
  allowedLatenessUs: 0,
  columns: [{ name: 'n', call: { fn: 'count', args: [], where: null, distinct: false, options: {} } }],
};

/** The bars of more than so many rows. */
const above = (rows: number, input: PlanNode = BARS): PlanNode => ({
  kind: 'filter',
  input,
  predicate: {
    kind: 'call',
    fn: 'gt',
    args: [
      { kind: 'column', name: 'n' },
      { kind: 'literal', type: INT32, value: rows },
    ],
  },
});

let world: HandWorld;
let host: SessionHost;
let link: HostLink;
let feed: Push;

beforeEach(() => {
  world = new HandWorld();
  host = createSessionHost({ world, connectors: [pushes], sinks: [], defer: setImmediate });
  link = host.link();
  feed = new Push();
  pushed.feeds.set('feed', feed);
  pushed.readings = 0;
});

afterEach(async () => {
  await host.close();
});

/** Runs a cell that shows a plan. */
async function run(plan: PlanNode, owner = 'cell'): Promise<void> {
  await link.request({ type: 'retireOwner', owner });
  await link.request({ type: 'view', viewId: owner, plan, owner, view: GRID });
  await link.request({ type: 'settleOwner', owner });
}

/** How many rows each window that a cell shows has. */
async function counts(owner = 'cell'): Promise<number[]> {
  const { arrow } = await link.request({ type: 'viewSnapshot', viewId: owner, limit: 100 });
  const { fields, columns, length } = decodeArrow(arrow);
  const { data } = columns[fields.findIndex(({ name }) => name === 'n')];
  return Array.from({ length }, (_, row) => Number(data[row]));
}

/** Rows of two hours ago, which the feed's history has dropped since. */
async function longAgo(): Promise<void> {
  await feed.push([1, 0], [2, 0], [11, 0]);
  await world.pass(2 * HOURS);
  await feed.push([7201, 0], [7202, 0], [7203, 0]);
  await world.pass(1000);
}

describe('a cell that is run again', () => {
  test('shows at once what it showed where it is the same', async () => {
    await run(above(0));
    await longAgo();
    await run(above(0));
    expect(await counts()).toEqual([2, 1, 3]);
    expect(pushed.readings).toBe(1);
  });

  test('goes on from the windows that it had where what is made of them is another', async () => {
    await run(above(0));
    await longAgo();
    await run(above(1));
    expect(await counts()).toEqual([2, 3]);
    await feed.push([7204, 0], [7212, 0], [7213, 0]);
    expect(await counts()).toEqual([2, 4, 2]);
    expect(pushed.readings).toBe(1);
  });

  test('makes of a table that another cell shows what it wants', async () => {
    await run(BARS, 'bars');
    await longAgo();
    await run(above(2));
    expect(await counts()).toEqual([3]);
    await run(above(0), 'other');
    expect(await counts('other')).toEqual([2, 1, 3]);
  });

  test('begins with what the feed remembers where the windows are others', async () => {
    await run(above(0));
    await longAgo();
    await run(above(0, { ...BARS, window: { type: 'tumble', parameters: { sizeUs: 20e6 } } } as PlanNode));
    expect(await counts()).toEqual([3]);
  });

  test('ends its views when it begins, and what it does not make again when it has run', async () => {
    await run(above(0));
    const messages: ViewMessage[] = [];
    host.attachView({ v: 1, viewId: 'cell', credit: 1, range: null }, message => messages.push(message));
    await link.request({ type: 'retireOwner', owner: 'cell' });
    expect(messages.at(-1)).toEqual({ type: 'bye', reason: 'Its cell was run again.' });
    expect((await link.request({ type: 'stats' })).sources).toHaveLength(1);
    await link.request({ type: 'settleOwner', owner: 'cell' });
    expect((await link.request({ type: 'stats' })).sources).toEqual([]);
  });
});

test('a part that fails ends what runs on it, and all is well again with the next run', async () => {
  const big = { kind: 'literal' as const, type: { kind: 'int64' as const }, value: String(2n ** 62n) };
  const overflow: PlanNode = {
    ...(BARS as Extract<PlanNode, { kind: 'aggregate' }>),
    columns: [{ name: 'n', call: { fn: 'sum', args: [big], where: null, distinct: false, options: {} } }],
  };
  await run(above(0, overflow));
  await feed.push([1, 0]);
  const status = async () => (await link.request({ type: 'viewSnapshot', viewId: 'cell', limit: 1 })).status;
  expect((await status()).state).toBe('live');
  await feed.push([2, 0], [3, 0]);
  expect(await status()).toMatchObject({ state: 'failed', rowsIn: 3 });
  await run(above(0));
  await quiet();
  expect(await status()).toMatchObject({ state: 'live', rowsIn: 3, late: 0 });
  expect(await counts()).toEqual([3]);
});

test('a query that is run again after a failure keeps its part when other cells go', async () => {
  const total: PlanNode = {
    ...(BARS as Extract<PlanNode, { kind: 'aggregate' }>),
    window: null,
    columns: [
      {
        name: 'n',
        call: {
          fn: 'sum',
          args: [{ kind: 'column', name: 'id' }],
          where: null,
          distinct: false,
          options: {},
        },
      },
    ],
  };
  const nearly = {
    kind: 'literal' as const,
    type: { kind: 'int64' as const },
    value: String(2n ** 63n - 8n),
  };
  const added: PlanNode = {
    kind: 'project',
    input: total,
    keep: 'none',
    columns: [
      { name: 'n', expr: { kind: 'call', fn: 'add', args: [{ kind: 'column', name: 'n' }, nearly] } },
    ],
  };
  await run(above(-1, total), 'other');
  await run(added);
  await feed.push([1, 1]);
  await feed.push([2, 10]);
  const state = async () =>
    (await link.request({ type: 'viewSnapshot', viewId: 'cell', limit: 1 })).status.state;
  expect(await state()).toBe('failed');
  await feed.push([3, -10]);
  await run(added);
  await link.request({ type: 'releaseOwner', owner: 'other' });
  await feed.push([4, 1]);
  expect(await state()).toBe('live');
  expect((await link.request({ type: 'viewSnapshot', viewId: 'cell', limit: 1 })).status.rowsIn).toBe(4);
  expect(await counts()).toEqual([Number(2n ** 63n - 6n)]);
});

test('rows by key of a query on a part are there once the part has read what it can', async () => {
  const groups = { ...BARS, window: null } as PlanNode;
  await feed.push([1, 0], [2, 0]);
  const plan = above(0, groups);
  const { indexId } = await link.request({ type: 'index', plan, columns: ['n'], owner: 'cell', over: 'now' });
  const found = await link.request({ type: 'indexGet', indexId, key: [2n], all: false });
  expect(found.rows).toBe(1);
});

test('what a query on a part does is told with what the part does', async () => {
  await run(above(1));
  await feed.push([1, 0], [2, 0], [11, 0]);
  const stats = await link.request({ type: 'queryStats', plan: above(1) });
  expect(stats).toMatchObject({ state: 'running', rowsIn: 3, sources: [{ name: 'feed', rows: 3 }] });
  expect(stats.operators.map(({ operator, op }) => `${operator} ${op}`)).toEqual([
    '1 windowedAggregate',
    '2 filter',
  ]);
  const { text } = await link.request({ type: 'explain', plan: above(1) });
  expect(text).toMatch(
    /2 filter gt\(n, 1\)[^]*rows 2 → 1[^]*1 windowed aggregate[^]*rows 3 → 2[^]*source feed/,
  );
});
