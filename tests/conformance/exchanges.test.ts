import { describe, expect, test } from 'vitest';
import type { Batch } from '../../engine/src/columns/batch.js';
import { valueAt } from '../../engine/src/columns/values.js';
import type { Arrival } from '../../engine/src/sources/arrival.js';
import { BookTable } from '../support/bookTable.js';
import { cryptofeedRecording, hftRecording } from '../support/cryptoRecordings.js';
import { FormatRows, messageOf, type NamedRow } from '../support/exchangeRows.js';

const spot = hftRecording('binance_spot_ethusdt_20240808.raw.gz');
const futures = cryptofeedRecording('binance_futures_20210722.cryptofeed');
const coinbase = cryptofeedRecording('coinbase_20210417.cryptofeed');

/** Every row of a recording; nothing of it may be rejected. */
function rowsOf(arrivals: readonly Arrival[], decode: string): NamedRow[] {
  const format = new FormatRows(decode);
  const rows = arrivals.flatMap(arrival => format.rows(arrival));
  expect(format.rejects).toEqual([]);
  return rows;
}

const sides = ({ bid, bidSize, ask, askSize }: NamedRow): string => [bid, bidSize, ask, askSize].join(' ');

/** A column's value in the last row of a batch. */
function lastOf(batch: Batch, name: string): unknown {
  const at = batch.schema.fields.findIndex(field => field.name === name);
  return valueAt(batch.columns[at], batch.length - 1);
}

/** Tells how many messages, and not rows, say what: rows of one are behind each other up to the last. */
function messagesByKind(rows: readonly NamedRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind, last } of rows) {
    if (last === true) counts[String(kind)] = (counts[String(kind)] ?? 0) + 1;
  }
  return counts;
}

describe.skipIf(spot === null)('Binance, the spot market (skipped where the recording is absent)', () => {
  const arrivals = spot ?? [];

  test('every message of each kind is read, with both clocks', () => {
    const trades = rowsOf(arrivals, 'binance.trades');
    expect(trades).toHaveLength(6106);
    expect(trades.slice(1).every(({ missed }) => missed === 0n)).toBe(true);
    // The receiver's clock is behind the exchange's.
    const [{ ts, received }] = trades;
    expect(Number(ts as bigint) - Number(received as bigint)).toBeGreaterThan(1_200_000);
    expect(Number(ts as bigint) - Number(received as bigint)).toBeLessThan(1_300_000);
    expect(rowsOf(arrivals, 'binance.quotes')).toHaveLength(24_077);
    expect(rowsOf(arrivals, 'binance.candles')).toEqual([]);
    // Of 3,434 changes the first is older than the snapshot, and the second is its very update.
    expect(messagesByKind(rowsOf(arrivals, 'binance.book'))).toEqual({ snapshot: 1, change: 3432 });
  });

  test('the book is that of the best bids and asks, wherever both are known', () => {
    const quotes = rowsOf(arrivals, 'binance.quotes');
    const byUpdate = new Map(quotes.map(quote => [quote.updateId, quote]));
    const changes = new FormatRows('binance.book');
    const table = new BookTable(10);
    const compared = { sameUpdate: 0, lastUpdate: 0 };
    let next = 0;
    for (const arrival of arrivals) {
      for (const batch of changes.batches(arrival)) {
        table.push(batch);
        const [best] = table.book('ETHUSDT');
        const id = lastOf(batch, 'lastId') as bigint;
        const same = byUpdate.get(id);
        if (same !== undefined) {
          expect(sides(best)).toBe(sides(same));
          compared.sameUpdate++;
        }
        // A quote comes with every change of the best prices: what it says holds until the next one.
        while (next < quotes.length && (quotes[next].updateId as bigint) <= id) next++;
        if (next === 0) continue;
        expect(sides(best)).toBe(sides(quotes[next - 1]));
        compared.lastUpdate++;
      }
    }
    expect(compared).toEqual({ sameUpdate: 577, lastUpdate: 3433 });
  });
});

