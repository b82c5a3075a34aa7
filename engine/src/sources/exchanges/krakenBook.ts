import type { Arrival, ArrivalFormat } from '../arrival.js';
import { skipSpace } from '../../codecs/jsonSkipper.js';
import { JsonSlots } from '../../codecs/jsonSlots.js';
import { numberOption } from '../options.js';
import { bookFormat, MOST_SYMBOLS } from './bookFormat.js';
import type { BookEvent, BookParts, BookSync } from './bookFormat.js';
import { CheckedBook } from './checkedBook.js';
import { ExchangeMessage, valueText } from './exchangeMessage.js';
import { krakenWire } from './kraken.js';

/** A message has the change of one symbol; several are taken, too. */
const BOOK = ['symbol', 'bids', 'asks', 'checksum', 'timestamp'];

/** A book that has been asked for again is awaited for so long. */
const PATIENCE_US = 10_000_000;

/** What is known of a symbol's book. */
interface Book {
  readonly symbol: string;
  readonly levels: CheckedBook;
  synced: boolean;
  /** Whether the checksum is looked at: not where that of a snapshot is already another one. */
  checked: boolean;
  lastUs: number;
  askedUs: number;
}

/**
 * Kraken's order books (WebSocket version 2): the snapshot comes first over the connection itself, and each message has a checksum of the ten best
 * levels of both sides. Where it is another one than that of the book something is missing: the book is asked for again. Levels that fall out of
 * the depth are told as gone, so that the rows alone make the book.
 */
class KrakenSync implements BookSync {
  readonly #message = new ExchangeMessage([...new Set([...krakenWire.paths, 'type', 'data'])], null);
  readonly #books = new Map<string, Book>();
  readonly #depth: number;
  readonly #slots: JsonSlots;
  readonly #level: JsonSlots;
  readonly #events: BookEvent[] = [];
  /** Where the next entry of the message begins; -1: there is none. */
  #at = -1;
  #arrival: Arrival | null = null;

  constructor(private readonly parts: BookParts) {
    this.#depth = numberOption(parts.options, 'depth', 10, 1);
    this.#slots = new JsonSlots(BOOK, this.#message.skipper);
    this.#level = new JsonSlots(['price', 'qty'], this.#message.skipper);
  }

  take(arrival: Arrival): void {
    if (arrival.kind !== 'message') {
      for (const book of this.#books.values()) {
        if (book.synced) this.#tell(book, 'disconnect', book.lastUs, arrival.atUs);
      }
      this.#books.clear();
      return;
    }
    const message = this.#message;
    if (!message.load(arrival.bytes)) {
      this.parts.refuse(message.fault, arrival.bytes);
      return;
    }
    const kind = krakenWire.kindOf(message);
    if (kind !== 'book') {
      const fault = krakenWire.faultOf(message, kind);
      if (fault !== null) this.parts.refuse(fault, arrival.bytes);
      return;
    }
    const start = message.startOf('data');
    const isList = start >= 0 && message.bytes[start] === 91;
    this.#at = isList ? skipSpace(message.bytes, start + 1) : -1;
    this.#arrival = arrival;
    if (!isList) this.parts.refuse("'data' is expected to be a list", arrival.bytes);
  }

