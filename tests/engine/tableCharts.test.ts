import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChartSelection, GroupedMessage, InputMessage, ViewMessage } from '@millrace/protocol';
import { chart, sum, Table, tumble } from '../../engine/src/index.js';
import { DISPLAYABLE, type Displayable, type Displayed } from '../../engine/src/dsl/displayable.js';
import { decodeArrow } from '../../engine/src/codecs/arrow.js';

import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { HostLink, SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { virtualWorld } from '../support/virtualWorld.js';

const world = virtualWorld('.');
let host: SessionHost;
let link: HostLink;

beforeAll(() => {
  host = createSessionHost({ world, connectors: [valuesConnector], sinks: [], defer: setImmediate });
  link = host.link();
  setDefaultLink(link);
});

afterAll(async () => {
  setDefaultLink(null);
  await host.close();
  world.stop();
});

const ROWS = 1000;
interface Trade {
  ts: Date;
  symbol: string;
  price: number;
  size: number | null;
}
const rows = Array.from({ length: ROWS }, (_, k) => ({
  ts: new Date(k * 1000),
  symbol: ['AAPL', 'MSFT', 'it\'s "x"\\', '__proto__'][k % 4]!,
  price: (k * 37) % 101,
  size: k % 10 === 0 ? null : k,
}));
const columns = {
  ts: rows.map(row => row.ts),
  symbol: rows.map(row => row.symbol),
  price: rows.map(row => row.price),
  size: rows.map(row => row.size),
};
const table = Table.of<Trade>(columns as never, { time: 'ts' });
const trades = table.replay({ time: 'ts', name: 'trades', watermark: '0 s' });
const fills = Table.of<{ at: Date; price: number }>({ at: [new Date(5000)], price: [50] });

let views = 0;
async function show({ plan, view, others = [] }: Displayed): Promise<string[]> {
  const ids: string[] = [];
  for (const each of [plan, ...others]) {
    const viewId = `view${++views}`;
    await link.request({ type: 'view', viewId, plan: each, owner: null, view });
    ids.push(viewId);
  }
  await link.request({ type: 'until', time: 'end' });
  return ids;
}

async function countOf(shown: Displayable): Promise<() => Promise<number>> {
  const [viewId] = await show(shown[DISPLAYABLE]());
  return async () => {
    await link.request({ type: 'inputsSettled' });
    const { arrow } = await link.request({ type: 'viewSnapshot', viewId: viewId!, limit: 1e6 });
    return decodeArrow(arrow).length;
  };
}

const turns = async (count = 40): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve));
};

