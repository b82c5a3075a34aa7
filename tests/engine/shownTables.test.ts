import { afterEach, describe, expect, test } from 'vitest';
import type { ViewMessage, ViewRequest } from '@millrace/protocol';
import { decodeArrow, encodeArrow } from '../../engine/src/codecs/arrow.js';
import { FLOAT64, STRING, timestampType, type Field } from '../../engine/src/columns/types.js';
import { columnOf } from '../../engine/src/columns/values.js';
import { arrowSink } from '../../engine/src/node/sinks/arrow.js';
import { parquetSink } from '../../engine/src/node/sinks/parquet.js';
import { csvSink } from '../../engine/src/node/sinks/text.js';
import { realWorld } from '../../engine/src/node/world.js';
import type { PlanNode } from '../../engine/src/plan/plan.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';

const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'symbol', type: STRING, nullable: true },
  { name: 'price', type: FLOAT64, nullable: true },
];

let host: SessionHost | null = null;
afterEach(async () => {
  await host?.close();
  host = null;
});

type Sent = readonly [ViewMessage, readonly Uint8Array[]];

/** A view of `count` rows, and what it is sent. */
async function viewOf(count: number, sinks = [csvSink, arrowSink, parquetSink]) {
  const rows = Array.from({ length: count }, (_, row) => row);
  const columns = [
    columnOf(FIELDS[0].type, rows.map(BigInt)),
    columnOf(
      STRING,
      rows.map(row => (row % 3 === 0 ? null : `=S${row % 7}`)),
    ),
    columnOf(
      FLOAT64,
      rows.map(row => (row % 5 === 0 ? null : (row * 37) % 101)),
    ),
  ];
  const plan: PlanNode = {
    kind: 'source',
    name: 'rows',
    connector: 'values',
    options: { arrow: encodeArrow(FIELDS, columns, count) },
    fields: null,
    time: { column: 'ts', boundUs: 0, idleTimeoutUs: null, sequence: null },
    clocked: false,
  };
  host = createSessionHost({
    world: realWorld('.'),
    connectors: [valuesConnector],
    sinks,
    defer: setImmediate,
  });
  const link = host.link();
  const view = { kind: 'grid' as const, title: null };
  await link.request({ type: 'view', viewId: 'v', plan, owner: null, view });
  const sent: Sent[] = [];
  let heard: () => void = () => undefined;
  const connection = host.attachView(
    { v: 1, viewId: 'v', credit: 8, range: { from: 0, limit: 10, tail: false } },
    (message, buffers) => {
      sent.push([message, buffers]);
      heard();
    },
  );
  const until = async (isSo: (sent: readonly Sent[]) => boolean): Promise<void> => {
    while (!isSo(sent)) await new Promise<void>(resolve => (heard = resolve));
  };
  const ask = (request: unknown): void => connection.receive(request as ViewRequest);
  await until(sent => sent.some(([message]) => 'status' in message && message.status.total === count));
  return { sent, ask, until, connection };
}

/** Takes a download to its end, giving credit for each piece. */
async function download(view: Awaited<ReturnType<typeof viewOf>>, id: number, format: string) {
  const pieces: Uint8Array[] = [];
  let seen = view.sent.length;
  view.ask({ type: 'download', id, format });
  for (;;) {
    await view.until(sent => sent.length > seen);
    const [message, buffers] = view.sent[seen++];
    if (message.type !== 'download' || message.id !== id) continue;
    if (message.error !== null || message.end !== null)
      return { bytes: Buffer.concat(pieces), end: message.end, error: message.error, pieces: pieces.length };
    expect(buffers[0].length).toBeLessThanOrEqual(1024 * 1024);
    pieces.push(buffers[0]);
    view.ask({ type: 'downloadNext', id });
  }
}

const ORDERED = {
  order: [{ column: 'price', descending: true }],
  filter: [{ column: 'symbol', test: 'contains', value: '=s1' }],
};

