import { describe, expect, it } from 'vitest';
import { tableFromArrays, tableToIPC, timestamp, TimeUnit, utf8, float64, int64 } from '@uwdata/flechette';
import {
  VIEW_MIME,
  type ClockState,
  type ViewDescription,
  type ViewOutput,
  type ViewStatus,
} from '@millrace/protocol';
import type { HostLink, HostRequest } from 'millrace/session';
import type { Audience, DisplayData } from '../runner/contract.js';
import { createDisplay } from './index.js';

const DAY = 1_767_623_400_000_000n;

const status: ViewStatus = {
  state: 'ended',
  total: 3,
  rowsIn: 3,
  late: 1,
  rejected: 0,
  evicted: 0,
  watermarkUs: Number(DAY),
  error: null,
};

/** A host with one table, whose rows grow at the end of the replay. */
function fakeHost(total = (rows: number): number => rows) {
  const requests: HostRequest['type'][] = [];
  let rows = 2;
  let clock: ClockState['mode'] = 'max';
  const arrow = (): Uint8Array => {
    const symbols = ['A', '<b>B</b>', '=C()'].slice(0, rows);
    const table = tableFromArrays(
      {
        __row: Int32Array.from(symbols.keys()),
        ts: symbols.map((_, i) => Number(DAY / 1000n) + i * 60_000),
        symbol: symbols,
        price: symbols.map((_, i) => 1.5 + i),
        size: symbols.map((_, i) => (i === 1 ? null : BigInt(i))),
      },
      { types: { ts: timestamp(TimeUnit.MICROSECOND), symbol: utf8(), price: float64(), size: int64() } },
    );
    return tableToIPC(table, { format: 'stream' })!;
  };
  const fields = [
    { name: 'ts', type: { kind: 'timestamp', unit: 'us' }, nullable: false },
    { name: 'symbol', type: { kind: 'string' }, nullable: false },
    { name: 'price', type: { kind: 'float64' }, nullable: false },
    { name: 'size', type: { kind: 'int64' }, nullable: true },
  ];
  const bound = { fields, time: 'ts', mode: 'append', key: null, sources: [] };
  const request = (request: HostRequest): Promise<unknown> => {
    requests.push(request.type);
    if (request.type === 'viewSnapshot') {
      return Promise.resolve({ arrow: arrow(), status: { ...status, total: total(rows) }, bound });
    }
    if (request.type === 'clock') return Promise.resolve({ mode: clock });
    if (request.type === 'until') {
      rows = 3;
      clock = 'ended';
    }
    return Promise.resolve({ bound });
  };
  return { link: { request } as unknown as HostLink, requests };
}

function displayable(view: ViewDescription) {
  const collection = view.kind === 'grid' ? 'StreamTable' : null;
  return { [Symbol.for('millrace.displayable')]: () => ({ plan: { kind: 'source' }, view, collection }) };
}

const grid = displayable({ kind: 'grid', title: null });
const chart = displayable({
  kind: 'chart',
  title: null,
  chart: { form: 'line', x: 'ts', y: 'price', color: 'symbol' },
  lastUs: null,
  maxRows: 1000,
});

function setUp(total?: (rows: number) => number, audience: Audience = 'nobody') {
  const published: [kind: string, data: DisplayData][] = [];
  const host = fakeHost(total);
  const hooks = {
    link: host.link,
    publish: (kind: string, data: DisplayData) => void published.push([kind, data]),
    owner: () => 'cell-1',
    run: () => 1,
    audience: () => audience,
  };
  return { display: createDisplay(hooks), published, requests: host.requests };
}

