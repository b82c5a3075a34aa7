import { describe, expect, test } from 'vitest';
import { BatchBuilder } from '../../engine/src/columns/builder.js';
import { FLOAT64, INT64, type Field } from '../../engine/src/columns/types.js';
import { arrivalFormat } from '../../engine/src/sources/arrivalFormats.js';
import { FormatRows, messageOf, namedRows, type NamedRow } from '../support/exchangeRows.js';

const AT = 1_700_000_000_000_000;

/** The rows of messages, without the columns that are NULL, and what was rejected. */
function read(decode: string, messages: readonly (string | object)[], options = {}) {
  const format = new FormatRows(decode, options);
  const rows = messages.flatMap(message => format.rows(messageOf(message, AT)));
  return { rows: rows.map(withoutNulls), rejects: format.rejects.map(({ reason }) => reason) };
}

const withoutNulls = (row: NamedRow): NamedRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

const ms = (milliseconds: number): bigint => BigInt(milliseconds) * 1000n;

describe('Binance', () => {
  const trade = {
    e: 'trade',
    E: 1672515782136,
    s: 'BNBBTC',
    t: 12345,
    p: '0.001',
    q: '100',
    T: 1672515782136,
    m: true,
    M: true,
  };

  test('trades, raw, combined and in microseconds', () => {
    const aggregated = { ...trade, e: 'aggTrade', a: 12348, t: undefined, m: false };
    const micros = { ...trade, t: 12350, E: 1672515782136123 };
    const { rows, rejects } = read('binance.trades', [
      trade,
      { stream: 'bnbbtc@trade', data: { ...trade, t: 12346 } },
      aggregated,
      micros,
    ]);
    expect(rejects).toEqual([]);
    const row = { received: BigInt(AT), symbol: 'BNBBTC', price: 0.001, size: 100, side: 'sell' };
    expect(rows).toEqual([
      { ...row, ts: ms(1672515782136), id: 12345n },
      { ...row, ts: ms(1672515782136), id: 12346n, missed: 0n },
      { ...row, ts: ms(1672515782136), id: 12348n, missed: 1n, side: 'buy' },
      { ...row, ts: 1672515782136123n, id: 12350n, missed: 1n },
    ]);
  });

  test('quotes have the time of receipt where they have none', () => {
    const spot = { u: 400900217, s: 'BNBUSDT', b: '25.35190000', B: '31.21', a: '25.36520000', A: '40.66' };
    const futures = { ...spot, e: 'bookTicker', E: 1568014460893, T: 1568014460891 };
    const { rows } = read('binance.quotes', [spot, futures]);
    const row = {
      received: BigInt(AT),
      symbol: 'BNBUSDT',
      bid: 25.3519,
      bidSize: 31.21,
      ask: 25.3652,
      askSize: 40.66,
    };
    expect(rows).toEqual([
      { ...row, ts: BigInt(AT), updateId: 400900217n },
      { ...row, ts: ms(1568014460893), updateId: 400900217n },
    ]);
  });

  test('exact prices are decimals', () => {
    const { rows, rejects } = read(
      'binance.trades',
      [
        { ...trade, p: '60123.45', q: '0.00000001' },
        { ...trade, p: '1234567890.12345678', q: '9999999999' },
        { ...trade, p: '1.123456789' },
        { ...trade, p: '-1e2', q: '.' },
      ],
      { exact: true },
    );
    expect(rows.map(({ price, size }) => [price, size])).toEqual([
      [6_012_345_000_000n, 1n],
      [123_456_789_012_345_678n, 999_999_999_900_000_000n],
    ]);
    expect(rejects).toEqual(["'p' is 1.123456789, which is no price", "'q' is ., which is no size"]);
  });

  test('what gives no rows: answers are silent, errors and what is not known are rejected', () => {
    const { rows, rejects } = read('binance.trades', [
      { result: null, id: 1 },
      { e: 'kline', k: {} },
      { e: 'depthUpdate' },
      { error: { code: 2, msg: 'Invalid request: invalid stream' }, id: 1 },
      { code: -1121, msg: 'Invalid symbol.' },
      { e: 'somethingNew', E: 1 },
      { hello: 'world' },
      [1, 2],
      'no JSON',
      '{"e":"trade","s":"A"',
      { ...trade, p: 'x' },
      { ...trade, p: '1e999' },
      { ...trade, q: undefined },
      { ...trade, E: 'yesterday' },
      { ...trade, s: '' },
    ]);
    expect(rows).toEqual([]);
    expect(rejects).toEqual([
      'Binance answers with an error: Invalid request: invalid stream (code 2)',
      'Binance answers with an error: Invalid symbol. (code -1121)',
      "a message of Binance of the unknown kind 'somethingNew'",
      'a message of Binance of no known kind',
      "a JSON object is expected, and '[1,2]' is there",
      "a JSON object is expected, and 'no JSON' is there",
      "',' or '}' is expected after a value, and it ends there",
      "'p' is x, which is no price",
      "'p' is 1e999, which is no price",
      "'q' is expected, and is not there",
      "'E' is yesterday, which is no ts",
      "'s' is , which is no symbol",
    ]);
  });

  test('candles', () => {
    const k = {
      t: 1672515780000,
      T: 1672515839999,
      s: 'BNBBTC',
      i: '1m',
      f: 100,
      L: 200,
      o: '0.0010',
      c: '0.0020',
    };
    const { rows } = read('binance.candles', [
      {
        e: 'kline',
        E: 1672515782136,
        s: 'BNBBTC',
        k: { ...k, h: '0.0025', l: '0.0015', v: '1000', n: 100, x: true },
      },
    ]);
    expect(rows).toEqual([
      {
        ts: ms(1672515782136),
        received: BigInt(AT),
        symbol: 'BNBBTC',
        interval: '1m',
        start: ms(1672515780000),
        open: 0.001,
        high: 0.0025,
        low: 0.0015,
        close: 0.002,
        volume: 1000,
        trades: 100n,
        closed: true,
      },
    ]);
  });
});

