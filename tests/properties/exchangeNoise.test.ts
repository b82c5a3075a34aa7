import { expect, test } from 'vitest';
import { BookTable } from '../support/bookTable.js';
import { FormatRows } from '../support/exchangeRows.js';
import { SimulatedBook } from '../support/simulatedBook.js';
import { forRandom, type Random } from './random.js';

const trade = { e: 'trade', E: 1672515782136, s: 'A', t: 5, p: '0.001', q: '100', m: true };
const kline = {
  e: 'kline',
  E: 1,
  s: 'A',
  k: { t: 1, i: '1m', o: '1', c: '2', h: '3', l: '0', v: '5', n: 7, x: true },
};
const match = {
  type: 'match',
  trade_id: 1,
  side: 'buy',
  size: '1',
  price: '2',
  product_id: 'A',
  time: '2024-01-05T08:19:27.028459Z',
};
const candle = {
  start: '1688998200',
  high: '4',
  low: '1',
  open: '2',
  close: '3',
  volume: '9',
  product_id: 'A',
};
const level = ['1.5', '2'];

/** A message of each kind, by the formats that have rows of it. */
const MESSAGES: Readonly<Record<string, readonly unknown[]>> = {
  'binance.trades': [trade, { stream: 'a@trade', data: trade }],
  'binance.quotes': [{ u: 1, s: 'A', b: '1', B: '2', a: '3', A: '4' }],
  'binance.candles': [kline],
  'binance.book': [
    { e: 'depthUpdate', E: 5, s: 'A', U: 1, u: 2, b: [level, level], a: [level] },
    { lastUpdateId: 1, bids: [level], asks: [level, level] },
  ],
  'coinbase.trades': [match, { ...match, type: 'last_match' }],
  'coinbase.quotes': [{ type: 'ticker', product_id: 'A', best_bid: '1', best_ask: '2', time: match.time }],
  'coinbase.candles': [
    { channel: 'candles', timestamp: match.time, events: [{ candles: [candle, candle] }] },
  ],
  'coinbase.book': [
    { type: 'snapshot', product_id: 'A', bids: [level], asks: [level] },
    { type: 'l2update', product_id: 'A', changes: [['buy', ...level]], time: match.time },
  ],
  'kraken.trades': [
    { channel: 'trade', data: [{ symbol: 'A', price: 1, qty: 2, trade_id: 3, timestamp: match.time }] },
  ],
  'kraken.quotes': [{ channel: 'ticker', data: [{ symbol: 'A', bid: 1, bid_qty: 2, ask: 3, ask_qty: 4 }] }],
  'kraken.candles': [],
  'kraken.book': [],
};

/** Changes some bytes, leaves some out, or puts some in twice; now and then text that means something. */
function mutated(random: Random, text: string): Uint8Array {
  const bytes = [...new TextEncoder().encode(text)];
  const words = [
    'null',
    '[]',
    '{}',
    '"',
    '1e999',
    '-',
    '9007199254740993',
    '[[',
    '\\u0000',
    '99999999999999999999',
  ];
  for (let k = 1 + random.below(4); k > 0 && bytes.length > 0; k--) {
    const at = random.below(bytes.length);
    const some = bytes.slice(at, at + random.below(8));
    const way = random.below(4);
    if (way === 0) bytes[at] = random.below(256);
    else if (way === 1) bytes.splice(at, some.length);
    else if (way === 2) bytes.splice(at, 0, ...some);
    else bytes.splice(at, random.below(6), ...new TextEncoder().encode(random.pick(words)));
  }
  return Uint8Array.from(bytes);
}

test('whatever comes, formats give rows, or say what is wrong, and go on', () =>
  forRandom(
    random => {
      const name = random.pick(Object.keys(MESSAGES));
      const format = new FormatRows(name, { symbols: ['A'], exact: random.chance(0.3) });
      const table =
        random.chance(0.5) && format.builder.schema.fields.some(f => f.name === 'last')
          ? new BookTable(3)
          : null;
      const book = new SimulatedBook('A', name.startsWith('kraken') ? 'kraken' : 'spot', random.below(1000));
      for (let k = 0; k < 40; k++) {
        const simulated = random.chance(0.1) ? book.snapshot() : book.step(100).text;
        const known = MESSAGES[name];
        const text = known.length > 0 && random.chance(0.7) ? JSON.stringify(random.pick(known)) : simulated;
        const isMutated = random.chance(0.7);
        const bytes = isMutated ? mutated(random, text) : new TextEncoder().encode(text);
        const before = format.rejects.length;
        let rows = 0;
        for (const batch of format.batches(
          { kind: 'message', atUs: k * 100_000, bytes },
          1 + random.below(4),
        )) {
          rows += batch.length;
          if (format.builder.schema.fields.every(({ type }) => type.kind !== 'decimal')) table?.push(batch);
        }
        const said = format.rejects.slice(before);
        expect(said.every(({ reason, text: shown }) => reason.length > 0 && shown.length <= 1000)).toBe(true);
        // What is no JSON is not silently left out.
        if (rows === 0 && said.length === 0 && !isJson(bytes))
          throw new Error(`silence about ${new TextDecoder().decode(bytes)}`);
        expect(format.asked.splice(0).length).toBeLessThan(10);
      }
    },
    Number(process.env.MILLRACE_RUNS ?? 200) * 3,
  ));

/** Whether bytes are JSON, but for escapes and the form of numbers, which nobody looks at where nobody reads them. */
function isJson(bytes: Uint8Array): boolean {
  const text = new TextDecoder()
    .decode(bytes)
    .replace(/\\./g, '')
    .replace(/-?\d[\d.]*(e[-+]?\d+)?/gi, '0');
  try {
    JSON.parse(text.replace(/-?\.0/g, '0'));
    return true;
  } catch {
    return false;
  }
}