describe('plain values', () => {
  const { display } = setUp();
  it.each([
    [1, '1'],
    ['text', "'text'"],
    [10n, '10n'],
    [null, 'null'],
    [[1, 2], '[ 1, 2 ]'],
    [new Map([['a', 1]]), "Map(1) { 'a' => 1 }"],
    [new Set([1]), 'Set(1) { 1 }'],
  ])('%s is text', async (value, text) => {
    expect(await display.toDisplayData(value)).toEqual({
      data: { 'text/plain': text },
      metadata: {},
      displayId: null,
    });
  });

  it('puts what a value says of itself into the metadata of its output', async () => {
    const pin = {
      [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'a.mrec: 1 rows' }),
      [Symbol.for('millrace.outputMetadata')]: () => ({ millrace: { pins: { 'a.mrec': { rows: 1 } } } }),
    };
    expect(await display.toDisplayData(pin)).toEqual({
      data: { 'text/plain': 'a.mrec: 1 rows' },
      metadata: { millrace: { pins: { 'a.mrec': { rows: 1 } } } },
      displayId: null,
    });
  });

  it('tells NULL from a text of these letters', async () => {
    const { data } = await display.toDisplayData([{ name: 'NULL' }, { name: null }]);
    const cells = String(data['text/html']).match(/<td.*?<\/td>/g) ?? [];
    expect(cells[0]).toMatch(/>NULL<\/td>/);
    expect(cells[1]).toMatch(/<em.*>NULL<\/em><\/td>/);
    expect(data['text/plain']).toBe('name\nNULL\nNULL\n2 rows');
  });

  it('shows rows of objects as a table, with nothing of the data as markup', async () => {
    const { data } = await display.toDisplayData([
      { name: '<script>alert(1)</script>', n: 1 },
      { name: "a'b", n: 20 },
    ]);
    expect(data['text/html']).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(data['text/html']).not.toContain('<script>');
    expect(data['text/plain']).toBe(
      "name                        n\n<script>alert(1)</script>   1\na'b                        20\n2 rows",
    );
  });

  it('lets objects show themselves, also later', async () => {
    const own = { [Symbol.for('Jupyter.display')]: () => ({ 'text/plain': 'mine' }) };
    const late = { [Symbol.for('Jupyter.display')]: () => Promise.resolve({ 'text/plain': 'late' }) };
    expect((await display.toDisplayData(own)).data).toEqual({ 'text/plain': 'mine' });
    expect((await display.toDisplayData(late)).data).toEqual({ 'text/plain': 'late' });
  });

  it('has makers of MIME values', async () => {
    const html = display.display.html('<b>x</b>');
    expect((await display.toDisplayData(html)).data).toEqual({
      'text/html': '<b>x</b>',
      'text/plain': '<b>x</b>',
    });
    const bytes = Buffer.from('89504e470d0a1a0a', 'hex');
    const png = display.display.png(bytes);
    expect((await display.toDisplayData(png)).data['image/png']).toBe(bytes.toString('base64'));
  });
});

describe('display()', () => {
  it('publishes at once and can be updated', () => {
    const { display, published } = setUp();
    const handle = display.display(1);
    handle.update(2);
    expect(published).toEqual([
      ['display', { data: { 'text/plain': '1' }, metadata: {}, displayId: handle.id }],
      ['update', { data: { 'text/plain': '2' }, metadata: {}, displayId: handle.id }],
    ]);
  });

  it('takes its place in the output before a live view is ready', async () => {
    const { display, published } = setUp();
    display.display(grid);
    display.display('after');
    expect(published.map(([kind]) => kind)).toEqual(['display', 'display']);
    await display.settled();
    expect(published[2][0]).toBe('update');
    expect(published[2][1].displayId).toBe(published[0][1].displayId);
    expect(published[2][1].data).toHaveProperty([VIEW_MIME]);
  });
});

describe('live views', () => {
  it('carry what draws them without a kernel', async () => {
    const { display } = setUp();
    const { data, displayId } = await display.toDisplayData(grid);
    const output = data[VIEW_MIME] as ViewOutput;
    expect(displayId).not.toBeNull();
    expect(output.columns.map(column => column.type)).toEqual([
      "timestamp('us')",
      'string',
      'float64',
      'int64',
    ]);
    expect(Buffer.from(output.snapshot.arrow, 'base64').length).toBeGreaterThan(100);
    expect(data['text/html']).toContain('&lt;b&gt;B&lt;/b&gt;');
    expect(data['text/plain']).toContain('2026-01-05T14:30:00Z');
    expect(data['text/plain']).toContain(
      'StreamTable · ended · 2 rows · watermark 2026-01-05T14:30:00Z · 1 late',
    );
    expect(data).not.toHaveProperty(['image/png']);
  });

  it('say where rows before the saved ones are left out', async () => {
    const { display } = setUp(rows => rows + 100);
    const { data } = await display.toDisplayData(grid);
    const lines = (data['text/plain'] as string).split('\n');
    expect(lines[1]).toMatch(/^… +… +… +…$/);
    expect(lines).toHaveLength(5);
    expect(lines[4]).toContain('102 rows');
  });

  it('give their final state when the replays have ended, once', async () => {
    const { display, requests } = setUp();
    const first = await display.toDisplayData(grid);
    const [final, ...others] = await display.settleViews();
    expect(others).toEqual([]);
    expect(final.displayId).toBe(first.displayId);
    expect(final.data['text/plain']).toContain('3 rows');
    expect(requests).toContain('until');
    expect(await display.settleViews()).toEqual([]);
  });

  it('are pictures where nobody draws them', async () => {
    const { display } = setUp();
    await display.toDisplayData(chart);
    const [{ data, metadata }] = await display.settleViews();
    const png = Buffer.from(data['image/png'] as string, 'base64');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const { width } = metadata['image/png'] as { width: number };
    expect(width).toBeGreaterThan(700);
    expect(png.readUInt32BE(16)).toBeGreaterThan(width);
    expect(png.length).toBeGreaterThan(5_000);
    expect(data).not.toHaveProperty(['text/html']);
    expect(await display.settleViews()).toEqual([]);
  });
});
