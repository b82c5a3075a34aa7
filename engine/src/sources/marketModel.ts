import { seededNormal, seededRandom } from './random.js';

/** What a day of trading is made of. */
export interface MarketShape {
  readonly seed: number;
  readonly rows: number;
  readonly symbolCount: number;
  /** The opening and the close, in microseconds since 1970 UTC. */
  readonly openUs: number;
  readonly closeUs: number;
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
    this.#until = this.#spread();
    this.#draw = this.#popularity();
    const count = shape.symbolCount;
    this.#price = Float64Array.from({ length: count }, () => 20 + Math.floor(this.#random() * 48_000) / 100);
    this.#beta = Float64Array.from({ length: count }, () => 0.4 + 1.2 * this.#random());
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
    } else {
      const from = this.#second === 0 ? 0 : this.#until[this.#second - 1];
      const inSecond = this.#until[this.#second] - from;
      const place = (this.#made - from + random()) / inSecond;
      const time = this.shape.openUs + this.#second * SECOND + Math.floor(place * SECOND);
      if (time > this.#time) this.#time = time;
      this.#symbol = this.#draw[Math.floor(random() * DRAWS)];
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
    this.#level += this.#normal() * VOLATILITY * Math.sqrt(busyness((this.#second + 0.5) / this.#seconds));
  }

  /** Spreads the day's trades over its seconds. */
  #spread(): Int32Array {
    const weights = new Float64Array(this.#seconds);
    let burst = 0;
    let total = 0;
    for (let second = 0; second < this.#seconds; second++) {
      burst *= 0.85;
      if (this.#random() < 0.04) burst += 6 * this.#random() * this.#random();
      weights[second] = busyness((second + 0.5) / this.#seconds) * (0.4 + burst + 0.4 * this.#random());
      total += weights[second];
    }
    const until = new Int32Array(this.#seconds);
    let sum = 0;
    for (let second = 0; second < this.#seconds; second++) {
      sum += weights[second];
      until[second] = Math.round((this.shape.rows * sum) / total);
    }
    until[this.#seconds - 1] = this.shape.rows;
    return until;
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

/** How busy the market is at a point of the day, from 0 at the opening to 1 at the close: a U with a mean of 1. */
function busyness(x: number): number {
  const fromNoon = 2 * x - 1;
  return 0.5 + 1.5 * fromNoon * fromNoon;
}
