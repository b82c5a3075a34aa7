import { crc32 } from 'node:zlib';
import { seededRandom } from '../../engine/src/sources/random.js';

/** How the messages of a simulated book are written. */
export type BookDialect = 'spot' | 'futures' | 'kraken';

/** A message of a book, the update that it ends with, and the best levels behind it. */
export interface BookMessage {
  readonly text: string;
  readonly firstId: number;
  readonly lastId: number;
}

/** Levels of a side: a number of ticks to a number of lots. */
type Side = Map<number, number>;

const price = (ticks: number): string => (ticks / 100).toFixed(2);
const size = (lots: number): string => (lots / 1e4).toFixed(8);

/**
 * The order book of an exchange that makes its changes up, the same ones for the same seed, and writes them as a real one does. Its ids begin anew
 * when they reach `wrap`.
 */
export class SimulatedBook {
  readonly #bids: Side = new Map();
  readonly #asks: Side = new Map();
  readonly #random: () => number;
  /** The best levels behind each update, by its id. */
  readonly best = new Map<number, string>();
  /** The ten best bids and asks of the last message. */
  readonly #shown: [number, number][][];
  #id: number;
  #timeMs = 1_700_000_000_000;

  constructor(
    readonly symbol: string,
    private readonly dialect: BookDialect,
    seed: number,
    private readonly wrap = Infinity,
  ) {
    this.#random = seededRandom(seed);
    this.#id = Math.floor(this.#random() * Math.min(1000, wrap / 2));
    for (let k = 0; k < 12; k++) {
      this.#bids.set(10_000 - k, 1 + k);
      this.#asks.set(10_001 + k, 1 + k);
    }
    this.#shown = this.#top();
    this.#remember();
  }

  /** The last update that there was. */
  get id(): number {
    return this.#id;
  }

  /** Makes some changes, and the message that tells them; time goes on. */
  step(milliseconds: number): BookMessage {
    this.#timeMs += milliseconds;
    const previous = this.#id;
    const firstId = previous + 1 >= this.wrap ? 0 : previous + 1;
    this.#id = firstId + this.#below(3);
    const bids: [number, number][] = [];
    const asks: [number, number][] = [];
    for (let k = 1 + this.#below(3); k > 0; k--) this.#change(bids, asks);
    this.#remember();
    return { text: this.#text(previous, firstId, bids, asks), firstId, lastId: this.#id };
  }

  /** The whole book, as it is asked for. */
  snapshot(): string {
    if (this.dialect === 'kraken') return this.#kraken('snapshot', [...this.#bids], [...this.#asks]);
    const [bids, asks] = [pairs(this.#bids), pairs(this.#asks)];
    const times = this.dialect === 'futures' ? { E: this.#timeMs, T: this.#timeMs } : {};
    return JSON.stringify({ lastUpdateId: this.#id, ...times, bids, asks });
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** Changes a level near the best price; sides never cross. */
  #change(bids: [number, number][], asks: [number, number][]): void {
    const isBid = this.#random() < 0.5;
    const [side, other, told] = isBid ? [this.#bids, this.#asks, bids] : [this.#asks, this.#bids, asks];
    const border = isBid ? Math.min(...other.keys()) : Math.max(...other.keys());
    const ticks = isBid ? border - 1 - this.#below(14) : border + 1 + this.#below(14);
    const lots = side.size > 11 && this.#random() < 0.5 ? 0 : 1 + this.#below(1000);
    if (lots === 0) side.delete(ticks);
    else side.set(ticks, lots);
    told.push([ticks, lots]);
  }

  #text(previous: number, firstId: number, bids: [number, number][], asks: [number, number][]): string {
    if (this.dialect === 'kraken') return this.#kraken('update', this.#inScope(true), this.#inScope(false));
    const ids = {
      U: firstId,
      u: this.#id,
      ...(this.dialect === 'futures' ? { pu: previous, T: this.#timeMs } : {}),
    };
    const sides = { b: pairs(bids), a: pairs(asks) };
    return JSON.stringify({ e: 'depthUpdate', E: this.#timeMs, s: this.symbol, ...ids, ...sides });
  }

  /** What Kraken tells of a side: the ten best levels that are others than before, also those that come into sight; and those that are no more. */
  #inScope(isBid: boolean): [number, number][] {
    const at = isBid ? 0 : 1;
    const now = this.#top()[at];
    const before = this.#shown[at];
    this.#shown[at] = now;
    const side = isBid ? this.#bids : this.#asks;
    const gone = before.flatMap(([ticks]): [number, number][] => (side.has(ticks) ? [] : [[ticks, 0]]));
    const was = new Map(before);
    return [...gone, ...now.filter(([ticks, lots]) => was.get(ticks) !== lots)];
  }

  #kraken(type: string, bids: Iterable<[number, number]>, asks: Iterable<[number, number]>): string {
    // A book of ten levels: what is beyond is not told.
    const levels = (side: Iterable<[number, number]>, isBid: boolean): string =>
      [...side]
        .sort(([a], [b]) => (isBid ? b - a : a - b))
        .map(([ticks, lots]) => `{"price":${price(ticks)},"qty":${size(lots)}}`)
        .slice(0, type === 'snapshot' ? 10 : Infinity)
        .join(',');
    const sides = `"bids":[${levels(bids, true)}],"asks":[${levels(asks, false)}]`;
    const timestamp = `${new Date(this.#timeMs).toISOString().slice(0, -1)}000Z`;
    return (
      `{"channel":"book","type":"${type}","data":[{"symbol":"${this.symbol}",${sides},` +
      `"checksum":${this.#checksum()},"timestamp":"${timestamp}"}]}`
    );
  }

  #checksum(): number {
    const digits = ([ticks, lots]: [number, number]): string =>
      [price(ticks), size(lots)].map(number => number.replace('.', '').replace(/^0+/, '')).join('');
    const [bids, asks] = this.#top();
    return crc32([...asks, ...bids].map(digits).join(''));
  }

  #top(): [number, number][][] {
    const bids = [...this.#bids].sort(([a], [b]) => b - a).slice(0, 10);
    return [bids, [...this.#asks].sort(([a], [b]) => a - b).slice(0, 10)];
  }

  #remember(): void {
    this.best.set(
      this.#id,
      this.#top()
        .map(side => side.map(level => `${level[0] / 100}x${level[1] / 1e4}`).join(' '))
        .join(' | '),
    );
  }
}

function pairs(side: Iterable<[number, number]>): [string, string][] {
  return Array.from(side, ([ticks, lots]) => [price(ticks), size(lots)]);
}
