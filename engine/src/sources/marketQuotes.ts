import type { MadeLane, RowMaker } from './madeRows.js';
import { MarketModel } from './marketModel.js';
import type { MarketShape } from './marketModel.js';
import { seededRandom } from './random.js';

/** How many trades are looked at in one go, and how many quotes there are between two trades at most. */
const BLOCK = 1024;
const MOST = 4;
/** A quote moves at most so many microseconds before the trade that tells of it. */
const BEFORE_US = 200;

/**
 * The quotes around a day's trades: of each symbol the best bid and ask, told when they move and when their sizes or the spread change.
 * Each trade prints at or inside the quote that was told last, at its own microsecond or before. The trades are those of the same shape.
 */
export class QuoteRows implements RowMaker {
  readonly #model: MarketModel;
  readonly #random: () => number;
  readonly #trades = {
    ts: new Float64Array(BLOCK),
    symbol: new Int32Array(BLOCK),
    price: new Float64Array(BLOCK),
    size: new Float64Array(BLOCK),
    side: new Int32Array(BLOCK),
  };
  #length = 0;
  #at = 0;
  #last: number;
  /** Of each symbol: the middle in cents (0: none yet), the time of its last trade, and the lowest and the highest middle of that time. */
  readonly #middle: Float64Array;
  readonly #tradedAt: Float64Array;
  readonly #lowest: Float64Array;
  readonly #highest: Float64Array;
  /** Quotes that are made and not told. */
  readonly #ts = new Float64Array(MOST);
  readonly #symbol = new Int32Array(MOST);
  readonly #bid = new Float64Array(MOST);
  readonly #ask = new Float64Array(MOST);
  #made = 0;
  #told = 0;

  constructor(private readonly shape: MarketShape) {
    this.#model = new MarketModel(shape);
    this.#random = seededRandom(shape.seed + 0x900e);
    this.#last = shape.openUs;
    const count = shape.symbolCount;
    this.#middle = new Float64Array(count);
    this.#tradedAt = new Float64Array(count).fill(-1);
    this.#lowest = new Float64Array(count);
    this.#highest = new Float64Array(count);
  }

  make(count: number, [ts, symbol, bid, ask, bidSize, askSize]: readonly MadeLane[]): number {
    const random = this.#random;
    for (let i = 0; i < count; i++) {
      while (this.#told === this.#made) if (!this.#nextTrade()) return i;
      const at = this.#told++;
      ts.data[i] = this.#ts[at];
      symbol.data[i] = this.#symbol[at];
      bid.data[i] = this.#bid[at] / 100;
      ask.data[i] = this.#ask[at] / 100;
      bidSize.data[i] = 100 * (1 + Math.floor(random() * random() * 20));
      askSize.data[i] = 100 * (1 + Math.floor(random() * random() * 20));
    }
    return count;
  }

  /** Makes the quotes up to the next trade; false where there is none. */
  #nextTrade(): boolean {
    if (this.#at === this.#length) {
      this.#length = this.#model.make(BLOCK, this.#trades);
      this.#at = 0;
      if (this.#length === 0) return false;
    }
    const trades = this.#trades;
    const at = this.#at++;
    const time = trades.ts[at];
    const symbol = trades.symbol[at];
    const middle = Math.round(trades.price[at] * 100) + (trades.side[at] === 0 ? -1 : 1);
    this.#made = 0;
    this.#told = 0;
    let from = this.#last;
    const others = Math.floor(this.#random() * MOST);
    for (let i = 0; i < others; i++) from = this.#flicker(from, time);
    this.#move(symbol, middle, from, time);
    this.#last = time;
    return true;
  }

  /** A quote whose middle stays, of a symbol that nothing happens to; returns its time. */
  #flicker(from: number, to: number): number {
    const random = this.#random;
    const symbol = Math.floor(random() * random() * this.shape.symbolCount);
    const time = from + 1 + Math.floor(random() * (to - from));
    const wide = random();
    const middle = this.#middle[symbol];
    if (time > to || middle === 0 || this.#isHalted(symbol, time)) return from;
    this.#tell(time, symbol, middle - (wide < 0.2 ? 2 : 1), middle + (wide > 0.8 ? 2 : 1));
    return time;
  }

  /** The quote that a trade makes known, if the middle has moved. */
  #move(symbol: number, middle: number, from: number, time: number): void {
    const before = Math.floor(this.#random() * BEFORE_US);
    const same = this.#tradedAt[symbol] === time;
    // Trades of one microsecond with several prices: the quote has them all.
    this.#lowest[symbol] = same ? Math.min(this.#lowest[symbol], middle) : middle;
    this.#highest[symbol] = same ? Math.max(this.#highest[symbol], middle) : middle;
    this.#tradedAt[symbol] = time;
    if (this.#middle[symbol] === middle) return;
    this.#middle[symbol] = middle;
    const early = Math.max(from + 1, time - before);
    const at = early > time || this.#isHalted(symbol, early) ? time : early;
    this.#tell(at, symbol, this.#lowest[symbol] - 1, this.#highest[symbol] + 1);
  }

  #tell(time: number, symbol: number, bid: number, ask: number): void {
    const at = this.#made++;
    this.#ts[at] = time;
    this.#symbol[at] = symbol;
    this.#bid[at] = Math.max(0, bid);
    this.#ask[at] = ask;
  }

  #isHalted(symbol: number, time: number): boolean {
    const { halts, openUs } = this.shape;
    for (const halt of halts)
      if (halt.symbol === symbol && time >= openUs + halt.from * 1e6 && time < openUs + halt.to * 1e6)
        return true;
    return false;
  }
}
