import { afterAll, beforeAll, expect, it } from 'vitest';
import { schema, string, float64, Table, timestamp } from '../../engine/src/index.js';
import { setDefaultLink } from '../../engine/src/session/client.js';
import { createSessionHost } from '../../engine/src/session/host.js';
import type { SessionHost } from '../../engine/src/session/protocol.js';
import { valuesConnector } from '../../engine/src/sources/values.js';
import { stillWorld } from '../support/sourceRows.js';

let host: SessionHost;
beforeAll(() => {
  host = createSessionHost({
    world: stillWorld('.'),
    connectors: [valuesConnector],
    sinks: [],
    defer: setImmediate,
  });
  setDefaultLink(() => host.link());
});
afterAll(() => host.close());

const at = (second: number): Date => new Date(Date.UTC(2024, 0, 2, 9, 30, second));
const Trade = schema({ ts: timestamp('ms'), symbol: string, price: float64 });
const Quote = schema({ ts: timestamp('us'), symbol: string, bid: float64, ask: float64 });

const trades = Table.of(
  {
    ts: [at(1), at(3), at(3), at(7), at(9)],
    symbol: ['a', 'b', 'a', 'a', 'c'],
    price: [10, 20, 11, 12, 30],
  } as never,
  { schema: Trade, time: 'ts' },
);
const quotes = Table.of(
  {
    ts: [at(0), at(2), at(3), at(3), at(8)],
    symbol: ['a', 'b', 'a', 'a', 'b'],
    bid: [9, 19, 10, 10.5, 19.5],
    ask: [11, 21, 12, 11.5, 20.5],
  } as never,
  { schema: Quote, time: 'ts' },
);
const shown = (rows: readonly Record<string, unknown>[]): string[] =>
  rows.map(row => Object.values(row).map(String).join(' ').replaceAll('2024-01-02T09:30:', ''));

it('puts the last quote of the symbol beside each trade', async () => {
  expect(shown(await trades.asOfJoin(quotes, { by: 'symbol', rightTime: 'quoteTs' }).rows())).toEqual([
    '01Z a 10 9 11 00Z',
    '03Z b 20 19 21 02Z',
    '03Z a 11 10.5 11.5 03Z',
    '07Z a 12 10.5 11.5 03Z',
    '09Z c 30 null null null',
  ]);
});

it('looks forward, or to the nearest, within a tolerance', async () => {
  const forward = trades.asOfJoin(quotes, { by: 'symbol', direction: 'forward', tolerance: '1 min' });
  expect(shown(await forward.rows())).toEqual([
    '01Z a 10 10 12',
    '03Z b 20 19.5 20.5',
    '03Z a 11 10 12',
    '07Z a 12 null null',
    '09Z c 30 null null',
  ]);
  const nearest = trades.asOfJoin(quotes, { by: 'symbol', direction: 'nearest', tolerance: '2 s' });
  expect(shown(await nearest.rows())).toEqual([
    '01Z a 10 9 11',
    '03Z b 20 19 21',
    '03Z a 11 10.5 11.5',
    '07Z a 12 null null',
    '09Z c 30 null null',
  ]);
});
