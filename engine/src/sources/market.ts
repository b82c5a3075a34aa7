import { Temporal } from 'temporal-polyfill';
import type { Batch } from '../columns/batch.js';
import type { Column } from '../columns/column.js';
import { Dictionary } from '../columns/dictionary.js';
import type { Schema } from '../columns/schema.js';
import { FLOAT64, INT64, sameType, STRING, timestampType, typeName } from '../columns/types.js';
import type { Field } from '../columns/types.js';
import { newCounters } from './counters.js';
import { SourceError } from './error.js';
import { noColumn, withEventTime } from './eventTime.js';
import { MarketModel } from './marketModel.js';
import type { MarketShape } from './marketModel.js';
import { numberOption, textOption } from './options.js';
import type { Options } from './options.js';
import type { SourceConnector, SourceReader, SourceRequest } from './source.js';

const NAMES = ['AAPL', 'MSFT', 'NVDA', 'AMZN', 'GOOG', 'META', 'TSLA', 'JPM', 'XOM', 'KO'];

const FIELDS: readonly Field[] = [
  { name: 'ts', type: timestampType('us'), nullable: false },
  { name: 'symbol', type: STRING, nullable: false },
  { name: 'price', type: FLOAT64, nullable: false },
  { name: 'size', type: INT64, nullable: false },
  { name: 'side', type: STRING, nullable: false },
];

/**
 * A made-up day of trades, the same for the same options: `ts` (timestamp('us'), in order), `symbol`, `price` (in cents), `size`,
 * `side` ('B' or 'S').
 *
 * | option | default | |
 * |---|---|---|
 * | `seed` | 1 | another seed is another day |
 * | `rows` | 300,000 | trades in the day |
 * | `symbols` | 4 | how many, or a list of names; the first is traded most |
 * | `day` | '2024-03-08' | the date |
 * | `timeZone` | 'America/New_York' | the zone of `open` and `close` |
 * | `open`, `close` | '09:30', '16:00' | the trading day |
 */
export const marketConnector: SourceConnector = {
  name: 'market',
  open(request) {
    return Promise.resolve().then(() => openMarket(request));
  },
};

function openMarket(request: SourceRequest) {
  const { options } = request;
  const symbols = symbolNames(options);
  const shape: MarketShape = {
    seed: numberOption(options, 'seed', 1),
    rows: Math.floor(numberOption(options, 'rows', 300_000)),
    symbolCount: symbols.length,
    openUs: instant(options, 'open', '09:30'),
    closeUs: instant(options, 'close', '16:00'),
  };
  if (shape.closeUs - shape.openUs < 1_000_000) {
    throw new SourceError(
      'MR3402',
      'the market closes before it opens.',
      "Write { open: '09:30', close: '16:00' }.",
    );
  }
  const chosen = request.fields === null ? FIELDS : request.fields.map(ownField);
  const { fields, time } = withEventTime('the market', chosen, request.time);
  const dictionaries = [symbols, ['B', 'S']].map(texts => {
    const dictionary = new Dictionary();
    for (const text of texts) dictionary.intern(text);
    return dictionary;
  });
  return {
    summary: {
      name: request.name,
      fields,
      time: time?.name ?? null,
      boundUs: request.time?.boundUs ?? 0,
      boundFrom: request.time?.boundUs == null ? ('sample' as const) : ('declared' as const),
      rows: shape.rows,
      firstTime: shape.openUs,
      lastTime: shape.closeUs,
      notes: [`made up from seed ${shape.seed}`],
    },
    live: false,
    read: () =>
      new MarketReader(shape, { fields }, dictionaries, time === null ? null : (request.time?.boundUs ?? 0)),
    close: () => Promise.resolve(),
  };
}

/** The market's own column that a declared one names. */
function ownField(field: Field): Field {
  const own = FIELDS.find(each => each.name === field.name);
  if (own === undefined)
    throw noColumn(
      'the market',
      field.name,
      FIELDS.map(each => each.name),
    );
  if (sameType(own.type, field.type)) return own;
  throw new SourceError(
    'MR3404',
    `column '${field.name}' of the market is ${typeName(own.type)}, not ${typeName(field.type)}.`,
    'Declare it as it is, and cast it later.',
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

class MarketReader implements SourceReader {
  readonly counters = newCounters();
  readonly #model: MarketModel;
  #capacity = 0;
  #ts = new Float64Array(0);
  #symbol = new Int32Array(0);
  #price = new Float64Array(0);
  #size = new Float64Array(0);
  #side = new Int32Array(0);
  #marks = new Float64Array(0);

  constructor(
    shape: MarketShape,
    private readonly schema: Schema,
    private readonly dictionaries: readonly Dictionary[],
    /** The bound of the watermark, or null where nothing is event time. */
    private readonly boundUs: number | null,
  ) {
    this.#model = new MarketModel(shape);
  }

  next(maxRows: number): Promise<Batch | null> {
    this.#reserve(maxRows);
    const ts = this.#ts;
    const length = this.#model.make(maxRows, {
      ts,
      symbol: this.#symbol,
      price: this.#price,
      size: this.#size,
      side: this.#side,
    });
    if (length === 0) return Promise.resolve(null);
    this.counters.rows += length;
    const all: Record<string, Column> = {
      ts: plain(FIELDS[0], ts),
      symbol: { ...plain(FIELDS[1], this.#symbol), dictionary: this.dictionaries[0] },
      price: plain(FIELDS[2], this.#price),
      size: plain(FIELDS[3], this.#size),
      side: { ...plain(FIELDS[4], this.#side), dictionary: this.dictionaries[1] },
    };
    const marks = this.boundUs === null ? null : this.#marksOf(length, this.boundUs);
    return Promise.resolve({
      schema: this.schema,
      length,
      columns: this.schema.fields.map(field => all[field.name]),
      kinds: null,
      marks,
      watermark: marks === null ? -Infinity : marks[length - 1],
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Trades are in order, so without a bound their times are the marks. */
  #marksOf(length: number, boundUs: number): Float64Array {
    if (boundUs === 0) return this.#ts;
    for (let i = 0; i < length; i++) this.#marks[i] = this.#ts[i] - boundUs;
    return this.#marks;
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = rows;
    this.#ts = new Float64Array(rows);
    this.#symbol = new Int32Array(rows);
    this.#price = new Float64Array(rows);
    this.#size = new Float64Array(rows);
    this.#side = new Int32Array(rows);
    this.#marks = new Float64Array(rows);
  }
}

function plain(field: Field, data: Float64Array | Int32Array): Column {
  return { type: field.type, data, valid: null, dictionary: null };
}