describe('Coinbase', () => {
  const match = {
    type: 'match',
    trade_id: 10,
    side: 'sell',
    size: '5.23512',
    price: '400.23',
    product_id: 'BTC-USD',
    sequence: 50,
    time: '2014-11-07T08:19:27.028459Z',
  };

  test('the side of a trade is the taker’s, and what comes again after a connection is left out', () => {
    const { rows, rejects } = read('coinbase.trades', [
      { type: 'subscriptions', channels: [] },
      { ...match, type: 'last_match', trade_id: 9 },
      match,
      { ...match, type: 'last_match' },
      { ...match, type: 'last_match', trade_id: 13, side: 'buy' },
      { type: 'heartbeat', sequence: 90 },
    ]);
    expect(rejects).toEqual([]);
    const row = {
      received: BigInt(AT),
      ts: 1415348367028459n,
      symbol: 'BTC-USD',
      price: 400.23,
      size: 5.23512,
    };
    expect(rows).toEqual([
      { ...row, id: 9n, side: 'buy' },
      { ...row, id: 10n, side: 'buy', missed: 0n },
      { ...row, id: 13n, side: 'sell', missed: 2n },
    ]);
  });

  test('candles are lists in lists, and errors have a reason', () => {
    const candle = {
      start: '1688998200',
      high: '1867.72',
      low: '1865.63',
      open: '1867.38',
      close: '1866.81',
    };
    const one = { ...candle, volume: '0.20269406', product_id: 'ETH-USD' };
    const { rows, rejects } = read('coinbase.candles', [
      {
        channel: 'candles',
        timestamp: '2023-06-09T20:19:35.39625135Z',
        sequence_num: 0,
        events: [
          { type: 'snapshot', candles: [one, { ...one, start: '1688998500' }] },
          { type: 'update', candles: [] },
          { type: 'update', candles: [one] },
        ],
      },
      { channel: 'candles', events: [{ type: 'update' }] },
      { type: 'error', message: 'Failed to subscribe', reason: 'X-USD is not a valid product' },
    ]);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({
      ts: 1686341975396251n,
      start: 1688998200000000n,
      interval: '5m',
      volume: 0.20269406,
    });
    expect(rows[1]).toMatchObject({ start: 1688998500000000n });
    expect(rejects).toEqual([
      "'candles' is expected, and is not there",
      'Coinbase answers with an error: Failed to subscribe (X-USD is not a valid product)',
    ]);
  });
});