describe('a chart over several tables', () => {
  const spec = {
    layer: [
      { data: trades, mark: 'line', encoding: { x: { field: 'ts' }, y: { field: 'price' } } },
      { data: fills, mark: 'point', encoding: { x: { field: 'at' }, y: { field: 'price' } } },
      { data: trades, mark: 'rule', encoding: { y: { field: 'price', aggregate: 'mean' } } },
    ],
  } as const;

  test('names its tables in a plain spec, each once', () => {
    const { plan, view, others } = chart(spec)[DISPLAYABLE]();
    expect(plan).toBe(trades.plan);
    expect(others).toEqual([fills.plan]);
    expect(view).toMatchObject({
      chart: {
        tables: 2,
        spec: {
          layer: [{ data: { name: 'rows' } }, { data: { name: 'rows1' } }, { data: { name: 'rows' } }],
        },
      },
    });
  });

  test('is told all of its tables in one message at a time', async () => {
    const ids = await show(chart(spec)[DISPLAYABLE]());
    const groups: Extract<ViewMessage, { type: 'group' }>[] = [];
    const connection = host.attachView(
      { v: 1, viewId: ids[0]!, parts: ids.slice(1), credit: 1, range: null },
      (message, buffers) => {
        expect(message.type).toBe('group');
        if (message.type !== 'group') return;
        expect(message.messages.reduce((total, part: GroupedMessage) => total + part.buffers, 0)).toBe(
          buffers.length,
        );
        groups.push(message);
      },
    );
    await turns();
    expect(
      groups.map(({ seq, messages }) => [seq, messages.map(({ part, message }) => [part, message.type])]),
    ).toEqual([
      [
        1,
        [
          [0, 'snapshot'],
          [1, 'snapshot'],
        ],
      ],
    ]);
    // Nothing more before it is acknowledged, and what was missed is told anew.
    connection.receive({ type: 'resync' });
    await new Promise(resolve => setTimeout(resolve, 50));
    await turns();
    expect(groups).toHaveLength(2);
    expect(groups[1]!.messages.map(({ message }) => message.type)).toEqual(['snapshot', 'snapshot']);
    connection.close();
  });

  test('counts the late rows of its tables', async () => {
    const late = Table.of<{ ts: Date; n: number }>({
      ts: [0, 60, 120, 1, 180, 2].map(second => new Date(second * 1000)),
      n: [1, 1, 1, 1, 1, 1],
    } as never).replay({ time: 'ts', name: 'late', watermark: '0 s' });
    const bars = late
      .window(tumble('1 min'))
      .groupBy()
      .aggregate(t => ({ n: sum(t.n) }));
    const spec = {
      layer: [
        { data: bars, mark: 'bar', encoding: { y: { field: 'n' } } },
        { data: fills, mark: 'point', encoding: { y: { field: 'price' } } },
      ],
    } as const;
    const [viewId] = await show(chart(spec)[DISPLAYABLE]());
    const { status } = await link.request({ type: 'viewSnapshot', viewId: viewId!, limit: 10 });
    expect(status.late).toBe(2);
  });

  test('says what it cannot be', () => {
    expect(() => chart({ layer: [{ mark: 'line' }] } as never)).toThrow(/MR8302/);
    expect(() => chart({ layer: [{ data: 5, mark: 'line' }] } as never)).toThrow(/MR8301/);
    expect(() => chart({ data: { url: 'x.csv' }, mark: 'line' } as never)).toThrow(/MR8301/);
    const many = Array.from({ length: 21 }, (_, k) => ({ data: Table.of({ a: [k] }), mark: 'point' }));
    expect(() => chart({ layer: many } as never)).toThrow(/MR8303/);
    expect(() => chart({ data: fills, mark: { type: 'image', url: 'https://x/y.png' } } as never)).toThrow(
      /MR8300/,
    );
    let deep: object = { data: fills, mark: 'line' };
    for (let level = 0; level < 200; level++) deep = { hconcat: [deep] };
    expect(() => chart(deep as never)).toThrow(/MR8303/);
  });
});

describe('specs', () => {
  test.each([
    [{ data: { url: 'x.csv' }, mark: 'point' }, /data.url/],
    [{ mark: { type: 'point', href: 'https://x' } }, /href/],
    [{ mark: 'point', encoding: { href: { field: 'symbol' } } }, /href/],
    [{ mark: { type: 'image', url: 'https://x/y.png' } }, /mark.url/],
    [{ mark: 'image', encoding: { url: { value: 'https://x/y.png' } } }, /encoding.url/],
    [{ mark: 'point', usermeta: { embedOptions: { loader: 'x' } } }, /usermeta/],
    [{ mark: 'point', transform: [{ calculate: "warn('x')", as: 'y' }] }, /warn\(\)/],
    [{ mark: 'point', transform: [{ filter: "modify('rows', [])" }] }, /modify\(\)/],
    [
      { mark: 'point', transform: [{ lookup: 'symbol', from: { data: { url: 'x' }, key: 'a' } }] },
      /data.url/,
    ],
  ])('%j is refused', (spec, message) => {
    expect(() => trades.chart(spec as never)).toThrow(/MR8300/);
    expect(() => trades.chart(spec as never)).toThrow(message);
  });

  test('rows that are written in a spec are values, whatever they are called', () => {
    const values = [{ url: 'https://x', href: 'y', expr: 'warn(1)' }];
    trades.chart({ data: { values }, mark: 'text', encoding: { text: { field: 'price' } } });
    trades.chart({ mark: 'image', encoding: { url: { field: 'symbol' } } });
    trades.chart({ mark: { type: 'image', url: 'data:image/png;base64,AAAA' } });
  });
});

