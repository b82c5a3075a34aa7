import { RowKind, type Batch } from '../columns/batch.js';
import { Dictionary } from '../columns/dictionary.js';
import { fieldIndex, type Schema } from '../columns/schema.js';
import { START_OF_TIME, type EventTime } from '../columns/time.js';
import type { PhysicalOrderBook } from '../physical/orderBook.js';
import { OF_MESSAGE } from '../plan/orderBook.js';
import { BookChangeReader, CHANGE, PendingChanges, type BookChanges } from './bookChanges.js';
import { BookSide } from './bookSide.js';
import { GroupIndex } from './groupIndex.js';
import type { Emitter, Operator, OperatorCounters } from './operator.js';
import { OutputBuffer } from './output.js';
import { BesideReader, ShownLevels } from './shownLevels.js';
import type { StateReader, StateWriter } from './snapshot.js';
import { ToldRows } from './toldRows.js';

type OrderBookPlan = PhysicalOrderBook & { readonly input: Schema; readonly output: Schema };

/** Whether a book is known, by its place among `STATES`. */
const UNSYNCED = 0;
const SYNCED = 1;
const GAP = 2;
const STATES = new Dictionary(['unsynced', 'synced', 'gap']);

/** A message of more rows than this is none: what has come of it is taken. */
const MOST_PENDING = 1 << 20;

/** The book of a symbol. */
class Book {
  readonly bids = new BookSide(true);
  readonly asks = new BookSide(false);
  state = UNSYNCED;
  /** What has been told. */
  shownState = UNSYNCED;
  readonly shown: ShownLevels;
  /** The rows of a message whose last one has not come. */
  readonly pending = new PendingChanges();

  constructor(width: number) {
    this.shown = new ShownLevels(width);
  }

  /** Takes the rows of a whole message. */
  take({ kinds, sides, prices, sizes }: BookChanges, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const kind = kinds[row];
      if (kind === CHANGE.snapshot && row === from) {
        this.bids.clear();
        this.asks.clear();
        this.state = SYNCED;
      } else if (kind === CHANGE.gap && this.state === SYNCED) this.state = GAP;
      else if (kind === CHANGE.disconnect) this.state = UNSYNCED;
      // Nothing is made of changes before there is a snapshot, nor behind a gap.
      if (this.state !== SYNCED || kind > CHANGE.change) continue;
      if (sides[row] === 1) this.bids.set(prices[row], sizes[row]);
      else if (sides[row] === 0) this.asks.set(prices[row], sizes[row]);
    }
  }

  /** The nearest level that may be another one than was told; the sides begin anew to take note. */
  changedFrom(): number {
    const changed = Math.min(this.bids.changed, this.asks.changed);
    this.bids.changed = this.asks.changed = Infinity;
    return this.state !== this.shownState || this.shown.count === 0 ? 0 : changed;
  }

  stateRows(): number {
    return this.bids.count + this.asks.count + this.pending.count;
  }

  bytes(): number {
    return this.bids.bytes() + this.asks.bytes() + this.pending.bytes() + this.shown.bytes();
  }

  snapshot(writer: StateWriter): void {
    this.bids.snapshot(writer.section('bids'));
    this.asks.snapshot(writer.section('asks'));
    writer.value('state', this.state);
    writer.value('shownState', this.shownState);
    this.shown.snapshot(writer.section('shown'));
    this.pending.snapshot(writer.section('pending'));
  }

  restore(reader: StateReader): void {
    this.bids.restore(reader.section('bids'));
    this.asks.restore(reader.section('asks'));
    this.state = reader.value('state') as number;
    this.shownState = reader.value('shownState') as number;
    this.shown.restore(reader.section('shown'));
    this.pending.restore(reader.section('pending'));
  }
}

/**
 * Keeps the order books of symbols out of the rows that change them, in the order in which these come, and tells the best levels. The rows of a
 * message, up to the one that says it is the last, take effect together, and each message is told for itself: each state of a level is a version,
 * so that what is made of them does not depend on how the input is cut.
 */
export class OrderBookOperator implements Operator {
  readonly counters: OperatorCounters = { late: 0, untimed: 0 };
  readonly #plan: OrderBookPlan;
  readonly #symbol: number;
  readonly #last: number;
  readonly #changes: BookChangeReader;
  readonly #beside: BesideReader;
  readonly #symbols: GroupIndex;
  /** By the symbols' numbers. */
  readonly #books: Book[] = [];
  readonly #out: OutputBuffer;
  readonly #told: ToldRows;
  /** The symbol's number of each row that is told, and the rows' places. */
  #numbers = new Int32Array(1024);
  #places = new Int32Array(1024);
  #watermark: EventTime = START_OF_TIME;