describe.skipIf(futures === null)('Binance, futures (skipped where the recording is absent)', () => {
  const arrivals = futures ?? [];

  test('every message of each kind is read', () => {
    expect(rowsOf(arrivals, 'binance.trades')).toHaveLength(91);
    expect(rowsOf(arrivals, 'binance.quotes')).toHaveLength(613);
    expect(rowsOf(arrivals, 'binance.candles')).toHaveLength(67);
    // Without a snapshot nothing is known of the books.
    expect(rowsOf(arrivals, 'binance.book')).toEqual([]);
  });

  test('books that begin empty have the best bids and asks, since all of these have changed', () => {
    const quotes = rowsOf(arrivals, 'binance.quotes');
    const changes = new FormatRows('binance.book');
    const table = new BookTable(50);
    const compared = { prices: 0, changes: 0, gaps: 0 };
    const firstIds = new Map<string, number>();
    for (const { bytes, kind } of arrivals) {
      if (kind !== 'message') continue;
      const { data } = JSON.parse(new TextDecoder().decode(bytes)) as { data: { s: string; pu?: number } };
      if (data.pu !== undefined && !firstIds.has(data.s)) firstIds.set(data.s, data.pu);
    }
    const check = (batch: Batch): void => {
      table.push(batch);
      if (lastOf(batch, 'kind') === 'change') compared.changes++;
      if (lastOf(batch, 'kind') === 'gap') compared.gaps++;
      const symbol = lastOf(batch, 'symbol') as string;
      const id = lastOf(batch, 'lastId') as bigint;
      const quote = quotes.findLast(each => each.symbol === symbol && (each.updateId as bigint) <= id);
      const book = table.book(symbol);
      for (const side of ['bid', 'ask'] as const) {
        const level = book.find(each => quote !== undefined && each[side] === quote[side]);
        if (level === undefined || quote === undefined) continue;
        expect(level.level).toBe(1);
        expect(level[`${side}Size`]).toBe(quote[`${side}Size`]);
        compared.prices++;
      }
    };
    for (const arrival of arrivals) {
      for (const batch of changes.batches(arrival)) check(batch);
      for (const request of changes.asked.splice(0)) {
        const symbol = new URL('fetch' in request ? request.fetch : '').searchParams.get('symbol')!;
        const snapshot = { lastUpdateId: firstIds.get(symbol), bids: [], asks: [] };
        for (const batch of changes.batches(messageOf(snapshot, arrival.atUs))) check(batch);
      }
    }
    expect(changes.rejects).toEqual([]);
    expect(compared).toEqual({ prices: 1408, changes: 764, gaps: 0 });
  });
});

describe.skipIf(coinbase === null)('Coinbase (skipped where the recording is absent)', () => {
  const arrivals = coinbase ?? [];

  test('every message of each kind is read', () => {
    const trades = rowsOf(arrivals, 'coinbase.trades');
    // 97 and the last one before of each of the ten products.
    expect(trades).toHaveLength(107);
    expect(rowsOf(arrivals, 'coinbase.quotes')).toHaveLength(107);
    expect(messagesByKind(rowsOf(arrivals, 'coinbase.book'))).toEqual({ snapshot: 10, change: 9719 });
  });

  test('the best bids and asks are states of the book of their time', () => {
    const quotes = rowsOf(arrivals, 'coinbase.quotes');
    const changes = new FormatRows('coinbase.book');
    const table = new BookTable(10);
    const states = new Map<string, { readonly ts: bigint; readonly best: string }[]>();
    for (const arrival of arrivals) {
      for (const batch of changes.batches(arrival, 1 << 17)) {
        table.push(batch);
        const symbol = lastOf(batch, 'symbol') as string;
        const [{ bid, ask }] = table.book(symbol);
        const list = states.get(symbol) ?? [];
        list.push({ ts: lastOf(batch, 'ts') as bigint, best: `${String(bid)} ${String(ask)}` });
        states.set(symbol, list);
      }
    }
    const found = { last: 0, ofItsTime: 0, beforeSnapshot: 0 };
    for (const { symbol, ts, bid, ask } of quotes) {
      const list = states.get(symbol as string) ?? [];
      const before = list.filter(state => state.ts <= (ts as bigint));
      const best = `${String(bid)} ${String(ask)}`;
      if (before.length === 0) found.beforeSnapshot++;
      else if (before.at(-1)?.best === best) found.last++;
      // One order that takes several levels makes several trades of one time, each with the quote behind it.
      else if (before.some(state => state.ts === ts && state.best === best)) found.ofItsTime++;
      else expect.unreachable(`${String(symbol)} at ${String(ts)} is ${best}`);
    }
    expect(found).toEqual({ last: 90, ofItsTime: 7, beforeSnapshot: 10 });
  });
});
