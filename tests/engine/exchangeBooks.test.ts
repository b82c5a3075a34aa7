import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Arrival } from '../../engine/src/sources/arrival.js';
import { BookTable } from '../support/bookTable.js';
import { FormatRows, messageOf, namedRows } from '../support/exchangeRows.js';

const SECOND = 1_000_000;

/** A format of books and the books that it makes. */
class Feed {
  readonly format: FormatRows;
  readonly table = new BookTable(5);

  constructor(decode: string, options: Record<string, unknown> = {}) {
    this.format = new FormatRows(decode, options);
  }

  /** What a message is, row by row of those that end a message: `change 5-7`. */
  say(message: object | string, atUs = 0): string[] {
    return this.#take(messageOf(message, atUs));
  }

  happens(kind: 'opened' | 'closed', atUs = 0): string[] {
    return this.#take({ kind, atUs, bytes: new Uint8Array() });
  }

  #take(arrival: Arrival): string[] {
    const said: string[] = [];
    // In batches of few rows, so that a message's come in several.
    for (const batch of this.format.batches(arrival, 3)) {
      for (const { kind, last, firstId, lastId, expectedId } of namedRows(batch)) {
        if (last !== true) continue;
        const ids = [firstId, lastId].filter(id => id !== null).map(String);
        const wanted = expectedId === null ? '' : ` for ${String(expectedId)}`;
        said.push([kind, ...(ids.length === 0 ? [] : [ids.join('-')])].join(' ') + wanted);
      }
      this.table.push(batch);
    }
    return said;
  }

  /** A symbol's bids and asks, and its state. */
  book(symbol: string): string {
    const levels = this.table.book(symbol);
    const side = (name: string): string =>
      levels
        .flatMap(level =>
          level[name] === null ? [] : [`${String(level[name])}x${String(level[`${name}Size`])}`],
        )
        .join(' ');
    return `${side('bid')} | ${side('ask')} ${String(levels[0]?.state)}`;
  }

  /** What was asked for since the last look. */
  get asked(): string[] {
    return this.format.asked
      .splice(0)
      .map(request => ('fetch' in request ? request.fetch : JSON.stringify(request.send)));
  }

  get rejects(): string[] {
    return this.format.rejects.splice(0).map(({ reason }) => reason);
  }
}

