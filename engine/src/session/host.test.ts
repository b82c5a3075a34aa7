import { afterEach, describe, expect, test } from 'vitest';
import { PROTOCOL_VERSION, type InputMessage, type ViewMessage } from '@millrace/protocol';
import { decodeArrow, encodeArrow } from '../codecs/arrow.js';
import type { Batch } from '../columns/batch.js';
import { FLOAT64, STRING, timestampType, type Field } from '../columns/types.js';
import { columnOf } from '../columns/values.js';
import type { PlanNode } from '../plan/plan.js';
import { newCounters } from '../sources/counters.js';
import type { OpenSource, SourceConnector, World } from '../sources/source.js';
import { valuesConnector } from '../sources/values.js';
import { createSessionHost } from './host.js';
import type { HostEvent, SessionHost } from './protocol.js';

const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'symbol', type: STRING, nullable: false },
  { name: 'price', type: FLOAT64, nullable: false },
];
const TIME = { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null };
const GRID = { kind: 'grid' as const, title: null };

const world: World = {
  directory: '.',
  now: () => Date.now(),
  random: () => 0.5,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

const columnsOf = (times: readonly number[]) => [
  columnOf(FIELDS[0].type, times.map(BigInt)),
  columnOf(
    STRING,
    times.map(time => (time % 2 === 0 ? 'even' : 'odd')),
  ),
  columnOf(FLOAT64, times),
];

/** A replay of rows at these times. */
function replayOf(times: readonly number[], name = 'replay'): PlanNode {
  const arrow = encodeArrow(FIELDS, columnsOf(times), times.length);
  return {
    kind: 'source',
    name,
    connector: 'values',
    options: { arrow },
    fields: null,
    time: TIME,
    clocked: true,
  };
}

const sums = (input: PlanNode): PlanNode => ({
  kind: 'aggregate',
  input,
  keys: ['symbol'],
  window: null,
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

/** A live source that gives what the test pushes; how often it was opened and read is counted. */
function liveSource() {
  const waiting: (() => void)[] = [];
  const queue: number[][] = [];
  const counts = { opened: 0, closed: 0 };
  const counters = newCounters();
  let closed = false;
  const connector: SourceConnector = {
    name: 'live',
    open: () => {
      counts.opened++;
      closed = false;
      const source: OpenSource = {
        summary: {
          name: 'live',
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
        read: () => ({
          counters,
          next: async (): Promise<Batch | null> => {
            while (queue.length === 0 && !closed) await new Promise<void>(resolve => waiting.push(resolve));
            const times = queue.shift();
            if (times === undefined) return null;
            return {
              schema: { fields: FIELDS },
              length: times.length,
              columns: columnsOf(times),
              kinds: null,
              marks: Float64Array.from(times),
              watermark: times.at(-1) ?? 0,
            };
          },
          close: () => {
            closed = true;
            for (const wake of waiting.splice(0)) wake();
            return Promise.resolve();
          },
        }),
        close: () => {
          counts.closed++;
          return Promise.resolve();
        },
      };
      return Promise.resolve(source);
    },
  };
  const node: PlanNode = {
    kind: 'source',
    name: 'live',
    connector: 'live',
    options: {},
    fields: null,
    time: TIME,
    clocked: false,
  };
  const push = async (times: number[]): Promise<void> => {
    queue.push(times);
    for (const wake of waiting.splice(0)) wake();
    for (let i = 0; i < 10; i++) await new Promise(resolve => setImmediate(resolve));
  };
  return { connector, node, push, counts };
}

let host: SessionHost;
const live = liveSource();
const start = (): SessionHost =>
  (host = createSessionHost({
    world,
    connectors: [valuesConnector, live.connector],
    sinks: [],
    defer: setImmediate,
  }));
afterEach(() => host.close());

const totals = (arrow: Uint8Array): Record<string, number> => {
  const { columns, length, fields } = decodeArrow(arrow);
  const at = (name: string): number => fields.findIndex(field => field.name === name);
  const symbols = columns[at('symbol')];
  return Object.fromEntries(
    Array.from({ length }, (_, row) => [
      symbols.dictionary!.at(symbols.data[row] as number),
      columns[at('total')].data[row] as number,
    ]),
  );
};

test('a table is read at the end of its input', async () => {
  const link = start().link();
  const { arrow, rows, bound } = await link.request({
    type: 'read',
    plan: sums(replayOf([1, 2, 3, 4])),
    limit: null,
    current: true,
  });
  expect(rows).toBe(2);
  expect(bound.key).toEqual(['symbol']);
  expect(totals(arrow)).toEqual({ odd: 4, even: 6 });
});

test('a stream is read no further than its first rows are wanted', async () => {
  const link = start().link();
  const { rows } = await link.request({
    type: 'read',
    plan: replayOf([1, 2, 3, 4]),
    limit: 2,
    current: true,
  });
  expect(rows).toBe(2);
});

test('a clock that was started before any replay takes its time from the first one that is read', async () => {
  const link = start().link();
  const hour = 3_600_000_000;
  const plan = replayOf([10 * hour, 11 * hour, 12 * hour]);
  const read = () => link.request({ type: 'read', plan, limit: null, current: true });
  await link.request({ type: 'clock', command: { type: 'start', at: '11:00', speed: 1 } });
  expect((await read()).rows).toBe(2);
  await link.request({ type: 'clock', command: { type: 'speed', speed: 'max' } });
  expect((await read()).rows).toBe(3);
});

describe('live feeds', () => {
  test('equal sources share one connection, a late query gets what has been, and the last release disconnects', async () => {
    const link = start().link();
    await link.request({ type: 'view', viewId: 'a', plan: sums(live.node), owner: 'cell 1', view: GRID });
    await live.push([1, 2, 3]);
    await live.push([4, 5]);
    await link.request({
      type: 'view',
      viewId: 'b',
      plan: sums({ kind: 'keep', input: live.node, retention: { lastUs: null, rows: null, bytes: null } }),
      owner: 'cell 2',
      view: GRID,
    });
    await live.push([6]);
    const shown = await Promise.all(
      ['a', 'b'].map(viewId => link.request({ type: 'viewSnapshot', viewId, limit: 10 })),
    );
    expect(shown.map(({ arrow }) => totals(arrow))).toEqual([
      { odd: 9, even: 12 },
      { odd: 9, even: 12 },
    ]);
    expect(live.counts.opened).toBe(1);
    await link.request({ type: 'releaseOwner', owner: 'cell 1' });
    expect(live.counts.closed).toBe(0);
    await link.request({ type: 'releaseOwner', owner: 'cell 2' });
    expect(live.counts.closed).toBe(1);
    expect((await link.request({ type: 'stats' })).sources).toEqual([]);
  });
});

test('a view that is not known, or another version, is told so', () => {
  const messages: ViewMessage[] = [];
  start().attachView({ v: 1, viewId: 'none', credit: 1, range: null }, message => messages.push(message));
  host.attachView({ v: 99, viewId: 'none', credit: 1, range: null }, message => messages.push(message));
  expect(messages.map(message => (message.type === 'bye' ? message.reason : ''))).toEqual([
    'The kernel does not know this view: run its cell again.',
    'The kernel speaks version 1 of views, not 99: update the extension.',
  ]);
});

test('a cell that is run again ends its views with a word', async () => {
  const link = start().link();
  await link.request({ type: 'view', viewId: 'v', plan: sums(replayOf([1, 2])), owner: 'cell', view: GRID });
  const messages: ViewMessage[] = [];
  host.attachView({ v: 1, viewId: 'v', credit: 1, range: null }, message => messages.push(message));
  await link.request({ type: 'until', time: 'end' });
  await link.request({ type: 'releaseOwner', owner: 'cell' });
  expect(messages.at(-1)).toEqual({ type: 'bye', reason: 'Its cell was run again.' });
});

test('a query that fails says why, and others go on', async () => {
  const link = start().link();
  const events: HostEvent[] = [];
  link.onEvent(event => events.push(event));
  const source = replayOf([1, 2, 3]);
  const big = { kind: 'literal' as const, type: { kind: 'int64' as const }, value: String(2n ** 62n) };
  const overflow: PlanNode = {
    kind: 'aggregate',
    input: source,
    keys: [],
    window: null,
    allowedLatenessUs: 0,
    columns: [{ name: 'total', call: { fn: 'sum', args: [big], where: null, distinct: false, options: {} } }],
  };
  await link.request({ type: 'view', viewId: 'good', plan: sums(source), owner: null, view: GRID });
  const { queryId } = await link.request({ type: 'open', plan: overflow, owner: 'cell' });
  await link.request({ type: 'until', time: 'end' });
  const failed = events.find(event => event.type === 'queryFailed');
  expect(failed).toMatchObject({ queryId, owner: 'cell', error: { code: 'MR3110' } });
  const { arrow, status } = await link.request({ type: 'viewSnapshot', viewId: 'good', limit: 10 });
  expect(status.state).toBe('ended');
  expect(totals(arrow)).toEqual({ odd: 4, even: 2 });
});

test('an aggregate that cannot take rows back is refused where its input changes', async () => {
  const link = start().link();
  const plan: PlanNode = {
    ...(sums(sums(replayOf([1]))) as Extract<PlanNode, { kind: 'aggregate' }>),
    columns: [
      {
        name: 'm',
        call: {
          fn: 'defined',
          args: [{ kind: 'column', name: 'total' }],
          where: null,
          distinct: false,
          options: {
            name: 'total',
            args: 'float64',
            returns: 'float64',
            init: '() => 0',
            add: '(state, x) => state + x',
            value: 'state => state',
          },
        },
      },
    ],
  };
  await expect(link.request({ type: 'bind', plan })).rejects.toMatchObject({ code: 'MR3120' });
});

test('the clock starts again from a time: what is earlier is there at once', async () => {
  const link = start().link();
  const second = 1_000_000;
  await link.request({
    type: 'view',
    viewId: 'v',
    plan: sums(replayOf([0, 1, 2, 3].map(i => i * 3600 * second + 2))),
    owner: null,
    view: GRID,
  });
  const ended = await link.request({ type: 'until', time: 'end' });
  expect(ended.mode).toBe('ended');
  await link.request({ type: 'clock', command: { type: 'start', at: '01:30', speed: 1 } });
  await link.request({ type: 'until', time: 5400 * second });
  const { status } = await link.request({ type: 'viewSnapshot', viewId: 'v', limit: 10 });
  expect(status.rowsIn).toBe(2);
  const state = await link.request({ type: 'clock', command: { type: 'pause' } });
  expect(state.mode).toBe('paused');
  expect(Math.floor(state.nowUs! / second)).toBe(5400);
});

test('an input that a cell makes again is there, however closely the messages of the cell follow each other', async () => {
  const link = start().link();
  const spec = { kind: 'toggle', label: null, value: true } as const;
  const answers: InputMessage[] = [];
  for (let run = 0; run < 2; run++) {
    const made = [
      link.request({ type: 'retireOwner', owner: 'cell' }),
      link.request({ type: 'input', name: 'isOn', spec, owner: 'cell' }),
    ];
    await Promise.all(made);
    await link.request({ type: 'settleOwner', owner: 'cell' });
    host.attachInput({ v: PROTOCOL_VERSION, name: 'isOn' }, message => answers.push(message));
  }
  expect(answers.map(({ type }) => type)).toEqual(['state', 'state']);
});
