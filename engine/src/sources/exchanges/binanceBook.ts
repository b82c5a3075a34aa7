import type { Arrival, ArrivalFormat } from '../arrival.js';
import { textOption, textsOption } from '../options.js';
import { binanceWire } from './binance.js';
import { bookFormat, MOST_SYMBOLS } from './bookFormat.js';
import type { BookEvent, BookParts, BookSync } from './bookFormat.js';
import { ExchangeMessage } from './exchangeMessage.js';
import { HeldMessages, type HeldMessage } from './heldMessages.js';
import { readLevels } from './levels.js';
import { SnapshotRequests } from './snapshotRequests.js';

const PATHS = ['E', 's', 'U', 'pu', 'a', 'asks', 'stream'];

const SPOT = 'https://api.binance.com/api/v3/depth?symbol={symbol}&limit=1000';
const FUTURES = 'https://fapi.binance.com/fapi/v1/depth?symbol={symbol}&limit=1000';

/** Behind a snapshot changes that are older than it come for so long at most. */
const SNAPSHOT_LEAD_US = 10_000_000;

/** What is known of a symbol's book. */
interface Book {
  readonly symbol: string;
  /** Whether there is a snapshot, and every change since. */
  synced: boolean;
  /** Whether no change has come since the snapshot, and when that came. */
  fresh: boolean;
  snapshotUs: number;
  /** The id of the last update, and its time by the exchange's clock. */
  lastId: number;
  lastUs: number;
  /** The changes that wait for a snapshot. */
  readonly held: HeldMessages;
}

/** What a change is to a book. */
type Place = 'next' | 'old' | 'gap';

/**
 * Binance's order books: changes are held until there is a snapshot that they go on from, which is asked for over HTTP. A change goes on where its
 * first id is the one after the last (of futures: where the id before it, `pu`, is the last); what is older is left out, and anything else is a
 * gap, after which the book begins anew. So it is where ids go back although time goes on: they have wrapped around.
 */
class BinanceSync implements BookSync {
  readonly #message = new ExchangeMessage([...new Set([...binanceWire.paths, ...PATHS])], binanceWire.unwrap);
  readonly #books = new Map<string, Book>();
  readonly #symbols: readonly string[];
  readonly #requests: SnapshotRequests;
  readonly #url: string;
  readonly #events: BookEvent[] = [];
  /** Held changes of a book that are read now that it has a snapshot. */
  #work: { readonly book: Book; readonly held: HeldMessage[] } | null = null;

  constructor(private readonly parts: BookParts) {
    this.#url = textOption(parts.options, 'snapshotUrl', '');
    this.#symbols = textsOption(parts.options, 'symbols', []).map(symbol => symbol.toUpperCase());
    this.#requests = new SnapshotRequests(parts.ask);
  }

  take(arrival: Arrival): void {
    if (arrival.kind !== 'message') {
      this.#lose(arrival.atUs);
      return;
    }
    const message = this.#message;
    if (!message.load(arrival.bytes)) {
      this.parts.refuse(message.fault, arrival.bytes);
      return;
    }
    const kind = binanceWire.kindOf(message);
    if (kind === 'depthUpdate') this.#change(arrival.bytes, arrival.atUs);
    else if (kind === 'depthSnapshot') this.#snapshot(arrival);
    else {
      const fault = binanceWire.faultOf(message, kind);
      if (fault !== null) this.parts.refuse(fault, arrival.bytes);
      if (kind === 'error' && message.has('code')) this.#requests.fail(arrival.atUs);
    }
    this.#requests.pump(arrival.atUs);
  }