describe('Binance', () => {
  const change = (U: number, u: number, b: [number, number][], a: [number, number][] = [], E = u) => ({
    e: 'depthUpdate',
    E,
    s: 'A',
    U,
    u,
    b: b.map(pair => pair.map(String)),
    a: a.map(pair => pair.map(String)),
  });
  const snapshot = (lastUpdateId: number, bids: [number, number][], asks: [number, number][] = []) => ({
    lastUpdateId,
    bids: bids.map(pair => pair.map(String)),
    asks: asks.map(pair => pair.map(String)),
  });
  const options = { snapshotUrl: 'http://x/depth?s={symbol}' };

  /** A feed whose book is in step at update 10. */
  function synced(more = {}): Feed {
    const feed = new Feed('binance.book', { ...options, ...more });
    expect(feed.say(change(8, 9, [[1, 1]]))).toEqual([]);
    expect(feed.asked).toEqual(['http://x/depth?s=A']);
    expect(feed.say(change(10, 12, [[3, 3]]))).toEqual([]);
    expect(
      feed.say(
        snapshot(
          10,
          [
            [1, 5],
            [2, 5],
          ],
          [[7, 1]],
        ),
      ),
    ).toEqual(['snapshot 10-10', 'change 10-12']);
    expect(feed.book('A')).toBe('3x3 2x5 1x5 | 7x1 synced');
    return feed;
  }

  test('changes wait for the snapshot, and those that it has are left out', () => {
    const feed = synced();
    expect(feed.say(change(13, 13, [[3, 0]], [[6, 2]]))).toEqual(['change 13-13']);
    expect(feed.book('A')).toBe('2x5 1x5 | 6x2 7x1 synced');
    expect(feed.asked).toEqual([]);
  });

  test('a repeated or late change is left out, and one that overlaps is taken', () => {
    const feed = synced();
    expect(feed.say(change(13, 14, [[4, 1]]))).toEqual(['change 13-14']);
    expect(feed.say(change(13, 14, [[4, 1]]))).toEqual([]);
    expect(feed.say(change(10, 12, [[9, 9]], [], 12))).toEqual([]);
    expect(feed.say(change(14, 15, [[4, 2]]))).toEqual(['change 14-15']);
    expect(feed.book('A')).toBe('4x2 3x3 2x5 1x5 | 7x1 synced');
  });

  test('a gap is told with the ids expected and got, and the book begins anew without ghosts', () => {
    const feed = synced();
    expect(feed.say(change(15, 16, [[4, 4]]), SECOND)).toEqual(['gap 15-16 for 13']);
    expect(feed.book('A')).toBe('3x3 2x5 1x5 | 7x1 gap');
    expect(feed.asked).toEqual(['http://x/depth?s=A']);
    // It is older than what is held.
    expect(feed.say(snapshot(13, [[1, 1]]), 1.1 * SECOND)).toEqual([]);
    expect(feed.asked).toEqual([]);
    expect(feed.say(change(17, 17, []), 1.2 * SECOND)).toEqual([]);
    expect(feed.asked).toEqual([]);
    expect(feed.say(change(18, 18, []), 1.4 * SECOND)).toEqual([]);
    expect(feed.asked).toEqual(['http://x/depth?s=A']);
    // The empty change is none.
    expect(feed.say(snapshot(17, [[4, 4]]), 1.5 * SECOND)).toEqual(['snapshot 17-17']);
    expect(feed.book('A')).toBe('4x4 |  synced');
    expect(feed.say(change(19, 19, [[5, 1]]), 1.6 * SECOND)).toEqual(['change 19-19']);
  });

  test('a gap among the changes that were held is one, too', () => {
    const feed = new Feed('binance.book', options);
    feed.say(change(11, 11, [[1, 1]]));
    feed.say(change(13, 13, [[2, 2]]));
    feed.say(change(14, 14, [[3, 3]]));
    expect(feed.say(snapshot(10, []))).toEqual(['snapshot 10-10', 'change 11-11', 'gap 13-13 for 12']);
    expect(feed.book('A')).toBe('1x1 |  gap');
    expect(feed.asked).toHaveLength(2);
    expect(feed.say(snapshot(12, [[1, 1]]))).toEqual(['snapshot 12-12', 'change 13-13', 'change 14-14']);
    expect(feed.book('A')).toBe('3x3 2x2 1x1 |  synced');
  });

  test('ids that go back while time goes on are a gap', () => {
    const feed = synced();
    expect(feed.say(change(0, 0, [[9, 9]], [], 20), SECOND)).toEqual(['gap 0-0 for 13']);
    expect(feed.say(snapshot(0, [[1, 1]]), SECOND)).toEqual(['snapshot 0-0']);
    expect(feed.say(change(1, 1, [[2, 2]], [], 21), SECOND)).toEqual(['change 1-1']);
    expect(feed.book('A')).toBe('2x2 1x1 |  synced');
  });

  test('ids that begin anew right behind a snapshot are a gap, too', () => {
    const feed = new Feed('binance.book', options);
    feed.say(change(99, 99, [[1, 1]]));
    feed.say(snapshot(99, [[1, 1]]));
    expect(feed.say(change(98, 98, [], [], 100))).toEqual([]);
    expect(feed.say(change(0, 0, [], [], 101))).toEqual(['gap 0-0 for 100']);
    // What was held from before is of no use.
    feed.say(change(1, 1, [[2, 2]], [], 102));
    expect(feed.say(snapshot(0, [[1, 1]]))).toEqual(['snapshot 0-0', 'change 1-1']);
    feed.say(change(7, 7, [], [], 103));
    feed.say(change(0, 0, [[3, 3]], [], 104), SECOND);
    expect(feed.say(snapshot(0, [[1, 1]]), SECOND)).toEqual(['snapshot 0-0']);
  });

  test('changes do not stay behind a snapshot for long', () => {
    const feed = new Feed('binance.book', options);
    feed.say(change(99, 99, [[1, 1]]));
    feed.say(snapshot(99, [[1, 1]]));
    for (let at = 0; at <= 10; at++) {
      expect(feed.say(change(60 + at, 60 + at, [], [], 100 + at), at * SECOND)).toEqual([]);
    }
    expect(feed.say(change(71, 71, [], [], 111), 11 * SECOND)).toEqual(['gap 71-71 for 100']);
  });

  test('futures go on from the last id of the change before', () => {
    const feed = new Feed('binance.book');
    const of = (pu: number, U: number, u: number, b: [number, number][]) => ({
      ...change(U, u, b),
      pu,
      T: u,
    });
    feed.say(of(5, 7, 9, [[1, 1]]));
    expect(feed.asked).toEqual(['https://fapi.binance.com/fapi/v1/depth?symbol=A&limit=1000']);
    feed.say(of(9, 20, 25, [[2, 2]]));
    expect(feed.say({ ...snapshot(9, [[1, 1]]), E: 9, T: 9 })).toEqual(['snapshot 9-9', 'change 20-25']);
    expect(feed.say(of(25, 31, 33, [[3, 3]]))).toEqual(['change 31-33']);
    expect(feed.say(of(40, 41, 42, [[4, 4]]))).toEqual(['gap 40-42 for 33']);
  });

  test('a lost connection is told, and the books begin anew', () => {
    const feed = synced();
    expect(feed.happens('closed', SECOND)).toEqual(['disconnect']);
    expect(feed.book('A')).toBe('3x3 2x5 1x5 | 7x1 unsynced');
    expect(feed.happens('opened', 2 * SECOND)).toEqual([]);
    expect(feed.say(change(13, 13, [[8, 8]]), 2 * SECOND)).toEqual([]);
    expect(feed.asked).toEqual(['http://x/depth?s=A']);
    expect(feed.say(snapshot(13, [[8, 8]]), 2 * SECOND)).toEqual(['snapshot 13-13']);
    expect(feed.book('A')).toBe('8x8 |  synced');
  });

  test('snapshots of several symbols are asked for in turn, and again after an error', () => {
    const feed = new Feed('binance.book', { ...options, symbols: ['a', 'b'] });
    feed.say({ ...change(1, 1, [[1, 1]]), s: 'A' });
    feed.say({ ...change(5, 5, [[5, 5]]), s: 'B' });
    feed.say({ ...change(9, 9, [[9, 9]]), s: 'OTHER' });
    expect(feed.asked).toEqual(['http://x/depth?s=A']);
    expect(feed.say(snapshot(0, []))).toEqual(['snapshot 0-0', 'change 1-1']);
    expect(feed.asked).toEqual(['http://x/depth?s=B']);
    // The connection tries again by itself.
    feed.say({ ...change(2, 2, [[2, 2]]), s: 'A' }, 99 * SECOND);
    expect(feed.asked).toEqual([]);
    feed.say({ code: -1003, msg: 'Too many requests' }, 100 * SECOND);
    expect(feed.rejects).toEqual(['Binance answers with an error: Too many requests (code -1003)']);
    expect(feed.asked).toEqual([]);
    feed.say({ ...change(3, 3, [[3, 3]]), s: 'A' }, 101 * SECOND);
    expect(feed.asked).toEqual(['http://x/depth?s=B']);
    expect(feed.say(snapshot(5, [[5, 5]]), 101 * SECOND)).toEqual(['snapshot 5-5']);
    expect(feed.book('B')).toBe('5x5 |  synced');
    expect(feed.book('OTHER')).toBe(' |  undefined');
  });

  test('what cannot be read is rejected, and leaves a gap', () => {
    const feed = synced({ symbols: ['A'] });
    const broken = { ...change(13, 13, []), b: [['1', 'x']] };
    expect(feed.say(broken, SECOND)).toEqual([]);
    expect(feed.say({ ...broken, b: [[]] }, SECOND)).toEqual([]);
    expect(feed.say({ ...broken, b: [{ price: 1 }] }, SECOND)).toEqual([]);
    expect(feed.say({ ...broken, b: 7, a: undefined }, SECOND)).toEqual([]);
    expect(feed.say({ ...broken, U: undefined }, SECOND)).toEqual([]);
    expect(feed.say('{', SECOND)).toEqual([]);
    expect(feed.rejects).toHaveLength(6);
    expect(feed.say(change(14, 14, []), SECOND)).toEqual(['gap 14-14 for 13']);
    expect(feed.say(snapshot(13, [[1, NaN]]), SECOND)).toEqual([]);
    expect(feed.say(snapshot(13, [[1, 1]]), SECOND)).toEqual(['snapshot 13-13']);
  });
});

