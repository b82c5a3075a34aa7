import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { count, first, last, max, median, min, Table } from '../../engine/src/index.js';
import { createNodeHost } from '../../engine/src/node/host.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';

let host: SessionHost;
beforeAll(() => {
  host = createNodeHost();
  setDefaultLink(host.link());
});
afterAll(async () => {
  setDefaultLink(null);
  await host.close();
});

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 5, 10, 1, seconds));
/** The tables of kdb+'s own documentation of `wj`. */
const trades = () =>
  Table.of({ sym: ['ibm', 'ibm', 'ibm'], time: [1, 4, 8].map(at), price: [100, 101, 105] }, { time: 'time' });
const quotes = () =>
  Table.of(
    {
      sym: Array<string>(9).fill('ibm'),
      time: [1, 2, 3, 4, 5, 6, 7, 8, 9].map(at),
      ask: [101, 103, 103, 104, 104, 107, 108, 107, 108],
      bid: [98, 99, 102, 103, 103, 104, 106, 106, 107],
    },
    { time: 'time' },
  );

describe('windowJoin', () => {
  it("gives what kdb+'s documentation says of wj", async () => {
    const joined = trades().windowJoin(quotes(), {
      by: 'sym',
      around: ['-2 s', '+1 s'],
      prevailing: true,
      aggregate: q => ({ ask: max(q.ask), bid: min(q.bid) }),
    });
    expect(await joined.drop('time').rows()).toEqual([
      { sym: 'ibm', price: 100, ask: 103, bid: 98 },
      { sym: 'ibm', price: 101, ask: 104, bid: 99 },
      { sym: 'ibm', price: 105, ask: 108, bid: 104 },
    ]);
  });

  it('takes the prevailing row in where none lies at the very beginning, and not without', async () => {
    const around = ['-1500 ms', '-500 ms'] as const;
    const of = (prevailing: boolean) =>
      trades()
        .windowJoin(quotes(), {
          by: 'sym',
          around,
          prevailing,
          aggregate: q => ({ n: count(), from: first(q.bid), to: last(q.bid), middle: median(q.ask) }),
        })
        .drop('sym', 'time')
        .rows();
    expect(await of(true)).toEqual([
      { price: 100, n: 0, from: null, to: null, middle: null },
      { price: 101, n: 2, from: 99, to: 102, middle: 103 },
      { price: 105, n: 2, from: 104, to: 106, middle: 107.5 },
    ]);
    expect(await of(false)).toEqual([
      { price: 100, n: 0, from: null, to: null, middle: null },
      { price: 101, n: 1, from: 102, to: 102, middle: 103 },
      { price: 105, n: 1, from: 106, to: 106, middle: 108 },
    ]);
  });
});
