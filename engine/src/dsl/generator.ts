import type { Temporal } from 'temporal-polyfill';
import type { DurationText } from '../columns/duration.js';
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

/** The best bid and ask of a symbol, in force until its next quote. */
export interface MarketQuote {
  readonly ts: Temporal.Instant;
  readonly symbol: string;
  /** In whole cents, like the ask. */
  readonly bid: number;
  readonly ask: number;
  readonly bidSize: number;
  readonly askSize: number;
}

/** Trading in a symbol stops, or goes on. */
export interface MarketHalt {
  readonly ts: Temporal.Instant;
  readonly symbol: string;
  /** `'halted'` or `'resumed'`. */
  readonly status: string;
}

/** What made-up sources have in common. */
export interface GeneratorOptions {
  /** Another seed is other rows (1). */
  readonly seed?: number;
  /** Late rows: the share of rows that come late, and by how much at most, evenly drawn. Not given: rows come in order. */
  readonly disorder?: { readonly rate: number; readonly delay: DurationText };
  /** The bound of the watermark; not given: the delay of `disorder`, so that no row is late. */
  readonly watermark?: DurationText;
  /** What messages and the clock call it; not given: the generator's own name. */
  readonly name?: string;
}

/** What the made-up market is like. */
export interface MarketOptions extends GeneratorOptions {
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
  /**
   * How much of the market's moves a symbol makes beside its own, which are as large as the market's: one number, or one for each symbol (drawn by the seed,
   * from 0.4 to 1.6). Returns of two symbols correlate by `b1 b2 / √((1 + b1²)(1 + b2²))`: 0.5 where both are 1.
   */
  readonly beta?: number | readonly number[];
  /** The share of trades, from 0 to 0.95, that others have brought about within seconds (a Hawkes process). Not given: bursts that come from outside. */
  readonly clustering?: number;
  /** Halts of five minutes: how many, in symbols and at times by the seed; or which. Without a symbol the whole market is halted. None if not given. */
  readonly halts?:
    number | readonly { readonly symbol?: string; readonly from: string; readonly to: string }[];
  /** The share of rows that are bad (0): prices far off, no size, quotes crossed, rows that come twice. The same options without it are the truth. */
  readonly badTicks?: number;
}

/** A measurement of a made-up weather station; what was not measured is NULL. */
export interface WeatherReading {
  readonly ts: Temporal.Instant;
  readonly station: string;
  /** In degrees Celsius. */
  readonly temperature: number | null;
  /** In percent. */
  readonly humidity: number | null;
  /** In hectopascals. */
  readonly pressure: number | null;
  /** In metres a second. */
  readonly wind: number | null;
}

/** What the made-up weather is like. */
export interface WeatherOptions extends GeneratorOptions {
  /** How many stations (3), or their names. */
  readonly stations?: number | readonly string[];
  /** The first time (`'2024-01-01'`, in UTC if it has no zone), for how many days (365), and how often (`'1 h'`). */
  readonly start?: string;
  readonly days?: number;
  readonly every?: DurationText;
  /** The share of rows that are missing, up to six hours in a row (0.01). */
  readonly gaps?: number;
  /** The share of measurements that are NULL (0.005). */
  readonly missing?: number;
}

/** A reading of a made-up device. */
export interface SensorReading {
  readonly ts: Temporal.Instant;
  readonly device: string;
  /** Counted by device from 0: readings that are missing or come twice show. */
  readonly sequence: number;
  readonly value: number;
}

/** What the made-up devices are like. */
export interface SensorOptions extends GeneratorOptions {
  /** How many devices (10), or their names. */
  readonly devices?: number | readonly string[];
  /** Readings of each device in a second (1). */
  readonly rate?: number;
  /** The first time (`'2024-01-01'`, in UTC if it has no zone), and for how long (`'1 h'`). */
  readonly start?: string;
  readonly duration?: DurationText;
  /** The standard deviation of a reading (0.2). */
  readonly noise?: number;
  /** How far a device goes wrong in an hour, at most (0.5). */
  readonly drift?: number;
  /** The share of readings at which a device begins to repeat its value, 10 to 100 times (0.0002). */
  readonly stuck?: number;
  /** The share of readings at which a device begins to say nothing, for up to 20 readings (0.0002). */
  readonly dropouts?: number;
  /** The share of rows that come twice (0). */
  readonly duplicates?: number;
}

/** Streams that are made up, the same for the same options on every machine. */
export const generator = {
  /**
   * A day of trades: busy at the opening and the close, in bursts and sweeps, prices moving with the market and on their own.
   *
   * @example await generator.market({ seed: 7, rows: 100_000 }).writeTo(file.parquet('trades.parquet'))
   */
  market: (options: MarketOptions = {}): Stream<MarketTrade> => source('market', 'market', options),

  /**
   * The quotes around the trades of the same options: each trade prints at or inside its symbol's quote before it.
   *
   * @example generator.market({ seed: 7 }).asOfJoin(generator.quotes({ seed: 7 }), { by: 'symbol' })
   */
  quotes: (options: MarketOptions = {}): Stream<MarketQuote> =>
    source('market', 'quotes', { ...options, channel: 'quotes' }),

  /**
   * When trading in a symbol stops and goes on, in the market of the same options.
   *
   * @example generator.halts({ seed: 7, halts: 3 })
   */
  halts: (options: MarketOptions = {}): Stream<MarketHalt> =>
    source('market', 'halts', { ...options, channel: 'halts' }),

  /**
   * Weather at several stations, with the cycles of the day and the year, hours that are missing, and measurements that are NULL.
   *
   * @example generator.weather({ stations: ['EWR', 'JFK'], days: 30, every: '1 h' })
   */
  weather: (options: WeatherOptions = {}): Stream<WeatherReading> => source('weather', 'weather', options),

  /**
   * Readings of devices that are noisy, drift, get stuck, drop out, repeat themselves and come late.
   *
   * @example generator.sensors({ devices: 100, rate: 10, duplicates: 0.01, disorder: { rate: 0.1, delay: '5 s' }, watermark: '2 s' })
   */
  sensors: (options: SensorOptions = {}): Stream<SensorReading> => source('sensors', 'sensors', options),
};

function source<Row>(
  connector: string,
  otherwise: string,
  { name = otherwise, watermark, ...options }: GeneratorOptions & { readonly channel?: string },
): Stream<Row> {
  const time = timeSpec(watermark === undefined ? { time: 'ts' } : { time: 'ts', watermark });
  return new Stream<Row>(made(sourceNode({ name, connector, options, fields: null, time, clocked: true })));
}