describe('Coinbase', () => {
  const snapshot = {
    type: 'snapshot',
    product_id: 'A',
    bids: [
      ['2', '1'],
      ['1', '1'],
    ],
    asks: [['3', '1', '5']],
  };
  const update = (...changes: string[][]) => ({
    type: 'l2update',
    product_id: 'A',
    changes,
    time: '2022-08-04T15:25:05.010758Z',
  });

  test('the snapshot comes first, and the connection’s end is told', () => {
    const feed = new Feed('coinbase.book');
    expect(feed.say(snapshot)).toEqual(['snapshot']);
    expect(feed.say(update(['buy', '2', '0'], ['sell', '2.5', '7']))).toEqual(['change']);
    expect(feed.book('A')).toBe('1x1 | 2.5x7 3x1 synced');
    expect(feed.happens('closed')).toEqual(['disconnect']);
    expect(feed.say(update(['buy', '9', '1']))).toEqual(['change']);
    expect(feed.book('A')).toBe('1x1 | 2.5x7 3x1 unsynced');
    expect(feed.say(snapshot)).toEqual(['snapshot']);
    expect(feed.book('A')).toBe('2x1 1x1 | 3x1 synced');
    expect(feed.rejects).toEqual([]);
  });

  test('what cannot be read is a gap: the book is asked for again, once', () => {
    const feed = new Feed('coinbase.book');
    feed.say(snapshot);
    expect(feed.say(update(['hold', '2', '0']))).toEqual(['gap']);
    expect(feed.say('{"type":')).toEqual([]);
    expect(feed.rejects).toEqual(["'hold' is no side of a book", 'the JSON ends in the middle']);
    expect(feed.asked).toEqual([
      '{"type":"unsubscribe","product_ids":["A"],"channels":["level2_batch"]}',
      '{"type":"subscribe","product_ids":["A"],"channels":["level2_batch"]}',
    ]);
    expect(feed.book('A')).toBe('2x1 1x1 | 3x1 gap');
    expect(feed.say(snapshot)).toEqual(['snapshot']);
    expect(feed.book('A')).toBe('2x1 1x1 | 3x1 synced');
    expect(feed.say('{"type":')).toEqual(['gap']);
  });
});