  constructor(plan: OrderBookPlan) {
    const { input, output } = plan;
    this.#plan = plan;
    this.#symbol = fieldIndex(input, 'symbol');
    this.#last = fieldIndex(input, 'last');
    this.#changes = new BookChangeReader(input);
    this.#beside = new BesideReader(input, [plan.time, ...OF_MESSAGE]);
    this.#symbols = new GroupIndex([input.fields[this.#symbol].type], true);
    this.#out = new OutputBuffer(output);
    this.#out.columns[fieldIndex(output, 'state')].dictionary = STATES;
    this.#told = new ToldRows(plan.form === 'upsert');
  }

  process(_port: number, batch: Batch, out: Emitter): void {
    const before = this.#watermark;
    this.#watermark = Math.max(before, batch.watermark);
    this.#told.reset();
    this.#out.reset();
    this.#told.begin(before, batch.marks);
    if (batch.length > 0) this.#take(batch);
    this.#told.end(batch.length);
    this.#emit(out);
  }

  #take(batch: Batch): void {
    const { length, columns } = batch;
    const changes = this.#changes.read(batch);
    const numbers = this.#symbols.assign([columns[this.#symbol]], length);
    const last = columns[this.#last].data;
    for (let from = 0; from < length;) {
      const number = numbers[from];
      let to = from;
      let isWhole = false;
      while (!isWhole && to < length && numbers[to] === number) isWhole = last[to++] === 1;
      const book = (this.#books[number] ??= new Book(this.#beside.width));
      const { pending } = book;
      if (pending.count + to - from > MOST_PENDING) isWhole = true;
      if (isWhole && pending.count === 0) book.take(changes, from, to);
      else {
        pending.push(changes, from, to);
        if (isWhole) {
          book.take(pending, 0, pending.count);
          pending.clear();
        }
      }
      if (isWhole) this.#tell(number, book, batch, to - 1);
      from = to;
    }
  }

  /** Tells the levels that a message has made others, by its last row. */
  #tell(number: number, book: Book, batch: Batch, row: number): void {
    const { depth } = this.#plan;
    const { shown, bids, asks } = book;
    const from = book.changedFrom();
    if (from >= depth) return;
    this.#told.row = row;
    const upsert = this.#told.upsert;
    const beside = this.#beside.read(batch, row);
    const isOther = book.state !== book.shownState;
    const levels = Math.max(1, Math.min(depth, Math.max(bids.count, asks.count)));
    for (let level = from; level < levels; level++) {
      const isShown = level < shown.count;
      if (isShown && !isOther && shown.isAs(level, bids, asks)) continue;
      if (isShown && !upsert) this.#add(RowKind.UpdateBefore, number, book, level, book.shownState);
      shown.take(level, bids, asks, beside);
      this.#add(isShown ? RowKind.UpdateAfter : RowKind.Insert, number, book, level, book.state);
    }
    for (let level = levels; level < shown.count; level++) {
      this.#add(RowKind.Delete, number, book, level, book.shownState);
    }
    shown.count = levels;
    book.shownState = book.state;
  }

  #add(kind: RowKind, number: number, book: Book, level: number, state: number): void {
    const row = this.#out.reserve(1);
    if (row === this.#numbers.length) {
      const numbers = new Int32Array(2 * row);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
    this.#numbers[row] = number;
    book.shown.write(level, state, this.#out.columns, row);
    this.#told.add(kind, row);
  }

  #emit(out: Emitter): void {
    const told = this.#told;
    const { columns, schema } = this.#out;
    const { count, kinds, marks } = told;
    const watermark = this.#watermark;
    const empty: Batch = { schema, length: 0, columns: [], kinds: null, marks: null, watermark };
    if (count === 0) {
      out(empty);
      return;
    }
    if (told.leadingMark !== null) out({ ...empty, watermark: told.leadingMark });
    if (this.#places.length < count) this.#places = new Int32Array(this.#numbers.length);
    for (let row = 0; row < count; row++) this.#places[row] = row;
    this.#symbols.write(this.#numbers, count, this.#places, columns);
    out({ ...empty, length: count, columns: columns.map(each => each.column(count)), kinds, marks });
  }

  bytes(): number {
    return this.#books.reduce((sum, book) => sum + book.bytes(), this.#symbols.bytes());
  }

  stateRows(): number {
    return this.#books.reduce((sum, book) => sum + book.stateRows(), 0);
  }

  snapshot(writer: StateWriter): void {
    writer.value('watermark', this.#watermark);
    this.#symbols.snapshot(writer.section('symbols'));
    writer.value(
      'books',
      [...this.#books.keys()].filter(number => number in this.#books),
    );
    this.#books.forEach((book, number) => book.snapshot(writer.section(`book ${number}`)));
  }

  restore(reader: StateReader): void {
    this.#watermark = reader.value('watermark') as number;
    this.#symbols.restore(reader.section('symbols'));
    for (const number of reader.value('books') as readonly number[]) {
      const book = new Book(this.#beside.width);
      book.restore(reader.section(`book ${number}`));
      this.#books[number] = book;
    }
  }
}
