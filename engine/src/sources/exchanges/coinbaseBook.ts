import type { Arrival, ArrivalFormat } from '../arrival.js';
import { textOption } from '../options.js';
import { bookFormat, MOST_SYMBOLS } from './bookFormat.js';
import type { BookEvent, BookParts, BookSync } from './bookFormat.js';
import { coinbaseWire } from './coinbase.js';
import { ExchangeMessage } from './exchangeMessage.js';
import { readLevels } from './levels.js';

const PATHS = ['product_id', 'time', 'bids', 'asks', 'changes'];

/**
 * Coinbase's order books (`level2`, `level2_batch`): the snapshot comes first over the connection itself, and changes have no ids, so that only the
 * connection's end says that some are missing. A message that cannot be read is a gap, and the book is asked for again.
 */
class CoinbaseSync implements BookSync {
  readonly #message = new ExchangeMessage(
    [...new Set([...coinbaseWire.paths, ...PATHS])],
    coinbaseWire.unwrap,
  );
  /** The time of each symbol's last message by the exchange's clock; NaN: it has had none. */
  readonly #times = new Map<string, number>();
  readonly #events: BookEvent[] = [];

  readonly #channel: string;

  constructor(private readonly parts: BookParts) {
    this.#channel = textOption(parts.options, 'bookChannel', 'level2_batch');
  }

  take({ kind, bytes, atUs }: Arrival): void {
    if (kind !== 'message') {
      for (const [symbol, timeUs] of this.#times) this.#tell('disconnect', symbol, timeUs, atUs);
      this.#times.clear();
      return;
    }
    const message = this.#message;
    const known = message.load(bytes) ? coinbaseWire.kindOf(message) : null;
    if (known === null) {
      // Whose it was is not known.
      this.parts.refuse(message.fault, bytes);
      for (const symbol of this.#times.keys()) this.#miss(symbol, atUs);
    } else if (known === 'snapshot') this.#read('snapshot', ['bids', 'asks'], bytes, atUs);
    else if (known === 'l2update') this.#read('change', ['changes'], bytes, atUs);
    else {
      const fault = coinbaseWire.faultOf(message, known);
      if (fault !== null) this.parts.refuse(fault, bytes);
    }
  }

  next(): BookEvent | null {
    return this.#events.shift() ?? null;
  }

  #read(kind: BookEvent['kind'], paths: readonly string[], bytes: Uint8Array, atUs: number): void {
    const message = this.#message;
    const symbol = message.text('product_id');
    if (symbol === null) {
      this.parts.refuse("'product_id' is expected, and is not there", bytes);
      return;
    }
    if (!this.#times.has(symbol) && this.#times.size >= MOST_SYMBOLS) {
      this.parts.refuse(`more than ${MOST_SYMBOLS} symbols`, bytes);
      return;
    }
    this.parts.stage.reset();
    for (const path of paths) {
      const start = message.startOf(path);
      const side = path === 'changes' ? null : path === 'bids';
      const fault =
        start < 0
          ? `'${path}' is expected, and is not there`
          : readLevels(message, start, side, this.parts.stage);
      if (fault === null) continue;
      this.parts.refuse(fault, bytes);
      this.#miss(symbol, atUs);
      return;
    }
    const ownUs = message.time('time');
    const lastUs = this.#times.get(symbol) ?? NaN;
    this.#times.set(symbol, ownUs === ownUs ? ownUs : lastUs);
    this.#tell(kind, symbol, ownUs === ownUs ? ownUs : lastUs, atUs, true);
  }

  /** Something of a symbol is missing: its book is asked for again. */
  #miss(symbol: string, atUs: number): void {
    this.#tell('gap', symbol, this.#times.get(symbol) ?? NaN, atUs);
    for (const type of ['unsubscribe', 'subscribe']) {
      this.parts.ask({ send: { type, product_ids: [symbol], channels: [this.#channel] } });
    }
  }

  #tell(
    kind: BookEvent['kind'],
    symbol: string,
    timeUs: number,
    receivedUs: number,
    hasLevels = false,
  ): void {
    const tsUs = timeUs === timeUs ? timeUs : receivedUs;
    const none = { firstId: NaN, lastId: NaN, expectedId: NaN };
    this.#events.push({ ...none, kind, symbol, tsUs, receivedUs, hasLevels });
  }
}

export const coinbaseBook: ArrivalFormat = bookFormat('coinbase.book', parts => new CoinbaseSync(parts));