describe('Kraken', () => {
  // The example of Kraken's guide to the checksum.
  const BIDS =
    '45283.5 0.10000000 45283.4 1.54582015 45282.1 0.10000000 45281.0 0.10000000 45280.3 1.54592586 ' +
    '45279.0 0.07990000 45277.6 0.03310103 45277.5 0.30000000 45277.3 1.54602737 45276.6 0.15445238';
  const ASKS =
    '45285.2 0.00100000 45286.4 1.54571953 45286.6 1.54571109 45289.6 1.54560911 45290.2 0.15890660 ' +
    '45291.8 1.54553491 45294.7 0.04454749 45296.1 0.35380000 45297.5 0.09945542 45299.5 0.18772827';
  const CHECKSUM = 3310070434;

  const levels = (text: string): string =>
    [...text.matchAll(/(\S+) (\S+)/g)].map(([, price, qty]) => `{"price":${price},"qty":${qty}}`).join(',');
  /** The checksum by zlib, of levels in order. */
  const checksum = (bids: string, asks: string): number =>
    crc32(
      [asks, bids]
        .flatMap(side => side.split(' '))
        .map(number => number.replace('.', '').replace(/^0+/, ''))
        .join(''),
    );
  const message = (type: string, bids: string, asks: string, checksum: number): string =>
    `{"channel":"book","type":"${type}","data":[{"symbol":"BTC/USD","bids":[${levels(bids)}],"asks":[${levels(asks)}],` +
    `"checksum":${checksum},"timestamp":"2023-10-06T17:35:55.440295Z"}]}`;

  test('the checksum is that of its guide, and levels beyond the depth are told as gone', () => {
    const feed = new Feed('kraken.book', { depth: 10 });
    expect(feed.say(message('snapshot', BIDS, ASKS, CHECKSUM))).toEqual(['snapshot']);
    expect(feed.rejects).toEqual([]);
    // A better bid comes, and the worst goes, which the exchange does not tell.
    const text = `45284.0 1.00000000 ${BIDS.replace(/ 45276.6 .*/, '')}`;
    expect(feed.say(message('update', '45284.0 1.00000000', '', checksum(text, ASKS)))).toEqual(['change']);
    expect(feed.table.book('BTC/USD')[0]).toMatchObject({ bid: 45284, bidSize: 1, ask: 45285.2 });
    const rows = feed.format.rows(
      messageOf(message('update', '45284.0 0 45276.6 0.15445238 45276.5 1', '', CHECKSUM)),
    );
    expect(rows.map(({ side, price, size }) => [side, price, size])).toEqual([
      ['bid', 45284, 0],
      ['bid', 45276.6, 0.15445238],
      ['bid', 45276.5, 1],
      ['bid', 45276.5, 0],
    ]);
    expect(feed.rejects).toEqual([]);
  });

  test('another checksum is a gap: the book is asked for again', () => {
    const feed = new Feed('kraken.book', { depth: 10 });
    feed.say(message('snapshot', BIDS, ASKS, CHECKSUM));
    expect(feed.say(message('update', '45283.5 0.2', '', CHECKSUM), SECOND)).toEqual([
      `gap ${checksum(BIDS.replace('0.10000000', '0.2'), ASKS)} for ${CHECKSUM}`,
    ]);
    expect(feed.asked).toEqual(
      ['unsubscribe', 'subscribe'].map(
        method => `{"method":"${method}","params":{"channel":"book","symbol":["BTC/USD"],"depth":10}}`,
      ),
    );
    expect(feed.say(message('update', '45283.5 0.3', '', 1), 2 * SECOND)).toEqual([]);
    expect(feed.asked).toEqual([]);
    expect(feed.say(message('update', '45283.5 0.3', '', 1), 12 * SECOND)).toEqual([]);
    expect(feed.asked).toHaveLength(2);
    expect(feed.say(message('snapshot', BIDS, ASKS, CHECKSUM), 12.1 * SECOND)).toEqual(['snapshot']);
    // So soon after the last request there is no other one.
    expect(feed.say(message('update', '45283.5 0.4', '', 1), 12.2 * SECOND)).toHaveLength(1);
    expect(feed.asked).toEqual([]);
    feed.say(message('update', '45283.5 0.4', '', 1), 13 * SECOND);
    expect(feed.asked).toHaveLength(2);
    expect(feed.happens('closed', 14 * SECOND)).toEqual([]);
    expect(feed.rejects).toEqual([]);
  });

  test('what cannot be read is a gap, and a checksum that is wrong from the start is not looked at', () => {
    const feed = new Feed('kraken.book', { depth: 10 });
    expect(feed.say(message('snapshot', BIDS, ASKS, 1))).toEqual(['snapshot']);
    expect(feed.say(message('update', '45283.5 0.2', '', 1))).toEqual(['change']);
    expect(feed.say(message('update', '45283.5 true', '', 1))).toEqual(['gap']);
    expect(feed.say('{"channel":"book","type":"update","data":[7]}')).toEqual([]);
    expect(feed.say('{"channel":"book","type":"update","data":[{}]}')).toEqual([]);
    expect(feed.say('{"channel":"book","type":"update","data":{}}')).toEqual([]);
    expect(feed.rejects).toEqual([
      `the checksum of a snapshot of BTC/USD is ${CHECKSUM} here: it is not looked at any more`,
      'a level is expected to have a price and a size',
      'an entry of a book is expected to be an object',
      "'symbol' is expected, and is not there",
      "'data' is expected to be a list",
    ]);
    feed.say(message('snapshot', BIDS, ASKS, CHECKSUM));
    expect(feed.happens('closed')).toEqual(['disconnect']);
    expect(feed.book('BTC/USD')).toContain('unsynced');
  });
});