  next(): BookEvent | null {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) {
        if (!event.hasLevels) this.parts.stage.reset();
        return event;
      }
      const { bytes } = this.#message;
      if (this.#at < 0 || bytes[this.#at] === 93 || this.#arrival === null) return null;
      const { length, skipper } = this.#message;
      const end = skipper.skip(bytes, this.#at, length);
      const fault =
        end < 0 || this.#slots.read(bytes, this.#at, length) < 0
          ? 'an entry of a book is expected to be an object'
          : this.#entry(this.#arrival.atUs);
      if (fault !== null) this.parts.refuse(fault, this.#arrival.bytes);
      const behind = end < 0 ? -1 : skipSpace(bytes, end);
      this.#at = behind >= 0 && bytes[behind] === 44 ? skipSpace(bytes, behind + 1) : -1;
    }
  }

  /** Reads what one symbol's book has become, or what has become of it. */
  #entry(atUs: number): string | null {
    const symbol = this.#text(0);
    if (symbol === null) return "'symbol' is expected, and is not there";
    const isSnapshot = this.#message.is('type', 'snapshot');
    const book = this.#bookOf(symbol);
    if (book === null) return `more than ${MOST_SYMBOLS} symbols`;
    if (!isSnapshot && !book.synced) {
      if (atUs - book.askedUs > PATIENCE_US) this.#askAgain(book, atUs);
      return null;
    }
    const timeUs = this.#time(book, atUs);
    const { stage } = this.parts;
    stage.reset();
    if (isSnapshot) book.levels.clear();
    const fault = this.#side(1, true, book) ?? this.#side(2, false, book);
    if (fault !== null) {
      this.#miss(book, timeUs, atUs, NaN, NaN);
      return fault;
    }
    book.levels.truncate((isBid, price) => stage.addGone(isBid, price));
    const expected = Number(this.#text(3) ?? NaN);
    const found = book.checked && expected === expected ? book.levels.checksum() : expected;
    const differs = found !== expected && expected === expected;
    if (differs && !isSnapshot) {
      this.#miss(book, timeUs, atUs, found, expected);
      return null;
    }
    book.checked = !differs;
    book.synced = true;
    book.lastUs = timeUs;
    this.#tell(book, isSnapshot ? 'snapshot' : 'change', timeUs, atUs, NaN, NaN, true);
    return differs
      ? `the checksum of a snapshot of ${symbol} is ${found} here: it is not looked at any more`
      : null;
  }

  #bookOf(symbol: string): Book | null {
    const known = this.#books.get(symbol);
    if (known !== undefined || this.#books.size >= MOST_SYMBOLS) return known ?? null;
    const levels = new CheckedBook(this.#depth);
    // What comes before the first snapshot is of a connection that has been asked for it.
    const book: Book = { symbol, levels, synced: false, checked: true, lastUs: NaN, askedUs: Infinity };
    this.#books.set(symbol, book);
    return book;
  }

  #side(slot: number, isBid: boolean, book: Book): string | null {
    const start = this.#slots.starts[slot];
    if (start < 0) return null;
    const message = this.#message;
    const { bytes, length } = message;
    if (bytes[start] !== 91) return 'a list of levels is expected';
    const { starts, ends } = this.#level;
    let p = skipSpace(bytes, start + 1);
    while (bytes[p] !== 93) {
      const end = this.#level.read(bytes, p, length);
      const [price, qty] = starts;
      if (
        end < 0 ||
        price < 0 ||
        qty < 0 ||
        !this.parts.stage.add(message, isBid, [price, ends[0]], [qty, ends[1]])
      ) {
        return 'a level is expected to have a price and a size';
      }
      book.levels.set(isBid, valueText(bytes, price, ends[0]), valueText(bytes, qty, ends[1]));
      p = skipSpace(bytes, end);
      if (bytes[p] === 44) p = skipSpace(bytes, p + 1);
    }
    return null;
  }

  #text(slot: number): string | null {
    const start = this.#slots.starts[slot];
    return start < 0 ? null : valueText(this.#message.bytes, start, this.#slots.ends[slot]);
  }

  /** The time of an entry by the exchange's clock; snapshots may have none. */
  #time(book: Book, atUs: number): number {
    const start = this.#slots.starts[4];
    const { scanner } = this.#message;
    const value = start < 0 ? NaN : scanner.timestamp(start + 1, 'us');
    if (value === value && scanner.end === this.#slots.ends[4] - 1) return value;
    return book.lastUs === book.lastUs ? book.lastUs : atUs;
  }

  /** Something is missing: the book begins anew. */
  #miss(book: Book, timeUs: number, atUs: number, found: number, expected: number): void {
    this.#tell(book, 'gap', timeUs, atUs, found, expected);
    this.#askAgain(book, atUs);
  }

  #askAgain(book: Book, atUs: number): void {
    book.synced = false;
    book.askedUs = atUs;
    for (const method of ['unsubscribe', 'subscribe']) {
      this.parts.ask({
        send: { method, params: { channel: 'book', symbol: [book.symbol], depth: this.#depth } },
      });
    }
  }

  #tell(
    book: Book,
    kind: BookEvent['kind'],
    tsUs: number,
    receivedUs: number,
    firstId = NaN,
    expectedId = NaN,
    hasLevels = false,
  ): void {
    const { symbol } = book;
    this.#events.push({ kind, symbol, tsUs, receivedUs, firstId, lastId: NaN, expectedId, hasLevels });
  }
}

export const krakenBook: ArrivalFormat = bookFormat('kraken.book', parts => new KrakenSync(parts));
