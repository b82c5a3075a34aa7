import type { Temporal } from 'temporal-polyfill';
import { sourceNode } from '../plan/build.js';
import { made } from './origin.js';
import { Stream } from './stream.js';
import { timeSpec } from './timeOptions.js';

/** A trade of the made-up market. */
export interface MarketTrade {
  readonly ts: Temporal.Instant;
  readonly symbol: string;
  /** In whole cents. */
  readonly price: number;
  readonly size: number;
  /** `'B'`: the buyer came to the offer; `'S'`: the seller came to the bid. */
  readonly side: string;
}

/** What the made-up market is like. */
export interface MarketOptions {
  /** Another seed is another day (1). */
  readonly seed?: number;
  /** Trades in the day (300,000). */
  readonly rows?: number;
  /** How many symbols (4), or their names; the first is traded most. */
  readonly symbols?: number | readonly string[];
  /** The date (`'2024-03-08'`). */
  readonly day?: string;
  /** The trading day (`'09:30'` to `'16:00'`) in a time zone (`'America/New_York'`). */
  readonly open?: string;
  readonly close?: string;
  readonly timeZone?: string;
  /** What messages and the clock call it (`'market'`). */
  readonly name?: string;
}

/** Streams that are made up, the same for the same options on every machine. */
export const generator = {
  /**
   * A day of trades: busy at the opening and the close, in bursts and sweeps, prices moving with the market and on their own.
   *
   * @example await generator.market({ seed: 7, rows: 100_000 }).writeTo(file.parquet('trades.parquet'))
   */
  market({ name = 'market', ...options }: MarketOptions = {}): Stream<MarketTrade> {
    const time = timeSpec({ time: 'ts' });
    return new Stream<MarketTrade>(
      made(sourceNode({ name, connector: 'market', options, fields: null, time, clocked: true })),
    );
  },
};
