import { Temporal } from 'temporal-polyfill';
import { FLOAT64, INT64, STRING, timestampType } from '../columns/types.js';
import type { DataType, Field } from '../columns/types.js';
import { DisturbedRows, disorderOption, shareOption } from './disturbed.js';
import type { Disturbance, Spoil } from './disturbed.js';
import { SourceError } from './error.js';
import { openMade } from './madeRows.js';
import type { MadeColumn, MadeLane, MadeSource, RowMaker } from './madeRows.js';
import { HaltedSymbols, HaltRows, haltsOption } from './marketHalts.js';
import { MarketModel } from './marketModel.js';
import type { MarketShape } from './marketModel.js';
import { QuoteRows } from './marketQuotes.js';
import { choiceOption, numberOption, textOption } from './options.js';
import type { Options } from './options.js';
import type { SourceConnector } from './source.js';

const NAMES = ['AAPL', 'MSFT', 'NVDA', 'AMZN', 'GOOG', 'META', 'TSLA', 'JPM', 'XOM', 'KO'];

const TS: MadeColumn = { field: { name: 'ts', type: timestampType('us'), nullable: false } };
const SIDES: MadeColumn = column('side', STRING, ['B', 'S']);
const STATUSES: MadeColumn = column('status', STRING, ['halted', 'resumed']);
/** The columns of each channel, behind `ts` and `symbol`. */
const CHANNELS = {
  trades: [column('price', FLOAT64), column('size', INT64), SIDES],
  quotes: [
    column('bid', FLOAT64),
    column('ask', FLOAT64),
    column('bidSize', INT64),
    column('askSize', INT64),
  ],
  halts: [STATUSES],
} as const;

function column(name: string, type: DataType, texts?: readonly string[]): MadeColumn {
  const field: Field = { name, type, nullable: false };
  return texts === undefined ? { field } : { field, texts };
}

/**
 * A made-up day of a market, the same for the same options. The channel `trades`: `ts` (timestamp('us'), in order), `symbol`, `price` (in cents),
 * `size`, `side` ('B' or 'S'). `quotes`: `bid`, `ask`, `bidSize`, `askSize` around the trades of the same options. `halts`: `status` ('halted', 'resumed').
 *
 * | option | default | |
 * |---|---|---|
 * | `channel` | 'trades' | or 'quotes', 'halts' |
 * | `seed` | 1 | another seed is another day |
 * | `rows` | 300,000 | trades in the day |
 * | `symbols` | 4 | how many, or a list of names; the first is traded most |
 * | `day` | '2024-03-08' | the date |
 * | `timeZone` | 'America/New_York' | the zone of `open` and `close` |
 * | `open`, `close` | '09:30', '16:00' | the trading day |
 * | `beta` | drawn, 0.4 to 1.6 | how much of the market's moves symbols make: one number, or one each |
 * | `clustering` | bursts from outside | 0 to 0.95: the share of trades that others have brought about |
 * | `halts` | 0 | how many pauses of five minutes, or which |
 * | `badTicks` | 0 | the share of rows that are outliers, have no size, come twice, or are crossed |
 * | `disorder` | in order | `{ rate, delay }`: the share of rows that come late, by how much at most |
 */
export const marketConnector: SourceConnector = {
  name: 'market',
  open(request) {
    return Promise.resolve().then(() => openMade(market(request.options), request));
  },
};

function market(options: Options): MadeSource {
  const channel = choiceOption(options, 'channel', ['trades', 'quotes', 'halts'], 'trades');
  const symbols = symbolNames(options);
  const openUs = instant(options, 'open', '09:30');
  const closeUs = instant(options, 'close', '16:00');
  if (closeUs - openUs < 1_000_000) {
    throw new SourceError(
      'MR3402',
      'the market closes before it opens.',
      "Write { open: '09:30', close: '16:00' }.",
    );
  }
  const seed = numberOption(options, 'seed', 1);
  const seconds = Math.floor((closeUs - openUs) / 1_000_000);
  const shape: MarketShape = {
    seed,
    rows: Math.floor(numberOption(options, 'rows', 300_000)),
    symbolCount: symbols.length,
    openUs,
    closeUs,
    beta: betaOption(options),
    clustering:
      options.clustering === undefined ? null : Math.min(0.95, shareOption(options, 'clustering', 0)),
    halts: haltsOption(options, seed, symbols, openUs, seconds),
  };
  refuseHaltedDay(shape, seconds);
  const columns = [TS, column('symbol', STRING, symbols), ...CHANNELS[channel]];
  const faults = { ...disorderOption(options), badRate: shareOption(options, 'badTicks', 0) };
  const disturbed = channel !== 'halts' && faults.lateRate + faults.badRate > 0;
  const made = () =>
    channel === 'trades'
      ? new TradeRows(shape)
      : channel === 'quotes'
        ? new QuoteRows(shape)
        : new HaltRows(shape.halts, openUs);
  const disturbance: Disturbance = {
    seed,
    spoilRate: faults.badRate * 0.75,
    spoils: channel === 'trades' ? BAD_TRADES : BAD_QUOTES,
    repeatRate: faults.badRate * 0.25,
    lateRate: faults.lateRate,
    delayUs: faults.delayUs,
  };
  return {
    label: 'the market',
    columns,
    seed,
    rows: channel === 'trades' && !disturbed ? shape.rows : null,
    firstTime: openUs,
    lastTime: closeUs,
    disorderUs: channel === 'halts' ? 0 : faults.delayUs,
    maker: () => (disturbed ? new DisturbedRows(made(), columns, disturbance) : made()),
  };
}