describe('selections', () => {
  let names = 0;
  /** A chart whose selection is used, and what a front end sends and is told. */
  function selected(of: { selection(name: 'pick'): (row: never) => never } & Displayable) {
    const condition = of.selection('pick');
    const { view } = of[DISPLAYABLE]();
    const [selection] = (view.kind === 'chart' ? view.selections : undefined) as readonly ChartSelection[];
    const told: InputMessage[] = [];
    const control = host.attachInput({ v: 1, name: selection!.input }, message => told.push(message));
    const send = (value: unknown): void =>
      control.receive({ type: 'set', value: typeof value === 'string' ? value : JSON.stringify(value) });
    return { condition: condition as never, selection: selection!, send, told, id: ++names };
  }
  const us = (k: number): number => k * 1_000_000;

  test('an interval filters whatever has its columns; nothing selected is everything', async () => {
    const overview = trades.chart({
      params: [{ name: 'pick', select: { type: 'interval', encodings: ['x'] } }],
      mark: 'point',
      encoding: { x: { field: 'ts' }, y: { field: 'price' } },
    });
    const { condition, selection, send, told } = selected(overview as never);
    expect(selection.spec.fields).toEqual([{ column: 'ts', kind: 'time', way: 'range' }]);
    expect(selection.channels).toEqual(['x']);
    const count = await countOf(trades.where(condition));
    const other = await countOf(table.where(condition));
    expect([await count(), await other()]).toEqual([ROWS, ROWS]);
    send([[us(10), us(19)]]);
    expect([await count(), await other()]).toEqual([10, 10]);
    send([[us(19), us(10)]]);
    expect(await count()).toBe(10);
    expect(told.at(-1)).toMatchObject({ type: 'state', value: JSON.stringify([[us(10), us(19)]]) });
    send('');
    expect([await count(), await other()]).toEqual([ROWS, ROWS]);
    for (const hostile of [
      '[',
      '[[1]]',
      '[["a","b"]]',
      '[[1,null]]',
      '[[1,2],[3,4]]',
      'x'.repeat(1e6),
      '[[1e999,2]]',
    ]) {
      send(hostile);
      expect(
        told.some(({ type }) => type === 'error'),
        hostile.slice(0, 20),
      ).toBe(true);
      told.length = 0;
    }
    expect(await count()).toBe(ROWS);
  });

  test('both sides of a rectangle, where NULL is in none', async () => {
    const both = table.chart({
      params: [{ name: 'pick', select: 'interval' }],
      mark: 'point',
      encoding: { x: { field: 'price' }, y: { field: 'size' } },
    });
    const { condition, send } = selected(both as never);
    const count = await countOf(table.where(condition));
    expect(await count()).toBe(ROWS);
    send([
      [10, 20.5],
      [100, 500],
    ]);
    const within = rows.filter(
      ({ price, size }) => price >= 10 && price <= 20.5 && size !== null && size >= 100 && size <= 500,
    );
    expect(await count()).toBe(within.length);
    expect(within.length).toBeGreaterThan(10);
  });

  test('points are rows that are like one of them, in all of the fields', async () => {
    const points = table.chart({
      params: [{ name: 'pick', select: { type: 'point', fields: ['symbol', 'price'] } }],
      mark: 'point',
      encoding: { x: { field: 'ts' } },
    });
    const { condition, send } = selected(points as never);
    const count = await countOf(table.where(condition));
    send([
      ['AAPL', 47],
      ['__proto__', 10],
    ]);
    const like = rows.filter(
      ({ symbol, price }) => (symbol === 'AAPL' && price === 47) || (symbol === '__proto__' && price === 10),
    );
    expect(await count()).toBe(like.length);
    const legend = table.chart({
      params: [{ name: 'pick', select: { type: 'point', encodings: ['color'] }, bind: 'legend' }],
      mark: 'line',
      encoding: { x: { field: 'ts' }, color: { field: 'symbol' } },
    });
    const one = selected(legend as never);
    const counted = await countOf(table.where(one.condition));
    for (const symbol of new Set(rows.map(row => row.symbol))) {
      one.send([[symbol]]);
      expect(await counted(), symbol).toBe(ROWS / 4);
    }
    one.send(Array.from({ length: 21 }, (_, k) => [`S${k}`]));
    expect(one.told.some(({ type }) => type === 'error')).toBe(true);
  });

  test('say why rows cannot be filtered by them', () => {
    const unnamed = table.chart({
      params: [{ name: 'a', select: 'point' }],
      mark: 'bar',
      encoding: { x: { field: 'symbol' } },
    });
    expect(() => unnamed.selection('a')).toThrow(/MR8311.*no columns/s);
    const summed = table.chart({
      params: [{ name: 'a', select: { type: 'interval', encodings: ['y'] } }],
      mark: 'bar',
      encoding: { y: { field: 'price', aggregate: 'sum' } },
    });
    expect(() => summed.selection('a')).toThrow(/MR8311.*channel y/s);
    expect(() => summed.selection('b' as never)).toThrow(/MR8310.*'a'/s);
  });
});