describe('Kraken', () => {
  test('trades of one message, and those that come again', () => {
    const trade = { symbol: 'MATIC/USD', side: 'buy', price: 0.5147, qty: 6423.46326, ord_type: 'limit' };
    const data = [4665846, 4665847].map(trade_id => ({
      ...trade,
      trade_id,
      timestamp: '2023-09-25T07:48:36.925533Z',
    }));
    const { rows, rejects } = read('kraken.trades', [
      { channel: 'status', type: 'update', data: [{ system: 'online' }] },
      { method: 'subscribe', result: { channel: 'trade', symbol: 'MATIC/USD' }, success: true },
      { channel: 'trade', type: 'update', data },
      { channel: 'heartbeat' },
      { channel: 'trade', type: 'snapshot', data },
      { error: 'Currency pair not supported X', method: 'subscribe', success: false, symbol: 'X' },
      { channel: 'trade', type: 'update' },
      {
        channel: 'trade',
        type: 'update',
        data: [{ ...data[0], price: null }, { ...data[0], trade_id: 4665850 }, 7],
      },
    ]);
    const row = {
      received: BigInt(AT),
      ts: 1695628116925533n,
      symbol: 'MATIC/USD',
      side: 'buy',
      price: 0.5147,
    };
    expect(rows).toEqual([
      { ...row, size: 6423.46326, id: 4665846n },
      { ...row, size: 6423.46326, id: 4665847n, missed: 0n },
      { ...row, size: 6423.46326, id: 4665850n, missed: 2n },
    ]);
    expect(rejects).toEqual([
      'Kraken answers with an error: Currency pair not supported X (X)',
      "'data' is expected, and is not there",
      "'price' is expected, and is not there",
      "a JSON object is expected, and '7]}' is there",
    ]);
  });

  test('quotes and candles', () => {
    const ticker = { symbol: 'ALGO/USD', bid: 0.10025, bid_qty: 740.0, ask: 0.10036, ask_qty: 1361.44813783 };
    expect(read('kraken.quotes', [{ channel: 'ticker', type: 'snapshot', data: [ticker] }]).rows).toEqual([
      {
        received: BigInt(AT),
        ts: BigInt(AT),
        symbol: 'ALGO/USD',
        bid: 0.10025,
        bidSize: 740,
        ask: 0.10036,
        askSize: 1361.44813783,
      },
    ]);
    const candle = {
      symbol: 'ALFA/USD',
      open: 1,
      high: 2,
      low: 0.5,
      close: 1.5,
      trades: 3,
      volume: 10,
      vwap: 1.2,
    };
    const { rows } = read('kraken.candles', [
      {
        channel: 'ohlc',
        type: 'update',
        timestamp: '2023-10-04T16:26:30.524394914Z',
        data: [{ ...candle, interval_begin: '2023-10-04T16:25:00.000000000Z', interval: 5 }],
      },
    ]);
    expect(rows[0]).toMatchObject({
      ts: 1696436790524394n,
      start: 1696436700000000n,
      interval: '5m',
      trades: 3n,
    });
  });
});

test('a schema may leave columns out, but has none of its own', () => {
  const format = arrivalFormat({ decode: 'binance.trades' });
  const fields = format.fields({})!;
  const make = (schema: readonly Field[]) =>
    format.decoder(
      { fields: schema },
      {},
      () => undefined,
      () => undefined,
    );
  const few = ['symbol', 'price', 'ts'].map(name => fields.find(field => field.name === name)!);
  const decoder = make(few);
  const out = new BatchBuilder({ fields: few }, 8);
  decoder.begin(messageOf({ e: 'trade', E: 1, s: 'A', t: 1, p: '2', q: '3', m: true }));
  decoder.read(out);
  expect(namedRows(out.batch(null, 0))).toEqual([{ symbol: 'A', price: 2, ts: 1000n }]);
  expect(() => make([...few, { name: 'prize', type: FLOAT64, nullable: true }])).toThrow(/MR3520.*'price'/s);
  expect(() => make([...few, { name: 'size', type: INT64, nullable: true }])).toThrow('MR3521');
  expect(() => make(few.slice(0, 2))).toThrow("leaves out the column 'ts'");
});