/** A day on which nothing is ever traded has no trades. */
function refuseHaltedDay({ halts, symbolCount }: MarketShape, seconds: number): void {
  if (halts.length === 0) return;
  const halted = new HaltedSymbols(halts, symbolCount);
  for (let second = 0; second < seconds; second++) {
    halted.at(second);
    if (!halted.all) return;
  }
  throw new SourceError('MR3958', 'the market is halted all day.', 'Leave it some time to trade in.');
}

/** The trades of a market as rows. */
class TradeRows implements RowMaker {
  readonly #model: MarketModel;

  constructor(shape: MarketShape) {
    this.#model = new MarketModel(shape);
  }

  make(count: number, [ts, symbol, price, size, side]: readonly MadeLane[]): number {
    return this.#model.make(count, {
      ts: ts.data as Float64Array,
      symbol: symbol.data as Int32Array,
      price: price.data as Float64Array,
      size: size.data as Float64Array,
      side: side.data as Int32Array,
    });
  }
}

/** Far from the price before, by a tenth to a half. */
function outlier(lanes: readonly MadeLane[], row: number, random: () => number): void {
  const by = 1.1 + 0.4 * random();
  const { data } = lanes[2];
  data[row] = Math.max(1, Math.round(data[row] * 100 * (random() < 0.5 ? by : 1 / by))) / 100;
}

const BAD_TRADES: readonly Spoil[] = [
  outlier,
  (lanes, row) => {
    lanes[3].data[row] = 0;
  },
];

const BAD_QUOTES: readonly Spoil[] = [
  outlier,
  // Crossed: the bid above the ask.
  ([, , bid, ask], row, random) => {
    bid.data[row] = Math.round(ask.data[row] * 100 + 1 + Math.floor(random() * 10)) / 100;
  },
  (lanes, row, random) => {
    lanes[random() < 0.5 ? 4 : 5].data[row] = 0;
  },
];

function betaOption({ beta }: Options): readonly number[] | null {
  if (beta === undefined) return null;
  const betas: readonly unknown[] = Array.isArray(beta) ? beta : [beta];
  if (betas.length > 0 && betas.every(each => typeof each === 'number' && Math.abs(each) <= 10)) {
    return betas as readonly number[];
  }
  throw new SourceError(
    'MR3953',
    `the option beta is ${JSON.stringify(beta)}.`,
    'It is a number from -10 to 10, or a list with one for each symbol: { beta: [1.2, 0.8] }.',
  );
}

function symbolNames(options: Options): readonly string[] {
  const { symbols = 4 } = options;
  if (Array.isArray(symbols) && symbols.length > 0 && symbols.every(name => typeof name === 'string')) {
    return symbols as string[];
  }
  const count = typeof symbols === 'number' ? Math.floor(symbols) : 0;
  if (count < 1 || count > 4096) {
    throw new SourceError(
      'MR3401',
      'a market has 1 to 4096 symbols.',
      "Write { symbols: 4 } or { symbols: ['AAPL', 'MSFT'] }.",
    );
  }
  return Array.from({ length: count }, (_, i) => NAMES[i] ?? `SYM${String(i).padStart(3, '0')}`);
}

function instant(options: Options, name: 'open' | 'close', otherwise: string): number {
  const day = textOption(options, 'day', '2024-03-08');
  const time = textOption(options, name, otherwise);
  const zone = textOption(options, 'timeZone', 'America/New_York');
  try {
    return Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone).epochMilliseconds * 1000;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SourceError(
      'MR3403',
      `'${day} ${time}' in ${zone} is no time: ${reason}.`,
      "Write { day: '2024-03-08', open: '09:30', timeZone: 'America/New_York' }.",
    );
  }
}
