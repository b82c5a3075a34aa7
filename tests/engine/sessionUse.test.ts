import { afterEach, expect, test } from 'vitest';
import type { ViewMessage } from '@millrace/protocol';
import { decodeArrow, encodeArrow } from '../../engine/src/codecs/arrow.js';
import { FLOAT64, INT64, STRING, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf, valueAt } from '../../engine/src/columns/values.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { virtualWorld } from '../support/virtualWorld.js';

const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'symbol', type: STRING, nullable: false },
  { name: 'price', type: FLOAT64, nullable: false },
];
const GRID = { kind: 'grid' as const, title: null };
const TIME = { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null };

function sourceOf(name: string, prices: readonly number[], time: typeof TIME | null = TIME): PlanNode {
  const columns = [
    columnOf(
      FIELDS[0].type,
      prices.map((_, k) => BigInt(k) * 1_000_000n),
    ),
    columnOf(
      STRING,
      prices.map(() => name),
    ),
    columnOf(FLOAT64, prices),
  ];
  const options = { arrow: encodeArrow(FIELDS, columns, prices.length) };
  return { kind: 'source', name, connector: 'values', options, fields: null, time, clocked: true };
}

const barsOf = (input: PlanNode): PlanNode => ({
  kind: 'aggregate',
  input,
  keys: [],
  window: { type: 'tumble', parameters: { sizeUs: 10e6 } },
  allowedLatenessUs: 0,
  columns: [
    {
      name: 'total',
      call: {
        fn: 'sum',
        args: [{ kind: 'column', name: 'price' }],
        where: null,
        distinct: false,
        options: {},
      },
    },
  ],
});

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function open() {
  const world = virtualWorld('.');
  const host = createSessionHost({ world, connectors: [valuesConnector], sinks: [], defer: setImmediate });
  const link = host.link();
  closing.push(async () => {
    await host.close();
    world.stop();
  });
  const view = async (viewId: string, plan: PlanNode): Promise<void> => {
    await link.request({ type: 'view', viewId, plan, owner: null, view: GRID });
    await link.request({ type: 'until', time: 'end' });
  };
  const last = async (viewId: string): Promise<unknown[]> => {
    const { arrow } = await link.request({ type: 'viewSnapshot', viewId, limit: 1e6 });
    const { columns, length } = decodeArrow(arrow);
    return Array.from({ length }, (_, row) => valueAt(columns.at(-1)!, row));
  };
  return { host, link, view, last };
}

test('what is shown goes on over another source, and so does what is made later; and back', async () => {
  const { link, view, last } = await open();
  const written = barsOf(sourceOf('trades', [1, 2, 3]));
  await view('early', written);
  expect(await last('early')).toEqual([6]);
  const { rebound } = await link.request({
    type: 'use',
    sources: { trades: sourceOf('other', [10, 20], null) },
  });
  expect(rebound).toBe(1);
  await link.request({ type: 'until', time: 'end' });
  expect(await last('early')).toEqual([30]);
  await view('late', written);
  expect(await last('late')).toEqual([30]);
  const { rows } = await link.request({ type: 'read', plan: written, limit: null, current: true });
  expect(rows).toBe(1);
  // It goes by the name that the cells gave.
  const { bound } = await link.request({
    type: 'view',
    viewId: 'late',
    plan: written,
    owner: null,
    view: GRID,
  });
  expect(bound.sources.map(({ name }) => name)).toEqual(['trades']);
  await link.request({ type: 'use', sources: { trades: null } });
  await link.request({ type: 'until', time: 'end' });
  expect(await last('early')).toEqual([6]);
  expect(await last('late')).toEqual([6]);
});

test('a front end that looks is given the other table as a snapshot, without looking again', async () => {
  const { host, link, view } = await open();
  await view('bars', barsOf(sourceOf('trades', [1, 2, 3])));
  const messages: ViewMessage[] = [];
  const connection = host.attachView({ v: 1, viewId: 'bars', credit: 8, range: null }, message =>
    messages.push(message),
  );
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve));
  };
  await settle();
  await link.request({ type: 'use', sources: { trades: sourceOf('other', [10, 20]) } });
  await link.request({ type: 'until', time: 'end' });
  await settle();
  const kinds = messages.map(({ type }) => type);
  expect(kinds.filter(kind => kind === 'snapshot').length).toBeGreaterThanOrEqual(2);
  expect(kinds).not.toContain('bye');
  connection.close();
});

test('a source of other columns is refused, and nothing changes', async () => {
  const { link, view, last } = await open();
  await view('rows', sourceOf('trades', [1, 2]));
  const fields: Field[] = [FIELDS[0], { name: 'price', type: INT64, nullable: false }];
  const arrow = encodeArrow(fields, [columnOf(FIELDS[0].type, [0n]), columnOf(INT64, [5n])], 1);
  const other: PlanNode = { ...sourceOf('other', []), options: { arrow } } as PlanNode;
  await expect(link.request({ type: 'use', sources: { trades: other } })).rejects.toMatchObject({
    code: 'MR5106',
  });
  expect(await last('rows')).toEqual([1, 2]);
  await view('again', sourceOf('trades', [1, 2]));
  expect(await last('again')).toEqual([1, 2]);
});

test('two sources that take the place of each other do so once', async () => {
  const { link, view, last } = await open();
  const a = sourceOf('a', [1]);
  const b = sourceOf('b', [2]);
  await view('a', a);
  await view('b', b);
  await link.request({ type: 'use', sources: { a: b, b: a } });
  await link.request({ type: 'until', time: 'end' });
  expect([await last('a'), await last('b')]).toEqual([[2], [1]]);
});