describe('downloads', () => {
  test('are the rows as they are sorted and filtered, in each format', async () => {
    const view = await viewOf(500);
    view.ask({ type: 'arrange', arrangement: ORDERED, range: { from: 0, limit: 5, tail: false } });
    const csv = await download(view, 1, 'csv');
    const lines = csv.bytes.toString().trimEnd().split('\n');
    expect(lines[0]).toBe('ts,symbol,price');
    // What a spreadsheet would take for a formula is guarded, as files are.
    expect(new Set(lines.slice(1).map(line => line.split(',')[1]))).toEqual(new Set(['"\'=S1"']));
    const prices = lines.slice(1).map(line => line.split(',')[2]);
    const sorted = prices.filter(price => price !== '').sort((a, b) => Number(b) - Number(a));
    expect(prices.filter(price => price !== '')).toEqual(sorted);
    expect(csv.end).toEqual({ rows: lines.length - 1, bytes: csv.bytes.length });
    const arrow = await download(view, 2, 'arrow');
    expect(decodeArrow(arrow.bytes).length).toBe(lines.length - 1);
    const parquet = await download(view, 3, 'parquet');
    expect(parquet.bytes.subarray(0, 4).toString() + parquet.bytes.subarray(-4).toString()).toBe('PAR1PAR1');
    expect(parquet.end?.rows).toBe(lines.length - 1);
  });

  test('come in pieces, no more of them than there is credit for, and can be stopped', async () => {
    const view = await viewOf(100_000);
    const pieces = () => view.sent.filter(([message]) => message.type === 'download').length;
    view.ask({ type: 'download', id: 1, format: 'csv' });
    await view.until(() => pieces() === 4);
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(pieces()).toBe(4);
    view.ask({ type: 'download', id: 2, format: 'csv' });
    expect(view.sent.at(-1)?.[0]).toMatchObject({
      id: 2,
      error: expect.stringContaining('MR1664') as string,
    });
    view.ask({ type: 'downloadStop', id: 1 });
    await new Promise(resolve => setTimeout(resolve, 20));
    const all = await download(view, 3, 'csv');
    expect(all.end).toEqual({ rows: 100_000, bytes: all.bytes.length });
    expect(all.pieces).toBeGreaterThan(4);
  });

  test('that cannot be are refused in words', async () => {
    const view = await viewOf(10, [csvSink]);
    for (const format of ['parquet', 'exe', null, '__proto__'])
      expect((await download(view, 1, format as string)).error).toContain('MR1665');
    expect((await download(view, 2, 'csv')).end?.rows).toBe(10);
  });
});

test('requests that are none change nothing, and those that cannot be are refused', async () => {
  const view = await viewOf(100);
  const range = { from: 0, limit: 5, tail: false };
  const hostile: unknown[] = [
    null,
    7,
    'range',
    [],
    {},
    { type: 'arrange' },
    { type: 'range', range: null },
    { type: 'range', range: { from: Number.NaN, limit: 1e9, tail: 1 } },
    { type: 'range', range: { from: '0', limit: 5 } },
    { type: 'ack', seq: 'x', credit: Number.NaN },
    { type: 'ack', seq: 0, credit: Infinity },
    { type: 'download', id: {}, format: 'csv' },
    { type: 'downloadNext', id: 77 },
    { type: '__proto__' },
  ];
  for (const request of hostile) view.ask(request);
  const before = view.sent.length;
  const refused: readonly [unknown, string][] = [
    [null, 'MR1660'],
    [{ order: [], filter: {} }, 'MR1660'],
    [{ order: [{ column: 'price' }], filter: [] }, 'MR1660'],
    [
      { order: Array.from({ length: 17 }, () => ({ column: 'price', descending: true })), filter: [] },
      'MR1660',
    ],
    [{ order: [], filter: [{ column: 'price', test: 'eval', value: '1' }] }, 'MR1660'],
    [{ order: [], filter: [{ column: 'symbol', test: '=', value: 'x'.repeat(1001) }] }, 'MR1660'],
    [{ order: [{ column: '__proto__', descending: true }], filter: [] }, 'MR1661'],
    [{ order: [], filter: [{ column: 'price', test: '<', value: 'cheap' }] }, 'MR1662'],
    [{ order: [], filter: [{ column: 'ts', test: '=', value: 'yesterday' }] }, 'MR1662'],
  ];
  for (const [arrangement] of refused) view.ask({ type: 'arrange', arrangement, range });
  const answers = view.sent
    .slice(before)
    .flatMap(([message]) => (message.type === 'refused' ? [message.reason] : []));
  expect(answers.map(reason => /MR\d+/.exec(reason)?.[0])).toEqual(refused.map(([, code]) => code));
  // It goes on as it was: a range of too many rows is cut.
  view.ask({ type: 'ack', seq: 1, credit: 4, paintMs: 1 });
  view.ask({
    type: 'arrange',
    arrangement: { order: [], filter: [] },
    range: { from: 0, limit: 1e6, tail: false },
  });
  await view.until(sent => {
    const last = sent.at(-1);
    return last?.[0].type === 'snapshot' && decodeArrow(last[1][0]).length === 100;
  });
});

test('filters of times cover what they are written with', async () => {
  const view = await viewOf(100);
  const matched = async (test: string, value: string): Promise<number> => {
    const arrangement = { order: [], filter: [{ column: 'ts', test, value }] };
    const before = view.sent.length;
    view.ask({ type: 'ack', seq: 1, credit: 1, paintMs: 1 });
    view.ask({ type: 'arrange', arrangement, range: { from: 0, limit: 5, tail: false } });
    await view.until(sent => sent.slice(before).some(([message]) => message.type === 'snapshot'));
    const last = view.sent.findLast(([message]) => message.type === 'snapshot');
    return last !== undefined && last[0].type === 'snapshot' ? (last[0].status.matched ?? -1) : -1;
  };
  expect(await matched('=', '1970-01-01')).toBe(100);
  expect(await matched('>', '1970-01-01')).toBe(0);
  expect(await matched('=', '1970-01-01 00:00:00.000007')).toBe(1);
  expect(await matched('<', '1970-01-01T00:00:00.000007Z')).toBe(7);
  expect(await matched('<=', '1970-01-01 00:00')).toBe(100);
});
