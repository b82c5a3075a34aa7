import { busyness, spreadTrades } from './marketArrivals.js';
import { HaltedSymbols } from './marketHalts.js';
import type { Halt } from './marketHalts.js';
import { seededNormal, seededRandom } from './random.js';

/** What a day of trading is made of. */
export interface MarketShape {
  readonly seed: number;
  readonly rows: number;
  readonly symbolCount: number;
  /** The opening and the close, in microseconds since 1970 UTC. */
  readonly openUs: number;
  readonly closeUs: number;
  /** How much of the market's moves each symbol makes; null: drawn between 0.4 and 1.6. */
  readonly beta: readonly number[] | null;
  /** The share of trades that others have brought about; null: bursts that come from outside. */
  readonly clustering: number | null;
  readonly halts: readonly Halt[];
}

/** Where the trades of a batch are put. */
export interface TradeLanes {
  readonly ts: Float64Array;
  readonly symbol: Int32Array;
  readonly price: Float64Array;
  readonly size: Float64Array;
  readonly side: Int32Array;
}

const SECOND = 1_000_000;
/** How much a price moves in a second, relative: 1.2% in a day of 23,400 seconds. */
const VOLATILITY = 7.8e-5;
/** How sizes are spread: mostly round lots, many odd ones, a few blocks. */
const SIZES = [100, 100, 100, 100, 100, 100, 200, 200, 200, 300, 300, 400, 500, 500, 1000, 2500];
/** Steps of the table by which symbols are drawn. */
const DRAWS = 4096;

/**
 * A day of trades in several symbols, a second at a time: volume is high at the opening and the close and comes in bursts, sweeps
 * hit one symbol several times within microseconds, prices move with the market and on their own, and trades fall on the
 * bid or the ask. The same shape gives the same trades, however they are cut into batches.
 */
export class MarketModel {
  readonly #random: () => number;
  readonly #normal: () => number;
  readonly #seconds: number;
  /** After each second, how many trades there have been. */
  readonly #until: Int32Array;
  readonly #draw: Uint16Array;
  readonly #price: Float64Array;
  readonly #beta: Float64Array;
  /** The market's level and the second when each symbol was traded last. */
  readonly #levelThen: Float64Array;
  readonly #secondThen: Float64Array;
  /** Null where nothing is ever halted. */
  readonly #halted: HaltedSymbols | null;
  #level = 0;
  #second = -1;
  #made = 0;
  #time: number;
  #symbol = 0;
  #side = 0;
  #sweep = 0;

  constructor(private readonly shape: MarketShape) {
    this.#random = seededRandom(shape.seed);
    this.#normal = seededNormal(this.#random);
    this.#seconds = Math.max(1, Math.floor((shape.closeUs - shape.openUs) / SECOND));
    this.#time = shape.openUs;
    const halted = shape.halts.length === 0 ? null : new HaltedSymbols(shape.halts, shape.symbolCount);
    this.#halted = halted;
    const { rows, clustering } = shape;
    const isOpen = (second: number) => {
      halted?.at(second);
      return halted?.all !== true;
    };
    this.#until = spreadTrades({ rows, seconds: this.#seconds, clustering, isOpen }, this.#random);
    this.#draw = this.#popularity();
    const count = shape.symbolCount;
    this.#price = Float64Array.from({ length: count }, () => 20 + Math.floor(this.#random() * 48_000) / 100);
    this.#beta = Float64Array.from({ length: count }, (_, i) => {
      const drawn = 0.4 + 1.2 * this.#random();
      return shape.beta?.[i % shape.beta.length] ?? drawn;
    });
    this.#levelThen = new Float64Array(count);
    this.#secondThen = new Float64Array(count);
  }

  /** Makes up to `count` trades and returns how many; 0 at the end of the day. */
  make(count: number, out: TradeLanes): number {
    const end = Math.min(count, this.shape.rows - this.#made);
    for (let i = 0; i < end; i++) this.#trade(i, out);
    return end;
  }

  #trade(i: number, out: TradeLanes): void {
    while (this.#second < 0 || this.#made >= this.#until[this.#second]) this.#nextSecond();
    const random = this.#random;
    if (this.#sweep > 0) {
      this.#sweep--;
      this.#time += Math.floor(random() * 3);
      if (this.#halted !== null) this.#stayInSecond();
    } else {
      const from = this.#second === 0 ? 0 : this.#until[this.#second - 1];
      const inSecond = this.#until[this.#second] - from;
      const place = (this.#made - from + random()) / inSecond;
      const time = this.shape.openUs + this.#second * SECOND + Math.floor(place * SECOND);
      if (time > this.#time) this.#time = time;
      const drawn = this.#draw[Math.floor(random() * DRAWS)];
      this.#symbol = this.#halted?.any === true ? this.#halted.traded(drawn) : drawn;
      this.#side = random() < 0.5 ? 0 : 1;
      if (random() < 0.2) this.#sweep = 1 + Math.floor(random() * 6);
    }
    const symbol = this.#symbol;
    const elapsed = this.#second - this.#secondThen[symbol];
    if (elapsed > 0) {
      const own = this.#normal() * VOLATILITY * Math.sqrt(elapsed);
      const withMarket = this.#beta[symbol] * (this.#level - this.#levelThen[symbol]);
      this.#price[symbol] *= 1 + own + withMarket;
      this.#secondThen[symbol] = this.#second;
      this.#levelThen[symbol] = this.#level;
    }
    out.ts[i] = this.#time;
    out.symbol[i] = symbol;
    out.price[i] = Math.max(1, Math.round(this.#price[symbol] * 100) + (this.#side === 0 ? 1 : -1)) / 100;
    const draw = random();
    out.size[i] = draw < 0.35 ? 1 + Math.floor(draw * 282) : SIZES[Math.floor(random() * SIZES.length)];
    out.side[i] = this.#side;
    this.#made++;
  }

  #nextSecond(): void {
    this.#second++;
    if (this.#halted !== null) {
      this.#halted.at(this.#second);
      if (this.#halted.has(this.#symbol)) this.#sweep = 0;
    }
    this.#level += this.#normal() * VOLATILITY * Math.sqrt(busyness((this.#second + 0.5) / this.#seconds));
  }

  /** A sweep does not go on into the next second, where its symbol may be halted. */
  #stayInSecond(): void {
    const last = this.shape.openUs + (this.#second + 1) * SECOND - 1;
    if (this.#time > last) this.#time = last;
  }

  /** A table to draw symbols from: the n-th is traded in proportion to 1 / (n + 1), and each at least now and then. */
  #popularity(): Uint16Array {
    const count = this.shape.symbolCount;
    const table = new Uint16Array(DRAWS);
    let total = 0;
    for (let i = 0; i < count; i++) total += 1 / (i + 2);
    const spare = Math.max(0, DRAWS - count);
    let at = 0;
    let sum = 0;
    for (let i = 0; i < count && at < DRAWS; i++) {
      sum += 1 / (i + 2) / total;
      const end = i === count - 1 ? DRAWS : i + 1 + Math.floor(spare * sum);
      table.fill(i, at, end);
      at = end;
    }
    return table;
  }
}