  next(): BookEvent | null {
    const { stage } = this.parts;
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) {
        if (!event.hasLevels) stage.reset();
        return event;
      }
      const work = this.#work;
      const held = work?.held.shift();
      if (work === null || held === undefined) {
        this.#work = null;
        return null;
      }
      if (!work.book.synced) work.book.held.push(held);
      else if (this.#message.load(held.bytes)) this.#change(held.bytes, held.atUs);
    }
  }

  /** A connection is lost, or another one is there: every book begins anew. */
  #lose(atUs: number): void {
    for (const book of this.#books.values()) {
      if (book.synced) this.#tell(book, 'disconnect', book.lastUs, atUs);
      book.synced = false;
      book.held.clear();
    }
    this.#requests.clear();
  }

  #change(bytes: Uint8Array, atUs: number): void {
    const message = this.#message;
    const symbol = message.text('s');
    const first = message.integer('U');
    const last = message.integer('u');
    const timeUs = message.time('E');
    if (symbol === null || !(first <= last) || timeUs !== timeUs) {
      this.parts.refuse("a change of a book is expected to have 's', 'E', 'U' and 'u'", bytes);
      return;
    }
    const book = this.#bookOf(symbol, bytes);
    if (book === null) return;
    const previous = message.has('pu') ? message.integer('pu') : first - 1;
    if (!book.synced) {
      this.#hold(book, bytes, atUs);
      return;
    }
    const place = placeOf(book, previous, last, timeUs, atUs);
    if (place === 'old') return;
    if (place === 'gap') {
      const spot = message.has('pu') ? 0 : 1;
      this.#tell(book, 'gap', timeUs, atUs, {
        firstId: previous + spot,
        lastId: last,
        expectedId: book.lastId + spot,
      });
      book.synced = false;
      this.#hold(book, bytes, atUs);
      return;
    }
    const fault = this.#readSides('b', 'a');
    if (fault !== null) {
      this.parts.refuse(fault, bytes);
      return;
    }
    book.lastId = last;
    book.lastUs = timeUs;
    book.fresh = false;
    this.#tell(book, 'change', timeUs, atUs, { firstId: first, lastId: last }, true);
  }

  #readSides(bids: string, asks: string): string | null {
    const message = this.#message;
    this.parts.stage.reset();
    for (const path of [bids, asks]) {
      const start = message.startOf(path);
      if (start < 0) return `'${path}' is expected, and is not there`;
      const fault = readLevels(message, start, path === bids, this.parts.stage);
      if (fault !== null) return fault;
    }
    return null;
  }

  #bookOf(symbol: string, bytes: Uint8Array): Book | null {
    const known = this.#books.get(symbol);
    if (known !== undefined) return known;
    if (this.#books.size >= MOST_SYMBOLS) {
      this.parts.refuse(`more than ${MOST_SYMBOLS} symbols`, bytes);
      return null;
    }
    const book: Book = {
      symbol,
      synced: false,
      fresh: false,
      snapshotUs: NaN,
      lastId: NaN,
      lastUs: NaN,
      held: new HeldMessages(),
    };
    this.#books.set(symbol, book);
    return book;
  }

  /** Keeps a change until there is a snapshot, and asks for that. */
  #hold(book: Book, bytes: Uint8Array, atUs: number): void {
    book.held.push({ bytes: bytes.slice(), atUs });
    if (this.#symbols.length > 0 && !this.#symbols.includes(book.symbol)) return;
    const template = this.#url === '' ? (this.#message.has('pu') ? FUTURES : SPOT) : this.#url;
    this.#requests.want(book.symbol, template.replace('{symbol}', encodeURIComponent(book.symbol)));
  }

  /** A snapshot that was asked for; whose it is only a stream says, or that one was asked for. */
  #snapshot({ bytes, atUs }: Arrival): void {
    const message = this.#message;
    const stream = message.text('stream')?.split('@')[0].toUpperCase();
    const only = this.#symbols.length === 1 ? this.#symbols[0] : undefined;
    const symbol = message.text('s') ?? stream ?? this.#requests.asked ?? only;
    const id = message.integer('lastUpdateId');
    if (symbol === undefined || id !== id) {
      this.parts.refuse('a snapshot of a book that nobody has asked for, or without an id', bytes);
      return;
    }
    const book = this.#bookOf(symbol, bytes);
    if (book === null) return;
    this.#requests.answered(symbol);
    if (book.synced && id <= book.lastId) return;
    const held = book.held.all().filter(change => this.#load(change) && message.integer('u') > id);
    const [next] = held;
    if (next !== undefined && this.#load(next)) {
      const previous = message.has('pu') ? message.integer('pu') : message.integer('U') - 1;
      if (previous > id) {
        // It is older than what was held: there has to be another one.
        this.#requests.again(symbol, atUs);
        return;
      }
    }
    const timeUs = this.#snapshotTime(book, next, atUs);
    message.load(bytes);
    const fault = this.#readSides('bids', 'asks');
    if (fault !== null) {
      this.parts.refuse(fault, bytes);
      this.#requests.again(symbol, atUs);
      return;
    }
    this.#requests.settled(symbol);
    book.synced = book.fresh = true;
    book.snapshotUs = atUs;
    book.lastId = id;
    book.lastUs = timeUs;
    book.held.clear();
    this.#work = { book, held };
    this.#tell(book, 'snapshot', timeUs, atUs, { firstId: id, lastId: id }, true);
  }

  #load(change: HeldMessage): boolean {
    return this.#message.load(change.bytes);
  }

  /** Snapshots of the spot market have no time: the changes around them have. */
  #snapshotTime(book: Book, next: HeldMessage | undefined, atUs: number): number {
    const message = this.#message;
    let timeUs = NaN;
    for (const change of book.held.all()) {
      if (!this.#load(change)) continue;
      timeUs = message.time('E');
      if (change === next) break;
    }
    return timeUs === timeUs ? timeUs : book.lastUs === book.lastUs ? book.lastUs : atUs;
  }

  #tell(
    { symbol }: Book,
    kind: BookEvent['kind'],
    tsUs: number,
    receivedUs: number,
    ids: Partial<Pick<BookEvent, 'firstId' | 'lastId' | 'expectedId'>> = {},
    hasLevels = false,
  ): void {
    const none = { firstId: NaN, lastId: NaN, expectedId: NaN };
    this.#events.push({ ...none, ...ids, kind, symbol, tsUs, receivedUs, hasLevels });
  }
}

/** What a change is to a book that is in step; `previous` is the id that it goes on from. */
function placeOf(book: Book, previous: number, last: number, timeUs: number, atUs: number): Place {
  if (last > book.lastId) return previous <= book.lastId ? 'next' : 'gap';
  // Behind a snapshot come changes that it has already.
  if (book.fresh) return atUs - book.snapshotUs > SNAPSHOT_LEAD_US ? 'gap' : 'old';
  return timeUs > book.lastUs ? 'gap' : 'old';
}

export const binanceBook: ArrivalFormat = bookFormat('binance.book', parts => new BinanceSync(parts));
